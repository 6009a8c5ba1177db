/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/utf8.h"

#include <stdint.h>
#include <string.h>

/* Bytes 80 to 9F of Windows-1252; 0 where it is undefined. A0 to FF are the
 * code points of the same numbers. */
static const uint16_t windows_1252_high[32] = {0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                               0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017D, 0,
                                               0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                               0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

static bool is_continuation(unsigned char byte) {
    return (byte & 0xC0) == 0x80;
}

/* Bytes of the well-formed sequence that begins here with a byte beyond
 * ASCII, 0 when there is none. The second byte's range depends on the first:
 * it excludes overlong forms, surrogates and what lies beyond U+10FFFF. */
static size_t sequence_size(const unsigned char *c, size_t available) {
    const unsigned char lead = c[0];
    if (lead < 0xC2 || lead > 0xF4) return 0;
    const size_t size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (size > available) return 0;
    const unsigned char lowest = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    const unsigned char highest = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (c[1] < lowest || c[1] > highest) return 0;
    for (size_t i = 2; i < size; i++) {
        if (!is_continuation(c[i])) return 0;
    }
    return size;
}

/* The first byte beyond ASCII, or end. */
static const unsigned char *skip_ascii(const unsigned char *c, const unsigned char *end) {
    while (end - c >= 8) {
        uint64_t word;
        memcpy(&word, c, sizeof word);
        if ((word & UINT64_C(0x8080808080808080)) != 0) break;
        c += 8;
    }
    while (c < end && *c < 0x80) c++;
    return c;
}

bool cln_utf8_is_valid(cln_span text) {
    static cln_utf8_check *best = NULL;
    if (best == NULL) {
        best = cln_utf8_check_avx2();
        if (best == NULL) best = cln_utf8_check_portable;
    }
    return best(text);
}

bool cln_utf8_check_portable(cln_span text) {
    if (text.size == 0) return true;
    const unsigned char *c = (const unsigned char *)text.data;
    const unsigned char *const end = c + text.size;
    for (;;) {
        c = skip_ascii(c, end);
        if (c == end) return true;
        const size_t size = sequence_size(c, (size_t)(end - c));
        if (size == 0) return false;
        c += size;
    }
}

/* The code point of a byte; 0 for NUL and for the undefined ones. */
static unsigned windows_1252_code_point(unsigned char byte) {
    return byte >= 0x80 && byte < 0xA0 ? windows_1252_high[byte - 0x80] : byte;
}

static size_t encoded_size(unsigned code_point) {
    return code_point < 0x80 ? 1 : code_point < 0x800 ? 2 : 3;
}

static size_t encode(unsigned code_point, char *out) {
    const size_t size = encoded_size(code_point);
    if (size == 1) {
        out[0] = (char)code_point;
    } else if (size == 2) {
        out[0] = (char)(0xC0 | code_point >> 6);
        out[1] = (char)(0x80 | (code_point & 0x3F));
    } else {
        out[0] = (char)(0xE0 | code_point >> 12);
        out[1] = (char)(0x80 | (code_point >> 6 & 0x3F));
        out[2] = (char)(0x80 | (code_point & 0x3F));
    }
    return size;
}

cln_status cln_utf8_from_windows_1252(cln_span text, cln_buffer *utf8, bool *defined, cln_error *err) {
    *defined = true;
    size_t need = 0;
    for (size_t i = 0; i < text.size; i++) {
        const unsigned char byte = (unsigned char)text.data[i];
        const unsigned code_point = windows_1252_code_point(byte);
        if (code_point == 0 && byte != 0) *defined = false;
        need += encoded_size(code_point);
    }
    if (!*defined || need == 0) return CLN_OK;
    CLN_TRY(cln_buffer_reserve(utf8, need, err));
    for (size_t i = 0; i < text.size; i++) {
        const unsigned code_point = windows_1252_code_point((unsigned char)text.data[i]);
        utf8->size += encode(code_point, utf8->data + utf8->size);
    }
    return CLN_OK;
}
