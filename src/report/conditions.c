/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/report/conditions.h"

#include "colonnade/base/memory.h"
#include "colonnade/query/plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void cln_conditions_clean_up(cln_conditions *conditions) {
    for (size_t i = 0; i < conditions->count; i++) free(conditions->items[i].name);
    free(conditions->items);
    cln_string_table_clean_up(&conditions->names);
    *conditions = (cln_conditions){0};
}

static bool is_one_of(const char *name, char *const *names, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0) return true;
    }
    return false;
}

static cln_status find(cln_conditions *conditions, const char *name, const cln_config_questions *questions,
                       cln_condition **found, cln_error *err) {
    uint32_t position;
    CLN_TRY(cln_string_table_intern(&conditions->names, cln_span_of_string(name), &position, err));
    if (position < conditions->count) {
        *found = &conditions->items[position];
        return CLN_OK;
    }
    CLN_TRY(cln_grow_array(&conditions->items, &conditions->capacity, conditions->count + 1, sizeof *conditions->items,
                           err));
    *found = &conditions->items[conditions->count];
    CLN_TRY(cln_copy_string(&(*found)->name, name, err));
    conditions->count++;
    (*found)->is_good = is_one_of(name, questions->good_conditions, questions->good_condition_count);
    return CLN_OK;
}

static cln_status add_row(cln_conditions *conditions, const cln_cell *month, const cln_cell *condition, int64_t count,
                          const cln_config_questions *questions, cln_error *err) {
    const char *name = condition->kind == CLN_CELL_TEXT ? condition->as.text : NULL;
    if (month->kind == CLN_CELL_TEXT || (name != NULL && strcmp(name, CLN_NOT_RECORDED) == 0)) {
        conditions->not_recorded += count;
        return CLN_OK;
    }
    if (month->kind == CLN_CELL_NULL) {
        conditions->without_time += count;
        return CLN_OK;
    }
    const int64_t i = month->as.integer - 1;
    if (name == NULL || is_one_of(name, questions->unknown_conditions, questions->unknown_condition_count)) {
        conditions->missing[i] += count;
        return CLN_OK;
    }
    cln_condition *found;
    CLN_TRY(find(conditions, name, questions, &found, err));
    found->counts[i] += count;
    found->total += count;
    conditions->known[i] += count;
    if (!found->is_good) conditions->adverse[i] += count;
    return CLN_OK;
}

static int compare_conditions(const void *left, const void *right) {
    const cln_condition *a = left, *b = right;
    if (a->total != b->total) return a->total > b->total ? -1 : 1;
    return strcmp(a->name, b->name);
}

static void compute_shares(cln_conditions *conditions) {
    for (int i = 0; i < CLN_MONTHS; i++) {
        double *shares = conditions->shares;
        conditions->total_known += conditions->known[i];
        conditions->total_adverse += conditions->adverse[i];
        conditions->total_missing += conditions->missing[i];
        shares[i] = cln_ratio(conditions->adverse[i], conditions->known[i]);
        if (isnan(shares[i])) continue;
        if (conditions->worst == 0 || shares[i] > shares[conditions->worst - 1]) conditions->worst = i + 1;
        if (conditions->best == 0 || shares[i] < shares[conditions->best - 1]) conditions->best = i + 1;
    }
    conditions->share = cln_ratio(conditions->total_adverse, conditions->total_known);
}

static cln_status compute_associations(cln_conditions *conditions, cln_error *err) {
    int64_t by_adverse[CLN_MONTHS * 2], *by_condition;
    CLN_TRY(cln_new_array(&by_condition, CLN_MONTHS * conditions->count, sizeof *by_condition, err));
    for (size_t i = 0; i < CLN_MONTHS; i++) {
        by_adverse[2 * i] = conditions->adverse[i];
        by_adverse[2 * i + 1] = conditions->known[i] - conditions->adverse[i];
        for (size_t c = 0; c < conditions->count; c++) {
            by_condition[i * conditions->count + c] = conditions->items[c].counts[i];
        }
    }
    conditions->by_adverse = cln_chi_square_of_table(by_adverse, CLN_MONTHS, 2);
    conditions->by_condition = cln_chi_square_of_table(by_condition, CLN_MONTHS, conditions->count);
    free(by_condition);
    return CLN_OK;
}

cln_status cln_conditions_compute(cln_conditions *conditions, const cln_table *table,
                                  const cln_config_questions *questions, cln_error *err) {
    *conditions = (cln_conditions){0};
    cln_string_table_init(&conditions->names, SIZE_MAX);
    for (size_t row = 0; row < table->row_count; row++) {
        CLN_TRY(add_row(conditions, cln_table_cell(table, row, 0), cln_table_cell(table, row, 1),
                        cln_table_cell(table, row, 2)->as.integer, questions, err));
    }
    if (conditions->count > 0) {
        qsort(conditions->items, conditions->count, sizeof *conditions->items, compare_conditions);
    }
    compute_shares(conditions);
    return compute_associations(conditions, err);
}
