/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/report/period.h"

#include "colonnade/base/date.h"
#include "colonnade/base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { SECONDS_PER_DAY = 86400 };

void cln_periods_clean_up(cln_periods *periods) {
    free(periods->items);
    *periods = (cln_periods){0};
}

cln_status cln_periods_add(cln_periods *periods, cln_period period, cln_error *err) {
    if (period.last_day < period.first_day) return CLN_OK;
    CLN_TRY(cln_grow_array(&periods->items, &periods->capacity, periods->count + 1, sizeof *periods->items, err));
    size_t first = 0;
    while (first < periods->count && periods->items[first].last_day + 1 < period.first_day) first++;
    size_t behind = first; /* those in between touch the new period and become one with it */
    while (behind < periods->count && periods->items[behind].first_day <= period.last_day + 1) {
        const cln_period touched = periods->items[behind++];
        if (touched.first_day < period.first_day) period.first_day = touched.first_day;
        if (touched.last_day > period.last_day) period.last_day = touched.last_day;
    }
    memmove(&periods->items[first + 1], &periods->items[behind], (periods->count - behind) * sizeof *periods->items);
    periods->items[first] = period;
    periods->count = periods->count - (behind - first) + 1;
    return CLN_OK;
}

static cln_period overlap(cln_period a, cln_period b) {
    return (cln_period){a.first_day > b.first_day ? a.first_day : b.first_day,
                        a.last_day < b.last_day ? a.last_day : b.last_day};
}

cln_status cln_periods_intersect(cln_periods *common, const cln_periods *a, const cln_periods *b, cln_error *err) {
    for (size_t i = 0; i < a->count; i++) {
        for (size_t j = 0; j < b->count; j++) {
            CLN_TRY(cln_periods_add(common, overlap(a->items[i], b->items[j]), err));
        }
    }
    return CLN_OK;
}

int64_t cln_periods_days(const cln_periods *periods) {
    int64_t days = 0;
    for (size_t i = 0; i < periods->count; i++) days += periods->items[i].last_day - periods->items[i].first_day + 1;
    return days;
}

int64_t cln_periods_days_of_month(const cln_periods *periods, int year, int month) {
    const int64_t first = cln_days_from_civil(year, month, 1);
    const cln_period whole = {first, first + cln_days_in_month(year, month) - 1};
    int64_t days = 0;
    for (size_t i = 0; i < periods->count; i++) {
        const cln_period part = overlap(periods->items[i], whole);
        if (part.last_day >= part.first_day) days += part.last_day - part.first_day + 1;
    }
    return days;
}

cln_status cln_periods_append(const cln_periods *periods, cln_buffer *out, cln_error *err) {
    if (periods->count == 0) return cln_buffer_append_string(out, "no day", err);
    for (size_t i = 0; i < periods->count; i++) {
        char first[32], last[32];
        cln_format_date(periods->items[i].first_day * SECONDS_PER_DAY, first);
        cln_format_date(periods->items[i].last_day * SECONDS_PER_DAY, last);
        const char *join = i == 0 ? "" : i + 1 == periods->count ? " and " : ", ";
        CLN_TRY(cln_buffer_append_format(out, err, "%s%s to %s", join, first, last));
    }
    return CLN_OK;
}
