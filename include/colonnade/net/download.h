/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One file from one address (http, https, file), which survives cuts: its
 * bytes lie in a partial file with a state beside it, and whoever asks for the
 * same address again, in this process or a later one, gets only what is
 * missing (Range with If-Range). Large files come in parts, several at a time,
 * where the server sends parts. Bytes of two versions of a file never mix: all
 * answers must agree on ETag, or Last-Modified, and on the size; otherwise it
 * begins again. What arrived has the length, and the checksum where the
 * server publishes one, that it should have.
 *
 * Failures that may pass are tried again (retry.h). A server that makes the
 * file first (status 202, or a status in JSON) is asked again until it is
 * ready, and followed to where it lies.
 *
 * All of it happens within a pool (http.h), and many downloads side by side.
 * All functions are local.
 */
#ifndef COLONNADE_NET_DOWNLOAD_H
#define COLONNADE_NET_DOWNLOAD_H

#include "colonnade/base/status.h"
#include "colonnade/net/http.h"
#include "colonnade/net/retry.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLN_SHA256_TEXT_BYTES   65 /* hex digits and a NUL */
#define CLN_DOWNLOAD_HEAD_BYTES 512

typedef struct cln_download_limits {
    size_t connections_most;    /* for one file */
    uint64_t part_bytes;        /* of a large file */
    uint64_t size_limit_bytes;  /* a longer file is CLN_ERR_IO */
    cln_retry_policy retry;     /* in a row, without any progress */
    cln_http_timeouts timeouts; /* total_seconds is that of the whole file */
    double export_wait_seconds; /* for a file that its server has to make first */
    double poll_seconds;        /* between the first questions for it */
} cln_download_limits;

/* 4 connections, 32 MiB, 256 GiB, the default policy, 30 s, 60 s, a day, 10 min, 2 s. */
extern const cln_download_limits cln_download_default_limits;

typedef struct cln_download_request { /* borrowed until the download is freed */
    const char *url;
    const char *partial_path; /* "....part"; "....part.state" is its state */
    const cln_download_limits *limits;
    const char *known_etag; /* of the version that is here already; NULL */
    const char *known_last_modified;
    struct cln_s3 *s3; /* opens s3:// addresses; NULL: there are none */
    bool wants_json;   /* else an answer in JSON is a message */
    /* Called now and then; may be NULL. total_bytes is 0 where nobody knows. */
    void (*progress)(void *context, uint64_t received_bytes, uint64_t total_bytes);
    void *progress_context;
} cln_download_request;

typedef enum cln_download_outcome {
    CLN_DOWNLOAD_FAILED,
    CLN_DOWNLOAD_ARRIVED,
    CLN_DOWNLOAD_UNCHANGED, /* the known version is still the one */
} cln_download_outcome;

typedef struct cln_download_result {
    cln_download_outcome outcome;
    char *final_url; /* behind redirections */
    char *etag;      /* these three are NULL where the answer has none */
    char *last_modified;
    char *content_type;
    bool is_missing; /* nothing is published there: 403, 404, 410, or no such file */
    uint64_t size_bytes;
    uint64_t transferred_bytes; /* by this download, what had to come again included */
    char sha256[CLN_SHA256_TEXT_BYTES];
    char head[CLN_DOWNLOAD_HEAD_BYTES]; /* the first bytes */
    size_t head_size;
} cln_download_result;

typedef struct cln_download cln_download;

/* Called once, with CLN_OK unless the outcome is CLN_DOWNLOAD_FAILED; else the
 * message names the address. May free the download. */
typedef void cln_download_done(void *context, cln_status status, const cln_error *error);

/* Begins. Fails when the partial file cannot be opened, or another process
 * works on it. The caller frees the download, and cleans *result up in any case. */
CLN_CHECKED cln_status cln_download_start(cln_download **download, cln_http_pool *pool,
                                          const cln_download_request *request, cln_download_result *result,
                                          cln_download_done *done, void *context, cln_error *err);

/* Of a file that arrived, which is synced: gives it its name. */
CLN_CHECKED cln_status cln_download_publish(cln_download *download, const char *path, cln_error *err);

/* Of a file that nobody wants: its bytes go away. */
void cln_download_discard(cln_download *download);

/* Ends what still runs, without calling done. Bytes that a later run can use
 * stay in the partial file. NULL does nothing. */
void cln_download_free(cln_download *download);
void cln_download_result_clean_up(cln_download_result *result);

/* SHA-256 of a file, in lower-case hex. */
CLN_CHECKED cln_status cln_sha256_file(const char *path, char text[CLN_SHA256_TEXT_BYTES], cln_error *err);

#endif
