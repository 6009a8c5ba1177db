/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * info --provenance: what every partition says of itself. Private to the cli
 * layer.
 */
#ifndef COLONNADE_CLI_INFO_PROVENANCE_H
#define COLONNADE_CLI_INFO_PROVENANCE_H

#include "colonnade/cli/cli.h"
#include "colonnade/store/dataset.h"

/* Local (rank 0). JSON is a list of partitions with provenance, account and
 * schema as they are stored, and the dataset's rule for duplicates; else a
 * table of one row for each member that says something. */
CLN_CHECKED cln_status cln_info_provenance(const cln_cli *cli, cln_dataset *dataset, cln_error *err);

#endif
