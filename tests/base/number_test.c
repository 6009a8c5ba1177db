/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/number.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* xorshift64*: the same numbers on every machine. */
static uint64_t random_state = UINT64_C(88172645463325252);

static uint64_t next_random(void) {
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return random_state * UINT64_C(2685821657736338717);
}

static double random_bits(void) {
    const uint64_t bits = next_random();
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* In memory of exactly its size. */
static cln_span exact_copy(const char *text) {
    const size_t size = strlen(text);
    char *copy = malloc(size == 0 ? 1 : size);
    assert_non_null(copy);
    memcpy(copy, text, size);
    return cln_span_of(copy, size);
}

/* What many are parsed by on this processor agrees, as far as it goes. */
static void check_columns(const char *text) {
    const cln_number_kernels *const kernels[] = {&cln_number_kernels_portable, cln_number_kernels_avx512()};
    const cln_span copy = exact_copy(text);
    double number = -1.0;
    int64_t integer = -1;
    const bool is_double = cln_parse_double(copy, &number);
    const bool is_integer = cln_parse_integer(copy, &integer);
    for (size_t k = 0; k < 2; k++) {
        double double_read;
        int64_t integer_read;
        if (kernels[k] == NULL) continue;
        if (kernels[k]->parse_doubles(&copy, 1, NAN, &double_read) == 1 && copy.size > 0) {
            if (!is_double || memcmp(&double_read, &number, sizeof number) != 0) {
                fail_msg("%s is %a for %s, not %a", text, double_read, kernels[k]->name, number);
            }
        }
        if (kernels[k]->parse_integers(&copy, 1, INT64_MIN, &integer_read) == 1 && copy.size > 0) {
            if (!is_integer || integer_read != integer) fail_msg("%s is %" PRId64, text, integer_read);
        }
    }
    free((char *)copy.data);
}

/* Bitwise the same as the C library's exact conversion. */
static void check_double(const char *text) {
    check_columns(text);
    double value = -1.0;
    const double expected = strtod(text, NULL);
    const bool read = cln_parse_double(cln_span_of_string(text), &value);
    if (isinf(expected)) {
        if (read) fail_msg("%s was read as %a", text, value);
    } else if (!read || memcmp(&value, &expected, sizeof value) != 0) {
        fail_msg("%s is %a, not %a", text, expected, read ? value : NAN);
    }
}

static void integers_are_read_to_their_limits(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int64_t value;
    } cases[] = {
        {"0", 0},
        {"-0", 0},
        {"+7", 7},
        {"007", 7},
        {"-80202", -80202},
        {"000000000000000000000000000000001", 1},
        {"9223372036854775807", INT64_MAX},
        {"-9223372036854775807", -INT64_MAX},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t value = 99;
        assert_true(cln_parse_integer(cln_span_of_string(cases[i].text), &value));
        assert_int_equal(value, cases[i].value);
    }
}

static void what_is_no_integer_is_refused(void **state) {
    (void)state;
    /* -2^63 is the null of integers and timestamps. */
    static const char *const texts[] = {"",
                                        "+",
                                        "-",
                                        " 1",
                                        "1 ",
                                        "1.0",
                                        "1e3",
                                        "0x10",
                                        "--1",
                                        "1,000",
                                        "12a",
                                        "1\n",
                                        "/",
                                        "9223372036854775808",
                                        ":",
                                        "-9223372036854775808",
                                        "99999999999999999999",
                                        "18446744073709551617"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        int64_t value;
        if (cln_parse_integer(cln_span_of_string(texts[i]), &value)) fail_msg("'%s' was read", texts[i]);
    }
    int64_t value;
    assert_false(cln_parse_integer(cln_span_of(NULL, 0), &value));
    assert_false(cln_parse_integer(cln_span_of("1\0", 2), &value));
}

static void integers_round_trip(void **state) {
    (void)state;
    for (int i = 0; i < 100000; i++) {
        const int64_t expected = (int64_t)(next_random() >> (next_random() % 63 + 1)) * (i % 2 == 0 ? 1 : -1);
        char text[32];
        (void)snprintf(text, sizeof text, "%" PRId64, expected);
        int64_t value;
        assert_true(cln_parse_integer(cln_span_of_string(text), &value));
        assert_int_equal(value, expected);
    }
}

static void doubles_have_the_usual_spellings(void **state) {
    (void)state;
    static const char *const texts[] = {"0",
                                        "-0",
                                        "0.0",
                                        ".5",
                                        "5.",
                                        "+1.5",
                                        "-104.98765432109876",
                                        "1e3",
                                        "1E+3",
                                        "1.5e-7",
                                        "0e99999999999999999999",
                                        "00012.50",
                                        "1e308",
                                        "4.9e-324",
                                        "1e-99999999999999999999",
                                        "2.2250738585072014e-308",
                                        "1.7976931348623157e308",
                                        "9007199254740993",
                                        "9007199254740992.5"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) check_double(texts[i]);
    double value;
    assert_true(cln_parse_double(cln_span_of_string("-0"), &value));
    assert_true(signbit(value) && value == 0.0);
}

