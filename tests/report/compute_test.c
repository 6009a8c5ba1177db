/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The first two questions, computed from tables written by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "colonnade/base/date.h"
#include "colonnade/report/conditions.h"
#include "colonnade/report/seasons.h"
#include "report/tables.h"

#include <math.h>

static void cover(cln_periods *periods, int first_year, int first_month, int first_day, int year, int month, int day) {
    const cln_period period = {cln_days_from_civil(first_year, first_month, first_day),
                               cln_days_from_civil(year, month, day)};
    assert_int_equal(cln_periods_add(periods, period, NULL), CLN_OK);
}

static void test_seasons_count_days_of_exposure(void **state) {
    (void)state;
    cln_periods periods = {0};
    cover(&periods, 2015, 1, 30, 2015, 3, 10); /* January 2, February 28, March 10 days */
    cover(&periods, 2016, 1, 1, 2016, 1, 18);  /* January 18 days */
    cln_table table;
    table_begin(&table, 3);
    table_add_month(&table, 2015, 1, 4);
    table_add_month(&table, 2015, 2, 28);
    table_add_month(&table, 2016, 1, 36);
    table_add_month(&table, 0, 0, 5);
    table_add_month(&table, -1, 0, 7);
    cln_seasons seasons;
    assert_int_equal(cln_seasons_compute(&seasons, &table, &periods, NULL), CLN_OK);
    assert_int_equal(seasons.total, 68);
    assert_int_equal(seasons.total_days, 58);
    assert_int_equal(seasons.without_time, 5);
    assert_int_equal(seasons.not_recorded, 7);
    assert_int_equal(seasons.year_month_count, 4);
    assert_int_equal(seasons.year_months[2].days, 10);
    assert_int_equal(seasons.year_months[2].count, 0);
    assert_int_equal(seasons.empty_months, 0);
    assert_int_equal(seasons.days[0], 20);
    assert_true(seasons.rates[0] == 2 && seasons.rates[1] == 1 && seasons.rates[2] == 0);
    assert_true(isnan(seasons.rates[3]) && isnan(seasons.index[3]));
    assert_true(fabs(seasons.index[0] - 2 * 58.0 / 68) < 1e-12);
    assert_int_equal(seasons.peak, 1);
    assert_int_equal(seasons.low, 3);
    assert_int_equal(seasons.uniformity.degrees_of_freedom, 2);
    cln_seasons_clean_up(&seasons);
    cln_table_clean_up(&table);
    cln_periods_clean_up(&periods);
}

static void test_seasons_tell_of_empty_months(void **state) {
    (void)state;
    cln_periods periods = {0};
    cover(&periods, 2014, 11, 5, 2015, 2, 20);
    cln_table table;
    table_begin(&table, 3);
    table_add_month(&table, 2014, 11, 1);
    table_add_month(&table, 2015, 2, 1);
    cln_seasons seasons;
    assert_int_equal(cln_seasons_compute(&seasons, &table, &periods, NULL), CLN_OK);
    assert_int_equal(seasons.empty_months, 2);
    cln_seasons_clean_up(&seasons);
    cln_table_clean_up(&table);
    cln_periods_clean_up(&periods);
}

static void test_seasons_of_nothing_and_of_one_day(void **state) {
    (void)state;
    cln_periods periods = {0};
    cln_table table;
    cln_seasons seasons;
    table_begin(&table, 3);
    assert_int_equal(cln_seasons_compute(&seasons, &table, &periods, NULL), CLN_OK);
    assert_int_equal(seasons.peak, 0);
    assert_true(isnan(seasons.rate));
    assert_false(seasons.uniformity.is_defined);
    cln_seasons_clean_up(&seasons);
    cover(&periods, 2016, 2, 29, 2016, 2, 29);
    table_add_month(&table, 2016, 2, 1);
    assert_int_equal(cln_seasons_compute(&seasons, &table, &periods, NULL), CLN_OK);
    assert_int_equal(seasons.peak, 2);
    assert_int_equal(seasons.low, 2);
    assert_true(seasons.index[1] == 1);
    assert_false(seasons.uniformity.is_defined);
    cln_seasons_clean_up(&seasons);
    cln_table_clean_up(&table);
    cln_periods_clean_up(&periods);
}

static char dry[] = "DRY", unknown[] = "UNKNOWN";
static char *good[] = {dry}, *tells_nothing[] = {unknown};
static const cln_config_questions questions = {.good_conditions = good,
                                               .good_condition_count = 1,
                                               .unknown_conditions = tells_nothing,
                                               .unknown_condition_count = 1};

static void test_conditions(void **state) {
    (void)state;
    cln_table table;
    table_begin(&table, 3);
    table_add_condition(&table, 1, "DRY", 30);
    table_add_condition(&table, 1, "ICY", 15);
    table_add_condition(&table, 1, "UNKNOWN", 3);
    table_add_condition(&table, 1, "WET", 5);
    table_add_condition(&table, 1, MISSING, 2);
    table_add_condition(&table, 7, "DRY", 20);
    table_add_condition(&table, 7, "WET", 30);
    table_add_condition(&table, 7, CLN_NOT_RECORDED, 50);
    table_add_condition(&table, 9, MISSING, 4);
    table_add_condition(&table, 0, "DRY", 6);
    cln_conditions conditions;
    assert_int_equal(cln_conditions_compute(&conditions, &table, &questions, NULL), CLN_OK);
    assert_int_equal(conditions.count, 3);
    assert_string_equal(conditions.items[0].name, "DRY");
    assert_true(conditions.items[0].is_good);
    assert_string_equal(conditions.items[1].name, "WET");
    assert_int_equal(conditions.total_known, 100);
    assert_int_equal(conditions.total_adverse, 50);
    assert_int_equal(conditions.total_missing, 9);
    assert_int_equal(conditions.without_time, 6);
    assert_int_equal(conditions.not_recorded, 50);
    assert_true(conditions.shares[0] == 0.4 && conditions.shares[6] == 0.6 && isnan(conditions.shares[8]));
    assert_int_equal(conditions.best, 1);
    assert_int_equal(conditions.worst, 7);
    assert_true(fabs(conditions.by_adverse.statistic - 4) < 1e-9);
    assert_true(fabs(conditions.by_adverse.cramers_v - 0.2) < 1e-9);
    assert_int_equal(conditions.by_condition.degrees_of_freedom, 2);
    cln_conditions_clean_up(&conditions);
    cln_table_clean_up(&table);
}

static void test_conditions_of_nothing(void **state) {
    (void)state;
    cln_table table;
    table_begin(&table, 3);
    table_add_condition(&table, 3, MISSING, 4);
    cln_conditions conditions;
    assert_int_equal(cln_conditions_compute(&conditions, &table, &questions, NULL), CLN_OK);
    assert_int_equal(conditions.total_known, 0);
    assert_true(isnan(conditions.share));
    assert_int_equal(conditions.worst, 0);
    assert_false(conditions.by_condition.is_defined);
    cln_conditions_clean_up(&conditions);
    cln_table_clean_up(&table);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_seasons_count_days_of_exposure),
        cmocka_unit_test(test_seasons_tell_of_empty_months),
        cmocka_unit_test(test_seasons_of_nothing_and_of_one_day),
        cmocka_unit_test(test_conditions),
        cmocka_unit_test(test_conditions_of_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
