/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The loops behind measure.h, for each width of values. They have no branches,
 * so that compilers make vector code of them; there is one set for any
 * processor and one for those with AVX2. All functions are local.
 */
#ifndef COLONNADE_STORE_MEASURE_LOOPS_H
#define COLONNADE_STORE_MEASURE_LOOPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct cln_integer_sums {
    int64_t min, max; /* over rows that are not null */
    uint64_t nulls;
    int64_t lowest; /* codes: the least of all, also of nulls */
    bool is_odd;    /* under a mask: a value is not 0, or the mask is neither 0 nor 1 */
} cln_integer_sums;

typedef struct cln_double_sums {
    double min, max;
    uint64_t nulls;
    bool is_odd;
} cln_double_sums;

/* What a double may be: see measure.c. */
typedef struct cln_double_rule {
    int64_t low;   /* of 2^low every value is a multiple */
    int64_t limit; /* the bits of the first magnitude that is too large */
} cln_double_rule;

typedef void cln_measure_plain(const void *values, size_t rows, cln_integer_sums *sums);
typedef void cln_measure_masked(const void *values, const uint8_t *mask, size_t rows, cln_integer_sums *sums);
typedef void cln_measure_double(const double *values, size_t rows, const cln_double_rule *rule, cln_double_sums *sums);

/* By width: 1, 2, 4 and 8 bytes are 0, 1, 2 and 3. */
typedef struct cln_measure_loops {
    cln_measure_plain *plain[4];      /* no nulls */
    cln_measure_masked *masked[4];    /* nulls are told by a mask */
    cln_measure_plain *codes[3];      /* null is -1 */
    cln_measure_plain *timestamps[2]; /* of 4 and of 8 bytes; null is the least integer */
    cln_measure_double *doubles;
} cln_measure_loops;

/* Those for this processor; and those for any. */
const cln_measure_loops *cln_measure_loops_best(void);
const cln_measure_loops *cln_measure_loops_portable(void);

/* Not 0 when the bits are those of a double that the rule does not allow. */
static inline uint64_t cln_double_is_odd(uint64_t bits, const cln_double_rule *rule) {
    const uint64_t fraction = bits & UINT64_C(0xfffffffffffff);
    const int64_t magnitude = (int64_t)(bits & INT64_MAX);
    const int64_t field = magnitude >> 52;
    const int64_t is_normal = field != 0;
    /* The value is mantissa * 2^exponent; so many of the mantissa's last bits must be 0. */
    const uint64_t mantissa = fraction | (uint64_t)is_normal << 52;
    const int64_t exponent = field + (1 - is_normal) - 1075;
    const int64_t wanted = rule->low - exponent;
    const int64_t at_least = wanted < 0 ? 0 : wanted;
    const int64_t zeros = at_least > 63 ? 63 : at_least;
    const uint64_t forbidden = (UINT64_C(1) << zeros) - 1;
    const uint64_t is_outside = (mantissa & forbidden) | (uint64_t)(magnitude >= rule->limit);
    const uint64_t is_other_nan =
        (uint64_t)(magnitude > INT64_C(0x7ff0000000000000)) & (uint64_t)(bits != UINT64_C(0x7ff8000000000000));
    return field == 0x7ff ? is_other_nan : is_outside;
}

#endif
