/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Bytes that come in order become an object, in parts that are sent side by
 * side, with a bounded number of them in memory: cln_s3_upload_take copies into
 * a buffer (from within a sink, if need be) and says when all are full;
 * cln_s3_upload_advance, from outside the pool's loop, sends full ones and
 * takes them back. What fits into one part becomes an object in one request.
 *
 * Nothing is visible before cln_s3_upload_complete. What was sent stays with the
 * service until then, or until cln_s3_upload_abort. Local.
 */
#ifndef COLONNADE_NET_S3_UPLOAD_H
#define COLONNADE_NET_S3_UPLOAD_H

#include "colonnade/net/s3_multipart.h"
#include "s3_call.h"
#include "sha256_state.h"

enum { CLN_S3_BUFFERS_MOST = 66, CLN_S3_MIDSTATES = 128 };

typedef enum cln_part_state { CLN_PART_FREE, CLN_PART_FULL, CLN_PART_SENDING, CLN_PART_SENT } cln_part_state;

struct cln_s3_upload;

typedef struct cln_part_buffer {
    struct cln_s3_upload *upload;
    char *data; /* of part_bytes, allocated when first used */
    size_t size;
    unsigned number;
    cln_part_state state;
    char sha256[CLN_SHA256_TEXT_BYTES];
    char number_text[16];
    cln_s3_call call;
} cln_part_buffer;

/* Not to be moved while it is in use. */
typedef struct cln_s3_upload {
    /* Asked; borrowed. */
    cln_s3 *s3;
    const char *bucket;
    const char *key;
    const char *mark;   /* of this upload, for the object's metadata */
    const char *sha256; /* of the whole where it is known before, for its metadata; NULL */
    uint64_t part_bytes;
    uint64_t memory_bytes; /* that its parts may take; 0: all that s3 has */

    /* What came of it. */
    char *upload_id;        /* NULL: not begun */
    cln_s3_part_list known; /* parts that the service has from before */
    char **etags;           /* of part i + 1; NULL: not there yet */
    size_t etag_capacity;
    unsigned part_count;                          /* cut so far */
    unsigned arrived_count;                       /* of those */
    cln_sha256_state hash;                        /* of all whole parts */
    cln_sha256_state midstates[CLN_S3_MIDSTATES]; /* that of the first n parts at n % CLN_S3_MIDSTATES */
    unsigned first_part;                          /* parts before it were there already */
    uint64_t sent_bytes;
    uint64_t kept_bytes; /* that the service had */
    cln_error error;
    cln_status status; /* of the parts */

    /* Private */
    cln_part_buffer *buffers;
    size_t buffer_count;
    cln_part_buffer *filling; /* NULL: none is */
    bool is_ended;
} cln_s3_upload;

/* The size of parts for a file of that many bytes (CLN_HTTP_TO_THE_END: nobody
 * knows): the configured one, or greater, so that there are not too many. */
CLN_CHECKED cln_status cln_s3_part_bytes(const cln_s3 *s3, uint64_t size_bytes, uint64_t *part_bytes, cln_error *err);

/* The first part of *upload is filled in. The caller cleans it up in any case. */
CLN_CHECKED cln_status cln_s3_upload_begin(cln_s3_upload *upload, cln_error *err);
void cln_s3_upload_clean_up(cln_s3_upload *upload);

/* Goes on with an upload that the service has. upload_id and the parts go to
 * *upload. The first `parts` of them are not sent again: hash is that of their
 * bytes, and the next byte to take is the one behind them. Others are not sent
 * again when they turn out to be the same (by their MD5). */
void cln_s3_upload_resume(cln_s3_upload *upload, char *upload_id, cln_s3_part_list *known, unsigned parts,
                          const cln_sha256_state *hash);

/* As cln_stream_take. */
CLN_CHECKED cln_status cln_s3_upload_take(void *upload, const char *data, size_t size, bool *wait, cln_error *err);
/* No more bytes will come. */
void cln_s3_upload_end(cln_s3_upload *upload);

/* Sends what is full and looks what arrived. *room: bytes can be taken. */
CLN_CHECKED cln_status cln_s3_upload_advance(cln_s3_upload *upload, bool *room, cln_error *err);
/* Everything that was taken is with the service, or will be by completion. */
bool cln_s3_upload_is_sent(const cln_s3_upload *upload);

/* The hash of the whole, after the end. */
void cln_s3_upload_digest(const cln_s3_upload *upload, char text[CLN_SHA256_TEXT_BYTES]);

CLN_CHECKED cln_status cln_s3_upload_complete(cln_s3_upload *upload, cln_error *err);
CLN_CHECKED cln_status cln_s3_upload_abort(cln_s3_upload *upload, cln_error *err);

#endif
