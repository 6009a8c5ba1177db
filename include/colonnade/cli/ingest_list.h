/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which files an ingest reads: given ones, or the newest staged ones, each
 * with the partition that it becomes.
 */
#ifndef COLONNADE_CLI_INGEST_LIST_H
#define COLONNADE_CLI_INGEST_LIST_H

#include "colonnade/cli/cli.h"

typedef struct cln_ingest_item {
    char *path;
    char *partition;
    bool is_compressed; /* by its first bytes; false when it cannot be read */
} cln_ingest_item;

typedef struct cln_ingest_list {
    size_t count;
    size_t capacity;
    cln_ingest_item *items;
} cln_ingest_list;

/* Collective. Rank 0 looks into the folders, so that all ranks go by the same
 * list whatever their view of them is. An argument that names no file may be a
 * pattern as of a shell ("data/201?.csv"); its files come in bytewise order,
 * and none is CLN_ERR_USAGE, as are two files of one partition. A partition is
 * called --as, or as the file without folder and extension (".csv",
 * ".csv.gz"), or as the staged source. The list was zero; the caller cleans up,
 * also after a failure. */
CLN_CHECKED cln_status cln_ingest_list_make(cln_ingest_list *list, const cln_cli *cli, cln_error *err);
void cln_ingest_list_clean_up(cln_ingest_list *list);

#endif
