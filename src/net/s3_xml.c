/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "s3_xml.h"

#include "colonnade/base/memory.h"

#include <libxml/parser.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static cln_span skip_blanks(cln_span text) {
    while (text.size > 0 && memchr(" \t\r\n", text.data[0], 4) != NULL) {
        text.data++;
        text.size--;
    }
    return text;
}

cln_status cln_xml_parse(cln_xml *xml, cln_span text, const char *what, cln_error *err) {
    *xml = (cln_xml){0};
    const cln_span body = skip_blanks(text);
    if (body.size > INT_MAX) return cln_fail(err, CLN_ERR_IO, "%s is too long", what);
    if (body.size > 0) {
        xml->document = xmlReadMemory(body.data, (int)body.size, "answer.xml", NULL,
                                      XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA);
    }
    if (xml->document == NULL) return cln_fail(err, CLN_ERR_IO, "%s is not XML", what);
    xml->root = xmlDocGetRootElement(xml->document);
    if (xml->root != NULL && xml->document->intSubset == NULL) return CLN_OK;
    cln_xml_clean_up(xml);
    return cln_fail(err, CLN_ERR_IO, "%s declares a document type, which no answer of object storage does", what);
}

void cln_xml_clean_up(cln_xml *xml) {
    if (xml->document != NULL) xmlFreeDoc(xml->document);
    *xml = (cln_xml){0};
}

bool cln_xml_is(const xmlNode *node, const char *name) {
    return node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, name) == 0;
}

static xmlNodePtr first_of(xmlNodePtr node, const char *name) {
    while (node != NULL && !cln_xml_is(node, name)) node = node->next;
    return node;
}

xmlNodePtr cln_xml_child(const xmlNode *node, const char *name) {
    return first_of(node->children, name);
}

xmlNodePtr cln_xml_next(const xmlNode *node, const char *name) {
    return first_of(node->next, name);
}

cln_status cln_xml_text(const xmlNode *node, const char *name, char **text, cln_error *err) {
    const xmlNode *child = cln_xml_child(node, name);
    xmlChar *content = child == NULL ? NULL : xmlNodeGetContent(child);
    const cln_status status = cln_copy_string(text, content == NULL ? "" : (const char *)content, err);
    xmlFree(content);
    return status;
}

void cln_xml_copy_text(const xmlNode *node, const char *name, char *text, size_t size) {
    const xmlNode *child = cln_xml_child(node, name);
    xmlChar *content = child == NULL ? NULL : xmlNodeGetContent(child);
    (void)snprintf(text, size, "%s", content == NULL ? "" : (const char *)content);
    xmlFree(content);
}

uint64_t cln_xml_number(const xmlNode *node, const char *name) {
    char text[32];
    cln_xml_copy_text(node, name, text, sizeof text);
    if (text[0] < '0' || text[0] > '9') return 0;
    return strtoull(text, NULL, 10);
}

cln_status cln_xml_escape(cln_buffer *out, const char *text, cln_error *err) {
    for (; *text != '\0'; text++) {
        const unsigned char c = (unsigned char)*text;
        if (c == '&')
            CLN_TRY(cln_buffer_append_string(out, "&amp;", err));
        else if (c == '<')
            CLN_TRY(cln_buffer_append_string(out, "&lt;", err));
        else if (c == '>')
            CLN_TRY(cln_buffer_append_string(out, "&gt;", err));
        else if (c < ' ')
            CLN_TRY(cln_buffer_append_format(out, err, "&#%u;", c));
        else
            CLN_TRY(cln_buffer_append_char(out, *text, err));
    }
    return CLN_OK;
}
