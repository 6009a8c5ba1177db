/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

cln_status cln_new_array(void *pointer_to_pointer, size_t count, size_t item_bytes, cln_error *err) {
    if (count > SIZE_MAX / item_bytes) return cln_fail_memory(err, "allocating an array");
    void *items = calloc(count == 0 ? 1 : count, item_bytes);
    if (items == NULL) return cln_fail_memory(err, "allocating an array");
    memcpy(pointer_to_pointer, &items, sizeof items);
    return CLN_OK; /* cppcheck-suppress memleak ; the caller's pointer has it */
}

cln_status cln_grow_array(void *pointer_to_pointer, size_t *capacity, size_t need, size_t item_bytes, cln_error *err) {
    if (need <= *capacity) return CLN_OK;
    size_t grown = *capacity < 8 ? 8 : *capacity;
    while (grown < need) grown = grown > SIZE_MAX / 2 ? need : grown * 2;
    if (grown > SIZE_MAX / item_bytes) return cln_fail_memory(err, "growing an array");
    void *items;
    memcpy(&items, pointer_to_pointer, sizeof items);
    items = realloc(items, grown * item_bytes); /* cppcheck-suppress memleakOnRealloc ; the caller still has it */
    if (items == NULL) return cln_fail_memory(err, "growing an array");
    memset((char *)items + *capacity * item_bytes, 0, (grown - *capacity) * item_bytes);
    memcpy(pointer_to_pointer, &items, sizeof items);
    *capacity = grown;
    return CLN_OK;
}

void cln_give_memory_back(void) {
#ifdef __GLIBC__
    (void)malloc_trim(0);
#endif
}

cln_status cln_copy_string(char **copy, const char *text, cln_error *err) {
    return cln_copy_span(copy, cln_span_of_string(text), err);
}

cln_status cln_copy_span(char **copy, cln_span span, cln_error *err) {
    char *text = malloc(span.size + 1);
    if (text == NULL) return cln_fail_memory(err, "copying a text");
    if (span.size > 0) memcpy(text, span.data, span.size);
    text[span.size] = '\0';
    *copy = text;
    return CLN_OK;
}

cln_status cln_format_string(char **text, cln_error *err, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0) return cln_fail(err, CLN_ERR_INTERNAL, "cannot format a text");
    char *made = malloc((size_t)length + 1);
    if (made == NULL) return cln_fail_memory(err, "formatting a text");
    va_start(arguments, format);
    (void)vsnprintf(made, (size_t)length + 1, format, arguments);
    va_end(arguments);
    *text = made;
    return CLN_OK;
}
