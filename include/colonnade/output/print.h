/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tables as text that people and other tools read. All functions are local
 * (rank 0 prints).
 */
#ifndef COLONNADE_OUTPUT_PRINT_H
#define COLONNADE_OUTPUT_PRINT_H

#include "colonnade/base/buffer.h"
#include "colonnade/column/table.h"

typedef enum cln_output_format {
    CLN_OUTPUT_TABLE, /* aligned columns, the title above them; for people */
    CLN_OUTPUT_CSV,   /* a header and rows, RFC 4180, LF */
    CLN_OUTPUT_JSON,  /* one array of objects */
} cln_output_format;

/* "table", "csv" or "json". */
CLN_CHECKED cln_status cln_output_format_parse(const char *name, cln_output_format *format, cln_error *err);

/* Appends the table. */
CLN_CHECKED cln_status cln_print_table(const cln_table *table, cln_output_format format, cln_buffer *out,
                                       cln_error *err);

/* Appends the table for people: its title, names, a rule, and the first
 * row_limit rows. Numbers are aligned to the right; widths are counted in
 * code points; control characters are shown, not sent. */
CLN_CHECKED cln_status cln_print_aligned(const cln_table *table, size_t row_limit, cln_buffer *out, cln_error *err);

#endif
