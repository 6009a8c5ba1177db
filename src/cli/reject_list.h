/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rejected records and bad cells as they are printed, one after the other, so
 * that a list of any length takes no memory. Private to the cli layer. Local
 * (rank 0).
 */
#ifndef COLONNADE_CLI_REJECT_LIST_H
#define COLONNADE_CLI_REJECT_LIST_H

#include "colonnade/cli/sink.h"

typedef struct cln_reject_entry {
    int64_t record; /* CLN_NULL_INTEGER where it is not known; so for offset and size */
    int64_t offset;
    int64_t size_bytes;
    cln_span column; /* empty: the whole record */
    cln_span reason;
    cln_span raw; /* as in the file, maybe not UTF-8 */
} cln_reject_entry;

/* Where the entries that follow come from. */
typedef struct cln_reject_section {
    const char *dataset;
    const char *partition;
    const char *origin; /* of the file; may be "" */
    bool is_published;
    bool is_sample;
} cln_reject_section;

typedef struct cln_reject_list {
    cln_sink sink;
    cln_output_format format;
    cln_buffer text; /* not written yet */
    const cln_reject_section *section;
    bool section_is_new;
    uint64_t entry_count;
} cln_reject_list;

/* After success the caller finishes or abandons the list. */
CLN_CHECKED cln_status cln_reject_list_open(cln_reject_list *list, const cln_cli *cli, cln_error *err);
void cln_reject_list_begin(cln_reject_list *list, const cln_reject_section *section); /* borrows section */
CLN_CHECKED cln_status cln_reject_list_add(cln_reject_list *list, const cln_reject_entry *entry, cln_error *err);
CLN_CHECKED cln_status cln_reject_list_finish(cln_reject_list *list, cln_error *err);
void cln_reject_list_abandon(cln_reject_list *list);

#endif
