/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A folder for one test, and its removal with the files in it.
 */
#ifndef COLONNADE_TESTS_BASE_TEMPORARY_H
#define COLONNADE_TESTS_BASE_TEMPORARY_H

#include "colonnade/base/file.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TEMPORARY_PATH_BYTES = 1024 };

static inline int temporary_folder_make(void **state) {
    const char *parent = getenv("TMPDIR");
    char *folder = malloc(TEMPORARY_PATH_BYTES);
    if (folder == NULL) return -1;
    (void)snprintf(folder, TEMPORARY_PATH_BYTES, "%s/colonnade-test-XXXXXX", parent == NULL ? "/tmp" : parent);
    *state = folder;
    return mkdtemp(folder) == NULL ? -1 : 0;
}

static inline void temporary_remove_tree(const char *folder) {
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        char *path;
        if (cln_path_join(&path, folder, entry->d_name, NULL) != CLN_OK) break;
        if (unlink(path) != 0) temporary_remove_tree(path);
        free(path);
    }
    if (dir != NULL) (void)closedir(dir);
    (void)rmdir(folder);
}

static inline int temporary_folder_remove(void **state) {
    temporary_remove_tree(*state);
    free(*state);
    return 0;
}

/* FOLDER/NAME in one of four rooms that are used in turn. */
static inline const char *temporary_path(void **state, const char *name) {
    static char rooms[4][2 * TEMPORARY_PATH_BYTES];
    static unsigned next;
    char *room = rooms[next++ % 4];
    (void)snprintf(room, sizeof rooms[0], "%s/%s", (const char *)*state, name);
    return room;
}

static inline size_t temporary_count_entries(void **state) {
    DIR *dir = opendir(*state);
    size_t count = 0;
    for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;) count += entry->d_name[0] != '.';
    if (dir != NULL) (void)closedir(dir);
    return count;
}

#endif
