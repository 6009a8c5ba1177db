/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "calendar.h"

#include "colonnade/base/date.h"
#include "colonnade/base/memory.h"
#include "text.h"

#include <stdlib.h>

#define WEIGHT_SCALE 8192 /* keeps the rounding of a day's weight small, and the sum below 2^31 */

static uint32_t weekday_of(int64_t days_since_1970) {
    return (uint32_t)((days_since_1970 + 3) % 7); /* 1970-01-01 was a Thursday, Monday is 0 */
}

static void fill_days(cln_calendar *calendar, int64_t first) {
    for (uint32_t i = 0; i < calendar->day_count + CLN_CALENDAR_MARGIN; i++) {
        const cln_civil civil = cln_civil_from_seconds((first + i) * 86400);
        calendar->days[i] = (cln_day){(uint16_t)civil.year, (uint8_t)civil.month, (uint8_t)civil.day};
    }
}

/* A month's count is divided among its days by their weekdays. */
static void weigh_days(const cln_calendar *calendar, int64_t first, const uint32_t *months, const uint32_t *weekdays,
                       uint32_t *weights) {
    for (uint32_t start = 0, month = 0; start < calendar->day_count; month++) {
        uint32_t end = start;
        uint64_t sum = 0;
        while (end < calendar->day_count && calendar->days[end].month == calendar->days[start].month) {
            sum += weekdays[weekday_of(first + end++)];
        }
        for (; start < end; start++) {
            const uint64_t weekday = weekdays[weekday_of(first + start)];
            weights[start] = (uint32_t)((uint64_t)months[month] * WEIGHT_SCALE * weekday / sum);
        }
    }
}

cln_status cln_calendar_build(cln_calendar *calendar, int first_year, int year_count, const uint32_t *months,
                              const uint32_t *weekdays, cln_error *err) {
    const int64_t first = cln_days_from_civil(first_year, 1, 1);
    uint32_t *weights = NULL;
    calendar->day_count = (uint32_t)(cln_days_from_civil(first_year + year_count, 1, 1) - first);
    const size_t all_days = calendar->day_count + (size_t)CLN_CALENDAR_MARGIN;
    CLN_TRY(cln_new_array(&calendar->days, all_days, sizeof *calendar->days, err));
    CLN_TRY(cln_new_array(&weights, calendar->day_count, sizeof *weights, err));
    fill_days(calendar, first);
    weigh_days(calendar, first, months, weekdays, weights);
    const cln_status status = cln_choice_build(&calendar->pick, weights, calendar->day_count, err);
    free(weights);
    return status;
}

void cln_calendar_clean_up(cln_calendar *calendar) {
    cln_choice_clean_up(&calendar->pick);
    free(calendar->days);
    calendar->days = NULL;
}

static char *put_number(cln_date_style style, uint32_t value, char *out) {
    if (style == CLN_DATE_US_UNPADDED && value < 10) {
        *out = (char)('0' + value);
        return out + 1;
    }
    return cln_put_two_digits(out, value);
}

char *cln_calendar_put_date(const cln_calendar *calendar, cln_date_style style, uint32_t day, char *out) {
    const cln_day date = calendar->days[day];
    if (style == CLN_DATE_ISO) {
        out = cln_put_digits(out, date.year, 4);
        *out++ = '-';
        out = cln_put_two_digits(out, date.month);
        *out++ = '-';
        return cln_put_two_digits(out, date.day);
    }
    out = put_number(style, date.month, out);
    *out++ = '/';
    out = put_number(style, date.day, out);
    *out++ = '/';
    return cln_put_digits(out, date.year, 4);
}

char *cln_calendar_put_time(const cln_calendar *calendar, cln_date_style style, uint32_t day, uint32_t second,
                            char *out) {
    const uint32_t hour = second / 3600;
    out = cln_calendar_put_date(calendar, style, day, out);
    *out++ = ' ';
    out = put_number(style, style == CLN_DATE_ISO ? hour : (hour + 11) % 12 + 1, out);
    *out++ = ':';
    out = cln_put_two_digits(out, second / 60 % 60);
    *out++ = ':';
    out = cln_put_two_digits(out, second % 60);
    if (style == CLN_DATE_ISO) return out;
    memcpy(out, hour < 12 ? " AM" : " PM", 3);
    return out + 3;
}
