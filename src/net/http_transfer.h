/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One transfer of a pool. http_transfer.c says how it is set up and how it is
 * judged, http_callbacks.c what happens while it runs, http_pool.c when it
 * runs. Private to these. Local.
 */
#ifndef COLONNADE_NET_HTTP_TRANSFER_H
#define COLONNADE_NET_HTTP_TRANSFER_H

#include "colonnade/net/http.h"

#include <curl/curl.h>

struct cln_http_transfer {
    cln_http_pool *pool;
    const cln_http_request *request;
    cln_http_response *response;
    cln_http_done *done;
    void *context;
    CURL *curl;
    struct curl_slist *headers;
    char *url; /* of the redirection that is followed; NULL: the request's own */
    int redirect_count;
    uint64_t sent_bytes; /* of the request's body */
    size_t header_bytes;
    bool is_active;    /* in curl's hands; else it waits for its turn */
    bool is_paused;    /* by its sink */
    cln_status status; /* of a callback that failed; curl keeps it to itself */
    cln_error error;
    char message[CURL_ERROR_SIZE];
    cln_http_transfer *next; /* in the pool's list */
};

/* http_transfer.c: a handle for the request, all options set. */
CLN_CHECKED cln_status cln_http_prepare(cln_http_transfer *t, cln_error *err);
/* What became of it. *again: a redirection was followed, and it must be run once more. */
CLN_CHECKED cln_status cln_http_judge(cln_http_transfer *t, CURLcode code, bool *again);
void cln_http_transfer_free(cln_http_transfer *t);

/* http_callbacks.c */
void cln_http_set_callbacks(cln_http_transfer *t);
void cln_http_forget_headers(cln_http_response *response);

uint64_t cln_http_body_bytes(const cln_http_request *request); /* that it sends */

#endif
