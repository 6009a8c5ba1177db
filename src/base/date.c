/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/date.h"

#include "colonnade/base/number.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define SECONDS_PER_DAY INT64_C(86400)
#define LAST_YEAR       9999

/* What a text said, before it is known to make sense. */
typedef struct fields {
    cln_civil civil;
    int hour12; /* -1 when the pattern has none */
    bool is_pm;
} fields;

/* The calendar counts in eras of 400 years, which have the same number of
 * days, and in years from March, so that the leap day comes last. */
int64_t cln_days_from_civil(int year, int month, int day) {
    const int64_t y = (int64_t)year - (month <= 2);
    const int64_t era = (y >= 0 ? y : y - 399) / 400;
    const int64_t year_of_era = y - era * 400;
    const int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    const int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

int64_t cln_seconds_from_civil(cln_civil civil) {
    return cln_days_from_civil(civil.year, civil.month, civil.day) * SECONDS_PER_DAY + civil.hour * 3600 +
           civil.minute * 60 + civil.second;
}

cln_civil cln_civil_from_seconds(int64_t seconds) {
    const bool is_before_1970 = seconds % SECONDS_PER_DAY < 0;
    const int64_t days = seconds / SECONDS_PER_DAY - is_before_1970;
    const int second_of_day = (int)(seconds % SECONDS_PER_DAY + (is_before_1970 ? SECONDS_PER_DAY : 0));
    const int64_t z = days + 719468;
    const int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    const int64_t day_of_era = z - era * 146097;
    const int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const int day_of_year = (int)(day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100));
    const int month_from_march = (5 * day_of_year + 2) / 153;
    const int month = month_from_march + (month_from_march < 10 ? 3 : -9);
    return (cln_civil){.year = (int)(year_of_era + era * 400 + (month <= 2)),
                       .month = month,
                       .day = day_of_year - (153 * month_from_march + 2) / 5 + 1,
                       .hour = second_of_day / 3600,
                       .minute = second_of_day / 60 % 60,
                       .second = second_of_day % 60};
}

int cln_days_in_month(int year, int month) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && is_leap ? 29 : days[month - 1];
}

/* How often each directive stands in a pattern; an unknown one fails. */
static cln_status count_directives(const char *pattern, int counts[128], cln_error *err) {
    for (const char *c = pattern; *c != '\0'; c++) {
        if (*c != '%') continue;
        c++;
        if (*c == '\0' || strchr("YmdHMSIpf%", *c) == NULL) {
            return cln_fail(err, CLN_ERR_USAGE,
                            "date format \"%s\": '%%%.1s' is not known; use %%Y %%m %%d %%H %%I %%p %%M %%S %%f, %%%% "
                            "for a percent sign, or \"epoch_ms\"",
                            pattern, c);
        }
        if (*c != '%' && ++counts[(int)*c] > 1) {
            return cln_fail(err, CLN_ERR_USAGE, "date format \"%s\": %%%c stands twice; leave one of them", pattern,
                            *c);
        }
    }
    return CLN_OK;
}

/* A format that could not tell the date or the hour is a mistake in it. */
static const char *find_contradiction(const int counts[128]) {
    if (counts['Y'] == 0 || counts['m'] == 0 || counts['d'] == 0) return "it needs %Y, %m and %d";
    if (counts['H'] != 0 && counts['I'] != 0) return "it has both %H and %I; keep one of them";
    if (counts['I'] != counts['p']) return "%I (hours to 12) and %p (AM or PM) go together";
    if (counts['M'] != 0 && counts['H'] + counts['I'] == 0) return "%M (minutes) needs %H or %I; months are %m";
    if (counts['S'] > counts['M']) return "%S (seconds) needs %M (minutes)";
    if (counts['f'] > counts['S']) return "%f (a fraction of a second) needs %S";
    return NULL;
}

/* The sizes of texts that can match: most texts in another format are of
 * another size. */
