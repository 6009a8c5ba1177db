/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE /* for pseudo-terminals */
#include "colonnade/base/log.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { CAPTURED_MAX_BYTES = 16384 };

typedef void say_function(void);

/* What say() prints on standard error when that is the given descriptor. */
static void redirect(int descriptor, say_function *say) {
    const int former = dup(STDERR_FILENO);
    (void)dup2(descriptor, STDERR_FILENO);
    say();
    (void)dup2(former, STDERR_FILENO);
    (void)close(former);
}

static void read_everything(int descriptor, char captured[CAPTURED_MAX_BYTES]) {
    size_t size = 0;
    for (ssize_t got; size + 1 < CAPTURED_MAX_BYTES; size += (size_t)got) {
        got = read(descriptor, captured + size, CAPTURED_MAX_BYTES - 1 - size);
        if (got <= 0) break;
    }
    captured[size] = '\0';
}

static void capture(say_function *say, char captured[CAPTURED_MAX_BYTES]) {
    FILE *file = tmpfile();
    assert_non_null(file);
    redirect(fileno(file), say);
    assert_int_equal(lseek(fileno(file), 0, SEEK_SET), 0);
    read_everything(fileno(file), captured);
    (void)fclose(file);
}

static void say_everything(void) {
    cln_error err = {.message = "cannot open x.csv"};
    cln_note("read %d records", 7);
    cln_warning("%s", "a header without names");
    cln_error_print(&err);
}

static void one_rank_speaks(void **state) {
    (void)state;
    char captured[CAPTURED_MAX_BYTES];
    cln_log_init(true, false);
    capture(say_everything, captured);
    assert_string_equal(captured, "read 7 records\nwarning: a header without names\ncolonnade: cannot open x.csv\n");
    cln_log_init(false, false);
    capture(say_everything, captured);
    assert_string_equal(captured, "");
}

static void quiet_keeps_warnings_and_errors(void **state) {
    (void)state;
    char captured[CAPTURED_MAX_BYTES];
    cln_log_init(true, true);
    capture(say_everything, captured);
    assert_string_equal(captured, "warning: a header without names\ncolonnade: cannot open x.csv\n");
}

static void say_escape_sequence(void) {
    cln_note("no file %s", "\x1b]0;title\x07\x7f\tb\nnext");
}

static void say_long_text(void) {
    char text[10000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    cln_note("%s", text);
}

static void names_from_data_command_no_terminal(void **state) {
    (void)state;
    char captured[CAPTURED_MAX_BYTES];
    cln_log_init(true, false);
    capture(say_escape_sequence, captured);
    assert_string_equal(captured, "no file ?]0;title??\tb\nnext\n");
}

static void cuts_endless_messages(void **state) {
    (void)state;
    char captured[CAPTURED_MAX_BYTES];
    cln_log_init(true, false);
    capture(say_long_text, captured);
    assert_true(strlen(captured) > 4000 && strlen(captured) < 4100);
    assert_int_equal(captured[strlen(captured) - 1], '\n');
}

static void say_status(void) {
    cln_log_status("reading: 42 %");
    cln_log_status("reading");
    cln_note("note");
}

static void logs_hold_no_status_lines(void **state) {
    (void)state;
    char captured[CAPTURED_MAX_BYTES];
    cln_log_init(true, false);
    capture(say_status, captured);
    assert_string_equal(captured, "note\n");
}

/* False where the machine has no pseudo-terminals. */
static bool capture_on_terminal(say_function *say, char captured[CAPTURED_MAX_BYTES]) {
    const int primary = posix_openpt(O_RDWR | O_NOCTTY);
    if (primary < 0) return false;
    const int secondary =
        grantpt(primary) == 0 && unlockpt(primary) == 0 ? open(ptsname(primary), O_RDWR | O_NOCTTY) : -1;
    if (secondary >= 0) {
        redirect(secondary, say);
        (void)close(secondary);
        read_everything(primary, captured);
    }
    (void)close(primary);
    return secondary >= 0;
}

static void a_terminal_replaces_the_status_line(void **state) {
    (void)state;
    char captured[CAPTURED_MAX_BYTES];
    cln_log_init(true, false);
    if (!capture_on_terminal(say_status, captured)) skip();
    /* A shorter line covers the rest of the longer one; a message stands on a clean line. */
    assert_string_equal(captured, "\rreading: 42 %\rreading      \r       \rnote\r\n");
}

static void quiet_and_silent_processes_show_no_status(void **state) {
    (void)state;
    char captured[CAPTURED_MAX_BYTES];
    cln_log_init(true, true);
    if (!capture_on_terminal(say_status, captured)) skip();
    assert_string_equal(captured, "");
    cln_log_init(false, false);
    assert_true(capture_on_terminal(say_status, captured));
    assert_string_equal(captured, "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_rank_speaks),
        cmocka_unit_test(quiet_keeps_warnings_and_errors),
        cmocka_unit_test(names_from_data_command_no_terminal),
        cmocka_unit_test(cuts_endless_messages),
        cmocka_unit_test(logs_hold_no_status_lines),
        cmocka_unit_test(a_terminal_replaces_the_status_line),
        cmocka_unit_test(quiet_and_silent_processes_show_no_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
