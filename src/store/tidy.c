/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tidy.h"

#include "colonnade/base/file.h"
#include "colonnade/store/dataset.h"
#include "colonnade/store/dataset_paths.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

typedef struct tidying {
    const char *store_dir, *dataset;
    const cln_manifest *manifest; /* NULL to leave everything but temporaries */
    int64_t grace_seconds;
    cln_freed *freed;
} tidying;

static bool is_named(const cln_manifest *manifest, const char *name) {
    for (size_t i = 0; i < manifest->partition_count; i++) {
        const cln_span file = cln_path_name(manifest->partitions[i].file);
        if (cln_span_equal(file, cln_span_of_string(name))) return true;
    }
    const char *live = manifest->live.file;
    return live != NULL && cln_span_equal(cln_path_name(live), cln_span_of_string(name));
}

static bool is_former_version(const tidying *job, const char *name, const struct stat *about) {
    if (!cln_is_partition_name(name)) return false;
    if (job->manifest == NULL) {
        job->freed->unnamed_count++;
        return false;
    }
    return !is_named(job->manifest, name) &&
           (job->grace_seconds == 0 || time(NULL) - about->st_ctime > job->grace_seconds);
}

static void free_file(const char *path, const struct stat *about, cln_freed *freed) {
    if (unlink(path) == 0) {
        freed->file_count++;
        freed->size_bytes += (uint64_t)about->st_size;
    } else {
        if (freed->stuck_count++ == 0) freed->stuck_errno = errno;
    }
}

static void tidy_folder(const tidying *job, const char *folder, bool has_partitions) {
    DIR *listing = opendir(folder);
    if (listing == NULL) return;
    const struct dirent *entry;
    while ((entry = readdir(listing)) != NULL) {
        char *path;
        struct stat about;
        if (cln_path_join(&path, folder, entry->d_name, NULL) != CLN_OK) break;
        if (lstat(path, &about) == 0 && S_ISREG(about.st_mode) &&
            (cln_is_temporary_name(entry->d_name) ||
             (has_partitions && is_former_version(job, entry->d_name, &about)))) {
            free_file(path, &about, job->freed);
        }
        free(path);
    }
    (void)closedir(listing);
}

static void tidy_inner(const tidying *job, const char *name, bool has_partitions) {
    char *folder;
    if (cln_dataset_path(&folder, job->store_dir, job->dataset, name, NULL) != CLN_OK) return;
    tidy_folder(job, folder, has_partitions);
    free(folder);
}

void cln_tidy_dataset(const char *store_dir, const char *dataset, int64_t grace_seconds, cln_freed *freed) {
    cln_manifest manifest;
    bool exists = false;
    const bool is_read = cln_manifest_read(&manifest, store_dir, dataset, &exists, NULL) == CLN_OK;
    *freed = (cln_freed){0};
    const tidying job = {.store_dir = store_dir,
                         .dataset = dataset,
                         .manifest = is_read && exists ? &manifest : NULL,
                         .grace_seconds = grace_seconds,
                         .freed = freed};
    tidy_inner(&job, "", false);
    tidy_inner(&job, CLN_PARTITIONS_DIR, true);
    tidy_inner(&job, CLN_LIVE_DIR, true);
    tidy_inner(&job, CLN_UNPUBLISHED_DIR, false);
    if (is_read) cln_manifest_clean_up(&manifest);
}

void cln_begin_grace(const char *store_dir, const char *dataset, const char *file) {
    char *path;
    if (cln_dataset_path(&path, store_dir, dataset, file, NULL) != CLN_OK) return;
    (void)utimensat(AT_FDCWD, path, NULL, 0); /* of another owner, or gone: then there is no such period */
    free(path);
}
