/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/date.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static cln_date_format compiled(const char *pattern, bool is_utc) {
    cln_date_format format;
    cln_error err = {.message = ""};
    if (cln_date_format_compile(&format, pattern, is_utc, &err) != CLN_OK) fail_msg("%s: %s", pattern, err.message);
    return format;
}

/* What a text means under a pattern, as text; "-" when it does not match. */
static const char *read_as(const char *pattern, bool is_utc, const char *text) {
    static char result[32];
    const cln_date_format format = compiled(pattern, is_utc);
    int64_t seconds;
    if (!cln_date_parse(&format, cln_span_of_string(text), &seconds)) return "-";
    cln_format_timestamp(seconds, result);
    return result;
}

#define assert_reads(pattern, text, expected) assert_string_equal(read_as(pattern, false, text), expected)
#define assert_refuses(pattern, text)         assert_reads(pattern, text, "-")

/* An independent calendar: day after day from 1600-03-01, which is 135,080
 * days before 1970-01-01. */
static void every_day_counts_up_and_comes_back(void **state) {
    (void)state;
    cln_civil day = {.year = 1600, .month = 3, .day = 1};
    for (int64_t days = -135080; day.year < 2420; days++) {
        assert_int_equal(cln_days_from_civil(day.year, day.month, day.day), days);
        const cln_civil back = cln_civil_from_seconds(days * 86400 + 86399);
        assert_true(back.year == day.year && back.month == day.month && back.day == day.day);
        assert_true(back.hour == 23 && back.minute == 59 && back.second == 59);
        const bool is_leap = (day.year % 4 == 0 && day.year % 100 != 0) || day.year % 400 == 0;
        static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
        const int length = day.month == 2 && is_leap ? 29 : lengths[day.month - 1];
        assert_int_equal(cln_days_in_month(day.year, day.month), length);
        if (++day.day > length) {
            day.day = 1;
            day.month = day.month % 12 + 1;
            day.year += day.month == 1;
        }
    }
    assert_int_equal(cln_days_from_civil(1970, 1, 1), 0);
    assert_int_equal(cln_days_from_civil(2000, 3, 1), 11017);
}

static void seconds_round_trip_on_both_sides_of_1970(void **state) {
    (void)state;
    for (int64_t seconds = INT64_C(-40000000000); seconds < INT64_C(40000000000); seconds += 86399 * 17) {
        assert_int_equal(cln_seconds_from_civil(cln_civil_from_seconds(seconds)), seconds);
    }
    char text[32];
    cln_format_timestamp(-1, text);
    assert_string_equal(text, "1969-12-31 23:59:59");
    cln_format_date(-1, text);
    assert_string_equal(text, "1969-12-31");
}

/* Seconds of a damaged store must not overrun the caller's room. */
static void formatting_any_seconds_stays_in_its_room(void **state) {
    (void)state;
    const int64_t extremes[] = {INT64_MIN, INT64_MIN + 1, INT64_MAX, INT64_C(-62135596801), INT64_C(253402300800)};
    for (size_t i = 0; i < sizeof extremes / sizeof extremes[0]; i++) {
        char text[32];
        memset(text, 'x', sizeof text);
        cln_format_timestamp(extremes[i], text);
        assert_non_null(memchr(text, '\0', sizeof text));
        memset(text, 'x', sizeof text);
        cln_format_date(extremes[i], text);
        assert_non_null(memchr(text, '\0', sizeof text));
    }
}

static void the_formats_of_the_wild_are_read(void **state) {
    (void)state;
    assert_reads("%Y-%m-%d %H:%M:%S", "2015-07-12 09:55:00", "2015-07-12 09:55:00");
    assert_reads("%m/%d/%Y %I:%M:%S %p", "8/2/2025 4:16:00 PM", "2025-08-02 16:16:00");
    assert_reads("%m/%d/%Y %I:%M:%S %p", "08/02/2025 04:16:00 pm", "2025-08-02 16:16:00");
    assert_reads("%m/%d/%Y %I:%M:%S %p", "1/1/2019 12:00:00 AM", "2019-01-01 00:00:00");
    assert_reads("%m/%d/%Y %I:%M:%S %p", "1/1/2019 12:59:59 Pm", "2019-01-01 12:59:59");
    assert_reads("%Y-%m-%dT%H:%M:%S.%fZ", "2019-01-01T01:02:03.987654321012Z", "2019-01-01 01:02:03");
    assert_reads("%Y%m%d", "20160229", "2016-02-29 00:00:00");
    assert_reads("%Y-%m-%d", "2016-2-9", "2016-02-09 00:00:00");
    assert_reads("%d.%m.%Y %H:%M", "31.12.0001 23:59", "0001-12-31 23:59:00");
    assert_reads("100%% %Y-%m-%d", "100% 9999-12-31", "9999-12-31 00:00:00");
}

