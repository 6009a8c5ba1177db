/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is in a folder. All functions are local.
 */
#ifndef COLONNADE_BASE_FOLDER_H
#define COLONNADE_BASE_FOLDER_H

#include "colonnade/base/status.h"

#include <stddef.h>

typedef struct cln_folder_list {
    char **names; /* in bytewise order */
    size_t count;
    size_t capacity;
} cln_folder_list;

/* The names in a folder that end in suffix ("" for all), without those that
 * begin with a dot. A folder that does not exist is empty; one that cannot be
 * read is CLN_ERR_IO. The caller cleans the list up. */
CLN_CHECKED cln_status cln_folder_read(cln_folder_list *list, const char *path, const char *suffix, cln_error *err);
void cln_folder_clean_up(cln_folder_list *list);

#endif
