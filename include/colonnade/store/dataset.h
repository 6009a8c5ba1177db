/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A dataset of the store: STORE/NAME/ holds immutable partition files and
 * master.h5, which names them (the manifest, and an external link for each)
 * and is replaced by rename. history.jsonl tells who did what when.
 *
 *   STORE/NAME/master.h5
 *   STORE/NAME/partitions/ID.HASH.h5
 *   STORE/NAME/unpublished/ID.h5     rejects of the last ingest of ID that did not pass
 *   STORE/NAME/lock                  held by a running ingest
 *   STORE/NAME/history.jsonl
 */
#ifndef COLONNADE_STORE_DATASET_H
#define COLONNADE_STORE_DATASET_H

#include "colonnade/column/batch.h"
#include "colonnade/par/comm.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct cln_partition_info {
    char *id;
    char *file;         /* relative to the dataset's folder: partitions/ID.HASH.h5 */
    char *content_hash; /* of the source file, 32 hex digits */
    char *origin;       /* where the source came from (URL or file name): the same id from another origin is refused
                         * without --replace */
    bool is_sample;     /* made by `generate`: everything drawn from it must say so */
    uint64_t rows;
    uint64_t rejected; /* records */
    uint64_t source_size_bytes;
    uint64_t size_bytes;
} cln_partition_info;

typedef struct cln_manifest {
    char *dataset;
    size_t partition_count;
    cln_partition_info *partitions; /* in bytewise order of id */
} cln_manifest;

/* Local. Reads STORE/NAME/master.h5; a dataset that does not exist is an
 * empty manifest with *exists false; a damaged one is CLN_ERR_IO. */
CLN_CHECKED cln_status cln_manifest_read(cln_manifest *manifest, const char *store_dir, const char *dataset,
                                         bool *exists, cln_error *err);
void cln_manifest_clean_up(cln_manifest *manifest);
const cln_partition_info *cln_manifest_find(const cln_manifest *manifest, const char *id);

/* Local (rank 0). Adds or replaces info (copied) by its id and keeps the order. */
CLN_CHECKED cln_status cln_manifest_put(cln_manifest *manifest, const cln_partition_info *info, cln_error *err);

/* Local (rank 0). Writes the master under a temporary name, syncs file and
 * folder (when sync), renames it over the former one. The partition files
 * that it names must be in place. */
CLN_CHECKED cln_status cln_manifest_publish(const cln_manifest *manifest, const char *store_dir, bool sync,
                                            cln_error *err);

/* An open dataset, for reading. */
typedef struct cln_dataset cln_dataset;

/* Collective; arguments must agree. Rank 0 reads the master once and all
 * ranks see that version; each rank opens the partition files for itself. A
 * dataset that does not exist is CLN_ERR_USAGE and says how to ingest. */
CLN_CHECKED cln_status cln_dataset_open(cln_dataset **dataset, const cln_comm *comm, const char *store_dir,
                                        const char *name, cln_error *err);

/* Collective; arguments must agree. One partition file by itself, as one that
 * was not published (STORE/NAME/unpublished/ID.h5). Its manifest has a single
 * entry, whose id is the file's stem, file is its name and rows is what it
 * holds; the other texts are empty. A file that does not exist or is no
 * partition is CLN_ERR_IO. */
CLN_CHECKED cln_status cln_dataset_open_file(cln_dataset **dataset, const cln_comm *comm, const char *path,
                                             cln_error *err);

void cln_dataset_close(cln_dataset *dataset); /* local */

const cln_manifest *cln_dataset_manifest(const cln_dataset *dataset); /* local */

/* Local. A root attribute of a partition (JSON text), NULL when absent; valid
 * until close. */
const char *cln_dataset_attribute(const cln_dataset *dataset, size_t partition, const char *name);

/* Local. The columns of one table ("columns" or "rejects") of all partitions:
 * union by name, in order of first appearance. type is the widest where
 * partitions differ (integer and double: double; category and text: text;
 * anything else that differs: text). */
typedef struct cln_dataset_column {
    const char *name;
    const char *role;
    cln_type type;
} cln_dataset_column;
CLN_CHECKED cln_status cln_dataset_columns(cln_dataset *dataset, const char *table, const cln_dataset_column **columns,
                                           size_t *column_count, cln_error *err);

/* Local. Whether partition has the column in the table. */
bool cln_dataset_has_column(const cln_dataset *dataset, const char *table, size_t partition, const char *column);

/* Collective; arguments must agree. A batch source over the named columns of
 * all partitions (or of one, when partition >= 0), in blocks of at most 64 Ki
 * rows dealt to the ranks in contiguous runs: rank order is row order. A name
 * that no partition has is CLN_ERR_USAGE. The source must be released before
 * the dataset is closed. Every size that a file gives is checked. */
CLN_CHECKED cln_status cln_dataset_scan(cln_dataset *dataset, const char *table, int partition,
                                        const char *const *columns, size_t column_count, cln_batch_source **source,
                                        cln_error *err);

/* Local (rank 0). The dataset's lock: one ingest at a time. A lock whose owner
 * (host and process) is dead on this host is taken over; otherwise
 * CLN_ERR_IO names the owner, its age and what to do. Creates the dataset's
 * folders. When taken, temporaries (".tmp-*") of dead runs and partition files
 * that neither the master names nor the grace period (one hour, by time of
 * change) protects are removed. */
CLN_CHECKED cln_status cln_dataset_lock(const char *store_dir, const char *dataset, cln_error *err);
void cln_dataset_unlock(const char *store_dir, const char *dataset);

/* Local (rank 0). Appends one line of JSON to history.jsonl, with time, host,
 * user and program version added. */
CLN_CHECKED cln_status cln_dataset_record_history(const char *store_dir, const char *dataset, const char *json_object,
                                                  cln_error *err);

#endif
