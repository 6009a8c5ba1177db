/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/report/subject.h"

#include "colonnade/base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static cln_status look_at_dataset(cln_subject *subject, cln_error *err) {
    const cln_manifest *manifest = cln_dataset_manifest(subject->dataset);
    for (size_t i = 0; i < manifest->partition_count; i++) {
        subject->is_sample = subject->is_sample || manifest->partitions[i].is_sample;
        subject->rows += (int64_t)cln_partition_live_rows(&manifest->partitions[i]);
    }
    return cln_dataset_columns(subject->dataset, "columns", &subject->columns, &subject->column_count, err);
}

cln_status cln_subject_open(cln_subject *subject, const cln_comm *comm, const cln_config *config, const char *name,
                            const char *purpose, const char *store_dir, cln_error *err) {
    *subject = (cln_subject){.name = name, .unit = purpose};
    if (name == NULL) {
        (void)snprintf(subject->missing, sizeof subject->missing,
                       "the configuration names no dataset under questions.%s", purpose);
        return CLN_OK;
    }
    subject->config = cln_config_find_dataset(config, name);
    if (subject->config != NULL && subject->config->unit != NULL) subject->unit = subject->config->unit;
    const cln_status status = cln_dataset_open(&subject->dataset, comm, store_dir, name, err);
    if (status == CLN_ERR_USAGE) {
        subject->dataset = NULL;
        (void)snprintf(subject->missing, sizeof subject->missing, "%s", err->message);
        return CLN_OK;
    }
    CLN_TRY(status);
    CLN_TRY_AGREED(comm, look_at_dataset(subject, err), err);
    return CLN_OK;
}

void cln_subject_close(cln_subject *subject) {
    if (subject->dataset != NULL) cln_dataset_close(subject->dataset);
    *subject = (cln_subject){0};
}

static const cln_dataset_column *find_stored(const cln_subject *subject, const char *name) {
    for (size_t i = 0; i < subject->column_count; i++) {
        if (strcmp(subject->columns[i].name, name) == 0) return &subject->columns[i];
    }
    return NULL;
}

static const cln_config_column *find_declared(const cln_subject *subject, const char *name) {
    for (size_t i = 0; subject->config != NULL && i < subject->config->column_count; i++) {
        if (strcmp(subject->config->columns[i].name, name) == 0) return &subject->config->columns[i];
    }
    return NULL;
}

const cln_dataset_column *cln_subject_column(const cln_subject *subject, cln_role role, size_t position) {
    size_t passed = 0;
    for (size_t i = 0; subject->config != NULL && i < subject->config->column_count; i++) {
        if (subject->config->columns[i].role != role) continue;
        const cln_dataset_column *stored = find_stored(subject, subject->config->columns[i].name);
        if (stored != NULL && passed++ == position) return stored;
    }
    for (size_t i = 0; i < subject->column_count; i++) {
        const cln_dataset_column *stored = &subject->columns[i];
        if (find_declared(subject, stored->name) != NULL || stored->role == NULL) continue;
        if (strcmp(stored->role, cln_role_name(role)) == 0 && passed++ == position) return stored;
    }
    return NULL;
}

const char *cln_subject_title(const cln_subject *subject, const char *column) {
    const cln_config_column *declared = find_declared(subject, column);
    return declared != NULL ? declared->title : column;
}

static void say_missing_role(const cln_subject *subject, cln_role role, char *reason, size_t reason_bytes) {
    const cln_config_column *declared = subject->config == NULL ? NULL : cln_config_find_role(subject->config, role);
    if (declared == NULL) {
        (void)snprintf(reason, reason_bytes, "the dataset %s has no column with the role %s", subject->name,
                       cln_role_name(role));
    } else {
        (void)snprintf(reason, reason_bytes, "the files of %s have no column %s, which has the role %s", subject->name,
                       declared->name, cln_role_name(role));
    }
}

const char *cln_subject_need(const cln_subject *subject, cln_role role, char *reason, size_t reason_bytes) {
    if (subject->dataset == NULL) {
        (void)snprintf(reason, reason_bytes, "%s", subject->missing);
        return NULL;
    }
    const cln_dataset_column *column = cln_subject_column(subject, role, 0);
    if (column == NULL) {
        say_missing_role(subject, role, reason, reason_bytes);
        return NULL;
    }
    const bool fits = role == CLN_ROLE_TIME ? column->type == CLN_TYPE_TIMESTAMP
                                            : column->type != CLN_TYPE_TIMESTAMP && column->type != CLN_TYPE_DOUBLE;
    if (fits) return column->name;
    (void)snprintf(reason, reason_bytes, "the column %s of %s has the type %s, but the role %s needs %s", column->name,
                   subject->name, cln_type_name(column->type), cln_role_name(role),
                   role == CLN_ROLE_TIME ? "a timestamp" : "a category, text or integer");
    return NULL;
}

