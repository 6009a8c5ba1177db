/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Batches of rows, and where they come from. A query knows nothing but a
 * batch source: the store is one, CSV files and memory are others.
 */
#ifndef COLONNADE_COLUMN_BATCH_H
#define COLONNADE_COLUMN_BATCH_H

#include "colonnade/base/status.h"
#include "colonnade/column/dictionary.h"
#include "colonnade/column/vector.h"

#include <stdbool.h>
#include <stdint.h>

/* One column of what a source gives. A category has one dictionary for the
 * whole source, so that codes mean the same in every batch and on every rank;
 * the source owns it. */
typedef struct cln_batch_column {
    const char *name;
    cln_type type;
    const cln_dictionary *dictionary;
} cln_batch_column;

typedef struct cln_batch {
    size_t rows;               /* 0: the end */
    const cln_vector *vectors; /* one for each column of the source */
    const bool *recorded;      /* one for each column: false where this partition's files have no such column; its
                                * vector's pointers are then NULL */
    const char *partition;     /* the partition's id */
} cln_batch;

typedef struct cln_batch_source cln_batch_source;
struct cln_batch_source {
    size_t column_count;
    const cln_batch_column *columns;
    /* Local: each rank gets its own share of the rows, every row goes to
     * exactly one rank. The batch is valid until the next call. */
    CLN_CHECKED cln_status (*get_next)(cln_batch_source *self, cln_batch *batch, cln_error *err);
    void (*release)(cln_batch_source *self); /* local; closes and frees */
};

#endif
