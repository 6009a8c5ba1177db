/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A temporary folder for a test, gone after it, and files in it.
 */
#ifndef COLONNADE_TESTS_STORE_FOLDER_H
#define COLONNADE_TESTS_STORE_FOLDER_H

#include "colonnade/base/file.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct folder {
    char path[256];
} folder;

static inline void folder_make(folder *made) {
    const char *parent = getenv("TMPDIR");
    (void)snprintf(made->path, sizeof made->path, "%s/colonnade-store-XXXXXX", parent == NULL ? "/tmp" : parent);
    if (mkdtemp(made->path) == NULL) abort();
}

static inline void folder_remove_path(const char *path) {
    DIR *listing = opendir(path);
    if (listing != NULL) {
        const struct dirent *entry;
        while ((entry = readdir(listing)) != NULL) {
            if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
            char *inner;
            if (cln_path_join(&inner, path, entry->d_name, NULL) != CLN_OK) abort();
            folder_remove_path(inner);
            free(inner);
        }
        (void)closedir(listing);
    }
    (void)remove(path);
}

static inline void folder_remove(const folder *made) {
    folder_remove_path(made->path);
}

/* One of a few texts that are used in turn. */
static inline const char *folder_file(const folder *in, const char *name) {
    static char paths[8][1024];
    static int turn;
    turn = (turn + 1) % 8;
    (void)snprintf(paths[turn], sizeof paths[turn], "%s/%s", in->path, name);
    return paths[turn];
}

static inline cln_buffer folder_read(const char *path) {
    cln_buffer bytes;
    cln_buffer_init(&bytes, SIZE_MAX);
    if (cln_file_read(path, &bytes, NULL) != CLN_OK) abort();
    return bytes;
}

static inline bool folder_same_bytes(const char *a, const char *b) {
    cln_buffer left = folder_read(a), right = folder_read(b);
    const bool same = cln_span_equal(cln_buffer_span(&left), cln_buffer_span(&right));
    cln_buffer_clean_up(&left);
    cln_buffer_clean_up(&right);
    return same;
}

#endif
