/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows: the cells of an event, quoted as the vintage does.
 */
#include "generator.h"
#include "text.h"

/* Quotes the field that ends at end, which is shorter than this. */
#define FREE_TEXT_MAX_BYTES 512

static bool needs_quotes(const char *start, const char *end) {
    for (; start < end; start++) {
        if (*start == ',' || *start == '"' || *start == '\n' || *start == '\r') return true;
    }
    return false;
}

static char *quote_in_place(char *start, const char *end) {
    char text[FREE_TEXT_MAX_BYTES];
    const size_t size = (size_t)(end - start);
    memcpy(text, start, size);
    *start++ = '"';
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '"') *start++ = '"';
        *start++ = text[i];
    }
    *start++ = '"';
    return start;
}

static bool is_marked(uint64_t row) {
    return row % CLN_SAMPLE_MARK_PERIOD == 1;
}

static char *write_field(const cln_generator *generator, const cln_event *event, uint32_t index, char *out) {
    const cln_vintage *vintage = generator->vintage;
    const cln_column *column = &vintage->columns[index];
    if (!column->is_free_text && vintage->quotes_all) {
        *out++ = '"';
        out = column->write(generator, event, column, out);
        *out++ = '"';
        return out;
    }
    const bool is_marker = index == vintage->text_column && is_marked(event->row);
    if (!column->is_free_text && !is_marker) return column->write(generator, event, column, out);
    char *const start = out;
    out = is_marker ? cln_put_string(out, CLN_SAMPLE_MARK) : column->write(generator, event, column, out);
    if (!column->is_free_text) return out;
    return vintage->quotes_all || needs_quotes(start, out) ? quote_in_place(start, out) : out;
}

static char *write_row(const cln_generator *generator, uint64_t row, char *out) {
    char *const start = out;
    char *ends[CLN_MAX_COLUMNS];
    cln_event event;
    generator->dataset->draw(generator, row, &event);
    for (uint32_t i = 0; i < generator->vintage->column_count; i++) {
        if (i > 0) *out++ = ',';
        out = write_field(generator, &event, i, out);
        ends[i] = out;
    }
    const uint64_t key = cln_row_key(generator, row); /* not that of a row which this one repeats */
    if (!is_marked(row) && cln_random_chance(cln_random_draw(key, CLN_DRAW_DIRT), generator->dirt_share)) {
        out = cln_spoil_row(generator, key, start, ends, out);
    }
    *out++ = '\r';
    *out++ = '\n';
    return out;
}

cln_status cln_generator_append_rows(const cln_generator *generator, uint64_t first_row, size_t count,
                                     cln_buffer *buffer, size_t *ends, cln_error *err) {
    for (size_t i = 0; i < count; i++) {
        CLN_TRY(cln_buffer_reserve(buffer, CLN_ROW_MAX_BYTES, err));
        char *const out = buffer->data + buffer->size;
        buffer->size += (size_t)(write_row(generator, first_row + i, out) - out);
        if (ends != NULL) ends[i] = buffer->size;
    }
    return CLN_OK;
}
