/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The datasets that a command of the store works on.
 */
#ifndef COLONNADE_CLI_STORE_DATASETS_H
#define COLONNADE_CLI_STORE_DATASETS_H

#include "colonnade/base/folder.h"
#include "colonnade/cli/cli.h"

/* Local (rank 0). Those that the arguments name, in the order given and each once, or all of
 * the store. One that the store does not have is CLN_ERR_USAGE. The caller
 * cleans the list up. */
CLN_CHECKED cln_status cln_cli_datasets(cln_folder_list *datasets, const cln_cli *cli, cln_error *err);

/* Collective. What verify checks, as rank 0 finds it, on all ranks: the same,
 * but of all of the store only what has a master; the others are told. A store
 * that does not exist is CLN_ERR_USAGE. */
CLN_CHECKED cln_status cln_cli_share_published(cln_folder_list *datasets, const cln_cli *cli, cln_error *err);

#endif
