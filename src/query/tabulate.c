/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/memory.h"
#include "colonnade/query/local.h"

#include <stdlib.h>

typedef struct sorted_group {
    const int64_t *words;
    size_t key_count;
    size_t group;
} sorted_group;

/* Values first, then null, then not recorded. */
static int rank_of_word(const int64_t *words, size_t key) {
    if ((words[0] >> key & 1) != 0) return 2;
    return words[key + 1] == CLN_NULL_INTEGER ? 1 : 0;
}

static int compare_groups(const void *left, const void *right) {
    const sorted_group *a = left, *b = right;
    for (size_t k = 0; k < a->key_count; k++) {
        const int order = rank_of_word(a->words, k) - rank_of_word(b->words, k);
        if (order != 0) return order;
        const int64_t x = a->words[k + 1], y = b->words[k + 1];
        if (x != y) return x < y ? -1 : 1;
    }
    return 0;
}

static cln_status set_key(cln_cell *cell, const cln_merged_groups *merged, const cln_bound_key *key, size_t position,
                          const int64_t *words, cln_error *err) {
    const int64_t word = words[position + 1];
    switch (rank_of_word(words, position)) {
    case 1:
        return CLN_OK;
    case 2:
        return cln_cell_set_text(cell, cln_span_of_string(CLN_NOT_RECORDED), err);
    default:
        break;
    }
    if (cln_key_form_is_local_text(key->form)) {
        return cln_cell_set_text(cell, cln_dictionary_text(&merged->texts[position], (size_t)word), err);
    }
    if (key->form == CLN_KEY_FORM_CODE) {
        return cln_cell_set_text(cell, cln_dictionary_text(key->dictionary, (size_t)word), err);
    }
    cln_cell_set_integer(cell, word);
    return CLN_OK;
}

static cln_status set_aggregate(cln_cell *cell, const cln_aggregate *aggregate, const cln_accumulator *accumulator,
                                cln_error *err) {
    if (aggregate->kind == CLN_AGGREGATE_COUNT) {
        cln_cell_set_integer(cell, (int64_t)accumulator->count);
        return CLN_OK;
    }
    if (accumulator->count == 0) return CLN_OK;
    if (accumulator->value > INT64_MAX || accumulator->value < INT64_MIN) {
        return cln_fail(err, CLN_ERR_DATA, "the sum of column '%s' does not fit in 64 bits", aggregate->column);
    }
    cln_cell_set_integer(cell, (int64_t)accumulator->value);
    return CLN_OK;
}

static cln_status add_row(cln_table *table, const cln_merged_groups *merged, const cln_bound_plan *bound,
                          const int64_t *words, const cln_accumulator *accumulators, cln_error *err) {
    const cln_plan *plan = bound->plan;
    cln_cell *cells;
    CLN_TRY(cln_table_add_row(table, &cells, err));
    for (size_t k = 0; k < plan->key_count; k++) CLN_TRY(set_key(&cells[k], merged, &bound->keys[k], k, words, err));
    for (size_t a = 0; a < plan->aggregate_count; a++) {
        CLN_TRY(set_aggregate(&cells[plan->key_count + a], &plan->aggregates[a], &accumulators[a], err));
    }
    return CLN_OK;
}

cln_status cln_merged_groups_tabulate(const cln_merged_groups *merged, const cln_bound_plan *bound, cln_table *table,
                                      cln_error *err) {
    const cln_groups *groups = &merged->groups;
    if (bound->plan->key_count == 0 && groups->count == 0) {
        const cln_accumulator nothing[CLN_PLAN_MAX_AGGREGATES] = {0};
        const int64_t words[1] = {0};
        return add_row(table, merged, bound, words, nothing, err);
    }
    sorted_group *sorted;
    CLN_TRY(cln_new_array(&sorted, groups->count, sizeof *sorted, err));
    for (size_t i = 0; i < groups->count; i++) {
        sorted[i] = (sorted_group){cln_groups_words(groups, i), bound->plan->key_count, i};
    }
    qsort(sorted, groups->count, sizeof *sorted, compare_groups);
    cln_status status = CLN_OK;
    for (size_t i = 0; i < groups->count && status == CLN_OK; i++) {
        status = add_row(table, merged, bound, sorted[i].words, cln_groups_accumulators(groups, sorted[i].group), err);
    }
    free(sorted);
    return status;
}
