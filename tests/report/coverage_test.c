/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What data cover, from the rows of their months: some wrong dates must not
 * stretch it, and few rows or a short gap must not tear it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "colonnade/base/date.h"
#include "colonnade/report/coverage.h"

static const int64_t seconds_a_day = 86400;

/* The rows of a month from one of its days to another. */
static cln_month_rows rows(int year, int month, int first_day, int last_day, int64_t count) {
    const int64_t first = cln_days_from_civil(year, month, first_day),
                  last = cln_days_from_civil(year, month, last_day);
    return (cln_month_rows){year, month, count, first * seconds_a_day, last * seconds_a_day + seconds_a_day - 1};
}

static void expect(cln_coverage *coverage, const char *periods, const char *strays) {
    cln_buffer text;
    cln_buffer_init(&text, SIZE_MAX);
    cln_coverage_finish(coverage);
    assert_int_equal(cln_periods_append(&coverage->periods, &text, NULL), CLN_OK);
    assert_int_equal(cln_buffer_terminate(&text, NULL), CLN_OK);
    assert_string_equal(text.data, periods);
    cln_buffer_clear(&text);
    assert_int_equal(cln_coverage_append_strays(coverage, &text, NULL), CLN_OK);
    assert_int_equal(cln_buffer_terminate(&text, NULL), CLN_OK);
    assert_string_equal(text.data, strays);
    cln_buffer_clean_up(&text);
}

static void add(cln_coverage *coverage, const cln_month_rows *months, size_t count) {
    assert_int_equal(cln_coverage_add_partition(coverage, months, count, NULL), CLN_OK);
}

static void expect_of(const cln_month_rows *months, size_t count, const char *periods, const char *strays) {
    cln_coverage coverage = {0};
    add(&coverage, months, count);
    expect(&coverage, periods, strays);
    cln_coverage_clean_up(&coverage);
}

#define EXPECT_OF(periods, strays, ...)                                                                                \
    do {                                                                                                               \
        const cln_month_rows months[] = {__VA_ARGS__};                                                                 \
        expect_of(months, sizeof months / sizeof *months, periods, strays);                                            \
    } while (0)

static void test_wrong_years_cover_nothing(void **state) {
    (void)state;
    EXPECT_OF("2015-02-01 to 2015-02-28", "1970-01: 1", rows(1970, 1, 1, 1, 1), rows(2015, 2, 1, 28, 300));
    EXPECT_OF("2015-02-01 to 2015-03-31", "1970-01: 1, 1970-02: 2, 2015-05: 1, 9998-12: 1,234",
              rows(1970, 1, 31, 31, 1), rows(1970, 2, 1, 1, 2), rows(2015, 2, 1, 28, 20000),
              rows(2015, 3, 1, 31, 19000), rows(2015, 5, 2, 2, 1), rows(9998, 12, 31, 31, 1234));
    EXPECT_OF("2005-02-01 to 2005-02-28 and 2015-02-03 to 2015-02-28", "2010-07: 3", rows(2005, 2, 1, 28, 300),
              rows(2010, 7, 1, 31, 3), rows(2015, 2, 3, 28, 200));
    expect_of(NULL, 0, "no day", "");
}

/* Data begin and end on any day of a month. */
static void test_ends_within_a_month_are_covered(void **state) {
    (void)state;
    EXPECT_OF("2015-01-30 to 2015-04-02", "", rows(2015, 1, 30, 31, 20), rows(2015, 2, 1, 28, 300),
              rows(2015, 3, 1, 31, 300), rows(2015, 4, 1, 2, 20));
    EXPECT_OF("2015-02-01 to 2015-03-31", "2015-01: 20, 2015-04: 20", rows(2015, 1, 1, 31, 20),
              rows(2015, 2, 1, 28, 300), rows(2015, 3, 1, 31, 300), rows(2015, 4, 1, 30, 20));
}

/* A year that has its January alone lies within the data; whether it counts is judged by year. */
static void test_short_gaps_are_bridged(void **state) {
    (void)state;
    EXPECT_OF("2013-01-01 to 2014-02-28", "", rows(2013, 1, 1, 31, 900), rows(2013, 6, 1, 1, 1),
              rows(2014, 2, 1, 28, 900));
    EXPECT_OF("2013-01-01 to 2013-01-31 and 2014-03-01 to 2014-03-31", "2013-06: 1", rows(2013, 1, 1, 31, 900),
              rows(2013, 6, 1, 1, 1), rows(2014, 3, 1, 31, 900));
}

