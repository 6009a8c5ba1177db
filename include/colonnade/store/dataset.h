/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A dataset of the store: STORE/NAME/ holds immutable partition files and
 * master.h5, which names them (the manifest, and an external link for each)
 * and is replaced by rename. history.jsonl tells who did what when.
 *
 *   STORE/NAME/master.h5
 *   STORE/NAME/partitions/ID.HASH.h5
 *   STORE/NAME/live/mask.HASH.h5     which rows count, where some are duplicates (duplicates.h)
 *   STORE/NAME/unpublished/ID.h5     rejects of the last ingest of ID that did not pass
 *   STORE/NAME/lock                  held by a running ingest
 *   STORE/NAME/history.jsonl
 */
#ifndef COLONNADE_STORE_DATASET_H
#define COLONNADE_STORE_DATASET_H

#include "colonnade/column/batch.h"
#include "colonnade/config/config.h"
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
    uint64_t duplicates;  /* rows that do not count: their key stands elsewhere too */
    bool has_rest_crc;    /* false: a program wrote it that did not tell */
    uint32_t rest_crc32c; /* of the file's bytes that no zone's checksum covers */
    bool is_unchecked;    /* there is a rule for duplicates, but the partition lacks a column of the key */
} cln_partition_info;

static inline uint64_t cln_partition_live_rows(const cln_partition_info *info) {
    return info->rows - info->duplicates;
}

/* A column of the key that tells rows apart. */
typedef struct cln_key_column {
    char *name;
    cln_compare compare;
} cln_key_column;

/* Which of several rows with the same key count. Without a rule all do. */
typedef struct cln_duplicate_rule {
    cln_on_duplicate on_duplicate; /* CLN_DUPLICATES_UNSET: there is no rule, and the rest is empty */
    size_t column_count;
    cln_key_column *columns;
} cln_duplicate_rule;

/* The outcome of the rule. */
typedef struct cln_live_rows {
    char *file; /* relative to the dataset's folder: live/mask.HASH.h5; NULL: all rows count */
    uint64_t size_bytes;
    bool has_crc;    /* false: a program wrote it that did not tell */
    uint32_t crc32c; /* of the whole file */
    bool is_stale;   /* partitions came or went since: cln_duplicates_resolve must be called before publishing */
} cln_live_rows;

typedef struct cln_manifest {
    char *dataset;
    size_t partition_count;
    cln_partition_info *partitions; /* in bytewise order of id */
    cln_duplicate_rule rule;
    cln_live_rows live;
} cln_manifest;

/* Local. Reads STORE/NAME/master.h5; a dataset that does not exist is an
 * empty manifest with *exists false; a damaged one is CLN_ERR_IO. */
CLN_CHECKED cln_status cln_manifest_read(cln_manifest *manifest, const char *store_dir, const char *dataset,
                                         bool *exists, cln_error *err);
void cln_manifest_clean_up(cln_manifest *manifest);
const cln_partition_info *cln_manifest_find(const cln_manifest *manifest, const char *id);

/* Local (rank 0). Adds or replaces info (copied) by its id and keeps the order.
 * Where there is a rule for duplicates, what came of it is stale then. */
CLN_CHECKED cln_status cln_manifest_put(cln_manifest *manifest, const cln_partition_info *info, cln_error *err);

/* Local (rank 0). Takes the rule (copied) for the dataset's; what came of
 * another one is forgotten or stale. */
CLN_CHECKED cln_status cln_manifest_set_rule(cln_manifest *manifest, const cln_duplicate_rule *rule, cln_error *err);
/* Local. All rows count again, whatever the rule. */
void cln_manifest_forget_live_rows(cln_manifest *manifest);
bool cln_duplicate_rule_equal(const cln_duplicate_rule *a, const cln_duplicate_rule *b);
void cln_duplicate_rule_clean_up(cln_duplicate_rule *rule);

/* Local (rank 0). Writes the master under a temporary name, syncs file and
 * folder (when sync), renames it over the former one. The partition files
 * that it names must be in place, and what came of the rule for duplicates must
 * not be stale. */
CLN_CHECKED cln_status cln_manifest_publish(const cln_manifest *manifest, const char *store_dir, bool sync,
                                            cln_error *err);

/* An open dataset, for reading. */
typedef struct cln_dataset cln_dataset;

/* Collective; arguments must agree. Rank 0 reads the master once, and of all
 * partitions which columns and rows they have; all ranks see that version, and
 * open the files that they read. A dataset that does not exist is CLN_ERR_USAGE and says how to ingest. */
CLN_CHECKED cln_status cln_dataset_open(cln_dataset **dataset, const cln_comm *comm, const char *store_dir,
                                        const char *name, cln_error *err);