/* The last day of every month and the one behind it, of the usual width and of
 * another. */
static void every_month_ends_where_it_should(void **state) {
    (void)state;
    cln_date_format format;
    assert_int_equal(cln_date_format_compile(&format, "%Y-%m-%dT%H:%M", false, NULL), CLN_OK);
    for (int year = 1; year <= 9999; year++) {
        for (int month = 1; month <= 12; month++) {
            const int days = cln_days_in_month(year, month);
            const int64_t expected = cln_seconds_from_civil((cln_civil){year, month, days, 23, 59, 0});
            char text[32];
            int64_t seconds;
            const int size = snprintf(text, sizeof text, "%04d-%02d-%02dT23:59", year, month, days);
            assert_true(cln_date_parse(&format, cln_span_of(text, (size_t)size), &seconds) && seconds == expected);
            const int narrow = snprintf(text, sizeof text, "%04d-%d-%dT23:59", year, month, days);
            assert_true(cln_date_parse(&format, cln_span_of(text, (size_t)narrow), &seconds) && seconds == expected);
            const int behind = snprintf(text, sizeof text, "%04d-%02d-%02dT23:59", year, month, days + 1);
            assert_false(cln_date_parse(&format, cln_span_of(text, (size_t)behind), &seconds));
        }
    }
}

/* One byte that is not what the layout has, in any place. */
static void every_byte_must_match(void **state) {
    (void)state;
    cln_date_format format;
    assert_int_equal(cln_date_format_compile(&format, "%Y-%m-%d %H:%M:%S Z", false, NULL), CLN_OK);
    static const char good[] = "2015-07-12 09:55:10 Z";
    static const char others[] = {'/', ':', ' ', 'a', '-', '\0', (char)0xB1, (char)0x90};
    int64_t seconds;
    assert_true(cln_date_parse(&format, cln_span_of(good, sizeof good - 1), &seconds));
    for (size_t place = 0; place < sizeof good - 1; place++) {
        for (size_t o = 0; o < sizeof others; o++) {
            char text[sizeof good];
            memcpy(text, good, sizeof good);
            if (text[place] == others[o]) continue;
            text[place] = others[o];
            if (cln_date_parse(&format, cln_span_of(text, sizeof good - 1), &seconds)) fail_msg("%s was read", text);
        }
    }
}

static void dates_that_do_not_exist_are_refused(void **state) {
    (void)state;
    static const char *const texts[] = {"2015-02-29", "1900-02-29", "2015-04-31", "2015-13-01",
                                        "2015-00-10", "2015-01-00", "2015-01-32", "0000-01-01"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) assert_refuses("%Y-%m-%d", texts[i]);
    assert_reads("%Y-%m-%d", "2000-02-29", "2000-02-29 00:00:00");
    assert_refuses("%Y-%m-%d %H:%M:%S", "2015-01-01 24:00:00");
    assert_refuses("%Y-%m-%d %H:%M:%S", "2015-01-01 23:60:00");
    assert_refuses("%Y-%m-%d %H:%M:%S", "2015-01-01 23:59:60");
    assert_refuses("%m/%d/%Y %I:%M:%S %p", "1/1/2019 13:00:00 PM");
    assert_refuses("%m/%d/%Y %I:%M:%S %p", "1/1/2019 0:00:00 AM");
}

