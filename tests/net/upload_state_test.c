/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../../src/net/upload_state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "must.h"

static bool is_taken(const char *part_bytes) {
    char text[256];
    (void)snprintf(text, sizeof text,
                   "{\"url\": \"http://a/b\", \"key\": \"d/b.csv\", \"upload_id\": \"1\", \"mark\": \"m\", "
                   "\"part_bytes\": %s}",
                   part_bytes);
    cln_upload_state state;
    bool is_whole = false;
    must(cln_upload_state_parse(&state, cln_span_of_string(text), &is_whole, NULL));
    cln_upload_state_clean_up(&state);
    return is_whole;
}

/* The object may be anybody's: parts of one byte would never come to an end. */
static void parts_are_as_large_as_s3_takes_them(void **state) {
    (void)state;
    assert_true(is_taken("5242880"));
    assert_false(is_taken("5242879"));
    assert_false(is_taken("1"));
    assert_false(is_taken("-5242880"));
    assert_false(is_taken("1e300"));
    assert_false(is_taken("\"5242880\""));
}

static void a_state_is_known_by_its_name(void **state) {
    (void)state;
    assert_true(cln_upload_state_is_key("calls/2026-01-02/.a.csv.upload"));
    assert_true(cln_upload_state_is_key(".a.csv.upload"));
    assert_false(cln_upload_state_is_key("calls/2026-01-02/a.csv.upload"));
    assert_false(cln_upload_state_is_key("calls/.upload/a.csv"));
    assert_false(cln_upload_state_is_key("calls/.a.csv"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_are_as_large_as_s3_takes_them),
        cmocka_unit_test(a_state_is_known_by_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
