/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widen.h"

#include "colonnade/base/date.h"
#include "colonnade/base/number.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Room for count items of the widest kind. */
static cln_status reserve_values(cln_widened *room, size_t count, cln_error *err) {
    cln_buffer_clear(&room->values);
    return cln_buffer_reserve(&room->values, count * sizeof(int64_t), err);
}

/* Fills out with integers of the stored width. */
static void read_integers(const cln_stored_block *block, unsigned width_bytes, int64_t *out) {
    const void *stored = block->values.data;
    const int8_t *narrow = stored;
    const int16_t *half = stored;
    const int32_t *word = stored;
    switch (width_bytes) {
    case 1:
        for (size_t i = 0; i < block->rows; i++) out[i] = narrow[i];
        return;
    case 2:
        for (size_t i = 0; i < block->rows; i++) out[i] = half[i];
        return;
    case 4:
        for (size_t i = 0; i < block->rows; i++) out[i] = word[i];
        return;
    default:
        memcpy(out, stored, block->rows * sizeof *out);
    }
}

static cln_status widen_integers(const cln_column_file *column, const cln_stored_block *block, int64_t *out,
                                 cln_error *err) {
    read_integers(block, column->layout.width_bytes, out);
    if (column->type == CLN_TYPE_BOOLEAN) {
        for (size_t i = 0; i < block->rows; i++) {
            if ((out[i] & ~INT64_C(1)) != 0) {
                return cln_fail(err, CLN_ERR_IO, "row %zu of a block holds the boolean %" PRId64, i + 1, out[i]);
            }
        }
    }
    if (column->layout.form != CLN_FORM_NULLABLE) return CLN_OK;
    const char *mask = block->second.data;
    for (size_t i = 0; i < block->rows; i++) out[i] = mask[i] != 0 ? CLN_NULL_INTEGER : out[i];
    return CLN_OK;
}

static int32_t stored_code(const cln_stored_block *block, unsigned width_bytes, size_t i) {
    const void *stored = block->values.data;
    if (width_bytes == 1) return ((const int8_t *)stored)[i];
    if (width_bytes == 2) return ((const int16_t *)stored)[i];
    return ((const int32_t *)stored)[i];
}

static cln_status check_code(int32_t code, size_t count, cln_error *err) {
    if (code >= CLN_NULL_CODE && (code == CLN_NULL_CODE || (size_t)code < count)) return CLN_OK;
    return cln_fail(err, CLN_ERR_IO, "the code %" PRId32 " stands where %zu categories are", code, count);
}

static cln_status widen_codes(const cln_column_file *column, const cln_stored_block *block, const cln_widening *how,
                              int32_t *out, cln_error *err) {
    for (size_t i = 0; i < block->rows; i++) {
        const int32_t code = stored_code(block, column->layout.width_bytes, i);
        CLN_TRY(check_code(code, how->dictionary->count, err));
        out[i] = code == CLN_NULL_CODE ? CLN_NULL_CODE : how->remap[code];
    }
    return CLN_OK;
}

/* The bytes of a block of texts begin at its first offset. */
static void widen_offsets(const cln_column_file *column, const cln_stored_block *block, uint64_t *out) {
    const unsigned width = column->layout.width_bytes;
    const uint64_t begin = cln_stored_offset(block, width, 0);
    for (size_t i = 0; i <= block->rows; i++) out[i] = cln_stored_offset(block, width, i) - begin;
}

static cln_status codes_to_text(const cln_column_file *column, const cln_stored_block *block, const cln_widening *how,
                                cln_widened *room, uint64_t *offsets, cln_error *err) {
    offsets[0] = 0;
    for (size_t i = 0; i < block->rows; i++) {
        const int32_t code = stored_code(block, column->layout.width_bytes, i);
        CLN_TRY(check_code(code, how->dictionary->count, err));
        if (code != CLN_NULL_CODE) {
            CLN_TRY(cln_buffer_append_span(&room->bytes, cln_dictionary_text(how->dictionary, (size_t)code), err));
        }
        offsets[i + 1] = room->bytes.size;
    }
    return CLN_OK;
}

static cln_span integer_text(cln_type type, int64_t value, char text[32]) {
    if (value == CLN_NULL_INTEGER) return cln_span_of(text, 0);
    if (type == CLN_TYPE_TIMESTAMP) {
        cln_format_timestamp(value, text);
    } else if (type == CLN_TYPE_BOOLEAN) {
        return cln_span_of_string(value != 0 ? "true" : "false");
    } else {
        (void)snprintf(text, 32, "%" PRId64, value);
    }
    return cln_span_of_string(text);
}

