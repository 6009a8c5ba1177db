/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/report/seasons.h"

#include "colonnade/base/date.h"
#include "colonnade/base/memory.h"

#include <math.h>
#include <stdlib.h>

enum { SECONDS_PER_DAY = 86400 };

void cln_seasons_clean_up(cln_seasons *seasons) {
    free(seasons->year_months);
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
            return cln_fail(err, CLN_ERR_INTERNAL, "a month lies outside the period that the data cover");
        }
        seasons->year_months[position].count += count;
        seasons->counts[month->as.integer - 1] += count;
        seasons->total += count;
    }
    return CLN_OK;
}

static void compute_rates(cln_seasons *seasons) {
    seasons->rate = seasons->total == 0 ? NAN : cln_ratio(seasons->total, seasons->total_days);
    for (int i = 0; i < CLN_MONTHS; i++) {
        seasons->rates[i] = cln_ratio(seasons->counts[i], seasons->days[i]);
        seasons->index[i] = seasons->rates[i] / seasons->rate;
        if (isnan(seasons->index[i])) continue;
        if (seasons->peak == 0 || seasons->rates[i] > seasons->rates[seasons->peak - 1]) seasons->peak = i + 1;
        if (seasons->low == 0 || seasons->rates[i] < seasons->rates[seasons->low - 1]) seasons->low = i + 1;
    }
}

cln_status cln_seasons_compute(cln_seasons *seasons, const cln_table *table, const cln_periods *periods,
                               cln_error *err) {
    *seasons = (cln_seasons){0};
    CLN_TRY(add_exposure(seasons, periods, err));
    CLN_TRY(add_counts(seasons, table, err));
    compute_rates(seasons);
    for (size_t i = 0; i < seasons->year_month_count; i++) {
        const cln_year_month *at = &seasons->year_months[i];
        seasons->empty_months += at->count == 0 && at->days == cln_days_in_month(at->year, at->month);
    }
    seasons->uniformity = cln_chi_square_of_fit(seasons->counts, seasons->days, CLN_MONTHS);
    return CLN_OK;
}
