/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which files an ingest reads: given ones, or the newest staged ones, each
 * with the partition that it becomes.
 */
#ifndef COLONNADE_CLI_INGEST_LIST_H
#define COLONNADE_CLI_INGEST_LIST_H

#include "colonnade/cli/file_list.h"

/* Collective. Each file's name is that of its partition: --as, or the file
 * without folder and extension, or the staged source. Two files of one
 * partition are CLN_ERR_USAGE. The list was zero; the caller cleans up, also
 * after a failure. */
CLN_CHECKED cln_status cln_ingest_list_make(cln_file_list *list, const cln_cli *cli, cln_error *err);

#endif