static void what_is_no_double_is_refused(void **state) {
    (void)state;
    static const char *const texts[] = {"",         ".",
                                        "-",        "+.",
                                        "e5",       ".e5",
                                        "1e",       "1e+",
                                        "1e5x",     " 1",
                                        "1 ",       "nan",
                                        "inf",      "NaN",
                                        "-inf",     "0x10",
                                        "1.2.3",    "1,5",
                                        "1d5",      "--1",
                                        "1e5.",     "1_0",
                                        "1e309",    "-1e309",
                                        "infinity", "1e99999999999999"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        double value;
        if (cln_parse_double(cln_span_of_string(texts[i]), &value)) fail_msg("'%s' was read", texts[i]);
    }
    double value;
    assert_false(cln_parse_double(cln_span_of(NULL, 0), &value));
    assert_false(cln_parse_double(cln_span_of("1\0", 2), &value));
}

/* Each shape takes another way through the reader: few digits, coordinates,
 * any exponent, all digits that a double needs, a division that leaves a
 * remainder just behind a half, halves between two doubles. */
static void random_doubles_equal_the_exact_conversion(void **state) {
    (void)state;
    for (int i = 0; i < 200000; i++) {
        char text[512];
        const double coordinate = (double)(int64_t)next_random() * (200.0 / 0x1p63);
        (void)snprintf(text, sizeof text, "%.*f", (int)(next_random() % 20), coordinate);
        check_double(text);
        (void)snprintf(text, sizeof text, "%" PRIu64 "e%d", next_random() >> (next_random() % 64),
                       (int)(next_random() % 60) - 40);
        check_double(text);
        const double any = random_bits();
        if (!isfinite(any)) continue;
        (void)snprintf(text, sizeof text, "%.*e", (int)(next_random() % 25), any);
        check_double(text);
        (void)snprintf(text, sizeof text, "%" PRIu64 ".%019" PRIu64, next_random() >> 20, next_random() >> 1);
        check_double(text);
        (void)snprintf(text, sizeof text, "0.%019" PRIu64, next_random() % UINT64_C(10000000000000000000));
        check_double(text);
        const uint64_t odd_half = (next_random() >> 11 | UINT64_C(1) << 52) * 2 + 1;
        (void)snprintf(text, sizeof text, "%" PRIu64 ".%s", odd_half, i % 2 == 0 ? "0" : "5");
        check_double(text);
    }
}

/* What stands in files nearly always is taken many at a time, by every
 * processor: up to 18 digits, a point, a minus, or nothing. */
static void columns_are_taken_whole(void **state) {
    (void)state;
    static const char *const numbers[] = {
        "0",   "-1", "",    "39.74942020",        "-104.76871812",     "1.",
        "-.5", "-0", "007", "123456789012345678", "0.532911583637595", "806310.15610179142"};
    static const char *const integers[] = {"0", "-1", "", "20148031043", "-999999999999999999", "007", "-0"};
    enum { NUMBERS = sizeof numbers / sizeof numbers[0], INTEGERS = sizeof integers / sizeof integers[0] };
    const cln_number_kernels *const kernels[] = {&cln_number_kernels_portable, cln_number_kernels_avx512()};
    for (size_t k = 0; k < 2; k++) {
        if (kernels[k] == NULL) {
            print_message("SKIPPED: this processor has no AVX-512 with VBMI2\n");
            continue;
        }
        cln_span texts[NUMBERS + 1];
        double doubles[NUMBERS + 1];
        int64_t values[INTEGERS + 1];
        for (size_t i = 0; i < NUMBERS; i++) texts[i] = cln_span_of_string(numbers[i]);
        texts[NUMBERS] = cln_span_of("1 ", 2);
        assert_int_equal(kernels[k]->parse_doubles(texts, NUMBERS + 1, NAN, doubles), NUMBERS);
        for (size_t i = 0; i < NUMBERS; i++) {
            const double expected = numbers[i][0] == '\0' ? NAN : strtod(numbers[i], NULL);
            assert_true(isnan(expected) ? isnan(doubles[i]) : memcmp(&doubles[i], &expected, sizeof expected) == 0);
        }
        for (size_t i = 0; i < INTEGERS; i++) texts[i] = cln_span_of_string(integers[i]);
        texts[INTEGERS] = cln_span_of("1.5", 3);
        assert_int_equal(kernels[k]->parse_integers(texts, INTEGERS + 1, INT64_MIN, values), INTEGERS);
        for (size_t i = 0; i < INTEGERS; i++) {
            assert_int_equal(values[i], integers[i][0] == '\0' ? INT64_MIN : strtoll(integers[i], NULL, 10));
        }
    }
}

