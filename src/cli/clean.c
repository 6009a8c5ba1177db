/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * colonnade clean: rank 0 frees what the store does not need; the other ranks
 * wait for its status.
 */
#include "colonnade/base/file.h"
#include "colonnade/base/log.h"
#include "colonnade/base/memory.h"
#include "colonnade/cli/cli.h"
#include "colonnade/cli/store_datasets.h"
#include "colonnade/net/staging.h"
#include "colonnade/store/removal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static cln_status add_row(cln_table *table, const char *dataset, uint64_t file_count, uint64_t size_bytes,
                          cln_error *err) {
    cln_cell *cells;
    CLN_TRY(cln_table_add_row(table, &cells, err));
    CLN_TRY(cln_cell_set_text(&cells[0], cln_span_of_string(dataset), err));
    cln_cell_set_integer(&cells[1], (int64_t)file_count);
    cln_cell_set_integer(&cells[2], (int64_t)size_bytes);
    return CLN_OK;
}

/* ---- The staging folder: files whose fetch was cut short ---- */

static cln_status clear_staged(const cln_cli *cli, const char *dataset, cln_table *table, cln_error *err) {
    const char *staging_dir = cli->settings.staging_dir;
    cln_staging_cleared cleared;
    CLN_TRY(cln_staging_clear(staging_dir, dataset, 0, &cleared, err));
    if (cleared.file_count == 0) return CLN_OK;
    char *folder;
    CLN_TRY(cln_path_join(&folder, staging_dir, dataset, err));
    const cln_status status = add_row(table, folder, cleared.file_count, cleared.size_bytes, err);
    free(folder);
    return status;
}

/* Datasets that were fetched and never ingested are in no store. */
static cln_status clear_all_staged(const cln_cli *cli, cln_table *table, cln_error *err) {
    cln_folder_list names;
    CLN_TRY(cln_folder_read(&names, cli->settings.staging_dir, "", err));
    cln_status status = CLN_OK;
    for (size_t i = 0; status == CLN_OK && i < names.count; i++) {
        char *folder;
        status = cln_path_join(&folder, cli->settings.staging_dir, names.names[i], err);
        if (status == CLN_OK && cln_file_is_dir(folder)) status = clear_staged(cli, names.names[i], table, err);
        free(folder);
    }
    cln_folder_clean_up(&names);
    return status;
}

/* What is named twice has nothing left the second time. */
static cln_status clear_staging(const cln_cli *cli, cln_table *table, cln_error *err) {
    if (cli->argument_count == 0) return clear_all_staged(cli, table, err);
    for (size_t i = 0; i < cli->argument_count; i++) CLN_TRY(clear_staged(cli, cli->arguments[i], table, err));
    return CLN_OK;
}

static bool is_only_staged(const cln_cli *cli, const char *dataset) {
    char *folder;
    if (!cln_path_is_safe_name(dataset) || cln_dataset_is_there(cli->settings.store_dir, dataset)) return false;
    if (cln_path_join(&folder, cli->settings.staging_dir, dataset, NULL) != CLN_OK) return false;
    const bool is_staged = cln_file_is_dir(folder);
    free(folder);
    return is_staged;
}

/* ---- The store ---- */

static void warn_of_rest(const char *dataset, const cln_freed *freed) {
    if (freed->unnamed_count > 0) {
        cln_warning("%" PRIu64 " partition files of '%s' stay: without a master nothing tells whether they are needed; "
                    "ingest their sources again, or 'colonnade remove %s'",
                    freed->unnamed_count, dataset, dataset);
    }
    if (freed->stuck_count > 0) {
        cln_warning("%" PRIu64 " files of '%s' could not be removed: %s", freed->stuck_count, dataset,
                    strerror(freed->stuck_errno));
    }
}

/* A dataset that is busy or cannot be cleaned is told; the others are cleaned all the same. */
static cln_status clean_all(const cln_cli *cli, const cln_folder_list *datasets, cln_table *table, size_t *failed_count,
                            cln_error *err) {
    for (size_t i = 0; i < datasets->count; i++) {
        const char *dataset = datasets->names[i];
        cln_freed freed;
        const cln_status status = cln_dataset_clean(cli->settings.store_dir, dataset, &freed, err);
        if (status == CLN_ERR_IO) cln_warning("%s", err->message);
        if (status != CLN_OK && status != CLN_ERR_IO) return status;
        *failed_count += status != CLN_OK || freed.stuck_count > 0;
        if (status != CLN_OK) continue;
        warn_of_rest(dataset, &freed);
        CLN_TRY(add_row(table, dataset, freed.file_count, freed.size_bytes, err));
    }
    return CLN_OK;
}

static cln_status clean_and_print(const cln_cli *cli, const cln_folder_list *datasets, cln_error *err) {
    static const char *const columns[] = {"dataset", "files", "freed_bytes"};
    cln_table table;
    CLN_TRY(cln_table_init(&table, NULL, columns, sizeof columns / sizeof *columns, err));
    size_t failed_count = 0;
    cln_status status = clean_all(cli, datasets, &table, &failed_count, err);
    if (status == CLN_OK) status = clear_staging(cli, &table, err);
    if (status == CLN_OK) status = cln_cli_print(cli, &table, err);
    cln_table_clean_up(&table);
    if (status != CLN_OK || failed_count == 0) return status;
    return cln_fail(err, CLN_ERR_IO, "%zu of %zu datasets could not be cleaned", failed_count, datasets->count);
}

/* Those of the store; what was fetched and never ingested is named, too, but is not in it. */
static cln_status find_stored(cln_folder_list *datasets, const cln_cli *cli, cln_error *err) {
    const char **names;
    *datasets = (cln_folder_list){0};
    CLN_TRY(cln_new_array(&names, cli->argument_count, sizeof *names, err));
    cln_cli stored = *cli;
    stored.arguments = names;
    stored.argument_count = 0;
    for (size_t i = 0; i < cli->argument_count; i++) {
        if (!is_only_staged(cli, cli->arguments[i])) names[stored.argument_count++] = cli->arguments[i];
    }
    const bool none_is_stored = cli->argument_count > 0 && stored.argument_count == 0;
    const cln_status status = none_is_stored ? CLN_OK : cln_cli_datasets(datasets, &stored, err);
    free(names);
    return status;
}

static cln_status clean_local(const cln_cli *cli, cln_error *err) {
    cln_folder_list datasets;
    CLN_TRY(find_stored(&datasets, cli, err));
    const cln_status status = clean_and_print(cli, &datasets, err);
    cln_folder_clean_up(&datasets);
    return status;
}

cln_status cln_command_clean(cln_cli *cli, cln_error *err) {
    return cln_agree(&cli->comm, cli->comm.rank == 0 ? clean_local(cli, err) : CLN_OK, err);
}
