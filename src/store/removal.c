/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/store/removal.h"

#include "colonnade/base/file.h"
#include "colonnade/base/folder.h"
#include "colonnade/base/memory.h"
#include "colonnade/store/dataset.h"
#include "colonnade/store/dataset_paths.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool holds(const char *store_dir, const char *dataset, const char *inner) {
    char *path;
    if (cln_dataset_path(&path, store_dir, dataset, inner, NULL) != CLN_OK) return false;
    const bool exists = cln_file_exists(path);
    free(path);
    return exists;
}

bool cln_dataset_is_published(const char *store_dir, const char *dataset) {
    return holds(store_dir, dataset, CLN_MASTER_NAME);
}

bool cln_dataset_is_there(const char *store_dir, const char *dataset) {
    return cln_dataset_is_published(store_dir, dataset) || holds(store_dir, dataset, CLN_PARTITIONS_DIR "/.") ||
           holds(store_dir, dataset, CLN_UNPUBLISHED_DIR "/.") || holds(store_dir, dataset, CLN_HISTORY_NAME);
}

void cln_removal_clean_up(cln_removal *removal) {
    for (size_t i = 0; i < removal->item_count; i++) {
        free(removal->items[i].id);
        free(removal->items[i].file);
    }
    free(removal->items);
    free(removal->dataset);
    *removal = (cln_removal){0};
}

static cln_status add_item(cln_removal *removal, cln_removal_kind kind, const char *id, const char *file,
                           cln_removal_item **item, cln_error *err) {
    CLN_TRY(
        cln_grow_array(&removal->items, &removal->item_capacity, removal->item_count + 1, sizeof *removal->items, err));
    *item = &removal->items[removal->item_count++];
    (*item)->kind = kind;
    CLN_TRY(cln_copy_string(&(*item)->id, id, err));
    return cln_copy_string(&(*item)->file, file, err);
}

static uint64_t size_of(const char *store_dir, const char *dataset, const char *file) {
    char *path;
    struct stat about;
    if (cln_dataset_path(&path, store_dir, dataset, file, NULL) != CLN_OK) return 0;
    const bool exists = stat(path, &about) == 0;
    free(path);
    return exists ? (uint64_t)about.st_size : 0;
}

/* ---- What is named, or everything ---- */

typedef struct wanted_partitions {
    const char *const *ids;
    size_t count; /* 0: all */
} wanted_partitions;

static bool is_wanted(wanted_partitions wanted, const char *id) {
    for (size_t i = 0; i < wanted.count; i++) {
        if (strcmp(wanted.ids[i], id) == 0) return true;
    }
    return wanted.count == 0;
}

static cln_status add_published(cln_removal *removal, const char *store_dir, const cln_manifest *manifest,
                                wanted_partitions wanted, cln_error *err) {
    for (size_t i = 0; i < manifest->partition_count; i++) {
        const cln_partition_info *info = &manifest->partitions[i];
        if (!is_wanted(wanted, info->id)) continue;
        cln_removal_item *item;
        CLN_TRY(add_item(removal, CLN_REMOVAL_PARTITION, info->id, info->file, &item, err));
        item->rows = info->rows;
        item->size_bytes = size_of(store_dir, removal->dataset, info->file);
    }
    return CLN_OK;
}

static cln_status add_rejects(cln_removal *removal, const char *store_dir, const char *name, wanted_partitions wanted,
                              cln_error *err) {
    char *id, *file = NULL;
    CLN_TRY(cln_copy_span(&id, cln_path_stem(name), err));
    cln_status status = CLN_OK;
    if (is_wanted(wanted, id)) {
        cln_removal_item *item;
        status = cln_path_join(&file, CLN_UNPUBLISHED_DIR, name, err);
        if (status == CLN_OK) status = add_item(removal, CLN_REMOVAL_REJECTS, id, file, &item, err);
        if (status == CLN_OK) item->size_bytes = size_of(store_dir, removal->dataset, file);
    }
    free(file);
    free(id);
    return status;
}

static cln_status add_all_rejects(cln_removal *removal, const char *store_dir, wanted_partitions wanted,
                                  cln_error *err) {
    char *folder;
    CLN_TRY(cln_dataset_path(&folder, store_dir, removal->dataset, CLN_UNPUBLISHED_DIR, err));
    cln_folder_list names;
    cln_status status = cln_folder_read(&names, folder, CLN_PARTITION_SUFFIX, err);
    free(folder);
    CLN_TRY(status);
    for (size_t i = 0; status == CLN_OK && i < names.count; i++) {
        status = add_rejects(removal, store_dir, names.names[i], wanted, err);
    }
    cln_folder_clean_up(&names);
    return status;
}

/* A dataset can be removed as a whole whatever has become of its master. */
static cln_status add_manifest(cln_removal *removal, const char *store_dir, wanted_partitions wanted, cln_error *err) {
    cln_manifest manifest;
    bool exists;
    cln_status status = cln_manifest_read(&manifest, store_dir, removal->dataset, &exists, err);
    if (status == CLN_ERR_IO && removal->is_whole) {
        cln_removal_item *item;
        return add_item(removal, CLN_REMOVAL_DAMAGED, "", CLN_MASTER_NAME, &item, err);
    }
    CLN_TRY(status);
    status = add_published(removal, store_dir, &manifest, wanted, err);
    cln_manifest_clean_up(&manifest);
    return status;
}

static cln_status check_found(const cln_removal *removal, const char *store_dir, wanted_partitions wanted,
                              cln_error *err) {
    for (size_t i = 0; i < wanted.count; i++) {
        size_t found = 0;
        while (found < removal->item_count && strcmp(removal->items[found].id, wanted.ids[i]) != 0) found++;
        if (found < removal->item_count) continue;
        return cln_fail(err, CLN_ERR_USAGE,
                        "the dataset '%s' in the store '%s' has no partition '%s'; 'colonnade info %s' lists them",
                        removal->dataset, store_dir, wanted.ids[i], removal->dataset);
    }
    return CLN_OK;
}

cln_status cln_removal_look(cln_removal *removal, const char *store_dir, const char *dataset,
                            const char *const *partitions, size_t count, cln_error *err) {
    *removal = (cln_removal){.is_whole = count == 0};
    const wanted_partitions wanted = {.ids = partitions, .count = count};
    if (!cln_path_is_safe_name(dataset) || !cln_dataset_is_there(store_dir, dataset)) {
        return cln_fail(err, CLN_ERR_USAGE, "the store '%s' has no dataset '%s'; 'colonnade info' lists what it has",
                        store_dir, dataset);
    }
    CLN_TRY(cln_copy_string(&removal->dataset, dataset, err));
    CLN_TRY(add_manifest(removal, store_dir, wanted, err));
    CLN_TRY(add_all_rejects(removal, store_dir, wanted, err));
    return check_found(removal, store_dir, wanted, err);
}
