/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "widen.h"

#include "colonnade/base/date.h"
#include "colonnade/base/number.h"
#include "colonnade/base/vectorise.h"
#include "damage.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Room for count items of the widest kind. */
static cln_status reserve_values(cln_widened *room, size_t count, cln_error *err) {
    cln_buffer_clear(&room->values);
    return cln_buffer_reserve(&room->values, count * sizeof(int64_t), err);
}

/* Rows [first, first + rows) of a block. */
typedef struct row_range {
    const cln_stored_block *block;
    size_t first, rows;
} row_range;

static const void *stored_from(const row_range *range, unsigned width_bytes) {
    return range->block->values.data + range->first * width_bytes;
}

/* Fills out with integers of the stored width. */
static void read_integers(const row_range *range, unsigned width_bytes, int64_t *out) {
    const void *stored = stored_from(range, width_bytes);
    const int8_t *narrow = stored;
    const int16_t *half = stored;
    const int32_t *word = stored;
    switch (width_bytes) {
    case 1:
        for (size_t i = 0; i < range->rows; i++) out[i] = narrow[i];
        return;
    case 2:
        for (size_t i = 0; i < range->rows; i++) out[i] = half[i];
        return;
    case 4:
        for (size_t i = 0; i < range->rows; i++) out[i] = word[i];
        return;
    default:
        memcpy(out, stored, range->rows * sizeof *out);
    }
}

static cln_status widen_integers(const cln_column_file *column, const row_range *range, int64_t *out, cln_error *err) {
    read_integers(range, column->layout.width_bytes, out);
    if (column->type == CLN_TYPE_TIMESTAMP && column->layout.width_bytes == 4) {
        for (size_t i = 0; i < range->rows; i++) out[i] = out[i] == INT32_MIN ? CLN_NULL_INTEGER : out[i];
    }
    if (column->type == CLN_TYPE_BOOLEAN) {
        for (size_t i = 0; i < range->rows; i++) {
            if ((out[i] & ~INT64_C(1)) == 0) continue;
            if (!cln_damage_is_allowed()) {
                return cln_fail(err, CLN_ERR_IO, "row %zu of a block holds the boolean %" PRId64, i + 1, out[i]);
            }
            out[i] = CLN_NULL_INTEGER;
        }
    }
    if (column->layout.form != CLN_FORM_NULLABLE) return CLN_OK;
    const char *mask = range->block->second.data + range->first;
    for (size_t i = 0; i < range->rows; i++) out[i] = mask[i] != 0 ? CLN_NULL_INTEGER : out[i];
    return CLN_OK;
}

static int32_t code_at(const void *codes, unsigned width_bytes, size_t i) {
    if (width_bytes == 1) return ((const int8_t *)codes)[i];
    if (width_bytes == 2) return ((const int16_t *)codes)[i];
    return ((const int32_t *)codes)[i];
}

static int32_t stored_code(const row_range *range, unsigned width_bytes, size_t i) {
    return code_at(stored_from(range, width_bytes), width_bytes, i);
}

static cln_status check_code(int32_t *code, size_t count, cln_error *err) {
    if (*code >= CLN_NULL_CODE && (*code == CLN_NULL_CODE || (size_t)*code < count)) return CLN_OK;
    if (!cln_damage_is_allowed()) {
        return cln_fail(err, CLN_ERR_IO, "the code %" PRId32 " stands where %zu categories are", *code, count);
    }
    *code = CLN_NULL_CODE;
    return CLN_OK;
}

/* Whether all codes are null or below count: without branches, for they usually are. */
CLN_VECTORISED static bool are_codes(const int32_t *codes, size_t rows, size_t count) {
    int32_t least = CLN_NULL_CODE, most = CLN_NULL_CODE;
    for (size_t i = 0; i < rows; i++) {
        least = codes[i] < least ? codes[i] : least;
        most = codes[i] > most ? codes[i] : most;
    }
    return least == CLN_NULL_CODE && (most == CLN_NULL_CODE || (size_t)most < count);
}

