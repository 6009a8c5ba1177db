/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The codes of texts that came lately: most cells of a category repeat one of
 * a few short texts, which are found here by a few comparisons of words,
 * without hashing or comparing bytes. All functions are local.
 */
#ifndef COLONNADE_INGEST_RECENT_TEXTS_H
#define COLONNADE_INGEST_RECENT_TEXTS_H

#include "colonnade/base/span.h"

#include <stdint.h>

enum { CLN_RECENT_COUNT = 128, CLN_RECENT_MAX_BYTES = 32 };

/* A text of at most CLN_RECENT_MAX_BYTES as words: with the size they tell it
 * apart from all others. */
typedef struct cln_short_text {
    uint64_t words[4];
    uint64_t size;
} cln_short_text;

struct cln_recent_texts {
    cln_short_text texts[CLN_RECENT_COUNT]; /* size 0: none */
    uint32_t codes[CLN_RECENT_COUNT];
};

static inline uint64_t cln_word_at(const char *data) {
    uint64_t word;
    memcpy(&word, data, sizeof word);
    return word;
}

static inline uint64_t cln_few_bytes(const char *data, size_t size) {
    uint64_t word = 0;
    if (size >= 4) {
        uint32_t first, last;
        memcpy(&first, data, sizeof first);
        memcpy(&last, data + size - sizeof last, sizeof last);
        return (uint64_t)last << 32 | first;
    }
    for (size_t i = 0; i < size; i++) word = word << 8 | (unsigned char)data[i];
    return word;
}

/* The words of longer texts overlap. */
static inline cln_short_text cln_short_text_of(cln_span text) {
    cln_short_text made = {.words = {0}, .size = text.size};
    if (text.size < 8) {
        made.words[0] = cln_few_bytes(text.data, text.size);
        return made;
    }
    made.words[0] = cln_word_at(text.data);
    made.words[1] = cln_word_at(text.data + text.size - 8);
    if (text.size > 16) {
        made.words[2] = cln_word_at(text.data + 8);
        made.words[3] = cln_word_at(text.data + text.size - 16);
    }
    return made;
}

static inline size_t cln_recent_slot(const cln_short_text *text) {
    const uint64_t mixed =
        (text->words[0] ^ text->words[1] << 1 ^ text->words[2] << 2 ^ text->words[3] << 3) + text->size;
    return (size_t)(mixed * 0x9E3779B97F4A7C15u >> 57); /* of 128 */
}

static inline bool cln_short_text_equal(const cln_short_text *a, const cln_short_text *b) {
    const uint64_t differences = (a->words[0] ^ b->words[0]) | (a->words[1] ^ b->words[1]) |
                                 (a->words[2] ^ b->words[2]) | (a->words[3] ^ b->words[3]) | (a->size ^ b->size);
    return differences == 0;
}

#endif
