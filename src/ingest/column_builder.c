/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/ingest/column_builder.h"

#include "colonnade/base/memory.h"

#include <math.h>
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
    builder->encoding = category_count_limit > 0 ? CLN_BLOCK_CODES : CLN_BLOCK_TEXTS;
}

void cln_column_builder_clean_up(cln_column_builder *builder) {
    cln_buffer_clean_up(&builder->values);
    cln_buffer_clean_up(&builder->texts);
    cln_string_table_clean_up(&builder->strings);
    free(builder->entries);
    builder->entries = NULL;
    builder->entry_count = 0;
}

cln_status cln_column_builder_add_integers(cln_column_builder *builder, const int64_t *values, size_t count,
                                           cln_error *err) {
    for (size_t i = 0; i < count; i++) {
        if (values[i] == CLN_NULL_INTEGER)
            builder->null_count++;
        else
            cln_value_range_add_integer(&builder->range, values[i]);
    }
    builder->rows += (uint32_t)count;
    return cln_buffer_append(&builder->values, values, count * sizeof *values, err);
}

cln_status cln_column_builder_add_doubles(cln_column_builder *builder, const double *values, size_t count,
                                          cln_error *err) {
    for (size_t i = 0; i < count; i++) {
        if (isnan(values[i]))
            builder->null_count++;
        else
            cln_value_range_add_double(&builder->range, values[i]);
    }
    builder->rows += (uint32_t)count;
    return cln_buffer_append(&builder->values, values, count * sizeof *values, err);
}

static cln_status append_sized_text(cln_column_builder *builder, cln_span text, cln_error *err) {
    const uint32_t size = (uint32_t)text.size;
    CLN_TRY(cln_buffer_append(&builder->values, &size, sizeof size, err));
    return cln_buffer_append_span(&builder->texts, text, err);
}

/* Too many distinct texts: the codes of the current block become texts. */
static cln_status overflow(cln_column_builder *builder, cln_error *err) {
    cln_buffer codes = builder->values;
    cln_buffer_init(&builder->values, SIZE_MAX);
    builder->encoding = CLN_BLOCK_TEXTS;
    builder->has_overflowed = true;
    cln_status status = CLN_OK;
    for (uint32_t row = 0; status == CLN_OK && row < builder->rows; row++) {
        uint32_t code;
        memcpy(&code, codes.data + row * sizeof code, sizeof code);
        const cln_span text =
            code == CLN_NULL_STRING ? cln_span_of("", 0) : cln_string_table_text(&builder->strings, code);
        status = append_sized_text(builder, text, err);
    }
    cln_buffer_clean_up(&codes);
    return status;
}

static bool is_over_limits(const cln_column_builder *builder) {
    return builder->strings.count > builder->category_count_limit ||
           builder->strings.bytes.size > builder->category_bytes_limit;
}

static cln_status add_code(cln_column_builder *builder, cln_span text, cln_error *err) {
    uint32_t code = CLN_NULL_STRING;
    if (text.size > 0) {
        const size_t known = builder->strings.count;
        CLN_TRY(cln_string_table_intern(&builder->strings, text, &code, err));
        if (builder->strings.count > known) {
            if (builder->is_inferred) cln_inference_add(&builder->inference, text);
            if (is_over_limits(builder) || memchr(text.data, '\0', text.size) != NULL) {
                CLN_TRY(overflow(builder, err));
                return append_sized_text(builder, text, err);
            }
        }
    }
    return cln_buffer_append(&builder->values, &code, sizeof code, err);
}

cln_status cln_column_builder_add_text(cln_column_builder *builder, cln_span text, cln_error *err) {
    builder->null_count += text.size == 0;
    if (builder->encoding == CLN_BLOCK_CODES) {
        CLN_TRY(add_code(builder, text, err));
    } else {
        if (builder->is_inferred && text.size > 0) cln_inference_add(&builder->inference, text);
        CLN_TRY(append_sized_text(builder, text, err));
    }
    builder->rows++;
    return CLN_OK;
}

/* Narrowing in place: little endian, so a value's low bytes come first. */
static void narrow(cln_buffer *values, size_t item_bytes, uint8_t width) {
    const size_t count = values->size / item_bytes;
    if (width == item_bytes) return;
    for (size_t i = 0; i < count; i++) memmove(values->data + i * width, values->data + i * item_bytes, width);
    values->size = count * width;
}

static int64_t null_of_width(uint8_t width) {
    return width == 1 ? INT8_MIN : width == 2 ? INT16_MIN : width == 4 ? INT32_MIN : INT64_MIN;
}

static uint8_t narrow_integers(cln_buffer *values) {
    int64_t min = 0, max = 0;
    int64_t *integers = (int64_t *)(void *)values->data;
    const size_t count = values->size / sizeof *integers;
    for (size_t i = 0; i < count; i++) {
        if (integers[i] == CLN_NULL_INTEGER) continue;
        if (integers[i] < min) min = integers[i];
        if (integers[i] > max) max = integers[i];
    }
    const uint8_t width = min > INT8_MIN && max <= INT8_MAX     ? 1
                          : min > INT16_MIN && max <= INT16_MAX ? 2
                          : min > INT32_MIN && max <= INT32_MAX ? 4
                                                                : 8;
    for (size_t i = 0; i < count; i++) {
        if (integers[i] == CLN_NULL_INTEGER) integers[i] = null_of_width(width);
    }
    narrow(values, sizeof(int64_t), width);
    return width;
}

