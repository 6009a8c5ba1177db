/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/ingest/schema.h"

#include "colonnade/base/memory.h"
#include "colonnade/base/string_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_BYTES = 256 };

static const char *const index_name = "record";

/* The name in the store of a column that nobody declared. */
static cln_status name_undeclared(cln_schema_column *column, size_t position, cln_error *err) {
    char name[NAME_BYTES];
    cln_config_normalise_name(cln_span_of_string(column->source_name), name, sizeof name - 8);
    if (name[0] == '\0' || strcmp(name, "_") == 0) (void)snprintf(name, sizeof name, "column_%zu", position + 1);
    if (strcmp(name, index_name) == 0) (void)strncat(name, "_", 2);
    return cln_copy_string(&column->name, name, err);
}

/* What was declared, and in the end how times are exported, so that rows that
 * went out come in again. */
static cln_status compile_formats(cln_schema_column *column, cln_error *err) {
    const cln_config_column *declared = column->declared;
    CLN_TRY(cln_new_array(&column->formats, declared->format_count + 1, sizeof *column->formats, err));
    for (size_t f = 0; f < declared->format_count; f++) {
        CLN_TRY(cln_date_format_compile(&column->formats[f], declared->formats[f].pattern, declared->formats[f].is_utc,
                                        err));
    }
    column->format_count = declared->format_count + 1;
    return cln_date_format_compile(&column->formats[declared->format_count], CLN_EXPORTED_TIME, false, err);
}

/* By name; in a file without a header by position. */
static const cln_config_column *find_declared(const cln_config_dataset *dataset, const cln_prologue *prologue,
                                              size_t position) {
    if (dataset == NULL) return NULL;
    if (prologue->header_bytes > 0)
        return cln_config_find_column(dataset, cln_span_of_string(prologue->names[position]));
    return position < dataset->column_count ? &dataset->columns[position] : NULL;
}

static cln_status match_column(cln_schema_column *column, const cln_config_dataset *dataset,
                               const cln_prologue *prologue, size_t position, bool infer, cln_error *err) {
    if (strlen(prologue->names[position]) > CLN_MAX_HEADER_FIELD) {
        return cln_fail(err, CLN_ERR_DATA,
                        "field %zu of the header is longer than %zu bytes; is it a CSV file, and are --delimiter and "
                        "--quote right?",
                        position + 1, CLN_MAX_HEADER_FIELD);
    }
    CLN_TRY(cln_copy_string(&column->source_name, prologue->names[position], err));
    column->declared = find_declared(dataset, prologue, position);
    if (column->declared == NULL) {
        column->is_auto = true;
        column->is_inferred = infer;
        return name_undeclared(column, position, err);
    }
    CLN_TRY(cln_copy_string(&column->name, column->declared->name, err));
    column->is_auto = !cln_type_from_name(column->declared->type_name, &column->type);
    if (!column->is_auto && column->type == CLN_TYPE_TIMESTAMP) CLN_TRY(compile_formats(column, err));
    return CLN_OK;
}

static cln_status check_distinct_names(const cln_schema *schema, const char *file, cln_error *err) {
    cln_string_table names;
    cln_string_table_init(&names, SIZE_MAX);
    cln_status status = CLN_OK;
    for (size_t i = 0; status == CLN_OK && i < schema->column_count; i++) {
        const cln_schema_column *column = &schema->columns[i];
        uint32_t first;
        status = cln_string_table_intern(&names, cln_span_of_string(column->name), &first, err);
        if (status != CLN_OK || names.count > i) continue;
        status =
            cln_fail(err, CLN_ERR_DATA,
                     "%s: columns %u (\"%.80s\") and %zu (\"%.80s\") of the header are both \"%.80s\"; rename one "
                     "of them in the file, or change the aliases in the configuration",
                     file, first + 1, schema->columns[first].source_name, i + 1, column->source_name, column->name);
    }
    cln_string_table_clean_up(&names);
    return status;
}

