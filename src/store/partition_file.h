/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A published partition, for reading by one rank. Its description (the columns
 * and rows of its tables) is read from the file, or taken from another rank
 * that has read it; then the file is opened when something of it is needed. A file is believed
 * only where it was checked: what it says of sizes against the file's own
 * size, values against checksums and ranges. Damage is CLN_ERR_IO with the
 * names of partition and column. All functions are local.
 */
#ifndef COLONNADE_STORE_PARTITION_FILE_H
#define COLONNADE_STORE_PARTITION_FILE_H

#include "colonnade/base/buffer.h"
#include "colonnade/store/dataset.h"
#include "file_map.h"
#include "layout.h"

/* A column as the table's attributes tell it. */
typedef struct cln_file_column {
    const char *name;
    const char *role;
    cln_type type;
    bool *was_read; /* it was opened before: who reads it again reads it in the map */
} cln_file_column;

typedef struct cln_file_table {
    uint64_t rows;
    size_t column_count;
    cln_file_column *columns;
    char *names, *roles; /* own the texts; roles may be NULL, where names has them too */
    bool *were_read;     /* one for each column */
} cln_file_table;

typedef struct cln_file_attribute {
    char *name;
    char *text; /* NULL: the file has none */
} cln_file_attribute;

typedef struct cln_partition_file {
    const cln_partition_info *info; /* borrowed from the manifest */
    char *path;
    hid_t file; /* negative while it is not open; then size_bytes and map are not set either */
    uint64_t size_bytes;
    cln_file_map *map; /* NULL: values are always read through HDF5 */
    size_t user_count; /* who needs it to be open */
    bool stays_open;   /* also when nobody needs it */
    cln_file_table tables[CLN_TABLE_COUNT];
    cln_file_attribute *attributes; /* those that were asked for */
    size_t attribute_count, attribute_capacity;
} cln_partition_file;

/* In a cln_partition_info: the file itself tells. */
#define CLN_ROWS_UNKNOWN UINT64_MAX

/* Opens the file and loads its tables. The size (unless 0) and number of rows
 * (unless CLN_ROWS_UNKNOWN) must be those of info, which is borrowed. It stays
 * open. The caller closes it, also after a failure. */
CLN_CHECKED cln_status cln_partition_file_open(cln_partition_file *file, const char *dataset_dir,
                                               const cln_partition_info *info, cln_error *err);
void cln_partition_file_close(cln_partition_file *file);

/* The description of a file that was opened, at the end of packed; and a file
 * that is not open yet from what a rank of this run has packed, from *at on,
 * which moves behind it. The caller closes the file, also after a failure. */
CLN_CHECKED cln_status cln_partition_file_pack(const cln_partition_file *file, cln_buffer *packed, cln_error *err);
CLN_CHECKED cln_status cln_partition_file_unpack(cln_partition_file *file, const char *dataset_dir,
                                                 const cln_partition_info *info, cln_span packed, size_t *at,
                                                 cln_error *err);

/* Opens the file, unless it is open, until as many calls of drop; after a
 * failure there is nothing to drop. */
CLN_CHECKED cln_status cln_partition_file_need(cln_partition_file *file, cln_error *err);
void cln_partition_file_drop(cln_partition_file *file);

/* From now on the file is open only while somebody needs it. */
void cln_partition_file_let_go(cln_partition_file *file);

/* Columns are read in the map at the first time, too: for who looks at each byte
 * once or twice and makes nothing of it. */
void cln_partition_file_prefer_map(cln_partition_file *file);

/* Whether bytes that were taken out of the map were those of the file until
 * now. Whoever used them looks before what came of it is believed. */
CLN_CHECKED cln_status cln_partition_file_check_map(const cln_partition_file *file, cln_error *err);

/* NULL when the table has no such column. */
const cln_file_column *cln_partition_file_column(const cln_partition_file *file, size_t table, const char *name);

/* A root attribute, NULL when absent or damaged; valid until close. */
const char *cln_partition_file_attribute(cln_partition_file *file, const char *name);

/* The index of "columns" or "rejects", or CLN_TABLE_COUNT. */
size_t cln_table_index(const char *table);

#endif
