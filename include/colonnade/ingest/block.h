/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Blocks: values of one column as they stand in the stage, as narrow as they
 * can be, and back. All functions are local.
 */
#ifndef COLONNADE_INGEST_BLOCK_H
#define COLONNADE_INGEST_BLOCK_H

#include "colonnade/base/buffer.h"
#include "colonnade/ingest/stage.h"

typedef enum cln_block_encoding {
    CLN_BLOCK_INTEGERS, /* narrowed to width bytes; the least value of the width is null */
    CLN_BLOCK_DOUBLES,
    CLN_BLOCK_CODES, /* of a table of texts, narrowed; the greatest value of the width is null */
    CLN_BLOCK_TEXTS, /* u32 sizes, then the bytes; an empty text is null */
} cln_block_encoding;

#define CLN_NULL_STRING UINT32_MAX /* the code of a null text */

/* Where a block stands, and what it holds. */
typedef struct cln_block_entry {
    uint64_t stripe;
    uint64_t position; /* in the stage */
    uint64_t size_bytes;
    uint32_t rows;
    uint8_t encoding;
    uint8_t width; /* bytes, of integers and codes */
} cln_block_entry;

/* Narrows, in place, int64_t integers (CLN_NULL_INTEGER for null), or u32
 * codes below count (CLN_NULL_STRING for null); returns the width. */
uint8_t cln_block_narrow_integers(cln_buffer *values);
uint8_t cln_block_narrow_codes(cln_buffer *values, size_t count);

/* A block read back. Owned by the caller, reused from block to block. */
typedef struct cln_block {
    uint8_t encoding;
    size_t rows;
    cln_buffer bytes;   /* as staged */
    cln_buffer widened; /* what the pointers below lead to, as far as it is not in bytes */
    const int64_t *integers;
    const double *doubles;
    const uint32_t *codes;
    const uint64_t *offsets; /* rows + 1 into text_bytes */
    const char *text_bytes;
} cln_block;

void cln_block_init(cln_block *block);
void cln_block_clean_up(cln_block *block);
CLN_CHECKED cln_status cln_block_read(cln_block *block, const cln_stage *stage, const cln_block_entry *entry,
                                      cln_error *err);

#endif
