/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/ingest/column_builder.h"

#include "colonnade/base/memory.h"
#include "colonnade/base/vectorise.h"
#include "colonnade/ingest/text_rule.h"
#include "recent_texts.h"

#include <stdlib.h>
#include <string.h>

static void init_common(cln_column_builder *builder, cln_stage *stage) {
    *builder = (cln_column_builder){.stage = stage};
    cln_buffer_init(&builder->values, SIZE_MAX);
    cln_buffer_init(&builder->texts, SIZE_MAX);
    cln_string_table_init(&builder->strings, SIZE_MAX);
    cln_inference_init(&builder->inference);
    cln_value_range_init(&builder->range);
}

void cln_column_builder_init(cln_column_builder *builder, cln_stage *stage, cln_type type) {
    init_common(builder, stage);
    builder->encoding = type == CLN_TYPE_DOUBLE ? CLN_BLOCK_DOUBLES : CLN_BLOCK_INTEGERS;
}

void cln_column_builder_init_texts(cln_column_builder *builder, cln_stage *stage, size_t category_count_limit,
                                   uint64_t category_bytes_limit, bool is_inferred) {
    init_common(builder, stage);
    builder->category_count_limit = category_count_limit;
    builder->category_bytes_limit = category_bytes_limit;
    builder->is_inferred = is_inferred;
    builder->recent_limit = CLN_RECENT_MOST;
    builder->encoding = category_count_limit > 0 ? CLN_BLOCK_CODES : CLN_BLOCK_TEXTS;
}

void cln_column_builder_cut_texts(cln_column_builder *builder, const cln_config_column *declared) {
    builder->cuts_texts = true;
    builder->declared = declared;
}

void cln_column_builder_clean_up(cln_column_builder *builder) {
    cln_buffer_clean_up(&builder->values);
    cln_buffer_clean_up(&builder->texts);
    cln_string_table_clean_up(&builder->strings);
    cln_recent_texts_free(builder->recent);
    builder->recent = NULL;
    free(builder->entries);
    builder->entries = NULL;
    builder->entry_count = 0;
}

/* ---- Numbers ---- */

/* Nulls are the least integer of all, so they never win a maximum; less one
 * they are the greatest, and never win a minimum. */
CLN_VECTORISED static uint64_t measure_integers(const int64_t *values, size_t count, cln_value_range *range) {
    int64_t min_less_one = INT64_MAX, max = INT64_MIN;
    uint64_t nulls = 0;
    for (size_t i = 0; i < count; i++) {
        const int64_t less_one = (int64_t)((uint64_t)values[i] - 1);
        min_less_one = less_one < min_less_one ? less_one : min_less_one;
        max = values[i] > max ? values[i] : max;
    }
    for (size_t i = 0; i < count; i++) nulls += values[i] == CLN_NULL_INTEGER;
    if (nulls == count) return nulls;
    if (min_less_one + 1 < range->min) range->min = min_less_one + 1;
    if (max > range->max) range->max = max;
    return nulls;
}

cln_status cln_column_builder_add_integers(cln_column_builder *builder, const int64_t *values, size_t count,
                                           cln_error *err) {
    builder->null_count += measure_integers(values, count, &builder->range);
    builder->rows += (uint32_t)count;
    return cln_buffer_append(&builder->values, values, count * sizeof *values, err);
}

cln_status cln_column_builder_add_doubles(cln_column_builder *builder, const double *values, size_t count,
                                          cln_error *err) {
    builder->null_count += cln_value_range_add_doubles(&builder->range, values, count);
    builder->rows += (uint32_t)count;
    return cln_buffer_append(&builder->values, values, count * sizeof *values, err);
}

/* ---- Texts as they are ---- */

