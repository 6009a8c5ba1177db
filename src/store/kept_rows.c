/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kept_rows.h"

void cln_kept_rows_init(cln_kept_rows *room) {
    cln_buffer_init(&room->values, SIZE_MAX);
    cln_buffer_init(&room->bytes, SIZE_MAX);
}

void cln_kept_rows_clean_up(cln_kept_rows *room) {
    cln_buffer_clean_up(&room->values);
    cln_buffer_clean_up(&room->bytes);
}

static cln_status keep_texts(cln_vector *vector, const uint32_t *rows, size_t count, cln_kept_rows *room,
                             cln_error *err) {
    uint64_t *offsets = (uint64_t *)(void *)room->values.data;
    cln_buffer_clear(&room->bytes);
    CLN_TRY(cln_buffer_reserve(&room->bytes, 1, err));
    offsets[0] = 0;
    for (size_t i = 0; i < count; i++) {
        CLN_TRY(cln_buffer_append_span(&room->bytes, cln_vector_text(vector, rows[i]), err));
        offsets[i + 1] = room->bytes.size;
    }
    vector->offsets = offsets;
    vector->bytes = room->bytes.data;
    return CLN_OK;
}

static void keep_numbers(cln_vector *vector, const uint32_t *rows, size_t count, void *room) {
    int64_t *integers = room;
    double *doubles = room;
    int32_t *codes = room;
    if (vector->type == CLN_TYPE_DOUBLE) {
        for (size_t i = 0; i < count; i++) doubles[i] = vector->doubles[rows[i]];
        vector->doubles = doubles;
    } else if (vector->type == CLN_TYPE_CATEGORY) {
        for (size_t i = 0; i < count; i++) codes[i] = vector->codes[rows[i]];
        vector->codes = codes;
    } else {
        for (size_t i = 0; i < count; i++) integers[i] = vector->integers[rows[i]];
        vector->integers = integers;
    }
}

static bool has_values(const cln_vector *vector) {
    return vector->integers != NULL || vector->doubles != NULL || vector->codes != NULL || vector->offsets != NULL;
}

cln_status cln_keep_rows(cln_vector *vector, const uint32_t *rows, size_t count, cln_kept_rows *room, cln_error *err) {
    if (has_values(vector)) {
        cln_buffer_clear(&room->values);
        CLN_TRY(cln_buffer_reserve(&room->values, (count + 1) * sizeof(int64_t), err));
        if (vector->type == CLN_TYPE_TEXT) {
            CLN_TRY(keep_texts(vector, rows, count, room, err));
        } else {
            keep_numbers(vector, rows, count, room->values.data);
        }
    }
    vector->rows = count;
    return CLN_OK;
}
