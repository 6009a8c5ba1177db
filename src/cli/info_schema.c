/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "info_schema.h"

#include "colonnade/base/escape.h"
#include "colonnade/base/log.h"
#include "colonnade/base/memory.h"
#include "colonnade/base/sample.h"

#include <stdlib.h>

#define TABLE "columns"

enum { NAME, TYPE, ROLE, FIRST_PARTITION };

/* NULL where the partition does not have the column. */
static const char *type_in(const cln_dataset *dataset, size_t partition, const char *column) {
    cln_type type;
    return cln_dataset_partition_type(dataset, TABLE, partition, column, &type) ? cln_type_name(type) : NULL;
}

/* ---- Table and CSV ---- */

static cln_status add_row(cln_table *table, const cln_dataset *dataset, const cln_dataset_column *column,
                          cln_error *err) {
    cln_cell *cells;
    CLN_TRY(cln_table_add_row(table, &cells, err));
    CLN_TRY(cln_cell_set_text(&cells[NAME], cln_span_of_string(column->name), err));
    CLN_TRY(cln_cell_set_text(&cells[TYPE], cln_span_of_string(cln_type_name(column->type)), err));
    if (column->role[0] != '\0') CLN_TRY(cln_cell_set_text(&cells[ROLE], cln_span_of_string(column->role), err));
    for (size_t p = 0; p < cln_dataset_manifest(dataset)->partition_count; p++) {
        const char *type = type_in(dataset, p, column->name);
        const cln_span text = cln_span_of_string(type == NULL ? "not recorded" : type);
        CLN_TRY(cln_cell_set_text(&cells[FIRST_PARTITION + p], text, err));
    }
    return CLN_OK;
}

static cln_status init_table(cln_table *table, const cln_manifest *manifest, cln_error *err) {
    const char **names;
    CLN_TRY(cln_new_array(&names, FIRST_PARTITION + manifest->partition_count, sizeof *names, err));
    names[NAME] = "column";
    names[TYPE] = "type";
    names[ROLE] = "role";
    const char *title = NULL;
    for (size_t p = 0; p < manifest->partition_count; p++) {
        names[FIRST_PARTITION + p] = manifest->partitions[p].id;
        if (manifest->partitions[p].is_sample) title = CLN_SAMPLE_LABEL;
    }
    const cln_status status = cln_table_init(table, title, names, FIRST_PARTITION + manifest->partition_count, err);
    free(names);
    return status;
}

static cln_status print_matrix(const cln_cli *cli, const cln_dataset *dataset, const cln_dataset_column *columns,
                               size_t count, cln_error *err) {
    cln_table table = {0};
    cln_status status = init_table(&table, cln_dataset_manifest(dataset), err);
    for (size_t i = 0; status == CLN_OK && i < count; i++) status = add_row(&table, dataset, &columns[i], err);
    if (status == CLN_OK) status = cln_cli_print(cli, &table, err);
    cln_table_clean_up(&table);
    return status;
}

/* ---- JSON: the name of a partition may be that of a member ---- */

static cln_status append_pair(cln_buffer *json, const char *separator, const char *name, const char *value,
                              cln_error *err) {
    CLN_TRY(cln_buffer_append_string(json, separator, err));
    CLN_TRY(cln_escape_json(cln_span_of_string(name), json, err));
    CLN_TRY(cln_buffer_append_string(json, ": ", err));
    if (value == NULL) return cln_buffer_append_string(json, "null", err);
    return cln_escape_json(cln_span_of_string(value), json, err);
}

static cln_status append_column(cln_buffer *json, const cln_dataset *dataset, const cln_dataset_column *column,
                                cln_error *err) {
    const cln_manifest *manifest = cln_dataset_manifest(dataset);
    CLN_TRY(append_pair(json, "{", "column", column->name, err));
    CLN_TRY(append_pair(json, ", ", "type", cln_type_name(column->type), err));
    CLN_TRY(append_pair(json, ", ", "role", column->role[0] == '\0' ? NULL : column->role, err));
    CLN_TRY(cln_buffer_append_string(json, ", \"partitions\": {", err));
    for (size_t p = 0; p < manifest->partition_count; p++) {
        const char *id = manifest->partitions[p].id;
        CLN_TRY(append_pair(json, p == 0 ? "" : ", ", id, type_in(dataset, p, column->name), err));
    }
    return cln_buffer_append_string(json, "}}", err);
}

static cln_status print_json(const cln_cli *cli, const cln_dataset *dataset, const cln_dataset_column *columns,
                             size_t count, cln_error *err) {
    cln_buffer json;
    cln_buffer_init(&json, SIZE_MAX);
    cln_status status = cln_buffer_append_string(&json, "[", err);
    for (size_t i = 0; status == CLN_OK && i < count; i++) {
        if (i > 0) status = cln_buffer_append_string(&json, ",\n", err);
        if (status == CLN_OK) status = append_column(&json, dataset, &columns[i], err);
    }
    if (status == CLN_OK) status = cln_buffer_append_string(&json, "]\n", err);
    if (status == CLN_OK) status = cln_cli_write(cli, cln_buffer_span(&json), err);
    cln_buffer_clean_up(&json);
    return status;
}

/* Asked for together, integers beyond 2^53 lose digits where others are doubles. */
static void tell_of_doubles(const cln_dataset *dataset, const cln_dataset_column *column) {
    if (column->type != CLN_TYPE_DOUBLE) return;
    for (size_t p = 0; p < cln_dataset_manifest(dataset)->partition_count; p++) {
        cln_type type;
        if (!cln_dataset_partition_type(dataset, TABLE, p, column->name, &type) || type != CLN_TYPE_INTEGER) continue;
        cln_note("column '%s' is integer in some partitions and answers as double: of integers beyond 9007199254740992 "
                 "(2^53) the last digits are lost then. Where they are identifiers, declare the column text and ingest "
                 "again; 'export' writes each partition in its own type",
                 column->name);
        return;
    }
}

cln_status cln_info_schema(const cln_cli *cli, cln_dataset *dataset, cln_error *err) {
    const cln_dataset_column *columns;
    size_t count;
    CLN_TRY(cln_dataset_columns(dataset, TABLE, &columns, &count, err));
    for (size_t i = 0; i < count; i++) tell_of_doubles(dataset, &columns[i]);
    if (cli->settings.format == CLN_OUTPUT_JSON) return print_json(cli, dataset, columns, count, err);
    return print_matrix(cli, dataset, columns, count, err);
}
