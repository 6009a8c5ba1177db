/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How values of a column stand in a partition file: which datasets, of which
 * width, and what a zone of them is. docs/store-format.md describes it for
 * readers in other languages. All functions are local.
 */
#ifndef COLONNADE_STORE_LAYOUT_H
#define COLONNADE_STORE_LAYOUT_H

#include "colonnade/store/partition_writer.h"
#include "h5.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "values are stored as they stand in memory");

/* Rows of a zone, and of a block that a reader gets: blocks are zones. */
#define CLN_ZONE_ROWS ((uint64_t)65536)
/* Bytes that go into one call of H5Dwrite. */
#define CLN_WRITE_BYTES ((uint64_t)1 << 20)

enum { CLN_TABLE_COUNT = 2 };
extern const char *const cln_table_names[CLN_TABLE_COUNT]; /* "columns", "rejects" */

typedef enum cln_form {
    CLN_FORM_ARRAY,       /* one dataset */
    CLN_FORM_NULLABLE,    /* values, mask */
    CLN_FORM_CATEGORICAL, /* codes; categories and dictionary beside it */
    CLN_FORM_TEXT,        /* sizes, data; with numbered texts also codes and dictionary */
} cln_form;

typedef struct cln_layout {
    cln_form form;
    unsigned width_bytes;      /* of a value, a code or a text's size */
    unsigned code_width_bytes; /* of the number of a text; 0: they have none */
    bool is_all_null;          /* no space of its own: every value is the fill value */
} cln_layout;

cln_layout cln_layout_of(const cln_stored_column *column, uint64_t rows);

/* The names of a column's datasets with one item for each row (of data: each
 * byte) inside its group: values, then mask or data, then codes; returns how
 * many there are. NULL is the column itself. */
enum { CLN_MOST_DATASETS = 3 };
size_t cln_layout_names(cln_layout layout, const char *names[CLN_MOST_DATASETS]);

/* The least bytes for integers in [min, max]; for sizes of texts up to max. */
unsigned cln_signed_width(int64_t min, int64_t max);
unsigned cln_size_width(uint64_t max);

/* The least bytes for times in [min, max] beside their null, and that null:
 * the least integer of the width. */
unsigned cln_time_width(int64_t min, int64_t max);
int64_t cln_null_time(unsigned width_bytes);

/* A bound of a zone: integers for integral types and codes, else a number. */
typedef union cln_bound {
    int64_t integer;
    double number;
} cln_bound;

/* What is known of 64 Ki rows. Without any value min is the greatest and max
 * the least of the type. Texts have no bounds. */
typedef struct cln_zone {
    uint64_t first_row;
    cln_bound min, max;
    uint64_t nulls;
    uint64_t first_byte;    /* texts: where the first one begins in data */
    uint32_t crc32c;        /* of the stored bytes of values, codes, or sizes */
    uint32_t second_crc32c; /* of mask or data */
    uint32_t codes_crc32c;  /* of the numbers of texts */
} cln_zone;

/* The type of a zone: packed for the file, or as in memory. The caller closes
 * it. Negative when HDF5 fails. */
hid_t cln_zone_type(cln_type type, cln_layout layout, bool for_file);

static inline uint64_t cln_zone_count(uint64_t rows) {
    return rows / CLN_ZONE_ROWS + (rows % CLN_ZONE_ROWS != 0);
}

#endif
