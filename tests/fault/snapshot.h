/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Folders as lists of files with the digests of their bytes, in order, and
 * copies of folders. Local.
 */
#ifndef COLONNADE_TESTS_FAULT_SNAPSHOT_H
#define COLONNADE_TESTS_FAULT_SNAPSHOT_H

#include "colonnade/base/file.h"
#include "colonnade/base/hash.h"
#include "colonnade/base/memory.h"

#include "base/temporary.h"
#include "must.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct snapshot {
    char **lines; /* "PATH DIGEST" */
    size_t count, capacity;
} snapshot;

static inline void snapshot_clean_up(snapshot *files) {
    for (size_t i = 0; i < files->count; i++) free(files->lines[i]);
    free(files->lines);
    *files = (snapshot){0};
}

static inline void snapshot_add_file(snapshot *files, const char *path) {
    cln_buffer bytes;
    cln_buffer_init(&bytes, SIZE_MAX);
    must(cln_file_read(path, &bytes, NULL));
    const cln_digest digest = cln_content_block_digest(cln_buffer_span(&bytes));
    cln_buffer_clean_up(&bytes);
    char digits[CLN_DIGEST_TEXT_BYTES];
    cln_digest_format(&digest, digits);
    must(cln_grow_array(&files->lines, &files->capacity, files->count + 1, sizeof *files->lines, NULL));
    must(cln_format_string(&files->lines[files->count++], NULL, "%s %s", path, digits));
}

/* Without what tells when and by whom, and what was not published. */
static inline bool snapshot_leaves_out(const char *name) {
    static const char *const names[] = {".", "..", "history.jsonl", "unpublished"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(name, names[i]) == 0) return true;
    }
    return false;
}

static inline void snapshot_walk(snapshot *files, const char *folder) {
    DIR *listing = opendir(folder);
    for (struct dirent *entry; listing != NULL && (entry = readdir(listing)) != NULL;) {
        if (snapshot_leaves_out(entry->d_name)) continue;
        char *path;
        struct stat about;
        must(cln_path_join(&path, folder, entry->d_name, NULL));
        if (stat(path, &about) != 0) abort();
        if (S_ISDIR(about.st_mode)) {
            snapshot_walk(files, path);
        } else {
            snapshot_add_file(files, path);
        }
        free(path);
    }
    if (listing != NULL) (void)closedir(listing);
}

static inline int snapshot_order(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static inline snapshot snapshot_take(const char *folder) {
    snapshot files = {0};
    snapshot_walk(&files, folder);
    if (files.count > 0) qsort(files.lines, files.count, sizeof *files.lines, snapshot_order);
    return files;
}

static inline bool snapshot_has(const snapshot *files, const char *line) {
    return files->count > 0 && bsearch(&line, files->lines, files->count, sizeof *files->lines, snapshot_order) != NULL;
}

/* Whether all that is in part is in whole. */
static inline bool snapshot_is_within(const snapshot *part, const snapshot *whole) {
    for (size_t i = 0; i < part->count; i++) {
        if (!snapshot_has(whole, part->lines[i])) return false;
    }
    return true;
}

static inline bool snapshot_equal(const snapshot *a, const snapshot *b) {
    return a->count == b->count && snapshot_is_within(a, b);
}

static inline bool snapshot_has_master(const snapshot *files) {
    for (size_t i = 0; i < files->count; i++) {
        if (strstr(files->lines[i], "/master.h5 ") != NULL) return true;
    }
    return false;
}

/* Of all datasets of a store. */
static inline void snapshot_remove_locks(const char *store) {
    DIR *listing = opendir(store);
    for (struct dirent *entry; listing != NULL && (entry = readdir(listing)) != NULL;) {
        char path[512];
        (void)snprintf(path, sizeof path, "%s/%s/lock", store, entry->d_name);
        (void)unlink(path);
    }
    if (listing != NULL) (void)closedir(listing);
}

static inline void snapshot_copy_tree(const char *from, const char *to) {
    must(cln_file_make_dirs(to, NULL));
    DIR *listing = opendir(from);
    if (listing == NULL) abort();
    for (struct dirent *entry; (entry = readdir(listing)) != NULL;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        char *source, *target;
        struct stat about;
        must(cln_path_join(&source, from, entry->d_name, NULL));
        must(cln_path_join(&target, to, entry->d_name, NULL));
        if (stat(source, &about) != 0) abort();
        if (S_ISDIR(about.st_mode)) {
            snapshot_copy_tree(source, target);
        } else {
            cln_buffer bytes;
            cln_buffer_init(&bytes, SIZE_MAX);
            must(cln_file_read(source, &bytes, NULL));
            must(cln_file_replace(target, cln_buffer_span(&bytes), false, NULL));
            cln_buffer_clean_up(&bytes);
        }
        free(source);
        free(target);
    }
    (void)closedir(listing);
}

#endif
