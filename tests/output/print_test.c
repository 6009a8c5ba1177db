/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "colonnade/output/cell.h"
#include "colonnade/output/print.h"

static void make_table(cln_table *table) {
    static const char *const names[] = {"area", "calls", "share", "note, \"odd\""};
    cln_cell *cells;
    assert_int_equal(cln_table_init(table, "Calls by area", names, 4, NULL), CLN_OK);
    assert_int_equal(cln_table_add_row(table, &cells, NULL), CLN_OK);
    assert_int_equal(cln_cell_set_text(&cells[0], cln_span_of_string("Peña \"Blvd\""), NULL), CLN_OK);
    cln_cell_set_integer(&cells[1], 1200);
    cln_cell_set_double(&cells[2], 0.5, 3);
    assert_int_equal(cln_table_add_row(table, &cells, NULL), CLN_OK);
    assert_int_equal(cln_cell_set_text(&cells[0], cln_span_of_string("a,\nb\x1b"), NULL), CLN_OK);
    cln_cell_set_integer(&cells[1], -3);
    assert_int_equal(cln_cell_set_text(&cells[3], cln_span_of_string(""), NULL), CLN_OK);
    assert_int_equal(cln_table_add_row(table, &cells, NULL), CLN_OK);
    assert_int_equal(cln_cell_set_text(&cells[0], cln_span_of_string("x"), NULL), CLN_OK);
    cln_cell_set_double(&cells[2], -0.0001, 3);
    assert_int_equal(cln_cell_set_text(&cells[3], cln_span_of_string("y"), NULL), CLN_OK);
}

static void expect_print(const cln_table *table, cln_output_format format, const char *expected) {
    cln_buffer out;
    cln_buffer_init(&out, SIZE_MAX);
    assert_int_equal(cln_print_table(table, format, &out, NULL), CLN_OK);
    assert_int_equal(cln_buffer_terminate(&out, NULL), CLN_OK);
    assert_string_equal(out.data, expected);
    cln_buffer_clean_up(&out);
}

static void test_aligned(void **state) {
    (void)state;
    cln_table table;
    make_table(&table);
    expect_print(&table, CLN_OUTPUT_TABLE,
                 "Calls by area\n"
                 "area         calls  share  note, \"odd\"\n"
                 "-----------  -----  -----  -----------\n"
                 "Peña \"Blvd\"   1200  0.500\n"
                 "a,\\nb\\x1B       -3\n"
                 "x                   0.000  y\n");
    cln_table_clean_up(&table);
}

static void test_row_limit(void **state) {
    (void)state;
    cln_table table;
    make_table(&table);
    cln_buffer out;
    cln_buffer_init(&out, SIZE_MAX);
    assert_int_equal(cln_print_aligned(&table, 1, &out, NULL), CLN_OK);
    assert_int_equal(cln_buffer_terminate(&out, NULL), CLN_OK);
    assert_non_null(strstr(out.data, "Peña"));
    assert_null(strstr(out.data, "-3"));
    cln_buffer_clean_up(&out);
    cln_table_clean_up(&table);
}

static void test_csv(void **state) {
    (void)state;
    cln_table table;
    make_table(&table);
    expect_print(&table, CLN_OUTPUT_CSV,
                 "area,calls,share,\"note, \"\"odd\"\"\"\n"
                 "\"Peña \"\"Blvd\"\"\",1200,0.500,\n"
                 "\"a,\nb\x1b\",-3,,\"\"\n"
                 "x,,0.000,y\n");
    cln_table_clean_up(&table);
}

static void test_json(void **state) {
    (void)state;
    cln_table table;
    make_table(&table);
    expect_print(
        &table, CLN_OUTPUT_JSON,
        "[\n"
        "  {\"area\": \"Peña \\\"Blvd\\\"\", \"calls\": 1200, \"share\": 0.500, \"note, \\\"odd\\\"\": null},\n"
        "  {\"area\": \"a,\\nb\\u001b\", \"calls\": -3, \"share\": null, \"note, \\\"odd\\\"\": \"\"},\n"
        "  {\"area\": \"x\", \"calls\": null, \"share\": 0.000, \"note, \\\"odd\\\"\": \"y\"}\n"
        "]\n");
    cln_table_clean_up(&table);
}

static void test_a_table_without_rows(void **state) {
    (void)state;
    static const char *const names[] = {"a", "b"};
    cln_table table;
    assert_int_equal(cln_table_init(&table, NULL, names, 2, NULL), CLN_OK);
    expect_print(&table, CLN_OUTPUT_TABLE, "a  b\n-  -\n");
    expect_print(&table, CLN_OUTPUT_CSV, "a,b\n");
    expect_print(&table, CLN_OUTPUT_JSON, "[]\n");
    cln_table_clean_up(&table);
}

static void expect_number(double value, int decimals, const char *expected) {
    cln_buffer out;
    cln_buffer_init(&out, SIZE_MAX);
    const cln_cell cell = {.kind = CLN_CELL_DOUBLE, .decimals = decimals, .as.number = value};
    assert_int_equal(cln_cell_append(&cell, &out, NULL), CLN_OK);
    assert_int_equal(cln_buffer_terminate(&out, NULL), CLN_OK);
    assert_string_equal(out.data, expected);
    cln_buffer_clean_up(&out);
}

static void test_numbers(void **state) {
    (void)state;
    expect_number(0.1, -1, "0.1");
    expect_number(2.0 / 3, 2, "0.67");
    expect_number(-0.0004, 3, "0.000");
    expect_number(-0.0006, 3, "-0.001");
    expect_number(12345678901234567000.0, 1, "12345678901234567168.0");
}

static void test_formats_have_names(void **state) {
    (void)state;
    cln_output_format format = CLN_OUTPUT_TABLE;
    cln_error err = {""};
    assert_int_equal(cln_output_format_parse("json", &format, &err), CLN_OK);
    assert_int_equal(format, CLN_OUTPUT_JSON);
    assert_int_equal(cln_output_format_parse("xml", &format, &err), CLN_ERR_USAGE);
    assert_non_null(strstr(err.message, "table, csv or json"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_aligned),
        cmocka_unit_test(test_row_limit),
        cmocka_unit_test(test_csv),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_a_table_without_rows),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_formats_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
