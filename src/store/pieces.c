/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pieces.h"

#include "colonnade/base/hash.h"
#include "colonnade/base/memory.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

void cln_piece_clear_bounds(cln_piece *piece, cln_type type) {
    if (type == CLN_TYPE_DOUBLE) {
        piece->min.number = INFINITY;
        piece->max.number = -INFINITY;
    } else {
        piece->min.integer = INT64_MAX;
        piece->max.integer = INT64_MIN;
    }
}

static void widen_bounds(cln_piece *whole, const cln_piece *part, cln_type type) {
    if (type == CLN_TYPE_DOUBLE) {
        if (part->min.number < whole->min.number) whole->min.number = part->min.number;
        if (part->max.number > whole->max.number) whole->max.number = part->max.number;
    } else {
        if (part->min.integer < whole->min.integer) whole->min.integer = part->min.integer;
        if (part->max.integer > whole->max.integer) whole->max.integer = part->max.integer;
    }
}

/* next follows whole in the same zone. */
static void merge_piece(cln_piece *whole, const cln_piece *next, cln_type type, cln_layout layout) {
    const uint64_t second_bytes = layout.form == CLN_FORM_TEXT ? next->size_bytes : next->rows;
    whole->crc32c = cln_crc32c_combine(whole->crc32c, next->crc32c, next->rows * layout.width_bytes);
    whole->second_crc32c = cln_crc32c_combine(whole->second_crc32c, next->second_crc32c, second_bytes);
    if (layout.code_width_bytes > 0) {
        whole->codes_crc32c =
            cln_crc32c_combine(whole->codes_crc32c, next->codes_crc32c, next->rows * layout.code_width_bytes);
    }
    whole->rows += next->rows;
    whole->nulls += next->nulls;
    whole->size_bytes += next->size_bytes;
    widen_bounds(whole, next, type);
}

static bool continues(const cln_piece *last, const cln_piece *next) {
    return last->first_row + last->rows == next->first_row && next->first_row % CLN_ZONE_ROWS != 0 &&
           last->first_byte + last->size_bytes == next->first_byte;
}

cln_status cln_pieces_add(cln_pieces *pieces, const cln_piece *piece, cln_type type, cln_layout layout,
                          cln_error *err) {
    if (pieces->count > 0 && continues(&pieces->items[pieces->count - 1], piece)) {
        merge_piece(&pieces->items[pieces->count - 1], piece, type, layout);
        return CLN_OK;
    }
    CLN_TRY(cln_grow_array(&pieces->items, &pieces->capacity, pieces->count + 1, sizeof *pieces->items, err));
    pieces->items[pieces->count++] = *piece;
    return CLN_OK;
}

void cln_pieces_clean_up(cln_pieces *pieces) {
    free(pieces->items);
    *pieces = (cln_pieces){0};
}

static int by_first_row(const void *a, const void *b) {
    const cln_piece *left = a, *right = b;
    return (left->first_row > right->first_row) - (left->first_row < right->first_row);
}

static void store_zone(cln_zone *zone, const cln_piece *piece) {
    *zone = (cln_zone){.first_row = piece->first_row,
                       .min = piece->min,
                       .max = piece->max,
                       .nulls = piece->nulls,
                       .first_byte = piece->first_byte,
                       .crc32c = piece->crc32c,
                       .second_crc32c = piece->second_crc32c,
                       .codes_crc32c = piece->codes_crc32c};
}

static cln_status check_totals(const cln_zones_of *of, uint64_t rows, uint64_t nulls, uint64_t bytes, cln_error *err) {
    if (rows != of->rows) {
        return cln_fail(err, CLN_ERR_INTERNAL, "%" PRIu64 " of %" PRIu64 " rows of column '%s' were written", rows,
                        of->rows, of->column);
    }
    if (nulls != of->null_count || bytes != of->text_size_bytes) {
        return cln_fail(err, CLN_ERR_INTERNAL,
                        "column '%s' has %" PRIu64 " nulls and %" PRIu64 " bytes of text, but %" PRIu64 " and %" PRIu64
                        " were announced",
                        of->column, nulls, bytes, of->null_count, of->text_size_bytes);
    }
    return CLN_OK;
}

static cln_status merge_sorted(cln_zone *zones, const cln_zones_of *of, const cln_piece *pieces, size_t count,
                               cln_error *err) {
    uint64_t row = 0, byte = 0, nulls = 0;
    cln_piece whole = {0};
    for (size_t i = 0; i < count; i++) {
        const cln_piece *piece = &pieces[i];
        if (piece->first_row != row || piece->first_byte != byte || piece->rows > of->rows - row) {
            return cln_fail(err, CLN_ERR_INTERNAL, "column '%s' was not written once at row %" PRIu64, of->column, row);
        }
        if (row % CLN_ZONE_ROWS == 0) {
            whole = *piece;
        } else {
            merge_piece(&whole, piece, of->type, of->layout);
        }
        row += piece->rows;
        byte += piece->size_bytes;
        nulls += piece->nulls;
        if (row % CLN_ZONE_ROWS == 0 || row == of->rows) {
            store_zone(&zones[whole.first_row / CLN_ZONE_ROWS], &whole);
        }
    }
    return check_totals(of, row, nulls, byte, err);
}

cln_status cln_zones_from_pieces(cln_zone **zones, const cln_zones_of *of, cln_piece *pieces, size_t count,
                                 cln_error *err) {
    CLN_TRY(cln_new_array(zones, (size_t)cln_zone_count(of->rows), sizeof **zones, err));
    if (count > 0) qsort(pieces, count, sizeof *pieces, by_first_row);
    const cln_status status = merge_sorted(*zones, of, pieces, count, err);
    if (status != CLN_OK) {
        free(*zones);
        *zones = NULL;
    }
    return status;
}
