/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * colonnade info: rank 0 reads the store by itself; the other ranks wait for
 * its status. Only equal rows are counted by all.
 */
#include "colonnade/base/file.h"
#include "colonnade/base/folder.h"
#include "colonnade/base/log.h"
#include "colonnade/base/memory.h"
#include "colonnade/base/sample.h"
#include "colonnade/cli/cli.h"
#include "colonnade/store/duplicates.h"
#include "info_provenance.h"
#include "info_schema.h"

#include <stdlib.h>

static cln_status set_text(cln_cell *cell, const char *text, cln_error *err) {
    return text == NULL ? CLN_OK : cln_cell_set_text(cell, cln_span_of_string(text), err);
}

static bool has_sample(const cln_manifest *manifest) {
    for (size_t i = 0; i < manifest->partition_count; i++) {
        if (manifest->partitions[i].is_sample) return true;
    }
    return false;
}

static cln_status add_dataset_row(cln_table *table, const char *name, const cln_manifest *manifest, cln_error *err) {
    uint64_t rows = 0;
    uint64_t live = 0;
    uint64_t rejected = 0;
    uint64_t size_bytes = 0;
    for (size_t i = 0; i < manifest->partition_count; i++) {
        rows += manifest->partitions[i].rows;
        live += cln_partition_live_rows(&manifest->partitions[i]);
        rejected += manifest->partitions[i].rejected;
        size_bytes += manifest->partitions[i].size_bytes;
    }
    cln_cell *cells;
    CLN_TRY(cln_table_add_row(table, &cells, err));
    CLN_TRY(set_text(&cells[0], name, err));
    cln_cell_set_integer(&cells[1], (int64_t)manifest->partition_count);
    cln_cell_set_integer(&cells[2], (int64_t)rows);
    cln_cell_set_integer(&cells[3], (int64_t)rejected);
    cln_cell_set_integer(&cells[4], (int64_t)size_bytes);
    if (manifest->rule.on_duplicate != CLN_DUPLICATES_UNSET) cln_cell_set_integer(&cells[6], (int64_t)(rows - live));
    cln_cell_set_integer(&cells[7], (int64_t)live);
    return set_text(&cells[5], has_sample(manifest) ? CLN_SAMPLE_LABEL : NULL, err);
}

/* A dataset that cannot be read is told at once and counted: the others are listed. */
static cln_status fill_dataset(cln_table *table, const char *store_dir, const char *name, size_t *damaged_count,
                               cln_error *err) {
    if (!cln_path_is_safe_name(name)) return CLN_OK; /* not ours */
    cln_manifest manifest;
    bool exists = false;
    cln_error why;
    if (cln_manifest_read(&manifest, store_dir, name, &exists, &why) != CLN_OK) {
        cln_warning("%s", why.message);
        ++*damaged_count;
        return CLN_OK;
    }
    const cln_status status = exists ? add_dataset_row(table, name, &manifest, err) : CLN_OK;
    cln_manifest_clean_up(&manifest);
    return status;
}

static cln_status fill_datasets(cln_table *table, const char *store_dir, size_t *damaged_count, cln_error *err) {
    cln_folder_list names;
    CLN_TRY(cln_folder_read(&names, store_dir, "", err));
    cln_status status = CLN_OK;
    for (size_t i = 0; status == CLN_OK && i < names.count; i++) {
        status = fill_dataset(table, store_dir, names.names[i], damaged_count, err);
    }
    cln_folder_clean_up(&names);
    return status;
}

static cln_status show_store(const cln_cli *cli, cln_error *err) {
    static const char *const columns[] = {"dataset",    "partitions", "rows",       "rejected",
                                          "size_bytes", "sample",     "duplicates", "live"};
    cln_table table;
    CLN_TRY(cln_table_init(&table, NULL, columns, sizeof columns / sizeof *columns, err));
    size_t damaged_count = 0;
    cln_status status = fill_datasets(&table, cli->settings.store_dir, &damaged_count, err);
    if (status == CLN_OK && table.row_count == 0 && damaged_count == 0) {
        cln_note("the store '%s' is empty; 'colonnade ingest --help' tells how to fill it", cli->settings.store_dir);
    }
    if (status == CLN_OK) status = cln_cli_print(cli, &table, err);
    cln_table_clean_up(&table);
    if (status != CLN_OK || damaged_count == 0) return status;
    return cln_fail(err, CLN_ERR_IO, "%zu of the datasets in '%s' cannot be read and are not listed", damaged_count,
                    cli->settings.store_dir);
}