static cln_status add_plain_texts(cln_column_builder *builder, cln_span *texts, size_t count, cln_error *err) {
    if (builder->cuts_texts) cln_text_rule_cut(builder->declared, texts, count);
    size_t size_bytes = 0;
    for (size_t i = 0; i < count; i++) size_bytes += texts[i].size;
    CLN_TRY(cln_buffer_reserve(&builder->values, count * sizeof(uint32_t), err));
    CLN_TRY(cln_buffer_reserve(&builder->texts, size_bytes, err));
    for (size_t i = 0; i < count; i++) {
        const uint32_t size = (uint32_t)texts[i].size;
        memcpy(builder->values.data + builder->values.size, &size, sizeof size);
        builder->values.size += sizeof size;
        builder->null_count += size == 0;
        if (size > builder->text_size_max) builder->text_size_max = size;
        if (size == 0) continue;
        memcpy(builder->texts.data + builder->texts.size, texts[i].data, size);
        builder->texts.size += size;
        if (builder->is_inferred) cln_inference_add(&builder->inference, texts[i]);
    }
    builder->rows += (uint32_t)count;
    return CLN_OK;
}

/* ---- Texts by number ---- */

/* A block of texts from the table, at the end of values and texts. */
static cln_status append_strings(cln_column_builder *builder, const char *codes, size_t count, cln_error *err) {
    for (size_t i = 0; i < count; i++) {
        uint32_t code = (uint32_t)i;
        if (codes != NULL) memcpy(&code, codes + i * sizeof code, sizeof code);
        const cln_span text =
            code == CLN_NULL_STRING ? cln_span_of("", 0) : cln_string_table_text(&builder->strings, code);
        const uint32_t size = (uint32_t)text.size;
        if (size > builder->text_size_max) builder->text_size_max = size;
        CLN_TRY(cln_buffer_append(&builder->values, &size, sizeof size, err));
        CLN_TRY(cln_buffer_append_span(&builder->texts, text, err));
    }
    return CLN_OK;
}

static cln_status move_to_stage(cln_column_builder *builder, cln_block_entry *entry, cln_error *err) {
    entry->size_bytes = builder->values.size + builder->texts.size;
    CLN_TRY(cln_stage_append(builder->stage, cln_buffer_span(&builder->values), &entry->position, err));
    uint64_t behind;
    CLN_TRY(cln_stage_append(builder->stage, cln_buffer_span(&builder->texts), &behind, err));
    cln_buffer_clear(&builder->values);
    cln_buffer_clear(&builder->texts);
    return CLN_OK;
}

/* The codes of the current block become texts, and the table, which only
 * former blocks need, goes to the stage. */
cln_status cln_column_builder_spell(cln_column_builder *builder, cln_error *err) {
    if (builder->encoding != CLN_BLOCK_CODES) return CLN_OK;
    builder->encoding = CLN_BLOCK_TEXTS;
    builder->is_spelt = true;
    cln_buffer codes = builder->values;
    cln_buffer_init(&builder->values, SIZE_MAX);
    const size_t count = builder->strings.count;
    builder->spelt_strings = (cln_block_entry){.rows = (uint32_t)count, .encoding = CLN_BLOCK_TEXTS};
    cln_status status = append_strings(builder, NULL, count, err);
    if (status == CLN_OK) status = move_to_stage(builder, &builder->spelt_strings, err);
    if (status == CLN_OK) status = append_strings(builder, codes.data, builder->rows, err);
    cln_buffer_clean_up(&codes);
    cln_string_table_clean_up(&builder->strings);
    cln_recent_texts_free(builder->recent);
    builder->recent = NULL;
    return status;
}

size_t cln_column_builder_table_bytes(const cln_column_builder *builder) {
    const cln_string_table *strings = &builder->strings;
    const size_t recent =
        builder->recent == NULL ? 0 : builder->recent->slot_count * (CLN_RECENT_CELL_BYTES + sizeof(uint64_t));
    return strings->bytes.capacity + strings->capacity * sizeof *strings->offsets +
           strings->slot_count * sizeof *strings->slots + recent;
}

