/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/csv/masks.h"

#include "masks_parts.h"

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))

#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi2,pclmul,popcnt")))

/* See masks_avx2.c. */
TARGET static inline uint64_t prefix_xor(uint64_t bits) {
    const __m128i product = _mm_clmulepi64_si128(_mm_set_epi64x(0, (long long)bits), _mm_set1_epi8((char)0xFF), 0);
    return (uint64_t)_mm_cvtsi128_si64(product);
}

TARGET static void classify(const char *bytes, size_t count, unsigned char quote, int has_quote,
                            unsigned char delimiter, cln_masks *masks) {
    const __m512i quotes = _mm512_set1_epi8((char)quote);
    const __m512i delimiters = _mm512_set1_epi8((char)delimiter);
    const __m512i line_feeds = _mm512_set1_epi8('\n');
    const __m512i returns = _mm512_set1_epi8('\r');
    const uint64_t keep = has_quote ? UINT64_MAX : 0;
    uint64_t any_quote = 0;
    for (size_t i = 0; i < count; i++) {
        const __m512i block = _mm512_loadu_si512((const void *)(bytes + i * CLN_MASK_BYTES));
        const uint64_t quote_mask = _mm512_cmpeq_epi8_mask(block, quotes) & keep;
        any_quote |= quote_mask;
        masks->quote[i] = quote_mask;
        masks->delimiter[i] = _mm512_cmpeq_epi8_mask(block, delimiters);
        masks->lf[i] = _mm512_cmpeq_epi8_mask(block, line_feeds);
        masks->cr[i] = _mm512_cmpeq_epi8_mask(block, returns);
        masks->high[i] = _mm512_movepi8_mask(block);
        masks->parity[i] = prefix_xor(quote_mask);
    }
    masks->any_quote = any_quote;
    cln_clear_masks_behind(masks, count);
}

/* ---- Structure ---- */

typedef unsigned long long mask_vector __attribute__((vector_size(64)));

TARGET static inline mask_vector load_masks(const uint64_t *from) {
    return (mask_vector)_mm512_loadu_si512((const void *)from);
}

TARGET static inline void store_masks(uint64_t *to, mask_vector v) {
    _mm512_storeu_si512((void *)to, (__m512i)v);
}

TARGET static inline mask_vector same_masks(uint64_t mask) {
    return (mask_vector)_mm512_set1_epi64((long long)mask);
}

TARGET static inline mask_vector last_lane(mask_vector v) {
    return (mask_vector)_mm512_permutexvar_epi64(_mm512_set1_epi64(7), (__m512i)v);
}

TARGET static inline mask_vector previous(mask_vector before, mask_vector v) {
    return (mask_vector)_mm512_alignr_epi64((__m512i)v, (__m512i)before, 7);
}

TARGET static inline mask_vector running_parity(mask_vector v) {
    const __m512i none = _mm512_setzero_si512();
    __m512i sum = (__m512i)v;
    sum = _mm512_xor_si512(sum, _mm512_alignr_epi64(sum, none, 7));
    sum = _mm512_xor_si512(sum, _mm512_alignr_epi64(sum, none, 6));
    return (mask_vector)_mm512_xor_si512(sum, _mm512_alignr_epi64(sum, none, 4));
}

TARGET static inline bool is_zero(mask_vector v) {
    return _mm512_test_epi64_mask((__m512i)v, (__m512i)v) == 0;
}

#include "structure_body.h"

/* ---- Positions ---- */

/* The numbers of the set bits move to the front of a vector of bytes, and
 * become positions sixteen at a time, needed or not. */
TARGET static size_t flatten(const uint64_t *bits, size_t count, uint32_t base, uint32_t *positions) {
    static const uint8_t numbers[CLN_MASK_BYTES] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
                                                    16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
                                                    32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47,
                                                    48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
    const __m512i all = _mm512_loadu_si512((const void *)numbers);
    uint32_t *to = positions;
    for (size_t i = 0; i < count; i++, base += CLN_MASK_BYTES) {
        const __m512i found = _mm512_maskz_compress_epi8(bits[i], all);
        const __m512i begin = _mm512_set1_epi32((int)base);
        const int found_count = __builtin_popcountll(bits[i]);
        _mm512_storeu_si512((void *)to, _mm512_add_epi32(begin, _mm512_cvtepu8_epi32(_mm512_castsi512_si128(found))));
        if (found_count > 16) {
            const __m128i second = _mm512_extracti32x4_epi32(found, 1);
            _mm512_storeu_si512((void *)(to + 16), _mm512_add_epi32(begin, _mm512_cvtepu8_epi32(second)));
        }
        if (found_count > 32) {
            const __m128i third = _mm512_extracti32x4_epi32(found, 2);
            const __m128i fourth = _mm512_extracti32x4_epi32(found, 3);
            _mm512_storeu_si512((void *)(to + 32), _mm512_add_epi32(begin, _mm512_cvtepu8_epi32(third)));
            _mm512_storeu_si512((void *)(to + 48), _mm512_add_epi32(begin, _mm512_cvtepu8_epi32(fourth)));
        }
        to += found_count;
    }
    return (size_t)(to - positions);
}

const cln_mask_kernels *cln_mask_kernels_avx512(void) {
    static const cln_mask_kernels kernels = {
        .name = "AVX-512", .classify = classify, .structure = structure, .flatten = flatten};
    __builtin_cpu_init();
    const bool has_all = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi2") &&
                         __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("popcnt");
    return has_all ? &kernels : NULL;
}

#else

const cln_mask_kernels *cln_mask_kernels_avx512(void) {
    return NULL;
}

#endif
