/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/string_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint32_t interned(cln_string_table *table, cln_span text) {
    uint32_t code = UINT32_MAX;
    cln_error err = {.message = ""};
    if (cln_string_table_intern(table, text, &code, &err) != CLN_OK) fail_msg("%s", err.message);
    return code;
}

static void codes_follow_the_first_appearance(void **state) {
    (void)state;
    cln_string_table table;
    cln_string_table_init(&table, 1000);
    assert_int_equal(interned(&table, cln_span_of_string("Five Points")), 0);
    assert_int_equal(interned(&table, cln_span_of_string("Baker")), 1);
    assert_int_equal(interned(&table, cln_span_of_string("Five Points")), 0);
    assert_int_equal(interned(&table, cln_span_of_string("Five Point")), 2);
    assert_int_equal(interned(&table, cln_span_of_string("Baker")), 1);
    assert_int_equal(table.count, 3);
    assert_true(cln_span_equal(cln_string_table_text(&table, 2), cln_span_of_string("Five Point")));
    cln_string_table_clean_up(&table);
    assert_int_equal(table.count, 0);
    assert_int_equal(interned(&table, cln_span_of_string("again")), 0);
    cln_string_table_clean_up(&table);
}

static void texts_may_hold_any_byte_or_none(void **state) {
    (void)state;
    cln_string_table table;
    cln_string_table_init(&table, 1000);
    assert_int_equal(interned(&table, cln_span_of(NULL, 0)), 0);
    assert_int_equal(cln_string_table_text(&table, 0).size, 0);
    assert_int_equal(interned(&table, cln_span_of("\0", 1)), 1);
    assert_int_equal(interned(&table, cln_span_of("\0\0", 2)), 2);
    assert_int_equal(interned(&table, cln_span_of("\xFF", 1)), 3);
    assert_int_equal(interned(&table, cln_span_of_string("")), 0);
    assert_int_equal(interned(&table, cln_span_of("\0\0", 2)), 2);
    cln_string_table_clean_up(&table);
}

/* The caller's bytes may change right after: the table has its own. */
static void many_texts_keep_their_codes_while_the_table_grows(void **state) {
    (void)state;
    cln_string_table table;
    cln_string_table_init(&table, (size_t)1 << 24);
    char text[64];
    for (uint32_t round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < 200000; i++) {
            const int size =
                snprintf(text, sizeof text, "%u%s", i, i % 3 == 0 ? " a longer text than most cells have" : "");
            const uint32_t code = interned(&table, cln_span_of(text, (size_t)size));
            if (code != i) fail_msg("%s has code %u", text, code);
        }
    }
    assert_int_equal(table.count, 200000);
    for (uint32_t i = 0; i < 200000; i += 997) {
        const int size =
            snprintf(text, sizeof text, "%u%s", i, i % 3 == 0 ? " a longer text than most cells have" : "");
        assert_true(cln_span_equal(cln_string_table_text(&table, i), cln_span_of(text, (size_t)size)));
    }
    cln_string_table_clean_up(&table);
}

static void a_text_over_the_limit_leaves_the_table_as_it_was(void **state) {
    (void)state;
    cln_string_table table;
    cln_string_table_init(&table, 100);
    char text[101];
    memset(text, 'x', sizeof text);
    assert_int_equal(interned(&table, cln_span_of_string("short")), 0);
    uint32_t code = 77;
    cln_error err;
    assert_int_equal(cln_string_table_intern(&table, cln_span_of(text, 96), &code, &err), CLN_ERR_INTERNAL);
    assert_int_equal(code, 77);
    assert_int_equal(table.count, 1);
    assert_int_equal(interned(&table, cln_span_of_string("short")), 0);
    assert_int_equal(interned(&table, cln_span_of(text, 95)), 1);
    assert_int_equal(cln_string_table_intern(&table, cln_span_of_string("y"), &code, NULL), CLN_ERR_INTERNAL);
    assert_int_equal(interned(&table, cln_span_of(text, 95)), 1);
    cln_string_table_clean_up(&table);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_follow_the_first_appearance),
        cmocka_unit_test(texts_may_hold_any_byte_or_none),
        cmocka_unit_test(many_texts_keep_their_codes_while_the_table_grows),
        cmocka_unit_test(a_text_over_the_limit_leaves_the_table_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
