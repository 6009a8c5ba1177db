/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The double that is nearest to an integer times a power of ten. Local.
 */
#ifndef COLONNADE_BASE_DECIMAL_H
#define COLONNADE_BASE_DECIMAL_H

#include "powers_of_five.h"

#include <float.h>
#include <stdbool.h>
#include <string.h>

/* One correctly rounded operation on two exact doubles. */
static inline bool cln_decimal_by_one_operation(uint64_t mantissa, int64_t exponent, double *value) {
#if FLT_EVAL_METHOD == 0
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    if (mantissa > (uint64_t)1 << DBL_MANT_DIG || exponent < -22 || exponent > 22) return false;
    *value = exponent < 0 ? (double)mantissa / powers[-exponent] : (double)mantissa * powers[exponent];
    return true;
#else
    (void)mantissa, (void)exponent, (void)value;
    return false;
#endif
}

#ifdef __SIZEOF_INT128__
__extension__ typedef unsigned __int128 cln_wide;

/* The significant bits of mantissa × 5^exponent, at least as many as decide
 * about the rounding (Mushtak and Lemire, Fast Number Parsing Without
 * Fallback, 2023); mantissa has its highest bit set. */
static inline cln_wide cln_decimal_product(uint64_t mantissa, int64_t exponent) {
    const uint64_t *power = cln_powers_of_five[exponent - CLN_LEAST_POWER_OF_FIVE];
    const cln_wide product = (cln_wide)mantissa * power[0];
    const uint64_t undecided = UINT64_MAX >> (DBL_MANT_DIG + 2);
    if (((uint64_t)(product >> 64) & undecided) != undecided) return product;
    return product + ((cln_wide)mantissa * power[1] >> 64);
}
#endif

/* The algorithm of Eisel and Lemire (Lemire, Number Parsing at a Gigabyte per
 * Second, 2021, section 6); false where the power is not in the table, whose
 * powers give neither denormals nor infinities. mantissa is not 0. */
static inline bool cln_decimal_by_product(uint64_t mantissa, int64_t exponent, double *value) {
#ifdef __SIZEOF_INT128__
    if (exponent < CLN_LEAST_POWER_OF_FIVE || exponent > CLN_GREATEST_POWER_OF_FIVE) return false;
    const int leading = __builtin_clzll(mantissa);
    const cln_wide product = cln_decimal_product(mantissa << leading, exponent);
    const uint64_t high = (uint64_t)(product >> 64), low = (uint64_t)product;
    const int upper = (int)(high >> 63);
    const int cut = upper + 64 - DBL_MANT_DIG - 2; /* leaves one bit to round by */
    uint64_t bits = high >> cut;
    /* Half way between two doubles, exactly: to the even one. */
    const bool may_be_tie = low <= 1 && exponent >= -4 && exponent <= 23;
    if (may_be_tie && (bits & 3) == 1 && bits << cut == high) bits--;
    bits = (bits + (bits & 1)) >> 1;
    /* 217706 / 65536 is log2(10), as exactly as these exponents need it. */
    const int64_t binary_exponent = (217706 * exponent >> 16) + 63 + upper - leading + (DBL_MAX_EXP - 1);
    /* A carry out of the bits goes to the exponent, as it should. */
    const uint64_t double_bits =
        ((uint64_t)binary_exponent << (DBL_MANT_DIG - 1)) + bits - ((uint64_t)1 << (DBL_MANT_DIG - 1));
    memcpy(value, &double_bits, sizeof *value);
    return true;
#else
    (void)mantissa, (void)exponent, (void)value;
    return false;
#endif
}

#endif
