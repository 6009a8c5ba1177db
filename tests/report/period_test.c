/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "colonnade/base/date.h"
#include "colonnade/report/period.h"

static cln_period days(int year, int month, int first, int last) {
    return (cln_period){cln_days_from_civil(year, month, first), cln_days_from_civil(year, month, last)};
}

static void expect_text(const cln_periods *periods, const char *expected) {
    cln_buffer text;
    cln_buffer_init(&text, SIZE_MAX);
    assert_int_equal(cln_periods_append(periods, &text, NULL), CLN_OK);
    assert_int_equal(cln_buffer_terminate(&text, NULL), CLN_OK);
    assert_string_equal(text.data, expected);
    cln_buffer_clean_up(&text);
}

static void add(cln_periods *periods, cln_period period) {
    assert_int_equal(cln_periods_add(periods, period, NULL), CLN_OK);
}

static void test_touching_periods_become_one(void **state) {
    (void)state;
    cln_periods periods = {0};
    expect_text(&periods, "no day");
    add(&periods, days(2015, 3, 10, 12));
    add(&periods, days(2015, 3, 1, 2));
    add(&periods, days(2015, 3, 20, 25));
    assert_int_equal(periods.count, 3);
    expect_text(&periods, "2015-03-01 to 2015-03-02, 2015-03-10 to 2015-03-12 and 2015-03-20 to 2015-03-25");
    add(&periods, days(2015, 3, 3, 4));
    expect_text(&periods, "2015-03-01 to 2015-03-04, 2015-03-10 to 2015-03-12 and 2015-03-20 to 2015-03-25");
    add(&periods, days(2015, 3, 4, 22));
    expect_text(&periods, "2015-03-01 to 2015-03-25");
    assert_int_equal(cln_periods_days(&periods), 25);
    add(&periods, days(2015, 3, 9, 8));
    assert_int_equal(cln_periods_days(&periods), 25);
    cln_periods_clean_up(&periods);
}

static void test_days_of_a_month(void **state) {
    (void)state;
    cln_periods periods = {0};
    add(&periods, (cln_period){cln_days_from_civil(2016, 2, 10), cln_days_from_civil(2016, 4, 1)});
    add(&periods, days(2016, 4, 29, 30));
    assert_int_equal(cln_periods_days_of_month(&periods, 2016, 1), 0);
    assert_int_equal(cln_periods_days_of_month(&periods, 2016, 2), 20);
    assert_int_equal(cln_periods_days_of_month(&periods, 2016, 3), 31);
    assert_int_equal(cln_periods_days_of_month(&periods, 2016, 4), 3);
    assert_int_equal(cln_periods_days_of_month(&periods, 2015, 3), 0);
    cln_periods_clean_up(&periods);
}

static void test_intersection(void **state) {
    (void)state;
    cln_periods a = {0}, b = {0}, common = {0}, none = {0};
    add(&a, days(2015, 1, 1, 31));
    add(&a, days(2015, 3, 1, 31));
    add(&b, (cln_period){cln_days_from_civil(2015, 1, 30), cln_days_from_civil(2015, 3, 2)});
    assert_int_equal(cln_periods_intersect(&common, &a, &b, NULL), CLN_OK);
    expect_text(&common, "2015-01-30 to 2015-01-31 and 2015-03-01 to 2015-03-02");
    cln_periods_clean_up(&b);
    add(&b, days(2015, 2, 1, 28));
    assert_int_equal(cln_periods_intersect(&none, &a, &b, NULL), CLN_OK);
    assert_int_equal(none.count, 0);
    cln_periods_clean_up(&a);
    cln_periods_clean_up(&b);
    cln_periods_clean_up(&common);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_touching_periods_become_one),
        cmocka_unit_test(test_days_of_a_month),
        cmocka_unit_test(test_intersection),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
