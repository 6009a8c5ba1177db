/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encode.h"

#include "colonnade/base/hash.h"
#include "colonnade/base/vectorise.h"

#include <inttypes.h>
#include <string.h>

/* Nulls are the least integer of all, so they never win a maximum; less one
 * they are the greatest, and never win a minimum. */
CLN_VECTORISED static void measure_integers(const int64_t *values, size_t count, cln_piece *piece) {
    int64_t min_less_one = INT64_MAX, max = INT64_MIN;
    for (size_t i = 0; i < count; i++) {
        const int64_t less_one = (int64_t)((uint64_t)values[i] - 1);
        min_less_one = less_one < min_less_one ? less_one : min_less_one;
        max = values[i] > max ? values[i] : max;
    }
    uint64_t nulls = 0;
    for (size_t i = 0; i < count; i++) nulls += values[i] == CLN_NULL_INTEGER;
    piece->nulls = nulls;
    if (nulls == count) return;
    piece->min.integer = min_less_one + 1;
    piece->max.integer = max;
}

/* The null code is -1, the greatest without a sign; what is less than that is
 * no code, and is told as the minimum. */
CLN_VECTORISED static void measure_codes(const int32_t *codes, size_t count, cln_piece *piece) {
    uint32_t min = UINT32_MAX;
    int32_t least = CLN_NULL_CODE, max = CLN_NULL_CODE;
    uint32_t nulls = 0; /* a piece is within a zone */
    for (size_t i = 0; i < count; i++) {
        min = (uint32_t)codes[i] < min ? (uint32_t)codes[i] : min;
        least = codes[i] < least ? codes[i] : least;
        max = codes[i] > max ? codes[i] : max;
        nulls += codes[i] == CLN_NULL_CODE;
    }
    piece->nulls = nulls;
    if (nulls == count) return;
    piece->min.integer = least < CLN_NULL_CODE ? least : (int64_t)min;
    piece->max.integer = max;
}

/* A null integer has zeros in its lower bytes, so what stands under a mask is 0 in every width but eight. */
CLN_VECTORISED static void narrow_integers(const int64_t *values, size_t count, unsigned width_bytes, bool has_mask,
                                           void *stored) {
    int8_t *narrow = stored;
    int16_t *half = stored;
    int32_t *word = stored;
    int64_t *full = stored;
    switch (width_bytes) {
    case 1:
        for (size_t i = 0; i < count; i++) narrow[i] = (int8_t)values[i];
        return;
    case 2:
        for (size_t i = 0; i < count; i++) half[i] = (int16_t)values[i];
        return;
    case 4:
        for (size_t i = 0; i < count; i++) word[i] = (int32_t)values[i];
        return;
    default:
        for (size_t i = 0; i < count; i++) full[i] = has_mask && values[i] == CLN_NULL_INTEGER ? 0 : values[i];
    }
}

/* The null of a narrow time is not the lower bytes of the wide one. */
CLN_VECTORISED static void narrow_times(const int64_t *values, size_t count, unsigned width_bytes, void *stored) {
    int32_t *word = stored;
    if (width_bytes == 8) {
        memcpy(stored, values, count * sizeof *values);
        return;
    }
    for (size_t i = 0; i < count; i++) word[i] = values[i] == CLN_NULL_INTEGER ? INT32_MIN : (int32_t)values[i];
}

CLN_VECTORISED static void narrow_codes(const int32_t *codes, size_t count, unsigned width_bytes, void *stored) {
    int8_t *narrow = stored;
    int16_t *half = stored;
    if (width_bytes == 4) {
        memcpy(stored, codes, count * sizeof *codes);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (width_bytes == 1) {
            narrow[i] = (int8_t)codes[i];
        } else {
            half[i] = (int16_t)codes[i];
        }
    }
}

/* Doubles in their order as integers, and back: those of negative doubles
 * count backwards. -0 comes before 0. */