/* In place: the offset behind row i is written over integer i + 1, which was read before. */
static cln_status integers_to_text(cln_type type, size_t rows, cln_widened *room, int64_t *values, cln_error *err) {
    uint64_t *offsets = (uint64_t *)(void *)values;
    int64_t value = rows > 0 ? values[0] : 0;
    offsets[0] = 0;
    for (size_t i = 0; i < rows; i++) {
        const int64_t next = i + 1 < rows ? values[i + 1] : 0;
        char text[32];
        CLN_TRY(cln_buffer_append_span(&room->bytes, integer_text(type, value, text), err));
        offsets[i + 1] = room->bytes.size;
        value = next;
    }
    return CLN_OK;
}

static cln_status doubles_to_text(const cln_stored_block *block, cln_widened *room, uint64_t *offsets, cln_error *err) {
    const double *values = (const double *)(const void *)block->values.data;
    offsets[0] = 0;
    for (size_t i = 0; i < block->rows; i++) {
        if (values[i] == values[i]) {
            char text[32];
            cln_format_double(values[i], text);
            CLN_TRY(cln_buffer_append_string(&room->bytes, text, err));
        }
        offsets[i + 1] = room->bytes.size;
    }
    return CLN_OK;
}

static cln_status widen_to_text(const cln_column_file *column, const cln_stored_block *block, const cln_widening *how,
                                cln_widened *room, cln_vector *vector, cln_error *err) {
    uint64_t *offsets = (uint64_t *)(void *)room->values.data;
    cln_buffer_clear(&room->bytes);
    CLN_TRY(cln_buffer_reserve(&room->bytes, 1, err));
    if (column->type == CLN_TYPE_CATEGORY) {
        CLN_TRY(codes_to_text(column, block, how, room, offsets, err));
    } else if (column->type == CLN_TYPE_DOUBLE) {
        CLN_TRY(doubles_to_text(block, room, offsets, err));
    } else if (column->type == CLN_TYPE_TEXT) {
        widen_offsets(column, block, offsets);
    } else {
        int64_t *values = (int64_t *)(void *)room->values.data;
        CLN_TRY(widen_integers(column, block, values, err));
        CLN_TRY(integers_to_text(column->type, block->rows, room, values, err));
    }
    vector->offsets = offsets;
    vector->bytes = column->type == CLN_TYPE_TEXT ? block->second.data : room->bytes.data;
    return CLN_OK;
}

static cln_status widen_to_double(const cln_column_file *column, const cln_stored_block *block, cln_widened *room,
                                  cln_vector *vector, cln_error *err) {
    if (column->type == CLN_TYPE_DOUBLE) {
        vector->doubles = (const double *)(const void *)block->values.data;
        return CLN_OK;
    }
    int64_t *integers = (int64_t *)(void *)room->values.data;
    CLN_TRY(widen_integers(column, block, integers, err));
    for (size_t i = 0; i < block->rows; i++) {
        const double value = integers[i] == CLN_NULL_INTEGER ? NAN : (double)integers[i];
        memcpy(&integers[i], &value, sizeof value);
    }
    vector->doubles = (const double *)(const void *)integers;
    return CLN_OK;
}

cln_status cln_widen(const cln_column_file *column, const cln_stored_block *block, const cln_widening *how,
                     cln_widened *room, cln_vector *vector, cln_error *err) {
    *vector = (cln_vector){.type = how->to, .rows = block->rows};
    CLN_TRY(reserve_values(room, block->rows + 1, err));
    switch (how->to) {
    case CLN_TYPE_TEXT:
        return widen_to_text(column, block, how, room, vector, err);
    case CLN_TYPE_DOUBLE:
        return widen_to_double(column, block, room, vector, err);
    case CLN_TYPE_CATEGORY:
        vector->codes = (const int32_t *)(const void *)room->values.data;
        return widen_codes(column, block, how, (int32_t *)(void *)room->values.data, err);
    default:
        vector->integers = (const int64_t *)(const void *)room->values.data;
        return widen_integers(column, block, (int64_t *)(void *)room->values.data, err);
    }
}

cln_status cln_widen_nulls(cln_type type, size_t rows, cln_widened *room, cln_vector *vector, cln_error *err) {
    *vector = (cln_vector){.type = type, .rows = rows};
    CLN_TRY(reserve_values(room, rows + 1, err));
    void *values = room->values.data;
    int64_t *integers = values;
    double *doubles = values;
    switch (type) {
    case CLN_TYPE_TEXT:
        memset(values, 0, (rows + 1) * sizeof(uint64_t));
        vector->offsets = values;
        vector->bytes = "";
        return CLN_OK;
    case CLN_TYPE_DOUBLE:
        for (size_t i = 0; i < rows; i++) doubles[i] = NAN;
        vector->doubles = doubles;
        return CLN_OK;
    case CLN_TYPE_CATEGORY:
        memset(values, 0xff, rows * sizeof(int32_t)); /* CLN_NULL_CODE */
        vector->codes = values;
        return CLN_OK;
    default:
        for (size_t i = 0; i < rows; i++) integers[i] = CLN_NULL_INTEGER;
        vector->integers = integers;
        return CLN_OK;
    }
}