static void measure(cln_date_format *format) {
    for (const char *c = format->pattern; *c != '\0'; c++) {
        const char directive = *c == '%' ? *++c : '\0';
        const bool is_one_or_two = directive != '\0' && strchr("mdHMSI", directive) != NULL;
        const size_t least = directive == 'Y' ? 4 : directive == 'p' ? 2 : 1;
        format->least_size += least;
        if (format->greatest_size < SIZE_MAX) format->greatest_size += is_one_or_two ? 2 : least;
        if (directive == 'f') format->greatest_size = SIZE_MAX;
    }
}

/* ---- Texts of the usual width ---- */

/* The directives of a layout, in the order of its places. */
static const char directives_of_places[] = "YmdHMS";

/* A layout of 16 to 24 bytes, where every number has all of its digits; only
 * texts that differ from it by digits in the places of digits have it. Other
 * directives have none. */
static void lay_out(cln_date_format *format) {
    enum { LEAST = 16, MOST = 24 };
    struct cln_date_layout layout = {.size = 0};
    char text[2 * sizeof format->pattern], limits[2 * sizeof format->pattern] = {0};
    memset(layout.places, UINT8_MAX, sizeof layout.places);
    for (const char *c = format->pattern; *c != '\0'; c++) {
        if (*c != '%') {
            text[layout.size++] = *c;
            continue;
        }
        const char *const directive = strchr(directives_of_places, *++c);
        if (directive == NULL) return;
        const size_t digits = *directive == 'Y' ? 4 : 2;
        layout.places[directive - directives_of_places] = (uint8_t)layout.size;
        memset(text + layout.size, '0', digits);
        memset(limits + layout.size, 9, digits);
        layout.size += digits;
    }
    if (layout.size < LEAST || layout.size > MOST) return;
    const size_t begins[3] = {0, 8, layout.size - 8};
    for (int w = 0; w < 3; w++) {
        memcpy(&layout.words[w], text + begins[w], 8);
        memcpy(&layout.limits[w], limits + begins[w], 8);
    }
    format->layout = layout;
}

cln_status cln_date_format_compile(cln_date_format *format, const char *pattern, bool is_utc, cln_error *err) {
    *format = (cln_date_format){.is_utc = is_utc, .is_epoch_ms = strcmp(pattern, "epoch_ms") == 0};
    if (strlen(pattern) >= sizeof format->pattern) {
        return cln_fail(err, CLN_ERR_USAGE, "date format \"%.80s\" is longer than %zu bytes; shorten it", pattern,
                        sizeof format->pattern - 1);
    }
    memcpy(format->pattern, pattern, strlen(pattern) + 1);
    if (format->is_epoch_ms) return CLN_OK;
    int counts[128] = {0};
    CLN_TRY(count_directives(pattern, counts, err));
    const char *const contradiction = find_contradiction(counts);
    measure(format);
    if (contradiction == NULL) lay_out(format);
    if (contradiction == NULL) return CLN_OK;
    return cln_fail(err, CLN_ERR_USAGE, "date format \"%s\": %s", pattern, contradiction);
}

static inline bool is_digit(char c) {
    return (unsigned)(unsigned char)c - '0' < 10;
}

/* One or two digits: by arithmetic, for no branch could tell which. */
static inline const char *take_number(const char *c, const char *end, int *value) {
    if (c == end || !is_digit(*c)) return NULL;
    const unsigned first = (unsigned)(unsigned char)*c - '0';
    const unsigned next = c + 1 < end ? (unsigned)(unsigned char)c[1] - '0' : 10;
    const unsigned has_two = next < 10;
    *value = (int)(first + has_two * (9 * first + next));
    return c + 1 + has_two;
}

static inline const char *take_year(const char *c, const char *end, int *year) {
    if (end - c < 4 || !is_digit(c[0]) || !is_digit(c[1]) || !is_digit(c[2]) || !is_digit(c[3])) return NULL;
    *year = (c[0] - '0') * 1000 + (c[1] - '0') * 100 + (c[2] - '0') * 10 + (c[3] - '0');
    return c + 4;
}

