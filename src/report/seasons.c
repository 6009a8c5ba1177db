/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/report/seasons.h"

#include "colonnade/base/date.h"
#include "colonnade/base/memory.h"
#include "season_years.h"

#include <math.h>
#include <stdlib.h>

enum { SECONDS_PER_DAY = 86400 };

void cln_seasons_clean_up(cln_seasons *seasons) {
    free(seasons->year_months);
    free(seasons->years);
    *seasons = (cln_seasons){0};
}

static cln_status add_month(cln_seasons *seasons, const cln_periods *periods, int year, int month, cln_error *err) {
    if (seasons->year_month_count > 0) {
        const cln_year_month *last = &seasons->year_months[seasons->year_month_count - 1];
        if (last->year == year && last->month == month) return CLN_OK;
    }
    CLN_TRY(cln_grow_array(&seasons->year_months, &seasons->year_month_capacity, seasons->year_month_count + 1,
                           sizeof *seasons->year_months, err));
    const int64_t days = cln_periods_days_of_month(periods, year, month);
    seasons->year_months[seasons->year_month_count++] = (cln_year_month){year, month, 0, days};
    seasons->days[month - 1] += days;
    seasons->total_days += days;
    seasons->covered_months += days > 0;
    return CLN_OK;
}

static cln_status add_exposure(cln_seasons *seasons, const cln_periods *periods, cln_error *err) {
    for (size_t i = 0; i < periods->count; i++) {
        const cln_civil first = cln_civil_from_seconds(periods->items[i].first_day * SECONDS_PER_DAY);
        const cln_civil last = cln_civil_from_seconds(periods->items[i].last_day * SECONDS_PER_DAY);
        const int end = last.year * CLN_MONTHS + last.month - 1;
        for (int month = first.year * CLN_MONTHS + first.month - 1; month <= end; month++) {
            CLN_TRY(add_month(seasons, periods, month / CLN_MONTHS, month % CLN_MONTHS + 1, err));
        }
    }
    return CLN_OK;
}

static int compare_months(const void *a, const void *b) {
    const cln_year_month *left = a, *right = b;
    if (left->year != right->year) return left->year < right->year ? -1 : 1;
    return left->month - right->month;
}

/* The months that have rows outside the period. */
static cln_status add_strays(cln_seasons *seasons, const cln_table *table, const cln_periods *periods, cln_error *err) {
    for (size_t row = 0; row < table->row_count; row++) {
        const cln_cell *year = cln_table_cell(table, row, 0), *month = cln_table_cell(table, row, 1);
        if (year->kind != CLN_CELL_INTEGER) continue;
        const int in_year = (int)year->as.integer, in_month = (int)month->as.integer;
        if (cln_periods_days_of_month(periods, in_year, in_month) > 0) continue;
        CLN_TRY(add_month(seasons, periods, in_year, in_month, err));
    }
    if (seasons->year_month_count > 0) {
        qsort(seasons->year_months, seasons->year_month_count, sizeof *seasons->year_months, compare_months);
    }
    return CLN_OK;
}

/* Both are in order, so one pass finds each row's month. */
static cln_status add_counts(cln_seasons *seasons, const cln_table *table, cln_error *err) {
    size_t position = 0;
    for (size_t row = 0; row < table->row_count; row++) {
        const cln_cell *year = cln_table_cell(table, row, 0), *month = cln_table_cell(table, row, 1);
        const int64_t count = cln_table_cell(table, row, 2)->as.integer;
        if (year->kind == CLN_CELL_NULL) {
            seasons->without_time += count;
            continue;
        }
        if (year->kind == CLN_CELL_TEXT) {
            seasons->not_recorded += count;
            continue;
        }
        while (position < seasons->year_month_count && (seasons->year_months[position].year != year->as.integer ||
                                                        seasons->year_months[position].month != month->as.integer)) {
            position++;
        }
        if (position == seasons->year_month_count) {
            return cln_fail(err, CLN_ERR_INTERNAL, "the months of the accidents are not in order");
        }
        seasons->year_months[position].count += count;
        seasons->counts[month->as.integer - 1] += count;
        seasons->total += count;
    }
    return CLN_OK;
}

double cln_seasons_base(const cln_seasons *seasons, const cln_season_year *year) {
    return seasons->complete_years == 0 ? seasons->rate : cln_ratio(year->count, year->days);
}

static void add_used(cln_seasons *seasons) {
    size_t position = 0;
    for (size_t i = 0; i < seasons->year_month_count; i++) {
        const cln_year_month *at = &seasons->year_months[i];
        while (seasons->years[position].year != at->year) position++;
        if (!seasons->years[position].is_used || at->days == 0) continue;
        seasons->used_counts[at->month - 1] += at->count;
        seasons->used_days[at->month - 1] += at->days;
        seasons->used_total += at->count;
        seasons->used_total_days += at->days;
    }
    seasons->rate = seasons->used_total == 0 ? NAN : cln_ratio(seasons->used_total, seasons->used_total_days);
}

/* A month's rates over their bases, weighted by days, are its counts over their bases, divided by all its days. */
static void add_index(cln_seasons *seasons) {
    size_t position = 0;
    for (size_t i = 0; i < seasons->year_month_count; i++) {
        const cln_year_month *at = &seasons->year_months[i];
        while (seasons->years[position].year != at->year) position++;
        const cln_season_year *year = &seasons->years[position];
        if (year->is_used && at->days > 0)
            seasons->index[at->month - 1] += (double)at->count / cln_seasons_base(seasons, year);
    }
    for (int i = 0; i < CLN_MONTHS; i++) {
        seasons->index[i] = seasons->used_days[i] == 0 ? NAN : seasons->index[i] / (double)seasons->used_days[i];
        seasons->rates[i] = cln_ratio(seasons->used_counts[i], seasons->used_days[i]);
    }
}

static void find_extremes(cln_seasons *seasons) {
    for (int i = 0; i < CLN_MONTHS; i++) {
        if (isnan(seasons->index[i])) continue;
        if (seasons->peak == 0 || seasons->index[i] > seasons->index[seasons->peak - 1]) seasons->peak = i + 1;
        if (seasons->low == 0 || seasons->index[i] < seasons->index[seasons->low - 1]) seasons->low = i + 1;
    }
}

cln_status cln_seasons_compute(cln_seasons *seasons, const cln_table *table, const cln_periods *periods,
                               cln_error *err) {
    *seasons = (cln_seasons){0};
    CLN_TRY(add_exposure(seasons, periods, err));
    CLN_TRY(add_strays(seasons, table, periods, err));
    CLN_TRY(add_counts(seasons, table, err));
    CLN_TRY(cln_season_years_assess(seasons, err));
    add_used(seasons);
    add_index(seasons);
    find_extremes(seasons);
    seasons->uniformity = cln_chi_square_of_fit(seasons->used_counts, seasons->used_days, CLN_MONTHS);
    return CLN_OK;
}
