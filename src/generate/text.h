/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Writing text where the caller made sure that there is room. Every function
 * returns the end of what it wrote.
 */
#ifndef GENERATE_TEXT_H
#define GENERATE_TEXT_H

#include "colonnade/base/span.h"

#include <stdint.h>
#include <string.h>

static inline char *cln_put_span(char *out, cln_span text) {
    memcpy(out, text.data, text.size);
    return out + text.size;
}

static inline char *cln_put_string(char *out, const char *text) {
    return cln_put_span(out, cln_span_of_string(text));
}

static inline char *cln_put_two_digits(char *out, uint32_t value) {
    out[0] = (char)('0' + value / 10 % 10);
    out[1] = (char)('0' + value % 10);
    return out + 2;
}

/* The last `digits` decimal digits of value. */
static inline char *cln_put_digits(char *out, uint64_t value, uint32_t digits) {
    for (uint32_t i = digits; i-- > 0; value /= 10) out[i] = (char)('0' + value % 10);
    return out + digits;
}

static inline char *cln_put_unsigned(char *out, uint64_t value) {
    uint32_t digits = 1;
    for (uint64_t rest = value / 10; rest > 0; rest /= 10) digits++;
    return cln_put_digits(out, value, digits);
}

/* value / 10^9 with so many digits behind the point (cut, not rounded). */
static inline char *cln_put_nano(char *out, int64_t value, uint32_t digits) {
    uint64_t size = value < 0 ? -(uint64_t)value : (uint64_t)value;
    if (value < 0) *out++ = '-';
    out = cln_put_unsigned(out, size / 1000000000);
    uint64_t fraction = size % 1000000000;
    for (uint32_t i = digits; i < 9; i++) fraction /= 10;
    *out++ = '.';
    return cln_put_digits(out, fraction, digits);
}

static inline void cln_make_upper(char *start, const char *end) {
    for (; start < end; start++) {
        if (*start >= 'a' && *start <= 'z') *start = (char)(*start - 'a' + 'A');
    }
}

#endif
