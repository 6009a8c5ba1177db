/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The state of an open dataset, shared by its functions.
 */
#ifndef COLONNADE_STORE_DATASET_STATE_H
#define COLONNADE_STORE_DATASET_STATE_H

#include "colonnade/store/dataset.h"
#include "live_file.h"
#include "partition_file.h"

typedef struct cln_dataset_table {
    bool is_united;
    size_t column_count;
    cln_dataset_column *columns; /* names and roles are borrowed from the partitions */
} cln_dataset_table;

struct cln_dataset {
    cln_comm comm;
    char *dir; /* STORE/NAME */
    cln_manifest manifest;
    size_t open_count;
    cln_partition_file *partitions; /* as many as the manifest names */
    cln_live_file live;
    cln_dataset_table tables[CLN_TABLE_COUNT];
};

/* Collective; arguments must agree, but for draft. The manifest as rank 0
 * reads it, once, on all ranks; is_draft: as it is in rank 0's draft. The
 * caller cleans it up, also after a failure. */
CLN_CHECKED cln_status cln_manifest_share(cln_manifest *manifest, const cln_comm *comm, const char *store_dir,
                                          const char *name, bool is_draft, const cln_manifest *draft, cln_error *err);

#endif
