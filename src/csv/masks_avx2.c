/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/csv/masks.h"

#include "masks_parts.h"

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))

#include <immintrin.h>

#define TARGET __attribute__((target("avx2,pclmul,bmi,popcnt")))

TARGET static inline uint64_t match(__m256i low, __m256i high, __m256i byte) {
    const uint32_t a = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, byte));
    const uint32_t b = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, byte));
    return (uint64_t)b << 32 | a;
}

/* A carry-less product with all ones is a prefix exclusive or (Langdale and
 * Lemire, Parsing Gigabytes of JSON per Second, 2019). */
TARGET static inline uint64_t prefix_xor(uint64_t bits) {
    const __m128i product = _mm_clmulepi64_si128(_mm_set_epi64x(0, (long long)bits), _mm_set1_epi8((char)0xFF), 0);
    return (uint64_t)_mm_cvtsi128_si64(product);
}

TARGET static void classify(const char *bytes, size_t count, unsigned char quote, int has_quote,
                            unsigned char delimiter, cln_masks *masks) {
    const __m256i quotes = _mm256_set1_epi8((char)quote);
    const __m256i delimiters = _mm256_set1_epi8((char)delimiter);
    const __m256i line_feeds = _mm256_set1_epi8('\n');
    const __m256i returns = _mm256_set1_epi8('\r');
    const uint64_t keep = has_quote ? UINT64_MAX : 0;
    uint64_t any_quote = 0;
    for (size_t i = 0; i < count; i++) {
        const __m256i low = _mm256_loadu_si256((const __m256i *)(const void *)(bytes + i * CLN_MASK_BYTES));
        const __m256i high = _mm256_loadu_si256((const __m256i *)(const void *)(bytes + i * CLN_MASK_BYTES + 32));
        const uint64_t quote_mask = match(low, high, quotes) & keep;
        any_quote |= quote_mask;
        masks->quote[i] = quote_mask;
        masks->delimiter[i] = match(low, high, delimiters);
        masks->lf[i] = match(low, high, line_feeds);
        masks->cr[i] = match(low, high, returns);
        masks->high[i] = (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32 | (uint32_t)_mm256_movemask_epi8(low);
        masks->parity[i] = prefix_xor(quote_mask);
    }
    masks->any_quote = any_quote;
    cln_clear_masks_behind(masks, count);
}

/* ---- Structure ---- */

typedef unsigned long long mask_vector __attribute__((vector_size(32)));

TARGET static inline mask_vector load_masks(const uint64_t *from) {
    return (mask_vector)_mm256_loadu_si256((const __m256i *)(const void *)from);
}

TARGET static inline void store_masks(uint64_t *to, mask_vector v) {
    _mm256_storeu_si256((__m256i *)(void *)to, (__m256i)v);
}

TARGET static inline mask_vector same_masks(uint64_t mask) {
    return (mask_vector)_mm256_set1_epi64x((long long)mask);
}

TARGET static inline mask_vector last_lane(mask_vector v) {
    return (mask_vector)_mm256_permute4x64_epi64((__m256i)v, 0xFF);
}

TARGET static inline mask_vector previous(mask_vector before, mask_vector v) {
    const __m256i rotated = _mm256_permute4x64_epi64((__m256i)v, 0x93); /* lanes 3, 0, 1, 2 */
    return (mask_vector)_mm256_blend_epi32(rotated, (__m256i)last_lane(before), 3);
}

TARGET static inline mask_vector running_parity(mask_vector v) {
    const __m256i none = _mm256_setzero_si256();
    const __m256i by_one = _mm256_xor_si256((__m256i)v, (__m256i)previous((mask_vector)none, v));
    return (mask_vector)_mm256_xor_si256(by_one, _mm256_permute2x128_si256(by_one, by_one, 0x08));
}

TARGET static inline bool is_zero(mask_vector v) {
    return _mm256_testz_si256((__m256i)v, (__m256i)v) != 0;
}

#include "structure_body.h"

/* ---- Positions ---- */

/* Eight positions at a time, needed or not: how many there are decides about
 * a branch only where there are more (Langdale and Lemire, as above). */
TARGET static size_t flatten(const uint64_t *bits, size_t count, uint32_t base, uint32_t *positions) {
    uint32_t *to = positions;
    for (size_t i = 0; i < count; i++, base += CLN_MASK_BYTES) {
        uint64_t left = bits[i];
        const int found = __builtin_popcountll(left);
        for (int done = 0; done < found; done += 8) {
            for (int k = 0; k < 8; k++, left &= left - 1) to[done + k] = base + (uint32_t)_tzcnt_u64(left);
        }
        to += found;
    }
    return (size_t)(to - positions);
}

const cln_mask_kernels *cln_mask_kernels_avx2(void) {
    static const cln_mask_kernels kernels = {
        .name = "AVX2", .classify = classify, .structure = structure, .flatten = flatten};
    __builtin_cpu_init();
    const bool has_all = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("pclmul") &&
                         __builtin_cpu_supports("bmi") && __builtin_cpu_supports("popcnt");
    return has_all ? &kernels : NULL;
}

#else

const cln_mask_kernels *cln_mask_kernels_avx2(void) {
    return NULL;
}

#endif
