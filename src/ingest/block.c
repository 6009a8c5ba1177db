/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/ingest/block.h"

#include "colonnade/base/vectorise.h"
#include "colonnade/column/type.h"

#include <string.h>

/* ---- Narrowing ---- */

/* In place, some values at a time: those are read before any of their places
 * is written to, and what is written never reaches the next ones. */
enum { NARROWED_AT_ONCE = 512 };

/* NOLINTBEGIN(bugprone-macro-parentheses): types take none */
#define DEFINE_NARROW(name, wide, narrow, wide_null, narrow_null)                                                      \
    CLN_VECTORISED static void name(char *data, size_t count) {                                                        \
        narrow narrowed[NARROWED_AT_ONCE] = {0};                                                                       \
        for (size_t first = 0; first < count; first += NARROWED_AT_ONCE) {                                             \
            const size_t left = count - first;                                                                         \
            const size_t size = left < NARROWED_AT_ONCE ? left : NARROWED_AT_ONCE;                                     \
            const wide *values = (const wide *)(const void *)data + first;                                             \
            for (size_t i = 0; i < size; i++) narrowed[i] = values[i] == wide_null ? narrow_null : (narrow)values[i];  \
            memcpy(data + first * sizeof *narrowed, narrowed, size * sizeof *narrowed);                                \
        }                                                                                                              \
    }
/* NOLINTEND(bugprone-macro-parentheses) */

DEFINE_NARROW(narrow_integers_to_1, int64_t, int8_t, CLN_NULL_INTEGER, INT8_MIN)
DEFINE_NARROW(narrow_integers_to_2, int64_t, int16_t, CLN_NULL_INTEGER, INT16_MIN)
DEFINE_NARROW(narrow_integers_to_4, int64_t, int32_t, CLN_NULL_INTEGER, INT32_MIN)
DEFINE_NARROW(narrow_codes_to_1, uint32_t, uint8_t, CLN_NULL_STRING, UINT8_MAX)
DEFINE_NARROW(narrow_codes_to_2, uint32_t, uint16_t, CLN_NULL_STRING, UINT16_MAX)

/* The least width whose range holds min and max, its least value aside. */
static uint8_t width_of_range(int64_t min, int64_t max) {
    if (min > INT8_MIN && max <= INT8_MAX) return 1;
    if (min > INT16_MIN && max <= INT16_MAX) return 2;
    return min > INT32_MIN && max <= INT32_MAX ? 4 : 8;
}

/* Nulls aside. */
CLN_VECTORISED static uint8_t width_of_integers(const int64_t *integers, size_t count) {
    int64_t min = 0, max = 0;
    for (size_t i = 0; i < count; i++) {
        const int64_t value = integers[i] == CLN_NULL_INTEGER ? 0 : integers[i];
        min = value < min ? value : min;
        max = value > max ? value : max;
    }
    return width_of_range(min, max);
}

static void narrow_integers(char *data, size_t count, uint8_t width) {
    if (width == 1) narrow_integers_to_1(data, count);
    if (width == 2) narrow_integers_to_2(data, count);
    if (width == 4) narrow_integers_to_4(data, count);
}

uint8_t cln_block_narrow_integers(cln_buffer *values) {
    const size_t count = values->size / sizeof(int64_t);
    const uint8_t width = width_of_integers((const int64_t *)(const void *)values->data, count);
    narrow_integers(values->data, count, width);
    values->size = count * width;
    return width;
}

static void narrow_codes(char *data, size_t count, uint8_t width) {
    if (width == 1) narrow_codes_to_1(data, count);
    if (width == 2) narrow_codes_to_2(data, count);
}

uint8_t cln_block_narrow_codes(cln_buffer *values, size_t count) {
    const size_t rows = values->size / sizeof(uint32_t);
    const uint8_t width = count < UINT8_MAX ? 1 : count < UINT16_MAX ? 2 : 4;
    narrow_codes(values->data, rows, width);
    values->size = rows * width;
    return width;
}

/* ---- Reading back ---- */

#define WIDEN(data, count, values, narrow, narrow_null, null)                                                          \
    do {                                                                                                               \
        const narrow *from_ = (const narrow *)(const void *)(data);                                                    \
        for (size_t i_ = 0; i_ < (count); i_++) (values)[i_] = from_[i_] == (narrow_null) ? (null) : from_[i_];        \
    } while (0)

CLN_VECTORISED static void widen_to_integers(const char *data, size_t count, uint8_t width,
                                             int64_t *restrict integers) {
    if (width == 1) WIDEN(data, count, integers, int8_t, INT8_MIN, CLN_NULL_INTEGER);
    if (width == 2) WIDEN(data, count, integers, int16_t, INT16_MIN, CLN_NULL_INTEGER);
    if (width == 4) WIDEN(data, count, integers, int32_t, INT32_MIN, CLN_NULL_INTEGER);
}

CLN_VECTORISED static void widen_to_codes(const char *data, size_t count, uint8_t width, uint32_t *restrict codes) {
    if (width == 1) WIDEN(data, count, codes, uint8_t, UINT8_MAX, CLN_NULL_STRING);
    if (width == 2) WIDEN(data, count, codes, uint16_t, UINT16_MAX, CLN_NULL_STRING);
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

static cln_status widen_integers(cln_block *block, uint8_t width, cln_error *err) {
    block->integers = (const int64_t *)(const void *)block->bytes.data;
    if (width == sizeof(int64_t)) return CLN_OK;
    CLN_TRY(cln_buffer_reserve(&block->widened, block->rows * sizeof(int64_t), err));
    int64_t *integers = (int64_t *)(void *)block->widened.data;
    widen_to_integers(block->bytes.data, block->rows, width, integers);
    block->integers = integers;
    return CLN_OK;
}

static cln_status widen_codes(cln_block *block, uint8_t width, cln_error *err) {
    block->codes = (const uint32_t *)(const void *)block->bytes.data;
    if (width == sizeof(uint32_t)) return CLN_OK;
    CLN_TRY(cln_buffer_reserve(&block->widened, block->rows * sizeof(uint32_t), err));
    uint32_t *codes = (uint32_t *)(void *)block->widened.data;
    widen_to_codes(block->bytes.data, block->rows, width, codes);
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
