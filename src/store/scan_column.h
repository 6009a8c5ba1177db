/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One column of a scan: it goes from partition to partition and gives vectors
 * of one type with one dictionary. All functions but unite are local.
 */
#ifndef COLONNADE_STORE_SCAN_COLUMN_H
#define COLONNADE_STORE_SCAN_COLUMN_H

#include "widen.h"

typedef struct cln_scan_column {
    char *name;
    cln_type type;
    cln_dictionary united; /* category: of all partitions in the scan */
    size_t first_partition;
    size_t partition_count;
    int32_t **remaps; /* category: for each partition its codes in united; NULL where it has none */
    bool is_recorded; /* the partition that was entered has the column */
    cln_column_file file;
    cln_dictionary own; /* of the partition that was entered */
    cln_widening how;
    uint64_t zone;
    cln_stored_block block; /* the zone that was loaded */
    cln_widened room;
} cln_scan_column;

CLN_CHECKED cln_status cln_scan_column_init(cln_scan_column *column, const char *name, cln_type type, cln_error *err);
void cln_scan_column_clean_up(cln_scan_column *column);

/* Partitions of a dataset. */
typedef struct cln_partition_range {
    cln_partition_file *partitions;
    size_t first, end;
    size_t table;
} cln_partition_range;

/* Collective; arguments must agree. For each category: one dictionary of the
 * partitions, and the remaps. Rank 0 reads the partitions' dictionaries for
 * all. */
CLN_CHECKED cln_status cln_scan_columns_unite(cln_scan_column *columns, size_t column_count, const cln_comm *comm,
                                              const cln_partition_range *range, cln_error *err);

CLN_CHECKED cln_status cln_scan_column_enter(cln_scan_column *column, cln_partition_file *partition, size_t table,
                                             size_t partition_index, cln_error *err);
void cln_scan_column_leave(cln_scan_column *column);

/* Loads a zone of the partition that was entered. */
CLN_CHECKED cln_status cln_scan_column_load(cln_scan_column *column, uint64_t zone, cln_error *err);

/* How many rows from first on, at most count, one vector should hold. */
size_t cln_scan_column_limit(const cln_scan_column *column, size_t first, size_t count);

/* The vector of rows [first, first + count) of the zone; valid until the next
 * call. *recorded is false where the partition lacks the column. */
CLN_CHECKED cln_status cln_scan_column_read(cln_scan_column *column, size_t first, size_t count, cln_vector *vector,
                                            bool *recorded, cln_error *err);

#endif
