/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Writes a partition from what the ranks have staged: row offsets by prefix
 * sums over the stripes, dictionaries merged, and every block put at its
 * place in the file.
 */
#ifndef COLONNADE_INGEST_FINALISE_H
#define COLONNADE_INGEST_FINALISE_H

#include "colonnade/ingest/decoder.h"
#include "colonnade/ingest/final_column.h"

/* The final columns of one file: the record numbers, the schema's columns and
 * the columns of the list of rejects. */
typedef struct cln_final_tables {
    const cln_decoder *decoder;
    uint64_t stripe_count;
    uint64_t *rows_before;    /* stripe_count + 1: stored rows before a stripe */
    uint64_t *rejects_before; /* ... entries of the list of rejects */
    cln_final_column records;
    size_t column_count;
    cln_final_column *columns;
    cln_final_column rejects[CLN_REJECT_COLUMN_COUNT];
} cln_final_tables;

/* Collective, behind the sweep. Borrows the decoder. The caller cleans up,
 * also on failure. */
CLN_CHECKED cln_status cln_final_tables_init(cln_final_tables *tables, const cln_comm *comm, const cln_decoder *decoder,
                                             uint64_t stripe_count, cln_error *err);
void cln_final_tables_clean_up(cln_final_tables *tables);

/* Collective; arguments must agree. Creates path and writes both tables, or
 * with only_rejects the list of rejects alone. The caller finishes the
 * writer, or abandons it. */
CLN_CHECKED cln_status cln_final_tables_write(cln_final_tables *tables, const cln_comm *comm, const char *path,
                                              bool only_rejects, cln_partition_writer **writer, cln_error *err);

/* Collective. Cells of all columns that a synonym replaced, over all ranks;
 * known once the tables are written. */
uint64_t cln_final_tables_renamed(const cln_final_tables *tables, const cln_comm *comm);

/* Local, the same on all ranks: whether the column is declared a category but
 * has too many values, and is text. */
bool cln_final_tables_is_demoted(const cln_final_tables *tables, size_t column);

#endif
