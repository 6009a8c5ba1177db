/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Civil dates and the formats in which files write them. Times are seconds
 * since 1970-01-01 00:00:00 of the proleptic Gregorian calendar, in local
 * civil time, without leap seconds. All functions are local.
 */
#ifndef COLONNADE_BASE_DATE_H
#define COLONNADE_BASE_DATE_H

#include "colonnade/base/span.h"
#include "colonnade/base/status.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct cln_civil {
    int year, month, day; /* month 1..12, day 1..31 */
    int hour, minute, second;
} cln_civil;

int64_t cln_days_from_civil(int year, int month, int day); /* days since 1970-01-01 */
int64_t cln_seconds_from_civil(cln_civil civil);
cln_civil cln_civil_from_seconds(int64_t seconds);
int cln_days_in_month(int year, int month);

/* A compiled format: %Y (four digits) %m %d %H %M %S (one or two digits), %I
 * with %p (AM or PM, either case), %f (a fraction of a second, any number of
 * digits, dropped), %% and literal bytes; or "epoch_ms". */
typedef struct cln_date_format {
    char pattern[64];
    size_t least_size; /* bytes of the shortest and longest text that can match */
    size_t greatest_size;
    struct cln_date_layout {
        size_t size; /* of a text in which each number has all of its digits; 0: such texts have no fixed layout */
        uint64_t words[3];  /* what stands there where no digits do, and '0' where they do: at 0, 8, and the last 8 */
        uint64_t limits[3]; /* how much more each byte may be: 9 for a digit */
        uint8_t places[6];  /* of year, month, day, hour, minute, second; UINT8_MAX where there is none */
    } layout;
    bool is_epoch_ms;
    bool is_utc; /* written in UTC: converted to the process's civil time by cln_utc_to_local */
} cln_date_format;

CLN_CHECKED cln_status cln_date_format_compile(cln_date_format *format, const char *pattern, bool is_utc,
                                               cln_error *err);

/* The whole text must match, and the date must exist (no 2015-02-29, hour 24,
 * or 13 PM); false otherwise. Years 1..9999. */
bool cln_date_parse(const cln_date_format *format, cln_span text, int64_t *seconds);

/* Whether the name is one of the system's time zone database. Where the system
 * has none, any that may be a name is. */
bool cln_time_zone_is_known(const char *iana_name);

/* Sets the zone of cln_utc_to_local to an IANA name. Fails when the system's
 * zone database has no such zone (a wrong name would silently mean UTC). */
CLN_CHECKED cln_status cln_set_time_zone(const char *iana_name, cln_error *err);
int64_t cln_utc_to_local(int64_t utc_seconds);

/* How `export` writes times, and what every timestamp column takes: the format
 * of "2015-07-12T09:55:00". */
#define CLN_EXPORTED_TIME "%Y-%m-%dT%H:%M:%S"

/* "2015-07-12 09:55:00" and "2015-07-12", NUL-terminated, into the caller's room. */
void cln_format_timestamp(int64_t seconds, char text[32]);
void cln_format_date(int64_t seconds, char text[32]);

#endif
