/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/csv/masks.h"

#include <string.h>

/* Bit k of the result is the exclusive or of bits 0 to k. */
static uint64_t prefix_xor(uint64_t bits) {
    for (int shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
    return bits;
}

/* The bits of the eight bytes of word that equal the byte repeated in
 * pattern: a byte of the difference is zero exactly there, and the carry of
 * adding 0x7F to its low seven bits tells (Hacker's Delight, 6-1). */
static uint64_t match_word(uint64_t word, uint64_t pattern) {
    const uint64_t low = 0x7F7F7F7F7F7F7F7FU;
    const uint64_t difference = word ^ pattern;
    const uint64_t nonzero = ((difference & low) + low) | difference;
    const uint64_t zero = ~nonzero & ~low;
    return (zero >> 7) * 0x0102040810204080U >> 56;
}

static uint64_t match(const char *bytes, unsigned char byte) {
    const uint64_t pattern = byte * 0x0101010101010101U;
    uint64_t mask = 0;
    for (int i = 0; i < 8; i++) {
        uint64_t word = 0;
        for (int b = 7; b >= 0; b--) word = word << 8 | (unsigned char)bytes[8 * i + b];
        mask |= match_word(word, pattern) << (8 * i);
    }
    return mask;
}

static uint64_t match_high(const char *bytes) {
    uint64_t mask = 0;
    for (int i = 0; i < CLN_MASK_BYTES; i++) mask |= (uint64_t)((unsigned char)bytes[i] >> 7) << i;
    return mask;
}

static void classify(const char *bytes, size_t count, unsigned char quote, int has_quote, unsigned char delimiter,
                     cln_masks *masks) {
    for (size_t i = 0; i < count; i++) {
        const char *block = bytes + i * CLN_MASK_BYTES;
        masks[i].quote = has_quote ? match(block, quote) : 0;
        masks[i].delimiter = match(block, delimiter);
        masks[i].lf = match(block, '\n');
        masks[i].cr = match(block, '\r');
        masks[i].high = match_high(block);
        masks[i].parity = prefix_xor(masks[i].quote);
    }
}

static size_t flatten(const uint64_t *bits, size_t count, uint32_t base, uint32_t *positions) {
    uint32_t *to = positions;
    for (size_t i = 0; i < count; i++, base += CLN_MASK_BYTES) {
        for (uint64_t left = bits[i]; left != 0; left &= left - 1) *to++ = base + (uint32_t)__builtin_ctzll(left);
    }
    return (size_t)(to - positions);
}

const cln_mask_kernels cln_mask_kernels_portable = {.name = "portable", .classify = classify, .flatten = flatten};

const cln_mask_kernels *cln_mask_kernels_best(void) {
    static const cln_mask_kernels *best = NULL;
    if (best == NULL) {
        const cln_mask_kernels *found = cln_mask_kernels_avx512();
        if (found == NULL) found = cln_mask_kernels_avx2();
        best = found == NULL ? &cln_mask_kernels_portable : found;
    }
    return best;
}