static void only_whole_texts_match(void **state) {
    (void)state;
    static const char *const texts[] = {"",           " 2015-01-02", "2015-01-02 ", "2015-01-021", "2015-01-",
                                        "2015/01/02", "15-01-02",    "+015-01-02",  "2015-01-0x",  "2015-01-02\n",
                                        "-",          "2015",        "20150-01-02", "2015- 1-02"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) assert_refuses("%Y-%m-%d", texts[i]);
    assert_refuses("%m/%d/%Y %I:%M:%S %p", "1/1/2019 1:00:00");
    assert_refuses("%m/%d/%Y %I:%M:%S %p", "1/1/2019 1:00:00 A");
    assert_refuses("%m/%d/%Y %I:%M:%S %p", "1/1/2019 1:00:00 XM");
    assert_refuses("%Y-%m-%d %H:%M:%S.%f", "2015-01-01 00:00:00.");
    const cln_date_format format = compiled("%Y-%m-%d", false);
    int64_t seconds;
    const char text[] = {'2', '0', '1', '5', '-', '0', '1', '-', '0', '\0'};
    assert_false(cln_date_parse(&format, cln_span_of(text, sizeof text), &seconds));
    assert_false(cln_date_parse(&format, cln_span_of(NULL, 0), &seconds));
}

/* The text may end anywhere, also at the end of a mapped page: the reader
 * must not look behind it (the sanitizer watches). */
static void a_cut_text_is_refused_without_a_look_behind_it(void **state) {
    (void)state;
    static const char whole[] = "8/2/2025 4:16:00 PM";
    const cln_date_format format = compiled("%m/%d/%Y %I:%M:%S %p", false);
    for (size_t size = 1; size < sizeof whole - 1; size++) {
        char *cut = malloc(size);
        assert_non_null(cut);
        memcpy(cut, whole, size);
        int64_t seconds;
        assert_false(cln_date_parse(&format, cln_span_of(cut, size), &seconds));
        free(cut);
    }
}

