/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The days of some years, each drawn as often as its month and its weekday
 * have it.
 */
#ifndef GENERATE_CALENDAR_H
#define GENERATE_CALENDAR_H

#include "choice.h"
#include "colonnade/base/status.h"

#include <stdint.h>

typedef enum cln_date_style {
    CLN_DATE_ISO,         /* 2015-07-12 09:55:00 */
    CLN_DATE_US_PADDED,   /* 07/12/2015 09:55:00 AM */
    CLN_DATE_US_UNPADDED, /* 7/12/2015 9:55:00 AM */
} cln_date_style;

typedef struct cln_day {
    uint16_t year;
    uint8_t month; /* 1..12 */
    uint8_t day;   /* 1..31 */
} cln_day;

typedef struct cln_calendar {
    cln_choice pick; /* among the days of the years */
    cln_day *days;   /* those, and CLN_CALENDAR_MARGIN days behind them */
    uint32_t day_count;
} cln_calendar;

#define CLN_CALENDAR_MARGIN 400

/* months: counts of year_count * 12 months; weekdays: counts from Monday. */
CLN_CHECKED cln_status cln_calendar_build(cln_calendar *calendar, int first_year, int year_count,
                                          const uint32_t *months, const uint32_t *weekdays, cln_error *err);
void cln_calendar_clean_up(cln_calendar *calendar);

/* day: an index into days; second: of the day. */
char *cln_calendar_put_date(const cln_calendar *calendar, cln_date_style style, uint32_t day, char *out);
char *cln_calendar_put_time(const cln_calendar *calendar, cln_date_style style, uint32_t day, uint32_t second,
                            char *out);

#endif
