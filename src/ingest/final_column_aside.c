/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What was found out of a column waits in the stage, and is told to the store.
 */
#include "colonnade/base/memory.h"
#include "colonnade/ingest/final_column.h"

#include <stdlib.h>
#include <string.h>

static cln_status append(cln_final_column *column, const void *array, size_t count, size_t item_bytes,
                         uint64_t *position, cln_error *err) {
    return cln_stage_append(column->builder->stage, cln_span_of(array, count * item_bytes), position, err);
}

static cln_status put_values_aside(cln_final_column *column, cln_error *err) {
    cln_buffer packed;
    cln_buffer_init(&packed, SIZE_MAX);
    cln_status status = cln_dictionary_pack(&column->values, &packed, err);
    column->values_size_bytes = packed.size;
    if (status == CLN_OK) status = append(column, packed.data, packed.size, 1, &column->values_position, err);
    cln_buffer_clean_up(&packed);
    return status;
}

cln_status cln_final_column_put_aside(cln_final_column *column, bool keeps_values, cln_error *err) {
    uint64_t behind;
    if (column->type == CLN_TYPE_CATEGORY) {
        CLN_TRY(append(column, column->stored_codes, column->code_count, sizeof *column->stored_codes,
                       &column->codes_position, err));
        CLN_TRY(append(column, column->is_renamed, column->code_count, sizeof *column->is_renamed, &behind, err));
        if (keeps_values) CLN_TRY(put_values_aside(column, err));
    } else if (column->type == CLN_TYPE_TEXT) {
        CLN_TRY(append(column, column->bytes_before, (size_t)column->stripe_count + 1, sizeof *column->bytes_before,
                       &column->codes_position, err));
        if (keeps_values && column->value_count > 0) CLN_TRY(put_values_aside(column, err));
    }
    cln_final_column_lay_down(column);
    column->is_aside = true;
    return CLN_OK;
}

static cln_status take(const cln_final_column *column, uint64_t position, void *pointer_to_array, size_t count,
                       size_t item_bytes, cln_error *err) {
    CLN_TRY(cln_new_array(pointer_to_array, count, item_bytes, err));
    void *array;
    memcpy(&array, pointer_to_array, sizeof array);
    return cln_stage_read(column->builder->stage, position, array, count * item_bytes, err);
}

/* The dictionary of a column that was put aside. */
static cln_status load_values(const void *context, cln_dictionary *values, cln_error *err) {
    const cln_final_column *column = context;
    char *packed;
    *values = (cln_dictionary){0};
    CLN_TRY(cln_new_array(&packed, (size_t)column->values_size_bytes, 1, err));
    cln_status status =
        cln_stage_read(column->builder->stage, column->values_position, packed, (size_t)column->values_size_bytes, err);
    if (status == CLN_OK) {
        status = cln_dictionary_unpack(values, cln_span_of(packed, (size_t)column->values_size_bytes), err);
    }
    free(packed);
    return status;
}

cln_status cln_final_column_take_up(cln_final_column *column, cln_error *err) {
    if (!column->is_aside) return CLN_OK;
    if (column->type == CLN_TYPE_TEXT) {
        return take(column, column->codes_position, &column->bytes_before, (size_t)column->stripe_count + 1,
                    sizeof *column->bytes_before, err);
    }
    if (column->type != CLN_TYPE_CATEGORY) return CLN_OK;
    const size_t count = column->code_count;
    CLN_TRY(take(column, column->codes_position, &column->stored_codes, count, sizeof *column->stored_codes, err));
    return take(column, column->codes_position + count * sizeof *column->stored_codes, &column->is_renamed, count,
                sizeof *column->is_renamed, err);
}

cln_stored_column cln_final_column_stored(const cln_final_column *column) {
    const cln_value_range *range = &column->range;
    cln_stored_column stored = {.type = column->type, .null_count = column->null_count, .role = ""};
    if (range->min <= range->max) {
        stored.min = range->min;
        stored.max = range->max;
    }
    if (range->exponent_min <= range->exponent_max) {
        stored.exponent_min = (int)range->exponent_min;
        stored.exponent_max = (int)range->exponent_max;
    }
    if (column->type == CLN_TYPE_CATEGORY || column->value_count > 0) {
        stored.dictionary_count = column->value_count;
        stored.dictionary = column->is_aside ? NULL : &column->values;
        stored.load_dictionary = column->is_aside ? load_values : NULL;
        stored.dictionary_context = column;
    }
    if (column->type == CLN_TYPE_TEXT) {
        stored.text_size_bytes = column->text_size_bytes;
        stored.text_size_max = column->text_size_max;
    }
    return stored;
}
