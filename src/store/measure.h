/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What stored values of one zone are: bounds, nulls, and the first row that
 * holds what no writer writes. All functions are local.
 */
#ifndef COLONNADE_STORE_MEASURE_H
#define COLONNADE_STORE_MEASURE_H

#include "column_file.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct cln_measured {
    cln_bound min, max; /* over what is not null; as a zone without values has them otherwise */
    uint64_t nulls;
    size_t odd_row;  /* the first row of the block with an odd value; the number of rows when there is none */
    const char *odd; /* what it holds */
} cln_measured;

/* Integers, booleans and codes of a width in bytes; mask is NULL where the
 * form has none. code_count: of categories. */
typedef struct cln_measure_input {
    cln_type type;
    unsigned width_bytes;
    size_t rows;
    const char *values;
    const uint8_t *mask;
    uint64_t code_count;
    int exponent_min, exponent_max; /* doubles */
} cln_measure_input;

void cln_measure_values(const cln_measure_input *input, cln_measured *measured);

/* The same on any processor, for tests. */
void cln_measure_values_portable(const cln_measure_input *input, cln_measured *measured);

#endif
