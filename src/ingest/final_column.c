/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/ingest/final_column.h"

#include "colonnade/base/memory.h"
#include "colonnade/base/number.h"
#include "colonnade/ingest/merge.h"
#include "colonnade/ingest/text_rule.h"
#include "numbered_texts.h"
#include "spelt_texts.h"

#include <math.h>
#include <stdlib.h>

/* ---- What becomes of the column ---- */

/* This rank's texts by their numbers. */
static const cln_string_table *strings_of(const cln_final_column *column) {
    return column->builder->is_spelt ? &column->spelt : &column->builder->strings;
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

/* What stands for a text of all ranks once the rules have been applied. */
typedef struct spelling_map {
    int32_t *codes;
    bool *is_renamed;
} spelling_map;

/* Most columns have no rules: their texts are the stored dictionary. */
static cln_status map_spellings(cln_final_column *column, cln_dictionary *spellings, spelling_map *map,
                                cln_error *err) {
    *map = (spelling_map){0};
    CLN_TRY(cln_new_array(&map->codes, spellings->count, sizeof *map->codes, err));
    CLN_TRY(cln_new_array(&map->is_renamed, spellings->count, sizeof *map->is_renamed, err));
    if (cln_text_rule_changes(column->declared)) {
        return apply_rules(column, spellings, map->codes, map->is_renamed, err);
    }
    for (size_t i = 0; i < spellings->count; i++) map->codes[i] = (int32_t)i;
    column->values = *spellings;
    *spellings = (cln_dictionary){0};
    return CLN_OK;
}

/* From this rank's numbers, of which null wraps to 0: stored_codes has those of
 * all ranks, and gets the stored ones. */
static void map_local_codes(cln_final_column *column, const spelling_map *map) {
    column->stored_codes[0] = CLN_NULL_CODE;
    for (size_t local = 1; local < column->code_count; local++) {
        const int32_t spelling = column->stored_codes[local];
        column->stored_codes[local] = map->codes[spelling];
        column->is_renamed[local] = map->is_renamed[spelling];
        column->has_renamed |= map->is_renamed[spelling];
    }
}

static cln_status make_codes(cln_final_column *column, cln_dictionary *spellings, cln_error *err) {
    spelling_map map;
    const cln_status status = map_spellings(column, spellings, &map, err);
    if (status == CLN_OK) map_local_codes(column, &map);
    free(map.codes);
    free(map.is_renamed);
    column->value_count = column->values.count;
    return status;
}

static cln_status make_room_for_codes(cln_final_column *column, cln_error *err) {
    column->code_count = strings_of(column)->count + 1;
    CLN_TRY(cln_new_array(&column->stored_codes, column->code_count, sizeof *column->stored_codes, err));
    return cln_new_array(&column->is_renamed, column->code_count, sizeof *column->is_renamed, err);
}

/* Collective: a category if the values are few enough over all ranks. */
static cln_status become_category(cln_final_column *column, const cln_comm *comm, bool *is_over, cln_error *err) {
    CLN_TRY(cln_spelt_number_all(column, comm, is_over, err));
    if (*is_over) return CLN_OK;
    CLN_TRY_AGREED(comm, make_room_for_codes(column, err), err);
    cln_dictionary spellings;
    cln_status status =
        cln_merge_strings(comm, strings_of(column), column->builder->category_count_limit,
                          column->builder->category_bytes_limit, &spellings, column->stored_codes + 1, is_over, err);
    if (status == CLN_OK && !*is_over) status = cln_agree(comm, make_codes(column, &spellings, err), err);
    cln_dictionary_clean_up(&spellings);
    return status;
}

/* The greatest size and the sum of those of a vector's texts. */
static uint64_t measure_texts(cln_final_column *column, const cln_vector *vector) {
    for (size_t row = 0; row < vector->rows; row++) {
        /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): the conversion to text sets the offsets */
        const uint64_t size = vector->offsets[row + 1] - vector->offsets[row];
        if (size > column->text_size_max) column->text_size_max = size;
    }
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): the same */
    return vector->offsets[vector->rows] - vector->offsets[0];
}

