/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One column of an open partition, read zone by zone in its stored form. Each
 * zone's checksums are verified before its values are used. All functions are
 * local; messages name partition, column and rows.
 */
#ifndef COLONNADE_STORE_COLUMN_FILE_H
#define COLONNADE_STORE_COLUMN_FILE_H

#include "colonnade/column/dictionary.h"
#include "partition_file.h"

typedef struct cln_column_file {
    cln_partition_file *partition;
    const char *name;
    cln_type type;
    cln_layout layout;
    uint64_t rows;
    uint64_t data_bytes;                   /* text */
    hid_t datasets[CLN_MOST_DATASETS];     /* in the order of cln_layout_names */
    bool is_mapped;                        /* values are taken from the partition's map */
    const char *mapped[CLN_MOST_DATASETS]; /* there; NULL where HDF5 must read */
    cln_zone *zones;                       /* one for each 64 Ki rows; NULL when all values are null */
} cln_column_file;

/* Opens the partition's file where it is not open. The caller closes the column,
 * also after a failure. */
CLN_CHECKED cln_status cln_column_file_open(cln_column_file *column, cln_partition_file *partition, size_t table,
                                            const cln_file_column *about, cln_error *err);
void cln_column_file_close(cln_column_file *column);

/* Whether codes stand for texts: all of them, or some. */
static inline bool cln_column_file_has_dictionary(const cln_column_file *column) {
    return column->layout.form == CLN_FORM_CATEGORICAL || column->layout.code_width_bytes > 0;
}

/* Reads the dictionary of a category or of texts with numbers; the caller cleans it up. */
CLN_CHECKED cln_status cln_column_file_dictionary(cln_partition_file *partition, size_t table, const char *name,
                                                  cln_dictionary *dictionary, cln_error *err);

/* Bytes of texts that are held at a time, but for a single longer text. */
#define CLN_TEXT_BYTES ((uint64_t)4 << 20)

/* Values of one zone as they are stored, the mask, or bytes [text_begin,
 * text_end) of the column's texts, and their numbers. They stand in the
 * partition's map, or in the block's own room. */
typedef struct cln_stored_block {
    size_t rows;
    cln_span values;
    cln_span second;
    cln_span codes;          /* texts with numbers */
    const uint64_t *offsets; /* texts: rows + 1, into the column's data */
    uint64_t text_begin, text_end;
    const char *damaged; /* what does not have its checksum; NULL: nothing */
    cln_buffer values_room, second_room, codes_room, offsets_room;
} cln_stored_block;

void cln_stored_block_init(cln_stored_block *block);
void cln_stored_block_clean_up(cln_stored_block *block);

/* Values [first, first + count) of the column's values, or bytes of its mask
 * or texts, as they are stored; nothing is verified. In a map, or in room. */
CLN_CHECKED cln_status cln_column_file_values(const cln_column_file *column, uint64_t first, uint64_t count,
                                              cln_buffer *room, cln_span *bytes, cln_error *err);
CLN_CHECKED cln_status cln_column_file_second(const cln_column_file *column, uint64_t first, uint64_t count,
                                              cln_buffer *room, cln_span *bytes, cln_error *err);
CLN_CHECKED cln_status cln_column_file_codes(const cln_column_file *column, uint64_t first, uint64_t count,
                                             cln_buffer *room, cln_span *bytes, cln_error *err);

/* The sizes of a zone's texts, of block->rows rows, as values and as offsets;
 * the checksum is not verified. Sizes that do not lead to where the next zone
 * begins are CLN_ERR_IO, so that all offsets lie in data. */
CLN_CHECKED cln_status cln_column_file_sizes(const cln_column_file *column, uint64_t zone, cln_stored_block *block,
                                             cln_error *err);

/* Reads and verifies a zone; the column must not be all null. Of texts beyond CLN_TEXT_BYTES only
 * the checksum is verified; load_text brings the part that is needed. */
CLN_CHECKED cln_status cln_column_file_read(cln_column_file *column, uint64_t zone, cln_stored_block *block,
                                            cln_error *err);

/* The texts of rows [first, first + count) of the block that was read. */
CLN_CHECKED cln_status cln_column_file_load_text(cln_column_file *column, cln_stored_block *block, size_t first,
                                                 size_t count, cln_error *err);

/* An integer or a code, as it is stored. */
static inline int64_t cln_stored_integer(const char *values, unsigned width_bytes, size_t i) {
    const void *from = values;
    switch (width_bytes) {
    case 1:
        return ((const int8_t *)from)[i];
    case 2:
        return ((const int16_t *)from)[i];
    case 4:
        return ((const int32_t *)from)[i];
    default:
        return ((const int64_t *)from)[i];
    }
}

#endif
