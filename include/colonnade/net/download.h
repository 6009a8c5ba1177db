/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One transfer of one address (http, https, file) into a new file. TLS is
 * verified; at most five redirections are followed, never from https to
 * anything else nor to a file; proxies come from the environment; a
 * connection that does not come or stalls ends with an error. All functions
 * are local.
 */
#ifndef COLONNADE_NET_DOWNLOAD_H
#define COLONNADE_NET_DOWNLOAD_H

#include "colonnade/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLN_SHA256_TEXT_BYTES   65 /* hex digits and a NUL */
#define CLN_DOWNLOAD_HEAD_BYTES 512

typedef struct cln_download_request {
    const char *url;
    const char *path;          /* must not exist yet */
    uint64_t size_limit_bytes; /* a longer answer is CLN_ERR_IO */
    /* Called now and then; may be NULL. total_bytes is 0 where nobody knows. */
    void (*progress)(void *context, uint64_t received_bytes, uint64_t total_bytes);
    void *progress_context;
} cln_download_request;

typedef struct cln_download_result {
    char *final_url; /* behind redirections */
    char *etag;      /* these three are NULL where the answer has none */
    char *last_modified;
    char *content_type;
    long http_status; /* 0 for files */
    bool is_missing;  /* nothing is published there: 403, 404, 410, or no such file */
    uint64_t size_bytes;
    char sha256[CLN_SHA256_TEXT_BYTES];
    char head[CLN_DOWNLOAD_HEAD_BYTES]; /* the first bytes */
    size_t head_size;
} cln_download_result;

/* Downloads into request->path, which is synced. On failure the file is
 * removed, the message names the address, and result tells the status and
 * whether the address is missing. The caller cleans *result up in any case. */
CLN_CHECKED cln_status cln_download(const cln_download_request *request, cln_download_result *result, cln_error *err);
void cln_download_result_clean_up(cln_download_result *result);

/* SHA-256 of a file, in lower-case hex. */
CLN_CHECKED cln_status cln_sha256_file(const char *path, char text[CLN_SHA256_TEXT_BYTES], cln_error *err);

#endif
