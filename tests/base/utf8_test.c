/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* In a room of its own size, so that a look behind the end is found. */
static bool is_valid(const char *bytes, size_t size) {
    char *room = malloc(size == 0 ? 1 : size);
    assert_non_null(room);
    if (size > 0) memcpy(room, bytes, size);
    const bool valid = cln_utf8_is_valid(cln_span_of(room, size));
    free(room);
    return valid;
}

#define assert_valid(bytes)     assert_true(is_valid(bytes, sizeof(bytes) - 1))
#define assert_not_valid(bytes) assert_false(is_valid(bytes, sizeof(bytes) - 1))

static void the_bounds_of_the_table_are_kept(void **state) {
    (void)state;
    assert_valid("");
    assert_valid("\x00\x7F");
    assert_valid("\xC2\x80");
    assert_valid("\xDF\xBF");
    assert_valid("\xE0\xA0\x80");
    assert_valid("\xEC\xBF\xBF");
    assert_valid("\xED\x80\x80");
    assert_valid("\xED\x9F\xBF");
    assert_valid("\xEE\x80\x80");
    assert_valid("\xEF\xBF\xBF");
    assert_valid("\xF0\x90\x80\x80");
    assert_valid("\xF3\xBF\xBF\xBF");
    assert_valid("\xF4\x8F\xBF\xBF");
    assert_not_valid("\x80");
    assert_not_valid("\xBF");
    assert_not_valid("\xC0\x80");
    assert_not_valid("\xC1\xBF");
    assert_not_valid("\xE0\x9F\xBF");
    assert_not_valid("\xED\xA0\x80");
    assert_not_valid("\xED\xBF\xBF");
    assert_not_valid("\xF0\x8F\xBF\xBF");
    assert_not_valid("\xF4\x90\x80\x80");
    assert_not_valid("\xF5\x80\x80\x80");
    assert_not_valid("\xFF");
    assert_not_valid("\xC2");
    assert_not_valid("\xE2\x82");
    assert_not_valid("\xF0\x9F\x98");
    assert_not_valid("\xC2\x41");
    assert_not_valid("\xE2\x82\x41");
    assert_not_valid("\xE2\x82\xAC\xAC");
    assert_true(cln_utf8_is_valid(cln_span_of(NULL, 0)));
}

/* Decodes by arithmetic, without the table: the code point, or -1. */
static long decode(const unsigned char *c, size_t size) {
    static const long least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (size == 1) return c[0] < 0x80 ? c[0] : -1;
    static const unsigned char marks[] = {0, 0, 0xC0, 0xE0, 0xF0};
    static const unsigned char masks[] = {0, 0, 0xE0, 0xF0, 0xF8};
    if ((c[0] & masks[size]) != marks[size]) return -1;
    long value = c[0] & (unsigned char)~masks[size];
    for (size_t i = 1; i < size; i++) {
        if ((c[i] & 0xC0) != 0x80) return -1;
        value = value << 6 | (c[i] & 0x3F);
    }
    if (value < least[size] || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) return -1;
    return value;
}

/* All sequences of two and three bytes with a lead byte, and the lead and
 * second byte of all of four, against the arithmetic. */
static void every_sequence_agrees_with_arithmetic(void **state) {
    (void)state;
    unsigned char c[4];
    for (unsigned lead = 0xC0; lead < 0x100; lead++) {
        for (unsigned second = 0; second < 0x100; second++) {
            c[0] = (unsigned char)lead;
            c[1] = (unsigned char)second;
            assert_int_equal(cln_utf8_is_valid(cln_span_of((char *)c, 2)), decode(c, 2) >= 0);
            for (unsigned third = 0x70; third < 0xD0; third++) {
                c[2] = (unsigned char)third;
                c[3] = 0xBF;
                /* A shorter sequence with ASCII behind it may be valid, too. */
                const bool two_and_one = decode(c, 2) >= 0 && decode(c + 2, 1) >= 0;
                assert_int_equal(cln_utf8_is_valid(cln_span_of((char *)c, 3)), decode(c, 3) >= 0 || two_and_one);
                assert_int_equal(cln_utf8_is_valid(cln_span_of((char *)c, 4)),
                                 decode(c, 4) >= 0 || (decode(c, 2) >= 0 && decode(c + 2, 2) >= 0));
            }
        }
    }
}

/* One bad byte at each place among ASCII: no step of eight may pass it. */
static void a_bad_byte_is_found_at_every_place(void **state) {
    (void)state;
    char text[40];
    for (size_t size = 1; size <= sizeof text; size++) {
        memset(text, 'a', sizeof text);
        assert_true(is_valid(text, size));
        for (size_t i = 0; i < size; i++) {
            text[i] = (char)0x92;
            assert_false(is_valid(text, size));
            text[i] = 'a';
        }
        for (size_t i = 0; i + 2 <= size; i++) {
            memcpy(text + i, "\xC3\x86", 2);
            assert_true(is_valid(text, size));
            memset(text, 'a', sizeof text);
        }
    }
}

