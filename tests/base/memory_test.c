/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void new_arrays_are_zeroed_and_never_null(void **state) {
    (void)state;
    uint64_t *items = NULL;
    assert_int_equal(cln_new_array(&items, 1000, sizeof *items, NULL), CLN_OK);
    for (size_t i = 0; i < 1000; i++) assert_int_equal(items[i], 0);
    free(items);
    items = NULL;
    assert_int_equal(cln_new_array(&items, 0, sizeof *items, NULL), CLN_OK);
    assert_non_null(items);
    free(items);
}

/* A count from a damaged file must fail, not wrap around to a small room. */
static void sizes_that_overflow_are_refused(void **state) {
    (void)state;
    uint64_t *items = NULL;
    cln_error err = {.message = ""};
    assert_int_equal(cln_new_array(&items, SIZE_MAX / 8 + 2, sizeof *items, &err), CLN_ERR_INTERNAL);
    assert_null(items);
    assert_non_null(strstr(err.message, "out of memory"));
    size_t capacity = 0;
    assert_int_equal(cln_grow_array(&items, &capacity, SIZE_MAX / 8 + 2, sizeof *items, &err), CLN_ERR_INTERNAL);
    assert_null(items);
    assert_int_equal(capacity, 0);
}

static void grown_arrays_keep_their_items_and_zero_the_rest(void **state) {
    (void)state;
    uint32_t *items = NULL;
    size_t capacity = 0;
    size_t used = 0;
    size_t growths = 0;
    for (uint32_t i = 1; i <= 10000; i++) {
        const size_t before = capacity;
        assert_int_equal(cln_grow_array(&items, &capacity, used + 1, sizeof *items, NULL), CLN_OK);
        assert_true(capacity > used);
        growths += capacity != before;
        assert_int_equal(items[used], 0);
        items[used++] = i;
    }
    for (uint32_t i = 0; i < 10000; i++) assert_int_equal(items[i], i + 1);
    assert_true(growths < 20);
    free(items);
}

static void texts_are_copied(void **state) {
    (void)state;
    char *copy = NULL;
    char source[] = "abc";
    assert_int_equal(cln_copy_string(&copy, source, NULL), CLN_OK);
    source[0] = 'x';
    assert_string_equal(copy, "abc");
    free(copy);
    assert_int_equal(cln_copy_span(&copy, cln_span_of("abcdef", 2), NULL), CLN_OK);
    assert_string_equal(copy, "ab");
    free(copy);
    assert_int_equal(cln_copy_span(&copy, cln_span_of(NULL, 0), NULL), CLN_OK);
    assert_string_equal(copy, "");
    free(copy);
    assert_int_equal(cln_format_string(&copy, NULL, "%s %d %.2f", "x", -7, 0.5), CLN_OK);
    assert_string_equal(copy, "x -7 0.50");
    free(copy);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_arrays_are_zeroed_and_never_null),
        cmocka_unit_test(sizes_that_overflow_are_refused),
        cmocka_unit_test(grown_arrays_keep_their_items_and_zero_the_rest),
        cmocka_unit_test(texts_are_copied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
