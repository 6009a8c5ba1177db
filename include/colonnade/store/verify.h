/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whether everything that a dataset holds is what was stored: checksums of
 * all zones, zone maps and masks against the values, codes, dictionaries,
 * offsets, record numbers, accounts, the checksum of all else in the files, and
 * the manifest and the master's links against the files.
 *
 * Nothing is believed and nothing stops at the first fault: what is wrong
 * becomes a list of findings.
 */
#ifndef COLONNADE_STORE_VERIFY_H
#define COLONNADE_STORE_VERIFY_H

#include "colonnade/par/comm.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct cln_finding {
    cln_status status; /* CLN_ERR_DATA: wrong; CLN_ERR_IO: cannot be read */
    char *partition;   /* "" for the dataset itself */
    char *table;       /* "columns" or "rejects"; "" for the partition itself */
    char *column;      /* "" for the table itself */
    int64_t zone;      /* from 0; -1 when it is no zone's */
    int64_t first_row; /* from 0: the first that is wrong, or that of the zone; -1 when it is no row's */
    char *what;
} cln_finding;

typedef struct cln_verified_partition {
    char *id;
    uint64_t rows;
    uint64_t zones;      /* that were read, over all columns of both tables */
    uint64_t size_bytes; /* of the values that were read */
    uint64_t findings;
    bool is_sample; /* says the manifest */
} cln_verified_partition;

/* On rank 0; elsewhere empty but for worst and finding_count. */
typedef struct cln_verification {
    size_t partition_count;
    cln_verified_partition *partitions; /* in the order of the manifest */
    uint64_t finding_count;
    size_t listed_count, listed_capacity;
    cln_finding *listed; /* the first of them, in order of place; the dataset's own come first */
    size_t unneeded_count, unneeded_capacity;
    char **unneeded;  /* files that the master does not name; no fault */
    cln_status worst; /* CLN_OK, CLN_ERR_DATA or CLN_ERR_IO */
} cln_verification;

/* Collective; arguments must agree. Reads everything, in parallel. A dataset
 * that does not exist is CLN_ERR_USAGE and a master that cannot be read
 * CLN_ERR_IO; all else that is wrong is in the verification, which the caller
 * cleans up. */
CLN_CHECKED cln_status cln_dataset_verify(cln_verification *verification, const cln_comm *comm, const char *store_dir,
                                          const char *dataset, cln_error *err);
void cln_verification_clean_up(cln_verification *verification);

/* Local (rank 0). Adds what a caller found besides; partition is an id of the
 * manifest or "". */
CLN_CHECKED cln_status cln_verification_add(cln_verification *verification, cln_status kind, const char *partition,
                                            const char *what, cln_error *err);

#endif
