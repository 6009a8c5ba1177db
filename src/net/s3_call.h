/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One signed request to object storage, repeated as long as that is
 * worthwhile. Local.
 */
#ifndef COLONNADE_NET_S3_CALL_H
#define COLONNADE_NET_S3_CALL_H

#include "colonnade/net/credentials.h"
#include "colonnade/net/http.h"
#include "colonnade/net/retry.h"
#include "colonnade/net/s3.h"
#include "colonnade/net/sigv4.h"

enum {
    CLN_S3_QUERY_MOST = 8,
    CLN_S3_HEADERS_MOST = 16,
    CLN_S3_BODY_LIMIT_BYTES = 8 << 20, /* of an answer that is kept: a page of 1000 keys of 1 KiB, encoded */
};

struct cln_s3 {
    char *scheme; /* "https://" */
    char *host;   /* with a port where it is not the scheme's own */
    char *region;
    cln_path_style path_style;
    bool has_endpoint;
    int parts_at_once;
    uint64_t part_size_bytes;
    uint64_t memory_bytes;
    cln_retry_policy retry; /* of each request */
    cln_credentials *credentials;
    cln_http_pool *pool;
    size_t sending_count; /* parts of all uploads that are on the way */
    uint64_t call_count;  /* seeds of the back-off */
};

/* What a service says when it refuses. */
typedef struct cln_s3_refusal {
    char code[64]; /* "NoSuchKey"; "" when there was no such answer */
    char message[256];
    char region[64];
    char server_time[64];
} cln_s3_refusal;

typedef struct cln_s3_call cln_s3_call;
/* Called once, when the call has ended: with CLN_OK for status 2xx (and 404
 * where that is allowed), else with a message in call->error. */
typedef void cln_s3_done(cln_s3_call *call, cln_status status);

/* The first part is what is asked, zeroed where it does not matter; everything
 * is borrowed until done. */
struct cln_s3_call {
    const char *method;
    const char *bucket;
    const char *key; /* NULL: the bucket itself */
    cln_sigv4_field query[CLN_S3_QUERY_MOST];
    size_t query_count;
    cln_sigv4_field headers[CLN_S3_HEADERS_MOST]; /* beside those that every request has */
    size_t header_count;
    cln_span body;
    const char *body_sha256; /* NULL: computed here */
    bool has_range;
    uint64_t first_byte;
    uint64_t last_byte;
    cln_http_sink *sink; /* NULL: the answer is kept */
    void *sink_context;
    void (*rewind)(void *sink_context); /* before each try; may be NULL */
    double stall_seconds;               /* 0: the usual */
    bool may_be_missing;
    bool is_once;       /* each try is one request, so that try_count tells how often it may have been carried out */
    bool may_fail_late; /* an error may come with status 200 */
    cln_s3_done *done;  /* NULL only for cln_s3_call_perform */
    void *context;

    /* What came of it; cleaned up by cln_s3_call_clean_up. */
    cln_http_response response;
    cln_s3_refusal refusal;
    cln_error error;
    unsigned try_count;

    /* Private */
    cln_s3 *s3;
    cln_retry retry;
    cln_http_request request;
    char *url;
    char *path;
    char host[CLN_S3_BUCKET_BYTES + 256];
    char computed_sha256[65];
    cln_buffer lines[CLN_S3_HEADERS_MOST + 8];
    const char *line_texts[CLN_S3_HEADERS_MOST + 8];
    size_t line_count;
    cln_http_transfer *transfer;
    bool is_later; /* waits for another try */
    bool is_done;
    cln_status status;
};

/* Begins. A failure here is told like one later: by done, within this call. */
void cln_s3_call_start(cln_s3 *s3, cln_s3_call *call);

/* Begins and waits; others of the pool go on meanwhile. */
CLN_CHECKED cln_status cln_s3_call_perform(cln_s3 *s3, cln_s3_call *call, cln_error *err);

/* Frees what came of it. One that still runs is cancelled, without done. */
void cln_s3_call_clean_up(cln_s3_call *call);

void cln_s3_call_add_query(cln_s3_call *call, const char *name, const char *value);
void cln_s3_call_add_header(cln_s3_call *call, const char *name, const char *value);

/* For a sink, at the first bytes of each try: whether the answer to a range begins where it was asked to, and is of the
 * version with that ETag (NULL: of any), where the answer tells. */
CLN_CHECKED cln_status cln_s3_call_check_range(const cln_s3_call *call, const cln_http_response *response,
                                               const char *etag, cln_error *err);

/* s3_refusal.c: what the answer says, and the sentence for people. */
void cln_s3_refusal_read(cln_s3_refusal *refusal, const cln_http_response *response);
bool cln_s3_refusal_is_passing(const cln_s3_refusal *refusal);
CLN_CHECKED cln_status cln_s3_refusal_fail(const cln_s3_call *call, cln_error *err);

#endif
