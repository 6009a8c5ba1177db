/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A file that its server makes first: which address to ask next, and when.
 * Private to the net layer. Local.
 */
#ifndef COLONNADE_NET_EXPORT_H
#define COLONNADE_NET_EXPORT_H

#include "colonnade/net/download.h"
#include "export_status.h"

/* Of a message; a longer one is cut. What is longer than that is a file. */
enum { CLN_EXPORT_NOTE_BYTES = 65536 };

typedef struct cln_export {
    const char *source; /* the address that stands in the configuration; borrowed */
    const cln_download_limits *limits;
    char *url; /* that is asked: the source, or where the made file lies */
    unsigned address_count;
    double deadline_seconds; /* 0: no message was seen */
    double poll_seconds;
} cln_export;

/* Both are borrowed until cln_export_clean_up. */
CLN_CHECKED cln_status cln_export_init(cln_export *export, const char *source, const cln_download_limits *limits,
                                       cln_error *err);
void cln_export_clean_up(cln_export *export);

/* Whether the head of an answer says that its body is a message; one without
 * that says so only by its content (cln_export_judge). */
bool cln_export_is_announced(const cln_http_response *response, bool wants_json);

/* After a message: export->url is to be asked after *delay_seconds. CLN_ERR_IO
 * when it is no message of an export, or says that there will be no file, or
 * when that takes too long. */
CLN_CHECKED cln_status cln_export_heed(cln_export *export, const cln_http_response *response, cln_span body,
                                       double *delay_seconds, cln_error *err);

#endif
