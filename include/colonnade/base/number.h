/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Numbers from text, exactly and without a locale. The whole text must be the
 * number. All functions are local.
 */
#ifndef COLONNADE_BASE_NUMBER_H
#define COLONNADE_BASE_NUMBER_H

#include "colonnade/base/span.h"

#include <stdbool.h>
#include <stdint.h>

/* Optional sign, digits. False for anything else and outside
 * [-2^63 + 1, 2^63 - 1]. */
bool cln_parse_integer(cln_span text, int64_t *value);

/* Optional sign, digits with an optional point, optional exponent: the
 * nearest double. False for anything else: blanks, "nan", "inf",
 * hexadecimal, and values too large for a double. */
bool cln_parse_double(cln_span text, double *value);

/* Many at once, as above; an empty text gives null. They return how many of
 * the first texts they have parsed: the next one is theirs to refuse, not
 * always because it is no number. */
typedef struct cln_number_kernels {
    const char *name;
    size_t (*parse_integers)(const cln_span *texts, size_t count, int64_t null, int64_t *values);
    size_t (*parse_doubles)(const cln_span *texts, size_t count, double null, double *values);
} cln_number_kernels;

/* The twin that runs everywhere; NULL where the processor or the compiler has
 * no AVX-512 with VBMI2; the fastest that this processor can run. */
extern const cln_number_kernels cln_number_kernels_portable;
const cln_number_kernels *cln_number_kernels_avx512(void);
const cln_number_kernels *cln_number_kernels_best(void);

/* true/false, yes/no, y/n, t/f, 1/0 in any case. */
bool cln_parse_boolean(cln_span text, int64_t *value);

/* The shortest text that reads back as the same double, NUL-terminated. */
void cln_format_double(double value, char text[32]);

#endif
