/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * colonnade push: rank 0 brings store, report, logs and scripts to the buckets
 * of their roles; the other ranks wait for its status.
 */
#include "bucket_role.h"

#include "colonnade/base/cleanup.h"
#include "colonnade/base/clock.h"
#include "colonnade/base/file.h"
#include "colonnade/base/folder.h"
#include "colonnade/base/log.h"
#include "colonnade/base/memory.h"
#include "colonnade/cli/store_datasets.h"
#include "colonnade/net/s3_ledger.h"
#include "colonnade/store/dataset.h"
#include "colonnade/store/dataset_paths.h"

#include <stdlib.h>
#include <string.h>

static cln_status find_bucket(cln_bucket_copy *copy, cln_bucket role, cln_s3_place *place, cln_error *err) {
    CLN_TRY(cln_bucket_find(copy->cli, role, place, err));
    return cln_s3_require_bucket(copy->s3, place->bucket, cln_option_given(copy->cli->options, "create"), err);
}

/* ---- The store ---- */

static cln_status push_inner(cln_bucket_copy *copy, const cln_s3_place *place, const char *dataset, const char *inner,
                             cln_error *err) {
    char *path;
    char *name = NULL;
    CLN_TRY(cln_dataset_path(&path, copy->cli->settings.store_dir, dataset, inner, err));
    cln_status status = cln_format_string(&name, err, "%s/%s", dataset, inner);
    if (status == CLN_OK) status = cln_bucket_put(copy, place, name, path, err);
    free(name);
    free(path);
    return status;
}

static bool has_history(const cln_cli *cli, const char *dataset) {
    char *path;
    if (cln_dataset_path(&path, cli->settings.store_dir, dataset, CLN_HISTORY_NAME, NULL) != CLN_OK) return false;
    const bool exists = cln_file_exists(path);
    free(path);
    return exists;
}

/* Who reads the bucket meanwhile sees the former master or the new one: what
 * it names comes first. */
static cln_status push_files(cln_bucket_copy *copy, const cln_s3_place *place, const cln_manifest *manifest,
                             const char *dataset, cln_error *err) {
    for (size_t i = 0; i < manifest->partition_count; i++) {
        CLN_TRY(push_inner(copy, place, dataset, manifest->partitions[i].file, err));
    }
    if (manifest->live.file != NULL) CLN_TRY(push_inner(copy, place, dataset, manifest->live.file, err));
    if (has_history(copy->cli, dataset)) CLN_TRY(push_inner(copy, place, dataset, CLN_HISTORY_NAME, err));
    return push_inner(copy, place, dataset, CLN_MASTER_NAME, err);
}

/* With the lock nobody replaces the master between its files and itself. */
static cln_status push_dataset(cln_bucket_copy *copy, const cln_s3_place *place, const char *dataset, cln_error *err) {
    const char *store_dir = copy->cli->settings.store_dir;
    bool exists = false;
    cln_manifest manifest;
    CLN_TRY(cln_dataset_lock(store_dir, dataset, err));
    cln_status status = cln_manifest_read(&manifest, store_dir, dataset, &exists, err);
    if (status == CLN_OK) {
        if (exists) status = push_files(copy, place, &manifest, dataset, err);
        if (!exists) cln_note("%s has no published partition; nothing of it is pushed", dataset);
        cln_manifest_clean_up(&manifest);
    }
    cln_dataset_unlock(store_dir, dataset);
    return status;
}

static cln_status push_store(cln_bucket_copy *copy, cln_error *err) {
    cln_s3_place place;
    cln_folder_list datasets;
    CLN_TRY(cln_cli_datasets(&datasets, copy->cli, err));
    cln_status status = datasets.count == 0 ? CLN_OK : find_bucket(copy, CLN_BUCKET_PROCESSED, &place, err);
    for (size_t i = 0; status == CLN_OK && i < datasets.count; i++) {
        status = push_dataset(copy, &place, datasets.names[i], err);
    }
    cln_folder_clean_up(&datasets);
    return status;
}

/* ---- The report ---- */

static cln_status push_folder(cln_bucket_copy *copy, const cln_s3_place *place, const char *folder, const char *prefix,
                              int depth, cln_error *err);

