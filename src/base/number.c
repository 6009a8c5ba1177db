/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/number.h"

#include "decimal.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A double is decided by its first 767 significant digits and by whether
 * anything but zeros follows, so longer texts are cut here. */
#define DECISIVE_DIGITS 800

/* Significant digits that always fit in 64 bits. */
#define MANTISSA_DIGITS 19

/* Exponents beyond this are 0 or too large, whatever the digits are. */
#define EXPONENT_CLIP 100000

/* A decimal number taken apart: its digits, read as an integer without the
 * point, times ten to the exponent. */
typedef struct decimal {
    bool negative;
    uint64_t mantissa;  /* the significant digits when there are at most MANTISSA_DIGITS */
    size_t significant; /* digits from the first that is not zero */
    int64_t exponent;
    const char *first; /* the first significant digit */
    const char *end;   /* behind the last digit or point */
} decimal;

static bool digit_of(char c, unsigned *digit) {
    *digit = (unsigned)(unsigned char)c - '0';
    return *digit < 10;
}

static const char *take_sign(const char *c, const char *end, bool *negative) {
    *negative = c < end && *c == '-';
    return c < end && (*c == '-' || *c == '+') ? c + 1 : c;
}

bool cln_parse_integer(cln_span text, int64_t *value) {
    if (text.size == 0) return false;
    const char *const end = text.data + text.size;
    bool negative;
    const char *c = take_sign(text.data, end, &negative);
    if (c == end) return false;
    uint64_t magnitude = 0;
    for (; c < end; c++) {
        unsigned digit;
        if (!digit_of(*c, &digit)) return false;
        if (magnitude > (uint64_t)INT64_MAX / 10) return false;
        magnitude = magnitude * 10 + digit;
    }
    if (magnitude > (uint64_t)INT64_MAX) return false;
    *value = negative ? -(int64_t)magnitude : (int64_t)magnitude;
    return true;
}

static void take_digit(decimal *number, const char *c, unsigned digit) {
    if (number->significant == 0) {
        if (digit == 0) return;
        number->first = c;
    }
    if (number->significant < MANTISSA_DIGITS) number->mantissa = number->mantissa * 10 + digit;
    number->significant++;
}

/* The digits and the point; NULL when there is no digit. */
static const char *take_digits(decimal *number, const char *c, const char *end) {
    const char *const start = c;
    unsigned digit;
    for (; c < end && digit_of(*c, &digit); c++) take_digit(number, c, digit);
    bool any = c > start;
    if (c < end && *c == '.') {
        const char *const fraction = ++c;
        for (; c < end && digit_of(*c, &digit); c++) take_digit(number, c, digit);
        any = any || c > fraction;
        number->exponent = -(int64_t)(c - fraction);
    }
    number->end = c;
    return any ? c : NULL;
}

/* "e" and a number; NULL when it is something else. */
static const char *take_exponent(decimal *number, const char *c, const char *end) {
    if (*c != 'e' && *c != 'E') return NULL;
    bool negative;
    c = take_sign(c + 1, end, &negative);
    if (c == end) return NULL;
    int64_t exponent = 0;
    for (unsigned digit; c < end; c++) {
        if (!digit_of(*c, &digit)) return NULL;
        if (exponent < INT64_MAX / 100) exponent = exponent * 10 + digit;
    }
    number->exponent += negative ? -exponent : exponent;
    return c;
}

static bool take_apart(cln_span text, decimal *number) {
    *number = (decimal){.negative = false};
    if (text.size == 0) return false;
    const char *const end = text.data + text.size;
    const char *c = take_sign(text.data, end, &number->negative);
    c = take_digits(number, c, end);
    if (c != NULL && c < end) c = take_exponent(number, c, end);
    return c == end;
}

/* The C library's exact conversion, of digits without a point and an
 * exponent, so that the locale's point does not matter. */
static double by_library(const decimal *number) {
    char text[DECISIVE_DIGITS + 32];
    size_t used = 0;
    int64_t exponent = number->exponent;
    bool rest_is_zero = true;
    size_t seen = 0;
    for (const char *c = number->first; c < number->end; c++) {
        if (*c == '.') continue;
        if (seen++ < DECISIVE_DIGITS) {
            text[used++] = *c;
        } else {
            rest_is_zero = rest_is_zero && *c == '0';
        }
    }
    exponent += (int64_t)(seen - used);
    if (!rest_is_zero) {
        text[used++] = '1';
        exponent--;
    }
    if (exponent > EXPONENT_CLIP) exponent = EXPONENT_CLIP;
    if (exponent < -EXPONENT_CLIP) exponent = -EXPONENT_CLIP;
    (void)snprintf(text + used, sizeof text - used, "e%d", (int)exponent);
    return strtod(text, NULL);
}

bool cln_parse_double(cln_span text, double *value) {
    decimal number;
    if (!take_apart(text, &number)) return false;
    double magnitude = 0.0;
    if (number.significant > 0) {
        const bool fits = number.significant <= MANTISSA_DIGITS;
        if (!fits || (!cln_decimal_by_one_operation(number.mantissa, number.exponent, &magnitude) &&
                      !cln_decimal_by_product(number.mantissa, number.exponent, &magnitude))) {
            magnitude = by_library(&number);
        }
    }
    if (magnitude > DBL_MAX) return false;
    *value = number.negative ? -magnitude : magnitude;
    return true;
}

bool cln_parse_boolean(cln_span text, int64_t *value) {
    static const char *const words[] = {"false", "true", "no", "yes", "n", "y", "f", "t", "0", "1"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (text.size == strlen(words[i]) && strncasecmp(text.data, words[i], text.size) == 0) {
            *value = (int64_t)(i % 2);
            return true;
        }
    }
    return false;
}

void cln_format_double(double value, char text[32]) {
    /* Up to 15 digits survive in every normal double, so that %.15g is also
     * the shortest where it reads back; denormals have fewer. */
    const bool is_denormal = value != 0.0 && value > -DBL_MIN && value < DBL_MIN;
    for (int digits = is_denormal ? 1 : DBL_DIG; digits <= DBL_DECIMAL_DIG; digits++) {
        (void)snprintf(text, 32, "%.*g", digits, value);
        if (isnan(value) || strtod(text, NULL) == value) return;
    }
}

/* ---- Columns ---- */

static size_t parse_integers(const cln_span *texts, size_t count, int64_t null, int64_t *values) {
    for (size_t i = 0; i < count; i++) {
        if (texts[i].size == 0)
            values[i] = null;
        else if (!cln_parse_integer(texts[i], &values[i]))
            return i;
    }
    return count;
}

static size_t parse_doubles(const cln_span *texts, size_t count, double null, double *values) {
    for (size_t i = 0; i < count; i++) {
        if (texts[i].size == 0)
            values[i] = null;
        else if (!cln_parse_double(texts[i], &values[i]))
            return i;
    }
    return count;
}

const cln_number_kernels cln_number_kernels_portable = {
    .name = "portable", .parse_integers = parse_integers, .parse_doubles = parse_doubles};

const cln_number_kernels *cln_number_kernels_best(void) {
    static const cln_number_kernels *best = NULL;
    if (best == NULL) {
        const cln_number_kernels *found = cln_number_kernels_avx512();
        best = found == NULL ? &cln_number_kernels_portable : found;
    }
    return best;
}
