/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "colonnade/report/statistics.h"

#include <math.h>

static void assert_near(double value, double expected) {
    if (!(fabs(value - expected) < 1e-6 * fmax(1, fabs(expected)))) {
        fail_msg("%.12g is not near %.12g", value, expected);
    }
}

/* A die thrown 60 times: chi-square 13.4, p 0.0199 (a textbook example). */
static void test_fit_to_even_weights(void **state) {
    (void)state;
    const int64_t counts[] = {5, 8, 9, 8, 10, 20}, weights[] = {1, 1, 1, 1, 1, 1};
    const cln_chi_square test = cln_chi_square_of_fit(counts, weights, 6);
    assert_true(test.is_defined);
    assert_near(test.statistic, 13.4);
    assert_int_equal(test.degrees_of_freedom, 5);
    assert_near(test.p, 0.0199052209);
    assert_near(test.least_expected, 10);
}

/* Mendel's peas, expected 9 : 3 : 3 : 1. */
static void test_fit_to_uneven_weights(void **state) {
    (void)state;
    const int64_t counts[] = {315, 101, 108, 32}, weights[] = {9, 3, 3, 1};
    const cln_chi_square test = cln_chi_square_of_fit(counts, weights, 4);
    assert_near(test.statistic, 0.4700239808);
    assert_near(test.p, 0.9254258951);
    const int64_t with_gap[] = {315, 0, 101, 108, 32}, gap_weights[] = {9, 0, 3, 3, 1};
    const cln_chi_square same = cln_chi_square_of_fit(with_gap, gap_weights, 5);
    assert_near(same.statistic, test.statistic);
    assert_int_equal(same.degrees_of_freedom, 3);
}

static void test_fit_of_too_little_is_undefined(void **state) {
    (void)state;
    const int64_t counts[] = {5, 0, 0}, weights[] = {3, 0, 0}, zeros[] = {0, 0, 0}, even[] = {1, 1, 1};
    assert_false(cln_chi_square_of_fit(counts, weights, 3).is_defined);
    assert_false(cln_chi_square_of_fit(zeros, even, 3).is_defined);
    assert_false(cln_chi_square_of_fit(counts, even, 0).is_defined);
    assert_true(isnan(cln_chi_square_of_fit(zeros, even, 3).p));
}

static void test_table(void **state) {
    (void)state;
    const int64_t counts[] = {20, 30, 30, 20};
    const cln_chi_square test = cln_chi_square_of_table(counts, 2, 2);
    assert_near(test.statistic, 4);
    assert_near(test.cramers_v, 0.2);
    assert_near(test.p, 0.0455002639);
    /* Checked with SciPy's chi2_contingency. */
    const int64_t smoking[] = {12, 6, 18, 9, 11, 15, 7, 22, 10};
    const cln_chi_square larger = cln_chi_square_of_table(smoking, 3, 3);
    assert_int_equal(larger.degrees_of_freedom, 4);
    assert_near(larger.statistic, 13.3445064462);
    assert_near(larger.p, 0.0097095739);
    assert_near(larger.cramers_v, sqrt(larger.statistic / (110 * 2)));
}

static void test_empty_rows_and_columns_do_not_count(void **state) {
    (void)state;
    const int64_t counts[] = {20, 0, 30, 0, 0, 0, 30, 0, 20};
    const cln_chi_square test = cln_chi_square_of_table(counts, 3, 3);
    assert_near(test.statistic, 4);
    assert_int_equal(test.degrees_of_freedom, 1);
    const int64_t one_row[] = {5, 6, 0, 0}, nothing[] = {0, 0, 0, 0};
    assert_false(cln_chi_square_of_table(one_row, 2, 2).is_defined);
    assert_false(cln_chi_square_of_table(nothing, 2, 2).is_defined);
    assert_false(cln_chi_square_of_table(nothing, 2, 0).is_defined);
}

static void test_complete_association(void **state) {
    (void)state;
    const int64_t counts[] = {7, 0, 0, 0, 9, 0, 0, 0, 4};
    assert_near(cln_chi_square_of_table(counts, 3, 3).cramers_v, 1);
}

/* IQ and hours of television: rho -29/165, p 0.627188 (a textbook example). */
static void test_rank_correlation(void **state) {
    (void)state;
    const double iq[] = {106, 100, 86, 101, 99, 103, 97, 113, 112, 110};
    const double hours[] = {7, 27, 2, 50, 28, 29, 20, 12, 6, 17};
    const cln_rank_correlation correlation = cln_rank_correlation_of(iq, hours, 10);
    assert_true(correlation.is_defined);
    assert_near(correlation.rho, -29.0 / 165);
    assert_near(correlation.p, 0.6271883447);
}

static void test_equal_values_share_their_rank(void **state) {
    (void)state;
    const double x[] = {1, 2, 2, 3}, y[] = {1, 2, 3, 4};
    const cln_rank_correlation correlation = cln_rank_correlation_of(x, y, 4);
    assert_near(correlation.rho, 0.9486832981);
    assert_true(isnan(correlation.p));
}

static void test_rank_correlation_of_too_little_is_undefined(void **state) {
    (void)state;
    const double x[] = {1, 2, 3}, constant[] = {5, 5, 5};
    assert_false(cln_rank_correlation_of(x, x, 0).is_defined);
    assert_false(cln_rank_correlation_of(x, x, 2).is_defined);
    assert_false(cln_rank_correlation_of(x, constant, 3).is_defined);
    const cln_rank_correlation same = cln_rank_correlation_of(x, x, 3);
    assert_true(same.is_defined);
    assert_near(same.rho, 1);
}

static void test_ratio(void **state) {
    (void)state;
    assert_near(cln_ratio(1, 4), 0.25);
    assert_true(isnan(cln_ratio(0, 0)));
}

static void test_median(void **state) {
    (void)state;
    double odd[] = {3, 1, 2}, even[] = {9, 1, 4, 2}, one[] = {7};
    assert_true(cln_median(odd, 3) == 2 && cln_median(even, 4) == 3 && cln_median(one, 1) == 7);
    assert_true(isnan(cln_median(one, 0)));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_median),
        cmocka_unit_test(test_fit_to_even_weights),
        cmocka_unit_test(test_fit_to_uneven_weights),
        cmocka_unit_test(test_fit_of_too_little_is_undefined),
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_empty_rows_and_columns_do_not_count),
        cmocka_unit_test(test_complete_association),
        cmocka_unit_test(test_rank_correlation),
        cmocka_unit_test(test_equal_values_share_their_rank),
        cmocka_unit_test(test_rank_correlation_of_too_little_is_undefined),
        cmocka_unit_test(test_ratio),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
