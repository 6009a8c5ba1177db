/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What verify measures of stored values, against one value at a time, with
 * and without vectors.
 */
#include "../../src/store/measure.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 65536 };

static union room {
    int8_t narrow[ROWS];
    int16_t half[ROWS];
    int32_t word[ROWS];
    int64_t full[ROWS];
    double doubles[ROWS];
} room;
static uint8_t mask[ROWS];

static void put(unsigned width, size_t row, int64_t value) {
    if (width == 1) room.narrow[row] = (int8_t)value;
    if (width == 2) room.half[row] = (int16_t)value;
    if (width == 4) room.word[row] = (int32_t)value;
    if (width == 8) room.full[row] = value;
}

/* Both ways must say the same. */
static cln_measured measure(const cln_measure_input *input) {
    cln_measured best, portable;
    cln_measure_values(input, &best);
    cln_measure_values_portable(input, &portable);
    assert_int_equal(best.min.integer, portable.min.integer);
    assert_int_equal(best.max.integer, portable.max.integer);
    assert_int_equal(best.nulls, portable.nulls);
    assert_int_equal(best.odd_row, portable.odd_row);
    return best;
}

static cln_measure_input input_of(cln_type type, unsigned width, size_t rows) {
    return (cln_measure_input){.type = type, .width_bytes = width, .rows = rows, .values = (const char *)&room};
}

static void integers_of_any_width(void **state) {
    (void)state;
    for (unsigned width = 1; width <= 8; width *= 2) {
        for (size_t rows = 1; rows < 70; rows++) {
            int64_t min = INT64_MAX, max = INT64_MIN;
            for (size_t i = 0; i < rows; i++) {
                const int64_t value = (int64_t)(i * 37 + rows) % 101 - 50;
                put(width, i, value);
                min = value < min ? value : min;
                max = value > max ? value : max;
            }
            cln_measure_input input = input_of(CLN_TYPE_INTEGER, width, rows);
            const cln_measured plain = measure(&input);
            assert_int_equal(plain.min.integer, min);
            assert_int_equal(plain.max.integer, max);
            assert_int_equal(plain.odd_row, rows);
            input.type = CLN_TYPE_BOOLEAN;
            assert_true(measure(&input).odd_row < rows || (min >= 0 && max <= 1));
        }
    }
}

static void masks_hide_values(void **state) {
    (void)state;
    for (unsigned width = 1; width <= 8; width *= 2) {
        for (size_t i = 0; i < ROWS; i++) {
            mask[i] = i % 3 == 0;
            put(width, i, mask[i] ? 0 : (int64_t)(i % 100) + 1);
        }
        cln_measure_input input = input_of(CLN_TYPE_INTEGER, width, ROWS);
        input.mask = mask;
        cln_measured measured = measure(&input);
        assert_int_equal(measured.nulls, (ROWS + 2) / 3);
        assert_int_equal(measured.min.integer, 1);
        assert_int_equal(measured.max.integer, 100);
        assert_int_equal(measured.odd_row, ROWS);
        put(width, 303, 1); /* under the mask */
        assert_int_equal(measure(&input).odd_row, 303);
        mask[100] = 3;
        assert_int_equal(measure(&input).odd_row, 100);
        memset(mask, 1, sizeof mask);
        memset(&room, 0, sizeof room);
        measured = measure(&input);
        assert_int_equal(measured.nulls, ROWS);
        assert_int_equal(measured.min.integer, INT64_MAX);
        assert_int_equal(measured.max.integer, INT64_MIN);
    }
}

static void codes_have_categories(void **state) {
    (void)state;
    for (unsigned width = 1; width <= 4; width *= 2) {
        for (size_t i = 0; i < ROWS; i++) put(width, i, i % 2 == 0 ? CLN_NULL_CODE : (int64_t)(i % 50) + 3);
        cln_measure_input input = input_of(CLN_TYPE_CATEGORY, width, ROWS);
        input.code_count = 53;
        const cln_measured measured = measure(&input);
        assert_int_equal(measured.nulls, ROWS / 2);
        assert_int_equal(measured.min.integer, 4);
        assert_int_equal(measured.max.integer, 52);
        assert_int_equal(measured.odd_row, ROWS);
        input.code_count = 52;
        assert_int_equal(measure(&input).odd_row, 49);
        input.code_count = 53;
        put(width, 17, -2);
        assert_int_equal(measure(&input).odd_row, 17);
    }
}

