/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A vector borrows consecutive values of one column in the form in which the
 * program computes with them. Only the members of its type are set. Nulls are
 * told by value (see type.h).
 */
#ifndef COLONNADE_COLUMN_VECTOR_H
#define COLONNADE_COLUMN_VECTOR_H

#include "colonnade/base/span.h"
#include "colonnade/column/type.h"

#include <stddef.h>
#include <stdint.h>

typedef struct cln_vector {
    cln_type type;
    size_t rows;
    const int64_t *integers; /* integer, boolean, timestamp */
    const double *doubles;   /* double */
    const int32_t *codes;    /* category; text on its way to a file: those that have a number (partition_writer.h) */
    const uint64_t *offsets; /* text: rows + 1 offsets into bytes; the first need not be 0 */
    const char *bytes;       /* text */
} cln_vector;

static inline cln_span cln_vector_text(const cln_vector *vector, size_t row) {
    return cln_span_of(vector->bytes + vector->offsets[row], (size_t)(vector->offsets[row + 1] - vector->offsets[row]));
}

#endif