/* Rows = live + duplicates; without a rule nobody has looked for duplicates. */
static cln_status fill_live_rows(cln_cell *cells, const cln_manifest *manifest, const cln_partition_info *info,
                                 cln_error *err) {
    cln_cell_set_integer(&cells[1], (int64_t)cln_partition_live_rows(info));
    if (manifest->rule.on_duplicate == CLN_DUPLICATES_UNSET) return CLN_OK;
    if (!info->is_unchecked) cln_cell_set_integer(&cells[0], (int64_t)info->duplicates);
    return set_text(&cells[2], info->is_unchecked ? "unchecked" : "checked", err);
}

/* equal_rows: of each partition, NULL when they were not counted. */
static cln_status fill_partitions(cln_table *table, const cln_manifest *manifest, const uint64_t *equal_rows,
                                  cln_error *err) {
    for (size_t i = 0; i < manifest->partition_count; i++) {
        const cln_partition_info *info = &manifest->partitions[i];
        cln_cell *cells;
        CLN_TRY(cln_table_add_row(table, &cells, err));
        CLN_TRY(set_text(&cells[0], info->id, err));
        cln_cell_set_integer(&cells[1], (int64_t)info->rows);
        cln_cell_set_integer(&cells[2], (int64_t)info->rejected);
        cln_cell_set_integer(&cells[3], (int64_t)info->source_size_bytes);
        cln_cell_set_integer(&cells[4], (int64_t)info->size_bytes);
        CLN_TRY(set_text(&cells[5], info->origin, err));
        CLN_TRY(set_text(&cells[6], info->is_sample ? CLN_SAMPLE_LABEL : NULL, err));
        CLN_TRY(fill_live_rows(&cells[7], manifest, info, err));
        if (equal_rows != NULL) cln_cell_set_integer(&cells[10], (int64_t)equal_rows[i]);
    }
    return CLN_OK;
}

static cln_status fill_columns(cln_table *table, cln_dataset *dataset, cln_error *err) {
    const cln_dataset_column *columns;
    size_t column_count;
    CLN_TRY(cln_dataset_columns(dataset, "columns", &columns, &column_count, err));
    const size_t partition_count = cln_dataset_manifest(dataset)->partition_count;
    for (size_t i = 0; i < column_count; i++) {
        int64_t recorded = 0;
        for (size_t k = 0; k < partition_count; k++) {
            recorded += cln_dataset_has_column(dataset, "columns", k, columns[i].name);
        }
        cln_cell *cells;
        CLN_TRY(cln_table_add_row(table, &cells, err));
        CLN_TRY(set_text(&cells[0], columns[i].name, err));
        CLN_TRY(set_text(&cells[1], cln_type_name(columns[i].type), err));
        CLN_TRY(set_text(&cells[2], columns[i].role, err));
        cln_cell_set_integer(&cells[3], recorded);
    }
    return CLN_OK;
}

/* JSON is one object with both tables; CSV has room for one, the partitions. */
static cln_status print_dataset(const cln_cli *cli, const cln_table *partitions, const cln_table *columns,
                                cln_error *err) {
    const cln_output_format format = cli->settings.format;
    const bool is_json = format == CLN_OUTPUT_JSON;
    cln_buffer text;
    cln_buffer_init(&text, SIZE_MAX);
    cln_status status = cln_buffer_append_string(&text, is_json ? "{\"partitions\": " : "", err);
    if (status == CLN_OK) status = cln_print_table(partitions, format, &text, err);
    if (status == CLN_OK && format != CLN_OUTPUT_CSV) {
        status = cln_buffer_append_string(&text, is_json ? ", \"columns\": " : "\n", err);
        if (status == CLN_OK) status = cln_print_table(columns, format, &text, err);
    }
    if (status == CLN_OK) status = cln_buffer_append_string(&text, is_json ? "}\n" : "", err);
    if (status == CLN_OK) status = cln_cli_write(cli, cln_buffer_span(&text), err);
    cln_buffer_clean_up(&text);
    return status;
}

