/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Date formats: the first line of the input is a pattern, the rest a text in
 * it. What is read is compared with a second reader and glibc's calendar.
 */
#include "colonnade/base/date.h"
#include "colonnade/base/memory.h"

#include "fuzz.h"
#include "must.h"

#include <string.h>
#include <time.h>

/* ---- A second reader ---- */

typedef struct reading {
    const char *at, *end;
    bool is_good;
    int of[128]; /* by directive; -1 where there is none */
} reading;

static void read_digits(reading *r, int directive, int least, int most) {
    int count = 0;
    for (r->of[directive] = 0; r->at < r->end && count < most && *r->at >= '0' && *r->at <= '9'; count++) {
        r->of[directive] = r->of[directive] * 10 + (*r->at++ - '0');
    }
    if (count < least) r->is_good = false;
}

static void read_fraction(reading *r) {
    const char *const begin = r->at;
    while (r->at < r->end && *r->at >= '0' && *r->at <= '9') r->at++;
    if (r->at == begin) r->is_good = false;
}

static void read_half(reading *r) {
    static const char *const halves[] = {"AM", "am", "Am", "aM", "PM", "pm", "Pm", "pM"};
    for (int h = 0; h < 8; h++) {
        if (r->end - r->at < 2 || memcmp(r->at, halves[h], 2) != 0) continue;
        r->of['p'] = h / 4;
        r->at += 2;
        return;
    }
    r->is_good = false;
}

static void read_literal(reading *r, char c) {
    if (r->at == r->end || *r->at != c)
        r->is_good = false;
    else
        r->at++;
}

static void read_pattern(reading *r, const char *pattern) {
    for (; *pattern != '\0' && r->is_good; pattern++) {
        if (*pattern != '%')
            read_literal(r, *pattern);
        else if (*++pattern == 'Y')
            read_digits(r, 'Y', 4, 4);
        else if (*pattern == 'f')
            read_fraction(r);
        else if (*pattern == 'p')
            read_half(r);
        else if (*pattern == '%')
            read_literal(r, '%');
        else
            read_digits(r, *pattern, 1, 2);
    }
    if (r->at != r->end) r->is_good = false;
}

static int hour_of(const reading *r) {
    if (r->of['I'] < 0) return r->of['H'] < 0 ? 0 : r->of['H'];
    if (r->of['I'] < 1 || r->of['I'] > 12) return -1;
    return r->of['I'] % 12 + 12 * r->of['p'];
}

static int or_zero(int value) {
    return value < 0 ? 0 : value;
}

/* glibc's calendar moves what does not exist to what does. */
static bool exists(const struct tm *asked, int64_t *seconds) {
    struct tm moved = *asked;
    *seconds = timegm(&moved);
    return asked->tm_year >= 1 - 1900 && moved.tm_year == asked->tm_year && moved.tm_mon == asked->tm_mon &&
           moved.tm_mday == asked->tm_mday && moved.tm_hour == asked->tm_hour && moved.tm_min == asked->tm_min &&
           moved.tm_sec == asked->tm_sec;
}

static bool read_again(const char *pattern, cln_span text, int64_t *seconds) {
    reading r = {.at = text.data, .end = text.data + text.size, .is_good = text.size > 0};
    memset(r.of, -1, sizeof r.of);
    read_pattern(&r, pattern);
    if (!r.is_good) return false;
    const struct tm asked = {.tm_year = r.of['Y'] - 1900,
                             .tm_mon = r.of['m'] - 1,
                             .tm_mday = r.of['d'],
                             .tm_hour = hour_of(&r),
                             .tm_min = or_zero(r.of['M']),
                             .tm_sec = or_zero(r.of['S'])};
    return exists(&asked, seconds);
}

/* ---- Checks ---- */

static void check_civil(int64_t seconds) {
    static const char pattern[] = "%Y-%m-%d %H:%M:%S";
    FUZZ_CHECK(cln_seconds_from_civil(cln_civil_from_seconds(seconds)) == seconds);
    cln_date_format format;
    must(cln_date_format_compile(&format, pattern, false, NULL));
    char written[32];
    int64_t found = -1;
    cln_format_timestamp(seconds, written);
    FUZZ_CHECK(cln_date_parse(&format, cln_span_of_string(written), &found) && found == seconds);
}

static void check_range(int64_t seconds) {
    FUZZ_CHECK(seconds >= cln_days_from_civil(1, 1, 1) * 86400 && seconds < cln_days_from_civil(10000, 1, 1) * 86400);
}

static void check_format(const char *pattern, cln_span text) {
    cln_error err = {.message = ""};
    cln_date_format format;
    if (cln_date_format_compile(&format, pattern, false, &err) != CLN_OK) {
        FUZZ_CHECK(err.message[0] != '\0' && memchr(err.message, '\0', sizeof err.message) != NULL);
        return;
    }
    int64_t found = 0, expected = 0;
    const bool is_read = cln_date_parse(&format, text, &found);
    if (!format.is_epoch_ms) {
        FUZZ_CHECK(is_read == read_again(pattern, text, &expected));
        FUZZ_CHECK(!is_read || found == expected);
    }
    if (is_read) {
        check_range(found);
        check_civil(found);
    }
    must(cln_date_format_compile(&format, pattern, true, NULL));
    if (cln_date_parse(&format, text, &found)) check_range(found);
}

/* What a damaged file may hold is written without harm. */
static void check_any_seconds(cln_span text) {
    int64_t seconds;
    if (text.size < sizeof seconds) return;
    memcpy(&seconds, text.data, sizeof seconds);
    char written[32];
    cln_format_timestamp(seconds, written);
    FUZZ_CHECK(memchr(written, '\0', sizeof written) != NULL);
    cln_format_date(seconds, written);
    FUZZ_CHECK(memchr(written, '\0', sizeof written) != NULL);
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    must(cln_set_time_zone("America/Denver", NULL));
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const cln_span input = fuzz_input(data, size);
    check_any_seconds(input);
    const char *const line_end = size == 0 ? NULL : memchr(input.data, '\n', size);
    if (line_end == NULL) return 0;
    const size_t pattern_size = (size_t)(line_end - input.data);
    char *pattern, *text = malloc(size - pattern_size);
    if (text == NULL || memchr(input.data, '\0', pattern_size) != NULL) {
        free(text);
        return 0;
    }
    must(cln_copy_span(&pattern, cln_span_of(input.data, pattern_size), NULL));
    const size_t text_size = size - pattern_size - 1;
    memcpy(text, line_end + 1, text_size);
    check_format(pattern, cln_span_of(text, text_size));
    free(pattern);
    free(text);
    return 0;
}
