/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Groups: a hash table from tuples of words to accumulators. The first word
 * of a tuple is a mask of the keys that the row's partition does not record;
 * then comes a word for each key, CLN_NULL_INTEGER for null (and for not
 * recorded). It owns its memory. All functions are local.
 */
#ifndef COLONNADE_QUERY_GROUPS_H
#define COLONNADE_QUERY_GROUPS_H

#include "colonnade/query/plan.h"

/* A plan with more groups is CLN_ERR_USAGE, whatever the number of ranks. */
#define CLN_QUERY_MAX_GROUPS ((size_t)1 << 18)

/* 128 bits hold every sum of 2^64 values of 64 bits, so that the order of
 * additions, and with it the number of ranks, cannot matter. */
typedef __int128 cln_wide;

typedef struct cln_accumulator {
    cln_wide value;  /* the minimum, maximum or sum of what was counted */
    uint64_t count;  /* rows, or for the others the values that are not null */
    uint64_t unused; /* no byte of a message is undefined */
} cln_accumulator;

typedef struct cln_groups {
    size_t width;           /* words of a tuple: keys + 1 */
    size_t aggregate_count; /* accumulators of a group */
    size_t count;
    int64_t *words;                /* count × width */
    cln_accumulator *accumulators; /* count × aggregate_count */
    size_t word_capacity;
    size_t accumulator_capacity;
    uint32_t *slots; /* open addressing: group + 1, 0 for empty; a power of two */
    size_t slot_count;
} cln_groups;

CLN_CHECKED cln_status cln_groups_init(cln_groups *groups, size_t key_count, size_t aggregate_count, cln_error *err);
void cln_groups_clean_up(cln_groups *groups);

/* The group of a tuple of groups->width words, which is added when it is new. */
CLN_CHECKED cln_status cln_groups_find(cln_groups *groups, const int64_t *words, uint32_t *group, cln_error *err);

static inline int64_t *cln_groups_words(const cln_groups *groups, size_t group) {
    return &groups->words[group * groups->width];
}

static inline cln_accumulator *cln_groups_accumulators(const cln_groups *groups, size_t group) {
    return &groups->accumulators[group * groups->aggregate_count];
}

/* Adds what another accumulator of the same kind has seen. */
void cln_accumulator_merge(cln_accumulator *into, const cln_accumulator *from, cln_aggregate_kind kind);

#endif
