/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "numbered_texts.h"

#include "colonnade/base/memory.h"
#include "colonnade/ingest/merge.h"

#include <stdlib.h>
#include <string.h>

/* ---- Which texts have a number ---- */

/* What the first rows hold. */
typedef struct text_sample {
    cln_string_table texts; /* distinct ones of this rank */
    uint64_t rows;          /* of all ranks together, as the rest */
    uint64_t value_count;   /* rows that are not null */
    uint64_t size_bytes;
} text_sample;

/* Whatever comes. */
static bool has_too_many(const text_sample *sample) {
    return sample->texts.count > CLN_NUMBERED_COUNT || sample->texts.bytes.size > CLN_NUMBERED_BYTES;
}

static cln_status sample_block(cln_final_column *column, const cln_block_entry *entry, uint64_t first_row,
                               cln_conversion *conversion, text_sample *sample, cln_error *err) {
    cln_vector vector;
    CLN_TRY(cln_final_column_convert(column, entry, conversion, &vector, err));
    for (size_t row = 0; row < vector.rows && first_row + row < CLN_NUMBERED_ROWS; row++) {
        const cln_span text = cln_vector_text(&vector, row);
        uint32_t code;
        sample->value_count += text.size > 0;
        sample->size_bytes += text.size;
        if (text.size == 0 || has_too_many(sample)) continue;
        CLN_TRY(cln_string_table_intern(&sample->texts, text, &code, err));
    }
    return CLN_OK;
}

/* This rank's blocks of the first rows; those of one stripe follow each other. */
static cln_status sample_blocks(cln_final_column *column, const uint64_t *rows_before, text_sample *sample,
                                cln_error *err) {
    const cln_block_entry *entries = column->builder->entries;
    cln_conversion conversion;
    cln_conversion_init(&conversion);
    cln_status status = CLN_OK;
    uint64_t row = 0;
    for (size_t e = 0; status == CLN_OK && e < column->builder->entry_count; e++) {
        if (e == 0 || entries[e].stripe != entries[e - 1].stripe) row = rows_before[entries[e].stripe];
        if (row >= CLN_NUMBERED_ROWS) break;
        status = sample_block(column, &entries[e], row, &conversion, sample, err);
        row += entries[e].rows;
    }
    cln_conversion_clean_up(&conversion);
    return status;
}

/* Numbers pay when texts come back, and when with their dictionary they take
 * less than half of the texts. A number has two bytes; each text of the
 * dictionary has a size of eight, and all rows share it. */
static bool do_numbers_pay(const text_sample *sample, const cln_dictionary *distinct, uint64_t rows) {
    if (distinct->count == 0 || distinct->count > sample->value_count / 2) return false;
    const double dictionary = (double)distinct->offsets[distinct->count] + 8.0 * (double)distinct->count;
    const double share = (double)sample->rows / (double)rows;
    return 2.0 * (2.0 * (double)sample->rows + dictionary * share) <= (double)sample->size_bytes;
}

/* As a table, in the order of codes. */
static cln_status take_numbers(cln_final_column *column, cln_dictionary *distinct, cln_error *err) {
    column->values = *distinct;
    *distinct = (cln_dictionary){0};
    column->value_count = column->values.count;
    for (size_t code = 0; code < column->values.count; code++) {
        uint32_t same;
        CLN_TRY(cln_string_table_intern(&column->numbered, cln_dictionary_text(&column->values, code), &same, err));
    }
    return cln_new_array(&column->numbered_entries, column->builder->entry_count, sizeof *column->numbered_entries,
                         err);
}

cln_status cln_numbers_choose(cln_final_column *column, const cln_comm *comm, const uint64_t *rows_before,
                              uint64_t stripe_count, cln_error *err) {
    text_sample sample = {.rows = rows_before[stripe_count]};
    if (sample.rows > CLN_NUMBERED_ROWS) sample.rows = CLN_NUMBERED_ROWS;
    cln_string_table_init(&sample.texts, SIZE_MAX);
    cln_dictionary distinct = {0};
    cln_status status = cln_agree(comm, sample_blocks(column, rows_before, &sample, err), err);
    uint64_t sums[3] = {sample.value_count, sample.size_bytes, has_too_many(&sample)};
    cln_sum_u64(comm, sums, 3);
    sample.value_count = sums[0];
    sample.size_bytes = sums[1];
    bool is_over = sums[2] > 0; /* on one rank, so on all together: nothing is sorted for it */
    if (status == CLN_OK && !is_over) {
        status = cln_merge_strings(comm, &sample.texts, CLN_NUMBERED_COUNT, CLN_NUMBERED_BYTES, &distinct, NULL,
                                   &is_over, err);
    }
    if (status == CLN_OK && !is_over && do_numbers_pay(&sample, &distinct, rows_before[stripe_count])) {
        status = cln_agree(comm, take_numbers(column, &distinct, err), err);
    }
    cln_string_table_clean_up(&sample.texts);
    cln_dictionary_clean_up(&distinct);
    return status;
}

/* ---- Numbers instead of texts ---- */

