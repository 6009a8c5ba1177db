/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Writes one partition: an HDF5 file that all ranks write together. A
 * partition holds tables ("columns", the rows of the dataset, and "rejects",
 * what was rejected or changed), each in AnnData's dataframe layout.
 *
 * Workflow: new (rank 0 creates the file with every dataset at its final size
 * and place), put (each rank writes its own row ranges, independently), and
 * finish (zone maps, attributes, sync). The path is a temporary name; the
 * caller publishes it by rename. On failure the caller removes the file.
 *
 * No stored byte depends on the number of ranks, the clock, the host or the
 * user.
 */
#ifndef COLONNADE_STORE_PARTITION_WRITER_H
#define COLONNADE_STORE_PARTITION_WRITER_H

#include "colonnade/column/dictionary.h"
#include "colonnade/column/vector.h"
#include "colonnade/par/comm.h"

/* What is known of a column before its first byte is written. All of it must
 * agree on all ranks, but for dictionary and what loads it, which only rank 0
 * needs. */
typedef struct cln_stored_column {
    const char *name;
    cln_type type;
    uint64_t null_count;              /* all rows null: the column takes no space */
    int64_t min, max;                 /* integral types and times, over the values that are not null: choose the
                                       * stored width */
    const cln_dictionary *dictionary; /* category: sorted values; text: those that have a number; NULL: load_dictionary
                                       * gives them, or there are none */
    uint64_t dictionary_count;        /* category; text: 0 when no value has a number */
    /* The dictionary of a column that does not fit in memory beside those of all others; the caller cleans it up. */
    CLN_CHECKED cln_status (*load_dictionary)(const void *context, cln_dictionary *dictionary, cln_error *err);
    const void *dictionary_context;
    uint64_t text_size_bytes;       /* text: sum of the sizes of all values without a number */
    uint64_t text_size_max;         /* text: at least the size of the longest of them; less than 4 GiB */
    int exponent_min, exponent_max; /* double: 2^exponent_min is the weight of the least bit that is set in any
                                     * finite value, and every |value| < 2^exponent_max; both 0 without values */
    const char *role;               /* stored as attributes; "" when none */
    const char *source_name;        /* the header's own spelling */
    const char *time_zone;          /* timestamp; NULL otherwise */
} cln_stored_column;

typedef struct cln_stored_table {
    const char *name; /* "columns" or "rejects" */
    uint64_t rows;
    size_t column_count;
    const cln_stored_column *columns; /* the first is the index ("record") */
} cln_stored_table;

/* A named text on the file's root: provenance, account, schema (JSON). */
typedef struct cln_stored_attribute {
    const char *name;
    cln_span text;
} cln_stored_attribute;

/* The version of the format of partitions (docs/store-format.md). Raised when
 * files of before cannot be read, or would be made otherwise. */
enum { CLN_STORE_FORMAT_VERSION = 2 };

typedef struct cln_partition_writer cln_partition_writer;

/* Collective; all arguments must agree (see cln_stored_column). Refuses an
 * existing path. tables are copied as far as needed; dictionaries are used
 * only inside this call. */
CLN_CHECKED cln_status cln_partition_writer_new(cln_partition_writer **writer, const cln_comm *comm, const char *path,
                                                const cln_stored_table *tables, size_t table_count, cln_error *err);

/* Local. Writes vector's rows of one column at first_row; the vector's type is
 * the column's, codes are codes of the final dictionary. For text,
 * first_byte is the sum of the sizes of all texts in rows before first_row;
 * where texts have numbers, codes has them, and a text with a number is empty.
 * Each row of each column must be put exactly once by exactly one rank; a
 * column whose rows are all null need not be put. Large vectors are
 * written in blocks of 1 to 2 MiB. */
CLN_CHECKED cln_status cln_partition_writer_put(cln_partition_writer *writer, size_t table, size_t column,
                                                uint64_t first_row, uint64_t first_byte, const cln_vector *vector,
                                                cln_error *err);

/* Collective. Combines the zones, writes them and the attributes (only rank
 * 0's are used), syncs on every rank when sync is true (must agree), checks
 * that the file can be opened again and has the size it should, and frees
 * the writer, also on failure. *size_bytes (all ranks) is the file's size. */
CLN_CHECKED cln_status cln_partition_writer_finish(cln_partition_writer *writer, const cln_stored_attribute *attributes,
                                                   size_t attribute_count, bool sync, uint64_t *size_bytes,
                                                   cln_error *err);

/* Local. CRC-32C of all bytes of a finished partition file but its values, which
 * have their own checksums: what the manifest tells of it as rest_crc32c. */
CLN_CHECKED cln_status cln_partition_rest_crc32c(const char *path, uint32_t *crc, cln_error *err);

/* Collective. Closes without finishing and frees. */
void cln_partition_writer_abandon(cln_partition_writer *writer);

#endif
