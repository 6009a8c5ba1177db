/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "place.h"

#include "colonnade/base/file.h"
#include "colonnade/base/memory.h"
#include "colonnade/net/staging.h"
#include "partial.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void cln_place_clean_up(cln_place *place) {
    free(place->folder);
    free(place->dataset_folder);
    free(place->newest_path);
    free(place->next_path);
    free(place->known_path);
    free(place->known_name);
    cln_origin_clean_up(&place->known);
    *place = (cln_place){0};
}

/* A day may have a version by its sidecar only. */
static cln_status is_version(const char *path, bool *is_there, cln_error *err) {
    *is_there = cln_file_exists(path);
    if (*is_there) return CLN_OK;
    cln_origin origin;
    CLN_TRY(cln_origin_read(&origin, path, err));
    *is_there = origin.same_as != NULL;
    cln_origin_clean_up(&origin);
    return CLN_OK;
}

static cln_status find_versions(cln_place *place, cln_error *err) {
    const cln_fetch_job *job = place->job;
    const char *name = job->item->name;
    CLN_TRY(cln_format_string(&place->next_path, err, "%s/%s%s", place->folder, name, job->extension));
    for (int version = 2;; version++) {
        bool is_there;
        CLN_TRY(is_version(place->next_path, &is_there, err));
        if (!is_there) return CLN_OK;
        free(place->newest_path);
        place->newest_path = place->next_path;
        place->next_path = NULL;
        CLN_TRY(cln_format_string(&place->next_path, err, "%s/%s.%d%s", place->folder, name, version, job->extension));
    }
}

/* A file that was cut or exchanged by hand is not the one that its sidecar tells of. */
static bool has_size(const char *path, uint64_t size_bytes) {
    struct stat info;
    return stat(path, &info) == 0 && (uint64_t)info.st_size == size_bytes;
}

static cln_status find_known(cln_place *place, const cln_fetch_settings *settings, cln_error *err) {
    const cln_fetch_job *job = place->job;
    cln_staged_file file;
    CLN_TRY(cln_staging_find(&file, settings->staging_dir, job->dataset, job->item->name, job->extension, err));
    cln_status status = CLN_OK;
    if (file.path != NULL) {
        status = cln_copy_string(&place->known_path, file.path, err);
        const char *name = file.path + strlen(place->dataset_folder) + 1;
        if (status == CLN_OK) status = cln_copy_string(&place->known_name, name, err);
        if (status == CLN_OK) status = cln_origin_read(&place->known, file.path, err);
        if (status == CLN_OK && !has_size(file.path, place->known.size_bytes)) cln_origin_clean_up(&place->known);
    }
    cln_staged_file_clean_up(&file);
    return status;
}

cln_status cln_place_find(cln_place *place, const cln_fetch_job *job, const cln_fetch_settings *settings,
                          cln_error *err) {
    *place = (cln_place){.job = job};
    CLN_TRY(cln_path_join(&place->dataset_folder, settings->staging_dir, job->dataset, err));
    CLN_TRY(cln_format_string(&place->folder, err, "%s/%s", place->dataset_folder, settings->date));
    CLN_TRY(cln_file_make_dirs(place->folder, err));
    CLN_TRY(find_versions(place, err));
    return find_known(place, settings, err);
}

cln_status cln_place_partial_path(const cln_place *place, size_t address, char **path, cln_error *err) {
    return cln_format_string(path, err, "%s/.%s%s.%zu" CLN_PARTIAL_SUFFIX, place->dataset_folder,
                             place->job->item->name, place->job->extension, address + 1);
}

/* Those that another process works on are left to it. */
void cln_place_forget_partials(const cln_place *place) {
    const cln_fetch_item *item = place->job->item;
    for (size_t i = 0; i < item->url_count; i++) {
        char *path = NULL;
        cln_partial partial;
        if (cln_place_partial_path(place, i, &path, NULL) == CLN_OK && cln_file_exists(path) &&
            cln_partial_open(&partial, path, item->urls[i], NULL) == CLN_OK) {
            cln_partial_discard(&partial);
        }
        free(path);
    }
}