bool cln_column_builder_is_over(const cln_column_builder *builder, const cln_string_table *strings) {
    return strings->count > builder->category_count_limit || strings->bytes.size > builder->category_bytes_limit;
}

bool cln_column_builder_is_unfit(const cln_column_builder *builder, cln_span text) {
    return text.size > builder->category_bytes_limit || memchr(text.data, '\0', text.size) != NULL;
}

/* Room for the texts that are known, and for twice as many as there were when
 * those were crowded, within the limit. */
static cln_status fit_recent(cln_column_builder *builder, cln_error *err) {
    if (builder->recent_limit < CLN_RECENT_FEWEST) return CLN_OK;
    const size_t most = builder->recent_limit / 2; /* as many texts as fill the slots half */
    size_t count = builder->strings.count;
    if (builder->recent != NULL && cln_recent_texts_are_crowded(builder->recent)) count = builder->recent->slot_count;
    return cln_recent_texts_fit(&builder->recent, count < most ? count : most, err);
}

/* The code of a text from the table. *is_over tells that there are too many
 * texts, or that this one is none for a category. */
static cln_status find_code(cln_column_builder *builder, cln_span text, uint32_t *code, bool *is_over, cln_error *err) {
    *is_over = text.size > builder->category_bytes_limit; /* not worth a copy in the table */
    if (*is_over) return CLN_OK;
    const size_t known = builder->strings.count;
    CLN_TRY(cln_string_table_intern(&builder->strings, text, code, err));
    if (builder->strings.count == known) return CLN_OK;
    *is_over = cln_column_builder_is_over(builder, &builder->strings) || cln_column_builder_is_unfit(builder, text);
    if (builder->is_inferred && !*is_over) cln_inference_add(&builder->inference, text);
    return fit_recent(builder, err);
}

/* The code of a cell that is not among the recent ones, and is from now on. */
static cln_status look_up(cln_column_builder *builder, cln_span cell, uint32_t *code, bool *is_over, cln_error *err) {
    cln_span text = cell;
    if (builder->cuts_texts) cln_text_rule_cut(builder->declared, &text, 1);
    *code = CLN_NULL_STRING;
    *is_over = false;
    if (text.size > 0) CLN_TRY(find_code(builder, text, code, is_over, err));
    if (*is_over || builder->recent == NULL) return CLN_OK;
    (void)builder->recent->kernels->keep(builder->recent, cell, *code);
    return cln_recent_texts_are_crowded(builder->recent) ? fit_recent(builder, err) : CLN_OK;
}

/* Adds texts until the first that makes the column overflow; *added tells how many. */
static cln_status add_codes(cln_column_builder *builder, const cln_span *texts, size_t count, size_t *added,
                            cln_error *err) {
    CLN_TRY(cln_buffer_reserve(&builder->values, count * sizeof(uint32_t), err));
    if (builder->recent == NULL) CLN_TRY(fit_recent(builder, err));
    uint32_t *codes = (uint32_t *)(void *)(builder->values.data + builder->values.size);
    bool is_over = false;
    for (*added = 0; !is_over;) {
        if (builder->recent != NULL) {
            *added += builder->recent->kernels->find(builder->recent, texts + *added, count - *added, codes + *added);
        }
        if (*added == count) break;
        CLN_TRY(look_up(builder, texts[*added], &codes[*added], &is_over, err));
        *added += !is_over;
    }
    for (size_t i = 0; i < *added; i++) builder->null_count += codes[i] == CLN_NULL_STRING;
    builder->values.size += *added * sizeof *codes;
    builder->rows += (uint32_t)*added;
    return CLN_OK;
}

cln_status cln_column_builder_add_texts(cln_column_builder *builder, cln_span *texts, size_t count, cln_error *err) {
    size_t added = 0;
    if (count == 0) return CLN_OK; /* all records of the block were rejected */
    if (builder->encoding == CLN_BLOCK_CODES) {
        CLN_TRY(add_codes(builder, texts, count, &added, err));
        if (added < count) {
            builder->has_overflowed = true;
            CLN_TRY(cln_column_builder_spell(builder, err));
        }
    }
    return added < count ? add_plain_texts(builder, texts + added, count - added, err) : CLN_OK;
}

