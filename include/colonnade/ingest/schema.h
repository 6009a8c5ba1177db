/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The schema of one file: what each column of its header becomes. Headers
 * are matched with the declared columns by normalised name and alias (the
 * fields of a file without a header with the declared columns in order); a
 * column that nobody declared is kept, as a category or text by the number
 * of its values, or with its type inferred. All functions are local.
 */
#ifndef COLONNADE_INGEST_SCHEMA_H
#define COLONNADE_INGEST_SCHEMA_H

#include "colonnade/base/date.h"
#include "colonnade/column/type.h"
#include "colonnade/config/config.h"
#include "colonnade/csv/prologue.h"

/* What a header may have; more is no header. */
#define CLN_MAX_COLUMNS      4096
#define CLN_MAX_HEADER_FIELD ((size_t)4096) /* bytes */

/* Distinct values beyond which a category becomes text. Constants of the
 * format: they depend neither on ranks nor on memory. Values count as they
 * are spelt in the file, blanks at their ends aside. */
#define CLN_DECLARED_CATEGORY_COUNT 65536
#define CLN_DECLARED_CATEGORY_BYTES ((uint64_t)1 << 20)
#define CLN_AUTO_CATEGORY_COUNT     4096
#define CLN_AUTO_CATEGORY_BYTES     ((uint64_t)64 << 10)

/* The texts of the first rows have numbers when that pays. Constants of the
 * format, too. */
#define CLN_NUMBERED_ROWS  ((uint64_t)65536)
#define CLN_NUMBERED_COUNT 32768 /* numbers of two bytes */
#define CLN_NUMBERED_BYTES ((uint64_t)1 << 20)

typedef struct cln_schema_column {
    char *name;                        /* in the store: normalised, or the declared name */
    char *source_name;                 /* the header's own spelling */
    const cln_config_column *declared; /* NULL when nobody declared it */
    bool is_auto;                      /* category or text by the number of values */
    bool is_inferred;                  /* ... or a type that all values fit */
    cln_type type;                     /* when not is_auto */
    cln_date_format *formats;          /* timestamp */
    size_t format_count;
} cln_schema_column;

typedef struct cln_schema {
    size_t column_count;
    cln_schema_column *columns; /* in the order of the file */
    char *time_zone;
} cln_schema;

/* dataset may be NULL (a file that no configuration knows). infer: types of
 * undeclared columns are inferred. CLN_ERR_DATA when there are too many
 * columns, a header field is too long, two columns have the same name, or when a dataset is given and no column of the
 * header is declared (probably the wrong file). The caller cleans up; dataset must outlive it. */
CLN_CHECKED cln_status cln_schema_match(cln_schema *schema, const cln_config_dataset *dataset,
                                        const cln_prologue *prologue, bool infer, const char *file, cln_error *err);
void cln_schema_clean_up(cln_schema *schema);

/* The dataset of the configuration that declares most columns of the header:
 * that is probably the one that was meant, where the named one declares fewer
 * and not even half of them. */
typedef struct cln_schema_rival {
    size_t number; /* of the dataset in the configuration, from 1; 0: there is none */
    size_t declared_count;
    size_t rival_declared_count;
    size_t column_count;
    bool is_certain; /* the other declares every column, and the named one's time is none of them */
} cln_schema_rival;

cln_schema_rival cln_schema_find_rival(const cln_config *config, const cln_config_dataset *dataset,
                                       const cln_prologue *prologue);

#endif