static cln_status show_dataset(const cln_cli *cli, cln_dataset *dataset, const uint64_t *equal_rows, cln_error *err) {
    static const char *const partition_columns[] = {"partition",  "rows",   "rejected",  "source_size_bytes",
                                                    "size_bytes", "origin", "sample",    "duplicates",
                                                    "live",       "key",    "equal_rows"};
    static const char *const column_columns[] = {"column", "type", "role", "in_partitions"};
    const cln_manifest *manifest = cln_dataset_manifest(dataset);
    cln_table partitions = {0};
    cln_table columns = {0};
    const char *title = has_sample(manifest) ? CLN_SAMPLE_LABEL : NULL;
    const size_t count = sizeof partition_columns / sizeof *partition_columns - (equal_rows == NULL);
    cln_status status = cln_table_init(&partitions, title, partition_columns, count, err);
    if (status == CLN_OK) status = fill_partitions(&partitions, manifest, equal_rows, err);
    if (status == CLN_OK) {
        status = cln_table_init(&columns, NULL, column_columns, sizeof column_columns / sizeof *column_columns, err);
    }
    if (status == CLN_OK) status = fill_columns(&columns, dataset, err);
    if (status == CLN_OK) status = print_dataset(cli, &partitions, &columns, err);
    cln_table_clean_up(&columns);
    cln_table_clean_up(&partitions);
    return status;
}

static cln_status show_asked(const cln_cli *cli, cln_dataset *dataset, cln_error *err) {
    if (cln_option_given(cli->options, "provenance")) return cln_info_provenance(cli, dataset, err);
    if (cln_option_given(cli->options, "schema")) return cln_info_schema(cli, dataset, err);
    return show_dataset(cli, dataset, NULL, err);
}

static cln_status info_local(const cln_cli *cli, cln_error *err) {
    const bool wants_schema = cln_option_given(cli->options, "schema");
    const bool wants_provenance = cln_option_given(cli->options, "provenance");
    if (wants_schema && wants_provenance) {
        return cln_fail(err, CLN_ERR_USAGE, "--schema and --provenance are two questions; ask one at a time");
    }
    if (cli->argument_count == 0) {
        if (!wants_provenance && !wants_schema) return show_store(cli, err);
        const char *name = wants_schema ? "schema" : "provenance";
        return cln_fail(err, CLN_ERR_USAGE, "--%s needs DATASET: colonnade info DATASET --%s", name, name);
    }
    const cln_comm alone = {.mpi = MPI_COMM_SELF, .rank = 0, .size = 1};
    cln_dataset *dataset;
    CLN_TRY(cln_dataset_open(&dataset, &alone, cli->settings.store_dir, cli->arguments[0], err));
    const cln_status status = show_asked(cli, dataset, err);
    cln_dataset_close(dataset);
    return status;
}

/* Collective. */
static cln_status count_and_show(const cln_cli *cli, cln_dataset *dataset, cln_error *err) {
    const cln_settings *settings = &cli->settings;
    uint64_t *equal_rows = NULL;
    const size_t count = cln_dataset_manifest(dataset)->partition_count;
    cln_status status = cln_agree(&cli->comm, cln_new_array(&equal_rows, count, sizeof *equal_rows, err), err);
    if (status == CLN_OK) {
        status = cln_duplicates_count_rows(dataset, &cli->comm, settings->scratch_dir, settings->memory_bytes,
                                           equal_rows, err);
    }
    if (status == CLN_OK && cli->comm.rank == 0) status = show_dataset(cli, dataset, equal_rows, err);
    free(equal_rows);
    return cln_agree(&cli->comm, status, err);
}

/* Collective. */
static cln_status info_of_duplicates(const cln_cli *cli, cln_error *err) {
    if (cli->argument_count == 0 || cln_option_given(cli->options, "provenance") ||
        cln_option_given(cli->options, "schema")) {
        return cln_fail(err, CLN_ERR_USAGE, "--duplicates needs DATASET alone: colonnade info DATASET --duplicates");
    }
    cln_dataset *dataset;
    CLN_TRY(cln_dataset_open(&dataset, &cli->comm, cli->settings.store_dir, cli->arguments[0], err));
    const cln_status status = count_and_show(cli, dataset, err);
    cln_dataset_close(dataset);
    return status;
}

cln_status cln_command_info(cln_cli *cli, cln_error *err) {
    if (cln_option_given(cli->options, "duplicates")) return info_of_duplicates(cli, err);
    return cln_agree(&cli->comm, cli->comm.rank == 0 ? info_local(cli, err) : CLN_OK, err);
}
