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
    CLN_FORM_TEXT,        /* offsets (one more than rows), data */
} cln_form;

typedef struct cln_layout {
    cln_form form;
    unsigned width_bytes; /* of a value, a code or an offset */
    bool is_all_null;     /* no space of its own: every value is the fill value */
} cln_layout;

cln_layout cln_layout_of(const cln_stored_column *column, uint64_t rows);

/* The name of the dataset of values inside the column's group, and of the
 * second dataset; NULL where there is none. */
const char *cln_form_values_name(cln_form form);
const char *cln_form_second_name(cln_form form);

/* The least bytes for integers in [min, max]; for offsets or counts up to max. */
unsigned cln_signed_width(int64_t min, int64_t max);
unsigned cln_offset_width(uint64_t max);

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
    uint32_t crc32c;        /* of the stored bytes of values, codes, or offsets (both ends) */
    uint32_t second_crc32c; /* of mask or data */
} cln_zone;

/* The type of a zone: packed for the file, or as in memory. The caller closes
 * it. Negative when HDF5 fails. */
hid_t cln_zone_type(cln_type type, cln_form form, bool for_file);

static inline uint64_t cln_zone_count(uint64_t rows) {
    return rows / CLN_ZONE_ROWS + (rows % CLN_ZONE_ROWS != 0);
}

#endif
