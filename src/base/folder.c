/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/folder.h"

#include "colonnade/base/memory.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static int compare_names(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool ends_in(const char *name, const char *suffix) {
    const size_t size = strlen(name);
    const size_t suffix_size = strlen(suffix);
    return size >= suffix_size && strcmp(name + size - suffix_size, suffix) == 0;
}

static cln_status add_name(cln_folder_list *list, const char *name, cln_error *err) {
    CLN_TRY(cln_grow_array(&list->names, &list->capacity, list->count + 1, sizeof *list->names, err));
    CLN_TRY(cln_copy_string(&list->names[list->count], name, err));
    list->count++;
    return CLN_OK;
}

static cln_status read_entries(cln_folder_list *list, DIR *folder, const char *path, const char *suffix,
                               cln_error *err) {
    for (;;) {
        errno = 0; /* the only way to tell the end from a failure */
        const struct dirent *entry = readdir(folder);
        if (entry == NULL) return errno == 0 ? CLN_OK : cln_fail_errno(err, "cannot read the folder %s", path);
        if (entry->d_name[0] == '.' || !ends_in(entry->d_name, suffix)) continue;
        CLN_TRY(add_name(list, entry->d_name, err));
    }
}

cln_status cln_folder_read(cln_folder_list *list, const char *path, const char *suffix, cln_error *err) {
    *list = (cln_folder_list){0};
    DIR *folder = opendir(path);
    if (folder == NULL) return errno == ENOENT ? CLN_OK : cln_fail_errno(err, "cannot read the folder %s", path);
    const cln_status status = read_entries(list, folder, path, suffix, err);
    (void)closedir(folder);
    if (status != CLN_OK) {
        cln_folder_clean_up(list);
    } else if (list->count > 1) {
        qsort(list->names, list->count, sizeof *list->names, compare_names);
    }
    return status;
}

void cln_folder_clean_up(cln_folder_list *list) {
    for (size_t i = 0; i < list->count; i++) free(list->names[i]);
    free(list->names);
    *list = (cln_folder_list){0};
}
