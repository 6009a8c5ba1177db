/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows as CSV and JSON: each value reads back as it was, and nulls are told
 * from what was not recorded.
 */
#include "../../src/cli/row_text.h"

#include "colonnade/base/number.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { RANDOM_DOUBLES = 200000 };

/* Row 0 of one column, without its line end; valid until the next call. */
static const char *one_cell(bool as_csv, const cln_vector *vector, const cln_dictionary *dictionary) {
    static cln_buffer out = {.size_limit = SIZE_MAX};
    static const char *const names[] = {"a \"b\""};
    const cln_batch_column column = {.name = names[0], .type = vector->type, .dictionary = dictionary};
    const cln_batch_source source = {.column_count = 1, .columns = &column};
    const bool recorded = true;
    const cln_batch batch = {.rows = 1, .vectors = vector, .recorded = &recorded};
    cln_row_text text;
    cln_buffer_clear(&out);
    assert_int_equal(cln_row_text_init(&text, as_csv, names, 1, NULL), CLN_OK);
    assert_int_equal(cln_row_text_enter(&text, &source, NULL), CLN_OK);
    assert_int_equal(cln_row_text_append(&text, &batch, 0, &out, NULL), CLN_OK);
    assert_int_equal(out.data[out.size - 1], '\n');
    out.size--;
    assert_int_equal(cln_buffer_terminate(&out, NULL), CLN_OK);
    cln_row_text_clean_up(&text);
    return out.data;
}

static const char *integral(bool as_csv, cln_type type, int64_t value) {
    const cln_vector vector = {.type = type, .rows = 1, .integers = &value};
    return one_cell(as_csv, &vector, NULL);
}

static const char *number(bool as_csv, double value) {
    const cln_vector vector = {.type = CLN_TYPE_DOUBLE, .rows = 1, .doubles = &value};
    return one_cell(as_csv, &vector, NULL);
}

static const char *words(bool as_csv, const char *value) {
    const uint64_t offsets[] = {0, strlen(value)};
    const cln_vector vector = {.type = CLN_TYPE_TEXT, .rows = 1, .offsets = offsets, .bytes = value};
    return one_cell(as_csv, &vector, NULL);
}

static void integers_have_all_their_digits(void **state) {
    (void)state;
    assert_string_equal(integral(true, CLN_TYPE_INTEGER, INT64_MAX), "9223372036854775807");
    assert_string_equal(integral(true, CLN_TYPE_INTEGER, -INT64_MAX), "-9223372036854775807");
    assert_string_equal(integral(false, CLN_TYPE_INTEGER, 0), "{\"a \\\"b\\\"\":0}");
    assert_string_equal(integral(true, CLN_TYPE_BOOLEAN, 1), "true");
    assert_string_equal(integral(false, CLN_TYPE_BOOLEAN, 0), "{\"a \\\"b\\\"\":false}");
}

static void times_are_iso_8601(void **state) {
    (void)state;
    assert_string_equal(integral(true, CLN_TYPE_TIMESTAMP, 0), "1970-01-01T00:00:00");
    assert_string_equal(integral(true, CLN_TYPE_TIMESTAMP, -1), "1969-12-31T23:59:59");
    assert_string_equal(integral(true, CLN_TYPE_TIMESTAMP, INT64_C(-62135596800)), "0001-01-01T00:00:00");
    assert_string_equal(integral(false, CLN_TYPE_TIMESTAMP, INT64_C(253402300799)),
                        "{\"a \\\"b\\\"\":\"9999-12-31T23:59:59\"}");
}

/* The shortest text, by the function that is known to find it, with a point. */
static void check_double(double value) {
    char wanted[40];
    cln_format_double(value, wanted);
    if (wanted[strspn(wanted, "-0123456789")] == '\0') memcpy(wanted + strlen(wanted), ".0", 3);
    const char *found = number(true, value);
    assert_string_equal(found, wanted);
    double back = 0;
    assert_true(cln_parse_double(cln_span_of_string(found), &back));
    assert_memory_equal(&back, &value, sizeof value);
}

