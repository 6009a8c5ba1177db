/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/span.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void spans_are_equal_by_their_bytes(void **state) {
    (void)state;
    assert_true(cln_span_equal(cln_span_of("abc", 2), cln_span_of("abd", 2)));
    assert_false(cln_span_equal(cln_span_of("abc", 3), cln_span_of("abc", 2)));
    assert_false(cln_span_equal(cln_span_of("a\0b", 3), cln_span_of("a\0c", 3)));
    assert_true(cln_span_equal(cln_span_of(NULL, 0), cln_span_of_string("")));
}

/* In ascending order; beyond ASCII the bytes count as unsigned. */
static void order_is_bytewise_and_prefixes_come_first(void **state) {
    (void)state;
    const cln_span ordered[] = {cln_span_of(NULL, 0),           cln_span_of("\0", 1),      cln_span_of_string("A"),
                                cln_span_of_string("AB"),       cln_span_of_string("B"),   cln_span_of_string("a"),
                                cln_span_of_string("\xC3\x86"), cln_span_of_string("\xFF")};
    const int count = (int)(sizeof ordered / sizeof ordered[0]);
    for (int i = 0; i < count; i++) {
        for (int j = 0; j < count; j++) {
            const int order = cln_span_compare(ordered[i], ordered[j]);
            assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
        }
    }
}

static void trimming_takes_blanks_from_both_ends_only(void **state) {
    (void)state;
    assert_true(cln_span_equal(cln_span_trim(cln_span_of_string(" \t a b \t")), cln_span_of_string("a b")));
    assert_true(cln_span_equal(cln_span_trim(cln_span_of_string("ab")), cln_span_of_string("ab")));
    assert_true(cln_span_equal(cln_span_trim(cln_span_of_string("\nab\r")), cln_span_of_string("\nab\r")));
    assert_int_equal(cln_span_trim(cln_span_of_string("  \t ")).size, 0);
    assert_int_equal(cln_span_trim(cln_span_of_string("")).size, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spans_are_equal_by_their_bytes),
        cmocka_unit_test(order_is_bytewise_and_prefixes_come_first),
        cmocka_unit_test(trimming_takes_blanks_from_both_ends_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