static const char *take_half_of_day(const char *c, const char *end, bool *is_pm) {
    if (end - c < 2 || (c[1] | 0x20) != 'm') return NULL;
    *is_pm = (c[0] | 0x20) == 'p';
    return *is_pm || (c[0] | 0x20) == 'a' ? c + 2 : NULL;
}

static const char *take_fraction(const char *c, const char *end) {
    if (c == end || !is_digit(*c)) return NULL;
    while (c < end && is_digit(*c)) c++;
    return c;
}

/* What one directive of a compiled pattern reads; NULL when it does not fit. */
static inline const char *take_directive(char directive, const char *c, const char *end, fields *read) {
    switch (directive) {
    case 'Y':
        return take_year(c, end, &read->civil.year);
    case 'm':
        return take_number(c, end, &read->civil.month);
    case 'd':
        return take_number(c, end, &read->civil.day);
    case 'H':
        return take_number(c, end, &read->civil.hour);
    case 'M':
        return take_number(c, end, &read->civil.minute);
    case 'S':
        return take_number(c, end, &read->civil.second);
    case 'I':
        return take_number(c, end, &read->hour12);
    case 'p':
        return take_half_of_day(c, end, &read->is_pm);
    case 'f':
        return take_fraction(c, end);
    default:
        return c < end && *c == '%' ? c + 1 : NULL;
    }
}

static bool match(const char *pattern, cln_span text, fields *read) {
    const char *c = text.data;
    const char *const end = c + text.size;
    for (; *pattern != '\0'; pattern++) {
        if (*pattern == '%') {
            c = take_directive(*++pattern, c, end, read);
            if (c == NULL) return false;
        } else if (c == end || *c++ != *pattern) {
            return false;
        }
    }
    return c == end;
}