static cln_status push_entry(cln_bucket_copy *copy, const cln_s3_place *place, const char *folder, const char *prefix,
                             const char *entry, int depth, cln_error *err) {
    char *path;
    char *name = NULL;
    CLN_TRY(cln_path_join(&path, folder, entry, err));
    cln_status status = cln_format_string(&name, err, "%s%s", prefix, entry);
    if (status == CLN_OK && cln_file_is_dir(path)) {
        char *inner = NULL;
        status = cln_format_string(&inner, err, "%s/", name);
        if (status == CLN_OK) status = push_folder(copy, place, path, inner, depth + 1, err);
        free(inner);
    } else if (status == CLN_OK) {
        status = cln_bucket_put(copy, place, name, path, err);
    }
    free(name);
    free(path);
    return status;
}

/* The page comes last: what it shows is there by then. */
static cln_status push_folder(cln_bucket_copy *copy, const cln_s3_place *place, const char *folder, const char *prefix,
                              int depth, cln_error *err) {
    static const char page[] = "index.html";
    enum { DEPTH_MOST = 8 };
    if (depth > DEPTH_MOST) return cln_fail(err, CLN_ERR_USAGE, "%s: folders are nested too deep", folder);
    cln_folder_list list;
    bool has_page = false;
    CLN_TRY(cln_folder_read(&list, folder, "", err));
    cln_status status = CLN_OK;
    for (size_t i = 0; status == CLN_OK && i < list.count; i++) {
        const bool is_page = strcmp(list.names[i], page) == 0;
        has_page |= is_page;
        if (!is_page) status = push_entry(copy, place, folder, prefix, list.names[i], depth, err);
    }
    if (status == CLN_OK && has_page) status = push_entry(copy, place, folder, prefix, page, depth, err);
    cln_folder_clean_up(&list);
    return status;
}

static cln_status push_report(cln_bucket_copy *copy, cln_error *err) {
    const char *folder = cln_bucket_report_dir(copy->cli);
    cln_s3_place place;
    const bool is_given = cln_option_given(copy->cli->options, "out");
    if (!is_given && (copy->cli->config.buckets[CLN_BUCKET_ANALYSED] == NULL || !cln_file_is_dir(folder)))
        return CLN_OK;
    CLN_TRY(find_bucket(copy, CLN_BUCKET_ANALYSED, &place, err));
    return push_folder(copy, &place, folder, "", 0, err);
}

/* ---- Logs and scripts ---- */

/* Under the day, so that none overwrites another's. */
static cln_status push_dated(cln_bucket_copy *copy, const cln_s3_place *place, cln_span path, cln_error *err) {
    char today[32];
    char *file;
    char *name = NULL;
    cln_clock_local_date(today);
    CLN_TRY(cln_copy_span(&file, path, err));
    const cln_span base = cln_path_name(file);
    cln_status status = cln_format_string(&name, err, "%s/%.*s", today, (int)base.size, base.data);
    if (status == CLN_OK) status = cln_bucket_put(copy, place, name, file, err);
    free(name);
    free(file);
    return status;
}

static cln_status push_listed(cln_bucket_copy *copy, cln_bucket role, const char *option, cln_error *err) {
    const char *text = cln_option(copy->cli->options, option);
    if (text == NULL) return CLN_OK;
    cln_s3_place place;
    CLN_TRY(find_bucket(copy, role, &place, err));
    while (*text != '\0') {
        const size_t size = strcspn(text, ",");
        CLN_TRY(push_dated(copy, &place, cln_span_of(text, size), err));
        text += size + (text[size] == ',');
    }
    return CLN_OK;
}

static cln_status push_all(cln_bucket_copy *copy, cln_error *err) {
    CLN_TRY(push_store(copy, err));
    CLN_TRY(push_report(copy, err));
    CLN_TRY(push_listed(copy, CLN_BUCKET_LOGS, "log", err));
    return push_listed(copy, CLN_BUCKET_WORK, "script", err);
}

/* Told before anything is sent. */
static cln_status check_report_dir(const cln_cli *cli, cln_error *err) {
    const char *given = cln_option(cli->options, "out");
    if (given == NULL || cln_file_is_dir(given)) return CLN_OK;
    return cln_fail(err, CLN_ERR_USAGE, "--out: '%s' is not a folder; name that of the report", given);
}

static cln_status push_local(const cln_cli *cli, cln_error *err) {
    cln_bucket_copy copy;
    CLN_TRY(check_report_dir(cli, err));
    CLN_TRY(cln_bucket_copy_begin(&copy, cli, err));
    cln_cleanup_hold();
    const cln_status status = cln_bucket_copy_end(&copy, push_all(&copy, err), err);
    cln_cleanup_release();
    return status;
}

cln_status cln_command_push(cln_cli *cli, cln_error *err) {
    return cln_agree(&cli->comm, cli->comm.rank == 0 ? push_local(cli, err) : CLN_OK, err);
}
