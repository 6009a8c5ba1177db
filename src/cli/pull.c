/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * colonnade pull: rank 0 brings store and report back from their buckets; the
 * other ranks wait for its status.
 */
#include "bucket_role.h"

#include "colonnade/base/cleanup.h"
#include "colonnade/base/file.h"
#include "colonnade/base/log.h"
#include "colonnade/base/memory.h"
#include "colonnade/store/dataset.h"
#include "colonnade/store/dataset_paths.h"
#include "colonnade/store/partition_writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MASTER_LIMIT_BYTES = 64 << 20 };

/* ---- A dataset ---- */

/* A file that came beside the name that it is to have. */
typedef struct arrival {
    char *path;
    char *temporary_path;
} arrival;

/* The master of the bucket, looked at in a store of its own: it is not this
 * one's before all that it names is here. */
typedef struct incoming {
    char *store_dir; /* in the scratch folder */
    char *dataset_dir;
    char *master_path;
    cln_manifest manifest;
    arrival *arrivals;
    size_t arrival_count, arrival_capacity;
} incoming;

static void clean_up(incoming *in) {
    char *const paths[] = {in->master_path, in->dataset_dir, in->store_dir};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        if (paths[i] == NULL) continue;
        (void)remove(paths[i]);
        cln_cleanup_unregister_path(paths[i]);
        free(paths[i]);
    }
    cln_manifest_clean_up(&in->manifest);
    for (size_t i = 0; i < in->arrival_count; i++) {
        if (in->arrivals[i].temporary_path != NULL) (void)unlink(in->arrivals[i].temporary_path);
        free(in->arrivals[i].temporary_path);
        free(in->arrivals[i].path);
    }
    free(in->arrivals);
}

static cln_status make_room(incoming *in, const cln_cli *cli, const char *dataset, cln_error *err) {
    char *template = NULL;
    CLN_TRY(cln_format_string(&template, err, "%s/colonnade-pull-XXXXXX", cli->settings.scratch_dir));
    if (mkdtemp(template) == NULL) {
        free(template);
        return cln_fail_errno(err, "cannot make a folder in %s", cli->settings.scratch_dir);
    }
    in->store_dir = template;
    CLN_TRY(cln_cleanup_register_path(in->store_dir, err));
    CLN_TRY(cln_dataset_dir(&in->dataset_dir, in->store_dir, dataset, err));
    CLN_TRY(cln_cleanup_register_path(in->dataset_dir, err));
    CLN_TRY(cln_file_make_dirs(in->dataset_dir, err));
    CLN_TRY(cln_dataset_path(&in->master_path, in->store_dir, dataset, CLN_MASTER_NAME, err));
    return cln_cleanup_register_path(in->master_path, err);
}

static cln_status read_master(incoming *in, cln_bucket_copy *copy, const cln_s3_place *place, const char *dataset,
                              cln_error *err) {
    char *name;
    char *key = NULL;
    bool exists = false;
    cln_s3_copy outcome = CLN_S3_SAME;
    uint64_t size_bytes = 0;
    CLN_TRY(cln_format_string(&name, err, "%s/" CLN_MASTER_NAME, dataset));
    cln_status status = cln_bucket_key(place, name, &key, err);
    if (status == CLN_OK) {
        status = cln_s3_get_file(copy->s3, place->bucket, key, in->master_path, false, &outcome, &size_bytes, err);
    }
    if (status == CLN_OK) status = cln_manifest_read(&in->manifest, in->store_dir, dataset, &exists, err);
    free(name);
    free(key);
    return status;
}