cln_status cln_numbers_apply(const cln_final_column *column, cln_conversion *c, cln_vector *vector, cln_error *err) {
    const cln_string_table *table = &column->numbered;
    cln_buffer_clear(&c->kept);
    CLN_TRY(cln_buffer_reserve(&c->numbers, vector->rows * sizeof(int32_t), err));
    CLN_TRY(cln_buffer_reserve(&c->kept_ends, (vector->rows + 1) * sizeof(uint64_t), err));
    CLN_TRY(cln_buffer_reserve(&c->kept, (size_t)(vector->offsets[vector->rows] - vector->offsets[0]) + 1, err));
    int32_t *numbers = (int32_t *)(void *)c->numbers.data;
    uint64_t *ends = (uint64_t *)(void *)c->kept_ends.data;
    ends[0] = 0;
    for (size_t row = 0; row < vector->rows; row++) {
        const cln_span text = cln_vector_text(vector, row);
        const uint32_t code = text.size == 0 ? CLN_NULL_STRING : cln_string_table_find(table, text);
        numbers[row] = code == CLN_NULL_STRING ? CLN_NULL_CODE : (int32_t)code;
        if (code == CLN_NULL_STRING) CLN_TRY(cln_buffer_append_span(&c->kept, text, err));
        ends[row + 1] = c->kept.size;
    }
    vector->codes = numbers;
    vector->offsets = ends;
    vector->bytes = c->kept.data;
    return CLN_OK;
}

/* ---- Such blocks in the stage: i16 numbers, u32 sizes, then the bytes ---- */

static cln_block_entry *entry_of(const cln_final_column *column, const cln_block_entry *entry) {
    return &column->numbered_entries[entry - column->builder->entries];
}

bool cln_numbers_are_staged(const cln_final_column *column, const cln_block_entry *entry) {
    return column->numbered_entries != NULL && entry_of(column, entry)->rows > 0;
}

static cln_status append_block(cln_stage *stage, const int16_t *numbers, const uint32_t *sizes, cln_span bytes,
                               cln_block_entry *staged, cln_error *err) {
    uint64_t behind;
    const size_t rows = staged->rows;
    CLN_TRY(
        cln_stage_append(stage, cln_span_of((const char *)numbers, rows * sizeof *numbers), &staged->position, err));
    CLN_TRY(cln_stage_append(stage, cln_span_of((const char *)sizes, rows * sizeof *sizes), &behind, err));
    return cln_stage_append(stage, bytes, &behind, err);
}

cln_status cln_numbers_stage(cln_final_column *column, const cln_block_entry *entry, const cln_vector *vector,
                             cln_error *err) {
    const size_t rows = vector->rows;
    const cln_span bytes = cln_span_of(vector->bytes, (size_t)vector->offsets[rows]);
    cln_block_entry staged = {.rows = (uint32_t)rows};
    staged.size_bytes = rows * (sizeof(int16_t) + sizeof(uint32_t)) + bytes.size;
    int16_t *numbers = NULL;
    uint32_t *sizes = NULL;
    cln_status status = cln_new_array(&numbers, rows, sizeof *numbers, err);
    if (status == CLN_OK) status = cln_new_array(&sizes, rows, sizeof *sizes, err);
    if (status == CLN_OK) {
        for (size_t i = 0; i < rows; i++) numbers[i] = (int16_t)vector->codes[i];
        for (size_t i = 0; i < rows; i++) sizes[i] = (uint32_t)(vector->offsets[i + 1] - vector->offsets[i]);
        status = append_block(column->builder->stage, numbers, sizes, bytes, &staged, err);
    }
    free(numbers);
    free(sizes);
    if (status == CLN_OK) *entry_of(column, entry) = staged;
    return status;
}

cln_status cln_numbers_read(const cln_final_column *column, const cln_block_entry *entry, cln_conversion *c,
                            cln_vector *vector, cln_error *err) {
    const cln_block_entry *staged = entry_of(column, entry);
    const size_t rows = staged->rows;
    cln_buffer_clear(&c->kept);
    CLN_TRY(cln_buffer_reserve(&c->kept, (size_t)staged->size_bytes, err));
    CLN_TRY(cln_stage_read(column->builder->stage, staged->position, c->kept.data, (size_t)staged->size_bytes, err));
    CLN_TRY(cln_buffer_reserve(&c->numbers, rows * sizeof(int32_t), err));
    CLN_TRY(cln_buffer_reserve(&c->kept_ends, (rows + 1) * sizeof(uint64_t), err));
    int32_t *numbers = (int32_t *)(void *)c->numbers.data;
    uint64_t *ends = (uint64_t *)(void *)c->kept_ends.data;
    const int16_t *narrow = (const int16_t *)(const void *)c->kept.data;
    const char *sizes = c->kept.data + rows * sizeof *narrow; /* need not stand where their type may */
    for (size_t i = 0; i < rows; i++) numbers[i] = narrow[i];
    ends[0] = 0;
    for (size_t i = 0; i < rows; i++) {
        uint32_t size;
        memcpy(&size, sizes + i * sizeof size, sizeof size);
        ends[i + 1] = ends[i] + size;
    }
    *vector = (cln_vector){.type = CLN_TYPE_TEXT,
                           .rows = rows,
                           .codes = numbers,
                           .offsets = ends,
                           .bytes = sizes + rows * sizeof(uint32_t)};
    return CLN_OK;
}
