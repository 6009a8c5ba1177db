/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/report/statistics.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

#include <math.h>
#include <stdlib.h>

enum { LEAST_PAIRS = 3, LEAST_PAIRS_FOR_P = 10 };

static const cln_chi_square undefined_chi_square = {
    .statistic = NAN, .p = NAN, .cramers_v = NAN, .least_expected = NAN};

double cln_ratio(int64_t part, int64_t whole) {
    return whole == 0 ? NAN : (double)part / (double)whole;
}

double cln_median(double *values, size_t count) {
    if (count == 0) return NAN;
    gsl_sort(values, 1, count);
    return gsl_stats_median_from_sorted_data(values, 1, count);
}

static void add_cell(cln_chi_square *test, int64_t observed, double expected) {
    const double difference = (double)observed - expected;
    test->statistic += difference * difference / expected;
    if (isnan(test->least_expected) || expected < test->least_expected) test->least_expected = expected;
}

static cln_chi_square finish(cln_chi_square test, size_t degrees_of_freedom) {
    test.is_defined = true;
    test.degrees_of_freedom = degrees_of_freedom;
    test.p = gsl_cdf_chisq_Q(test.statistic, (double)degrees_of_freedom);
    return test;
}

cln_chi_square cln_chi_square_of_fit(const int64_t *counts, const int64_t *weights, size_t count) {
    int64_t total = 0, weight_total = 0;
    size_t cells = 0;
    for (size_t i = 0; i < count; i++) {
        if (weights[i] <= 0) continue;
        total += counts[i];
        weight_total += weights[i];
        cells++;
    }
    if (cells < 2 || total == 0) return undefined_chi_square;
    cln_chi_square test = undefined_chi_square;
    test.statistic = 0;
    for (size_t i = 0; i < count; i++) {
        if (weights[i] > 0) add_cell(&test, counts[i], (double)total * cln_ratio(weights[i], weight_total));
    }
    return finish(test, cells - 1);
}

static int64_t sum_of_row(const int64_t *counts, size_t row, size_t column_count) {
    int64_t sum = 0;
    for (size_t column = 0; column < column_count; column++) sum += counts[row * column_count + column];
    return sum;
}

static int64_t sum_of_column(const int64_t *counts, size_t column, size_t row_count, size_t column_count) {
    int64_t sum = 0;
    for (size_t row = 0; row < row_count; row++) sum += counts[row * column_count + column];
    return sum;
}

cln_chi_square cln_chi_square_of_table(const int64_t *counts, size_t row_count, size_t column_count) {
    size_t rows = 0, columns = 0;
    int64_t total = 0;
    for (size_t row = 0; row < row_count; row++) {
        const int64_t sum = sum_of_row(counts, row, column_count);
        rows += sum > 0;
        total += sum;
    }
    cln_chi_square test = undefined_chi_square;
    test.statistic = 0;
    for (size_t column = 0; column < column_count; column++) {
        const int64_t column_sum = sum_of_column(counts, column, row_count, column_count);
        if (column_sum == 0) continue;
        columns++;
        for (size_t row = 0; row < row_count; row++) {
            const int64_t row_sum = sum_of_row(counts, row, column_count);
            if (row_sum == 0) continue;
            add_cell(&test, counts[row * column_count + column], (double)row_sum * cln_ratio(column_sum, total));
        }
    }
    if (rows < 2 || columns < 2) return undefined_chi_square;
    const size_t least = rows < columns ? rows : columns;
    test.cramers_v = sqrt(test.statistic / ((double)total * (double)(least - 1)));
    return finish(test, (rows - 1) * (columns - 1));
}

static bool is_constant(const double *values, size_t count) {
    for (size_t i = 1; i < count; i++) {
        if (values[i] != values[0]) return false;
    }
    return true;
}

static double p_of_rank_correlation(double rho, size_t count) {
    if (count < LEAST_PAIRS_FOR_P) return NAN;
    const double rest = 1 - rho * rho;
    if (rest <= 0) return 0;
    const double degrees = (double)count - 2;
    return 2 * gsl_cdf_tdist_Q(fabs(rho) * sqrt(degrees / rest), degrees);
}

cln_rank_correlation cln_rank_correlation_of(const double *x, const double *y, size_t count) {
    cln_rank_correlation correlation = {.pairs = count, .rho = NAN, .p = NAN};
    if (count < LEAST_PAIRS || is_constant(x, count) || is_constant(y, count)) return correlation;
    double *work = malloc(2 * count * sizeof *work);
    if (work == NULL) return correlation;
    correlation.rho = gsl_stats_spearman(x, 1, y, 1, count, work);
    free(work);
    correlation.is_defined = true;
    correlation.p = p_of_rank_correlation(correlation.rho, count);
    return correlation;
}