static uint64_t next_random(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void doubles_are_the_shortest_text_that_reads_back(void **state) {
    (void)state;
    const double values[] = {0.0,
                             -0.0,
                             1.0,
                             -5.0,
                             0.1,
                             1e15,
                             1e15 - 1,
                             999999999999999.9,
                             1e-4,
                             9.999e-5,
                             1e-5,
                             1e22,
                             1e23,
                             5e-324,
                             0.3,
                             0.1 + 0.2,
                             123456789.125,
                             100.0,
                             1e14,
                             1e14 + 0.5,
                             1.7976931348623157e308,
                             2.5e-4,
                             4e-4,
                             1.0 / 3,
                             -104.988208647};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) check_double(values[i]);
    uint64_t random = 88172645463325252u;
    for (size_t i = 0; i < RANDOM_DOUBLES; i++) {
        const uint64_t digits = next_random(&random) % (UINT64_C(1) << (next_random(&random) % 60 + 1));
        check_double((double)digits / pow(10, (double)(next_random(&random) % 20)));
        const uint64_t bits = next_random(&random);
        double any;
        memcpy(&any, &bits, sizeof any);
        if (i % 10 == 0 && isfinite(any)) check_double(any);
    }
    assert_string_equal(number(false, -2.0), "{\"a \\\"b\\\"\":-2.0}");
}

static void texts_are_quoted_where_they_need_to_be(void **state) {
    (void)state;
    assert_string_equal(words(true, "plain \xC3\xA9"), "plain \xC3\xA9");
    assert_string_equal(words(true, "a,\"b\"\r\n"), "\"a,\"\"b\"\"\r\n\"");
    assert_string_equal(words(false, "a,\"b\"\r\n"), "{\"a \\\"b\\\"\":\"a,\\\"b\\\"\\r\\n\"}");
    const cln_span names[] = {{.data = "x,y", .size = 3}, {.data = "z", .size = 1}};
    cln_dictionary dictionary;
    assert_int_equal(cln_dictionary_build(&dictionary, names, 2, NULL, NULL), CLN_OK);
    const int32_t codes[] = {0, 1};
    for (size_t i = 0; i < 2; i++) {
        const cln_vector vector = {.type = CLN_TYPE_CATEGORY, .rows = 1, .codes = &codes[i]};
        assert_string_equal(one_cell(true, &vector, &dictionary), i == 0 ? "\"x,y\"" : "z");
    }
    cln_dictionary_clean_up(&dictionary);
}

static void nulls_are_empty_or_null(void **state) {
    (void)state;
    assert_string_equal(words(true, ""), "\"\""); /* of one column: an empty line is no record */
    assert_string_equal(words(false, ""), "{\"a \\\"b\\\"\":null}");
    assert_string_equal(number(false, NAN), "{\"a \\\"b\\\"\":null}");
    assert_string_equal(integral(false, CLN_TYPE_TIMESTAMP, CLN_NULL_INTEGER), "{\"a \\\"b\\\"\":null}");
}

static void what_is_not_recorded_is_no_member(void **state) {
    (void)state;
    static const char *const names[] = {"a", "b", "c"};
    const int64_t value = 7, none = CLN_NULL_INTEGER;
    const cln_vector vectors[] = {{.type = CLN_TYPE_INTEGER, .rows = 1, .integers = &value},
                                  {.type = CLN_TYPE_INTEGER, .rows = 1},
                                  {.type = CLN_TYPE_INTEGER, .rows = 1, .integers = &none}};
    const bool recorded[] = {true, false, true};
    const cln_batch batch = {.rows = 1, .vectors = vectors, .recorded = recorded};
    for (int as_csv = 0; as_csv < 2; as_csv++) {
        cln_row_text text;
        cln_buffer out;
        cln_buffer_init(&out, SIZE_MAX);
        assert_int_equal(cln_row_text_init(&text, as_csv != 0, names, 3, NULL), CLN_OK);
        assert_int_equal(cln_row_text_append(&text, &batch, 0, &out, NULL), CLN_OK);
        assert_int_equal(cln_buffer_terminate(&out, NULL), CLN_OK);
        assert_string_equal(out.data, as_csv != 0 ? "7,,\n" : "{\"a\":7,\"c\":null}\n");
        cln_buffer_clean_up(&out);
        cln_row_text_clean_up(&text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_have_all_their_digits),
        cmocka_unit_test(times_are_iso_8601),
        cmocka_unit_test(doubles_are_the_shortest_text_that_reads_back),
        cmocka_unit_test(texts_are_quoted_where_they_need_to_be),
        cmocka_unit_test(nulls_are_empty_or_null),
        cmocka_unit_test(what_is_not_recorded_is_no_member),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
