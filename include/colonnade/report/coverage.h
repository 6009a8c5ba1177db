/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which days a dataset covers, judged by the months that have rows: one
 * mistyped year must not make decades of a file that holds a month.
 *
 * A partition's typical month is the one that its median row lies in. Where
 * that has at least CLN_LEAST_TYPICAL_ROWS rows, a month supports the coverage
 * when it has at least 1 / CLN_SPARSE of them (at the ends of the data: for
 * each day from the first or to the last row); in smaller partitions every
 * month does. Supporting months are joined over gaps of at most
 * CLN_MOST_MONTHS_BETWEEN months, and each such run covers the days from its
 * first to its last row. A dataset covers what its partitions cover. The other
 * months are strays. Times outside the years 1 to 9999 are always strays. All
 * functions are local.
 */
#ifndef COLONNADE_REPORT_COVERAGE_H
#define COLONNADE_REPORT_COVERAGE_H

#include "colonnade/report/period.h"

enum { CLN_LEAST_TYPICAL_ROWS = 30, CLN_MOST_MONTHS_BETWEEN = 12, CLN_SPARSE = 10, CLN_FAR_YEARS = 10 };

/* The rows of one month; at least one. */
typedef struct cln_month_rows {
    int year, month;
    int64_t count;
    int64_t first_second, last_second; /* of the rows, since 1970-01-01 */
} cln_month_rows;

typedef struct cln_coverage {
    cln_periods periods;
    cln_month_rows *strays; /* once finished: in order, each month once, none with a covered day */
    size_t stray_count, stray_capacity;
} cln_coverage;

void cln_coverage_clean_up(cln_coverage *coverage);

/* The months of one partition, in order, each once. */
CLN_CHECKED cln_status cln_coverage_add_partition(cln_coverage *coverage, const cln_month_rows *months,
                                                  size_t month_count, cln_error *err);

/* Once, after the last partition: a stray month that another one covers is none. */
void cln_coverage_finish(cln_coverage *coverage);

/* Strays that are more than CLN_FAR_YEARS from any day that is covered. */
size_t cln_coverage_far_strays(const cln_coverage *coverage);

int64_t cln_coverage_stray_rows(const cln_coverage *coverage);

/* "1970-01: 1, 2051-07: 12", the first ones of many. */
CLN_CHECKED cln_status cln_coverage_append_strays(const cln_coverage *coverage, cln_buffer *out, cln_error *err);

#endif
