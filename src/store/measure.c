/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each loop goes over all rows without a branch, so that compilers make
 * vector code of it; only where a sum says that something is odd, a second
 * one looks for the row.
 */
#include "measure.h"

#include <math.h>
#include <string.h>

/* Integers of one width. What is under a mask must be 0; it takes no part in
 * the bounds. */
#define DEFINE_MEASURE(name, type, lowest, greatest)                                                                   \
    static void measure_plain_##name(const type *values, size_t rows, int64_t *min, int64_t *max) {                    \
        type least = greatest, most = lowest;                                                                          \
        for (size_t i = 0; i < rows; i++) {                                                                            \
            least = values[i] < least ? values[i] : least;                                                             \
            most = values[i] > most ? values[i] : most;                                                                \
        }                                                                                                              \
        *min = least;                                                                                                  \
        *max = most;                                                                                                   \
    }                                                                                                                  \
    static void measure_masked_##name(const type *values, const uint8_t *mask, size_t rows, int64_t *min,              \
                                      int64_t *max) {                                                                  \
        type least = greatest, most = lowest;                                                                          \
        for (size_t i = 0; i < rows; i++) {                                                                            \
            const type low = mask[i] != 0 ? greatest : values[i];                                                      \
            const type high = mask[i] != 0 ? lowest : values[i];                                                       \
            least = low < least ? low : least;                                                                         \
            most = high > most ? high : most;                                                                          \
        }                                                                                                              \
        *min = least;                                                                                                  \
        *max = most;                                                                                                   \
    }                                                                                                                  \
    static size_t find_hidden_##name(const type *values, const uint8_t *mask, size_t rows) {                           \
        type hidden = 0;                                                                                               \
        for (size_t i = 0; i < rows; i++) hidden = (type)(hidden | (mask[i] != 0 ? values[i] : 0));                    \
        size_t row = 0;                                                                                                \
        if (hidden == 0) return rows;                                                                                  \
        while (mask[row] == 0 || values[row] == 0) row++;                                                              \
        return row;                                                                                                    \
    }

DEFINE_MEASURE(8, int8_t, INT8_MIN, INT8_MAX)
DEFINE_MEASURE(16, int16_t, INT16_MIN, INT16_MAX)
DEFINE_MEASURE(32, int32_t, INT32_MIN, INT32_MAX)
DEFINE_MEASURE(64, int64_t, INT64_MIN, INT64_MAX)

static void set_odd(cln_measured *measured, size_t row, const char *what) {
    if (row >= measured->odd_row) return;
    measured->odd_row = row;
    measured->odd = what;
}

/* The first row that is not null and lies outside. */
static size_t find_outside(const cln_measure_input *in, int64_t min, int64_t max) {
    for (size_t i = 0; i < in->rows; i++) {
        const int64_t value = cln_stored_integer(in->values, in->width_bytes, i);
        if ((in->mask == NULL || in->mask[i] == 0) && (value < min || value > max)) return i;
    }
    return in->rows;
}

/* ---- Integers and booleans ---- */

static void measure_plain(const cln_measure_input *in, int64_t *min, int64_t *max) {
    const void *values = in->values;
    switch (in->width_bytes) {
    case 1:
        measure_plain_8(values, in->rows, min, max);
        return;
    case 2:
        measure_plain_16(values, in->rows, min, max);
        return;
    case 4:
        measure_plain_32(values, in->rows, min, max);
        return;
    default:
        measure_plain_64(values, in->rows, min, max);
    }
}

static size_t measure_masked(const cln_measure_input *in, int64_t *min, int64_t *max) {
    const void *values = in->values;
    switch (in->width_bytes) {
    case 1:
        measure_masked_8(values, in->mask, in->rows, min, max);
        return find_hidden_8(values, in->mask, in->rows);
    case 2:
        measure_masked_16(values, in->mask, in->rows, min, max);
        return find_hidden_16(values, in->mask, in->rows);
    case 4:
        measure_masked_32(values, in->mask, in->rows, min, max);
        return find_hidden_32(values, in->mask, in->rows);
    default:
        measure_masked_64(values, in->mask, in->rows, min, max);
        return find_hidden_64(values, in->mask, in->rows);
    }
}

static void measure_mask(const cln_measure_input *in, cln_measured *out) {
    uint64_t nulls = 0;
    uint8_t seen = 0;
    for (size_t i = 0; i < in->rows; i++) {
        nulls += in->mask[i] != 0;
        seen |= in->mask[i];
    }
    out->nulls = nulls;
    if (seen <= 1) return;
    size_t row = 0;
    while (in->mask[row] <= 1) row++;
    set_odd(out, row, "its mask is neither 0 nor 1");
}

static void measure_integers(const cln_measure_input *in, cln_measured *out) {
    int64_t min, max;
    if (in->mask == NULL) {
        measure_plain(in, &min, &max);
    } else {
        measure_mask(in, out);
        set_odd(out, measure_masked(in, &min, &max), "a value that is not 0 stands under the mask");
    }
    if (out->nulls == in->rows) return;
    out->min.integer = min;
    out->max.integer = max;
    if (in->type == CLN_TYPE_BOOLEAN && (min < 0 || max > 1)) {
        set_odd(out, find_outside(in, 0, 1), "a boolean is neither 0 nor 1");
    }
    if (min == CLN_NULL_INTEGER) {
        set_odd(out, find_outside(in, CLN_NULL_INTEGER + 1, INT64_MAX), "a null stands in a column without nulls");
    }
}

/* ---- Timestamps and codes: their null is a value, the least of all ---- */

