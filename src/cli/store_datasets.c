/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/cli/store_datasets.h"

#include "colonnade/base/file.h"
#include "colonnade/base/log.h"
#include "colonnade/base/memory.h"
#include "colonnade/store/removal.h"

#include <stdlib.h>
#include <string.h>

static bool is_listed(const cln_folder_list *list, const char *name) {
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->names[i], name) == 0) return true;
    }
    return false;
}

static bool is_dataset(const cln_cli *cli, const char *name) {
    return cln_path_is_safe_name(name) && cln_dataset_is_there(cli->settings.store_dir, name);
}

static cln_status add(cln_folder_list *list, const char *name, cln_error *err) {
    CLN_TRY(cln_grow_array(&list->names, &list->capacity, list->count + 1, sizeof *list->names, err));
    CLN_TRY(cln_copy_string(&list->names[list->count], name, err));
    list->count++;
    return CLN_OK;
}

static cln_status add_named(cln_folder_list *datasets, const cln_cli *cli, cln_error *err) {
    for (size_t i = 0; i < cli->argument_count; i++) {
        const char *name = cli->arguments[i];
        if (!is_dataset(cli, name)) {
            return cln_fail(err, CLN_ERR_USAGE,
                            "the store '%s' has no dataset '%s'; 'colonnade info' lists what it has",
                            cli->settings.store_dir, name);
        }
        if (!is_listed(datasets, name)) CLN_TRY(add(datasets, name, err));
    }
    return CLN_OK;
}

static cln_status add_all(cln_folder_list *datasets, const cln_cli *cli, cln_error *err) {
    cln_folder_list names;
    CLN_TRY(cln_folder_read(&names, cli->settings.store_dir, "", err));
    cln_status status = CLN_OK;
    for (size_t i = 0; status == CLN_OK && i < names.count; i++) {
        if (is_dataset(cli, names.names[i])) status = add(datasets, names.names[i], err);
    }
    cln_folder_clean_up(&names);
    return status;
}

cln_status cln_cli_datasets(cln_folder_list *datasets, const cln_cli *cli, cln_error *err) {
    *datasets = (cln_folder_list){0};
    const cln_status status = cli->argument_count > 0 ? add_named(datasets, cli, err) : add_all(datasets, cli, err);
    if (status != CLN_OK) cln_folder_clean_up(datasets);
    return status;
}

/* Each name with a NUL. */
static cln_status pack(const cln_folder_list *datasets, cln_buffer *names, cln_error *err) {
    for (size_t i = 0; i < datasets->count; i++) {
        CLN_TRY(cln_buffer_append(names, datasets->names[i], strlen(datasets->names[i]) + 1, err));
    }
    return CLN_OK;
}

static cln_status unpack(cln_folder_list *datasets, const cln_buffer *names, cln_error *err) {
    for (size_t at = 0; at < names->size; at += strlen(names->data + at) + 1) {
        CLN_TRY(add(datasets, names->data + at, err));
    }
    return CLN_OK;
}

/* Takes what has no master out of all of a store, and tells it: of partition
 * files without one nothing says what they should be. */
static void keep_published(cln_folder_list *datasets, const cln_cli *cli) {
    size_t kept = 0;
    for (size_t i = 0; i < datasets->count; i++) {
        char *name = datasets->names[i];
        if (cli->argument_count > 0 || cln_dataset_is_published(cli->settings.store_dir, name)) {
            datasets->names[kept++] = name;
            continue;
        }
        cln_note("dataset '%s' has no master, so nothing of it is published and nothing is checked", name);
        free(name);
    }
    datasets->count = kept;
}

/* Local (rank 0). */
static cln_status find_and_pack(const cln_cli *cli, cln_buffer *names, cln_error *err) {
    const char *store_dir = cli->settings.store_dir;
    if (!cln_file_exists(store_dir)) {
        return cln_fail(err, CLN_ERR_USAGE, "there is no store '%s'; --store names another", store_dir);
    }
    cln_folder_list found;
    CLN_TRY(cln_cli_datasets(&found, cli, err));
    keep_published(&found, cli);
    if (found.count == 0) cln_note("the store '%s' is empty, so nothing is checked", store_dir);
    const cln_status status = pack(&found, names, err);
    cln_folder_clean_up(&found);
    return status;
}

cln_status cln_cli_share_published(cln_folder_list *datasets, const cln_cli *cli, cln_error *err) {
    *datasets = (cln_folder_list){0};
    cln_buffer names;
    cln_buffer_init(&names, SIZE_MAX);
    cln_status status = cln_agree(&cli->comm, cli->comm.rank == 0 ? find_and_pack(cli, &names, err) : CLN_OK, err);
    if (status == CLN_OK) status = cln_broadcast_buffer(&cli->comm, &names, 0, err);
    if (status == CLN_OK) status = cln_agree(&cli->comm, unpack(datasets, &names, err), err);
    cln_buffer_clean_up(&names);
    if (status != CLN_OK) cln_folder_clean_up(datasets);
    return status;
}
