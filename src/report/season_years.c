/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "season_years.h"

#include "colonnade/base/date.h"
#include "colonnade/base/memory.h"

#include <stdlib.h>

static bool lacks_days(const cln_year_month *months, size_t month_count) {
    for (size_t i = 0; i < month_count; i++) {
        if (months[i].days + CLN_MOST_MISSING_DAYS < cln_days_in_month(months[i].year, months[i].month)) return true;
    }
    return month_count < CLN_MONTHS;
}

static int count_sparse_months(const cln_year_month *months, size_t month_count) {
    double rates[CLN_MONTHS];
    size_t covered = 0;
    for (size_t i = 0; i < month_count; i++) {
        if (months[i].days > 0) rates[covered++] = cln_ratio(months[i].count, months[i].days);
    }
    const double median = cln_median(rates, covered);
    int sparse = 0;
    for (size_t i = 0; i < month_count; i++) {
        sparse += months[i].days == 0 || months[i].count == 0 ||
                  CLN_SPARSE * cln_ratio(months[i].count, months[i].days) < median;
    }
    return sparse;
}

/* One year's months. */
static cln_season_year assess_year(const cln_year_month *months, size_t month_count) {
    cln_season_year year = {.year = months[0].year, .sparse_months = count_sparse_months(months, month_count)};
    for (size_t i = 0; i < month_count; i++) {
        year.count += months[i].count;
        year.days += months[i].days;
    }
    if (lacks_days(months, month_count)) {
        year.lack = CLN_YEAR_LACKS_DAYS;
    } else if (year.sparse_months > 0) {
        year.lack = CLN_YEAR_LACKS_MONTHS;
    }
    return year;
}

static cln_status add_years(cln_seasons *seasons, cln_error *err) {
    const cln_year_month *months = seasons->year_months;
    size_t first = 0;
    for (size_t end = 1; end <= seasons->year_month_count; end++) {
        if (end < seasons->year_month_count && months[end].year == months[first].year) continue;
        CLN_TRY(cln_grow_array(&seasons->years, &seasons->year_capacity, seasons->year_count + 1,
                               sizeof *seasons->years, err));
        seasons->years[seasons->year_count++] = assess_year(&months[first], end - first);
        first = end;
    }
    return CLN_OK;
}

/* A year of which only a sample is there, beside whole ones, would be chance. */
static cln_status find_sparse_years(cln_seasons *seasons, cln_error *err) {
    double *rates;
    size_t count = 0;
    CLN_TRY(cln_new_array(&rates, seasons->year_count, sizeof *rates, err));
    for (size_t i = 0; i < seasons->year_count; i++) {
        const cln_season_year *year = &seasons->years[i];
        if (year->lack == CLN_YEAR_COMPLETE) rates[count++] = cln_ratio(year->count, year->days);
    }
    const double median = cln_median(rates, count);
    free(rates);
    for (size_t i = 0; i < seasons->year_count; i++) {
        cln_season_year *year = &seasons->years[i];
        if (year->lack != CLN_YEAR_COMPLETE) continue;
        if (CLN_SPARSE * cln_ratio(year->count, year->days) < median) year->lack = CLN_YEAR_LACKS_ROWS;
    }
    return CLN_OK;
}

cln_status cln_season_years_assess(cln_seasons *seasons, cln_error *err) {
    CLN_TRY(add_years(seasons, err));
    if (seasons->year_count > 0) CLN_TRY(find_sparse_years(seasons, err));
    for (size_t i = 0; i < seasons->year_count; i++) {
        seasons->complete_years += seasons->years[i].lack == CLN_YEAR_COMPLETE;
    }
    for (size_t i = 0; i < seasons->year_count; i++) {
        cln_season_year *year = &seasons->years[i];
        year->is_used = year->lack == CLN_YEAR_COMPLETE || (seasons->complete_years == 0 && year->days > 0);
    }
    for (size_t i = 0; i < seasons->year_month_count; i++) {
        const cln_year_month *at = &seasons->year_months[i];
        seasons->empty_months += at->count == 0 && at->days == cln_days_in_month(at->year, at->month);
    }
    return CLN_OK;
}
