/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sums over all rows first; only where they say that something is odd, the
 * row is looked for.
 */
#include "measure.h"

#include "measure_loops.h"

#include <string.h>

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

static unsigned index_of_width(unsigned width_bytes) {
    return width_bytes == 1 ? 0 : width_bytes == 2 ? 1 : width_bytes == 4 ? 2 : 3;
}

static void find_odd_mask(const cln_measure_input *in, cln_measured *out) {
    for (size_t i = 0; i < in->rows; i++) {
        if (in->mask[i] > 1) set_odd(out, i, "its mask is neither 0 nor 1");
        if (in->mask[i] != 0 && cln_stored_integer(in->values, in->width_bytes, i) != 0) {
            set_odd(out, i, "a value that is not 0 stands under the mask");
        }
    }
}

/* Nulls are told by a mask, or there are none. */
static void measure_integers(const cln_measure_input *in, const cln_measure_loops *loops, cln_measured *out) {
    const unsigned width = index_of_width(in->width_bytes);
    cln_integer_sums sums;
    if (in->mask == NULL) {
        loops->plain[width](in->values, in->rows, &sums);
    } else {
        loops->masked[width](in->values, in->mask, in->rows, &sums);
        if (sums.is_odd) find_odd_mask(in, out);
    }
    out->nulls = sums.nulls;
    if (out->nulls == in->rows) return;
    out->min.integer = sums.min;
    out->max.integer = sums.max;
    if (in->type == CLN_TYPE_BOOLEAN && (sums.min < 0 || sums.max > 1)) {
        set_odd(out, find_outside(in, 0, 1), "a boolean is neither 0 nor 1");
    }
    if (sums.min == CLN_NULL_INTEGER) {
        set_odd(out, find_outside(in, CLN_NULL_INTEGER + 1, INT64_MAX), "a null stands in a column without nulls");
    }
}

static void measure_timestamps(const cln_measure_input *in, const cln_measure_loops *loops, cln_measured *out) {
    cln_integer_sums sums;
    loops->timestamps[in->width_bytes == 4 ? 0 : 1](in->values, in->rows, &sums);
    out->nulls = sums.nulls;
    out->min.integer = sums.min;
    out->max.integer = sums.max;
}

static void measure_codes(const cln_measure_input *in, const cln_measure_loops *loops, cln_measured *out) {
    cln_integer_sums sums;
    loops->codes[index_of_width(in->width_bytes)](in->values, in->rows, &sums);
    if (sums.lowest < CLN_NULL_CODE || (sums.max >= 0 && (uint64_t)sums.max >= in->code_count)) {
        set_odd(out, find_outside(in, CLN_NULL_CODE, (int64_t)in->code_count - 1), "there is no category of that code");
    }
    out->nulls = sums.nulls;
    if (out->nulls == in->rows) return;
    out->min.integer = sums.min;
    out->max.integer = sums.max;
}

/* ---- Doubles ---- */

/* The bits of 2^exponent; those of infinity, or of the least magnitude, where it is beyond. */
static int64_t bits_of_power(int exponent) {
    if (exponent > 1023) return INT64_C(0x7ff0000000000000);
    if (exponent >= -1022) return (int64_t)(exponent + 1023) << 52;
    return exponent >= -1074 ? INT64_C(1) << (exponent + 1074) : 1;
}

static void measure_doubles(const cln_measure_input *in, const cln_measure_loops *loops, cln_measured *out) {
    const double *values = (const void *)in->values;
    const cln_double_rule rule = {.low = in->exponent_min, .limit = bits_of_power(in->exponent_max)};
    cln_double_sums sums;
    loops->doubles(values, in->rows, &rule, &sums);
    out->nulls = sums.nulls;
    out->min.number = sums.min + 0.0; /* no negative zero */
    out->max.number = sums.max + 0.0;
    for (size_t i = 0; sums.is_odd && i < in->rows; i++) {
        uint64_t bits;
        memcpy(&bits, &values[i], sizeof bits);
        if (cln_double_is_odd(bits, &rule) == 0) continue;
        set_odd(out, i, "a number does not agree with the column's exponents, or is a NaN that is not null");
    }
}

static void measure(const cln_measure_input *input, const cln_measure_loops *loops, cln_measured *measured) {
    *measured = (cln_measured){.odd_row = input->rows};
    measured->min.integer = INT64_MAX;
    measured->max.integer = INT64_MIN;
    switch (input->type) {
    case CLN_TYPE_DOUBLE:
        measure_doubles(input, loops, measured);
        return;
    case CLN_TYPE_CATEGORY:
        measure_codes(input, loops, measured);
        return;
    case CLN_TYPE_TIMESTAMP:
        measure_timestamps(input, loops, measured);
        return;
    default:
        measure_integers(input, loops, measured);
    }
}

void cln_measure_values(const cln_measure_input *input, cln_measured *measured) {
    measure(input, cln_measure_loops_best(), measured);
}

void cln_measure_values_portable(const cln_measure_input *input, cln_measured *measured) {
    measure(input, cln_measure_loops_portable(), measured);
}
