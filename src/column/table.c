/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/column/table.h"

#include "colonnade/base/memory.h"

#include <math.h>
#include <stdlib.h>

static cln_status copy_names(cln_table *table, const char *title, const char *const *column_names, cln_error *err) {
    if (title != NULL) CLN_TRY(cln_copy_string(&table->title, title, err));
    CLN_TRY(cln_new_array(&table->column_names, table->column_count, sizeof *table->column_names, err));
    for (size_t i = 0; i < table->column_count; i++) {
        CLN_TRY(cln_copy_string(&table->column_names[i], column_names[i], err));
    }
    return CLN_OK;
}

cln_status cln_table_init(cln_table *table, const char *title, const char *const *column_names, size_t column_count,
                          cln_error *err) {
    *table = (cln_table){.column_count = column_count};
    const cln_status status = copy_names(table, title, column_names, err);
    if (status != CLN_OK) cln_table_clean_up(table);
    return status;
}

static void clear_cell(cln_cell *cell) {
    if (cell->kind == CLN_CELL_TEXT) free(cell->as.text);
    *cell = (cln_cell){.kind = CLN_CELL_NULL};
}

void cln_table_clean_up(cln_table *table) {
    for (size_t i = 0; i < table->row_count * table->column_count; i++) clear_cell(&table->cells[i]);
    for (size_t i = 0; table->column_names != NULL && i < table->column_count; i++) free(table->column_names[i]);
    free(table->cells);
    free(table->column_names);
    free(table->title);
    *table = (cln_table){0};
}

cln_status cln_table_add_row(cln_table *table, cln_cell **cells, cln_error *err) {
    const size_t row_bytes = (table->column_count == 0 ? 1 : table->column_count) * sizeof(cln_cell);
    CLN_TRY(cln_grow_array(&table->cells, &table->row_capacity, table->row_count + 1, row_bytes, err));
    *cells = table->cells + table->row_count * table->column_count;
    for (size_t i = 0; i < table->column_count; i++) (*cells)[i] = (cln_cell){.kind = CLN_CELL_NULL};
    table->row_count++;
    return CLN_OK;
}

void cln_table_drop_row(cln_table *table) {
    table->row_count--;
    cln_cell *cells = table->cells + table->row_count * table->column_count;
    for (size_t i = 0; i < table->column_count; i++) clear_cell(&cells[i]);
}

void cln_cell_set_integer(cln_cell *cell, int64_t value) {
    clear_cell(cell);
    cell->kind = CLN_CELL_INTEGER;
    cell->as.integer = value;
}

void cln_cell_set_double(cln_cell *cell, double value, int decimals) {
    clear_cell(cell);
    if (isnan(value)) return;
    cell->kind = CLN_CELL_DOUBLE;
    cell->decimals = decimals;
    cell->as.number = value;
}

cln_status cln_cell_set_text(cln_cell *cell, cln_span text, cln_error *err) {
    char *copy;
    CLN_TRY(cln_copy_span(&copy, text, err));
    clear_cell(cell);
    cell->kind = CLN_CELL_TEXT;
    cell->as.text = copy;
    return CLN_OK;
}
