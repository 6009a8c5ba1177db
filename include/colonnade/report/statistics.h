/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The statistics of the questions, from counts. They run on one rank, after
 * the counts were reduced, so that they cannot depend on the number of ranks.
 * Where a statistic is not defined (too few cells, nothing counted) is_defined
 * is false and its numbers are NaN; nothing divides by zero.
 * All functions are local.
 */
#ifndef COLONNADE_REPORT_STATISTICS_H
#define COLONNADE_REPORT_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct cln_chi_square {
    bool is_defined;
    double statistic;
    size_t degrees_of_freedom;
    double p;              /* of a statistic at least as large by chance */
    double cramers_v;      /* for tables: strength of the association, 0..1; else NaN */
    double least_expected; /* the approximation is rough where it is below 5 */
} cln_chi_square;

/* Whether counts follow the weights (days of exposure). Cells of weight 0 are
 * left out. */
cln_chi_square cln_chi_square_of_fit(const int64_t *counts, const int64_t *weights, size_t count);

/* Whether the rows and columns of a table (row by row) are independent. Empty
 * rows and columns are left out. */
cln_chi_square cln_chi_square_of_table(const int64_t *counts, size_t row_count, size_t column_count);

typedef struct cln_rank_correlation {
    bool is_defined; /* at least 3 pairs, and neither side is constant */
    size_t pairs;
    double rho; /* Spearman's, equal values get their mean rank */
    double p;   /* two-sided, by Student's t; NaN below 10 pairs, where that is too rough */
} cln_rank_correlation;

cln_rank_correlation cln_rank_correlation_of(const double *x, const double *y, size_t count);

/* Reorders the values; NaN without any. */
double cln_median(double *values, size_t count);

/* part / whole, NaN where whole is 0. */
double cln_ratio(int64_t part, int64_t whole);

#endif
