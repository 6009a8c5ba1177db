/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Cells of a table as text. All functions are local.
 */
#ifndef COLONNADE_OUTPUT_CELL_H
#define COLONNADE_OUTPUT_CELL_H

#include "colonnade/base/buffer.h"
#include "colonnade/column/table.h"

#include <stdbool.h>

/* Appends the cell's number or text as it is, nothing for null. */
CLN_CHECKED cln_status cln_cell_append(const cln_cell *cell, cln_buffer *out, cln_error *err);

/* Integers, and doubles that are neither infinite nor NaN. */
bool cln_cell_is_finite_number(const cln_cell *cell);

/* Whether a column holds numbers and nulls only, and at least one number:
 * such a column is aligned to the right. */
bool cln_table_column_is_numeric(const cln_table *table, size_t column);

#endif
