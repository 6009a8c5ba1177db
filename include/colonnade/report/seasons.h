/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Question 1: how do accidents spread over the months? Counts by year and
 * month, for each day of exposure: the days of the month that lie in the
 * period which the data cover (see coverage.h). A month outside it is listed with
 * its rows, but without days, and counts for no rate.
 *
 * A year that lacks months would tilt the seasons, so they rest on complete
 * calendar years alone, and each year's months are related to that year's own
 * mean, so that a year with more accidents does not count for more. Where no
 * year is complete, all covered months are used and related to the mean of all
 * days. All functions are local; the table comes from a plan.
 */
#ifndef COLONNADE_REPORT_SEASONS_H
#define COLONNADE_REPORT_SEASONS_H

#include "colonnade/column/table.h"
#include "colonnade/report/coverage.h"
#include "colonnade/report/statistics.h"

#include <stdbool.h>

enum { CLN_MONTHS = 12 };

typedef struct cln_year_month {
    int year, month;
    int64_t count;
    int64_t days; /* of exposure; 0: has rows, but lies outside the period */
} cln_year_month;

/* Why a calendar year is not complete; the first that applies. */
typedef enum cln_year_lack {
    CLN_YEAR_COMPLETE,
    CLN_YEAR_LACKS_DAYS,   /* of some month, more than CLN_MOST_MISSING_DAYS lie outside the covered period */
    CLN_YEAR_LACKS_MONTHS, /* some month has no row, or less than 1 / CLN_SPARSE of the year's median month a day */
    CLN_YEAR_LACKS_ROWS,   /* less than 1 / CLN_SPARSE a day of the median of the years that lack none of the above */
} cln_year_lack;

enum { CLN_MOST_MISSING_DAYS = 3 };

typedef struct cln_season_year {
    int year;
    int64_t count, days; /* days of exposure */
    int sparse_months;   /* covered, but without a row or with hardly any */
    cln_year_lack lack;
    bool is_used;
} cln_season_year;

typedef struct cln_seasons {
    cln_year_month *year_months; /* every one with exposure, without a row too, or with rows; in order */
    size_t year_month_count, year_month_capacity;
    cln_season_year *years; /* of these months, in order */
    size_t year_count, year_capacity;
    size_t complete_years;
    size_t covered_months; /* with exposure */
    int64_t empty_months;  /* of the covered ones: no row at all, though the period covers them wholly */
    int64_t counts[CLN_MONTHS], days[CLN_MONTHS];
    int64_t total, total_days;
    int64_t without_time;
    int64_t not_recorded; /* rows of partitions without the column */
    /* Of the used years: the complete ones or, where there is none, all. */
    int64_t used_counts[CLN_MONTHS], used_days[CLN_MONTHS];
    int64_t used_total, used_total_days;
    double rate;              /* rows for each day; NaN without any */
    double rates[CLN_MONTHS]; /* NaN for months without exposure */
    double index[CLN_MONTHS]; /* the mean, weighted by days, of the month's rates / their bases */
    int peak, low;            /* months by index, the first of equals; 0 without any */
    cln_chi_square uniformity;
} cln_seasons;

/* What a year's rates are related to: its own rate, or that of all days where no year is complete. */
double cln_seasons_base(const cln_seasons *seasons, const cln_season_year *year);

/* Columns of the table: year, month, count. periods is what the dataset covers. */
CLN_CHECKED cln_status cln_seasons_compute(cln_seasons *seasons, const cln_table *table, const cln_periods *periods,
                                           cln_error *err);
void cln_seasons_clean_up(cln_seasons *seasons);

#endif
