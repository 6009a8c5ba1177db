/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/sample.h"

#include <stdint.h>
#include <string.h>

/* The mark is long enough to hold, wherever it stands, four bytes that begin at
 * a multiple of STEP; so only those are looked up. */
enum { WORD_BYTES = 4, STEP = 16, BUCKETS = 256 };
_Static_assert(CLN_SAMPLE_MARK_BYTES >= STEP - 1 + WORD_BYTES, "one of its words begins at each multiple of STEP");

static uint32_t word_at(const char *bytes) {
    uint32_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

/* No two of the mark's words share a bucket, in either order of bytes. */
static size_t bucket_of(uint32_t word) {
    return (word * UINT32_C(0x9E3779B1)) >> 24;
}

/* Whether the mark covers position, where one of its words stands. */
static bool is_marked_around(cln_span bytes, size_t position) {
    for (size_t offset = 0; offset < STEP && offset <= position; offset++) {
        const size_t begin = position - offset;
        if (bytes.size - begin < CLN_SAMPLE_MARK_BYTES) continue;
        if (memcmp(bytes.data + begin, CLN_SAMPLE_MARK, CLN_SAMPLE_MARK_BYTES) == 0) return true;
    }
    return false;
}

bool cln_sample_is_marked(cln_span bytes) {
    static const char mark[] = CLN_SAMPLE_MARK;
    uint32_t words[BUCKETS];
    for (size_t i = 0; i < BUCKETS; i++) words[i] = word_at(mark);
    for (size_t i = 0; i < STEP; i++) words[bucket_of(word_at(&mark[i]))] = word_at(&mark[i]);
    for (size_t i = 0; i + WORD_BYTES <= bytes.size; i += STEP) {
        const uint32_t word = word_at(bytes.data + i);
        if (words[bucket_of(word)] == word && is_marked_around(bytes, i)) return true;
    }
    return false;
}
