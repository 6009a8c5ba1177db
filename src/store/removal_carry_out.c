/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/escape.h"
#include "colonnade/base/file.h"
#include "colonnade/base/log.h"
#include "colonnade/base/memory.h"
#include "colonnade/store/dataset.h"
#include "colonnade/store/dataset_paths.h"
#include "colonnade/store/duplicates.h"
#include "colonnade/store/removal.h"
#include "lock.h"
#include "tidy.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LEAST_MEMORY_BYTES ((uint64_t)64 << 20)

void cln_left_files_clean_up(cln_left_files *left) {
    for (size_t i = 0; i < left->count; i++) free(left->paths[i]);
    free(left->paths);
    *left = (cln_left_files){0};
}

/* ---- Partitions ---- */

static cln_status append_history(const cln_removal *removal, const cln_removal_item *item, cln_buffer *json,
                                 cln_error *err) {
    CLN_TRY(cln_buffer_append_string(json, "{\"action\":\"remove\"", err));
    if (item == NULL) {
        CLN_TRY(cln_buffer_append_string(json, ",\"dataset\":", err));
        CLN_TRY(cln_escape_json(cln_span_of_string(removal->dataset), json, err));
    } else {
        CLN_TRY(cln_buffer_append_string(json, ",\"partition\":", err));
        CLN_TRY(cln_escape_json(cln_span_of_string(item->id), json, err));
        CLN_TRY(cln_buffer_append_string(json, ",\"file\":", err));
        CLN_TRY(cln_escape_json(cln_span_of_string(item->file), json, err));
        CLN_TRY(cln_buffer_append_format(json, err, ",\"rows\":%" PRIu64, item->rows));
    }
    CLN_TRY(cln_buffer_append_string(json, "}", err));
    return cln_buffer_terminate(json, err);
}

/* item: NULL for the dataset. What cannot be told is done all the same: a full
 * disk must not keep anybody from making room. */
static void write_history(const cln_removal *removal, const char *store_dir, const cln_removal_item *item) {
    cln_error err;
    cln_buffer json;
    cln_buffer_init(&json, SIZE_MAX);
    cln_status status = append_history(removal, item, &json, &err);
    if (status == CLN_OK) status = cln_dataset_record_history(store_dir, removal->dataset, json.data, &err);
    cln_buffer_clean_up(&json);
    if (status != CLN_OK) cln_warning("%s", err.message);
}

static bool goes(const cln_removal *removal, const char *id) {
    for (size_t i = 0; i < removal->item_count; i++) {
        if (removal->items[i].kind == CLN_REMOVAL_PARTITION && strcmp(removal->items[i].id, id) == 0) return true;
    }
    return false;
}

/* The manifest of what stays. */
static cln_status keep_others(cln_manifest *kept, const cln_manifest *manifest, const cln_removal *removal,
                              cln_error *err) {
    CLN_TRY(cln_copy_string(&kept->dataset, manifest->dataset, err));
    for (size_t i = 0; i < manifest->partition_count; i++) {
        if (goes(removal, manifest->partitions[i].id)) continue;
        CLN_TRY(cln_manifest_put(kept, &manifest->partitions[i], err));
    }
    return cln_manifest_set_rule(kept, &manifest->rule, err);
}

/* Which of the rows that stay count, now that others go. */
static cln_status resolve_duplicates(cln_manifest *kept, const cln_removal *removal, const char *store_dir, bool sync,
                                     cln_error *err) {
    static const cln_comm alone = {.mpi = MPI_COMM_SELF, .rank = 0, .size = 1};
    const cln_duplicate_options options = {.store_dir = store_dir,
                                           .dataset = removal->dataset,
                                           .scratch_dir = removal->scratch_dir == NULL ? "/tmp" : removal->scratch_dir,
                                           .memory_bytes =
                                               removal->memory_bytes == 0 ? LEAST_MEMORY_BYTES : removal->memory_bytes,
                                           .sync = sync};
    return cln_duplicates_resolve(&alone, kept, &options, err);
}

static cln_status publish_without(const cln_removal *removal, const char *store_dir, bool sync, cln_error *err) {
    cln_manifest manifest, kept = {0};
    bool exists;
    CLN_TRY(cln_manifest_read(&manifest, store_dir, removal->dataset, &exists, err));
    cln_status status = keep_others(&kept, &manifest, removal, err);
    if (status == CLN_OK) status = resolve_duplicates(&kept, removal, store_dir, sync, err);
    if (status == CLN_OK && kept.partition_count < manifest.partition_count) {
        for (size_t i = 0; i < removal->item_count; i++) {
            cln_begin_grace(store_dir, removal->dataset, removal->items[i].file);
        }
        if (manifest.live.file != NULL) cln_begin_grace(store_dir, removal->dataset, manifest.live.file);
        status = cln_manifest_publish(&kept, store_dir, sync, err);
    }
    cln_manifest_clean_up(&kept);
    cln_manifest_clean_up(&manifest);
    return status;
}

