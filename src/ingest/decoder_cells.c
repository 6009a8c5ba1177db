/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The cells of a column, and columns of texts.
 */
#include "colonnade/base/profile.h"
#include "colonnade/base/utf8.h"
#include "decoder_parts.h"

/* The greatest growth of a text that becomes UTF-8. */
enum { UTF8_GROWTH = 3 };

/* ---- What stands in the cells ---- */

/* Bad cells are looked for in all columns of a record, also behind the first. */
static inline bool is_wanted(const cln_decoder *decoder, uint32_t row) {
    return decoder->reasons[row] == CLN_REASON_NONE || decoder->reasons[row] == CLN_REASON_BAD_CELL;
}

/* NULL where a repaired record has none. */
static inline const cln_field *field_of(const cln_decoder *decoder, uint32_t row, size_t column) {
    const cln_record *record = &decoder->block->records[row];
    return column < record->field_count ? &decoder->block->fields[record->first_field + column] : NULL;
}

static inline bool is_run_of_bytes(const cln_decoder *decoder, uint32_t row, const cln_field *field) {
    return !field->has_escapes && !decoder->is_converted[row];
}

/* The content of a cell as UTF-8, valid until the next call. The encoding was
 * decided for the record as a whole. */
static cln_status make_content(cln_decoder *decoder, uint32_t row, const cln_field *field, cln_span *content,
                               cln_error *err) {
    CLN_TRY(cln_field_content(decoder->automaton, decoder->block, field, &decoder->escape_arena, content, err));
    if (!decoder->is_converted[row]) return CLN_OK;
    bool is_defined; /* it is: the whole record was tried */
    cln_buffer_clear(&decoder->encoding_arena);
    CLN_TRY(cln_utf8_from_windows_1252(*content, &decoder->encoding_arena, &is_defined, err));
    *content = cln_buffer_span(&decoder->encoding_arena);
    return CLN_OK;
}

/* Room for count cells that are made, in which they do not move. */
static cln_status reserve_cells(cln_decoder *decoder, size_t count, size_t size_bytes, cln_error *err) {
    cln_buffer_clear(&decoder->cell_arena);
    return count > 1 ? cln_buffer_reserve(&decoder->cell_arena, size_bytes + 1, err) : CLN_OK;
}

/* Makes a cell that is no run of the file's bytes. A single one, which may be
 * large, is not copied. */
static cln_status make_cell(cln_decoder *decoder, uint32_t row, const cln_field *field, bool is_single,
                            cln_error *err) {
    cln_span *cell = &decoder->cells[row];
    CLN_TRY(make_content(decoder, row, field, cell, err));
    if (is_single) return CLN_OK;
    const cln_span content = *cell;
    cell->data = decoder->cell_arena.data + decoder->cell_arena.size;
    return cln_buffer_append_span(&decoder->cell_arena, content, err);
}

/* Makes the count cells of a column that need it. */
static cln_status make_cells(cln_decoder *decoder, size_t column, size_t count, size_t size_bytes, cln_error *err) {
    CLN_TRY(reserve_cells(decoder, count, size_bytes, err));
    for (uint32_t row = 0; row < decoder->block->record_count; row++) {
        const cln_field *field = is_wanted(decoder, row) ? field_of(decoder, row, column) : NULL;
        if (field == NULL || is_run_of_bytes(decoder, row, field)) continue;
        CLN_TRY(make_cell(decoder, row, field, count == 1, err));
    }
    return CLN_OK;
}

/* The cells of a column that have escapes, in a plain block. */
static cln_status make_escaped_cells(cln_decoder *decoder, size_t column, cln_error *err) {
    const cln_record_block *block = decoder->block;
    const size_t columns = decoder->schema->column_count;
    size_t count = 0, size_bytes = 0;
    for (size_t e = 0; e < block->escaped_field_count; e++) {
        const uint32_t field = block->escaped_fields[e];
        if (field % columns != column) continue;
        count++;
        size_bytes += block->fields[field].size;
    }
    if (count == 0) return CLN_OK;
    CLN_TRY(reserve_cells(decoder, count, size_bytes, err));
    for (size_t e = 0; e < block->escaped_field_count; e++) {
        const uint32_t field = block->escaped_fields[e];
        if (field % columns != column) continue;
        CLN_TRY(make_cell(decoder, (uint32_t)(field / columns), &block->fields[field], count == 1, err));
    }
    return CLN_OK;
}

/* Which fields of a block between ends are quoted. */
typedef enum quoted_fields { NO_FIELDS, SOME_FIELDS, ALL_FIELDS } quoted_fields;

static quoted_fields quoted_fields_of(const cln_record_block *block) {
    if (!block->ends_have_quotes) return NO_FIELDS;
    return block->quoted_field_count == block->field_count ? ALL_FIELDS : SOME_FIELDS;
}

/* The cell between two ends. */
static inline cln_span cell_between(const char *bytes, uint32_t begin, uint32_t end, quoted_fields which, char quote) {
    const bool is_quoted = which == ALL_FIELDS || (which == SOME_FIELDS && bytes[begin] == quote);
    return cln_span_of(bytes + begin + is_quoted, end - begin - 2 * (uint32_t)is_quoted);
}

static inline void gather_between_ends(cln_decoder *decoder, size_t column, quoted_fields which) {
    const cln_record_block *block = decoder->block;
    const char *bytes = block->bytes.data;
    const char quote = block->quote;
    const uint32_t *ends = block->ends + column;
    if (column == 0) {
        for (size_t row = 0; row < block->record_count; row++, ends += block->end_columns) {
            decoder->cells[row] = cell_between(bytes, block->records[row].begin, ends[0], which, quote);
        }
        return;
    }
    for (size_t row = 0; row < block->record_count; row++, ends += block->end_columns) {
        decoder->cells[row] = cell_between(bytes, ends[-1] + 1, ends[0], which, quote);
    }
}

