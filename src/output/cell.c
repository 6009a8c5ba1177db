/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/output/cell.h"

#include "colonnade/base/number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MAX_DECIMALS = 17 };

/* "-0.00" says no more than "0.00", and would differ by the order of a subtraction. */
static const char *without_negative_zero(const char *text) {
    return text[0] == '-' && strspn(text + 1, "0.") == strlen(text + 1) ? text + 1 : text;
}

static cln_status append_double(const cln_cell *cell, cln_buffer *out, cln_error *err) {
    char text[512];
    if (cell->decimals < 0 || !isfinite(cell->as.number)) {
        cln_format_double(cell->as.number, text);
    } else {
        const int decimals = cell->decimals > MAX_DECIMALS ? MAX_DECIMALS : cell->decimals;
        (void)snprintf(text, sizeof text, "%.*f", decimals, cell->as.number);
    }
    return cln_buffer_append_string(out, without_negative_zero(text), err);
}

cln_status cln_cell_append(const cln_cell *cell, cln_buffer *out, cln_error *err) {
    switch (cell->kind) {
    case CLN_CELL_NULL:
        return CLN_OK;
    case CLN_CELL_INTEGER:
        return cln_buffer_append_format(out, err, "%lld", (long long)cell->as.integer);
    case CLN_CELL_DOUBLE:
        return append_double(cell, out, err);
    case CLN_CELL_TEXT:
        return cln_buffer_append_string(out, cell->as.text, err);
    }
    return cln_fail(err, CLN_ERR_INTERNAL, "a cell of an unknown kind");
}

bool cln_cell_is_finite_number(const cln_cell *cell) {
    return cell->kind == CLN_CELL_INTEGER || (cell->kind == CLN_CELL_DOUBLE && isfinite(cell->as.number));
}

bool cln_table_column_is_numeric(const cln_table *table, size_t column) {
    bool has_number = false;
    for (size_t row = 0; row < table->row_count; row++) {
        const cln_cell_kind kind = cln_table_cell(table, row, column)->kind;
        if (kind == CLN_CELL_TEXT) return false;
        has_number = has_number || kind != CLN_CELL_NULL;
    }
    return has_number;
}
