/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * AWS Signature Version 4 for object storage: a request is written in one
 * canonical form and signed by a key that is derived from the secret, the day,
 * the region and the service.
 *
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 *
 * As S3 wants it, a path is encoded once and never normalised: "a//b" and
 * "a/../b" are keys of their own. All functions are local.
 */
#ifndef COLONNADE_NET_SIGV4_H
#define COLONNADE_NET_SIGV4_H

#include "colonnade/base/buffer.h"
#include "colonnade/base/status.h"

#include <stddef.h>
#include <time.h>

#define CLN_SIGV4_TIME_BYTES 17 /* "20130524T000000Z" and a NUL */

/* The SHA-256 of no bytes at all, which requests without a body carry. */
#define CLN_SIGV4_EMPTY_SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

typedef struct cln_sigv4_field {
    const char *name;
    const char *value; /* of a query: "" where there is none */
} cln_sigv4_field;

/* What is signed; it borrows everything. Nothing in it is encoded yet. */
typedef struct cln_sigv4_request {
    const char *method;           /* "GET" */
    const char *path;             /* "/bucket/key", with its first '/' */
    const cln_sigv4_field *query; /* in any order */
    size_t query_count;
    const cln_sigv4_field *headers; /* in any order, each once; "host" and "x-amz-date" among them */
    size_t header_count;            /* CLN_SIGV4_FIELDS_MOST at the most; all of them are signed */
    const char *payload_sha256;     /* of the body, in lower-case hex */
    const char *time;               /* as cln_sigv4_format_time writes it */
    const char *region;
    const char *service; /* "s3" */
} cln_sigv4_request;

enum { CLN_SIGV4_FIELDS_MOST = 32 };

/* The time of a signature, in UTC. */
void cln_sigv4_format_time(time_t now, char text[CLN_SIGV4_TIME_BYTES]);

/* Appends text with every byte but A-Z a-z 0-9 - . _ ~ (and '/' when
 * keep_slashes) as %XX, in upper case. */
CLN_CHECKED cln_status cln_sigv4_encode(cln_buffer *out, const char *text, bool keep_slashes, cln_error *err);

/* Appends the path and, behind a '?', the query as they were signed: what must
 * go over the wire, byte for byte. */
CLN_CHECKED cln_status cln_sigv4_append_target(cln_buffer *out, const cln_sigv4_request *request, cln_error *err);

/* Appends the canonical form of the request, for tests and for telling what
 * was signed; there are no secrets in it but the session token's header. */
CLN_CHECKED cln_status cln_sigv4_append_canonical(cln_buffer *out, const cln_sigv4_request *request, cln_error *err);

/* Appends the value of the header "Authorization". The secret is not in it,
 * and what is derived from it is overwritten in memory. */
CLN_CHECKED cln_status cln_sigv4_append_authorization(cln_buffer *out, const cln_sigv4_request *request,
                                                      const char *access_key_id, const char *secret_access_key,
                                                      cln_error *err);

#endif
