/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The list of rejects: what was rejected or changed, and why.
 */
#include "colonnade/base/escape.h"
#include "colonnade/base/memory.h"
#include "decoder_parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const char *const cln_reject_column_names[CLN_REJECT_COLUMN_COUNT] = {"record", "offset", "size_bytes",
                                                                      "column", "reason", "raw"};

const char *const cln_note_converted = "converted from windows-1252";
const char *const cln_note_repaired = "stored after repair";

/* Of an over-long record the list keeps so many bytes of the beginning, and of
 * the rest those at the end. */
#define OVER_LONG_FIRST_BYTES CLN_TAIL_BYTES

/* Of a bad cell an error message shows the beginning. */
#define SHOWN_BYTES ((size_t)80)

static cln_span beginning_of(cln_span bytes, size_t most) {
    return cln_span_of(bytes.data, bytes.size < most ? bytes.size : most);
}

/* ---- Notes of the current block ---- */

static cln_status add_note(cln_decoder *decoder, cln_reject_note note, cln_error *err) {
    CLN_TRY(cln_grow_array(&decoder->notes, &decoder->note_capacity, decoder->note_count + 1, sizeof note, err));
    decoder->notes[decoder->note_count++] = note;
    return CLN_OK;
}

static cln_span end_of(cln_span bytes, uint64_t most) {
    const size_t size = bytes.size < most ? bytes.size : (size_t)most;
    return cln_span_of(bytes.data + (bytes.size - size), size);
}

/* A last byte that looks like a line end is content where an open quote
 * reaches to the end of the file. */
static cln_span without_line_end(const cln_record_block *block, const cln_record *record) {
    static const uint8_t sizes[] = {
        [CLN_LINE_END_LF] = 1, [CLN_LINE_END_CRLF] = 2, [CLN_LINE_END_CR] = 1, [CLN_LINE_END_NONE] = 0};
    const cln_span raw = cln_record_raw(block, record);
    return cln_span_of(raw.data, raw.size - sizes[record->line_end]);
}

cln_status cln_decoder_note_record(cln_decoder *decoder, uint32_t row, const char *reason, cln_error *err) {
    const cln_record *record = &decoder->block->records[row];
    const bool is_over_long = decoder->reasons[row] == CLN_REASON_OVER_LONG; /* cut when it is listed */
    return add_note(decoder,
                    (cln_reject_note){.row = row,
                                      .column = -1,
                                      .reason = reason,
                                      .offset = decoder->block->offset + record->begin,
                                      .size_bytes = record->size,
                                      .raw = is_over_long ? cln_record_raw(decoder->block, record)
                                                          : without_line_end(decoder->block, record)},
                    err);
}

cln_status cln_decoder_note_cell(cln_decoder *decoder, uint32_t row, size_t column, const char *reason,
                                 cln_error *err) {
    const cln_record_block *block = decoder->block;
    cln_record_block_cut_fields(decoder->block);
    const cln_field *field = &block->fields[block->records[row].first_field + column];
    return add_note(decoder,
                    (cln_reject_note){.row = row,
                                      .column = (int32_t)column,
                                      .reason = reason,
                                      .offset = block->offset + field->begin,
                                      .size_bytes = field->size,
                                      .raw = cln_span_of(block->bytes.data + field->begin, field->size)},
                    err);
}

/* Blocks differ with the stripes, so the list must not depend on them: by
 * record, the whole record first, then by column. */
static int compare_notes(const void *a, const void *b) {
    const cln_reject_note *x = a;
    const cln_reject_note *y = b;
    if (x->row != y->row) return x->row < y->row ? -1 : 1;
    if (x->column != y->column) return x->column < y->column ? -1 : 1;
    return strcmp(x->reason, y->reason);
}

static cln_status fail_bad_cell(const cln_decoder *decoder, const cln_reject_note *note, uint64_t record,
                                cln_error *err) {
    cln_buffer shown;
    cln_buffer_init(&shown, SIZE_MAX);
    cln_status status = cln_escape_visible(beginning_of(note->raw, SHOWN_BYTES), &shown, err);
    if (status == CLN_OK) status = cln_buffer_terminate(&shown, err);
    if (status == CLN_OK) {
        status = cln_fail(
            err, CLN_ERR_DATA,
            "%s, record %" PRIu64 ", byte %" PRIu64 ", column \"%s\": \"%s\" is %s. Mend the file, or use "
            "--on-bad-cell null",
            decoder->file, record, note->offset, decoder->schema->columns[note->column].name, shown.data, note->reason);
    }
    cln_buffer_clean_up(&shown);
    return status;
}