/* Of the day's newest version: by its sidecar, or by its bytes where that says nothing. */
static cln_status day_has(const cln_place *place, const char *sha256, uint64_t size_bytes, bool *is_same,
                          cln_error *err) {
    *is_same = false;
    if (place->newest_path == NULL) return CLN_OK;
    cln_origin origin;
    CLN_TRY(cln_origin_read(&origin, place->newest_path, err));
    const bool is_told = origin.same_as != NULL || has_size(place->newest_path, origin.size_bytes);
    char hash[CLN_SHA256_TEXT_BYTES];
    memcpy(hash, origin.sha256, sizeof hash);
    cln_origin_clean_up(&origin);
    if (!is_told && !has_size(place->newest_path, size_bytes)) return CLN_OK;
    if (!is_told) CLN_TRY(cln_sha256_file(place->newest_path, hash, err));
    *is_same = strcmp(hash, sha256) == 0;
    return CLN_OK;
}

static void judge(const cln_place *place, const char *sha256, cln_fetch_result *result) {
    if (place->newest_path != NULL) {
        result->outcome = CLN_FETCH_CHANGED;
    } else {
        result->outcome = strcmp(place->known.sha256, sha256) == 0 ? CLN_FETCH_UNCHANGED : CLN_FETCH_NEW;
    }
}

static cln_status keep_newest(const cln_place *place, cln_fetch_result *result, cln_error *err) {
    result->outcome = CLN_FETCH_UNCHANGED;
    return cln_copy_string(&result->path, place->newest_path, err);
}

/* The sidecar comes first: a file without one would lose its origin. */
cln_status cln_place_publish(const cln_place *place, cln_download *download, const char *url,
                             const cln_download_result *arrived, cln_fetch_result *result, cln_error *err) {
    bool is_same;
    CLN_TRY(day_has(place, arrived->sha256, arrived->size_bytes, &is_same, err));
    if (is_same) {
        cln_download_discard(download);
        return keep_newest(place, result, err);
    }
    cln_origin origin = {.url = (char *)url,
                         .final_url = arrived->final_url,
                         .etag = arrived->etag,
                         .last_modified = arrived->last_modified,
                         .size_bytes = arrived->size_bytes};
    memcpy(origin.sha256, arrived->sha256, sizeof origin.sha256);
    CLN_TRY(cln_origin_write(&origin, place->next_path, place->job->item, err));
    CLN_TRY(cln_download_publish(download, place->next_path, err));
    judge(place, arrived->sha256, result);
    CLN_TRY(cln_copy_string(&result->path, place->next_path, err));
    return cln_file_sync_dir(place->folder, err);
}

cln_status cln_place_known_is_intact(const cln_place *place, bool *is_intact, cln_error *err) {
    char sha256[CLN_SHA256_TEXT_BYTES];
    CLN_TRY(cln_sha256_file(place->known_path, sha256, err));
    *is_intact = strcmp(sha256, place->known.sha256) == 0;
    return CLN_OK;
}

cln_status cln_place_record_known(const cln_place *place, cln_fetch_result *result, cln_error *err) {
    bool is_same;
    const cln_origin *known = &place->known;
    result->size_bytes = known->size_bytes;
    CLN_TRY(day_has(place, known->sha256, known->size_bytes, &is_same, err));
    if (is_same) return keep_newest(place, result, err);
    cln_origin origin = *known;
    const bool is_linked = link(place->known_path, place->next_path) == 0;
    origin.same_as = is_linked ? NULL : place->known_name;
    cln_status status = cln_origin_write(&origin, place->next_path, place->job->item, err);
    if (status != CLN_OK) {
        if (is_linked) (void)unlink(place->next_path);
        return status;
    }
    judge(place, known->sha256, result);
    CLN_TRY(cln_copy_string(&result->path, is_linked ? place->next_path : place->known_path, err));
    return cln_file_sync_dir(place->folder, err);
}
