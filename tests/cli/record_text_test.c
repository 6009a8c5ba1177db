/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/cli/record_text.h"

#include "colonnade/base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static void assert_text(cln_span bytes, cln_fallback fallback, bool as_csv, const char *expected) {
    const cln_dialect dialect = cln_dialect_default();
    cln_automaton automaton;
    cln_automaton_init(&automaton, &dialect);
    cln_record_block *block;
    assert_int_equal(cln_new_array(&block, 1, sizeof *block, NULL), CLN_OK);
    cln_record_block_init(block);
    cln_record_text text;
    cln_record_text_init(&text, &automaton, fallback, as_csv);
    cln_buffer out;
    cln_buffer_init(&out, SIZE_MAX);
    cln_splitter splitter;
    cln_splitter_init(&splitter, &automaton, bytes, 0, 1);
    bool more;
    assert_int_equal(cln_splitter_next(&splitter, block, &more, NULL), CLN_OK);
    for (size_t i = 0; i < block->record_count; i++) {
        assert_int_equal(cln_record_text_append(&text, block, &block->records[i], &out, NULL), CLN_OK);
    }
    assert_int_equal(cln_buffer_terminate(&out, NULL), CLN_OK);
    assert_string_equal(out.data, expected);
    cln_buffer_clean_up(&out);
    cln_record_text_clean_up(&text);
    cln_record_block_clean_up(block);
    free(block);
}

static void assert_lines(const char *bytes, cln_fallback fallback, bool as_csv, const char *expected) {
    assert_text(cln_span_of_string(bytes), fallback, as_csv, expected);
}

static void json_is_one_array_a_line(void **state) {
    (void)state;
    assert_lines("a,\"b\"\"c\nd\"\n\"\"\n\\\n", CLN_FALLBACK_NONE, false,
                 "[\"a\",\"b\\\"c\\nd\"]\n[\"\"]\n[\"\\\\\"]\n");
    assert_text(cln_span_of("\0\x1F\n", 3), CLN_FALLBACK_NONE, false, "[\"\\u0000\\u001f\"]\n");
}

static void csv_reads_back(void **state) {
    (void)state;
    assert_lines("\"a,b\",\"c\"\"\",\"d\r\"\n", CLN_FALLBACK_NONE, true, "\"a,b\",\"c\"\"\",\"d\r\"\n");
    /* One empty field is not an empty line. */
    assert_lines("\"\"\n,\n", CLN_FALLBACK_NONE, true, "\"\"\n,\n");
}

/* Mixed encodings: what is UTF-8 stays, though the record beside it is not. */
static void encoding_is_decided_for_each_record(void **state) {
    (void)state;
    static const char bytes[] = "\xC3\xA9,1\n\xC3\xA9,\xE9\n";
    assert_lines(bytes, CLN_FALLBACK_WINDOWS_1252, false,
                 "[\"\xC3\xA9\",\"1\"]\n[\"\xC3\x83\xC2\xA9\",\"\xC3\xA9\"]\n");
    assert_lines(bytes, CLN_FALLBACK_NONE, false, "[\"\xC3\xA9\",\"1\"]\n[\"\xC3\xA9\",\"\xEF\xBF\xBD\"]\n");
    assert_lines(bytes, CLN_FALLBACK_NONE, true, "\xC3\xA9,1\n\xC3\xA9,\xEF\xBF\xBD\n");
}

static void bytes_without_a_meaning_are_replaced(void **state) {
    (void)state;
    assert_lines("\x81\xC3\xA9\xF0\x9F\x98\n", CLN_FALLBACK_WINDOWS_1252, true,
                 "\xEF\xBF\xBD\xC3\xA9\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\n");
}

static void a_cut_sequence_is_left_out(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        size_t expected;
    } cuts[] = {{"", 0},
                {"ab", 2},
                {"a\xC3", 1},
                {"a\xC3\xA9", 3},
                {"a\xE2\x82", 1},
                {"a\xE2\x82\xAC", 4},
                {"a\xF0\x9F\x98", 1},
                {"a\xF0\x9F\x98\x80", 5},
                {"\xC3", 0},
                {"\x80\x80\x80\x80", 4},
                {"a\xE9", 1}};
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        assert_int_equal(cln_without_cut_sequence(cln_span_of_string(cuts[i].bytes)).size, cuts[i].expected);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_is_one_array_a_line),
        cmocka_unit_test(csv_reads_back),
        cmocka_unit_test(encoding_is_decided_for_each_record),
        cmocka_unit_test(bytes_without_a_meaning_are_replaced),
        cmocka_unit_test(a_cut_sequence_is_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
