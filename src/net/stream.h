/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A source (http, https, file, s3) read once, in order, by whoever takes its
 * bytes, without a file in between. A cut is mended: the stream asks for the
 * rest of the same version (Range with If-Range, or If-Match), and never goes
 * on with another. A server that makes the file first is asked until it has
 * (export.h). Local; all happens within the pool.
 */
#ifndef COLONNADE_NET_STREAM_H
#define COLONNADE_NET_STREAM_H

#include "colonnade/base/byte_source.h"
#include "export.h"
#include "s3_call.h"
#include "validators.h"

typedef enum cln_stream_state {
    CLN_STREAM_RUNS,
    CLN_STREAM_WHOLE,
    CLN_STREAM_UNCHANGED,     /* the version that was known is still the one */
    CLN_STREAM_OTHER_VERSION, /* not the one that was begun with, or nobody can tell; error says so */
    CLN_STREAM_FAILED,        /* with the message in error */
} cln_stream_state;

/* Takes all of the bytes, or none and sets *wait: then cln_stream_resume. */
typedef cln_status cln_stream_take(void *context, const char *data, size_t size, bool *wait, cln_error *err);

/* Zeroed but for the first part, which is borrowed; not to be moved while it
 * runs. The caller cleans it up. */
typedef struct cln_stream {
    cln_s3 *s3; /* its pool runs the stream, and its keys open s3:// */
    const char *url;
    const cln_download_limits *limits; /* of http; of all, the size */
    bool is_csv;
    const char *known_etag; /* NULL: take any version */
    const char *known_last_modified;
    cln_stream_take *take;
    void *context;

    cln_stream_state state;
    cln_status status;
    cln_error error;
    bool is_missing;
    char *final_url;
    char *content_type;
    cln_validators validators;
    uint64_t size_bytes; /* CLN_HTTP_TO_THE_END: not told */
    uint64_t position;   /* of the next byte */
    uint64_t transferred_bytes;

    /* Private */
    cln_byte_source *file; /* NULL: it is none */
    cln_s3_place place;
    cln_s3_call call;
    bool is_called; /* the call is in use */
    cln_http_request request;
    cln_http_response response;
    cln_http_transfer *transfer;
    cln_retry retry;
    cln_export export; /* tells the address that is asked */
    double deadline_seconds;
    cln_buffer note; /* the beginning of an answer that is a message, or may be one */
    char *headers[2];
    bool is_judged; /* the head of the answer that runs */
    bool is_note;   /* it is a message */
    bool is_held;   /* it may be one: its bytes are handed on when it is too long for that */
    bool has_head;  /* of any answer: validators and size are known */
    bool is_other;
    bool is_later;
    uint64_t skip_bytes; /* of an answer that began before position */
} cln_stream;

/* Begins at first_byte; where that is not 0, expected tells which version, and
 * CLN_STREAM_OTHER_VERSION comes if it is not that. */
void cln_stream_start(cln_stream *stream, uint64_t first_byte, const cln_validators *expected);
/* After a wait, and now and then: a file of this machine is read here. */
void cln_stream_resume(cln_stream *stream);
void cln_stream_clean_up(cln_stream *stream); /* also while it runs */

/* stream_file.c */
void cln_stream_start_file(cln_stream *stream);
void cln_stream_read_file(cln_stream *stream);

/* stream_s3.c */
void cln_stream_start_s3(cln_stream *stream);
/* Ends the stream. */
void cln_stream_fail(cln_stream *stream, cln_stream_state state, cln_status status, const cln_error *error);
/* Hands bytes on, from the stream's position. */
CLN_CHECKED cln_status cln_stream_hand_on(cln_stream *stream, const char *data, size_t size, bool *wait,
                                          cln_error *err);

#endif
