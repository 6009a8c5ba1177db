/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a rank knows of the rows that it wrote of one column, and how the
 * zones come out of what all ranks know: the same for any division of the
 * rows into pieces. All functions are local.
 */
#ifndef COLONNADE_STORE_PIECES_H
#define COLONNADE_STORE_PIECES_H

#include "layout.h"

/* Consecutive rows within one zone. */
typedef struct cln_piece {
    uint64_t first_row, rows, nulls;
    cln_bound min, max;
    uint64_t first_byte, size_bytes; /* text: where in data */
    uint32_t crc32c;                 /* of values, codes or sizes */
    uint32_t second_crc32c;          /* of mask or data */
    uint32_t codes_crc32c;           /* of the numbers of texts */
} cln_piece;

typedef struct cln_pieces {
    cln_piece *items;
    size_t count;
    size_t capacity;
} cln_pieces;

/* The bounds of a piece without values. */
void cln_piece_clear_bounds(cln_piece *piece, cln_type type);

/* Adds a piece, merged with the last one when it continues it in its zone. */
CLN_CHECKED cln_status cln_pieces_add(cln_pieces *pieces, const cln_piece *piece, cln_type type, cln_layout layout,
                                      cln_error *err);
void cln_pieces_clean_up(cln_pieces *pieces);

/* What zones must agree with. */
typedef struct cln_zones_of {
    const char *column; /* for messages */
    cln_type type;
    cln_layout layout;
    uint64_t rows, null_count, text_size_bytes;
} cln_zones_of;

/* Sorts the pieces of all ranks and merges them into *zones, which the
 * caller frees. Rows that were put twice or never, and counts that differ
 * from what was declared, are CLN_ERR_INTERNAL. */
CLN_CHECKED cln_status cln_zones_from_pieces(cln_zone **zones, const cln_zones_of *of, cln_piece *pieces, size_t count,
                                             cln_error *err);

#endif
