/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What becomes of a column once all of its values are known: its type, its
 * dictionary, its range; and the conversion of its staged blocks to the
 * vectors that the store writes.
 *
 * Of very many columns not all dictionaries fit in memory at once: what was
 * found out of a column can be put aside, in the stage, and taken up again
 * when its blocks are converted.
 */
#ifndef COLONNADE_INGEST_FINAL_COLUMN_H
#define COLONNADE_INGEST_FINAL_COLUMN_H

#include "colonnade/column/dictionary.h"
#include "colonnade/ingest/column_builder.h"
#include "colonnade/ingest/schema.h"
#include "colonnade/store/partition_writer.h"

typedef struct cln_final_column {
    const cln_column_builder *builder;
    const cln_config_column *declared; /* NULL when nobody declared it */
    cln_type type;
    const cln_date_format *format; /* of an inferred timestamp */
    bool is_demoted;               /* might have been a category, but has too many values: text */
    cln_value_range range;
    uint64_t null_count;
    cln_dictionary values;     /* category: the stored dictionary; text: those with a number */
    int32_t *stored_codes;     /* category: by this rank's code + 1; 0 is null's */
    bool *is_renamed;          /* category: by this rank's code + 1: a synonym replaced it */
    bool has_renamed;          /* category: any of this rank's */
    cln_string_table spelt;    /* category of a builder whose texts are spelt: they are numbered anew, as they come */
    cln_string_table numbered; /* text: those with a number, which is the dictionary's code; empty: none has one */
    cln_block_entry *numbered_entries; /* where the builder's blocks stand once more, with numbers; NULL: nowhere */
    uint64_t *bytes_before; /* text: stripe_count + 1 sums of the sizes of all texts without a number before a stripe */
    uint64_t text_size_max; /* text: of those without a number */
    uint64_t stripe_count;
    uint64_t cells_renamed; /* on this rank, counted as blocks are converted */
    /* What does not change when the column is put aside. */
    size_t value_count;       /* of values */
    size_t code_count;        /* of stored_codes and is_renamed */
    uint64_t text_size_bytes; /* the last of bytes_before */
    bool is_aside;            /* the arrays above are in the stage: */
    uint64_t codes_position;  /* stored_codes and is_renamed, or bytes_before */
    uint64_t values_position; /* values, on rank 0 only: it alone writes them */
    uint64_t values_size_bytes;
} cln_final_column;

/* Collective. declared may be NULL, with type the type of a builder that does
 * not hold texts, or CLN_TYPE_CATEGORY or CLN_TYPE_TEXT. rows_before has
 * stripe_count + 1 sums of the rows before a stripe, over all ranks. The column
 * borrows builder and declared. The caller cleans up, also on failure. */
CLN_CHECKED cln_status cln_final_column_init(cln_final_column *column, const cln_comm *comm,
                                             const cln_column_builder *builder, const cln_config_column *declared,
                                             cln_type type, const uint64_t *rows_before, uint64_t stripe_count,
                                             cln_error *err);
void cln_final_column_clean_up(cln_final_column *column);

/* Local. Puts the column's arrays into the stage; rank 0 keeps the dictionary
 * there, too. Takes them up again, but for the dictionary, to convert blocks:
 * all of them, in their order. Lays them down for good. */
CLN_CHECKED cln_status cln_final_column_put_aside(cln_final_column *column, bool keeps_values, cln_error *err);
CLN_CHECKED cln_status cln_final_column_take_up(cln_final_column *column, cln_error *err);
void cln_final_column_lay_down(cln_final_column *column);

/* Local. What the store's writer wants to know; the names are the caller's. It
 * borrows the column. */
cln_stored_column cln_final_column_stored(const cln_final_column *column);

/* Room for a converted block, reused. */
typedef struct cln_conversion {
    cln_block_reader reader;
    cln_block block; /* borrows the reader */
    cln_buffer values;
    cln_buffer texts;
    cln_buffer arena;
    cln_buffer numbers, kept_ends, kept; /* texts with a number, and without */
} cln_conversion;

void cln_conversion_init(cln_conversion *conversion);
void cln_conversion_clean_up(cln_conversion *conversion);

/* Local. Reads a staged block and converts it; the vector borrows conversion. */
CLN_CHECKED cln_status cln_final_column_convert(cln_final_column *column, const cln_block_entry *entry,
                                                cln_conversion *conversion, cln_vector *vector, cln_error *err);

#endif