static inline int64_t order_of_bits(int64_t bits) {
    return bits < 0 ? bits ^ INT64_MAX : bits;
}

static double double_of_order(int64_t order) {
    const int64_t bits = order_of_bits(order);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Bits of doubles. A sum with BEHIND_INFINITY leaves infinity the greatest of
 * all integers, and what is behind it, NaN, becomes one of the least. */
#define NAN_BITS        INT64_C(0x7ff8000000000000)
#define INFINITY_BITS   INT64_C(0x7ff0000000000000)
#define BEHIND_INFINITY ((uint64_t)(INT64_MAX - INFINITY_BITS))

/* One null has one representation, whatever arithmetic made it, and bounds
 * know no negative zero: what is equal has equal bytes. Compared as integers,
 * for which the compiler has vectors. */
CLN_VECTORISED static void encode_doubles(const double *values, size_t count, void *stored, cln_piece *piece) {
    const int64_t *bits = (const int64_t *)(const void *)values;
    int64_t *out = stored;
    int64_t min = INT64_MAX, max = INT64_MIN;
    for (size_t i = 0; i < count; i++) {
        out[i] = (bits[i] & INT64_MAX) > INFINITY_BITS ? NAN_BITS : bits[i];
    }
    for (size_t i = 0; i < count; i++) {
        const int64_t order = order_of_bits(out[i]);
        const int64_t shifted = (int64_t)((uint64_t)order + BEHIND_INFINITY);
        min = order < min ? order : min;
        max = shifted > max ? shifted : max;
    }
    uint64_t nulls = 0;
    for (size_t i = 0; i < count; i++) nulls += out[i] == NAN_BITS;
    piece->nulls = nulls;
    if (nulls == count) return;
    piece->min.number = double_of_order(min) + 0.0;
    piece->max.number = double_of_order((int64_t)((uint64_t)max - BEHIND_INFINITY)) + 0.0;
}

static cln_status check_nulls(const cln_encoding *encoding, const cln_piece *piece, cln_error *err) {
    if (piece->nulls == 0 || encoding->may_be_null) return CLN_OK;
    return cln_fail(err, CLN_ERR_INTERNAL, "a null stands in a column that was announced without nulls");
}

static cln_status check_range(const cln_encoding *encoding, const cln_piece *piece, cln_error *err) {
    CLN_TRY(check_nulls(encoding, piece, err));
    if (piece->nulls == piece->rows || encoding->type == CLN_TYPE_DOUBLE) return CLN_OK;
    if (piece->min.integer < encoding->min || piece->max.integer > encoding->max) {
        return cln_fail(err, CLN_ERR_INTERNAL,
                        "values from %" PRId64 " to %" PRId64 " stand in a column announced from %" PRId64
                        " to %" PRId64,
                        piece->min.integer, piece->max.integer, encoding->min, encoding->max);
    }
    return CLN_OK;
}

cln_status cln_encode_values(const cln_encoding *encoding, const cln_vector *vector, size_t first, size_t count,
                             void *stored, uint8_t *mask, cln_piece *piece, cln_error *err) {
    const unsigned width = encoding->layout.width_bytes;
    const bool has_mask = encoding->layout.form == CLN_FORM_NULLABLE;
    piece->rows = count;
    cln_piece_clear_bounds(piece, encoding->type);
    if (encoding->type == CLN_TYPE_DOUBLE) {
        encode_doubles(vector->doubles + first, count, stored, piece);
        CLN_TRY(check_range(encoding, piece, err));
    } else if (encoding->type == CLN_TYPE_CATEGORY) {
        measure_codes(vector->codes + first, count, piece);
        CLN_TRY(check_range(encoding, piece, err));
        narrow_codes(vector->codes + first, count, width, stored);
    } else {
        measure_integers(vector->integers + first, count, piece);
        CLN_TRY(check_range(encoding, piece, err));
        if (encoding->type == CLN_TYPE_TIMESTAMP) {
            narrow_times(vector->integers + first, count, width, stored);
        } else {
            narrow_integers(vector->integers + first, count, width, has_mask, stored);
        }
    }
    if (has_mask) {
        for (size_t i = 0; i < count; i++) mask[i] = vector->integers[first + i] == CLN_NULL_INTEGER;
        piece->second_crc32c = cln_crc32c(0, mask, count);
    }
    piece->crc32c = cln_crc32c(0, stored, count * width);
    return CLN_OK;
}

/* Returns the greatest. */
CLN_VECTORISED static uint64_t narrow_sizes(const uint64_t *offsets, size_t count, unsigned width_bytes, void *stored) {
    uint8_t *narrow = stored;
    uint16_t *half = stored;
    uint32_t *word = stored;
    uint64_t greatest = 0;
    for (size_t i = 0; i < count; i++) {
        const uint64_t size = offsets[i + 1] - offsets[i];
        greatest = size > greatest ? size : greatest;
    }
    switch (width_bytes) {
    case 1:
        for (size_t i = 0; i < count; i++) narrow[i] = (uint8_t)(offsets[i + 1] - offsets[i]);
        break;
    case 2:
        for (size_t i = 0; i < count; i++) half[i] = (uint16_t)(offsets[i + 1] - offsets[i]);
        break;
    default:
        for (size_t i = 0; i < count; i++) word[i] = (uint32_t)(offsets[i + 1] - offsets[i]);
    }
    return greatest;
}

CLN_VECTORISED static uint64_t count_empty(const uint64_t *offsets, const int32_t *codes, size_t count) {
    uint64_t empty = 0;
    if (codes == NULL) {
        for (size_t i = 0; i < count; i++) empty += offsets[i] == offsets[i + 1];
    } else {
        for (size_t i = 0; i < count; i++) empty += (offsets[i] == offsets[i + 1]) & (codes[i] == CLN_NULL_CODE);
    }
    return empty;
}

static cln_status encode_numbers(const cln_encoding *encoding, const int32_t *numbers, size_t count, void *codes,
                                 cln_piece *piece, cln_error *err) {
    cln_piece range = {.rows = count};
    measure_codes(numbers, count, &range);
    if (range.nulls < count && (range.min.integer < encoding->min || range.max.integer > encoding->max)) {
        return cln_fail(err, CLN_ERR_INTERNAL, "a text has a number that no text was announced with");
    }
    narrow_codes(numbers, count, encoding->layout.code_width_bytes, codes);
    piece->codes_crc32c = cln_crc32c(0, codes, count * encoding->layout.code_width_bytes);
    return CLN_OK;
}

cln_status cln_encode_texts(const cln_encoding *encoding, const cln_vector *vector, uint64_t byte, size_t first,
                            size_t count, void *stored, void *codes, cln_piece *piece, cln_error *err) {
    const uint64_t *offsets = vector->offsets + first;
    const int32_t *numbers = encoding->layout.code_width_bytes == 0 ? NULL : vector->codes + first;
    if (narrow_sizes(offsets, count, encoding->layout.width_bytes, stored) > encoding->text_size_max) {
        return cln_fail(err, CLN_ERR_INTERNAL, "a text is longer than was announced");
    }
    piece->rows = count;
    piece->nulls = count_empty(offsets, numbers, count);
    piece->first_byte = byte + (offsets[0] - vector->offsets[0]);
    piece->size_bytes = offsets[count] - offsets[0];
    cln_piece_clear_bounds(piece, CLN_TYPE_TEXT);
    CLN_TRY(check_nulls(encoding, piece, err));
    piece->crc32c = cln_crc32c(0, stored, count * encoding->layout.width_bytes);
    piece->second_crc32c = cln_crc32c(0, vector->bytes + offsets[0], (size_t)piece->size_bytes);
    return numbers == NULL ? CLN_OK : encode_numbers(encoding, numbers, count, codes, piece, err);
}
