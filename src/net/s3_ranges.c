/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A range of an object into memory, cut into pieces that come side by side. */
#include "colonnade/base/memory.h"
#include "s3_call.h"

#include <stdlib.h>
#include <string.h>

/* Shorter pieces cost more requests than they save time. */
enum { PIECE_LEAST_BYTES = 1 << 20 };

typedef struct piece {
    cln_s3_call call;
    const char *etag; /* NULL: of any version */
    char *data;
    size_t size;
    size_t filled;
} piece;

static void rewind_piece(void *context) {
    ((piece *)context)->filled = 0;
}

static cln_status take_bytes(void *context, const cln_http_response *response, const char *data, size_t size,
                             bool *wait, cln_error *err) {
    piece *p = context;
    *wait = false;
    if (response->status != 206 && !(response->status == 200 && p->call.first_byte == 0)) {
        return cln_fail(err, CLN_ERR_IO, "s3://%s/%s: the service sends the whole object instead of a part",
                        p->call.bucket, p->call.key);
    }
    if (p->filled == 0) CLN_TRY(cln_s3_call_check_range(&p->call, response, p->etag, err));
    if (size > p->size - p->filled) {
        return cln_fail(err, CLN_ERR_IO, "s3://%s/%s: the service sends more bytes than it was asked for",
                        p->call.bucket, p->call.key);
    }
    memcpy(p->data + p->filled, data, size);
    p->filled += size;
    return CLN_OK;
}

static void begin_piece(cln_s3 *s3, piece *p, const char *bucket, const char *key, const char *etag, uint64_t offset) {
    p->etag = etag;
    p->call = (cln_s3_call){.method = "GET",
                            .bucket = bucket,
                            .key = key,
                            .has_range = true,
                            .first_byte = offset,
                            .last_byte = offset + p->size - 1,
                            .sink = take_bytes,
                            .sink_context = p,
                            .rewind = rewind_piece};
    if (etag != NULL) cln_s3_call_add_header(&p->call, "if-match", etag);
    cln_s3_call_start(s3, &p->call);
}

static cln_status wait_for(cln_s3 *s3, piece *p, cln_error *err) {
    bool busy = true;
    while (!p->call.is_done && busy) CLN_TRY(cln_http_pool_step(s3->pool, 1, &busy, err));
    if (p->call.status != CLN_OK) {
        if (err != NULL) *err = p->call.error;
        return p->call.status;
    }
    if (p->filled == p->size) return CLN_OK;
    return cln_fail(err, CLN_ERR_IO, "s3://%s/%s: the service sends %zu bytes of the %zu that it was asked for",
                    p->call.bucket, p->call.key, p->filled, p->size);
}

static size_t piece_size(const cln_s3 *s3, size_t size) {
    const size_t even = (size + (size_t)s3->parts_at_once - 1) / (size_t)s3->parts_at_once;
    return even < PIECE_LEAST_BYTES ? PIECE_LEAST_BYTES : even;
}

cln_status cln_s3_get_range(cln_s3 *s3, const char *bucket, const char *key, const char *etag, uint64_t offset,
                            void *data, size_t size, cln_error *err) {
    if (size == 0) return CLN_OK;
    const size_t step = piece_size(s3, size);
    const size_t count = (size + step - 1) / step;
    piece *pieces;
    CLN_TRY(cln_new_array(&pieces, count, sizeof *pieces, err));
    for (size_t i = 0; i < count; i++) {
        pieces[i].data = (char *)data + i * step;
        pieces[i].size = i + 1 < count ? step : size - i * step;
        begin_piece(s3, &pieces[i], bucket, key, etag, offset + i * step);
    }
    cln_status status = CLN_OK;
    for (size_t i = 0; i < count && status == CLN_OK; i++) status = wait_for(s3, &pieces[i], err);
    for (size_t i = 0; i < count; i++) cln_s3_call_clean_up(&pieces[i].call);
    free(pieces);
    return status;
}
