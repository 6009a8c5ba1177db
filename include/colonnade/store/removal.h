/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Taking partitions or whole datasets out of the store, and freeing what no
 * master names any longer. All functions are local (rank 0).
 *
 * Workflow: cln_removal_look finds what there is, the caller shows it and
 * asks, cln_removal_carry_out takes the dataset's lock and removes just that.
 *
 * A partition goes by a new master. Its file stays for the grace period, or
 * until cln_dataset_clean, so that who reads the former master finishes. Of
 * a dataset all that Colonnade made goes at once; a reader that has its files
 * open keeps them.
 */
#ifndef COLONNADE_STORE_REMOVAL_H
#define COLONNADE_STORE_REMOVAL_H

#include "colonnade/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum cln_removal_kind {
    CLN_REMOVAL_PARTITION, /* rows and file of a published partition */
    CLN_REMOVAL_REJECTS,   /* the rejects of an ingest that did not pass */
    CLN_REMOVAL_DAMAGED,   /* a dataset whose master cannot be read */
} cln_removal_kind;

typedef struct cln_removal_item {
    cln_removal_kind kind;
    char *id;   /* of the partition; "" for a damaged dataset */
    char *file; /* relative to the dataset's folder */
    uint64_t rows;
    uint64_t size_bytes;
} cln_removal_item;

/* What goes. */
typedef struct cln_removal {
    char *dataset;
    bool is_whole; /* the dataset itself, not only some partitions */
    size_t item_count, item_capacity;
    cln_removal_item *items; /* partitions in bytewise order of id, then rejects */
    const char *scratch_dir; /* borrowed, with the next: for looking for duplicates among the rows that stay; may be
                              * set by the caller */
    uint64_t memory_bytes;
} cln_removal;

/* Whether STORE/NAME has a master: something of it was published. Local. */
bool cln_dataset_is_published(const char *store_dir, const char *dataset);

/* Whether STORE/NAME is a folder that an ingest made. */
bool cln_dataset_is_there(const char *store_dir, const char *dataset);

/* Finds the named partitions (count > 0), or all of the dataset. A dataset or
 * a partition that does not exist is CLN_ERR_USAGE. The caller cleans the
 * removal up, also after a failure. */
CLN_CHECKED cln_status cln_removal_look(cln_removal *removal, const char *store_dir, const char *dataset,
                                        const char *const *partitions, size_t count, cln_error *err);
void cln_removal_clean_up(cln_removal *removal);

/* What was left of a dataset that was removed: files that are not ours. */
typedef struct cln_left_files {
    size_t count, capacity;
    char **paths;
} cln_left_files;
void cln_left_files_clean_up(cln_left_files *left);

/* Takes the dataset's lock and removes what was found, all of it or nothing:
 * when the dataset has changed since, that is CLN_ERR_IO. left (of a whole
 * dataset) is filled also after a failure, and cleaned up by the caller. */
CLN_CHECKED cln_status cln_removal_carry_out(const cln_removal *removal, const char *store_dir, bool sync,
                                             cln_left_files *left, cln_error *err);

/* For the holder of the lock, before a master is published that does not name
 * the file any longer: it stays for the grace period after its last change,
 * and that begins now, however old the file is. Its bytes stay as they are. */
void cln_begin_grace(const char *store_dir, const char *dataset, const char *file);

/* What cln_dataset_clean removed, and what it could not. */
typedef struct cln_freed {
    uint64_t file_count, size_bytes;
    uint64_t stuck_count; /* could not be removed; stuck_errno says why the first was not */
    int stuck_errno;
    uint64_t unnamed_count; /* partition files that stay, for there is no master that tells which are needed */
} cln_freed;

/* Takes the dataset's lock and removes temporaries of dead runs and the
 * partition files that the master does not name, however young. A dataset
 * that does not exist is CLN_ERR_USAGE, one that is locked CLN_ERR_IO. */
CLN_CHECKED cln_status cln_dataset_clean(const char *store_dir, const char *dataset, cln_freed *freed, cln_error *err);

#endif
