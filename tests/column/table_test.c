/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/column/table.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static cln_cell *add_row(cln_table *table) {
    cln_cell *cells;
    assert_int_equal(cln_table_add_row(table, &cells, NULL), CLN_OK);
    return cells;
}

static void owns_its_names(void **state) {
    (void)state;
    char first[] = "month";
    const char *const names[] = {first, "accidents"};
    cln_table table;
    assert_int_equal(cln_table_init(&table, NULL, names, 2, NULL), CLN_OK);
    first[0] = 'X';
    assert_string_equal(table.column_names[0], "month");
    assert_null(table.title);
    cln_table_clean_up(&table);
    assert_int_equal(cln_table_init(&table, first, names, 2, NULL), CLN_OK);
    first[0] = 'Y';
    assert_string_equal(table.title, "Xonth");
    cln_table_clean_up(&table);
}

static void keeps_every_row_while_it_grows(void **state) {
    (void)state;
    static const char *const names[] = {"number", "text", "share"};
    cln_table table;
    assert_int_equal(cln_table_init(&table, "rows", names, 3, NULL), CLN_OK);
    char text[32];
    for (int i = 0; i < 1000; i++) {
        cln_cell *cells = add_row(&table);
        cln_cell_set_integer(&cells[0], i);
        const int size = snprintf(text, sizeof text, "row %d", i);
        if (i % 3 == 0) assert_int_equal(cln_cell_set_text(&cells[1], cln_span_of(text, (size_t)size), NULL), CLN_OK);
        cln_cell_set_double(&cells[2], i / 2.0, 1);
    }
    assert_int_equal(table.row_count, 1000);
    for (int i = 0; i < 1000; i++) {
        (void)snprintf(text, sizeof text, "row %d", i);
        assert_int_equal(cln_table_cell(&table, (size_t)i, 0)->as.integer, i);
        const cln_cell *cell = cln_table_cell(&table, (size_t)i, 1);
        assert_int_equal(cell->kind, i % 3 == 0 ? CLN_CELL_TEXT : CLN_CELL_NULL);
        if (i % 3 == 0) assert_string_equal(cell->as.text, text);
        assert_true(cln_table_cell(&table, (size_t)i, 2)->as.number == i / 2.0);
    }
    cln_table_clean_up(&table);
}

static void cells_change_their_kind(void **state) {
    (void)state;
    static const char *const names[] = {"value"};
    cln_table table;
    assert_int_equal(cln_table_init(&table, NULL, names, 1, NULL), CLN_OK);
    cln_cell *cell = add_row(&table);
    assert_int_equal(cell->kind, CLN_CELL_NULL);
    assert_int_equal(cln_cell_set_text(cell, cln_span_of_string("Five Points"), NULL), CLN_OK);
    /* A text may be made of the cell's own. */
    assert_int_equal(cln_cell_set_text(cell, cln_span_of(cell->as.text, 4), NULL), CLN_OK);
    assert_string_equal(cell->as.text, "Five");
    cln_cell_set_double(cell, 0.125, 2);
    assert_int_equal(cell->kind, CLN_CELL_DOUBLE);
    assert_int_equal(cell->decimals, 2);
    cln_cell_set_double(cell, NAN, 2);
    assert_int_equal(cell->kind, CLN_CELL_NULL);
    cln_cell_set_integer(cell, INT64_MIN);
    assert_int_equal(cell->kind, CLN_CELL_INTEGER);
    assert_true(cell->as.integer == INT64_MIN);
    cln_table_clean_up(&table);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(owns_its_names),
        cmocka_unit_test(keeps_every_row_while_it_grows),
        cmocka_unit_test(cells_change_their_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
