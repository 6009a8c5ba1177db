/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void cln_buffer_init(cln_buffer *buffer, size_t size_limit) {
    *buffer = (cln_buffer){.size_limit = size_limit};
}

void cln_buffer_clean_up(cln_buffer *buffer) {
    free(buffer->data);
    buffer->data = NULL;
    buffer->size = 0;
    buffer->capacity = 0;
}

cln_status cln_buffer_reserve(cln_buffer *buffer, size_t more, cln_error *err) {
    if (more > buffer->size_limit || buffer->size > buffer->size_limit - more) {
        return cln_fail(err, CLN_ERR_INTERNAL, "a buffer would pass its limit of %zu bytes", buffer->size_limit);
    }
    const size_t need = buffer->size + more;
    if (need <= buffer->capacity) return CLN_OK;
    size_t capacity = buffer->capacity < 64 ? 64 : buffer->capacity;
    while (capacity < need) capacity = capacity > SIZE_MAX / 2 ? need : capacity * 2;
    if (capacity > buffer->size_limit) capacity = buffer->size_limit;
    char *data = realloc(buffer->data, capacity);
    if (data == NULL) return cln_fail_memory(err, "growing a buffer");
    buffer->data = data;
    buffer->capacity = capacity;
    return CLN_OK;
}

cln_status cln_buffer_append(cln_buffer *buffer, const void *data, size_t size, cln_error *err) {
    if (size == 0) return CLN_OK;
    CLN_TRY(cln_buffer_reserve(buffer, size, err));
    memcpy(buffer->data + buffer->size, data, size);
    buffer->size += size;
    return CLN_OK;
}

cln_status cln_buffer_append_span(cln_buffer *buffer, cln_span span, cln_error *err) {
    return cln_buffer_append(buffer, span.data, span.size, err);
}

cln_status cln_buffer_append_string(cln_buffer *buffer, const char *text, cln_error *err) {
    return cln_buffer_append(buffer, text, strlen(text), err);
}

cln_status cln_buffer_append_char(cln_buffer *buffer, char c, cln_error *err) {
    return cln_buffer_append(buffer, &c, 1, err);
}

cln_status cln_buffer_append_format(cln_buffer *buffer, cln_error *err, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0) return cln_fail(err, CLN_ERR_INTERNAL, "cannot format a text");
    CLN_TRY(cln_buffer_reserve(buffer, (size_t)length + 1, err));
    va_start(arguments, format);
    (void)vsnprintf(buffer->data + buffer->size, (size_t)length + 1, format, arguments);
    va_end(arguments);
    buffer->size += (size_t)length;
    return CLN_OK;
}

cln_status cln_buffer_terminate(cln_buffer *buffer, cln_error *err) {
    CLN_TRY(cln_buffer_reserve(buffer, 1, err));
    buffer->data[buffer->size] = '\0';
    return CLN_OK;
}