/* One call for each: where all or none are quoted, the compiler drops what
 * looks for the quotes. */
static void gather_waiting_cells(cln_decoder *decoder, size_t column) {
    switch (quoted_fields_of(decoder->block)) {
    case NO_FIELDS:
        gather_between_ends(decoder, column, NO_FIELDS);
        break;
    case SOME_FIELDS:
        gather_between_ends(decoder, column, SOME_FIELDS);
        break;
    case ALL_FIELDS:
        gather_between_ends(decoder, column, ALL_FIELDS);
        break;
    }
}

/* In a plain block the fields are a matrix: record by record, all columns. */
static cln_status gather_plain_cells(cln_decoder *decoder, size_t column, cln_error *err) {
    const cln_record_block *block = decoder->block;
    if (block->end_columns > 0) {
        gather_waiting_cells(decoder, column);
    } else {
        const size_t columns = decoder->schema->column_count;
        const cln_field *field = block->fields + column;
        for (size_t row = 0; row < block->record_count; row++, field += columns) {
            decoder->cells[row] = cln_span_of(block->bytes.data + field->begin, field->size);
        }
    }
    return block->escaped_field_count > 0 ? make_escaped_cells(decoder, column, err) : CLN_OK;
}

cln_status cln_decoder_gather_cells(cln_decoder *decoder, size_t column, cln_error *err) {
    const cln_record_block *block = decoder->block;
    if (decoder->is_plain) return gather_plain_cells(decoder, column, err);
    size_t made_count = 0, made_bytes = 0;
    for (uint32_t row = 0; row < block->record_count; row++) {
        decoder->cells[row] = cln_span_of("", 0);
        const cln_field *field = is_wanted(decoder, row) ? field_of(decoder, row, column) : NULL;
        if (field == NULL) continue;
        decoder->cells[row] = cln_span_of(block->bytes.data + field->begin, field->size);
        if (is_run_of_bytes(decoder, row, field)) continue;
        made_count++;
        made_bytes += decoder->is_converted[row] ? UTF8_GROWTH * (size_t)field->size : field->size;
    }
    return made_count > 0 ? make_cells(decoder, column, made_count, made_bytes, err) : CLN_OK;
}

/* ---- Texts ---- */

static cln_status add_texts(cln_decoder *decoder, size_t column, cln_error *err) {
    CLN_TRY(cln_decoder_gather_cells(decoder, column, err));
    const size_t count = decoder->block->record_count;
    size_t stored = cln_may_have_rejects(decoder) ? 0 : count;
    for (size_t row = stored; row < count; row++) {
        if (decoder->reasons[row] == CLN_REASON_NONE) decoder->cells[stored++] = decoder->cells[row];
    }
    return cln_column_builder_add_texts(&decoder->columns[column], decoder->cells, stored, err);
}

/* ---- All columns ---- */

static cln_phase phase_of(const cln_schema_column *column) {
    static const cln_phase phases[CLN_TYPE_COUNT] = {
        [CLN_TYPE_INTEGER] = CLN_PHASE_INTEGER,   [CLN_TYPE_DOUBLE] = CLN_PHASE_DOUBLE,
        [CLN_TYPE_BOOLEAN] = CLN_PHASE_BOOLEAN,   [CLN_TYPE_TIMESTAMP] = CLN_PHASE_TIMESTAMP,
        [CLN_TYPE_CATEGORY] = CLN_PHASE_CATEGORY, [CLN_TYPE_TEXT] = CLN_PHASE_TEXT};
    return column->is_auto ? CLN_PHASE_CATEGORY : phases[column->type];
}

/* Bad cells decide about records, or end the ingest, before anything is
 * added; the values are parsed again then. */
static cln_status look_for_bad_cells(cln_decoder *decoder, uint64_t *failed_record, cln_error *err) {
    for (size_t c = 0; c < decoder->schema->column_count; c++) {
        if (!cln_is_text_like(&decoder->schema->columns[c])) CLN_TRY(cln_decoder_parse_column(decoder, c, err));
    }
    if (decoder->policy.on_bad_cell != CLN_ON_BAD_FAIL) return CLN_OK;
    return cln_decoder_fail_on_bad_cell(decoder, failed_record, err);
}

static cln_status add_column(cln_decoder *decoder, size_t column, cln_error *err) {
    if (cln_is_text_like(&decoder->schema->columns[column])) return add_texts(decoder, column, err);
    CLN_TRY(cln_decoder_parse_column(decoder, column, err));
    return cln_decoder_add_parsed(decoder, column, err);
}

cln_status cln_decoder_add_cells(cln_decoder *decoder, uint64_t *failed_record, cln_error *err) {
    const bool are_noted = decoder->policy.on_bad_cell != CLN_ON_BAD_NULL;
    if (are_noted) CLN_TRY(look_for_bad_cells(decoder, failed_record, err));
    const size_t notes_before = decoder->note_count;
    double lap = cln_profile_now();
    for (size_t c = 0; c < decoder->schema->column_count; c++) {
        CLN_TRY(add_column(decoder, c, err));
        lap = cln_profile_lap(phase_of(&decoder->schema->columns[c]), lap);
    }
    if (are_noted) decoder->note_count = notes_before;
    return CLN_OK;
}
