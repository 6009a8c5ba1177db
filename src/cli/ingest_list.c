/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/cli/ingest_list.h"

#include "colonnade/base/file.h"
#include "colonnade/base/memory.h"
#include "colonnade/base/utf8.h"
#include "colonnade/net/staging.h"

#include <stdlib.h>
#include <string.h>

/* ---- Given files ---- */

static cln_status list_given(const cln_cli *cli, cln_file_list *list, cln_error *err) {
    for (size_t i = 1; i < cli->argument_count; i++) CLN_TRY(cln_file_list_add_argument(list, cli->arguments[i], err));
    const char *as = cln_option(cli->options, "as");
    if (as == NULL) return CLN_OK;
    if (list->count > 1) {
        return cln_fail(err, CLN_ERR_USAGE, "--as names one partition, but %zu files are given", list->count);
    }
    free(list->items[0].name);
    list->items[0].name = NULL;
    return cln_copy_string(&list->items[0].name, as, err);
}

/* ---- Staged files ---- */

static cln_status list_staged(const cln_cli *cli, cln_file_list *list, cln_error *err) {
    const char *dataset = cli->arguments[0];
    const char *date = cln_option(cli->options, "date");
    cln_staged_files staged;
    CLN_TRY(cln_staging_newest(&staged, cli->settings.staging_dir, dataset, date, err));
    cln_status status = CLN_OK;
    for (size_t i = 0; status == CLN_OK && i < staged.count; i++) {
        status = cln_file_list_add(list, staged.files[i].path, cln_span_of_string(staged.files[i].source), err);
    }
    cln_staged_files_clean_up(&staged);
    if (status == CLN_OK && list->count == 0) {
        status = cln_fail(
            err, CLN_ERR_USAGE,
            "nothing is staged for %s in %s%s%s; run 'colonnade fetch %s' first, or name files: 'colonnade "
            "ingest %s FILE...'",
            dataset, cli->settings.staging_dir, date == NULL ? "" : " on ", date == NULL ? "" : date, dataset, dataset);
    }
    return status;
}

/* ---- All ranks ---- */

static cln_status check_partition_names(const cln_file_list *list, cln_error *err) {
    for (size_t i = 0; i < list->count; i++) {
        const cln_file_item *item = &list->items[i];
        if (!cln_path_is_safe_name(item->name) || !cln_utf8_is_valid(cln_span_of_string(item->name))) {
            return cln_fail(err, CLN_ERR_USAGE, "%s: \"%s\" cannot be the name of a partition; give one with --as NAME",
                            item->path, item->name);
        }
        for (size_t j = 0; j < i; j++) {
            if (strcmp(item->name, list->items[j].name) != 0) continue;
            return cln_fail(err, CLN_ERR_USAGE,
                            "%s and %s would both be the partition \"%s\"; ingest them one by one with --as NAME",
                            list->items[j].path, item->path, item->name);
        }
    }
    return CLN_OK;
}

/* Options that say nothing about what is listed would be overlooked. */
static cln_status check_options(const cln_cli *cli, cln_error *err) {
    const bool has_files = cli->argument_count > 1;
    if (!has_files && cln_option_given(cli->options, "as")) {
        return cln_fail(
            err, CLN_ERR_USAGE,
            "--as names the partition of a FILE, but none is given; staged files have their sources' names");
    }
    if (has_files && cln_option_given(cli->options, "date")) {
        return cln_fail(err, CLN_ERR_USAGE,
                        "--date chooses among staged files, but a FILE is given; leave one of them out");
    }
    return CLN_OK;
}

/* Rank 0. */
static cln_status make_on_root(cln_file_list *list, const cln_cli *cli, cln_error *err) {
    CLN_TRY(check_options(cli, err));
    CLN_TRY(cli->argument_count > 1 ? list_given(cli, list, err) : list_staged(cli, list, err));
    CLN_TRY(check_partition_names(list, err));
    cln_file_list_look(list, cli);
    return CLN_OK;
}

cln_status cln_ingest_list_make(cln_file_list *list, const cln_cli *cli, cln_error *err) {
    const cln_status made = cli->comm.rank == 0 ? make_on_root(list, cli, err) : CLN_OK;
    return cln_file_list_share(list, &cli->comm, made, err);
}
