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
    assert_int_equal(seasons.complete_years, 0);
    assert_true(seasons.years[0].is_used && seasons.years[1].is_used);
    assert_int_equal(seasons.used_total, 2);
    cln_seasons_clean_up(&seasons);
    cln_table_clean_up(&table);
    cln_periods_clean_up(&periods);
}

/* Wrong dates cost a row each, and count for no rate; without a complete year, too. */
static void test_seasons_list_strays(void **state) {
    (void)state;
    cln_periods periods = {0};
    cover(&periods, 2015, 2, 1, 2015, 3, 31);
    cln_table table;
    table_begin(&table, 3);
    table_add_month(&table, 1970, 1, 7);
    table_add_month(&table, 2015, 2, 280);
    table_add_month(&table, 2015, 3, 620);
    table_add_month(&table, 2015, 5, 1);
    table_add_month(&table, 9998, 12, 3);
    table_add_month(&table, 20000, 2, 1);
    cln_seasons seasons;
    assert_int_equal(cln_seasons_compute(&seasons, &table, &periods, NULL), CLN_OK);
    assert_int_equal(seasons.year_month_count, 6);
    assert_int_equal(seasons.covered_months, 2);
    assert_int_equal(seasons.year_count, 4);
    assert_true(!seasons.years[0].is_used && seasons.years[1].is_used && !seasons.years[2].is_used);
    assert_int_equal(seasons.year_months[3].count, 1);
    assert_int_equal(seasons.year_months[3].days, 0);
    assert_int_equal(seasons.counts[0], 7);
    assert_int_equal(seasons.total, 912);
    assert_int_equal(seasons.used_total, 900);
    assert_int_equal(seasons.total_days, 59);
    assert_true(seasons.rates[1] == 10 && seasons.rates[2] == 20);
    assert_true(isnan(seasons.rates[0]) && isnan(seasons.index[4]));
    assert_true(fabs(seasons.index[2] - 20 * 59 / 900.0) < 1e-12);
    cln_seasons_clean_up(&seasons);
    cln_table_clean_up(&table);
    cln_periods_clean_up(&periods);
}

/* Each month has a_day rows a day, but month `other` has other_a_day. */
static void add_year(cln_table *table, int year, int64_t a_day, int other, int64_t other_a_day) {
    for (int month = 1; month <= 12; month++) {
        const int64_t count = (month == other ? other_a_day : a_day) * cln_days_in_month(year, month);
        if (count > 0) table_add_month(table, year, month, count);
    }
}

/* A patchy year with all its rows in January, a small year with its peak in May, and a big one with its peak in
 * October: the first must not count, and the last two count alike. */
static void test_seasons_rest_on_complete_years(void **state) {
    (void)state;
    cln_periods periods = {0};
    cover(&periods, 2013, 1, 1, 2015, 12, 31);
    cln_table table;
    table_begin(&table, 3);
    table_add_month(&table, 2013, 1, 100000);
    table_add_month(&table, 2013, 12, 1);
    add_year(&table, 2014, 10, 5, 20);
    add_year(&table, 2015, 40, 10, 70);
    cln_seasons seasons;
    assert_int_equal(cln_seasons_compute(&seasons, &table, &periods, NULL), CLN_OK);
    assert_int_equal(seasons.year_count, 3);
    assert_int_equal(seasons.complete_years, 2);
    assert_int_equal(seasons.years[0].lack, CLN_YEAR_LACKS_MONTHS);
    assert_int_equal(seasons.years[0].sparse_months, 10);
    assert_true(!seasons.years[0].is_used && seasons.years[1].is_used && seasons.years[2].is_used);
    assert_int_equal(seasons.counts[0], 100000 + 50 * 31);
    assert_int_equal(seasons.used_counts[0], 50 * 31);
    assert_int_equal(seasons.used_days[0], 62);
    assert_int_equal(seasons.used_total_days, 730);
    assert_int_equal(seasons.total - seasons.used_total, 100001);
    const double mean_2014 = 10 + 310 / 365.0, mean_2015 = 40 + 930 / 365.0;
    assert_true(fabs(seasons.index[4] - (20 / mean_2014 + 40 / mean_2015) / 2) < 1e-12);
    assert_true(fabs(seasons.index[9] - (10 / mean_2014 + 70 / mean_2015) / 2) < 1e-12);
    assert_true(seasons.rates[9] == 40 && seasons.rates[4] == 30);
    assert_int_equal(seasons.peak, 5); /* 1.38, though October has more rows a day: 1.28 */
    double mean = 0;
    for (int i = 0; i < CLN_MONTHS; i++) mean += seasons.index[i] * (double)seasons.used_days[i] / 730;
    assert_true(fabs(mean - 1) < 1e-12);
    assert_int_equal(seasons.uniformity.degrees_of_freedom, 11);
    assert_true(fabs(seasons.uniformity.least_expected - 28 * 2 * seasons.rate) < 1e-6);
    cln_seasons_clean_up(&seasons);
    cln_table_clean_up(&table);
    cln_periods_clean_up(&periods);
}

/* What the year 2016 lacks, beside the complete 2014 and 2015 with 50 rows a day. */
static cln_year_lack lack_of_2016(int last_day, int64_t a_day, int other, int64_t other_a_day) {
    cln_periods periods = {0};
    cover(&periods, 2014, 1, 1, 2016, 12, last_day);
    cln_table table;
    table_begin(&table, 3);
    add_year(&table, 2014, 50, 1, 50);
    add_year(&table, 2015, 50, 1, 50);
    add_year(&table, 2016, a_day, other, other_a_day);
    cln_seasons seasons;
    assert_int_equal(cln_seasons_compute(&seasons, &table, &periods, NULL), CLN_OK);
    const cln_year_lack lack = seasons.years[2].lack;
    assert_int_equal(seasons.complete_years, lack == CLN_YEAR_COMPLETE ? 3 : 2);
    cln_seasons_clean_up(&seasons);
    cln_table_clean_up(&table);
    cln_periods_clean_up(&periods);
    return lack;
}

static void test_which_years_are_complete(void **state) {
    (void)state;
    assert_int_equal(lack_of_2016(31, 50, 1, 50), CLN_YEAR_COMPLETE);
    assert_int_equal(lack_of_2016(28, 50, 1, 50), CLN_YEAR_COMPLETE);
    assert_int_equal(lack_of_2016(27, 50, 1, 50), CLN_YEAR_LACKS_DAYS);
    assert_int_equal(lack_of_2016(31, 50, 7, 0), CLN_YEAR_LACKS_MONTHS);
    assert_int_equal(lack_of_2016(31, 50, 7, 4), CLN_YEAR_LACKS_MONTHS);
    assert_int_equal(lack_of_2016(31, 50, 7, 5), CLN_YEAR_COMPLETE);
    assert_int_equal(lack_of_2016(31, 4, 7, 5), CLN_YEAR_LACKS_ROWS);
    assert_int_equal(lack_of_2016(31, 6, 7, 6), CLN_YEAR_COMPLETE);
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
        cmocka_unit_test(test_seasons_list_strays),
        cmocka_unit_test(test_seasons_rest_on_complete_years),
        cmocka_unit_test(test_which_years_are_complete),
        cmocka_unit_test(test_seasons_of_nothing_and_of_one_day),
        cmocka_unit_test(test_conditions),
        cmocka_unit_test(test_conditions_of_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
