/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/ingest/final_column.h"

#include "colonnade/base/memory.h"
#include "colonnade/base/number.h"
#include "colonnade/ingest/merge.h"
#include "colonnade/ingest/text_rule.h"

#include <math.h>
#include <stdlib.h>

/* ---- What becomes of the column ---- */

/* Whether any rank had too many distinct texts. */
static bool any_overflowed(const cln_comm *comm, const cln_column_builder *builder) {
    int64_t overflowed = builder->has_overflowed;
    cln_max_i64(comm, &overflowed, 1);
    return overflowed != 0;
}

/* The stored dictionary, and the stored code of each spelling. */
static cln_status apply_rules(cln_final_column *column, const cln_dictionary *spellings, int32_t *codes,
                              bool *is_renamed, cln_error *err) {
    cln_span *texts = NULL;
    cln_buffer arena, kept;
    cln_buffer_init(&arena, SIZE_MAX);
    cln_buffer_init(&kept, SIZE_MAX);
    uint64_t *offsets = NULL;
    cln_status status = cln_new_array(&texts, spellings->count, sizeof *texts, err);
    if (status == CLN_OK) status = cln_new_array(&offsets, spellings->count + 1, sizeof *offsets, err);
    for (size_t i = 0; status == CLN_OK && i < spellings->count; i++) {
        cln_span text;
        status = cln_text_rule_apply(column->declared, cln_dictionary_text(spellings, i), &arena, &text, &is_renamed[i],
                                     err);
        if (status == CLN_OK) status = cln_buffer_append_span(&kept, text, err);
        offsets[i + 1] = kept.size;
    }
    for (size_t i = 0; status == CLN_OK && i < spellings->count; i++) {
        texts[i] = cln_span_of(kept.data + offsets[i], (size_t)(offsets[i + 1] - offsets[i]));
    }
    if (status == CLN_OK) status = cln_dictionary_build(&column->values, texts, spellings->count, codes, err);
    free(texts);
    free(offsets);
    cln_buffer_clean_up(&arena);
    cln_buffer_clean_up(&kept);
    return status;
}

/* From this rank's codes, of which null wraps to 0, to the stored ones. */
static cln_status map_local_codes(cln_final_column *column, const cln_dictionary *spellings, const int32_t *codes,
                                  const bool *is_renamed, cln_error *err) {
    const cln_string_table *strings = &column->builder->strings;
    CLN_TRY(cln_new_array(&column->stored_codes, strings->count + 1, sizeof *column->stored_codes, err));
    CLN_TRY(cln_new_array(&column->is_renamed, strings->count + 1, sizeof *column->is_renamed, err));
    column->stored_codes[0] = CLN_NULL_CODE;
    for (size_t local = 0; local < strings->count; local++) {
        const int32_t spelling = cln_dictionary_find(spellings, cln_string_table_text(strings, local));
        column->stored_codes[local + 1] = codes[spelling];
        column->is_renamed[local + 1] = is_renamed[spelling];
        column->has_renamed |= is_renamed[spelling];
    }
    return CLN_OK;
}

static cln_status make_codes(cln_final_column *column, const cln_dictionary *spellings, cln_error *err) {
    int32_t *codes = NULL;
    bool *is_renamed = NULL;
    cln_status status = cln_new_array(&codes, spellings->count, sizeof *codes, err);
    if (status == CLN_OK) status = cln_new_array(&is_renamed, spellings->count, sizeof *is_renamed, err);
    if (status == CLN_OK) status = apply_rules(column, spellings, codes, is_renamed, err);
    if (status == CLN_OK) status = map_local_codes(column, spellings, codes, is_renamed, err);
    free(codes);
    free(is_renamed);
    return status;
}

/* Collective: a category if the values are few enough over all ranks. */
static cln_status become_category(cln_final_column *column, const cln_comm *comm, bool *is_over, cln_error *err) {
    *is_over = any_overflowed(comm, column->builder);
    if (*is_over) return CLN_OK;
    cln_dictionary spellings;
    cln_status status = cln_merge_strings(comm, &column->builder->strings, column->builder->category_count_limit,
                                          column->builder->category_bytes_limit, &spellings, is_over, err);
    if (status == CLN_OK && !*is_over) status = cln_agree(comm, make_codes(column, &spellings, err), err);
    cln_dictionary_clean_up(&spellings);
    return status;
}

/* ---- Which texts have a number ---- */

