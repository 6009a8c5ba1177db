/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* Exactly size bytes on the heap, so that a sanitizer sees a read behind them. */
static bool found_at(size_t position, size_t size, char filler) {
    char *bytes = malloc(size);
    assert_non_null(bytes);
    memset(bytes, filler, size);
    memcpy(bytes + position, CLN_SAMPLE_MARK, CLN_SAMPLE_MARK_BYTES);
    const bool found = cln_sample_is_marked(cln_span_of(bytes, size));
    free(bytes);
    return found;
}

static void finds_the_mark_at_every_place(void **state) {
    (void)state;
    for (size_t position = 0; position < 70; position++) {
        for (size_t behind = 0; behind < 20; behind++) {
            const size_t size = position + CLN_SAMPLE_MARK_BYTES + behind;
            assert_true(found_at(position, size, 'S'));
            assert_true(found_at(position, size, '\0'));
        }
    }
}

static void finds_nothing_else(void **state) {
    (void)state;
    assert_false(cln_sample_is_marked(cln_span_of(NULL, 0)));
    assert_false(cln_sample_is_marked(cln_span_of_string("SAMPLE DATA - NOT REA")));
    char bytes[64 + CLN_SAMPLE_MARK_BYTES];
    for (size_t wrong = 0; wrong < CLN_SAMPLE_MARK_BYTES; wrong++) {
        for (size_t position = 0; position < 20; position++) {
            memset(bytes, ' ', sizeof bytes);
            memcpy(bytes + position, CLN_SAMPLE_MARK, CLN_SAMPLE_MARK_BYTES);
            bytes[position + wrong] ^= 1;
            assert_false(cln_sample_is_marked(cln_span_of(bytes, sizeof bytes)));
        }
    }
    /* The mark goes on behind the end. */
    memcpy(bytes, CLN_SAMPLE_MARK, CLN_SAMPLE_MARK_BYTES);
    for (size_t size = 0; size < CLN_SAMPLE_MARK_BYTES; size++) {
        assert_false(cln_sample_is_marked(cln_span_of(bytes, size)));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_mark_at_every_place),
        cmocka_unit_test(finds_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