static void measure_timestamps(const cln_measure_input *in, cln_measured *out) {
    const int64_t *values = (const void *)in->values;
    int64_t min = INT64_MAX, max = INT64_MIN;
    uint64_t nulls = 0;
    for (size_t i = 0; i < in->rows; i++) {
        const bool is_null = values[i] == CLN_NULL_INTEGER;
        const int64_t low = is_null ? INT64_MAX : values[i];
        nulls += is_null;
        min = low < min ? low : min;
        max = values[i] > max ? values[i] : max;
    }
    out->nulls = nulls;
    out->min.integer = min;
    out->max.integer = max;
}

#define DEFINE_MEASURE_CODES(name, type, greatest)                                                                     \
    static uint64_t measure_codes_##name(const type *codes, size_t rows, int64_t *min, int64_t *max,                   \
                                         int64_t *lowest) {                                                            \
        type least = greatest, most = CLN_NULL_CODE, low = 0;                                                          \
        uint64_t nulls = 0;                                                                                            \
        for (size_t i = 0; i < rows; i++) {                                                                            \
            const type code = codes[i];                                                                                \
            const type candidate = code < 0 ? greatest : code;                                                         \
            nulls += code < 0;                                                                                         \
            low = code < low ? code : low;                                                                             \
            least = candidate < least ? candidate : least;                                                             \
            most = code > most ? code : most;                                                                          \
        }                                                                                                              \
        *min = least;                                                                                                  \
        *max = most;                                                                                                   \
        *lowest = low;                                                                                                 \
        return nulls;                                                                                                  \
    }

DEFINE_MEASURE_CODES(8, int8_t, INT8_MAX)
DEFINE_MEASURE_CODES(16, int16_t, INT16_MAX)
DEFINE_MEASURE_CODES(32, int32_t, INT32_MAX)

static void measure_codes(const cln_measure_input *in, cln_measured *out) {
    const void *values = in->values;
    int64_t min, max, lowest;
    if (in->width_bytes == 1) {
        out->nulls = measure_codes_8(values, in->rows, &min, &max, &lowest);
    } else if (in->width_bytes == 2) {
        out->nulls = measure_codes_16(values, in->rows, &min, &max, &lowest);
    } else {
        out->nulls = measure_codes_32(values, in->rows, &min, &max, &lowest);
    }
    if (lowest < CLN_NULL_CODE || (max >= 0 && (uint64_t)max >= in->code_count)) {
        set_odd(out, find_outside(in, CLN_NULL_CODE, (int64_t)in->code_count - 1), "there is no category of that code");
    }
    if (out->nulls == in->rows) return;
    out->min.integer = min;
    out->max.integer = max;
}

/* ---- Doubles ---- */

/* Values as bits: whether there is any that is not a multiple of 2^low, or
 * reaches 2^high, or is a NaN other than null. */
typedef struct double_rule {
    int low, high;
} double_rule;

#define NULL_BITS     UINT64_C(0x7ff8000000000000)
#define MANTISSA_MASK UINT64_C(0xfffffffffffff)

static bool is_odd_double(uint64_t bits, double_rule rule) {
    const uint64_t magnitude = bits & (UINT64_MAX >> 1);
    const int field = (int)(magnitude >> 52);
    if (field == 0x7ff) return (magnitude & MANTISSA_MASK) != 0 && bits != NULL_BITS;
    if (magnitude == 0) return false;
    /* magnitude = mantissa * 2^exponent, the exponent of its last bit */
    const uint64_t mantissa = (magnitude & MANTISSA_MASK) | (field == 0 ? 0 : MANTISSA_MASK + 1);
    const int exponent = (field == 0 ? 1 : field) - 1075;
    const int short_bits = rule.low - exponent; /* so many of the last bits must be 0 */
    const uint64_t forbidden = short_bits <= 0 ? 0 : short_bits >= 64 ? UINT64_MAX : (UINT64_C(1) << short_bits) - 1;
    const int top = exponent + 63 - __builtin_clzll(mantissa); /* 2^top <= value < 2^(top + 1) */
    return (mantissa & forbidden) != 0 || top >= rule.high;
}

static void measure_doubles(const cln_measure_input *in, cln_measured *out) {
    const double *values = (const void *)in->values;
    const double_rule rule = {.low = in->exponent_min, .high = in->exponent_max};
    double min = INFINITY, max = -INFINITY;
    uint64_t nulls = 0;
    for (size_t i = 0; i < in->rows; i++) {
        nulls += values[i] != values[i];
        min = values[i] < min ? values[i] : min;
        max = values[i] > max ? values[i] : max;
    }
    out->nulls = nulls;
    out->min.number = min + 0.0;
    out->max.number = max + 0.0;
    size_t row = 0;
    for (; row < in->rows; row++) {
        uint64_t bits;
        memcpy(&bits, &values[row], sizeof bits);
        if (is_odd_double(bits, rule)) break;
    }
    set_odd(out, row, "a number does not agree with the column's exponents, or is a NaN that is not null");
}

void cln_measure_values(const cln_measure_input *input, cln_measured *measured) {
    *measured = (cln_measured){.odd_row = input->rows};
    measured->min.integer = INT64_MAX;
    measured->max.integer = INT64_MIN;
    switch (input->type) {
    case CLN_TYPE_DOUBLE:
        measure_doubles(input, measured);
        return;
    case CLN_TYPE_CATEGORY:
        measure_codes(input, measured);
        return;
    case CLN_TYPE_TIMESTAMP:
        measure_timestamps(input, measured);
        return;
    default:
        measure_integers(input, measured);
    }
}