/* No spelling is taken for another one by some processor. */
static void columns_equal_the_exact_reading(void **state) {
    (void)state;
    static const char alphabet[] = "00123456789...--+e \t,x";
    for (int i = 0; i < 300000; i++) {
        char text[48];
        const size_t size = next_random() % (i % 3 == 0 ? 40 : 6);
        for (size_t b = 0; b < size; b++) text[b] = alphabet[next_random() % (i % 2 == 0 ? 14 : sizeof alphabet - 1)];
        text[size] = '\0';
        check_columns(text);
    }
}

/* The text of a half between two doubles, exact in up to 767 digits, and the
 * same with a 1 far behind: the last digit decides. */
static void digits_without_end_are_all_respected(void **state) {
    (void)state;
    for (int i = 0; i < 300; i++) {
        /* Neighbours by their bits, of any magnitude below 2. */
        const uint64_t low_bits = next_random() >> 1 & UINT64_C(0x3FFFFFFFFFFFFFFF);
        const uint64_t high_bits = low_bits + 1;
        double low;
        double high;
        memcpy(&low, &low_bits, sizeof low);
        memcpy(&high, &high_bits, sizeof high);
        char text[3000];
        /* Long enough for every double below 1 with its half: the text is exact. */
        const long double half = ((long double)low + (long double)high) / 2;
        const int size = snprintf(text, 1400, "%.1200Lf", half);
        check_double(text);
        memset(text + size, '0', 1000);
        memcpy(text + size + 1000, "1", 2);
        check_double(text);
    }
    char zeros[2100] = "0.";
    memset(zeros + 2, '0', 2000);
    memcpy(zeros + 2002, "123e2000", 9);
    check_double(zeros);
    char nines[2100];
    memset(nines, '9', 2000);
    memcpy(nines + 2000, "e-2000", 7);
    check_double(nines);
}

static void doubles_print_short_and_read_back(void **state) {
    (void)state;
    static const struct {
        double value;
        const char *text;
    } cases[] = {{0.1, "0.1"},
                 {0.1 + 0.2, "0.30000000000000004"},
                 {1.0 / 3, "0.3333333333333333"},
                 {-39.5, "-39.5"},
                 {0.0, "0"},
                 {1939.5, "1939.5"},
                 {5e-324, "5e-324"},
                 {DBL_MAX, "1.7976931348623157e+308"},
                 {-104.987654321, "-104.987654321"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[32];
        cln_format_double(cases[i].value, text);
        assert_string_equal(text, cases[i].text);
    }
    for (int i = 0; i < 100000; i++) {
        const double value = random_bits();
        if (!isfinite(value)) continue;
        char text[32];
        cln_format_double(value, text);
        double back;
        assert_true(cln_parse_double(cln_span_of_string(text), &back));
        assert_memory_equal(&back, &value, sizeof value);
    }
}

static void booleans_have_five_spellings(void **state) {
    (void)state;
    static const char *const yes[] = {"true", "TRUE", "True", "yes", "Y", "t", "1"};
    static const char *const no[] = {"false", "FALSE", "No", "n", "F", "0"};
    static const char *const neither[] = {"", "2", "tru", "truee", "ja", "10", " 1", "-1"};
    int64_t value;
    for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++) {
        assert_true(cln_parse_boolean(cln_span_of_string(yes[i]), &value));
        assert_int_equal(value, 1);
    }
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++) {
        assert_true(cln_parse_boolean(cln_span_of_string(no[i]), &value));
        assert_int_equal(value, 0);
    }
    for (size_t i = 0; i < sizeof neither / sizeof neither[0]; i++) {
        assert_false(cln_parse_boolean(cln_span_of_string(neither[i]), &value));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_are_read_to_their_limits),
        cmocka_unit_test(what_is_no_integer_is_refused),
        cmocka_unit_test(integers_round_trip),
        cmocka_unit_test(doubles_have_the_usual_spellings),
        cmocka_unit_test(what_is_no_double_is_refused),
        cmocka_unit_test(random_doubles_equal_the_exact_conversion),
        cmocka_unit_test(columns_are_taken_whole),
        cmocka_unit_test(columns_equal_the_exact_reading),
        cmocka_unit_test(digits_without_end_are_all_respected),
        cmocka_unit_test(doubles_print_short_and_read_back),
        cmocka_unit_test(booleans_have_five_spellings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
