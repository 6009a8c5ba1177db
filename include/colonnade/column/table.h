/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A small result: named columns, rows of typed cells. It owns everything in
 * it. It lives on rank 0 and is what output prints and plots draw.
 * All functions are local.
 */
#ifndef COLONNADE_COLUMN_TABLE_H
#define COLONNADE_COLUMN_TABLE_H

#include "colonnade/base/span.h"
#include "colonnade/base/status.h"

#include <stddef.h>
#include <stdint.h>

typedef enum cln_cell_kind {
    CLN_CELL_NULL,
    CLN_CELL_INTEGER,
    CLN_CELL_DOUBLE,
    CLN_CELL_TEXT,
} cln_cell_kind;

typedef struct cln_cell {
    cln_cell_kind kind;
    int decimals; /* double: digits behind the point when printed; -1: shortest that reads back the same */
    union {
        int64_t integer;
        double number;
        char *text; /* owned by the table, NUL-terminated, valid UTF-8 */
    } as;
} cln_cell;

typedef struct cln_table {
    char *title; /* may be NULL; printed above a table, part of no CSV */
    size_t column_count;
    char **column_names;
    size_t row_count;
    size_t row_capacity;
    cln_cell *cells; /* row_count × column_count, row by row */
} cln_table;

/* column_names are copied. The caller cleans the table up. */
CLN_CHECKED cln_status cln_table_init(cln_table *table, const char *title, const char *const *column_names,
                                      size_t column_count, cln_error *err);
void cln_table_clean_up(cln_table *table);

/* Adds a row of nulls; *cells borrows its column_count cells until the next row. */
CLN_CHECKED cln_status cln_table_add_row(cln_table *table, cln_cell **cells, cln_error *err);

/* Takes the last row away again: one that could not be filled, of a table that
 * is shown all the same. */
void cln_table_drop_row(cln_table *table);

void cln_cell_set_integer(cln_cell *cell, int64_t value);
void cln_cell_set_double(cln_cell *cell, double value, int decimals); /* NaN becomes null */
CLN_CHECKED cln_status cln_cell_set_text(cln_cell *cell, cln_span text, cln_error *err);

static inline const cln_cell *cln_table_cell(const cln_table *table, size_t row, size_t column) {
    return &table->cells[row * table->column_count + column];
}

#endif
