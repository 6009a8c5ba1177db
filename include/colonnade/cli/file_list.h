/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The FILE... of a command: what its arguments name or match, the same list on
 * all ranks whatever their view of the folders is.
 */
#ifndef COLONNADE_CLI_FILE_LIST_H
#define COLONNADE_CLI_FILE_LIST_H

#include "colonnade/cli/cli.h"

typedef struct cln_file_item {
    char *path; /* or an s3:// address */
    char *name; /* what its rows are called: the file without folder and extension, or as whoever added it says */
    bool is_compressed; /* by its first bytes; false when it cannot be read */
} cln_file_item;

/* Starts as zero; the caller cleans up, also after a failure. */
typedef struct cln_file_list {
    size_t count;
    size_t capacity;
    cln_file_item *items;
} cln_file_list;

void cln_file_list_clean_up(cln_file_list *list);

/* Local. */
CLN_CHECKED cln_status cln_file_list_add(cln_file_list *list, const char *path, cln_span name, cln_error *err);

/* Local. Adds the file that an argument names, or, when it names none and is a
 * pattern as of a shell ("data/201?.csv"), the files that it matches, in
 * bytewise order; none is CLN_ERR_USAGE. They are called as the file without
 * folder and extension (".csv", ".csv.gz"). */
CLN_CHECKED cln_status cln_file_list_add_argument(cln_file_list *list, const char *argument, cln_error *err);

/* Local. CLN_ERR_USAGE when one file is in the list twice, also by another path
 * or a link to it. */
CLN_CHECKED cln_status cln_file_list_check_once(const cln_file_list *list, cln_error *err);

/* Local. Looks which files are compressed; one that cannot be read is told of
 * when its turn comes. */
void cln_file_list_look(cln_file_list *list, const cln_cli *cli);

/* Collective. Rank 0's list to all ranks, or its failure. */
CLN_CHECKED cln_status cln_file_list_share(cln_file_list *list, const cln_comm *comm, cln_status made, cln_error *err);

/* Local. How many compressed files follow each other from the first one on,
 * up to most: each is read by a rank of its own. */
size_t cln_file_list_compressed_count(const cln_file_list *list, size_t first, size_t most);

#endif