/* Collective; arguments must agree, but for manifest, which only rank 0 needs.
 * The partitions of a manifest that is not published yet, and all of their
 * rows; the file of one of them (id; NULL: of none) may still have another
 * name, relative to the dataset's folder. */
CLN_CHECKED cln_status cln_dataset_open_draft(cln_dataset **dataset, const cln_comm *comm, const char *store_dir,
                                              const char *name, const cln_manifest *manifest, const char *id,
                                              const char *file, cln_error *err);

/* Collective; arguments must agree. One partition file by itself, as one that
 * was not published (STORE/NAME/unpublished/ID.h5). Its manifest has a single
 * entry, whose id is the file's stem, file is its name and rows is what it
 * holds; the other texts are empty. A file that does not exist or is no
 * partition is CLN_ERR_IO. */
CLN_CHECKED cln_status cln_dataset_open_file(cln_dataset **dataset, const cln_comm *comm, const char *path,
                                             cln_error *err);

void cln_dataset_close(cln_dataset *dataset); /* local */

/* Local, for the process. When allowed, blocks that do not have their checksum
 * are read nevertheless: values that cannot be are null then, and others may be
 * wrong. What would harm the process (texts that end before they begin, a file
 * that was cut) stays an error. */
void cln_allow_damage(bool allowed);

/* Collective. Warns of the damage that was read. */
CLN_CHECKED cln_status cln_tell_damage(const cln_comm *comm, cln_error *err);

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

/* Local. The name of the partition's own column at the position, in the order
 * of its file; NULL when it has no more. Valid until close. */
const char *cln_dataset_partition_column(const cln_dataset *dataset, const char *table, size_t partition,
                                         size_t position);

/* Local. The type that the partition itself has; false when it has no such column. */
bool cln_dataset_partition_type(const cln_dataset *dataset, const char *table, size_t partition, const char *column,
                                cln_type *type);

/* Collective; arguments must agree. A batch source over the named columns of
 * all partitions (or of one, when partition >= 0), in blocks of at most 64 Ki
 * rows dealt to the ranks in contiguous runs: rank order is row order. Of the
 * table "columns" only rows that count are given, not duplicates. A name
 * that no partition has is CLN_ERR_USAGE. The source must be released before
 * the dataset is closed. Every size that a file gives is checked. */
CLN_CHECKED cln_status cln_dataset_scan(cln_dataset *dataset, const char *table, int partition,
                                        const char *const *columns, size_t column_count, cln_batch_source **source,
                                        cln_error *err);

typedef struct cln_scan_options {
    const char *table;
    int partition; /* -1: all */
    const char *const *columns;
    size_t column_count;
    bool with_duplicates; /* all rows, not only those that count */
    bool as_text;         /* values of every type as texts, each partition's in its own type's way */
    bool in_own_types;    /* of one partition only: its own types, not those of all */
    bool in_turn;         /* block b goes to rank b mod size, so that rows can be put out in order as they are read */
} cln_scan_options;

/* The same with options. */
CLN_CHECKED cln_status cln_dataset_scan_with(cln_dataset *dataset, const cln_scan_options *options,
                                             cln_batch_source **source, cln_error *err);

/* Local. Where the last batch of such a source stands: the partition, and the
 * row that its first row is there. With duplicates a batch's rows follow on
 * each other. */
void cln_dataset_scan_place(const cln_batch_source *source, size_t *partition, uint64_t *first_row);

/* Local. Which block of the scan, from 0, the last batch is a part of. */
uint64_t cln_dataset_scan_block(const cln_batch_source *source);

/* Local. How many blocks the partition's rows are. */
uint64_t cln_dataset_block_count(const cln_dataset *dataset, const char *table, size_t partition);

/* Local (rank 0). The dataset's lock: one ingest at a time. A lock whose owner
 * (host, run of its system, namespace of process numbers, and process) is
 * seen to be dead from here is taken over, with a warning; otherwise
 * CLN_ERR_IO names the owner, its age and what to do. Creates the dataset's
 * folders. When taken, temporaries (".tmp-*") of dead runs and partition files
 * that neither the master names nor the grace period (one hour, by time of
 * change) protects are removed. */
CLN_CHECKED cln_status cln_dataset_lock(const char *store_dir, const char *dataset, cln_error *err);
/* Leaves the lock of another process alone, which has it when somebody removed ours by hand. */
void cln_dataset_unlock(const char *store_dir, const char *dataset);

/* Local (rank 0). Appends one line of JSON to history.jsonl, with time, host,
 * user and program version added. */
CLN_CHECKED cln_status cln_dataset_record_history(const char *store_dir, const char *dataset, const char *json_object,
                                                  cln_error *err);

#endif