static cln_status check_any_declared(const cln_schema *schema, const cln_config_dataset *dataset, const char *file,
                                     cln_error *err) {
    if (dataset == NULL || dataset->column_count == 0 || schema->column_count == 0) return CLN_OK;
    for (size_t i = 0; i < schema->column_count; i++) {
        if (schema->columns[i].declared != NULL) return CLN_OK;
    }
    return cln_fail(err, CLN_ERR_DATA,
                    "%s has no column that the dataset \"%s\" declares (its header begins with \"%.40s\"); is it the "
                    "right file, and is --delimiter right? A file that no configuration knows is taken with "
                    "--schema auto",
                    file, dataset->name, schema->columns[0].source_name);
}

cln_status cln_schema_match(cln_schema *schema, const cln_config_dataset *dataset, const cln_prologue *prologue,
                            bool infer, const char *file, cln_error *err) {
    *schema = (cln_schema){0};
    if (prologue->name_count > CLN_MAX_COLUMNS) {
        return cln_fail(err, CLN_ERR_DATA, "%s has %zu columns; at most %d are stored. Is --delimiter right?", file,
                        prologue->name_count, CLN_MAX_COLUMNS);
    }
    cln_status status = cln_copy_string(&schema->time_zone, dataset == NULL ? "UTC" : dataset->time_zone, err);
    if (status == CLN_OK) {
        status = cln_new_array(&schema->columns, prologue->name_count, sizeof *schema->columns, err);
    }
    for (size_t i = 0; status == CLN_OK && i < prologue->name_count; i++) {
        schema->column_count = i + 1;
        status = match_column(&schema->columns[i], dataset, prologue, i, infer, err);
    }
    if (status == CLN_OK) status = check_any_declared(schema, dataset, file, err);
    if (status == CLN_OK) status = check_distinct_names(schema, file, err);
    if (status != CLN_OK) cln_schema_clean_up(schema);
    return status;
}

static size_t count_declared(const cln_config_dataset *dataset, const cln_prologue *prologue) {
    size_t count = 0;
    for (size_t i = 0; i < prologue->name_count; i++) count += find_declared(dataset, prologue, i) != NULL;
    return count;
}

/* Whether the dataset tells the time by a column, and the header lacks it. */
static bool lacks_time(const cln_config_dataset *dataset, const cln_prologue *prologue) {
    const cln_config_column *time = cln_config_find_role(dataset, CLN_ROLE_TIME);
    for (size_t i = 0; time != NULL && i < prologue->name_count; i++) {
        if (find_declared(dataset, prologue, i) == time) return false;
    }
    return time != NULL;
}

cln_schema_rival cln_schema_find_rival(const cln_config *config, const cln_config_dataset *dataset,
                                       const cln_prologue *prologue) {
    cln_schema_rival rival = {.column_count = prologue->name_count};
    if (config == NULL || dataset == NULL || dataset->column_count == 0 || prologue->header_bytes == 0) return rival;
    rival.declared_count = count_declared(dataset, prologue);
    if (rival.declared_count >= (rival.column_count + 1) / 2) return rival;
    rival.rival_declared_count = rival.declared_count;
    for (size_t d = 0; d < config->dataset_count; d++) {
        const size_t count = count_declared(&config->datasets[d], prologue);
        if (count <= rival.rival_declared_count) continue;
        rival.rival_declared_count = count;
        rival.number = d + 1;
    }
    rival.is_certain =
        rival.number > 0 && rival.rival_declared_count == rival.column_count && lacks_time(dataset, prologue);
    return rival;
}

void cln_schema_clean_up(cln_schema *schema) {
    for (size_t i = 0; i < schema->column_count; i++) {
        free(schema->columns[i].name);
        free(schema->columns[i].source_name);
        free(schema->columns[i].formats);
    }
    free(schema->columns);
    free(schema->time_zone);
    *schema = (cln_schema){0};
}
