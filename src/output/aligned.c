/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/escape.h"
#include "colonnade/base/memory.h"
#include "colonnade/output/cell.h"
#include "colonnade/output/print.h"

#include <stdlib.h>
#include <string.h>

/* A table whose texts are made once and then measured and laid out. */
typedef struct table_layout {
    const cln_table *table;
    size_t row_count; /* rows that are shown */
    cln_buffer text;  /* all texts, one behind the other: the names, then row by row */
    size_t *ends;     /* where each text ends */
    size_t *widths;   /* of each column, in code points */
    bool *is_numeric;
} table_layout;

static size_t count_code_points(cln_span text) {
    size_t count = 0;
    for (size_t i = 0; i < text.size; i++) count += ((unsigned char)text.data[i] & 0xC0) != 0x80;
    return count;
}

static cln_span text_at(const table_layout *layout, size_t position) {
    const size_t start = position == 0 ? 0 : layout->ends[position - 1];
    return cln_span_of(layout->text.data + start, layout->ends[position] - start);
}

/* Control characters must not reach the terminal. */
static cln_status append_visible(const cln_cell *cell, cln_buffer *out, cln_error *err) {
    if (cell->kind != CLN_CELL_TEXT) return cln_cell_append(cell, out, err);
    return cln_escape_visible(cln_span_of_string(cell->as.text), out, err);
}

static cln_status make_texts(table_layout *layout, cln_error *err) {
    const cln_table *table = layout->table;
    size_t position = 0;
    for (size_t column = 0; column < table->column_count; column++) {
        CLN_TRY(cln_escape_visible(cln_span_of_string(table->column_names[column]), &layout->text, err));
        layout->ends[position++] = layout->text.size;
    }
    for (size_t i = 0; i < layout->row_count * table->column_count; i++) {
        CLN_TRY(append_visible(&table->cells[i], &layout->text, err));
        layout->ends[position++] = layout->text.size;
    }
    return CLN_OK;
}

static void measure(table_layout *layout) {
    const size_t columns = layout->table->column_count;
    for (size_t i = 0; i < (layout->row_count + 1) * columns; i++) {
        const size_t width = count_code_points(text_at(layout, i));
        if (width > layout->widths[i % columns]) layout->widths[i % columns] = width;
    }
    for (size_t i = 0; i < columns; i++) layout->is_numeric[i] = cln_table_column_is_numeric(layout->table, i);
}

static cln_status append_repeated(cln_buffer *out, char c, size_t count, cln_error *err) {
    CLN_TRY(cln_buffer_reserve(out, count, err));
    for (size_t i = 0; i < count; i++) CLN_TRY(cln_buffer_append_char(out, c, err));
    return CLN_OK;
}

/* Blanks behind the last text of a line would only be in the way. */
static cln_status append_line(const table_layout *layout, size_t row, cln_buffer *out, cln_error *err) {
    const size_t columns = layout->table->column_count;
    size_t pending_blanks = 0;
    for (size_t column = 0; column < columns; column++) {
        const cln_span text = text_at(layout, row * columns + column);
        const size_t padding = layout->widths[column] - count_code_points(text);
        const bool is_right = layout->is_numeric[column];
        if (text.size > 0) {
            CLN_TRY(append_repeated(out, ' ', pending_blanks + (is_right ? padding : 0), err));
            CLN_TRY(cln_buffer_append_span(out, text, err));
            pending_blanks = is_right ? 0 : padding;
        } else {
            pending_blanks += padding;
        }
        pending_blanks += 2;
    }
    return cln_buffer_append_char(out, '\n', err);
}

static cln_status append_rule(const table_layout *layout, cln_buffer *out, cln_error *err) {
    for (size_t column = 0; column < layout->table->column_count; column++) {
        if (column > 0) CLN_TRY(cln_buffer_append_string(out, "  ", err));
        CLN_TRY(append_repeated(out, '-', layout->widths[column], err));
    }
    return cln_buffer_append_char(out, '\n', err);
}

static cln_status print_layout(table_layout *layout, cln_buffer *out, cln_error *err) {
    const cln_table *table = layout->table;
    const size_t texts = (layout->row_count + 1) * table->column_count;
    CLN_TRY(cln_new_array(&layout->ends, texts, sizeof *layout->ends, err));
    CLN_TRY(cln_new_array(&layout->widths, table->column_count, sizeof *layout->widths, err));
    CLN_TRY(cln_new_array(&layout->is_numeric, table->column_count, sizeof *layout->is_numeric, err));
    CLN_TRY(make_texts(layout, err));
    measure(layout);
    if (table->title != NULL) CLN_TRY(cln_buffer_append_format(out, err, "%s\n", table->title));
    CLN_TRY(append_line(layout, 0, out, err));
    CLN_TRY(append_rule(layout, out, err));
    for (size_t row = 0; row < layout->row_count; row++) CLN_TRY(append_line(layout, row + 1, out, err));
    return CLN_OK;
}

cln_status cln_print_aligned(const cln_table *table, size_t row_limit, cln_buffer *out, cln_error *err) {
    table_layout layout = {.table = table, .row_count = row_limit < table->row_count ? row_limit : table->row_count};
    cln_buffer_init(&layout.text, SIZE_MAX);
    const cln_status status = print_layout(&layout, out, err);
    cln_buffer_clean_up(&layout.text);
    free(layout.ends);
    free(layout.widths);
    free(layout.is_numeric);
    return status;
}