static void wrong_patterns_are_explained(void **state) {
    (void)state;
    static const struct {
        const char *pattern, *said;
    } cases[] = {
        {"%y-%m-%d", "'%y' is not known"},
        {"%Y-%m-%d %", "is not known"},
        {"%Y-%m", "needs %Y, %m and %d"},
        {"%Y-%m-%d %m", "%m stands twice"},
        {"%Y-%m-%d %I:%M", "%p"},
        {"%Y-%m-%d %H:%M %p", "%p"},
        {"%Y-%m-%d %H:%I %p", "%H and %I"},
        {"%Y-%m-%d %M", "%M (minutes) needs"},
        {"%Y-%m-%d %H:%S", "%S (seconds) needs"},
        {"%Y-%m-%d %H:%M.%f", "%f"},
        {"", "needs"},
        {"%Y-%m-%d ..............................................................", "longer than 63 bytes"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cln_date_format format;
        cln_error err = {.message = ""};
        assert_int_equal(cln_date_format_compile(&format, cases[i].pattern, false, &err), CLN_ERR_USAGE);
        if (strstr(err.message, cases[i].said) == NULL) fail_msg("%s", err.message);
    }
}

static void epoch_milliseconds_round_down(void **state) {
    (void)state;
    assert_reads("epoch_ms", "1436694900000", "2015-07-12 09:55:00");
    assert_reads("epoch_ms", "1436694900999", "2015-07-12 09:55:00");
    assert_reads("epoch_ms", "0", "1970-01-01 00:00:00");
    assert_reads("epoch_ms", "-1", "1969-12-31 23:59:59");
    assert_reads("epoch_ms", "-1000", "1969-12-31 23:59:59");
    assert_reads("epoch_ms", "253402300799999", "9999-12-31 23:59:59");
    assert_refuses("epoch_ms", "253402300800000");
    assert_refuses("epoch_ms", "-62135596800001");
    assert_refuses("epoch_ms", "9223372036854775807");
    assert_refuses("epoch_ms", "1.5");
    assert_refuses("epoch_ms", "");
}

/* In the spring an hour of local time does not exist, in the autumn one
 * comes twice: two different hours of UTC become the same local hour. */
static void denver_changes_its_clocks(void **state) {
    (void)state;
    cln_error err = {.message = ""};
    if (cln_set_time_zone("America/Denver", &err) != CLN_OK) fail_msg("%s", err.message);
    static const struct {
        const char *utc, *local;
    } cases[] = {
        {"2015-01-01 00:00:00", "2014-12-31 17:00:00"}, {"2015-07-12 15:55:00", "2015-07-12 09:55:00"},
        {"2015-03-08 08:59:59", "2015-03-08 01:59:59"}, {"2015-03-08 09:00:00", "2015-03-08 03:00:00"},
        {"2015-11-01 07:00:00", "2015-11-01 01:00:00"}, {"2015-11-01 07:59:59", "2015-11-01 01:59:59"},
        {"2015-11-01 08:00:00", "2015-11-01 01:00:00"}, {"2015-11-01 08:59:59", "2015-11-01 01:59:59"},
        {"2015-11-01 09:00:00", "2015-11-01 02:00:00"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_string_equal(read_as("%Y-%m-%d %H:%M:%S", true, cases[i].utc), cases[i].local);
    }
    assert_string_equal(read_as("epoch_ms", true, "1446368400000"), "2015-11-01 02:00:00");
    /* Local texts are taken as they stand, in the hour that does not exist, too. */
    assert_reads("%Y-%m-%d %H:%M:%S", "2015-03-08 02:30:00", "2015-03-08 02:30:00");
    /* A change of zone does not leave the years 1..9999. */
    assert_string_equal(read_as("%Y-%m-%d", true, "0001-01-01"), "-");
}

static void wrong_zones_are_refused_and_change_nothing(void **state) {
    (void)state;
    cln_error err = {.message = ""};
    assert_int_equal(cln_set_time_zone("America/Denver", &err), CLN_OK);
    static const char *const names[] = {"America/Denvr",
                                        "America",
                                        "",
                                        "../zoneinfo/UTC",
                                        "/etc/localtime",
                                        "America/",
                                        "EST5EDT,M3.2.0,M11.1.0",
                                        ":America/Denver",
                                        "America//../UTC",
                                        "MST 7"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_int_equal(cln_set_time_zone(names[i], &err), CLN_ERR_USAGE);
        assert_non_null(strstr(err.message, "time zone"));
        assert_int_equal(cln_utc_to_local(0), -7 * 3600);
    }
    assert_int_equal(cln_set_time_zone("UTC", &err), CLN_OK);
    assert_int_equal(cln_utc_to_local(1446364800), 1446364800);
}

/* The C library takes any file that is no zone for UTC, in silence. */
static void a_file_that_is_no_zone_is_refused(void **state) {
    (void)state;
    char folder[] = "/tmp/colonnade_zones_XXXXXX";
    assert_non_null(mkdtemp(folder));
    char path[64];
    (void)snprintf(path, sizeof path, "%s/Broken", folder);
    FILE *const file = fopen(path, "w");
    assert_non_null(file);
    (void)fputs("not a zone", file);
    (void)fclose(file);
    (void)setenv("TZDIR", folder, 1);
    const cln_status status = cln_set_time_zone("Broken", NULL);
    (void)unsetenv("TZDIR");
    (void)unlink(path);
    (void)rmdir(folder);
    assert_int_equal(status, CLN_ERR_USAGE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_counts_up_and_comes_back),
        cmocka_unit_test(seconds_round_trip_on_both_sides_of_1970),
        cmocka_unit_test(formatting_any_seconds_stays_in_its_room),
        cmocka_unit_test(the_formats_of_the_wild_are_read),
        cmocka_unit_test(every_month_ends_where_it_should),
        cmocka_unit_test(every_byte_must_match),
        cmocka_unit_test(dates_that_do_not_exist_are_refused),
        cmocka_unit_test(only_whole_texts_match),
        cmocka_unit_test(a_cut_text_is_refused_without_a_look_behind_it),
        cmocka_unit_test(wrong_patterns_are_explained),
        cmocka_unit_test(epoch_milliseconds_round_down),
        cmocka_unit_test(denver_changes_its_clocks),
        cmocka_unit_test(wrong_zones_are_refused_and_change_nothing),
        cmocka_unit_test(a_file_that_is_no_zone_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
