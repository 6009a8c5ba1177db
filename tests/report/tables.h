/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reduced tables as a plan gives them, written by hand.
 */
#ifndef COLONNADE_TESTS_REPORT_TABLES_H
#define COLONNADE_TESTS_REPORT_TABLES_H

#include "colonnade/column/table.h"
#include "colonnade/query/plan.h"

#include <stdlib.h>

#define MISSING NULL

static inline void table_begin(cln_table *table, size_t column_count) {
    static const char *const names[] = {"first", "second", "third"};
    if (cln_table_init(table, NULL, names, column_count, NULL) != CLN_OK) abort();
}

static inline cln_cell *table_row(cln_table *table) {
    cln_cell *cells;
    if (cln_table_add_row(table, &cells, NULL) != CLN_OK) abort();
    return cells;
}

static inline void table_text(cln_cell *cell, const char *text) {
    if (text != MISSING && cln_cell_set_text(cell, cln_span_of_string(text), NULL) != CLN_OK) abort();
}

/* (text, count) */
static inline void table_add_area(cln_table *table, const char *name, int64_t count) {
    cln_cell *cells = table_row(table);
    table_text(&cells[0], name);
    cln_cell_set_integer(&cells[1], count);
}

/* (year, month, count); year 0: null; year -1: not recorded */
static inline void table_add_month(cln_table *table, int year, int month, int64_t count) {
    cln_cell *cells = table_row(table);
    if (year > 0) cln_cell_set_integer(&cells[0], year);
    if (year > 0) cln_cell_set_integer(&cells[1], month);
    if (year < 0) table_text(&cells[0], CLN_NOT_RECORDED);
    if (year < 0) table_text(&cells[1], CLN_NOT_RECORDED);
    cln_cell_set_integer(&cells[2], count);
}

/* (month, condition, count); month 0: null */
static inline void table_add_condition(cln_table *table, int month, const char *condition, int64_t count) {
    cln_cell *cells = table_row(table);
    if (month > 0) cln_cell_set_integer(&cells[0], month);
    table_text(&cells[1], condition);
    cln_cell_set_integer(&cells[2], count);
}

#endif
