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

void cln_classify_portable(const char *bytes, size_t count, unsigned char quote, int has_quote, unsigned char delimiter,
                           cln_masks *masks) {
    for (size_t i = 0; i < count; i++) {
        const char *block = bytes + i * CLN_MASK_BYTES;
        masks[i].quote = has_quote ? match(block, quote) : 0;
        masks[i].delimiter = match(block, delimiter);
        masks[i].lf = match(block, '\n');
        masks[i].cr = match(block, '\r');
        masks[i].parity = prefix_xor(masks[i].quote);
    }
}

cln_classify_function *cln_classify_best(void) {
    static cln_classify_function *best = NULL;
    if (best == NULL) {
        best = cln_classify_avx2();
        if (best == NULL) best = cln_classify_portable;
    }
    return best;
}