/* A file of the dataset into the list of those that arrived. What is here already, by its bytes, is not fetched. */
static cln_status pull_inner(incoming *in, cln_bucket_copy *copy, const cln_s3_place *place, const char *dataset,
                             const char *inner, cln_error *err) {
    CLN_TRY(cln_grow_array(&in->arrivals, &in->arrival_capacity, in->arrival_count + 1, sizeof *in->arrivals, err));
    arrival *a = &in->arrivals[in->arrival_count++];
    CLN_TRY(cln_dataset_path(&a->path, copy->cli->settings.store_dir, dataset, inner, err));
    char *folder;
    CLN_TRY(cln_copy_span(&folder, cln_span_of(a->path, (size_t)(cln_path_name(a->path).data - a->path)), err));
    char *name = NULL;
    cln_status status = cln_format_string(&a->temporary_path, err, "%s" CLN_TEMPORARY_MARK "pulled-%s", folder,
                                          a->path + strlen(folder));
    if (status == CLN_OK) status = cln_file_make_dirs(folder, err);
    if (status == CLN_OK) status = cln_format_string(&name, err, "%s/%s", dataset, inner);
    if (status == CLN_OK) {
        (void)unlink(a->temporary_path);
        (void)!link(a->path, a->temporary_path);
        status = cln_bucket_get(copy, place, name, a->path, a->temporary_path, err);
    }
    free(name);
    free(folder);
    return status;
}

/* A push puts its master last: until then there may be partitions that the former master does not tell of. */
static cln_status check_size(const arrival *a, uint64_t size_bytes, bool has_other_crc, cln_error *err) {
    struct stat about;
    if (stat(a->temporary_path, &about) != 0) return cln_fail_errno(err, "cannot read %s", a->temporary_path);
    if ((uint64_t)about.st_size == size_bytes && !has_other_crc) return CLN_OK;
    return cln_fail(
        err, CLN_ERR_IO,
        "nothing of it was taken: %s is in the bucket otherwise than its master tells; a push is under way, "
        "or was cut: pull again when it is over, or push again",
        a->path);
}

static cln_status pull_partition(incoming *in, cln_bucket_copy *copy, const cln_s3_place *place, const char *dataset,
                                 const cln_partition_info *info, cln_error *err) {
    CLN_TRY(pull_inner(in, copy, place, dataset, info->file, err));
    const arrival *a = &in->arrivals[in->arrival_count - 1];
    CLN_TRY(check_size(a, info->size_bytes, false, err));
    if (!info->has_rest_crc) return CLN_OK;
    uint32_t crc;
    CLN_TRY(cln_partition_rest_crc32c(a->temporary_path, &crc, err));
    return check_size(a, info->size_bytes, crc != info->rest_crc32c, err);
}

/* All of it is here. A rename between two names of one file does nothing. */
static cln_status put_in_place(const incoming *in, cln_error *err) {
    for (size_t i = 0; i < in->arrival_count; i++) {
        const arrival *a = &in->arrivals[i];
        if (rename(a->temporary_path, a->path) != 0) return cln_fail_errno(err, "cannot create %s", a->path);
        (void)unlink(a->temporary_path);
    }
    return CLN_OK;
}

/* What another push wrote meanwhile is another master: nothing of it is mixed in. */
static cln_status publish(const incoming *in, const cln_cli *cli, const char *dataset, cln_error *err) {
    char *path;
    cln_buffer master;
    cln_buffer_init(&master, MASTER_LIMIT_BYTES);
    CLN_TRY(cln_dataset_path(&path, cli->settings.store_dir, dataset, CLN_MASTER_NAME, err));
    cln_status status = cln_file_read(in->master_path, &master, err);
    if (status == CLN_OK) status = cln_file_replace(path, cln_buffer_span(&master), cli->config.fsync, err);
    cln_buffer_clean_up(&master);
    free(path);
    return status;
}

static cln_status pull_files(incoming *in, cln_bucket_copy *copy, const cln_s3_place *place, const char *dataset,
                             bool takes_history, cln_error *err) {
    for (size_t i = 0; i < in->manifest.partition_count; i++) {
        const char *file = in->manifest.partitions[i].file;
        if (!cln_is_partition_file(file)) {
            return cln_fail(err, CLN_ERR_IO, "the master of %s in the bucket names '%.100s', which is no partition",
                            dataset, file);
        }
        CLN_TRY(pull_partition(in, copy, place, dataset, &in->manifest.partitions[i], err));
    }
    const char *live = in->manifest.live.file;
    if (live != NULL && cln_is_live_file(live)) {
        CLN_TRY(pull_inner(in, copy, place, dataset, live, err));
        CLN_TRY(check_size(&in->arrivals[in->arrival_count - 1], in->manifest.live.size_bytes, false, err));
    }
    if (takes_history) CLN_TRY(pull_inner(in, copy, place, dataset, CLN_HISTORY_NAME, err));
    CLN_TRY(put_in_place(in, err));
    return publish(in, copy->cli, dataset, err);
}

