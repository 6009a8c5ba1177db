/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A span borrows bytes that somebody else owns. It is never NUL-terminated
 * by promise, may hold any byte, and is valid as long as its owner says.
 */
#ifndef COLONNADE_BASE_SPAN_H
#define COLONNADE_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

typedef struct cln_span {
    const char *data;
    size_t size; /* bytes */
} cln_span;

static inline cln_span cln_span_of(const char *data, size_t size) {
    return (cln_span){.data = data, .size = size};
}

static inline cln_span cln_span_of_string(const char *text) {
    return (cln_span){.data = text, .size = strlen(text)};
}

static inline bool cln_span_equal(cln_span a, cln_span b) {
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

/* Bytewise order; a prefix comes first. Negative, zero or positive. */
static inline int cln_span_compare(cln_span a, cln_span b) {
    const size_t common = a.size < b.size ? a.size : b.size;
    const int order = common == 0 ? 0 : memcmp(a.data, b.data, common);
    if (order != 0) return order;
    return (a.size > b.size) - (a.size < b.size);
}

/* Without blanks (space and tab) at both ends. */
static inline cln_span cln_span_trim(cln_span s) {
    while (s.size > 0 && (s.data[0] == ' ' || s.data[0] == '\t')) {
        s.data++;
        s.size--;
    }
    while (s.size > 0 && (s.data[s.size - 1] == ' ' || s.data[s.size - 1] == '\t')) s.size--;
    return s;
}

#endif