static void timestamps_have_one_null(void **state) {
    (void)state;
    for (unsigned width = 4; width <= 8; width *= 2) {
        const int64_t null = width == 4 ? INT32_MIN : CLN_NULL_INTEGER;
        for (size_t i = 0; i < 1000; i++) put(width, i, i % 7 == 0 ? null : (int64_t)i - 500);
        const cln_measure_input input = input_of(CLN_TYPE_TIMESTAMP, width, 1000);
        cln_measured measured = measure(&input);
        assert_int_equal(measured.nulls, 143);
        assert_int_equal(measured.min.integer, -499);
        assert_int_equal(measured.max.integer, 499);
        for (size_t i = 0; i < 1000; i++) put(width, i, null);
        measured = measure(&input);
        assert_int_equal(measured.nulls, 1000);
        assert_int_equal(measured.min.integer, INT64_MAX);
        assert_int_equal(measured.max.integer, INT64_MIN);
    }
}

/* Whether one double fits: 2^low divides it, and it is less than 2^high. */
static bool is_fit(double value, int low, int high) {
    if (!isfinite(value) || value == 0.0) return true;
    int exponent;
    const double fraction = frexp(fabs(value), &exponent); /* value = fraction * 2^exponent */
    uint64_t digits = (uint64_t)ldexp(fraction, 53);
    int last = exponent - 53;
    for (; digits % 2 == 0; digits /= 2) last++;
    return last >= low && exponent <= high;
}

static void doubles_fit_their_exponents(void **state) {
    (void)state;
    static const double values[] = {0.0,       -0.0,        1.0, 1.5,  -0.375,   1e300,
                                    0x1p-1074, 0x1.8p-1073, 3.0, 1e-5, INFINITY, 7.0};
    static const int lows[] = {-1074, -1073, -60, -3, -1, 0, 1, 2, 900};
    static const int highs[] = {-1074, -1072, -1, 0, 1, 2, 3, 997, 1024};
    for (size_t v = 0; v < sizeof values / sizeof *values; v++) {
        for (size_t l = 0; l < sizeof lows / sizeof *lows; l++) {
            for (size_t h = 0; h < sizeof highs / sizeof *highs; h++) {
                for (size_t i = 0; i < 300; i++) room.doubles[i] = 0.0;
                room.doubles[299] = values[v];
                cln_measure_input input = input_of(CLN_TYPE_DOUBLE, 8, 300);
                input.exponent_min = lows[l];
                input.exponent_max = highs[h];
                assert_int_equal(measure(&input).odd_row, is_fit(values[v], lows[l], highs[h]) ? 300 : 299);
            }
        }
    }
}

static void doubles_have_one_null(void **state) {
    (void)state;
    static const uint64_t null_bits = UINT64_C(0x7ff8000000000000), other = UINT64_C(0xfff8000000000000);
    for (size_t i = 0; i < 99; i++) {
        room.doubles[i] = (double)i;
        if (i % 10 == 3) memcpy(&room.doubles[i], &null_bits, sizeof null_bits);
    }
    cln_measure_input input = input_of(CLN_TYPE_DOUBLE, 8, 99);
    input.exponent_max = 7;
    const cln_measured measured = measure(&input);
    assert_int_equal(measured.nulls, 10);
    assert_true(measured.min.number == 0.0 && measured.max.number == 98.0);
    assert_int_equal(measured.odd_row, 99);
    memcpy(&room.doubles[43], &other, sizeof other);
    assert_int_equal(measure(&input).odd_row, 43);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_of_any_width),       cmocka_unit_test(masks_hide_values),
        cmocka_unit_test(codes_have_categories),       cmocka_unit_test(timestamps_have_one_null),
        cmocka_unit_test(doubles_fit_their_exponents), cmocka_unit_test(doubles_have_one_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
