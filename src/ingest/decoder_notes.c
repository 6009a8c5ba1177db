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

/* Of an over-long record the list keeps the beginning. */
#define OVER_LONG_RAW_BYTES ((size_t)1024)

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

static cln_span without_line_end(cln_span raw) {
    if (raw.size > 0 && raw.data[raw.size - 1] == '\n') raw.size--;
    if (raw.size > 0 && raw.data[raw.size - 1] == '\r') raw.size--;
    return raw;
}

cln_status cln_decoder_note_record(cln_decoder *decoder, uint32_t row, const char *reason, cln_error *err) {
    const cln_record *record = &decoder->block->records[row];
    const cln_span raw = without_line_end(cln_record_raw(decoder->block, record));
    const bool is_over_long = decoder->reasons[row] == CLN_REASON_OVER_LONG;
    return add_note(decoder,
                    (cln_reject_note){.row = row,
                                      .column = -1,
                                      .reason = reason,
                                      .offset = decoder->block->offset + record->begin,
                                      .size_bytes = record->size,
                                      .raw = is_over_long ? beginning_of(raw, OVER_LONG_RAW_BYTES) : raw},
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
        CLN_TRY(list_note(decoder, note, decoder->block->first_number + note->row, err));
    }
    decoder->note_count = 0;
    return CLN_OK;
}

cln_status cln_decoder_list_over_long(cln_decoder *decoder, const cln_csv_run *run, cln_error *err) {
    const cln_reject_note note = {.column = -1,
                                  .reason = cln_reason_text(CLN_REASON_OVER_LONG),
                                  .offset = run->offset,
                                  .size_bytes = run->size_bytes,
                                  .raw = beginning_of(run->bytes, OVER_LONG_RAW_BYTES)};
    return list_note(decoder, &note, run->first_record, err);
}