static cln_status remove_rejects(const cln_removal *removal, const char *store_dir, const char *file, cln_error *err) {
    char *path;
    CLN_TRY(cln_dataset_path(&path, store_dir, removal->dataset, file, err));
    const bool is_gone = unlink(path) == 0 || errno == ENOENT;
    const cln_status status = is_gone ? CLN_OK : cln_fail_errno(err, "cannot remove %s", path);
    free(path);
    return status;
}

static cln_status remove_partitions(const cln_removal *removal, const char *store_dir, bool sync, cln_error *err) {
    CLN_TRY(publish_without(removal, store_dir, sync, err));
    for (size_t i = 0; i < removal->item_count; i++) {
        const cln_removal_item *item = &removal->items[i];
        if (item->kind == CLN_REMOVAL_REJECTS) CLN_TRY(remove_rejects(removal, store_dir, item->file, err));
        if (item->kind == CLN_REMOVAL_PARTITION) write_history(removal, store_dir, item);
    }
    return CLN_OK;
}

/* ---- A dataset ---- */

typedef bool name_check(const char *name);

static bool is_list_of_rejects(const char *name) {
    const cln_span stem = cln_path_stem(name);
    return name[0] != '.' && strcmp(stem.data + stem.size, CLN_PARTITION_SUFFIX) == 0;
}

static bool is_history(const char *name) {
    return strcmp(name, CLN_HISTORY_NAME) == 0;
}

static cln_status name_left(cln_left_files *left, const char *path, cln_error *err) {
    CLN_TRY(cln_grow_array(&left->paths, &left->capacity, left->count + 1, sizeof *left->paths, err));
    CLN_TRY(cln_copy_string(&left->paths[left->count], path, err));
    left->count++;
    return CLN_OK;
}

static cln_status remove_if_ours(const char *path, const char *name, name_check *is_ours, cln_left_files *left,
                                 cln_error *err) {
    struct stat about;
    if (lstat(path, &about) != 0) return errno == ENOENT ? CLN_OK : cln_fail_errno(err, "cannot look at %s", path);
    if (!S_ISREG(about.st_mode) || !(is_ours(name) || cln_is_temporary_name(name))) return name_left(left, path, err);
    return unlink(path) == 0 ? CLN_OK : cln_fail_errno(err, "cannot remove %s", path);
}

static bool is_to_be_skipped(const char *name) {
    static const char *const names[] = {
        ".", "..", CLN_LOCK_NAME, CLN_PARTITIONS_DIR, CLN_LIVE_DIR, CLN_UNPUBLISHED_DIR};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(name, names[i]) == 0) return true;
    }
    return false;
}

static cln_status empty_folder(const char *folder, name_check *is_ours, cln_left_files *left, cln_error *err) {
    DIR *listing = opendir(folder);
    if (listing == NULL) return errno == ENOENT ? CLN_OK : cln_fail_errno(err, "cannot read the folder %s", folder);
    cln_status status = CLN_OK;
    const struct dirent *entry;
    while (status == CLN_OK && (entry = readdir(listing)) != NULL) {
        if (is_to_be_skipped(entry->d_name)) continue;
        char *path;
        status = cln_path_join(&path, folder, entry->d_name, err);
        if (status != CLN_OK) break;
        status = remove_if_ours(path, entry->d_name, is_ours, left, err);
        free(path);
    }
    (void)closedir(listing);
    return status;
}

/* The folder goes too, unless something in it stays. */
static cln_status remove_folder(const cln_removal *removal, const char *store_dir, const char *inner,
                                name_check *is_ours, cln_left_files *left, cln_error *err) {
    char *folder;
    CLN_TRY(cln_dataset_path(&folder, store_dir, removal->dataset, inner, err));
    const cln_status status = empty_folder(folder, is_ours, left, err);
    if (status == CLN_OK) (void)rmdir(folder);
    free(folder);
    return status;
}

/* First the master: from then on there is no such dataset, whatever happens. */
static cln_status remove_master(const cln_removal *removal, const char *store_dir, bool sync, cln_error *err) {
    char *dir, *path = NULL;
    CLN_TRY(cln_dataset_dir(&dir, store_dir, removal->dataset, err));
    cln_status status = cln_path_join(&path, dir, CLN_MASTER_NAME, err);
    if (status == CLN_OK && unlink(path) != 0 && errno != ENOENT) {
        status = cln_fail_errno(err, "cannot remove %s", path);
    }
    if (status == CLN_OK && sync) status = cln_file_sync_dir(dir, err);
    free(path);
    free(dir);
    return status;
}

