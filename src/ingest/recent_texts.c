/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "recent_texts.h"

#include <stdlib.h>
#include <string.h>

typedef struct cln_recent_texts recent_texts;

/* ---- Room ---- */

void cln_recent_texts_free(recent_texts *recent) {
    if (recent == NULL) return;
    free(recent->cells);
    free(recent->marks);
    free(recent);
}

static size_t slots_for(size_t text_count) {
    size_t slot_count = CLN_RECENT_FEWEST;
    while (slot_count < CLN_RECENT_MOST && slot_count < 2 * text_count) slot_count *= 2;
    return slot_count;
}

cln_status cln_recent_texts_fit(recent_texts **recent, size_t text_count, cln_error *err) {
    const size_t slot_count = slots_for(text_count);
    if (*recent != NULL && (*recent)->slot_count >= slot_count) return CLN_OK;
    recent_texts *made = calloc(1, sizeof *made);
    if (made == NULL) return cln_fail_memory(err, "recent texts");
    made->kernels = *recent == NULL ? cln_recent_kernels_best() : (*recent)->kernels;
    made->slot_count = slot_count;
    made->cells = aligned_alloc(CLN_RECENT_CELL_BYTES, slot_count * CLN_RECENT_CELL_BYTES);
    made->marks = malloc(slot_count * sizeof *made->marks);
    if (made->cells == NULL || made->marks == NULL) {
        cln_recent_texts_free(made);
        return cln_fail_memory(err, "recent texts");
    }
    memset(made->cells, 0, slot_count * CLN_RECENT_CELL_BYTES);
    for (size_t i = 0; i < slot_count; i++) made->marks[i] = CLN_RECENT_NONE;
    cln_recent_texts_free(*recent);
    *recent = made;
    return CLN_OK;
}

/* ---- On every processor ---- */

enum { SHORT_BYTES = 32 };

/* A text of at most SHORT_BYTES as words: with the size they tell it apart
 * from all others. The words of longer texts overlap. */
typedef struct short_text {
    uint64_t words[4];
} short_text;

_Static_assert(sizeof(short_text) <= CLN_RECENT_CELL_BYTES, "a text has a cell");

static inline uint64_t word_at(const char *data) {
    uint64_t word;
    memcpy(&word, data, sizeof word);
    return word;
}

static inline uint64_t few_bytes(const char *data, size_t size) {
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

static inline short_text short_text_of(cln_span text) {
    short_text made = {.words = {0}};
    if (text.size < 8) {
        made.words[0] = few_bytes(text.data, text.size);
        return made;
    }
    made.words[0] = word_at(text.data);
    made.words[1] = word_at(text.data + text.size - 8);
    if (text.size > 16) {
        made.words[2] = word_at(text.data + 8);
        made.words[3] = word_at(text.data + text.size - 16);
    }
    return made;
}

static inline size_t slot_of(const recent_texts *recent, const short_text *text, size_t size) {
    const uint64_t mixed = (text->words[0] ^ text->words[1] << 1 ^ text->words[2] << 2 ^ text->words[3] << 3) + size;
    return (size_t)(mixed * 0x9E3779B97F4A7C15u >> 48) & (recent->slot_count - 1);
}

static inline uint64_t difference(const short_text *a, const char *cell) {
    return (a->words[0] ^ word_at(cell)) | (a->words[1] ^ word_at(cell + 8)) | (a->words[2] ^ word_at(cell + 16)) |
           (a->words[3] ^ word_at(cell + 24));
}

static size_t find(const recent_texts *recent, const cln_span *texts, size_t count, uint32_t *codes) {
    for (size_t i = 0; i < count; i++) {
        const size_t size = texts[i].size;
        if (size > SHORT_BYTES) return i;
        const short_text text = short_text_of(texts[i]);
        const size_t slot = slot_of(recent, &text, size);
        const uint64_t mark = recent->marks[slot];
        if ((difference(&text, recent->cells + slot * CLN_RECENT_CELL_BYTES) | ((mark & 0xFF) ^ size)) != 0) return i;
        codes[i] = (uint32_t)(mark >> 8);
    }
    return count;
}

static uint32_t keep(recent_texts *recent, cln_span text, uint32_t code) {
    if (text.size > SHORT_BYTES) return CLN_RECENT_SLOT;
    const short_text words = short_text_of(text);
    const size_t slot = slot_of(recent, &words, text.size);
    memcpy(recent->cells + slot * CLN_RECENT_CELL_BYTES, &words, sizeof words);
    return cln_recent_texts_mark(recent, slot, text.size, code);
}

const cln_recent_kernels cln_recent_kernels_portable = {.name = "portable", .find = find, .keep = keep};

const cln_recent_kernels *cln_recent_kernels_best(void) {
    static const cln_recent_kernels *best = NULL;
    if (best == NULL) {
        const cln_recent_kernels *found = cln_recent_kernels_avx512();
        best = found == NULL ? &cln_recent_kernels_portable : found;
    }
    return best;
}
