/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tidy.h"

#include "colonnade/base/file.h"
#include "colonnade/store/dataset.h"
#include "colonnade/store/dataset_paths.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define GRACE_SECONDS 3600

static bool is_named(const cln_manifest *manifest, const char *name) {
    for (size_t i = 0; i < manifest->partition_count; i++) {
        const cln_span file = cln_path_name(manifest->partitions[i].file);
        if (cln_span_equal(file, cln_span_of_string(name))) return true;
    }
    return false;
}

static bool is_old(const char *path) {
    struct stat about;
    return stat(path, &about) == 0 && S_ISREG(about.st_mode) && time(NULL) - about.st_ctime > GRACE_SECONDS;
}

static bool ends_with(const char *name, const char *end) {
    const size_t size = strlen(name), end_size = strlen(end);
    return size >= end_size && strcmp(name + size - end_size, end) == 0;
}

/* manifest: NULL to leave everything but temporaries. */
static void tidy_folder(const char *folder, const cln_manifest *manifest) {
    DIR *listing = opendir(folder);
    if (listing == NULL) return;
    const struct dirent *entry;
    while ((entry = readdir(listing)) != NULL) {
        char *path;
        if (cln_path_join(&path, folder, entry->d_name, NULL) != CLN_OK) break;
        const bool is_orphan =
            manifest != NULL && ends_with(entry->d_name, ".h5") && !is_named(manifest, entry->d_name) && is_old(path);
        if (cln_is_temporary_name(entry->d_name) || is_orphan) (void)unlink(path);
        free(path);
    }
    (void)closedir(listing);
}

static void tidy_inner(const char *dir, const char *name, const cln_manifest *manifest) {
    char *folder;
    if (cln_path_join(&folder, dir, name, NULL) != CLN_OK) return;
    tidy_folder(folder, manifest);
    free(folder);
}

void cln_tidy_dataset(const char *store_dir, const char *dataset, const char *dir) {
    cln_manifest manifest;
    bool exists;
    /* With a master that cannot be read, nothing is known to be unneeded. */
    const bool is_read = cln_manifest_read(&manifest, store_dir, dataset, &exists, NULL) == CLN_OK;
    tidy_folder(dir, NULL);
    tidy_inner(dir, CLN_PARTITIONS_DIR, is_read ? &manifest : NULL);
    tidy_inner(dir, CLN_UNPUBLISHED_DIR, NULL);
    if (is_read) cln_manifest_clean_up(&manifest);
}