CLN_VECTORISED static void read_codes(const void *stored, unsigned width_bytes, size_t rows, int32_t *out) {
    const int8_t *narrow = stored;
    const int16_t *half = stored;
    if (width_bytes == 1) {
        for (size_t i = 0; i < rows; i++) out[i] = narrow[i];
    } else if (width_bytes == 2) {
        for (size_t i = 0; i < rows; i++) out[i] = half[i];
    } else {
        memcpy(out, stored, rows * sizeof *out);
    }
}

static cln_status widen_codes(const cln_column_file *column, const row_range *range, const cln_widening *how,
                              int32_t *out, cln_error *err) {
    const size_t count = how->dictionary->count;
    const unsigned width = column->layout.width_bytes;
    read_codes(stored_from(range, width), width, range->rows, out);
    if (!are_codes(out, range->rows, count)) {
        for (size_t i = 0; i < range->rows; i++) CLN_TRY(check_code(&out[i], count, err));
    }
    const int32_t *remap = how->remap;
    for (size_t i = 0; count > 0 && i < range->rows; i++) {
        out[i] = out[i] == CLN_NULL_CODE ? CLN_NULL_CODE : remap[out[i]];
    }
    return CLN_OK;
}

/* Offsets into the bytes that are loaded. */
static void widen_offsets(const row_range *range, uint64_t *out) {
    const uint64_t *offsets = range->block->offsets + range->first;
    const uint64_t begin = range->block->text_begin;
    for (size_t i = 0; i <= range->rows; i++) out[i] = offsets[i] - begin;
}

/* Texts of which some are told by numbers. */
static cln_status numbered_to_text(const cln_column_file *column, const row_range *range, const cln_widening *how,
                                   cln_widened *room, uint64_t *out, cln_error *err) {
    const cln_stored_block *block = range->block;
    const uint64_t *offsets = block->offsets + range->first;
    const unsigned width = column->layout.code_width_bytes;
    const void *codes = block->codes.data + range->first * width;
    out[0] = 0;
    for (size_t i = 0; i < range->rows; i++) {
        int32_t code = code_at(codes, width, i);
        CLN_TRY(check_code(&code, how->dictionary->count, err));
        cln_span text =
            cln_span_of(block->second.data + (offsets[i] - block->text_begin), (size_t)(offsets[i + 1] - offsets[i]));
        if (code != CLN_NULL_CODE) text = cln_dictionary_text(how->dictionary, (size_t)code);
        CLN_TRY(cln_buffer_append_span(&room->bytes, text, err));
        out[i + 1] = room->bytes.size;
    }
    return CLN_OK;
}