static cln_status sum_text_bytes(cln_final_column *column, cln_error *err) {
    const bool is_numbered = column->numbered.count > 0;
    const bool are_changed = is_numbered || cln_text_rule_changes(column->declared);
    if (!are_changed) column->text_size_max = column->builder->text_size_max;
    cln_conversion conversion;
    cln_conversion_init(&conversion);
    cln_status status = CLN_OK;
    column->cells_renamed = 0;
    for (size_t e = 0; status == CLN_OK && e < column->builder->entry_count; e++) {
        const cln_block_entry *entry = &column->builder->entries[e];
        uint64_t bytes = entry->size_bytes - (uint64_t)entry->rows * sizeof(uint32_t);
        if (entry->encoding != CLN_BLOCK_TEXTS || are_changed) {
            cln_vector vector;
            status = cln_final_column_convert(column, entry, &conversion, &vector, err);
            if (status == CLN_OK) bytes = measure_texts(column, &vector);
            if (status == CLN_OK && is_numbered) status = cln_numbers_stage(column, entry, &vector, err);
        }
        column->bytes_before[entry->stripe + 1] += bytes;
    }
    if (!is_numbered) column->cells_renamed = 0; /* counted again when the blocks are written */
    cln_conversion_clean_up(&conversion);
    return status;
}

/* Collective: text, with the place of each stripe's bytes. */
static cln_status become_text(cln_final_column *column, const cln_comm *comm, const uint64_t *rows_before,
                              cln_error *err) {
    const uint64_t stripe_count = column->stripe_count;
    cln_string_table_clean_up(&column->spelt);
    column->type = CLN_TYPE_TEXT;
    CLN_TRY(cln_numbers_choose(column, comm, rows_before, stripe_count, err));
    cln_status status = cln_new_array(&column->bytes_before, stripe_count + 1, sizeof *column->bytes_before, err);
    if (status == CLN_OK) status = sum_text_bytes(column, err);
    CLN_TRY(cln_agree(comm, status, err));
    cln_sum_u64(comm, column->bytes_before, stripe_count + 1);
    for (uint64_t s = 0; s < stripe_count; s++) column->bytes_before[s + 1] += column->bytes_before[s];
    int64_t longest = (int64_t)column->text_size_max;
    cln_max_i64(comm, &longest, 1);
    column->text_size_max = (uint64_t)longest;
    column->text_size_bytes = column->bytes_before[stripe_count];
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
                                 .stripe_count = stripe_count,
                                 .null_count = builder->null_count};
    cln_string_table_init(&column->numbered, SIZE_MAX);
    cln_string_table_init(&column->spelt, SIZE_MAX);
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
    return become_text(column, comm, rows_before, err);
}

void cln_final_column_lay_down(cln_final_column *column) {
    cln_dictionary_clean_up(&column->values);
    cln_string_table_clean_up(&column->numbered);
    cln_string_table_clean_up(&column->spelt);
    free(column->stored_codes);
    free(column->is_renamed);
    free(column->bytes_before);
    column->stored_codes = NULL;
    column->is_renamed = NULL;
    column->bytes_before = NULL;
}

void cln_final_column_clean_up(cln_final_column *column) {
    cln_final_column_lay_down(column);
    free(column->numbered_entries);
    *column = (cln_final_column){0};
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

/* The texts of a category that were spelt, as codes. */
static cln_status number_block(cln_final_column *column, cln_conversion *c, cln_error *err) {
    CLN_TRY(cln_buffer_reserve(&c->texts, c->block.rows * sizeof(uint32_t), err));
    uint32_t *codes = (uint32_t *)(void *)c->texts.data;
    CLN_TRY(cln_spelt_number_block(column, &c->block, codes, err));
    c->block.codes = codes;
    return CLN_OK;
}

static cln_status convert_codes(cln_final_column *column, cln_conversion *c, cln_vector *vector, cln_error *err) {
    cln_buffer_clear(&c->texts);
    if (c->block.encoding == CLN_BLOCK_TEXTS) CLN_TRY(number_block(column, c, err));
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
    if (cln_numbers_are_staged(column, entry)) return cln_numbers_read(column, entry, conversion, vector, err);
    CLN_TRY(cln_block_reader_read(&conversion->reader, column->builder, entry, &conversion->block, err));
    *vector = (cln_vector){.type = column->type, .rows = conversion->block.rows};
    cln_buffer_clear(&conversion->values);
    if (column->type == CLN_TYPE_CATEGORY) return convert_codes(column, conversion, vector, err);
    if (column->type == CLN_TYPE_TEXT) {
        CLN_TRY(convert_texts(column, conversion, vector, err));
        return column->numbered.count == 0 ? CLN_OK : cln_numbers_apply(column, conversion, vector, err);
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
