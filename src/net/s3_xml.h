/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Answers of object storage, which are XML. Nothing is fetched for them, no
 * entity is put in, and a document that declares any is refused. Names are
 * compared without their namespaces. Local.
 */
#ifndef COLONNADE_NET_S3_XML_H
#define COLONNADE_NET_S3_XML_H

#include "colonnade/base/buffer.h"

#include <libxml/tree.h>
#include <stdbool.h>

typedef struct cln_xml {
    xmlDocPtr document;
    xmlNodePtr root;
} cln_xml;

/* Blanks before the document, by which services keep connections alive, are
 * no harm. `what` names the answer in messages. The caller cleans up. */
CLN_CHECKED cln_status cln_xml_parse(cln_xml *xml, cln_span text, const char *what, cln_error *err);
void cln_xml_clean_up(cln_xml *xml);

bool cln_xml_is(const xmlNode *node, const char *name);
/* The first child of that name, or the next sibling of it; NULL: none. */
xmlNodePtr cln_xml_child(const xmlNode *node, const char *name);
xmlNodePtr cln_xml_next(const xmlNode *node, const char *name);

/* The text of a child, owned by the caller; "" when there is none. */
CLN_CHECKED cln_status cln_xml_text(const xmlNode *node, const char *name, char **text, cln_error *err);
/* The same into room for size bytes; what is longer is cut. */
void cln_xml_copy_text(const xmlNode *node, const char *name, char *text, size_t size);
/* A whole number; 0 when there is none. */
uint64_t cln_xml_number(const xmlNode *node, const char *name);

/* Appends text as it may stand in an element. */
CLN_CHECKED cln_status cln_xml_escape(cln_buffer *out, const char *text, cln_error *err);

#endif
