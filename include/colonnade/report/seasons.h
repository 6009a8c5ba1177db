/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Question 1: how do accidents spread over the months? Counts by year and
 * month, for each day of exposure: the days of the month that lie in the
 * period which the partitions cover (from each one's first to its last time).
 * All functions are local; the table comes from a plan.
 */
#ifndef COLONNADE_REPORT_SEASONS_H
#define COLONNADE_REPORT_SEASONS_H

#include "colonnade/column/table.h"
#include "colonnade/report/period.h"
#include "colonnade/report/statistics.h"

enum { CLN_MONTHS = 12 };

typedef struct cln_year_month {
    int year, month;
    int64_t count;
    int64_t days; /* of exposure, at least 1 */
} cln_year_month;

typedef struct cln_seasons {
    cln_year_month *year_months; /* every one with exposure, in order, those without a row too */
    size_t year_month_count, year_month_capacity;
    int64_t empty_months; /* of them: no row at all, though the period covers them wholly */
    int64_t counts[CLN_MONTHS], days[CLN_MONTHS];
    int64_t total, total_days;
    int64_t without_time;
    int64_t not_recorded;     /* rows of partitions without the column */
    double rate;              /* rows for each day; NaN without any */
    double rates[CLN_MONTHS]; /* NaN for months without exposure */
    double index[CLN_MONTHS]; /* rates / rate */
    int peak, low;            /* months by rate, the first of equals; 0 without any */
    cln_chi_square uniformity;
} cln_seasons;

/* Columns of the table: year, month, count. periods is what the dataset covers. */
CLN_CHECKED cln_status cln_seasons_compute(cln_seasons *seasons, const cln_table *table, const cln_periods *periods,
                                           cln_error *err);
void cln_seasons_clean_up(cln_seasons *seasons);

#endif
