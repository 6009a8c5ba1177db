/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Finding the rows whose key another row has too. Keys go to the ranks by
 * their hash, as much at a time as fits, and are compared there; what is found
 * to be a duplicate goes to rank 0 in the order of rows.
 */
#ifndef COLONNADE_STORE_DUPLICATE_SEARCH_H
#define COLONNADE_STORE_DUPLICATE_SEARCH_H

#include "colonnade/par/exchange.h"
#include "colonnade/store/dataset.h"
#include "key_text.h"
#include "layout.h"

/* A row of the dataset as one number, in order of partition and row: each
 * partition begins with a zone of its own. */
typedef struct cln_positions {
    size_t partition_count;
    uint64_t *first_zones; /* of each partition, and the end of the last */
} cln_positions;

/* Local. Of the partitions of a manifest. */
CLN_CHECKED cln_status cln_positions_init(cln_positions *positions, const cln_manifest *manifest, cln_error *err);
void cln_positions_clean_up(cln_positions *positions);
size_t cln_position_partition(const cln_positions *positions, uint64_t position);
static inline uint64_t cln_position_of(const cln_positions *positions, size_t partition, uint64_t row) {
    return positions->first_zones[partition] * CLN_ZONE_ROWS + row;
}
static inline uint64_t cln_position_row(const cln_positions *positions, size_t partition, uint64_t position) {
    return position - positions->first_zones[partition] * CLN_ZONE_ROWS;
}

enum { CLN_EXAMPLE_COUNT = 3 };

typedef struct cln_duplicate_pair {
    uint64_t duplicate, kept; /* positions */
} cln_duplicate_pair;

typedef struct cln_duplicate_search {
    const cln_comm *comm;
    cln_dataset *dataset; /* all ranks have opened it */
    cln_key_spec spec;
    bool keep_last;
    bool wants_positions; /* all duplicates; else only their numbers */
    bool wants_examples;
    const char *scratch_dir;
    uint64_t memory_bytes;
    cln_positions positions;
    /* What was found: */
    uint64_t *counts;    /* of each partition; all ranks have them */
    cln_exchange *found; /* their positions (uint64), settled; bucket b, of rank 0, has those of zones
                          * [b × zones_per_bucket, (b + 1) × zones_per_bucket) */
    size_t bucket_count;
    uint64_t zones_per_bucket;
    size_t example_count; /* rank 0; in order of the duplicates */
    cln_duplicate_pair examples[CLN_EXAMPLE_COUNT];
} cln_duplicate_search;

/* Collective. The search's first members are set, positions included; the
 * rest is zero. Columns that no partition has may not be among the spec's. */
CLN_CHECKED cln_status cln_duplicate_search_run(cln_duplicate_search *search, cln_error *err);

/* Local. Everything but the dataset. */
void cln_duplicate_search_clean_up(cln_duplicate_search *search);

#endif
