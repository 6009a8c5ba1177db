/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/ingest/block.h"

#include "colonnade/column/type.h"

#include <string.h>

/* ---- Narrowing ---- */

/* In place and little endian: a value's low bytes come first, and no value is
 * written over before it is read. */
#define NARROW(data, count, wide, narrow)                                                                              \
    do {                                                                                                               \
        for (size_t i_ = 0; i_ < (count); i_++) {                                                                      \
            wide from_;                                                                                                \
            memcpy(&from_, (data) + i_ * sizeof from_, sizeof from_);                                                  \
            const narrow to_ = (narrow)from_;                                                                          \
            memcpy((data) + i_ * sizeof to_, &to_, sizeof to_);                                                        \
        }                                                                                                              \
    } while (0)

static int64_t null_of_width(uint8_t width) {
    return width == 1 ? INT8_MIN : width == 2 ? INT16_MIN : width == 4 ? INT32_MIN : INT64_MIN;
}

/* The least width whose range holds min and max, its least value aside. */
static uint8_t width_of_range(int64_t min, int64_t max) {
    if (min > INT8_MIN && max <= INT8_MAX) return 1;
    if (min > INT16_MIN && max <= INT16_MAX) return 2;
    return min > INT32_MIN && max <= INT32_MAX ? 4 : 8;
}

uint8_t cln_block_narrow_integers(cln_buffer *values) {
    int64_t min = 0, max = 0;
    int64_t *integers = (int64_t *)(void *)values->data;
    const size_t count = values->size / sizeof *integers;
    for (size_t i = 0; i < count; i++) {
        const int64_t value = integers[i] == CLN_NULL_INTEGER ? 0 : integers[i];
        if (value < min) min = value;
        if (value > max) max = value;
    }
    const uint8_t width = width_of_range(min, max);
    const int64_t null = null_of_width(width);
    for (size_t i = 0; i < count; i++) {
        if (integers[i] == CLN_NULL_INTEGER) integers[i] = null;
    }
    if (width == 1) NARROW(values->data, count, int64_t, int8_t);
    if (width == 2) NARROW(values->data, count, int64_t, int16_t);
    if (width == 4) NARROW(values->data, count, int64_t, int32_t);
    values->size = count * width;
    return width;
}

uint8_t cln_block_narrow_codes(cln_buffer *values, size_t count) {
    const size_t rows = values->size / sizeof(uint32_t);
    const uint8_t width = count < UINT8_MAX ? 1 : count < UINT16_MAX ? 2 : 4;
    if (width == 1) NARROW(values->data, rows, uint32_t, uint8_t);
    if (width == 2) NARROW(values->data, rows, uint32_t, uint16_t);
    values->size = rows * width;
    return width;
}

/* ---- Reading back ---- */

#define WIDEN(block, values, narrow, narrow_null, null)                                                                \
    do {                                                                                                               \
        for (size_t i_ = 0; i_ < (block)->rows; i_++) {                                                                \
            narrow from_;                                                                                              \
            memcpy(&from_, (block)->bytes.data + i_ * sizeof from_, sizeof from_);                                     \
            (values)[i_] = from_ == (narrow_null) ? (null) : from_;                                                    \
        }                                                                                                              \
    } while (0)

void cln_block_init(cln_block *block) {
    *block = (cln_block){0};
    cln_buffer_init(&block->bytes, SIZE_MAX);
    cln_buffer_init(&block->widened, SIZE_MAX);
}

void cln_block_clean_up(cln_block *block) {
    cln_buffer_clean_up(&block->bytes);
    cln_buffer_clean_up(&block->widened);
}

static cln_status widen_integers(cln_block *block, uint8_t width, cln_error *err) {
    block->integers = (const int64_t *)(const void *)block->bytes.data;
    if (width == sizeof(int64_t)) return CLN_OK;
    CLN_TRY(cln_buffer_reserve(&block->widened, block->rows * sizeof(int64_t), err));
    int64_t *integers = (int64_t *)(void *)block->widened.data;
    if (width == 1) WIDEN(block, integers, int8_t, INT8_MIN, CLN_NULL_INTEGER);
    if (width == 2) WIDEN(block, integers, int16_t, INT16_MIN, CLN_NULL_INTEGER);
    if (width == 4) WIDEN(block, integers, int32_t, INT32_MIN, CLN_NULL_INTEGER);
    block->integers = integers;
    return CLN_OK;
}

static cln_status widen_codes(cln_block *block, uint8_t width, cln_error *err) {
    block->codes = (const uint32_t *)(const void *)block->bytes.data;
    if (width == sizeof(uint32_t)) return CLN_OK;
    CLN_TRY(cln_buffer_reserve(&block->widened, block->rows * sizeof(uint32_t), err));
    uint32_t *codes = (uint32_t *)(void *)block->widened.data;
    if (width == 1) WIDEN(block, codes, uint8_t, UINT8_MAX, CLN_NULL_STRING);
    if (width == 2) WIDEN(block, codes, uint16_t, UINT16_MAX, CLN_NULL_STRING);
    block->codes = codes;
    return CLN_OK;
}

static cln_status find_texts(cln_block *block, cln_error *err) {
    CLN_TRY(cln_buffer_reserve(&block->widened, (block->rows + 1) * sizeof(uint64_t), err));
    uint64_t *offsets = (uint64_t *)(void *)block->widened.data;
    const uint32_t *sizes = (const uint32_t *)(const void *)block->bytes.data;
    offsets[0] = 0;
    for (size_t i = 0; i < block->rows; i++) offsets[i + 1] = offsets[i] + sizes[i];
    block->offsets = offsets;
    block->text_bytes = block->bytes.data + block->rows * sizeof *sizes;
    return CLN_OK;
}

cln_status cln_block_read(cln_block *block, const cln_stage *stage, const cln_block_entry *entry, cln_error *err) {
    cln_buffer_clear(&block->bytes);
    cln_buffer_clear(&block->widened);
    CLN_TRY(cln_buffer_reserve(&block->bytes, (size_t)entry->size_bytes, err));
    CLN_TRY(cln_stage_read(stage, entry->position, block->bytes.data, (size_t)entry->size_bytes, err));
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
