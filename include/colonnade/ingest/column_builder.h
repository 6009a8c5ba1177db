/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Gathers the values of one column on one rank, in the order of the file, and
 * moves them to the stage in encoded blocks, none of which holds values of two
 * stripes. Texts are numbered as they appear (codes) until there are too many
 * distinct ones, from then on they are kept as they are. All functions are
 * local.
 */
#ifndef COLONNADE_INGEST_COLUMN_BUILDER_H
#define COLONNADE_INGEST_COLUMN_BUILDER_H

#include "colonnade/base/string_table.h"
#include "colonnade/column/type.h"
#include "colonnade/column/vector.h"
#include "colonnade/ingest/inference.h"
#include "colonnade/ingest/stage.h"

typedef enum cln_block_encoding {
    CLN_BLOCK_INTEGERS, /* narrowed to width bytes; the least value of the width is null */
    CLN_BLOCK_DOUBLES,
    CLN_BLOCK_CODES, /* codes of the builder's string table, narrowed; the greatest value of the width is null */
    CLN_BLOCK_TEXTS, /* u32 sizes, then the bytes */
} cln_block_encoding;

typedef struct cln_block_entry {
    uint64_t stripe;
    uint64_t position; /* in the stage */
    uint64_t size_bytes;
    uint32_t rows;
    uint8_t encoding;
    uint8_t width; /* bytes, of integers and codes */
} cln_block_entry;

#define CLN_NULL_STRING UINT32_MAX /* the code of a null text */

typedef struct cln_column_builder {
    cln_stage *stage;            /* borrowed */
    cln_block_encoding encoding; /* of the block that is being gathered */
    size_t category_count_limit; /* 0: texts are never numbered */
    uint64_t category_bytes_limit;
    bool is_inferred;
    /* The current block. */
    cln_buffer values; /* int64_t, double, u32 codes or u32 sizes */
    cln_buffer texts;
    uint32_t rows;
    /* All blocks. */
    cln_string_table strings;
    bool has_overflowed; /* too many distinct texts, or one with a NUL: blocks since then hold texts */
    cln_inference inference;
    cln_value_range range;
    uint64_t null_count;
    size_t entry_count;
    size_t entry_capacity;
    cln_block_entry *entries;
} cln_column_builder;

/* A builder for values of a type that is not text; or for texts that are
 * numbered up to the limits (0: never), with types inferred or not. */
void cln_column_builder_init(cln_column_builder *builder, cln_stage *stage, cln_type type);
void cln_column_builder_init_texts(cln_column_builder *builder, cln_stage *stage, size_t category_count_limit,
                                   uint64_t category_bytes_limit, bool is_inferred);
void cln_column_builder_clean_up(cln_column_builder *builder);

/* Adds values; nulls as column/type.h says. */
CLN_CHECKED cln_status cln_column_builder_add_integers(cln_column_builder *builder, const int64_t *values, size_t count,
                                                       cln_error *err);
CLN_CHECKED cln_status cln_column_builder_add_doubles(cln_column_builder *builder, const double *values, size_t count,
                                                      cln_error *err);
/* An empty text is null. */
CLN_CHECKED cln_status cln_column_builder_add_text(cln_column_builder *builder, cln_span text, cln_error *err);

/* The values gathered since the last time become a block of the stage; all of
 * them are of this stripe. Nothing that is stored depends on how often. */
CLN_CHECKED cln_status cln_column_builder_flush(cln_column_builder *builder, uint64_t stripe, cln_error *err);

/* Memory of the gathered values that are not in the stage yet, and of the room
 * that they may take before it grows. */
static inline size_t cln_column_builder_gathered_bytes(const cln_column_builder *builder) {
    return builder->values.size + builder->texts.size;
}
static inline size_t cln_column_builder_room_bytes(const cln_column_builder *builder) {
    return builder->values.capacity + builder->texts.capacity;
}

/* Gives the room back; nothing may be gathered. */
void cln_column_builder_release_room(cln_column_builder *builder);

/* A block read back: integers, doubles, codes (CLN_NULL_STRING for null) or
 * texts. Owned by the caller, reused from block to block. */
typedef struct cln_block {
    uint8_t encoding;
    size_t rows;
    cln_buffer bytes;   /* as staged */
    cln_buffer widened; /* int64_t integers, u32 codes, or u64 offsets of texts */
    const int64_t *integers;
    const double *doubles;
    const uint32_t *codes;
    const uint64_t *offsets; /* rows + 1 into text_bytes */
    const char *text_bytes;
} cln_block;

void cln_block_init(cln_block *block);
void cln_block_clean_up(cln_block *block);
CLN_CHECKED cln_status cln_column_builder_read(const cln_column_builder *builder, const cln_block_entry *entry,
                                               cln_block *block, cln_error *err);

#endif
