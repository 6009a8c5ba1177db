/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Stored values to the canonical vectors of column/vector.h, in the type that
 * the column has over all partitions. All functions are local.
 */
#ifndef COLONNADE_STORE_WIDEN_H
#define COLONNADE_STORE_WIDEN_H

#include "column_file.h"

/* What becomes of one partition's column. */
typedef struct cln_widening {
    cln_type to;
    const cln_dictionary *dictionary; /* of the partition's category column, or of texts with numbers */
    const int32_t *remap;             /* its codes in the dictionary of all partitions, when to is category */
} cln_widening;

/* Room for a vector, used again for each block. */
typedef struct cln_widened {
    cln_buffer values; /* integers, doubles, codes, or offsets */
    cln_buffer bytes;  /* texts that were made of other types */
} cln_widened;

/* Rows [first, first + count) of a block; their texts must be loaded.
 * *vector borrows from block and room until their next use. A code without a
 * category and a boolean that is neither 0 nor 1 are CLN_ERR_IO. */
CLN_CHECKED cln_status cln_widen(const cln_column_file *column, const cln_stored_block *block, size_t first,
                                 size_t count, const cln_widening *how, cln_widened *room, cln_vector *vector,
                                 cln_error *err);

/* How many of the rows from first on, at most count and at least one, have
 * texts of no more than CLN_TEXT_BYTES. */
size_t cln_widen_limit(const cln_column_file *column, const cln_stored_block *block, size_t first, size_t count,
                       const cln_widening *how);

/* A vector of nulls. */
CLN_CHECKED cln_status cln_widen_nulls(cln_type type, size_t rows, cln_widened *room, cln_vector *vector,
                                       cln_error *err);

#endif
