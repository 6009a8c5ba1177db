/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Canonical values to stored bytes, with what a zone has to know of them.
 * All functions are local.
 */
#ifndef COLONNADE_STORE_ENCODE_H
#define COLONNADE_STORE_ENCODE_H

#include "colonnade/column/vector.h"
#include "pieces.h"

/* What values of a column may be; a value outside is CLN_ERR_INTERNAL,
 * because the width was chosen from it. */
typedef struct cln_encoding {
    cln_type type;
    cln_layout layout;
    bool may_be_null;
    int64_t min, max; /* integral types and codes */
    uint64_t text_size_max;
} cln_encoding;

/* Encodes rows [first, first + count) of a vector that is no text: stored
 * gets count values, mask (nullable form) count bytes. piece's nulls, bounds
 * and checksums are set; they need the rows to be of one zone. */
CLN_CHECKED cln_status cln_encode_values(const cln_encoding *encoding, const cln_vector *vector, size_t first,
                                         size_t count, void *stored, uint8_t *mask, cln_piece *piece, cln_error *err);

/* Encodes the sizes of texts [first, first + count), and into codes their
 * numbers, where they have some; byte is where the vector's first text stands
 * in the column's data. Sets piece's nulls, bytes and checksums. */
CLN_CHECKED cln_status cln_encode_texts(const cln_encoding *encoding, const cln_vector *vector, uint64_t byte,
                                        size_t first, size_t count, void *stored, void *codes, cln_piece *piece,
                                        cln_error *err);

#endif