static void test_few_rows_cover_all_months(void **state) {
    (void)state;
    EXPECT_OF("2021-01-05 to 2022-01-09", "", rows(2021, 1, 5, 5, 1), rows(2021, 6, 2, 9, 29), rows(2022, 1, 9, 9, 1));
    EXPECT_OF("1970-01-01 to 1970-01-01, 2021-01-05 to 2021-01-06 and 9998-01-01 to 9998-01-01", "",
              rows(1970, 1, 1, 1, 1), rows(2021, 1, 5, 6, 2), rows(9998, 1, 1, 1, 1));
}

static void test_impossible_times_are_strays(void **state) {
    (void)state;
    EXPECT_OF("2021-01-05 to 2021-01-06", "-001-12: 40, 10000-01: 50", rows(-1, 12, 1, 31, 40), rows(2021, 1, 5, 6, 2),
              rows(10000, 1, 1, 31, 50));
    EXPECT_OF("2021-01-05 to 2021-01-06", "2021-02: 1", rows(2021, 1, 5, 6, 2),
              (cln_month_rows){2021, 2, 1, INT64_MAX, INT64_MAX});
}

static void test_partitions_are_judged_each_by_itself(void **state) {
    (void)state;
    cln_coverage coverage = {0};
    const cln_month_rows big[] = {rows(2014, 1, 1, 31, 5000), rows(2016, 1, 1, 1, 2), rows(2019, 9, 9, 9, 1)};
    const cln_month_rows small[] = {rows(2016, 1, 1, 31, 40), rows(2016, 2, 1, 29, 40), rows(2019, 9, 1, 1, 1)};
    add(&coverage, big, 3);
    add(&coverage, small, 3);
    expect(&coverage, "2014-01-01 to 2014-01-31 and 2016-01-01 to 2016-02-29", "2019-09: 2");
    assert_int_equal(cln_coverage_stray_rows(&coverage), 2);
    assert_int_equal(cln_coverage_far_strays(&coverage), 0);
    cln_coverage_clean_up(&coverage);
}

/* A remnant of the year before is one thing, a mistyped century another. */
static void test_far_strays_are_told_apart(void **state) {
    (void)state;
    cln_coverage coverage = {0};
    const cln_month_rows months[] = {rows(1970, 1, 1, 1, 1), rows(2005, 2, 1, 9, 2), rows(2015, 1, 1, 31, 5000),
                                     rows(2015, 9, 1, 9, 2), rows(2025, 3, 1, 9, 2)};
    add(&coverage, months, 5);
    cln_coverage_finish(&coverage);
    assert_int_equal(coverage.stray_count, 4);
    assert_int_equal(cln_coverage_far_strays(&coverage), 2); /* 1970 and March 2025 */
    cln_coverage_clean_up(&coverage);
}

static void test_many_strays_are_not_all_named(void **state) {
    (void)state;
    cln_month_rows months[13];
    for (int i = 0; i < 12; i++) months[i] = rows(1900 + i, 1, 1, 1, 1);
    months[12] = rows(2015, 1, 1, 31, 1000);
    expect_of(months, 13, "2015-01-01 to 2015-01-31",
              "1900-01: 1, 1901-01: 1, 1902-01: 1, 1903-01: 1, 1904-01: 1, 1905-01: 1, 1906-01: 1, 1907-01: 1, "
              "1908-01: 1, 1909-01: 1 and 2 more months");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wrong_years_cover_nothing),
        cmocka_unit_test(test_ends_within_a_month_are_covered),
        cmocka_unit_test(test_short_gaps_are_bridged),
        cmocka_unit_test(test_few_rows_cover_all_months),
        cmocka_unit_test(test_impossible_times_are_strays),
        cmocka_unit_test(test_far_strays_are_told_apart),
        cmocka_unit_test(test_partitions_are_judged_each_by_itself),
        cmocka_unit_test(test_many_strays_are_not_all_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