/* ---- Blocks ---- */

cln_status cln_column_builder_flush(cln_column_builder *builder, uint64_t stripe, cln_error *err) {
    if (builder->rows == 0) return CLN_OK;
    CLN_TRY(cln_grow_array(&builder->entries, &builder->entry_capacity, builder->entry_count + 1,
                           sizeof *builder->entries, err));
    cln_block_entry *entry = &builder->entries[builder->entry_count];
    *entry = (cln_block_entry){.stripe = stripe, .rows = builder->rows, .encoding = (uint8_t)builder->encoding};
    if (builder->encoding == CLN_BLOCK_INTEGERS) entry->width = cln_block_narrow_integers(&builder->values);
    if (builder->encoding == CLN_BLOCK_CODES) {
        entry->width = cln_block_narrow_codes(&builder->values, builder->strings.count);
    }
    CLN_TRY(move_to_stage(builder, entry, err));
    builder->entry_count++;
    builder->rows = 0;
    return CLN_OK;
}

void cln_column_builder_release_room(cln_column_builder *builder) {
    cln_buffer_clean_up(&builder->values);
    cln_buffer_clean_up(&builder->texts);
}

/* ---- Reading back ---- */

void cln_block_reader_init(cln_block_reader *reader) {
    *reader = (cln_block_reader){.builder = NULL};
    cln_block_init(&reader->block);
    cln_block_init(&reader->strings);
    cln_buffer_init(&reader->offsets, SIZE_MAX);
    cln_buffer_init(&reader->texts, SIZE_MAX);
}

void cln_block_reader_clean_up(cln_block_reader *reader) {
    cln_block_clean_up(&reader->block);
    cln_block_clean_up(&reader->strings);
    cln_buffer_clean_up(&reader->offsets);
    cln_buffer_clean_up(&reader->texts);
}

/* Codes from before texts were spelt as texts. */
static cln_status spell(cln_block_reader *reader, cln_block *block, cln_error *err) {
    const cln_column_builder *builder = reader->builder;
    if (!reader->has_strings && builder->spelt_strings.rows > 0) {
        CLN_TRY(cln_block_read(&reader->strings, builder->stage, &builder->spelt_strings, err));
        reader->has_strings = true;
    }
    CLN_TRY(cln_buffer_reserve(&reader->offsets, (block->rows + 1) * sizeof(uint64_t), err));
    uint64_t *offsets = (uint64_t *)(void *)reader->offsets.data;
    cln_buffer_clear(&reader->texts);
    offsets[0] = 0;
    for (size_t row = 0; row < block->rows; row++) {
        const uint32_t code = block->codes[row];
        if (code != CLN_NULL_STRING) {
            const uint64_t *from = reader->strings.offsets + code;
            CLN_TRY(cln_buffer_append(&reader->texts, reader->strings.text_bytes + from[0], (size_t)(from[1] - from[0]),
                                      err));
        }
        offsets[row + 1] = reader->texts.size;
    }
    block->encoding = CLN_BLOCK_TEXTS;
    block->offsets = offsets;
    block->text_bytes = reader->texts.data;
    return CLN_OK;
}

cln_status cln_block_reader_read(cln_block_reader *reader, const cln_column_builder *builder,
                                 const cln_block_entry *entry, cln_block *block, cln_error *err) {
    if (reader->builder != builder) reader->has_strings = false;
    reader->builder = builder;
    CLN_TRY(cln_block_read(&reader->block, builder->stage, entry, err));
    *block = reader->block;
    return entry->encoding == CLN_BLOCK_CODES && builder->is_spelt ? spell(reader, block, err) : CLN_OK;
}
