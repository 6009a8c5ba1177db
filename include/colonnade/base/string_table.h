/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Distinct texts and a code for each, in order of first appearance. The table
 * owns copies of the texts. All functions are local.
 */
#ifndef COLONNADE_BASE_STRING_TABLE_H
#define COLONNADE_BASE_STRING_TABLE_H

#include "colonnade/base/buffer.h"
#include "colonnade/base/span.h"
#include "colonnade/base/status.h"

#include <stdint.h>

typedef struct cln_string_table {
    size_t count;
    size_t capacity;   /* of offsets */
    uint64_t *offsets; /* count + 1 into bytes */
    cln_buffer bytes;
    uint64_t *slots;   /* open addressing: hash << 32 | code + 1, 0 for empty */
    size_t slot_count; /* a power of two */
} cln_string_table;

/* size_limit bounds the bytes of all texts together. */
void cln_string_table_init(cln_string_table *table, size_t size_limit);
void cln_string_table_clean_up(cln_string_table *table);

/* The code of text, which is added when it is new. */
CLN_CHECKED cln_status cln_string_table_intern(cln_string_table *table, cln_span text, uint32_t *code, cln_error *err);

/* The code of text, or UINT32_MAX when it is not there. */
uint32_t cln_string_table_find(const cln_string_table *table, cln_span text);

static inline cln_span cln_string_table_text(const cln_string_table *table, size_t code) {
    return cln_span_of(table->bytes.data + table->offsets[code],
                       (size_t)(table->offsets[code + 1] - table->offsets[code]));
}

#endif