static bool is_in(const cln_manifest *manifest, const cln_partition_info *info) {
    const cln_partition_info *other = cln_manifest_find(manifest, info->id);
    return other != NULL && strcmp(other->file, info->file) == 0;
}

/* Partitions that the bucket does not have, or has otherwise, would be lost. */
static cln_status check_former(const incoming *in, const cln_cli *cli, const char *dataset, bool *exists,
                               cln_error *err) {
    cln_manifest former;
    CLN_TRY(cln_manifest_read(&former, cli->settings.store_dir, dataset, exists, err));
    cln_status status = CLN_OK;
    for (size_t i = 0; status == CLN_OK && i < former.partition_count; i++) {
        if (is_in(&in->manifest, &former.partitions[i]) || cln_option_given(cli->options, "replace")) continue;
        status = cln_fail(err, CLN_ERR_USAGE,
                          "the partition '%s' of %s stands in this store and not so in the bucket; push it first, or "
                          "let --replace drop it",
                          former.partitions[i].id, dataset);
    }
    cln_manifest_clean_up(&former);
    return status;
}

static cln_status pull_locked(incoming *in, cln_bucket_copy *copy, const cln_s3_place *place, const char *dataset,
                              cln_error *err) {
    bool exists = false;
    bool has_history = false;
    char *name;
    char *key = NULL;
    cln_s3_info info = {0};
    CLN_TRY(check_former(in, copy->cli, dataset, &exists, err));
    CLN_TRY(cln_format_string(&name, err, "%s/" CLN_HISTORY_NAME, dataset));
    cln_status status = cln_bucket_key(place, name, &key, err);
    if (status == CLN_OK) status = cln_s3_head(copy->s3, place->bucket, key, &info, err);
    has_history = info.exists;
    cln_s3_info_clean_up(&info);
    free(name);
    free(key);
    if (status != CLN_OK) return status;
    return pull_files(in, copy, place, dataset, has_history && !exists, err);
}

static cln_status pull_dataset(cln_bucket_copy *copy, const cln_s3_place *place, const char *dataset, cln_error *err) {
    const char *store_dir = copy->cli->settings.store_dir;
    char *dir;
    incoming in = {0};
    CLN_TRY(cln_dataset_dir(&dir, store_dir, dataset, err));
    cln_status status = make_room(&in, copy->cli, dataset, err);
    if (status == CLN_OK) status = read_master(&in, copy, place, dataset, err);
    if (status == CLN_OK) status = cln_file_make_dirs(dir, err);
    if (status == CLN_OK) status = cln_dataset_lock(store_dir, dataset, err);
    if (status == CLN_OK) {
        status = pull_locked(&in, copy, place, dataset, err);
        cln_dataset_unlock(store_dir, dataset);
    }
    free(dir);
    clean_up(&in);
    return status;
}

/* ---- All of them ---- */

/* The dataset of "PREFIX/NAME/master.h5"; false: the key is another one's. */
static bool dataset_of(const char *key, const char *prefix, char *name, size_t size) {
    const char *inner = key + strlen(prefix);
    const char *slash = strchr(inner, '/');
    if (slash == NULL || strcmp(slash + 1, CLN_MASTER_NAME) != 0 || (size_t)(slash - inner) >= size) return false;
    (void)snprintf(name, size, "%.*s", (int)(slash - inner), inner);
    return cln_path_is_safe_name(name);
}

