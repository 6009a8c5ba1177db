/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/output/print.h"

#include "colonnade/base/escape.h"
#include "colonnade/output/cell.h"

#include <string.h>

cln_status cln_output_format_parse(const char *name, cln_output_format *format, cln_error *err) {
    static const char *const names[] = {
        [CLN_OUTPUT_TABLE] = "table", [CLN_OUTPUT_CSV] = "csv", [CLN_OUTPUT_JSON] = "json"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(name, names[i]) == 0) {
            *format = (cln_output_format)i;
            return CLN_OK;
        }
    }
    return cln_fail(err, CLN_ERR_USAGE, "there is no output format '%s'; use table, csv or json", name);
}

/* An empty text is quoted, so that it differs from null. */
static cln_status append_csv_cell(const cln_cell *cell, cln_buffer *out, cln_error *err) {
    if (cell->kind != CLN_CELL_TEXT) return cln_cell_append(cell, out, err);
    const cln_span text = cln_span_of_string(cell->as.text);
    return cln_escape_csv(text, text.size == 0, out, err);
}

static cln_status print_csv(const cln_table *table, cln_buffer *out, cln_error *err) {
    for (size_t column = 0; column < table->column_count; column++) {
        if (column > 0) CLN_TRY(cln_buffer_append_char(out, ',', err));
        CLN_TRY(cln_escape_csv(cln_span_of_string(table->column_names[column]), false, out, err));
    }
    CLN_TRY(cln_buffer_append_char(out, '\n', err));
    for (size_t row = 0; row < table->row_count; row++) {
        for (size_t column = 0; column < table->column_count; column++) {
            if (column > 0) CLN_TRY(cln_buffer_append_char(out, ',', err));
            CLN_TRY(append_csv_cell(cln_table_cell(table, row, column), out, err));
        }
        CLN_TRY(cln_buffer_append_char(out, '\n', err));
    }
    return CLN_OK;
}

static cln_status append_json_cell(const cln_cell *cell, cln_buffer *out, cln_error *err) {
    if (cell->kind == CLN_CELL_TEXT) return cln_escape_json(cln_span_of_string(cell->as.text), out, err);
    if (!cln_cell_is_finite_number(cell)) return cln_buffer_append_string(out, "null", err);
    return cln_cell_append(cell, out, err);
}

static cln_status print_json_row(const cln_table *table, size_t row, cln_buffer *out, cln_error *err) {
    CLN_TRY(cln_buffer_append_char(out, '{', err));
    for (size_t column = 0; column < table->column_count; column++) {
        if (column > 0) CLN_TRY(cln_buffer_append_string(out, ", ", err));
        CLN_TRY(cln_escape_json(cln_span_of_string(table->column_names[column]), out, err));
        CLN_TRY(cln_buffer_append_string(out, ": ", err));
        CLN_TRY(append_json_cell(cln_table_cell(table, row, column), out, err));
    }
    return cln_buffer_append_char(out, '}', err);
}

static cln_status print_json(const cln_table *table, cln_buffer *out, cln_error *err) {
    CLN_TRY(cln_buffer_append_char(out, '[', err));
    for (size_t row = 0; row < table->row_count; row++) {
        CLN_TRY(cln_buffer_append_string(out, row == 0 ? "\n  " : ",\n  ", err));
        CLN_TRY(print_json_row(table, row, out, err));
    }
    return cln_buffer_append_string(out, table->row_count == 0 ? "]\n" : "\n]\n", err);
}

cln_status cln_print_table(const cln_table *table, cln_output_format format, cln_buffer *out, cln_error *err) {
    switch (format) {
    case CLN_OUTPUT_TABLE:
        return cln_print_aligned(table, table->row_count, out, err);
    case CLN_OUTPUT_CSV:
        return print_csv(table, out, err);
    case CLN_OUTPUT_JSON:
        return print_json(table, out, err);
    }
    return cln_fail(err, CLN_ERR_INTERNAL, "an unknown output format");
}
