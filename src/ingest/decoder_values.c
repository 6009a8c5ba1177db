/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Cells that are not text become values, column by column: many at a time as
 * far as they are spelt as usual, and by themselves where they are not.
 */
#include "colonnade/base/number.h"
#include "decoder_parts.h"
#include "recent_values.h"

#include <math.h>

/* ---- One cell ---- */

static bool parse_time(const cln_schema_column *column, cln_span text, int64_t *value) {
    for (size_t f = 0; f < column->format_count; f++) {
        if (cln_date_parse(&column->formats[f], text, value)) return true;
    }
    return false;
}

static const char *bad_cell_reason(cln_type type) {
    switch (type) {
    case CLN_TYPE_INTEGER:
        return "not an integer";
    case CLN_TYPE_DOUBLE:
        return "not a number";
    case CLN_TYPE_BOOLEAN:
        return "not a boolean";
    default:
        return "not a time in a declared format";
    }
}

static cln_status take_bad_cell(cln_decoder *decoder, uint32_t row, size_t column, cln_error *err) {
    if (decoder->policy.on_bad_cell == CLN_ON_BAD_REJECT && decoder->reasons[row] == CLN_REASON_NONE) {
        CLN_TRY(cln_decoder_note_record(decoder, row, cln_reason_text(CLN_REASON_BAD_CELL), err));
        decoder->reasons[row] = CLN_REASON_BAD_CELL;
    }
    return cln_decoder_note_cell(decoder, row, column, bad_cell_reason(decoder->schema->columns[column].type), err);
}

static cln_status take_double(cln_decoder *decoder, uint32_t row, size_t column, cln_error *err) {
    const cln_span text = cln_span_trim(decoder->cells[row]);
    if (text.size > 0 && cln_parse_double(text, &decoder->doubles[row])) return CLN_OK;
    decoder->doubles[row] = NAN;
    return text.size > 0 ? take_bad_cell(decoder, row, column, err) : CLN_OK;
}

static bool parse_integral(const cln_schema_column *column, cln_span text, int64_t *value) {
    if (column->type == CLN_TYPE_INTEGER) return cln_parse_integer(text, value);
    return column->type == CLN_TYPE_BOOLEAN ? cln_parse_boolean(text, value) : parse_time(column, text, value);
}

static cln_status take_integral(cln_decoder *decoder, uint32_t row, size_t column, cln_error *err) {
    const cln_span text = cln_span_trim(decoder->cells[row]);
    const bool is_good =
        text.size > 0 && parse_integral(&decoder->schema->columns[column], text, &decoder->integers[row]);
    if (is_good) return CLN_OK;
    decoder->integers[row] = CLN_NULL_INTEGER;
    return text.size > 0 ? take_bad_cell(decoder, row, column, err) : CLN_OK;
}

/* ---- A column ---- */

static cln_status parse_doubles(cln_decoder *decoder, size_t column, cln_error *err) {
    const cln_number_kernels *kernels = cln_number_kernels_best();
    const size_t count = decoder->block->record_count;
    for (size_t row = 0; row < count; row++) {
        row += kernels->parse_doubles(decoder->cells + row, count - row, NAN, decoder->doubles + row);
        if (row < count) CLN_TRY(take_double(decoder, (uint32_t)row, column, err));
    }
    return CLN_OK;
}

static cln_status parse_integers(cln_decoder *decoder, size_t column, cln_error *err) {
    const cln_number_kernels *kernels = cln_number_kernels_best();
    const size_t count = decoder->block->record_count;
    for (size_t row = 0; row < count; row++) {
        row += kernels->parse_integers(decoder->cells + row, count - row, CLN_NULL_INTEGER, decoder->integers + row);
        if (row < count) CLN_TRY(take_integral(decoder, (uint32_t)row, column, err));
    }
    return CLN_OK;
}

/* A bad cell is kept with the others: its record is noted before it is looked
 * for, each time. */
static cln_status parse_by_recent(cln_decoder *decoder, size_t column, cln_error *err) {
    cln_recent_values *recent = &decoder->recent[column];
    const size_t count = decoder->block->record_count;
    for (size_t row = 0; row < count; row++) {
        row += cln_recent_values_find(recent, decoder->cells + row, count - row, decoder->integers + row);
        if (row == count) break;
        const size_t notes_before = decoder->note_count;
        CLN_TRY(take_integral(decoder, (uint32_t)row, column, err));
        if (decoder->note_count == notes_before) {
            cln_recent_values_keep(recent, decoder->cells[row], decoder->integers[row]);
        }
    }
    return CLN_OK;
}

static cln_status parse_one_by_one(cln_decoder *decoder, size_t column, cln_error *err) {
    for (uint32_t row = 0; row < decoder->block->record_count; row++) {
        CLN_TRY(take_integral(decoder, row, column, err));
    }
    return CLN_OK;
}

cln_status cln_decoder_parse_column(cln_decoder *decoder, size_t column, cln_error *err) {
    CLN_TRY(cln_decoder_gather_cells(decoder, column, err));
    const cln_type type = decoder->schema->columns[column].type;
    if (type == CLN_TYPE_DOUBLE) return parse_doubles(decoder, column, err);
    if (type == CLN_TYPE_INTEGER) return parse_integers(decoder, column, err);
    if (cln_recent_values_is_on(&decoder->recent[column])) return parse_by_recent(decoder, column, err);
    return parse_one_by_one(decoder, column, err);
}

/* ---- What is stored of it ---- */

static cln_status add_doubles(cln_decoder *decoder, size_t column, cln_error *err) {
    const size_t count = decoder->block->record_count;
    size_t stored = cln_may_have_rejects(decoder) ? 0 : count;
    for (size_t row = stored; row < count; row++) {
        if (decoder->reasons[row] == CLN_REASON_NONE) decoder->doubles[stored++] = decoder->doubles[row];
    }
    return cln_column_builder_add_doubles(&decoder->columns[column], decoder->doubles, stored, err);
}

cln_status cln_decoder_add_parsed(cln_decoder *decoder, size_t column, cln_error *err) {
    if (decoder->schema->columns[column].type == CLN_TYPE_DOUBLE) return add_doubles(decoder, column, err);
    const size_t count = decoder->block->record_count;
    size_t stored = cln_may_have_rejects(decoder) ? 0 : count;
    for (size_t row = stored; row < count; row++) {
        if (decoder->reasons[row] == CLN_REASON_NONE) decoder->integers[stored++] = decoder->integers[row];
    }
    return cln_column_builder_add_integers(&decoder->columns[column], decoder->integers, stored, err);
}
