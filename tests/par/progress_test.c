/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/par/progress.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void assert_line(uint64_t total, cln_progress_unit unit, uint64_t done, double seconds, const char *expected) {
    cln_progress progress;
    char line[128];
    cln_progress_init(&progress, "ingest a.csv", total, unit);
    cln_progress_format(&progress, done, seconds, line, sizeof line);
    assert_string_equal(line, expected);
}

static void tells_rate_and_time_left(void **state) {
    (void)state;
    assert_line(2000000000, CLN_PROGRESS_BYTES, 500000000, 2, "ingest a.csv: 25 %, 500 MB, 250 MB/s, 6 s left");
    assert_line(20000, CLN_PROGRESS_ITEMS, 5000, 10, "ingest a.csv: 25 %, 5000, 500/s, 30 s left");
    assert_line(1000, CLN_PROGRESS_BYTES, 1000, 1, "ingest a.csv: 100 %, 1.0 kB, 1.0 kB/s, 0 s left");
}

static void what_was_done_before_does_not_count_for_the_rate(void **state) {
    (void)state;
    cln_progress progress;
    char line[128];
    cln_progress_init(&progress, "fetch", 1000000, CLN_PROGRESS_BYTES);
    progress.before = 600000;
    cln_progress_format(&progress, 800000, 2, line, sizeof line);
    assert_string_equal(line, "fetch: 80 %, 800 kB, 100 kB/s, 2 s left");
    cln_progress_format(&progress, 600000, 2, line, sizeof line);
    assert_string_equal(line, "fetch: 60 %, 600 kB");
    progress.is_brief = true;
    cln_progress_format(&progress, 800000, 2, line, sizeof line);
    assert_string_equal(line, "fetch: 80 %, 100 kB/s, 2 s");
}

static void scales_amounts_and_times(void **state) {
    (void)state;
    assert_line(0, CLN_PROGRESS_BYTES, 999, 1, "ingest a.csv: 999 B, 999 B/s");
    assert_line(0, CLN_PROGRESS_BYTES, 999600, 1, "ingest a.csv: 1.0 MB, 1.0 MB/s");
    assert_line(0, CLN_PROGRESS_BYTES, 23456789012, 10, "ingest a.csv: 23 GB, 2.3 GB/s");
    assert_line(700, CLN_PROGRESS_ITEMS, 100, 100, "ingest a.csv: 14 %, 100, 1/s, 10 min left");
    assert_line(37, CLN_PROGRESS_ITEMS, 1, 3600, "ingest a.csv: 3 %, 1, 0/s, 36 h left");
}

static void says_nothing_that_nobody_knows(void **state) {
    (void)state;
    assert_line(0, CLN_PROGRESS_ITEMS, 12, 0.1, "ingest a.csv: 12"); /* no total; too early for a rate */
    assert_line(100, CLN_PROGRESS_ITEMS, 0, 5, "ingest a.csv: 0 %, 0");
    assert_line(100, CLN_PROGRESS_ITEMS, 150, 1, "ingest a.csv: 100 %, 150, 100/s, 0 s left"); /* the input grew */
}

static void cuts_the_line_to_its_room(void **state) {
    (void)state;
    cln_progress progress;
    char line[8];
    cln_progress_init(&progress, "a long label", 10, CLN_PROGRESS_ITEMS);
    cln_progress_format(&progress, 5, 1, line, sizeof line);
    assert_string_equal(line, "a long ");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_rate_and_time_left),  cmocka_unit_test(what_was_done_before_does_not_count_for_the_rate),
        cmocka_unit_test(scales_amounts_and_times),  cmocka_unit_test(says_nothing_that_nobody_knows),
        cmocka_unit_test(cuts_the_line_to_its_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