/* The lock stays, and with it the folder. */
static cln_status remove_contents(const cln_removal *removal, const char *store_dir, bool sync, cln_left_files *left,
                                  cln_error *err) {
    write_history(removal, store_dir, NULL);
    CLN_TRY(remove_master(removal, store_dir, sync, err));
    CLN_TRY(remove_folder(removal, store_dir, CLN_PARTITIONS_DIR, cln_is_partition_name, left, err));
    CLN_TRY(remove_folder(removal, store_dir, CLN_LIVE_DIR, cln_is_partition_name, left, err));
    CLN_TRY(remove_folder(removal, store_dir, CLN_UNPUBLISHED_DIR, is_list_of_rejects, left, err));
    return remove_folder(removal, store_dir, "", is_history, left, err);
}

static void remove_dataset_folder(const char *store_dir, const char *dataset) {
    char *dir;
    if (cln_dataset_dir(&dir, store_dir, dataset, NULL) != CLN_OK) return;
    (void)rmdir(dir); /* not when an ingest has begun meanwhile, or something was left */
    free(dir);
}

/* ---- Both ---- */

static bool are_same(const cln_removal *a, const cln_removal *b) {
    if (a->item_count != b->item_count) return false;
    for (size_t i = 0; i < a->item_count; i++) {
        if (a->items[i].kind != b->items[i].kind || strcmp(a->items[i].id, b->items[i].id) != 0 ||
            strcmp(a->items[i].file, b->items[i].file) != 0) {
            return false;
        }
    }
    return true;
}

/* Whoever agreed to the removal saw the list; it must still be true. */
static cln_status check_unchanged(const cln_removal *removal, const char *store_dir, cln_error *err) {
    const char **ids;
    CLN_TRY(cln_new_array(&ids, removal->item_count, sizeof *ids, err));
    for (size_t i = 0; i < removal->item_count; i++) ids[i] = removal->items[i].id;
    cln_removal now;
    cln_status status =
        cln_removal_look(&now, store_dir, removal->dataset, ids, removal->is_whole ? 0 : removal->item_count, err);
    if (status != CLN_OK || !are_same(removal, &now)) {
        status = cln_fail(err, CLN_ERR_IO,
                          "the dataset '%s' was changed while its removal was prepared; nothing of it was removed, "
                          "look again",
                          removal->dataset);
    }
    cln_removal_clean_up(&now);
    free(ids);
    return status;
}

cln_status cln_removal_carry_out(const cln_removal *removal, const char *store_dir, bool sync, cln_left_files *left,
                                 cln_error *err) {
    *left = (cln_left_files){0};
    CLN_TRY(cln_dataset_lock(store_dir, removal->dataset, err));
    cln_status status = check_unchanged(removal, store_dir, err);
    if (status == CLN_OK) {
        status = removal->is_whole ? remove_contents(removal, store_dir, sync, left, err)
                                   : remove_partitions(removal, store_dir, sync, err);
    }
    cln_dataset_unlock(store_dir, removal->dataset);
    if (status == CLN_OK && removal->is_whole) remove_dataset_folder(store_dir, removal->dataset);
    return status;
}

static void record_cleaning(const char *store_dir, const char *dataset, const cln_freed *freed) {
    char json[128];
    (void)snprintf(json, sizeof json, "{\"action\":\"clean\",\"files\":%" PRIu64 ",\"size_bytes\":%" PRIu64 "}",
                   freed->file_count, freed->size_bytes);
    cln_error err;
    if (cln_dataset_record_history(store_dir, dataset, json, &err) != CLN_OK) cln_warning("%s", err.message);
}

cln_status cln_dataset_clean(const char *store_dir, const char *dataset, cln_freed *freed, cln_error *err) {
    *freed = (cln_freed){0};
    if (!cln_path_is_safe_name(dataset) || !cln_dataset_is_there(store_dir, dataset)) {
        return cln_fail(err, CLN_ERR_USAGE, "the store '%s' has no dataset '%s'; 'colonnade info' lists what it has",
                        store_dir, dataset);
    }
    CLN_TRY(cln_take_dataset_lock(store_dir, dataset, err));
    cln_tidy_dataset(store_dir, dataset, 0, freed);
    if (freed->file_count > 0) record_cleaning(store_dir, dataset, freed);
    cln_dataset_unlock(store_dir, dataset);
    return CLN_OK;
}
