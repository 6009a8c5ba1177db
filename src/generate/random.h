/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Random numbers by counter: the draw number c of a key is a hash of both
 * (the finaliser of splitmix64), so that any row can be made without the rows
 * before it. Integers only: the same on every machine.
 */
#ifndef GENERATE_RANDOM_H
#define GENERATE_RANDOM_H

#include <stdint.h>

#define CLN_RANDOM_STEP UINT64_C(0x9E3779B97F4A7C15)

static inline uint64_t cln_random_mix(uint64_t x) {
    x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
    return x ^ (x >> 31);
}

static inline uint64_t cln_random_draw(uint64_t key, uint32_t counter) {
    return cln_random_mix(key + (counter + UINT64_C(1)) * CLN_RANDOM_STEP);
}

/* 0 .. limit - 1, from the upper half of a draw. */
static inline uint32_t cln_random_below(uint64_t draw, uint32_t limit) {
    return (uint32_t)(((draw >> 32) * limit) >> 32);
}

/* True in `share` of 2^32 cases, from the lower half of a draw. */
static inline int cln_random_chance(uint64_t draw, uint64_t share) {
    return (draw & UINT32_MAX) < share;
}

/* So many of a million as a share of 2^32. */
#define CLN_PER_MILLION(count) (((uint64_t)(count) << 32) / 1000000)

#endif
