/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows that stand in a dataset more than once: in a yearly file and in a
 * cumulative one, or twice in one file. Partitions keep every row; the rule
 * of a dataset says by which key rows are the same and which of them counts,
 * and an immutable file beside the partitions says for each row whether it
 * does (docs/store-format.md).
 *
 * Rows are in order of partition (bytewise by id), then of row. Keys are
 * compared by their bytes, each column in the way that the rule says; a row
 * whose key is null, wholly or in part, is no duplicate. A partition that
 * lacks a column of the key is unchecked: all its rows count.
 *
 * What comes of it depends on partitions and rule alone, not on the order in
 * which they were ingested, the number of ranks, or memory.
 */
#ifndef COLONNADE_STORE_DUPLICATES_H
#define COLONNADE_STORE_DUPLICATES_H

#include "colonnade/store/dataset.h"

/* Local. The rule that holds from now on: what was asked for, else what the
 * configuration's dataset (may be NULL) says, else what the dataset has had.
 * The key is the configuration's, else the one that the dataset has had; a
 * rule without a key is CLN_ERR_USAGE. CLN_DUPLICATES_ALLOW is no rule. The
 * caller cleans it up. */
CLN_CHECKED cln_status cln_duplicate_rule_choose(cln_duplicate_rule *rule, cln_on_duplicate asked,
                                                 const cln_config_dataset *configured, const cln_manifest *manifest,
                                                 cln_error *err);

typedef struct cln_duplicate_options {
    const char *store_dir;
    const char *dataset;
    const char *scratch_dir;
    uint64_t memory_bytes; /* of a rank */
    bool sync;
    const char *pending_id;   /* a partition whose file has not got its name yet; NULL: none */
    const char *pending_file; /* its present name, relative to the dataset's folder */
} cln_duplicate_options;

/* Collective; options must agree; only rank 0's manifest is used, which
 * changes: where it is stale, duplicates are looked for by its rule, the file
 * of rows that count is put in place, complete and synced, and manifest names
 * it with the counts. It holds for whatever changed in the manifest:
 * partitions that came, went or were replaced, or the rule. The caller
 * publishes the manifest, and begins the grace of the file that the former one
 * named (removal.h). By the rule CLN_DUPLICATES_FAIL duplicates are
 * CLN_ERR_DATA, with examples, and nothing was written. */
CLN_CHECKED cln_status cln_duplicates_resolve(const cln_comm *comm, cln_manifest *manifest,
                                              const cln_duplicate_options *options, cln_error *err);

/* Collective; arguments must agree. How many rows of each partition equal an
 * earlier row of the dataset in every column: counts has one for each
 * partition, and is the same on all ranks. Every row goes once through the
 * scratch folder where it does not fit into memory. */
CLN_CHECKED cln_status cln_duplicates_count_rows(cln_dataset *dataset, const cln_comm *comm, const char *scratch_dir,
                                                 uint64_t memory_bytes, uint64_t *counts, cln_error *err);

#endif
