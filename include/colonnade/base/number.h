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

/* true/false, yes/no, y/n, t/f, 1/0 in any case. */
bool cln_parse_boolean(cln_span text, int64_t *value);

/* The shortest text that reads back as the same double, NUL-terminated. */
void cln_format_double(double value, char text[32]);

#endif