static inline uint64_t word_at(const char *bytes) {
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

/* Eight bytes less those of the layout; all of them are within the limits, or
 * *beyond has a bit set. No byte of a limit is above 9, and a byte of the
 * difference that is above 127 is beyond every limit. */
static inline uint64_t differ(const char *bytes, uint64_t layout, uint64_t limit, uint64_t *beyond) {
    const uint64_t ones = 0x0101010101010101U, high_bits = ones * 0x80;
    const uint64_t difference = word_at(bytes) ^ layout; /* digits differ from '0' by their value */
    *beyond |= (((difference & ~high_bits) + (ones * 0x7F - limit)) | difference) & high_bits;
    return difference;
}

static inline int two_digits(const char *digits, size_t place) {
    return digits[place] * 10 + digits[place + 1];
}

/* A text of the format's layout, where most are; false for all others. */
static bool match_layout(const cln_date_format *format, cln_span text, cln_civil *civil) {
    const struct cln_date_layout *layout = &format->layout;
    if (layout->size == 0 || text.size != layout->size) return false;
    char digits[32] = {0};
    uint64_t beyond = 0, word;
    const size_t begins[3] = {0, 8, layout->size - 8};
    for (int w = 0; w < 3; w++) {
        word = differ(text.data + begins[w], layout->words[w], layout->limits[w], &beyond);
        memcpy(digits + begins[w], &word, sizeof word);
    }
    if (beyond != 0) return false;
    const uint8_t *places = layout->places;
    civil->year = two_digits(digits, places[0]) * 100 + two_digits(digits, places[0] + (size_t)2);
    civil->month = two_digits(digits, places[1]);
    civil->day = two_digits(digits, places[2]);
    civil->hour = places[3] == UINT8_MAX ? 0 : two_digits(digits, places[3]);
    civil->minute = places[4] == UINT8_MAX ? 0 : two_digits(digits, places[4]);
    civil->second = places[5] == UINT8_MAX ? 0 : two_digits(digits, places[5]);
    return true;
}

/* The same as cln_seconds_from_civil for years that a text can have, in fewer
 * steps: no year is negative, and 400 years are four centuries. */
static int64_t seconds_of_read(const cln_civil *civil) {
    const uint32_t is_early = civil->month <= 2; /* years count from March, so that the leap day comes last */
    const uint32_t year = (uint32_t)civil->year - is_early;
    const uint32_t month = (uint32_t)civil->month - 3 + 12 * is_early;
    const uint32_t centuries = year / 100;
    const uint32_t days =
        365 * year + year / 4 - centuries + centuries / 4 + (153 * month + 2) / 5 + (uint32_t)civil->day;
    const int64_t days_since_1970 = (int64_t)days - 719469;
    return days_since_1970 * SECONDS_PER_DAY + civil->hour * 3600 + civil->minute * 60 + civil->second;
}

static bool exists(const cln_civil *civil) {
    return civil->year >= 1 && civil->month >= 1 && civil->month <= 12 && civil->day >= 1 &&
           (civil->day <= 28 || civil->day <= cln_days_in_month(civil->year, civil->month)) && civil->hour < 24 &&
           civil->minute < 60 && civil->second < 60;
}

/* After a change of zone the year may have left 1..9999, too. */
static bool to_local(const cln_date_format *format, int64_t read, int64_t *seconds) {
    const int64_t first = cln_days_from_civil(1, 1, 1) * SECONDS_PER_DAY;
    const int64_t end = cln_days_from_civil(LAST_YEAR + 1, 1, 1) * SECONDS_PER_DAY;
    if (read < first || read >= end) return false;
    const int64_t local = format->is_utc ? cln_utc_to_local(read) : read;
    if (local < first || local >= end) return false;
    *seconds = local;
    return true;
}

static bool parse_epoch_ms(const cln_date_format *format, cln_span text, int64_t *seconds) {
    int64_t milliseconds;
    if (!cln_parse_integer(text, &milliseconds)) return false;
    return to_local(format, milliseconds / 1000 - (milliseconds % 1000 < 0), seconds);
}

bool cln_date_parse(const cln_date_format *format, cln_span text, int64_t *seconds) {
    if (text.size == 0) return false;
    if (format->is_epoch_ms) return parse_epoch_ms(format, text, seconds);
    if (text.size < format->least_size || text.size > format->greatest_size) return false;
    fields read = {.hour12 = -1};
    if (!match_layout(format, text, &read.civil) && !match(format->pattern, text, &read)) return false;
    if (read.hour12 >= 0) {
        if (read.hour12 < 1 || read.hour12 > 12) return false;
        read.civil.hour = read.hour12 % 12 + (read.is_pm ? 12 : 0);
    }
    if (!exists(&read.civil)) return false;
    const int64_t civil_seconds = seconds_of_read(&read.civil);
    if (format->is_utc) return to_local(format, civil_seconds, seconds);
    *seconds = civil_seconds;
    return true;
}

/* Years of four digits fit; what lies beyond them (seconds of a damaged file) is cut. */
static void copy_cut(const char *made, char text[32]) {
    const size_t size = strnlen(made, 31);
    memcpy(text, made, size);
    text[size] = '\0';
}

void cln_format_timestamp(int64_t seconds, char text[32]) {
    const cln_civil civil = cln_civil_from_seconds(seconds);
    char made[80];
    (void)snprintf(made, sizeof made, "%04d-%02d-%02d %02d:%02d:%02d", civil.year, civil.month, civil.day, civil.hour,
                   civil.minute, civil.second);
    copy_cut(made, text);
}

void cln_format_date(int64_t seconds, char text[32]) {
    const cln_civil civil = cln_civil_from_seconds(seconds);
    char made[48];
    (void)snprintf(made, sizeof made, "%04d-%02d-%02d", civil.year, civil.month, civil.day);
    copy_cut(made, text);
}
