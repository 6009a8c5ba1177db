/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/report/coverage.h"

#include "colonnade/base/date.h"
#include "colonnade/base/memory.h"
#include "colonnade/report/words.h"

#include <stdlib.h>
#include <string.h>

enum { SECONDS_PER_DAY = 86400, NAMED_STRAYS = 10 };

void cln_coverage_clean_up(cln_coverage *coverage) {
    cln_periods_clean_up(&coverage->periods);
    free(coverage->strays);
    *coverage = (cln_coverage){0};
}

static int64_t day_of_second(int64_t second) {
    return second / SECONDS_PER_DAY - (second % SECONDS_PER_DAY < 0);
}

static int64_t position_of(const cln_month_rows *at) {
    return (int64_t)at->year * 12 + at->month;
}

static int compare_counts(const void *a, const void *b) {
    const int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static bool is_possible(const cln_month_rows *at) {
    return day_of_second(at->first_second) >= cln_days_from_civil(1, 1, 1) &&
           day_of_second(at->last_second) <= cln_days_from_civil(9999, 12, 31);
}

/* The rows of the month of the median row: strays are many months, but few rows. */
static cln_status find_typical(const cln_month_rows *months, size_t month_count, int64_t *typical, cln_error *err) {
    int64_t *counts, total = 0, passed = 0;
    size_t count = 0;
    *typical = 0;
    CLN_TRY(cln_new_array(&counts, month_count, sizeof *counts, err));
    for (size_t i = 0; i < month_count; i++) {
        if (!is_possible(&months[i])) continue;
        counts[count++] = months[i].count;
        total += months[i].count;
    }
    qsort(counts, count, sizeof *counts, compare_counts);
    for (size_t i = 0; i < count && passed < total - passed; i++) {
        *typical = counts[i];
        passed += counts[i];
    }
    free(counts);
    return CLN_OK;
}

static bool has_typical_rate(const cln_month_rows *at, int64_t days, int64_t typical) {
    return CLN_SPARSE * (double)at->count * cln_days_in_month(at->year, at->month) >= (double)days * (double)typical;
}

static bool is_full(const cln_month_rows *at, int64_t typical) {
    return is_possible(at) && has_typical_rate(at, cln_days_in_month(at->year, at->month), typical);
}

/* Data begin and end within a month, which then has few rows but not few a day. */
static bool is_full_end(const cln_month_rows *months, size_t month_count, size_t i, int64_t typical) {
    const cln_month_rows *at = &months[i];
    if (!is_possible(at)) return false;
    const int64_t first = cln_days_from_civil(at->year, at->month, 1);
    const int64_t end = first + cln_days_in_month(at->year, at->month);
    const bool is_begin =
        i + 1 < month_count && position_of(&months[i + 1]) == position_of(at) + 1 && is_full(&months[i + 1], typical);
    const bool is_end = i > 0 && position_of(&months[i - 1]) == position_of(at) - 1 && is_full(&months[i - 1], typical);
    return (is_begin && has_typical_rate(at, end - day_of_second(at->first_second), typical)) ||
           (is_end && has_typical_rate(at, day_of_second(at->last_second) + 1 - first, typical));
}

static bool supports(const cln_month_rows *months, size_t month_count, size_t i, int64_t typical) {
    if (typical < CLN_LEAST_TYPICAL_ROWS) return is_possible(&months[i]);
    return is_full(&months[i], typical) || is_full_end(months, month_count, i, typical);
}

static cln_status add_strays(cln_coverage *coverage, const cln_month_rows *months, size_t count, cln_error *err) {
    if (count == 0) return CLN_OK;
    CLN_TRY(cln_grow_array(&coverage->strays, &coverage->stray_capacity, coverage->stray_count + count,
                           sizeof *coverage->strays, err));
    memcpy(&coverage->strays[coverage->stray_count], months, count * sizeof *months);
    coverage->stray_count += count;
    return CLN_OK;
}

cln_status cln_coverage_add_partition(cln_coverage *coverage, const cln_month_rows *months, size_t month_count,
                                      cln_error *err) {
    int64_t typical;
    if (month_count == 0) return CLN_OK;
    CLN_TRY(find_typical(months, month_count, &typical, err));
    size_t behind = 0; /* the last run */
    for (size_t first = 0; first < month_count; first++) {
        if (!supports(months, month_count, first, typical)) continue;
        size_t last = first;
        for (size_t i = first + 1; i < month_count; i++) {
            if (position_of(&months[i]) > position_of(&months[last]) + CLN_MOST_MONTHS_BETWEEN + 1) break;
            if (supports(months, month_count, i, typical)) last = i;
        }
        const cln_period run = {day_of_second(months[first].first_second), day_of_second(months[last].last_second)};
        CLN_TRY(cln_periods_add(&coverage->periods, run, err));
        CLN_TRY(add_strays(coverage, &months[behind], first - behind, err));
        behind = last + 1;
        first = last;
    }
    return add_strays(coverage, &months[behind], month_count - behind, err);
}

static int compare_months(const void *a, const void *b) {
    const int64_t left = position_of(a), right = position_of(b);
    return (left > right) - (left < right);
}

void cln_coverage_finish(cln_coverage *coverage) {
    cln_month_rows *strays = coverage->strays;
    size_t kept = 0;
    if (coverage->stray_count > 0) qsort(strays, coverage->stray_count, sizeof *strays, compare_months);
    for (size_t i = 0; i < coverage->stray_count; i++) {
        if (cln_periods_days_of_month(&coverage->periods, strays[i].year, strays[i].month) > 0) continue;
        if (kept > 0 && position_of(&strays[kept - 1]) == position_of(&strays[i])) {
            strays[kept - 1].count += strays[i].count;
        } else {
            strays[kept++] = strays[i];
        }
    }
    coverage->stray_count = kept;
}

static bool is_far(const cln_coverage *coverage, const cln_month_rows *at) {
    static const int64_t far_days = CLN_FAR_YEARS * INT64_C(36525) / 100;
    for (size_t i = 0; i < coverage->periods.count; i++) {
        const cln_period *period = &coverage->periods.items[i];
        const bool is_before = day_of_second(at->last_second) < period->first_day - far_days;
        const bool is_behind = day_of_second(at->first_second) > period->last_day + far_days;
        if (!is_before && !is_behind) return false;
    }
    return true;
}

size_t cln_coverage_far_strays(const cln_coverage *coverage) {
    size_t count = 0;
    for (size_t i = 0; i < coverage->stray_count; i++) count += is_far(coverage, &coverage->strays[i]);
    return count;
}

int64_t cln_coverage_stray_rows(const cln_coverage *coverage) {
    int64_t rows = 0;
    for (size_t i = 0; i < coverage->stray_count; i++) rows += coverage->strays[i].count;
    return rows;
}

cln_status cln_coverage_append_strays(const cln_coverage *coverage, cln_buffer *out, cln_error *err) {
    for (size_t i = 0; i < coverage->stray_count && i < NAMED_STRAYS; i++) {
        const cln_month_rows *at = &coverage->strays[i];
        CLN_TRY(cln_buffer_append_format(out, err, "%s%04d-%02d: %s", i == 0 ? "" : ", ", at->year, at->month,
                                         cln_words_count(at->count).text));
    }
    if (coverage->stray_count <= NAMED_STRAYS) return CLN_OK;
    return cln_buffer_append_format(out, err, " and %zu more months", coverage->stray_count - NAMED_STRAYS);
}