static cln_status pull_every_dataset(cln_bucket_copy *copy, const cln_s3_place *place, cln_error *err) {
    char *prefix;
    size_t count = 0;
    cln_s3_list list;
    CLN_TRY(cln_bucket_key(place, "", &prefix, err));
    cln_status status = cln_s3_list_objects(copy->s3, place->bucket, prefix, 0, &list, err);
    for (size_t i = 0; status == CLN_OK && i < list.count; i++) {
        char name[256];
        if (!dataset_of(list.objects[i].key, prefix, name, sizeof name)) continue;
        count++;
        status = pull_dataset(copy, place, name, err);
    }
    if (status == CLN_OK && count == 0) cln_note("there is no dataset in s3://%s/%s", place->bucket, prefix);
    cln_s3_list_clean_up(&list);
    free(prefix);
    return status;
}

static cln_status pull_store(cln_bucket_copy *copy, cln_error *err) {
    const cln_cli *cli = copy->cli;
    cln_s3_place place;
    CLN_TRY(cln_bucket_find(cli, CLN_BUCKET_PROCESSED, &place, err));
    if (cli->argument_count == 0) return pull_every_dataset(copy, &place, err);
    for (size_t i = 0; i < cli->argument_count; i++) CLN_TRY(pull_dataset(copy, &place, cli->arguments[i], err));
    return CLN_OK;
}

/* ---- The report ---- */

/* Whether each part of a key may be a file's name, so that it stays in its folder. What ends with a slash, or is the
 * prefix itself, is no file but a folder's marker, as other programs make them. */
static bool is_safe_path(const char *path) {
    if (*path == '\0' || path[strlen(path) - 1] == '/') return false;
    while (*path != '\0') {
        const size_t size = strcspn(path, "/");
        char part[256];
        if (size >= sizeof part) return false;
        (void)snprintf(part, sizeof part, "%.*s", (int)size, path);
        if (!cln_path_is_safe_name(part)) return false;
        path += size + (path[size] == '/');
    }
    return true;
}

static cln_status pull_report_file(cln_bucket_copy *copy, const cln_s3_place *place, const char *name, cln_error *err) {
    char *path;
    char *folder = NULL;
    CLN_TRY(cln_path_join(&path, cln_bucket_report_dir(copy->cli), name, err));
    cln_status status = cln_copy_span(&folder, cln_span_of(path, (size_t)(cln_path_name(path).data - path)), err);
    if (status == CLN_OK) status = cln_file_make_dirs(folder, err);
    if (status == CLN_OK) status = cln_bucket_get(copy, place, name, path, path, err);
    free(folder);
    free(path);
    return status;
}

static cln_status pull_report(cln_bucket_copy *copy, cln_error *err) {
    cln_s3_place place;
    char *prefix;
    cln_s3_list list;
    const bool is_given = cln_option_given(copy->cli->options, "out");
    if (!is_given && copy->cli->config.buckets[CLN_BUCKET_ANALYSED] == NULL) return CLN_OK;
    CLN_TRY(cln_bucket_find(copy->cli, CLN_BUCKET_ANALYSED, &place, err));
    CLN_TRY(cln_bucket_key(&place, "", &prefix, err));
    cln_status status = cln_s3_list_objects(copy->s3, place.bucket, prefix, 0, &list, err);
    for (size_t i = 0; status == CLN_OK && i < list.count; i++) {
        const char *name = list.objects[i].key + strlen(prefix);
        if (*name == '.' || !is_safe_path(name)) continue; /* the ledger, and what no report has */
        status = pull_report_file(copy, &place, name, err);
    }
    cln_s3_list_clean_up(&list);
    free(prefix);
    return status;
}

static cln_status pull_local(const cln_cli *cli, cln_error *err) {
    cln_bucket_copy copy;
    CLN_TRY(cln_bucket_copy_begin(&copy, cli, err));
    cln_cleanup_hold();
    cln_status status = pull_store(&copy, err);
    if (status == CLN_OK) status = pull_report(&copy, err);
    cln_cleanup_release();
    return cln_bucket_copy_end(&copy, status, err);
}

cln_status cln_command_pull(cln_cli *cli, cln_error *err) {
    return cln_agree(&cli->comm, cli->comm.rank == 0 ? pull_local(cli, err) : CLN_OK, err);
}