/* Texts of all kinds of sequences with few mistakes, at any place of a vector;
 * in memory of exactly their size. */
static void every_processor_judges_the_same(void **state) {
    (void)state;
    static const char *const pieces[] = {"a",
                                         "plain text of some length, long enough to be passed over whole",
                                         "\xC3\xA9",
                                         "\xE2\x82\xAC",
                                         "\xED\x9F\xBF",
                                         "\xF0\x9F\x9A\xB2",
                                         "\xF4\x8F\xBF\xBF",
                                         "\xE0\xA0\x80"};
    cln_utf8_check *const check = cln_utf8_check_avx2();
    if (check == NULL) {
        print_message("SKIPPED: this processor has no AVX2\n");
        skip();
    }
    uint32_t random = 1;
    size_t valid_count = 0;
    enum { ROUNDS = 200000 };
    for (int round = 0; round < ROUNDS; round++) {
        char text[400];
        size_t size = 0;
        random = random * 1664525 + 1013904223;
        const size_t wanted = (random >> 8) % 300;
        while (size < wanted) {
            random = random * 1664525 + 1013904223;
            const char *piece = pieces[(random >> 16) % (round % 2 == 0 ? 8 : 2)];
            memcpy(text + size, piece, strlen(piece));
            size += strlen(piece);
        }
        if (round % 3 > 0 && size > 0) {
            random = random * 1664525 + 1013904223;
            if (round % 3 == 1) text[(random >> 8) % size] = (char)(random >> 24);
            if (round % 3 == 2) size -= (random >> 8) % 4 % size;
        }
        char *copy = malloc(size == 0 ? 1 : size);
        assert_non_null(copy);
        memcpy(copy, text, size);
        const bool is_valid = cln_utf8_check_portable(cln_span_of(copy, size));
        assert_int_equal(check(cln_span_of(copy, size)), is_valid);
        valid_count += is_valid;
        free(copy);
    }
    assert_in_range(valid_count, ROUNDS / 10, ROUNDS - ROUNDS / 10);
}

static void windows_1252_becomes_utf8(void **state) {
    (void)state;
    cln_buffer utf8;
    cln_buffer_init(&utf8, 4096);
    bool defined = false;
    assert_int_equal(cln_buffer_append_string(&utf8, "<", NULL), CLN_OK);
    const cln_span text = cln_span_of_string("President\x92s \x80 caf\xE9 \xFF\xA0\x9F");
    assert_int_equal(cln_utf8_from_windows_1252(text, &utf8, &defined, NULL), CLN_OK);
    assert_true(defined);
    assert_true(cln_span_equal(
        cln_buffer_span(&utf8),
        cln_span_of_string("<President\xE2\x80\x99s \xE2\x82\xAC caf\xC3\xA9 \xC3\xBF\xC2\xA0\xC5\xB8")));
    cln_buffer_clean_up(&utf8);
}

static void each_byte_converts_to_valid_utf8_or_is_undefined(void **state) {
    (void)state;
    static const unsigned char undefined[] = {0x81, 0x8D, 0x8F, 0x90, 0x9D};
    cln_buffer utf8;
    cln_buffer_init(&utf8, 4096);
    for (unsigned byte = 0; byte < 256; byte++) {
        const char text[] = {'x', (char)byte};
        bool defined = false;
        cln_buffer_clear(&utf8);
        assert_int_equal(cln_utf8_from_windows_1252(cln_span_of(text, 2), &utf8, &defined, NULL), CLN_OK);
        assert_int_equal(defined, memchr(undefined, (int)byte, sizeof undefined) == NULL);
        assert_int_equal(utf8.size > 0, defined);
        assert_true(cln_utf8_is_valid(cln_buffer_span(&utf8)));
    }
    cln_buffer_clean_up(&utf8);
}

static void a_full_buffer_is_an_error_not_a_cut(void **state) {
    (void)state;
    cln_buffer utf8;
    cln_buffer_init(&utf8, 8);
    bool defined;
    cln_error err;
    char text[100];
    memset(text, 0xE9, sizeof text);
    assert_int_equal(cln_utf8_from_windows_1252(cln_span_of(text, sizeof text), &utf8, &defined, &err),
                     CLN_ERR_INTERNAL);
    assert_int_equal(utf8.size, 0);
    cln_buffer_clean_up(&utf8);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_bounds_of_the_table_are_kept),
        cmocka_unit_test(every_sequence_agrees_with_arithmetic),
        cmocka_unit_test(a_bad_byte_is_found_at_every_place),
        cmocka_unit_test(every_processor_judges_the_same),
        cmocka_unit_test(windows_1252_becomes_utf8),
        cmocka_unit_test(each_byte_converts_to_valid_utf8_or_is_undefined),
        cmocka_unit_test(a_full_buffer_is_an_error_not_a_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
