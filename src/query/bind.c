/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/query/bind.h"

#include <string.h>

size_t cln_plan_columns(const cln_plan *plan, const char **names) {
    size_t count = 0;
    const size_t total = plan->filter_count + plan->key_count + plan->aggregate_count;
    for (size_t i = 0; i < total; i++) {
        const char *name;
        if (i < plan->filter_count) {
            name = plan->filters[i].column;
        } else if (i < plan->filter_count + plan->key_count) {
            const cln_key *key = &plan->keys[i - plan->filter_count];
            name = key->kind == CLN_KEY_PARTITION ? NULL : key->column;
        } else {
            const cln_aggregate *aggregate = &plan->aggregates[i - plan->filter_count - plan->key_count];
            name = aggregate->kind == CLN_AGGREGATE_COUNT ? NULL : aggregate->column;
        }
        if (name == NULL) continue;
        size_t known = 0;
        while (known < count && strcmp(names[known], name) != 0) known++;
        if (known == count) names[count++] = name;
    }
    return count;
}

static cln_status unknown_column(const cln_batch_source *source, const char *name, cln_error *err) {
    char list[CLN_ERROR_MAX / 2] = "";
    size_t used = 0;
    for (size_t i = 0; i < source->column_count; i++) {
        const char *column = source->columns[i].name;
        const size_t size = strlen(column);
        if (used + size + 8 > sizeof list) {
            memcpy(list + used, ", ...", 6);
            break;
        }
        if (used > 0) {
            memcpy(list + used, ", ", 2);
            used += 2;
        }
        memcpy(list + used, column, size + 1);
        used += size;
    }
    return cln_fail(err, CLN_ERR_USAGE, "there is no column '%s'; the columns are: %s", name, list);
}

static cln_status find_column(const cln_batch_source *source, const char *name, size_t *column, cln_error *err) {
    for (size_t i = 0; i < source->column_count; i++) {
        if (strcmp(source->columns[i].name, name) == 0) {
            *column = i;
            return CLN_OK;
        }
    }
    return unknown_column(source, name, err);
}

static cln_status need_integral(const cln_batch_column *column, const char *use, cln_error *err) {
    if (cln_type_is_integral(column->type)) return CLN_OK;
    return cln_fail(err, CLN_ERR_USAGE,
                    "column '%s' has the type %s and cannot be used %s, which needs an integer, boolean or timestamp",
                    column->name, cln_type_name(column->type), use);
}

static cln_status bind_key(cln_bound_key *bound, const cln_key *key, const cln_batch_source *source, cln_error *err) {
    *bound = (cln_bound_key){.form = CLN_KEY_FORM_PARTITION};
    if (key->kind == CLN_KEY_PARTITION) return CLN_OK;
    CLN_TRY(find_column(source, key->column, &bound->column, err));
    const cln_batch_column *column = &source->columns[bound->column];
    if (key->kind == CLN_KEY_YEAR || key->kind == CLN_KEY_MONTH) {
        if (column->type != CLN_TYPE_TIMESTAMP) {
            return cln_fail(err, CLN_ERR_USAGE, "column '%s' has the type %s; a year or month needs a timestamp",
                            column->name, cln_type_name(column->type));
        }
        bound->form = key->kind == CLN_KEY_YEAR ? CLN_KEY_FORM_YEAR : CLN_KEY_FORM_MONTH;
        return CLN_OK;
    }
    switch (column->type) {
    case CLN_TYPE_CATEGORY:
        bound->form = CLN_KEY_FORM_CODE;
        bound->dictionary = column->dictionary;
        return CLN_OK;
    case CLN_TYPE_TEXT:
        bound->form = CLN_KEY_FORM_TEXT;
        return CLN_OK;
    case CLN_TYPE_INTEGER:
    case CLN_TYPE_BOOLEAN:
        bound->form = CLN_KEY_FORM_INTEGER;
        return CLN_OK;
    case CLN_TYPE_DOUBLE:
    case CLN_TYPE_TIMESTAMP:
        break;
    }
    return cln_fail(err, CLN_ERR_USAGE,
                    "column '%s' has the type %s and cannot be grouped by value; use a category, text, integer or "
                    "boolean, or the year or month of a timestamp",
                    column->name, cln_type_name(column->type));
}

static cln_status bind_aggregate(size_t *bound, const cln_aggregate *aggregate, const cln_batch_source *source,
                                 cln_error *err) {
    *bound = 0;
    if (aggregate->kind == CLN_AGGREGATE_COUNT) return CLN_OK;
    CLN_TRY(find_column(source, aggregate->column, bound, err));
    const cln_batch_column *column = &source->columns[*bound];
    if (aggregate->kind != CLN_AGGREGATE_SUM) return need_integral(column, "in a minimum or maximum", err);
    if (column->type == CLN_TYPE_INTEGER || column->type == CLN_TYPE_BOOLEAN) return CLN_OK;
    return cln_fail(err, CLN_ERR_USAGE, "column '%s' has the type %s and cannot be summed; a sum needs an integer",
                    column->name, cln_type_name(column->type));
}

cln_status cln_plan_bind(cln_bound_plan *bound, const cln_plan *plan, const cln_batch_source *source, cln_error *err) {
    *bound = (cln_bound_plan){.plan = plan};
    if (plan->filter_count > CLN_PLAN_MAX_FILTERS || plan->key_count > CLN_PLAN_MAX_KEYS ||
        plan->aggregate_count > CLN_PLAN_MAX_AGGREGATES) {
        return cln_fail(err, CLN_ERR_USAGE, "a query has at most %d filters, %d group keys and %d aggregates",
                        CLN_PLAN_MAX_FILTERS, CLN_PLAN_MAX_KEYS, CLN_PLAN_MAX_AGGREGATES);
    }
    for (size_t i = 0; i < plan->filter_count; i++) {
        CLN_TRY(find_column(source, plan->filters[i].column, &bound->filter_columns[i], err));
        CLN_TRY(need_integral(&source->columns[bound->filter_columns[i]], "in a filter", err));
    }
    for (size_t i = 0; i < plan->key_count; i++) CLN_TRY(bind_key(&bound->keys[i], &plan->keys[i], source, err));
    for (size_t i = 0; i < plan->aggregate_count; i++) {
        CLN_TRY(bind_aggregate(&bound->aggregate_columns[i], &plan->aggregates[i], source, err));
    }
    return CLN_OK;
}
