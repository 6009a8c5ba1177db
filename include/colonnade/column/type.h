/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The types of columns and how their nulls are told. All functions are local.
 */
#ifndef COLONNADE_COLUMN_TYPE_H
#define COLONNADE_COLUMN_TYPE_H

#include <stdbool.h>
#include <stdint.h>

typedef enum cln_type {
    CLN_TYPE_INTEGER,   /* int64_t; null is CLN_NULL_INTEGER, so -2^63 is out of range */
    CLN_TYPE_DOUBLE,    /* double; null is NaN */
    CLN_TYPE_BOOLEAN,   /* int64_t 0 or 1; null is CLN_NULL_INTEGER */
    CLN_TYPE_TIMESTAMP, /* int64_t seconds of local civil time since 1970-01-01 00:00:00; null is CLN_NULL_INTEGER */
    CLN_TYPE_CATEGORY,  /* int32_t code into a sorted dictionary; null is CLN_NULL_CODE */
    CLN_TYPE_TEXT,      /* UTF-8 bytes; null is the empty text, which never is a value */
} cln_type;

enum { CLN_TYPE_COUNT = CLN_TYPE_TEXT + 1 };

#define CLN_NULL_INTEGER INT64_MIN
#define CLN_NULL_CODE    (-1)

/* "integer", "double", "boolean", "timestamp", "category", "text". */
const char *cln_type_name(cln_type type);
bool cln_type_from_name(const char *name, cln_type *type);

/* Whether values of the type travel as int64_t (integer, boolean, timestamp). */
static inline bool cln_type_is_integral(cln_type type) {
    return type == CLN_TYPE_INTEGER || type == CLN_TYPE_BOOLEAN || type == CLN_TYPE_TIMESTAMP;
}

#endif
