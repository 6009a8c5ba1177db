/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A growable run of bytes with a declared maximum. The buffer owns its bytes;
 * spans of it are valid until it grows or is cleaned up.
 * All functions are local.
 */
#ifndef COLONNADE_BASE_BUFFER_H
#define COLONNADE_BASE_BUFFER_H

#include "colonnade/base/span.h"
#include "colonnade/base/status.h"

#include <stdint.h>

typedef struct cln_buffer {
    char *data;
    size_t size;       /* bytes in use */
    size_t capacity;   /* bytes allocated */
    size_t size_limit; /* bytes at the most; growing past it is CLN_ERR_INTERNAL */
} cln_buffer;

/* An empty buffer; allocates nothing. */
void cln_buffer_init(cln_buffer *buffer, size_t size_limit);
void cln_buffer_clean_up(cln_buffer *buffer);

/* Room for `more` bytes behind size, without changing size. */
CLN_CHECKED cln_status cln_buffer_reserve(cln_buffer *buffer, size_t more, cln_error *err);
CLN_CHECKED cln_status cln_buffer_append(cln_buffer *buffer, const void *data, size_t size, cln_error *err);
CLN_CHECKED cln_status cln_buffer_append_span(cln_buffer *buffer, cln_span span, cln_error *err);
CLN_CHECKED cln_status cln_buffer_append_string(cln_buffer *buffer, const char *text, cln_error *err);
CLN_CHECKED cln_status cln_buffer_append_char(cln_buffer *buffer, char c, cln_error *err);
CLN_CHECKED cln_status cln_buffer_append_format(cln_buffer *buffer, cln_error *err, const char *format, ...)
    CLN_PRINTF(3, 4);

/* A NUL behind the last byte (not counted in size), so that data is a C string. */
CLN_CHECKED cln_status cln_buffer_terminate(cln_buffer *buffer, cln_error *err);

static inline void cln_buffer_clear(cln_buffer *buffer) {
    buffer->size = 0;
}

static inline cln_span cln_buffer_span(const cln_buffer *buffer) {
    return cln_span_of(buffer->data, buffer->size);
}

#endif
