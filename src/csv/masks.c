/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/csv/masks.h"

#include "colonnade/csv/quoting.h"
#include "masks_parts.h"

#include <string.h>

/* Bit k of the result is the exclusive or of bits 0 to k. */
static uint64_t prefix_xor(uint64_t bits) {
    for (int shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
    return bits;
}

/* The highest bits of the eight bytes of word, side by side. */
static uint64_t highest_bits(uint64_t word) {
    return ((word & 0x8080808080808080U) >> 7) * 0x0102040810204080U >> 56;
}

/* The bits of the eight bytes of word that equal the byte repeated in
 * pattern: a byte of the difference is zero exactly there, and the carry of
 * adding 0x7F to its low seven bits tells (Hacker's Delight, 6-1). */
static uint64_t match_word(uint64_t word, uint64_t pattern) {
    const uint64_t low = 0x7F7F7F7F7F7F7F7FU;
    const uint64_t difference = word ^ pattern;
    return highest_bits(~(((difference & low) + low) | difference));
}

static uint64_t word_at(const char *bytes) {
    uint64_t word = 0;
    for (int b = 7; b >= 0; b--) word = word << 8 | (unsigned char)bytes[b];
    return word;
}

static uint64_t match(const char *bytes, unsigned char byte) {
    const uint64_t pattern = byte * 0x0101010101010101U;
    uint64_t mask = 0;
    for (int i = 0; i < 8; i++) mask |= match_word(word_at(bytes + 8 * i), pattern) << (8 * i);
    return mask;
}

static uint64_t match_high(const char *bytes) {
    uint64_t mask = 0;
    for (int i = 0; i < 8; i++) mask |= highest_bits(word_at(bytes + 8 * i)) << (8 * i);
    return mask;
}

static void classify(const char *bytes, size_t count, unsigned char quote, int has_quote, unsigned char delimiter,
                     cln_masks *masks) {
    masks->any_quote = 0;
    for (size_t i = 0; i < count; i++) {
        const char *block = bytes + i * CLN_MASK_BYTES;
        masks->quote[i] = has_quote ? match(block, quote) : 0;
        masks->delimiter[i] = match(block, delimiter);
        masks->lf[i] = match(block, '\n');
        masks->cr[i] = match(block, '\r');
        masks->high[i] = match_high(block);
        masks->any_quote |= masks->quote[i];
        masks->parity[i] = prefix_xor(masks->quote[i]);
    }
    cln_clear_masks_behind(masks, count);
}

/* The structure of one group that begins in the state; returns where quotes are
 * not as they should be, and sets the state behind it. */
static uint64_t structure_of_group(const cln_masks *m, size_t g, uint8_t *state, bool newlines_in_quotes,
                                   cln_structure *s) {
    const bool begins_quoted = *state == CLN_CSV_QUOTED;
    const bool begins_item = *state == CLN_CSV_START || *state == CLN_CSV_CR;
    const uint64_t quoted = m->parity[g] ^ (begins_quoted ? UINT64_MAX : 0);
    const uint64_t outside = ~(quoted << 1 | begins_quoted);
    const uint64_t newlines = m->lf[g] | m->cr[g], line_ends = newlines & outside;
    const uint64_t structural = line_ends | (m->delimiter[g] & outside);
    const uint64_t opening = m->quote[g] & outside, closing = m->quote[g] & ~outside;
    const uint64_t behind_structural = structural << 1 | (begins_item || *state == CLN_CSV_FIELD);
    const uint64_t behind_closing = closing << 1 | (*state == CLN_CSV_QUOTE);
    const uint64_t lf_of_crlf = m->lf[g] & ((m->cr[g] & outside) << 1 | (*state == CLN_CSV_CR));
    s->delimiters[g] = m->delimiter[g] & outside;
    s->line_ends[g] = line_ends & ~lf_of_crlf;
    s->items[g] = (line_ends << 1 | begins_item) & ~lf_of_crlf;
    s->records[g] = s->items[g] & ~line_ends;
    s->openings[g] = opening & ~behind_closing;
    s->doubled[g] = opening & behind_closing;
    s->quoted[g] = quoted;
    *state = cln_structure_end_state(m, s, g);
    return (opening & ~(behind_structural | behind_closing)) | (behind_closing & ~(structural | m->quote[g])) |
           (newlines_in_quotes ? 0 : newlines & ~outside);
}

static size_t structure(const cln_masks *masks, size_t count, uint8_t state, bool newlines_in_quotes,
                        cln_structure *s) {
    size_t clean = 0;
    while (clean < count && structure_of_group(masks, clean, &state, newlines_in_quotes, s) == 0) clean++;
    return clean;
}

static size_t flatten(const uint64_t *bits, size_t count, uint32_t base, uint32_t *positions) {
    uint32_t *to = positions;
    for (size_t i = 0; i < count; i++, base += CLN_MASK_BYTES) {
        for (uint64_t left = bits[i]; left != 0; left &= left - 1) *to++ = base + (uint32_t)__builtin_ctzll(left);
    }
    return (size_t)(to - positions);
}

const cln_mask_kernels cln_mask_kernels_portable = {
    .name = "portable", .classify = classify, .structure = structure, .flatten = flatten};

const cln_mask_kernels *cln_mask_kernels_best(void) {
    static const cln_mask_kernels *best = NULL;
    if (best == NULL) {
        const cln_mask_kernels *found = cln_mask_kernels_avx512();
        if (found == NULL) found = cln_mask_kernels_avx2();
        best = found == NULL ? &cln_mask_kernels_portable : found;
    }
    return best;
}
