/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * xxHash once more, compiled for processors with AVX2: twice as fast on long
 * blocks. The digests are the same.
 */
#include "hash_avx2.h"

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))

/* Before the pragma: what these define runs on every processor. */
#include <immintrin.h>
#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2")
#endif

#define XXH_INLINE_ALL
#define XXH_VECTOR 2 /* XXH_AVX2 */
#include <xxhash.h>

static XXH128_hash_t hash_block(const void *data, size_t size) {
    return XXH3_128bits(data, size);
}

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

bool cln_hash_block_avx2(cln_span block, uint64_t *low, uint64_t *high) {
    if (!__builtin_cpu_supports("avx2")) return false;
    const XXH128_hash_t hash = hash_block(block.data, block.size);
    *low = hash.low64;
    *high = hash.high64;
    return true;
}

#else

bool cln_hash_block_avx2(cln_span block, uint64_t *low, uint64_t *high) {
    (void)block;
    (void)low;
    (void)high;
    return false;
}

#endif
