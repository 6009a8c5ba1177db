/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Numbers at random, the same in every run.
 */
#ifndef COLONNADE_TESTS_RANDOM_SOURCE_H
#define COLONNADE_TESTS_RANDOM_SOURCE_H

#include <stdint.h>

/* A generator of Marsaglia (Xorshift RNGs, 2003); the first state is not 0. */
typedef struct random_source {
    uint64_t state;
} random_source;

static inline uint64_t random_below(random_source *random, uint64_t bound) {
    random->state ^= random->state << 13;
    random->state ^= random->state >> 7;
    random->state ^= random->state << 17;
    return (random->state >> 11) % bound;
}

#endif