/* What the first rows hold. */
typedef struct text_sample {
    cln_string_table texts; /* distinct ones of this rank */
    uint64_t rows;          /* of all ranks together, as the rest */
    uint64_t value_count;   /* rows that are not null */
    uint64_t size_bytes;
} text_sample;

static cln_status sample_block(cln_final_column *column, const cln_block_entry *entry, uint64_t first_row,
                               cln_conversion *conversion, text_sample *sample, cln_error *err) {
    cln_vector vector;
    CLN_TRY(cln_final_column_convert(column, entry, conversion, &vector, err));
    for (size_t row = 0; row < vector.rows && first_row + row < CLN_NUMBERED_ROWS; row++) {
        const cln_span text = cln_vector_text(&vector, row);
        uint32_t code;
        sample->value_count += text.size > 0;
        sample->size_bytes += text.size;
        if (text.size == 0 || sample->texts.count > CLN_NUMBERED_COUNT ||
            sample->texts.bytes.size > CLN_NUMBERED_BYTES) {
            continue; /* too many, whatever comes */
        }
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
    for (size_t code = 0; code < column->values.count; code++) {
        uint32_t same;
        CLN_TRY(cln_string_table_intern(&column->numbered, cln_dictionary_text(&column->values, code), &same, err));
    }
    return CLN_OK;
}

/* Collective: whether texts have numbers, and which. */
static cln_status choose_numbers(cln_final_column *column, const cln_comm *comm, const uint64_t *rows_before,
                                 uint64_t stripe_count, cln_error *err) {
    text_sample sample = {.rows = rows_before[stripe_count]};
    if (sample.rows > CLN_NUMBERED_ROWS) sample.rows = CLN_NUMBERED_ROWS;
    cln_string_table_init(&sample.texts, SIZE_MAX);
    cln_dictionary distinct = {0};
    bool is_over = false;
    cln_status status = cln_agree(comm, sample_blocks(column, rows_before, &sample, err), err);
    uint64_t sums[2] = {sample.value_count, sample.size_bytes};
    cln_sum_u64(comm, sums, 2);
    sample.value_count = sums[0];
    sample.size_bytes = sums[1];
    if (status == CLN_OK) {
        status =
            cln_merge_strings(comm, &sample.texts, CLN_NUMBERED_COUNT, CLN_NUMBERED_BYTES, &distinct, &is_over, err);
    }
    if (status == CLN_OK && !is_over && do_numbers_pay(&sample, &distinct, rows_before[stripe_count])) {
        status = cln_agree(comm, take_numbers(column, &distinct, err), err);
    }
    cln_string_table_clean_up(&sample.texts);
    cln_dictionary_clean_up(&distinct);
    return status;
}

/* The greatest size and the sum of those of a vector's texts. */
static uint64_t measure_texts(cln_final_column *column, const cln_vector *vector) {
    for (size_t row = 0; row < vector->rows; row++) {
        const uint64_t size = vector->offsets[row + 1] - vector->offsets[row];
        if (size > column->text_size_max) column->text_size_max = size;
    }
    return vector->offsets[vector->rows] - vector->offsets[0];
}

static cln_status sum_text_bytes(cln_final_column *column, cln_error *err) {
    const bool are_changed = column->numbered.count > 0 || cln_text_rule_changes(column->declared);
    if (!are_changed) column->text_size_max = column->builder->text_size_max;
    cln_conversion conversion;
    cln_conversion_init(&conversion);
    cln_status status = CLN_OK;
    for (size_t e = 0; status == CLN_OK && e < column->builder->entry_count; e++) {
        const cln_block_entry *entry = &column->builder->entries[e];
        uint64_t bytes = entry->size_bytes - (uint64_t)entry->rows * sizeof(uint32_t);
        if (entry->encoding != CLN_BLOCK_TEXTS || are_changed) {
            cln_vector vector;
            status = cln_final_column_convert(column, entry, &conversion, &vector, err);
            if (status == CLN_OK) bytes = measure_texts(column, &vector);
        }
        column->bytes_before[entry->stripe + 1] += bytes;
    }
    column->cells_renamed = 0; /* counted again when the blocks are written */
    cln_conversion_clean_up(&conversion);
    return status;
}

/* Collective: text, with the place of each stripe's bytes. */
static cln_status become_text(cln_final_column *column, const cln_comm *comm, const uint64_t *rows_before,
                              uint64_t stripe_count, cln_error *err) {
    column->type = CLN_TYPE_TEXT;
    CLN_TRY(choose_numbers(column, comm, rows_before, stripe_count, err));
    cln_status status = cln_new_array(&column->bytes_before, stripe_count + 1, sizeof *column->bytes_before, err);
    if (status == CLN_OK) status = sum_text_bytes(column, err);
    CLN_TRY(cln_agree(comm, status, err));
    cln_sum_u64(comm, column->bytes_before, stripe_count + 1);
    for (uint64_t s = 0; s < stripe_count; s++) column->bytes_before[s + 1] += column->bytes_before[s];
    int64_t longest = (int64_t)column->text_size_max;
    cln_max_i64(comm, &longest, 1);
    column->text_size_max = (uint64_t)longest;
    return CLN_OK;
}

static bool infer(cln_final_column *column, const cln_comm *comm) {
    cln_inference joined = column->builder->inference;
    cln_inference_join(comm, &joined);
    return cln_inference_result(&joined, &column->type, &column->format, &column->range);
}

cln_status cln_final_column_init(cln_final_column *column, const cln_comm *comm, const cln_column_builder *builder,
                                 const cln_config_column *declared, cln_type type, const uint64_t *rows_before,
                                 uint64_t stripe_count, cln_error *err) {
    *column = (cln_final_column){.builder = builder,
                                 .declared = declared,
                                 .type = type,
                                 .range = builder->range,
                                 .null_count = builder->null_count};
    cln_string_table_init(&column->numbered, SIZE_MAX);
    cln_sum_u64(comm, &column->null_count, 1);
    if (type != CLN_TYPE_CATEGORY && type != CLN_TYPE_TEXT) {
        cln_value_range_join(comm, &column->range);
        return CLN_OK;
    }
    if (builder->is_inferred && infer(column, comm)) return CLN_OK;
    if (type == CLN_TYPE_CATEGORY) {
        bool is_over;
        CLN_TRY(become_category(column, comm, &is_over, err));
        if (!is_over) return CLN_OK;
        column->is_demoted = true;
    }
    return become_text(column, comm, rows_before, stripe_count, err);
}

void cln_final_column_clean_up(cln_final_column *column) {
    cln_dictionary_clean_up(&column->values);
    cln_string_table_clean_up(&column->numbered);
    free(column->stored_codes);
    free(column->is_renamed);
    free(column->bytes_before);
    *column = (cln_final_column){0};
}

cln_stored_column cln_final_column_stored(const cln_final_column *column, uint64_t stripe_count) {
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
    if (column->type == CLN_TYPE_CATEGORY || column->type == CLN_TYPE_TEXT) {
        stored.dictionary = &column->values;
        stored.dictionary_count = column->values.count;
    }
    if (column->type == CLN_TYPE_TEXT) {
        stored.text_size_bytes = column->bytes_before[stripe_count];
        stored.text_size_max = column->text_size_max;
    }
    return stored;
}

/* ---- Conversion of blocks ---- */

void cln_conversion_init(cln_conversion *conversion) {
    cln_block_reader_init(&conversion->reader);
    conversion->block = (cln_block){0};
    cln_buffer_init(&conversion->values, SIZE_MAX);
    cln_buffer_init(&conversion->texts, SIZE_MAX);
    cln_buffer_init(&conversion->arena, SIZE_MAX);
    cln_buffer_init(&conversion->numbers, SIZE_MAX);
    cln_buffer_init(&conversion->kept_ends, SIZE_MAX);
    cln_buffer_init(&conversion->kept, SIZE_MAX);
}

void cln_conversion_clean_up(cln_conversion *conversion) {
    cln_block_reader_clean_up(&conversion->reader);
    cln_buffer_clean_up(&conversion->values);
    cln_buffer_clean_up(&conversion->texts);
    cln_buffer_clean_up(&conversion->arena);
    cln_buffer_clean_up(&conversion->numbers);
    cln_buffer_clean_up(&conversion->kept_ends);
    cln_buffer_clean_up(&conversion->kept);
}

/* The text of a row of a block of codes or texts, as it was spelt. */
static cln_span spelling(const cln_final_column *column, const cln_block *block, size_t row) {
    if (block->encoding == CLN_BLOCK_TEXTS) {
        return cln_span_of(block->text_bytes + block->offsets[row],
                           (size_t)(block->offsets[row + 1] - block->offsets[row]));
    }
    const uint32_t code = block->codes[row];
    return code == CLN_NULL_STRING ? cln_span_of("", 0) : cln_string_table_text(&column->builder->strings, code);
}

static cln_status convert_codes(cln_final_column *column, cln_conversion *c, cln_vector *vector, cln_error *err) {
    CLN_TRY(cln_buffer_reserve(&c->values, c->block.rows * sizeof(int32_t), err));
    int32_t *restrict codes = (int32_t *)(void *)c->values.data;
    const uint32_t *local_codes = c->block.codes;
    const int32_t *stored_codes = column->stored_codes;
    for (size_t row = 0; row < c->block.rows; row++) codes[row] = stored_codes[local_codes[row] + 1];
    for (size_t row = 0; column->has_renamed && row < c->block.rows; row++) {
        column->cells_renamed += column->is_renamed[local_codes[row] + 1];
    }
    vector->codes = codes;
    return CLN_OK;
}

static cln_status convert_texts(cln_final_column *column, cln_conversion *c, cln_vector *vector, cln_error *err) {
    if (c->block.encoding == CLN_BLOCK_TEXTS && !cln_text_rule_changes(column->declared)) {
        vector->offsets = c->block.offsets;
        vector->bytes = c->block.text_bytes;
        return CLN_OK;
    }
    cln_buffer_clear(&c->texts);
    CLN_TRY(cln_buffer_reserve(&c->values, (c->block.rows + 1) * sizeof(uint64_t), err));
    uint64_t *offsets = (uint64_t *)(void *)c->values.data;
    offsets[0] = 0;
    for (size_t row = 0; row < c->block.rows; row++) {
        cln_span text;
        bool renamed;
        CLN_TRY(
            cln_text_rule_apply(column->declared, spelling(column, &c->block, row), &c->arena, &text, &renamed, err));
        CLN_TRY(cln_buffer_append_span(&c->texts, text, err));
        column->cells_renamed += renamed;
        offsets[row + 1] = c->texts.size;
    }
    vector->offsets = offsets;
    vector->bytes = c->texts.data;
    return CLN_OK;
}

/* Numbers instead of the texts that have one. */
static cln_status number_texts(const cln_final_column *column, cln_conversion *c, cln_vector *vector, cln_error *err) {
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

/* Inferred types: every value fits, so parsing cannot fail. */
static cln_status parse_inferred(cln_final_column *column, cln_conversion *c, cln_vector *vector, cln_error *err) {
    CLN_TRY(cln_buffer_reserve(&c->values, c->block.rows * sizeof(int64_t), err));
    int64_t *integers = (int64_t *)(void *)c->values.data;
    double *doubles = (double *)(void *)c->values.data;
    bool fits = true;
    for (size_t row = 0; row < c->block.rows; row++) {
        const cln_span text = spelling(column, &c->block, row);
        if (column->type == CLN_TYPE_DOUBLE) {
            doubles[row] = NAN;
            if (text.size > 0) fits &= cln_parse_double(text, &doubles[row]);
            continue;
        }
        integers[row] = CLN_NULL_INTEGER;
        if (text.size == 0) continue;
        if (column->type == CLN_TYPE_INTEGER)
            fits &= cln_parse_integer(text, &integers[row]);
        else if (column->type == CLN_TYPE_BOOLEAN)
            fits &= cln_parse_boolean(text, &integers[row]);
        else
            fits &= cln_date_parse(column->format, text, &integers[row]);
    }
    if (!fits) return cln_fail(err, CLN_ERR_INTERNAL, "a value does not fit the type that was inferred from it");
    vector->integers = integers;
    vector->doubles = doubles;
    return CLN_OK;
}

cln_status cln_final_column_convert(cln_final_column *column, const cln_block_entry *entry, cln_conversion *conversion,
                                    cln_vector *vector, cln_error *err) {
    CLN_TRY(cln_block_reader_read(&conversion->reader, column->builder, entry, &conversion->block, err));
    *vector = (cln_vector){.type = column->type, .rows = conversion->block.rows};
    cln_buffer_clear(&conversion->values);
    if (column->type == CLN_TYPE_CATEGORY) return convert_codes(column, conversion, vector, err);
    if (column->type == CLN_TYPE_TEXT) {
        CLN_TRY(convert_texts(column, conversion, vector, err));
        return column->numbered.count == 0 ? CLN_OK : number_texts(column, conversion, vector, err);
    }
    if (conversion->block.encoding == CLN_BLOCK_INTEGERS) {
        vector->integers = conversion->block.integers;
        return CLN_OK;
    }
    if (conversion->block.encoding == CLN_BLOCK_DOUBLES) {
        vector->doubles = conversion->block.doubles;
        return CLN_OK;
    }
    return parse_inferred(column, conversion, vector, err);
}
