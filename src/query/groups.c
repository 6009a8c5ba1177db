/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/query/groups.h"

#include "colonnade/base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 256 };

cln_status cln_groups_init(cln_groups *groups, size_t key_count, size_t aggregate_count, cln_error *err) {
    *groups = (cln_groups){.width = key_count + 1, .aggregate_count = aggregate_count, .slot_count = FIRST_SLOTS};
    return cln_new_array(&groups->slots, groups->slot_count, sizeof *groups->slots, err);
}

void cln_groups_clean_up(cln_groups *groups) {
    free(groups->words);
    free(groups->accumulators);
    free(groups->slots);
    *groups = (cln_groups){0};
}

static size_t hash_words(const int64_t *words, size_t width) {
    uint64_t hash = 0;
    for (size_t i = 0; i < width; i++) {
        hash = (hash ^ (uint64_t)words[i]) * UINT64_C(0x9E3779B97F4A7C15);
        hash ^= hash >> 29;
    }
    return (size_t)hash;
}

static cln_status double_slots(cln_groups *groups, cln_error *err) {
    uint32_t *slots;
    const size_t slot_count = groups->slot_count * 2;
    CLN_TRY(cln_new_array(&slots, slot_count, sizeof *slots, err));
    for (size_t group = 0; group < groups->count; group++) {
        size_t slot = hash_words(cln_groups_words(groups, group), groups->width) & (slot_count - 1);
        while (slots[slot] != 0) slot = (slot + 1) & (slot_count - 1);
        slots[slot] = (uint32_t)group + 1;
    }
    free(groups->slots);
    groups->slots = slots;
    groups->slot_count = slot_count;
    return CLN_OK;
}

static cln_status add_group(cln_groups *groups, const int64_t *words, cln_error *err) {
    if (groups->count == CLN_QUERY_MAX_GROUPS) {
        return cln_fail(err, CLN_ERR_USAGE, "the query has more than %zu groups; group by fewer keys, or filter",
                        CLN_QUERY_MAX_GROUPS);
    }
    const size_t grown = groups->count + 1;
    CLN_TRY(cln_grow_array(&groups->words, &groups->word_capacity, grown * groups->width, sizeof *groups->words, err));
    CLN_TRY(cln_grow_array(&groups->accumulators, &groups->accumulator_capacity, grown * groups->aggregate_count,
                           sizeof *groups->accumulators, err));
    memcpy(cln_groups_words(groups, groups->count), words, groups->width * sizeof *words);
    groups->count = grown;
    return CLN_OK;
}

cln_status cln_groups_find(cln_groups *groups, const int64_t *words, uint32_t *group, cln_error *err) {
    const size_t mask = groups->slot_count - 1;
    const size_t tuple_bytes = groups->width * sizeof *words;
    size_t slot = hash_words(words, groups->width) & mask;
    for (; groups->slots[slot] != 0; slot = (slot + 1) & mask) {
        const uint32_t candidate = groups->slots[slot] - 1;
        if (memcmp(cln_groups_words(groups, candidate), words, tuple_bytes) == 0) {
            *group = candidate;
            return CLN_OK;
        }
    }
    CLN_TRY(add_group(groups, words, err));
    *group = (uint32_t)groups->count - 1;
    groups->slots[slot] = *group + 1;
    return groups->count * 2 > groups->slot_count ? double_slots(groups, err) : CLN_OK;
}

void cln_accumulator_merge(cln_accumulator *into, const cln_accumulator *from, cln_aggregate_kind kind) {
    if (from->count == 0) return;
    const bool is_first = into->count == 0;
    into->count += from->count;
    switch (kind) {
    case CLN_AGGREGATE_COUNT:
        break;
    case CLN_AGGREGATE_MIN:
        if (is_first || from->value < into->value) into->value = from->value;
        break;
    case CLN_AGGREGATE_MAX:
        if (is_first || from->value > into->value) into->value = from->value;
        break;
    case CLN_AGGREGATE_SUM:
        into->value += from->value;
        break;
    }
}
