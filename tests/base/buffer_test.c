/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/buffer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void everything_appended_stands_in_order(void **state) {
    (void)state;
    cln_buffer buffer;
    cln_error err;
    cln_buffer_init(&buffer, 1 << 20);
    assert_int_equal(cln_buffer_append(&buffer, "\0a", 2, &err), CLN_OK);
    assert_int_equal(cln_buffer_append_string(&buffer, "bc", &err), CLN_OK);
    assert_int_equal(cln_buffer_append_span(&buffer, cln_span_of("dx", 1), &err), CLN_OK);
    assert_int_equal(cln_buffer_append_span(&buffer, cln_span_of(NULL, 0), &err), CLN_OK);
    assert_int_equal(cln_buffer_append_char(&buffer, 'e', &err), CLN_OK);
    assert_int_equal(cln_buffer_append_format(&buffer, &err, "%d-%s", 42, "f"), CLN_OK);
    assert_int_equal(cln_buffer_terminate(&buffer, &err), CLN_OK);
    assert_true(cln_span_equal(cln_buffer_span(&buffer), cln_span_of("\0abcde42-f", 10)));
    assert_int_equal(buffer.data[buffer.size], '\0');
    cln_buffer_clear(&buffer);
    assert_int_equal(cln_buffer_append_string(&buffer, "new", &err), CLN_OK);
    assert_true(cln_span_equal(cln_buffer_span(&buffer), cln_span_of_string("new")));
    cln_buffer_clean_up(&buffer);
    assert_int_equal(buffer.size + buffer.capacity, 0);
}

static void growth_keeps_the_bytes(void **state) {
    (void)state;
    cln_buffer buffer;
    cln_buffer_init(&buffer, 1 << 20);
    for (size_t i = 0; i < 100000; i++)
        assert_int_equal(cln_buffer_append_char(&buffer, (char)(i % 251), NULL), CLN_OK);
    for (size_t i = 0; i < 100000; i++) assert_int_equal((unsigned char)buffer.data[i], i % 251);
    /* Reserved room is room: the bytes stay where they are. */
    assert_int_equal(cln_buffer_reserve(&buffer, 5000, NULL), CLN_OK);
    const char *const before = buffer.data;
    for (int i = 0; i < 5000; i++) assert_int_equal(cln_buffer_append_char(&buffer, 'x', NULL), CLN_OK);
    assert_ptr_equal(buffer.data, before);
    cln_buffer_clean_up(&buffer);
}

/* No size that a file claims may pass the limit, and what was there stays. */
static void the_limit_holds(void **state) {
    (void)state;
    cln_buffer buffer;
    cln_error err = {.message = ""};
    cln_buffer_init(&buffer, 1000);
    char block[600];
    memset(block, 'b', sizeof block);
    assert_int_equal(cln_buffer_append(&buffer, block, sizeof block, &err), CLN_OK);
    assert_int_equal(cln_buffer_reserve(&buffer, SIZE_MAX, &err), CLN_ERR_INTERNAL);
    assert_int_equal(cln_buffer_reserve(&buffer, SIZE_MAX - 599, &err), CLN_ERR_INTERNAL);
    assert_non_null(strstr(err.message, "1000"));
    assert_int_equal(buffer.size, 600);
    assert_int_equal(buffer.data[599], 'b');
    cln_buffer_clean_up(&buffer);
}

/* The limit counts bytes in use, whatever the capacity happens to be. */
static void the_limit_is_exact(void **state) {
    (void)state;
    cln_buffer buffer;
    cln_buffer_init(&buffer, 1000);
    for (int i = 0; i < 1000; i++) assert_int_equal(cln_buffer_append_char(&buffer, 'x', NULL), CLN_OK);
    assert_int_equal(cln_buffer_append_char(&buffer, 'x', NULL), CLN_ERR_INTERNAL);
    assert_int_equal(buffer.size, 1000);
    cln_buffer_clean_up(&buffer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_appended_stands_in_order),
        cmocka_unit_test(growth_keeps_the_bytes),
        cmocka_unit_test(the_limit_holds),
        cmocka_unit_test(the_limit_is_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
