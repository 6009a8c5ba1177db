/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * info --schema: the matrix of columns and partitions. Private to the cli
 * layer.
 */
#ifndef COLONNADE_CLI_INFO_SCHEMA_H
#define COLONNADE_CLI_INFO_SCHEMA_H

#include "colonnade/cli/cli.h"
#include "colonnade/store/dataset.h"

/* Local (rank 0). Prints for each column the type in which all partitions
 * together answer, and its type in each of them; "not recorded" where a
 * partition lacks it. JSON is a list of columns, with null for that. */
CLN_CHECKED cln_status cln_info_schema(const cln_cli *cli, cln_dataset *dataset, cln_error *err);

#endif
