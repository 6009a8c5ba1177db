/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The type of a column from all of its values.
 */
#include "colonnade/csv/inference.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

typedef struct finding {
    bool has_type;
    cln_type type;
    const cln_date_format *format;
    cln_value_range range;
} finding;

/* Of values with | between them. */
static finding infer(const char *values) {
    cln_inference inference;
    cln_inference_init(&inference);
    while (*values != '\0') {
        const size_t size = strcspn(values, "|");
        cln_inference_add(&inference, cln_span_of(values, size));
        values += size + (values[size] == '|');
    }
    finding found;
    found.has_type = cln_inference_result(&inference, &found.type, &found.format, &found.range);
    return found;
}

static void type_is(const char *values, cln_type expected) {
    const finding found = infer(values);
    if (!found.has_type || found.type != expected) print_message("%s\n", values);
    assert_true(found.has_type);
    assert_int_equal(found.type, expected);
}

static void no_type(const char *values) {
    if (infer(values).has_type) print_message("%s\n", values);
    assert_false(infer(values).has_type);
}

static void numbers(void **state) {
    (void)state;
    type_is("1|0|-5|+7|0", CLN_TYPE_INTEGER);
    type_is("1|0", CLN_TYPE_INTEGER);
    type_is("9223372036854775807|-9223372036854775807", CLN_TYPE_INTEGER);
    type_is("1|2|3.5", CLN_TYPE_DOUBLE);
    type_is("3.5|1", CLN_TYPE_DOUBLE);
    type_is("-.5|1e3|0.25", CLN_TYPE_DOUBLE);
    no_type("1|2|x");
    no_type("3.5|x");
    no_type("nan");
    no_type("1|-");
}

static void what_would_not_come_back_is_no_number(void **state) {
    (void)state;
    no_type("80207|00217");
    no_type("007");
    no_type("-01");
    no_type("1.5|00.5");
    no_type("9223372036854775808");      /* 2^63 */
    no_type("1.5|12345678901234567890"); /* of no integer type */
    no_type("9007199254740993|3.5");     /* 2^53 + 1 */
    no_type("3.5|9007199254740993");     /* in any order */
    type_is("9007199254740992|3.5", CLN_TYPE_DOUBLE);
    type_is("0|0.5|-0.5", CLN_TYPE_DOUBLE); /* a zero before the point is no leading zero */
}

static void booleans(void **state) {
    (void)state;
    type_is("true|FALSE|True", CLN_TYPE_BOOLEAN);
    type_is("y|N|1", CLN_TYPE_BOOLEAN);
    no_type("y|n|maybe");
}

static void times(void **state) {
    (void)state;
    type_is("2015-07-12 09:55:00|2015-12-31 23:59:59", CLN_TYPE_TIMESTAMP);
    type_is("2015-07-12|2016-02-29", CLN_TYPE_TIMESTAMP);
    type_is("8/2/2025 4:16:00 PM", CLN_TYPE_TIMESTAMP);
    type_is("8/2/2025 14:16", CLN_TYPE_TIMESTAMP);
    type_is("8/2/2025|12/31/2024", CLN_TYPE_TIMESTAMP);
    no_type("2015-07-12|2015-02-29");          /* no such day */
    no_type("2015-07-12|2015-07-12 09:55:00"); /* two formats */
    no_type("31/12/2024|12/31/2024");          /* neither day nor month first */
    type_is("31/12/2024|1/2/2024", CLN_TYPE_TIMESTAMP);
    assert_string_equal(infer("31/12/2024|1/2/2024").format->pattern, "%d/%m/%Y");
    assert_string_equal(infer("3/12/2024|1/2/2024").format->pattern, "%m/%d/%Y"); /* ambiguous */
    assert_string_equal(infer("31.12.2024 23:59").format->pattern, "%d.%m.%Y %H:%M");
    assert_true(infer("2024-01-01T00:00:00Z").format->is_utc);
}

static void ranges(void **state) {
    (void)state;
    finding found = infer("5|-3|12");
    assert_int_equal(found.range.min, -3);
    assert_int_equal(found.range.max, 12);
    found = infer("0.75|-6|0"); /* 3 * 2^-2 and 6 < 2^3 */
    assert_int_equal(found.range.exponent_min, -2);
    assert_int_equal(found.range.exponent_max, 3);
    found = infer("1970-01-02|1970-01-01");
    assert_int_equal(found.range.min, 0);
    assert_int_equal(found.range.max, 86400);
    assert_string_equal(found.format->pattern, "%Y-%m-%d");
    found = infer("0|0.0");
    assert_true(found.range.exponent_min > found.range.exponent_max);
}

static void no_values_have_no_type(void **state) {
    (void)state;
    no_type("");
}

/* The weights of the last and the first bit of any double. */
static void exponents_of_doubles(void **state) {
    (void)state;
    const struct {
        double value;
        int64_t low, high;
    } cases[] = {{1.0, 0, 1},
                 {-1.0, 0, 1},
                 {0.5, -1, 0},
                 {3.0, 0, 2},
                 {6.0, 1, 3},
                 {0.1, -55, -3},
                 {DBL_MAX, 971, 1024},
                 {DBL_MIN, -1022, -1021},
                 {4.9e-324, -1074, -1073}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cln_value_range range;
        cln_value_range_init(&range);
        cln_value_range_add_double(&range, cases[i].value);
        assert_int_equal(range.exponent_min, cases[i].low);
        assert_int_equal(range.exponent_max, cases[i].high);
    }
}

/* Many values at once, of any bits or of few digits, leave the range that each
 * by itself leaves. */
static void many_doubles_at_once(void **state) {
    (void)state;
    enum { MANY = 64 };
    uint64_t random = 20150712;
    for (int kind = 0; kind < 400; kind++) {
        cln_value_range together, one_by_one;
        cln_value_range_init(&together);
        cln_value_range_init(&one_by_one);
        for (int batch = 0; batch < 20; batch++) {
            double values[MANY];
            uint64_t nulls = 0;
            for (int i = 0; i < MANY; i++) {
                random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
                uint64_t bits = random;
                memcpy(&values[i], &bits, sizeof bits); /* any of all doubles */
                if (kind % 4 != 0)
                    values[i] = ldexp((double)(random >> (34 + random % 20)), kind % 40 - 30 + batch / 4);
                if (kind % 4 == 2 && i % 7 == 0) values[i] = NAN;
                if (kind % 4 == 3 && i % 9 == 0) values[i] = -values[i] * 0.0;
                if (isnan(values[i])) nulls++;
                if (!isnan(values[i])) cln_value_range_add_double(&one_by_one, values[i]);
            }
            assert_int_equal(cln_value_range_add_doubles(&together, values, MANY), nulls);
            assert_int_equal(together.exponent_min, one_by_one.exponent_min);
            assert_int_equal(together.exponent_max, one_by_one.exponent_max);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers),
        cmocka_unit_test(what_would_not_come_back_is_no_number),
        cmocka_unit_test(booleans),
        cmocka_unit_test(times),
        cmocka_unit_test(ranges),
        cmocka_unit_test(no_values_have_no_type),
        cmocka_unit_test(exponents_of_doubles),
        cmocka_unit_test(many_doubles_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
