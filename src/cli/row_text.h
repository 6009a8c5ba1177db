/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows of a store as lines of CSV (RFC 4180) or of JSON (one object each).
 * Numbers read back as the same bits, a double always as a double; times are
 * ISO 8601; texts stand as they are stored. A null is an empty field, or null.
 * A column that a partition does not have is an empty field too, and no member
 * of the object. Private to the cli layer. All functions are local.
 */
#ifndef COLONNADE_CLI_ROW_TEXT_H
#define COLONNADE_CLI_ROW_TEXT_H

#include "colonnade/base/buffer.h"
#include "colonnade/column/batch.h"

typedef struct cln_row_text_column {
    cln_buffer key;   /* JSON: the name as a string and a colon */
    cln_buffer texts; /* of the categories, as they are written */
    size_t *offsets;  /* of each in texts, and the end */
} cln_row_text_column;

typedef struct cln_row_text {
    bool as_csv;
    size_t column_count;
    cln_row_text_column *columns;
} cln_row_text;

/* The caller cleans up, also after a failure. */
CLN_CHECKED cln_status cln_row_text_init(cln_row_text *text, bool as_csv, const char *const *names, size_t count,
                                         cln_error *err);
void cln_row_text_clean_up(cln_row_text *text);

/* What follows comes from this source, which has the columns. */
CLN_CHECKED cln_status cln_row_text_enter(cln_row_text *text, const cln_batch_source *source, cln_error *err);

CLN_CHECKED cln_status cln_row_text_append(const cln_row_text *text, const cln_batch *batch, size_t row,
                                           cln_buffer *out, cln_error *err);

/* The first line of CSV. */
CLN_CHECKED cln_status cln_row_text_header(const char *const *names, size_t count, cln_buffer *out, cln_error *err);

#endif
