/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "colonnade/report/area.h"
#include "colonnade/report/comparison.h"
#include "report/tables.h"

#include <math.h>

static void expect_key(const char *name, const char *expected) {
    cln_buffer key;
    cln_buffer_init(&key, SIZE_MAX);
    assert_int_equal(cln_area_normalise(cln_span_of_string(name), &key, NULL), CLN_OK);
    assert_int_equal(cln_buffer_terminate(&key, NULL), CLN_OK);
    assert_string_equal(key.data, expected);
    cln_buffer_clean_up(&key);
}

static void test_spellings_become_equal(void **state) {
    (void)state;
    expect_key("Five Points", "five-points");
    expect_key("five-points", "five-points");
    expect_key("  Gateway - Green  Valley Ranch. ", "gateway-green-valley-ranch");
    expect_key("Peña 2", "peña-2");
    expect_key("--", "");
    expect_key("", "");
}

static void fill(cln_areas *areas, const cln_table *table) {
    cln_areas_init(areas);
    assert_int_equal(cln_areas_add_table(areas, table, NULL), CLN_OK);
    assert_int_equal(cln_areas_sort(areas, NULL), CLN_OK);
}

static void test_areas_are_merged_and_sorted(void **state) {
    (void)state;
    cln_table table;
    table_begin(&table, 2);
    table_add_area(&table, "--", 2);
    table_add_area(&table, "Baker", 4);
    table_add_area(&table, "Five Points", 3);
    table_add_area(&table, "five-points", 7);
    table_add_area(&table, "zuni", 4);
    table_add_area(&table, MISSING, 11);
    table_add_area(&table, CLN_NOT_RECORDED, 100);
    cln_areas areas;
    fill(&areas, &table);
    assert_int_equal(areas.count, 3);
    assert_string_equal(areas.items[0].label, "Five Points");
    assert_int_equal(areas.items[0].count, 10);
    assert_string_equal(areas.items[1].key, "baker");
    assert_string_equal(areas.items[2].key, "zuni");
    assert_int_equal(areas.located, 18);
    assert_int_equal(areas.missing, 13);
    assert_int_equal(areas.not_recorded, 100);
    assert_ptr_equal(cln_areas_find(&areas, "zuni"), &areas.items[2]);
    assert_null(cln_areas_find(&areas, "Zuni"));
    cln_areas_clean_up(&areas);
    cln_table_clean_up(&table);
}

static void test_integers_are_areas_too(void **state) {
    (void)state;
    cln_table table;
    table_begin(&table, 2);
    cln_cell *cells = table_row(&table);
    cln_cell_set_integer(&cells[0], 10);
    cln_cell_set_integer(&cells[1], 5);
    cln_areas areas;
    fill(&areas, &table);
    assert_string_equal(areas.items[0].label, "10");
    cln_areas_clean_up(&areas);
    cln_table_clean_up(&table);
}

static void test_comparison_lists_what_does_not_join(void **state) {
    (void)state;
    cln_table accidents, calls;
    table_begin(&accidents, 2);
    table_add_area(&accidents, "baker", 60);
    table_add_area(&accidents, "cole", 30);
    table_add_area(&accidents, "Stapleton", 10);
    table_begin(&calls, 2);
    table_add_area(&calls, "Baker", 1);
    table_add_area(&calls, "Central Park", 2);
    table_add_area(&calls, "Cole", 7);
    cln_areas a, c;
    fill(&a, &accidents);
    fill(&c, &calls);
    cln_comparison comparison;
    assert_int_equal(cln_comparison_compute(&comparison, &a, &c, NULL), CLN_OK);
    assert_int_equal(comparison.count, 4);
    assert_int_equal(comparison.joined, 2);
    assert_string_equal(cln_compared_label(&comparison.items[0]), "Baker");
    assert_true(fabs(comparison.items[0].difference - (0.1 - 0.6)) < 1e-12);
    assert_true(fabs(comparison.items[1].difference - (0.7 - 0.3)) < 1e-12);
    assert_string_equal(cln_compared_label(&comparison.items[2]), "Stapleton");
    assert_null(comparison.items[2].calls);
    assert_string_equal(cln_compared_label(&comparison.items[3]), "Central Park");
    assert_null(comparison.items[3].accidents);
    assert_true(isnan(comparison.items[3].difference));
    assert_false(comparison.correlation.is_defined);
    cln_comparison_clean_up(&comparison);
    cln_areas_clean_up(&a);
    cln_areas_clean_up(&c);
    cln_table_clean_up(&accidents);
    cln_table_clean_up(&calls);
}

static void test_comparison_of_nothing(void **state) {
    (void)state;
    cln_table empty;
    table_begin(&empty, 2);
    cln_areas a, c;
    fill(&a, &empty);
    fill(&c, &empty);
    cln_comparison comparison;
    assert_int_equal(cln_comparison_compute(&comparison, &a, &c, NULL), CLN_OK);
    assert_int_equal(comparison.count, 0);
    cln_comparison_clean_up(&comparison);
    cln_areas_clean_up(&a);
    cln_areas_clean_up(&c);
    cln_table_clean_up(&empty);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spellings_become_equal), cmocka_unit_test(test_areas_are_merged_and_sorted),
        cmocka_unit_test(test_integers_are_areas_too), cmocka_unit_test(test_comparison_lists_what_does_not_join),
        cmocka_unit_test(test_comparison_of_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