static cln_status codes_to_text(const cln_column_file *column, const row_range *range, const cln_widening *how,
                                cln_widened *room, uint64_t *offsets, cln_error *err) {
    offsets[0] = 0;
    for (size_t i = 0; i < range->rows; i++) {
        int32_t code = stored_code(range, column->layout.width_bytes, i);
        CLN_TRY(check_code(&code, how->dictionary->count, err));
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

static cln_status doubles_to_text(const row_range *range, cln_widened *room, uint64_t *offsets, cln_error *err) {
    const double *values = stored_from(range, sizeof(double));
    offsets[0] = 0;
    for (size_t i = 0; i < range->rows; i++) {
        if (values[i] == values[i]) {
            char text[32];
            cln_format_double(values[i], text);
            CLN_TRY(cln_buffer_append_string(&room->bytes, text, err));
        }
        offsets[i + 1] = room->bytes.size;
    }
    return CLN_OK;
}

static cln_status widen_to_text(const cln_column_file *column, const row_range *range, const cln_widening *how,
                                cln_widened *room, cln_vector *vector, cln_error *err) {
    uint64_t *offsets = (uint64_t *)(void *)room->values.data;
    cln_buffer_clear(&room->bytes);
    CLN_TRY(cln_buffer_reserve(&room->bytes, 1, err));
    const bool is_in_place = column->type == CLN_TYPE_TEXT && column->layout.code_width_bytes == 0;
    if (column->type == CLN_TYPE_CATEGORY) {
        CLN_TRY(codes_to_text(column, range, how, room, offsets, err));
    } else if (column->type == CLN_TYPE_DOUBLE) {
        CLN_TRY(doubles_to_text(range, room, offsets, err));
    } else if (is_in_place) {
        widen_offsets(range, offsets);
    } else if (column->type == CLN_TYPE_TEXT) {
        CLN_TRY(numbered_to_text(column, range, how, room, offsets, err));
    } else {
        int64_t *values = (int64_t *)(void *)room->values.data;
        CLN_TRY(widen_integers(column, range, values, err));
        CLN_TRY(integers_to_text(column->type, range->rows, room, values, err));
    }
    vector->offsets = offsets;
    vector->bytes = is_in_place ? range->block->second.data : room->bytes.data;
    return CLN_OK;
}

static cln_status widen_to_double(const cln_column_file *column, const row_range *range, cln_widened *room,
                                  cln_vector *vector, cln_error *err) {
    if (column->type == CLN_TYPE_DOUBLE) {
        vector->doubles = stored_from(range, sizeof(double));
        return CLN_OK;
    }
    int64_t *integers = (int64_t *)(void *)room->values.data;
    CLN_TRY(widen_integers(column, range, integers, err));
    for (size_t i = 0; i < range->rows; i++) {
        const double value = integers[i] == CLN_NULL_INTEGER ? NAN : (double)integers[i];
        memcpy(&integers[i], &value, sizeof value);
    }
    vector->doubles = (const double *)(const void *)integers;
    return CLN_OK;
}

cln_status cln_widen(const cln_column_file *column, const cln_stored_block *block, size_t first, size_t count,
                     const cln_widening *how, cln_widened *room, cln_vector *vector, cln_error *err) {
    const row_range range = {.block = block, .first = first, .rows = count};
    *vector = (cln_vector){.type = how->to, .rows = count};
    CLN_TRY(reserve_values(room, count + 1, err));
    switch (how->to) {
    case CLN_TYPE_TEXT:
        return widen_to_text(column, &range, how, room, vector, err);
    case CLN_TYPE_DOUBLE:
        return widen_to_double(column, &range, room, vector, err);
    case CLN_TYPE_CATEGORY:
        vector->codes = (const int32_t *)(const void *)room->values.data;
        return widen_codes(column, &range, how, (int32_t *)(void *)room->values.data, err);
    default:
        vector->integers = (const int64_t *)(const void *)room->values.data;
        return widen_integers(column, &range, (int64_t *)(void *)room->values.data, err);
    }
}

/* The bytes that row first + i becomes, in a column whose values become texts. */
static uint64_t text_bytes(const cln_column_file *column, const row_range *range, const cln_widening *how, size_t i) {
    const uint64_t *offsets = range->block->offsets + range->first;
    int32_t code = CLN_NULL_CODE;
    if (column->type == CLN_TYPE_CATEGORY) {
        code = stored_code(range, column->layout.width_bytes, i);
    } else if (column->layout.code_width_bytes > 0) {
        code = code_at(range->block->codes.data, column->layout.code_width_bytes, range->first + i);
    }
    const uint64_t in_place = column->type == CLN_TYPE_TEXT ? offsets[i + 1] - offsets[i] : 0;
    if (code < 0 || (size_t)code >= how->dictionary->count) return in_place; /* widening tells of a wrong one */
    return cln_dictionary_text(how->dictionary, (size_t)code).size;
}

size_t cln_widen_limit(const cln_column_file *column, const cln_stored_block *block, size_t first, size_t count,
                       const cln_widening *how) {
    const row_range range = {.block = block, .first = first, .rows = count};
    if (how->to != CLN_TYPE_TEXT || (column->type != CLN_TYPE_TEXT && column->type != CLN_TYPE_CATEGORY)) return count;
    if (column->type == CLN_TYPE_TEXT && column->layout.code_width_bytes == 0 &&
        block->offsets[first] >= block->text_begin && block->offsets[first + count] <= block->text_end) {
        return count; /* already loaded, so there are not too many */
    }
    uint64_t total = 0;
    for (size_t i = 0; i < count; i++) {
        total += text_bytes(column, &range, how, i);
        if (total > CLN_TEXT_BYTES) return i > 0 ? i : 1;
    }
    return count;
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