cln_status cln_decoder_fail_on_bad_cell(const cln_decoder *decoder, uint64_t *failed_record, cln_error *err) {
    const cln_reject_note *first = NULL;
    for (size_t n = 0; n < decoder->note_count; n++) {
        const cln_reject_note *note = &decoder->notes[n];
        if (note->column >= 0 && (first == NULL || compare_notes(note, first) < 0)) first = note;
    }
    if (first == NULL) return CLN_OK;
    *failed_record = decoder->block->first_number + first->row;
    return fail_bad_cell(decoder, first, *failed_record, err);
}

/* ---- The list ---- */

static cln_status list_note(cln_decoder *decoder, const cln_reject_note *note, uint64_t number, cln_error *err) {
    const int64_t record = (int64_t)number;
    const int64_t offset = (int64_t)note->offset;
    const int64_t size_bytes = (int64_t)note->size_bytes;
    cln_span column = cln_span_of_string(note->column < 0 ? "" : decoder->schema->columns[note->column].name);
    cln_span reason = cln_span_of_string(note->reason);
    cln_span raw = note->raw;
    cln_column_builder *rejects = decoder->rejects;
    CLN_TRY(cln_column_builder_add_integers(&rejects[CLN_REJECT_RECORD], &record, 1, err));
    CLN_TRY(cln_column_builder_add_integers(&rejects[CLN_REJECT_OFFSET], &offset, 1, err));
    CLN_TRY(cln_column_builder_add_integers(&rejects[CLN_REJECT_SIZE_BYTES], &size_bytes, 1, err));
    CLN_TRY(cln_column_builder_add_texts(&rejects[CLN_REJECT_COLUMN], &column, 1, err));
    CLN_TRY(cln_column_builder_add_texts(&rejects[CLN_REJECT_REASON], &reason, 1, err));
    return cln_column_builder_add_texts(&rejects[CLN_REJECT_RAW], &raw, 1, err);
}

/* The same whichever parts of the record were kept: those that are listed are. */
static cln_status list_over_long(cln_decoder *decoder, cln_reject_note note, cln_span begin, cln_span end,
                                 uint64_t number, cln_error *err) {
    const uint64_t most = decoder->policy.max_record_bytes;
    const cln_span first = beginning_of(begin, (size_t)(most < OVER_LONG_FIRST_BYTES ? most : OVER_LONG_FIRST_BYTES));
    const uint64_t rest = note.size_bytes - first.size;
    const cln_span last = end_of(end, rest < CLN_TAIL_BYTES ? rest : CLN_TAIL_BYTES);
    cln_buffer *raw = &decoder->escape_arena;
    cln_buffer_clear(raw);
    CLN_TRY(cln_buffer_append_span(raw, first, err));
    if (rest > last.size) {
        CLN_TRY(cln_buffer_append_format(raw, err, "[... %" PRIu64 " bytes are left out ...]", rest - last.size));
    }
    CLN_TRY(cln_buffer_append_span(raw, last, err));
    note.raw = cln_buffer_span(raw);
    return list_note(decoder, &note, number, err);
}

static bool is_over_long(const cln_reject_note *note) {
    return note->reason == cln_reason_text(CLN_REASON_OVER_LONG);
}

static bool is_void(const cln_decoder *decoder, const cln_reject_note *note) {
    const bool tells_change = note->reason == cln_note_converted || note->reason == cln_note_repaired;
    return tells_change && decoder->reasons[note->row] != CLN_REASON_NONE;
}

cln_status cln_decoder_list_notes(cln_decoder *decoder, cln_error *err) {
    if (decoder->note_count == 0) return CLN_OK;
    qsort(decoder->notes, decoder->note_count, sizeof *decoder->notes, compare_notes);
    for (size_t n = 0; n < decoder->note_count; n++) {
        const cln_reject_note *note = &decoder->notes[n];
        if (is_void(decoder, note)) continue;
        const uint64_t number = decoder->block->first_number + note->row;
        CLN_TRY(is_over_long(note) ? list_over_long(decoder, *note, note->raw, note->raw, number, err)
                                   : list_note(decoder, note, number, err));
    }
    decoder->note_count = 0;
    return CLN_OK;
}

cln_status cln_decoder_list_over_long(cln_decoder *decoder, const cln_csv_run *run, cln_error *err) {
    const cln_reject_note note = {.column = -1,
                                  .reason = cln_reason_text(CLN_REASON_OVER_LONG),
                                  .offset = run->offset,
                                  .size_bytes = run->size_bytes};
    return list_over_long(decoder, note, run->bytes, run->tail, run->first_record, err);
}
