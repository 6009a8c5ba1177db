/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Gathers the values of one column on one rank, in the order of the file, and
 * moves them to the stage in blocks, none of which holds values of two
 * stripes. Texts are numbered as they appear (codes) until there are too many
 * distinct ones, or until memory is short; from then on they are kept as they
 * are (spelt). All functions are local.
 */
#ifndef COLONNADE_INGEST_COLUMN_BUILDER_H
#define COLONNADE_INGEST_COLUMN_BUILDER_H

#include "colonnade/base/string_table.h"
#include "colonnade/column/type.h"
#include "colonnade/config/config.h"
#include "colonnade/csv/inference.h"
#include "colonnade/ingest/block.h"

typedef struct cln_recent_texts cln_recent_texts; /* of which the code is known at once */

typedef struct cln_column_builder {
    cln_stage *stage;            /* borrowed */
    cln_block_encoding encoding; /* of the block that is being gathered */
    size_t category_count_limit; /* 0: texts are never numbered */
    uint64_t category_bytes_limit;
    size_t recent_limit; /* texts that `recent` may hold; CLN_RECENT_MOST after init */
    bool is_inferred;
    bool cuts_texts;                   /* by the rule of the column, which may be NULL (text_rule.h) */
    const cln_config_column *declared; /* borrowed */
    /* The current block. */
    cln_buffer values; /* int64_t, double, u32 codes or u32 sizes */
    cln_buffer texts;
    uint32_t rows;
    /* All blocks. */
    cln_string_table strings; /* empty once texts are spelt */
    cln_recent_texts *recent;
    bool has_overflowed;           /* too many distinct texts, or one with a NUL: this is no category */
    bool is_spelt;                 /* for that or for lack of memory: blocks since then hold texts */
    cln_block_entry spelt_strings; /* where the texts are that the blocks before refer to */
    cln_inference inference;
    cln_value_range range;
    uint64_t null_count;
    uint64_t text_size_max; /* of what stands in blocks of texts */
    size_t entry_count;
    size_t entry_capacity;
    cln_block_entry *entries;
} cln_column_builder;

/* A builder for values of a type that is not text; or for texts that are
 * numbered up to the limits (0: never), with types inferred or not. */
void cln_column_builder_init(cln_column_builder *builder, cln_stage *stage, cln_type type);
void cln_column_builder_init_texts(cln_column_builder *builder, cln_stage *stage, size_t category_count_limit,
                                   uint64_t category_bytes_limit, bool is_inferred);
/* Texts are cut by the rule of a declared column, or of none (NULL), from the
 * first one on. */
void cln_column_builder_cut_texts(cln_column_builder *builder, const cln_config_column *declared);
void cln_column_builder_clean_up(cln_column_builder *builder);

/* Adds values; nulls as column/type.h says (an empty text is null). */
CLN_CHECKED cln_status cln_column_builder_add_integers(cln_column_builder *builder, const int64_t *values, size_t count,
                                                       cln_error *err);
CLN_CHECKED cln_status cln_column_builder_add_doubles(cln_column_builder *builder, const double *values, size_t count,
                                                      cln_error *err);
/* The spans may be changed: they are cut to what is stored, if the builder was told to. */
CLN_CHECKED cln_status cln_column_builder_add_texts(cln_column_builder *builder, cln_span *texts, size_t count,
                                                    cln_error *err);

/* Memory that the numbered texts take. */
size_t cln_column_builder_table_bytes(const cln_column_builder *builder);

/* Gives that memory back: from now on texts are spelt. Whether the column is a
 * category is then found out later (final_column.h); nothing that is stored
 * depends on it. */
CLN_CHECKED cln_status cln_column_builder_spell(cln_column_builder *builder, cln_error *err);

/* Whether so many distinct texts are too many for a category; and whether this
 * one keeps its column from being one. */
bool cln_column_builder_is_over(const cln_column_builder *builder, const cln_string_table *strings);
bool cln_column_builder_is_unfit(const cln_column_builder *builder, cln_span text);

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

/* Reads a block back. Codes are those of builder->strings; of a builder whose
 * texts are spelt all blocks come as texts. */
typedef struct cln_block_reader {
    const cln_column_builder *builder;
    cln_block block;
    cln_block strings; /* of the builder, when they are spelt */
    bool has_strings;
    cln_buffer offsets;
    cln_buffer texts;
} cln_block_reader;

void cln_block_reader_init(cln_block_reader *reader);
void cln_block_reader_clean_up(cln_block_reader *reader);
/* block borrows the reader, until it reads again. */
CLN_CHECKED cln_status cln_block_reader_read(cln_block_reader *reader, const cln_column_builder *builder,
                                             const cln_block_entry *entry, cln_block *block, cln_error *err);

#endif