cln_status cln_subject_query(const cln_subject *subject, const cln_comm *comm, const cln_plan *plan, cln_table *result,
                             cln_error *err) {
    *result = (cln_table){0};
    const char **names = NULL;
    const size_t most = plan->filter_count + plan->key_count + plan->aggregate_count;
    cln_status status = cln_agree(comm, cln_new_array(&names, most, sizeof *names, err), err);
    cln_batch_source *source = NULL;
    if (status == CLN_OK) {
        status = cln_dataset_scan(subject->dataset, "columns", -1, names, cln_plan_columns(plan, names), &source, err);
    }
    if (status == CLN_OK) {
        status = cln_query_run(comm, plan, source, result, err);
        source->release(source);
    }
    free(names);
    return status;
}

static bool covers(const cln_subject *subject, const char *partition, const char *other) {
    if (other == NULL) return true;
    const cln_manifest *manifest = cln_dataset_manifest(subject->dataset);
    for (size_t i = 0; i < manifest->partition_count; i++) {
        if (strcmp(manifest->partitions[i].id, partition) == 0) {
            return cln_dataset_has_column(subject->dataset, "columns", i, other);
        }
    }
    return false;
}

/* Columns: partition, year, month, rows, first and last time; the partitions one after the other. */
static cln_status add_partition(cln_coverage *coverage, const cln_table *table, size_t first, size_t end,
                                cln_month_rows *months, cln_error *err) {
    size_t month_count = 0;
    for (size_t row = first; row < end; row++) {
        const cln_cell *year = cln_table_cell(table, row, 1), *month = cln_table_cell(table, row, 2);
        const cln_cell *begin = cln_table_cell(table, row, 4), *last = cln_table_cell(table, row, 5);
        if (year->kind != CLN_CELL_INTEGER || begin->kind != CLN_CELL_INTEGER) continue;
        months[month_count++] =
            (cln_month_rows){(int)year->as.integer, (int)month->as.integer, cln_table_cell(table, row, 3)->as.integer,
                             begin->as.integer, last->as.integer};
    }
    return cln_coverage_add_partition(coverage, months, month_count, err);
}

static cln_status add_partitions(const cln_subject *subject, const cln_table *table, const char *other,
                                 cln_coverage *coverage, cln_error *err) {
    cln_month_rows *months;
    cln_status status = CLN_OK;
    CLN_TRY(cln_new_array(&months, table->row_count, sizeof *months, err));
    size_t first = 0;
    for (size_t end = 1; status == CLN_OK && end <= table->row_count; end++) {
        const char *partition = cln_table_cell(table, first, 0)->as.text;
        if (end < table->row_count && strcmp(cln_table_cell(table, end, 0)->as.text, partition) == 0) continue;
        if (covers(subject, partition, other)) status = add_partition(coverage, table, first, end, months, err);
        first = end;
    }
    free(months);
    cln_coverage_finish(coverage);
    return status;
}

cln_status cln_subject_coverage(const cln_subject *subject, const cln_comm *comm, const char *time, const char *other,
                                cln_coverage *coverage, cln_error *err) {
    const cln_key keys[] = {
        {CLN_KEY_PARTITION, NULL, "partition"}, {CLN_KEY_YEAR, time, "year"}, {CLN_KEY_MONTH, time, "month"}};
    const cln_aggregate aggregates[] = {
        {CLN_AGGREGATE_COUNT, NULL, "rows"}, {CLN_AGGREGATE_MIN, time, "first"}, {CLN_AGGREGATE_MAX, time, "last"}};
    const cln_plan plan = {.keys = keys, .key_count = 3, .aggregates = aggregates, .aggregate_count = 3};
    cln_table table;
    *coverage = (cln_coverage){0};
    cln_status status = cln_subject_query(subject, comm, &plan, &table, err);
    if (status == CLN_OK) status = cln_agree(comm, add_partitions(subject, &table, other, coverage, err), err);
    cln_table_clean_up(&table);
    return status;
}