static uint8_t narrow_codes(cln_column_builder *builder) {
    const size_t count = builder->strings.count; /* codes below count; all ones is null */
    const uint8_t width = count < UINT8_MAX ? 1 : count < UINT16_MAX ? 2 : 4;
    narrow(&builder->values, sizeof(uint32_t), width);
    return width;
}

cln_status cln_column_builder_flush(cln_column_builder *builder, uint64_t stripe, cln_error *err) {
    if (builder->rows == 0) return CLN_OK;
    CLN_TRY(cln_grow_array(&builder->entries, &builder->entry_capacity, builder->entry_count + 1,
                           sizeof *builder->entries, err));
    cln_block_entry *entry = &builder->entries[builder->entry_count];
    *entry = (cln_block_entry){.stripe = stripe, .rows = builder->rows, .encoding = (uint8_t)builder->encoding};
    if (builder->encoding == CLN_BLOCK_INTEGERS) entry->width = narrow_integers(&builder->values);
    if (builder->encoding == CLN_BLOCK_CODES) entry->width = narrow_codes(builder);
    entry->size_bytes = builder->values.size + builder->texts.size;
    CLN_TRY(cln_stage_append(builder->stage, cln_buffer_span(&builder->values), &entry->position, err));
    uint64_t behind;
    CLN_TRY(cln_stage_append(builder->stage, cln_buffer_span(&builder->texts), &behind, err));
    builder->entry_count++;
    cln_buffer_clear(&builder->values);
    cln_buffer_clear(&builder->texts);
    builder->rows = 0;
    return CLN_OK;
}

void cln_column_builder_release_room(cln_column_builder *builder) {
    cln_buffer_clean_up(&builder->values);
    cln_buffer_clean_up(&builder->texts);
}

void cln_block_init(cln_block *block) {
    *block = (cln_block){0};
    cln_buffer_init(&block->bytes, SIZE_MAX);
    cln_buffer_init(&block->widened, SIZE_MAX);
}

void cln_block_clean_up(cln_block *block) {
    cln_buffer_clean_up(&block->bytes);
    cln_buffer_clean_up(&block->widened);
}

static int64_t widen_integer(const char *bytes, uint8_t width) {
    if (width == 1) return (int8_t)bytes[0];
    if (width == 2) {
        int16_t value;
        memcpy(&value, bytes, sizeof value);
        return value;
    }
    if (width == 4) {
        int32_t value;
        memcpy(&value, bytes, sizeof value);
        return value;
    }
    int64_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

static cln_status widen_integers(cln_block *block, uint8_t width, cln_error *err) {
    CLN_TRY(cln_buffer_reserve(&block->widened, block->rows * sizeof(int64_t), err));
    int64_t *integers = (int64_t *)(void *)block->widened.data;
    for (size_t i = 0; i < block->rows; i++) {
        const int64_t value = widen_integer(block->bytes.data + i * width, width);
        integers[i] = value == null_of_width(width) ? CLN_NULL_INTEGER : value;
    }
    block->integers = integers;
    return CLN_OK;
}

static cln_status widen_codes(cln_block *block, uint8_t width, cln_error *err) {
    CLN_TRY(cln_buffer_reserve(&block->widened, block->rows * sizeof(uint32_t), err));
    uint32_t *codes = (uint32_t *)(void *)block->widened.data;
    const uint32_t null = width == 4 ? UINT32_MAX : ((uint32_t)1 << (8 * width)) - 1;
    for (size_t i = 0; i < block->rows; i++) {
        uint32_t code = 0;
        memcpy(&code, block->bytes.data + i * width, width);
        codes[i] = code == null ? CLN_NULL_STRING : code;
    }
    block->codes = codes;
    return CLN_OK;
}

static cln_status find_texts(cln_block *block, cln_error *err) {
    CLN_TRY(cln_buffer_reserve(&block->widened, (block->rows + 1) * sizeof(uint64_t), err));
    uint64_t *offsets = (uint64_t *)(void *)block->widened.data;
    offsets[0] = 0;
    for (size_t i = 0; i < block->rows; i++) {
        uint32_t size;
        memcpy(&size, block->bytes.data + i * sizeof size, sizeof size);
        offsets[i + 1] = offsets[i] + size;
    }
    block->offsets = offsets;
    block->text_bytes = block->bytes.data + block->rows * sizeof(uint32_t);
    return CLN_OK;
}

cln_status cln_column_builder_read(const cln_column_builder *builder, const cln_block_entry *entry, cln_block *block,
                                   cln_error *err) {
    cln_buffer_clear(&block->bytes);
    cln_buffer_clear(&block->widened);
    CLN_TRY(cln_buffer_reserve(&block->bytes, (size_t)entry->size_bytes, err));
    CLN_TRY(cln_stage_read(builder->stage, entry->position, block->bytes.data, (size_t)entry->size_bytes, err));
    block->bytes.size = (size_t)entry->size_bytes;
    block->encoding = entry->encoding;
    block->rows = entry->rows;
    switch ((cln_block_encoding)entry->encoding) {
    case CLN_BLOCK_INTEGERS:
        return widen_integers(block, entry->width, err);
    case CLN_BLOCK_CODES:
        return widen_codes(block, entry->width, err);
    case CLN_BLOCK_TEXTS:
        return find_texts(block, err);
    case CLN_BLOCK_DOUBLES:
        break;
    }
    block->doubles = (const double *)(const void *)block->bytes.data;
    return CLN_OK;
}
