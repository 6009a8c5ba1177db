/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/escape.h"

#include "colonnade/base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

typedef struct escape_case {
    const char *text;
    const char *expected;
} escape_case;

typedef cln_status escape_function(cln_span text, cln_buffer *out, cln_error *err);

static cln_status csv_when_needed(cln_span text, cln_buffer *out, cln_error *err) {
    return cln_escape_csv(text, false, out, err);
}

static cln_status csv_always(cln_span text, cln_buffer *out, cln_error *err) {
    return cln_escape_csv(text, true, out, err);
}

static void assert_cases(escape_function *escape, const escape_case *cases, size_t count) {
    cln_buffer out;
    cln_buffer_init(&out, 1 << 16);
    for (size_t i = 0; i < count; i++) {
        cln_buffer_clear(&out);
        assert_int_equal(escape(cln_span_of_string(cases[i].text), &out, NULL), CLN_OK);
        assert_int_equal(cln_buffer_terminate(&out, NULL), CLN_OK);
        assert_string_equal(out.data, cases[i].expected);
    }
    cln_buffer_clean_up(&out);
}

#define ASSERT_CASES(escape, cases) assert_cases((escape), (cases), sizeof(cases) / sizeof(cases)[0])

static void quotes_csv_only_where_needed(void **state) {
    (void)state;
    static const escape_case cases[] = {
        {"", ""},           {"plain text", "plain text"},   {"a,b", "\"a,b\""},   {"say \"no\"", "\"say \"\"no\"\"\""},
        {"\"", "\"\"\"\""}, {"a\nb", "\"a\nb\""},           {"a\rb", "\"a\rb\""}, {" a", "\" a\""},
        {"a\t", "\"a\t\""}, {"caf\xc3\xa9", "caf\xc3\xa9"},
    };
    ASSERT_CASES(csv_when_needed, cases);
    static const escape_case always[] = {{"", "\"\""}, {"a", "\"a\""}, {"a\"b", "\"a\"\"b\""}};
    ASSERT_CASES(csv_always, always);
}

static void writes_json_strings(void **state) {
    (void)state;
    static const escape_case cases[] = {
        {"", "\"\""},
        {"a\"b\\c/d", "\"a\\\"b\\\\c/d\""},
        {"\n\r\t\x01\x1f", "\"\\n\\r\\t\\u0001\\u001f\""},
        {"\xf0\x9f\x9a\x97 \xc3\xa9", "\"\xf0\x9f\x9a\x97 \xc3\xa9\""},
        {"a\xff"
         "b",
         "\"a\xef\xbf\xbd"
         "b\""},
        {"\xc3", "\"\xef\xbf\xbd\""},                                 /* cut off */
        {"\xc0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\""},                 /* overlong */
        {"\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""}, /* a surrogate */
        {"\xc3\"", "\"\xef\xbf\xbd\\\"\""},                           /* the quote is not swallowed */
    };
    ASSERT_CASES(cln_escape_json, cases);
}

static void keeps_a_nul_inside_json(void **state) {
    (void)state;
    cln_buffer out;
    cln_buffer_init(&out, 100);
    assert_int_equal(cln_escape_json(cln_span_of("a\0b", 3), &out, NULL), CLN_OK);
    assert_int_equal(out.size, strlen("\"a\\u0000b\""));
    assert_memory_equal(out.data, "\"a\\u0000b\"", out.size);
    cln_buffer_clean_up(&out);
}

static void defuses_html(void **state) {
    (void)state;
    static const escape_case cases[] = {
        {"", ""},
        {"<script a='b' c=\"d\">&amp;", "&lt;script a=&#39;b&#39; c=&quot;d&quot;&gt;&amp;amp;"},
        {"5 \xe2\x80\x93 7", "5 \xe2\x80\x93 7"},
    };
    ASSERT_CASES(cln_escape_html, cases);
}

static void shows_what_a_terminal_would_obey(void **state) {
    (void)state;
    static const escape_case cases[] = {
        {"", ""},
        {"plain \xc3\xa9", "plain \xc3\xa9"},
        {"\x1b[31m", "\\x1B[31m"},
        {"a\nb\r\t", "a\\nb\\r\\x09"},
        {"a\\n", "a\\\\n"},
        {"\x7f", "\\x7F"},
        {"\xc2\x9b"
         "1m",
         "\\xC2\\x9B"
         "1m"}, /* U+009B, which is ESC [ in one character */
        {"a\x92"
         "b\xe9",
         "a\\x92"
         "b\\xE9"},
    };
    ASSERT_CASES(cln_escape_visible, cases);
}

/* Whatever the bytes, both results are valid UTF-8 without control characters. */
static void makes_any_bytes_printable(void **state) {
    (void)state;
    escape_function *const escapes[] = {cln_escape_json, cln_escape_visible};
    uint32_t random = 1;
    cln_buffer out;
    cln_buffer_init(&out, 1 << 16);
    for (int round = 0; round < 2000; round++) {
        char bytes[24];
        for (size_t i = 0; i < sizeof bytes; i++) {
            random = random * 1664525u + 1013904223u;
            bytes[i] = (char)(random >> 24);
        }
        cln_buffer_clear(&out);
        assert_int_equal(escapes[round % 2](cln_span_of(bytes, sizeof bytes), &out, NULL), CLN_OK);
        assert_true(cln_utf8_is_valid(cln_buffer_span(&out)));
        for (size_t i = 0; i < out.size; i++) assert_true((unsigned char)out.data[i] >= 0x20 && out.data[i] != 0x7f);
    }
    cln_buffer_clean_up(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quotes_csv_only_where_needed),     cmocka_unit_test(writes_json_strings),
        cmocka_unit_test(keeps_a_nul_inside_json),          cmocka_unit_test(defuses_html),
        cmocka_unit_test(shows_what_a_terminal_would_obey), cmocka_unit_test(makes_any_bytes_printable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
