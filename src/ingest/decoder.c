/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/ingest/decoder.h"

#include "colonnade/base/escape.h"
#include "colonnade/base/memory.h"
#include "colonnade/base/number.h"
#include "colonnade/base/utf8.h"
#include "colonnade/ingest/text_rule.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const reason_converted = "converted from windows-1252";
static const char *const reason_repaired = "stored after repair";

/* The share of the stage's memory that the builders may fill before they move
 * their values there, and the least. */
#define FLUSH_SHARE       4
#define FLUSH_BYTES_LEAST ((size_t)64 << 10)

/* Of an over-long record the list of rejects keeps the beginning. */
#define OVER_LONG_RAW_BYTES ((size_t)1024)

const char *const cln_reject_column_names[CLN_REJECT_COLUMN_COUNT] = {"record", "offset", "size_bytes",
                                                                      "column", "reason", "raw"};

/* ---- Begin and end ---- */

static bool is_text_like(const cln_schema_column *column) {
    return column->is_auto || column->type == CLN_TYPE_CATEGORY || column->type == CLN_TYPE_TEXT;
}

static void init_builder(cln_column_builder *builder, cln_stage *stage, const cln_schema_column *column) {
    if (!is_text_like(column)) {
        cln_column_builder_init(builder, stage, column->type);
    } else if (column->is_auto) {
        cln_column_builder_init_texts(builder, stage, CLN_AUTO_CATEGORY_COUNT, CLN_AUTO_CATEGORY_BYTES,
                                      column->is_inferred);
    } else {
        const bool is_category = column->type == CLN_TYPE_CATEGORY;
        cln_column_builder_init_texts(builder, stage, is_category ? CLN_DECLARED_CATEGORY_COUNT : 0,
                                      CLN_DECLARED_CATEGORY_BYTES, false);
    }
}

static void init_reject_builders(cln_column_builder *rejects, cln_stage *stage) {
    cln_column_builder_init(&rejects[CLN_REJECT_RECORD], stage, CLN_TYPE_INTEGER);
    cln_column_builder_init(&rejects[CLN_REJECT_OFFSET], stage, CLN_TYPE_INTEGER);
    cln_column_builder_init(&rejects[CLN_REJECT_SIZE_BYTES], stage, CLN_TYPE_INTEGER);
    cln_column_builder_init_texts(&rejects[CLN_REJECT_COLUMN], stage, CLN_DECLARED_CATEGORY_COUNT,
                                  CLN_DECLARED_CATEGORY_BYTES, false);
    cln_column_builder_init_texts(&rejects[CLN_REJECT_REASON], stage, CLN_DECLARED_CATEGORY_COUNT,
                                  CLN_DECLARED_CATEGORY_BYTES, false);
    cln_column_builder_init_texts(&rejects[CLN_REJECT_RAW], stage, 0, 0, false);
}

cln_status cln_decoder_init(cln_decoder *decoder, const cln_automaton *automaton, const cln_schema *schema,
                            cln_fallback fallback, cln_decoder_policy policy, uint64_t marked_record, const char *file,
                            cln_stage *stage, cln_error *err) {
    memset(decoder, 0, sizeof *decoder);
    decoder->automaton = automaton;
    decoder->schema = schema;
    decoder->fallback = fallback;
    decoder->policy = policy;
    decoder->marked_record = marked_record;
    decoder->file = file;
    decoder->flush_bytes = (size_t)(stage->memory_limit_bytes / FLUSH_SHARE);
    if (decoder->flush_bytes < FLUSH_BYTES_LEAST) decoder->flush_bytes = FLUSH_BYTES_LEAST;
    cln_buffer_init(&decoder->escape_arena, SIZE_MAX);
    cln_buffer_init(&decoder->encoding_arena, SIZE_MAX);
    cln_column_builder_init(&decoder->record_numbers, stage, CLN_TYPE_INTEGER);
    init_reject_builders(decoder->rejects, stage);
    CLN_TRY(cln_new_array(&decoder->block, 1, sizeof *decoder->block, err));
    cln_record_block_init(decoder->block);
    CLN_TRY(cln_new_array(&decoder->columns, schema->column_count, sizeof *decoder->columns, err));
    for (size_t c = 0; c < schema->column_count; c++) init_builder(&decoder->columns[c], stage, &schema->columns[c]);
    return CLN_OK;
}

void cln_decoder_clean_up(cln_decoder *decoder) {
    if (decoder->columns != NULL) {
        for (size_t c = 0; c < decoder->schema->column_count; c++) cln_column_builder_clean_up(&decoder->columns[c]);
    }
    free(decoder->columns);
    cln_column_builder_clean_up(&decoder->record_numbers);
    for (int c = 0; c < CLN_REJECT_COLUMN_COUNT; c++) cln_column_builder_clean_up(&decoder->rejects[c]);
    if (decoder->block != NULL) cln_record_block_clean_up(decoder->block);
    free(decoder->block);
    free(decoder->notes);
    cln_buffer_clean_up(&decoder->escape_arena);
    cln_buffer_clean_up(&decoder->encoding_arena);
}

/* ---- From the builders to the stage ---- */

static size_t builder_count(const cln_decoder *decoder) {
    return 1 + CLN_REJECT_COLUMN_COUNT + decoder->schema->column_count;
}

static cln_column_builder *builder_at(cln_decoder *decoder, size_t i) {
    if (i == 0) return &decoder->record_numbers;
    if (i <= CLN_REJECT_COLUMN_COUNT) return &decoder->rejects[i - 1];
    return &decoder->columns[i - 1 - CLN_REJECT_COLUMN_COUNT];
}

/* Room that only a few large cells needed goes back. */
static void release_room(cln_decoder *decoder) {
    size_t room = decoder->escape_arena.capacity + decoder->encoding_arena.capacity;
    for (size_t i = 0; i < builder_count(decoder); i++) room += cln_column_builder_room_bytes(builder_at(decoder, i));
    if (room <= 4 * decoder->flush_bytes) return;
    for (size_t i = 0; i < builder_count(decoder); i++) cln_column_builder_release_room(builder_at(decoder, i));
    cln_buffer_clean_up(&decoder->escape_arena);
    cln_buffer_clean_up(&decoder->encoding_arena);
}

static cln_status flush(cln_decoder *decoder, cln_error *err) {
    for (size_t i = 0; i < builder_count(decoder); i++) {
        CLN_TRY(cln_column_builder_flush(builder_at(decoder, i), decoder->stripe, err));
    }
    release_room(decoder);
    return CLN_OK;
}

static cln_status flush_when_full(cln_decoder *decoder, cln_error *err) {
    size_t gathered = 0;
    for (size_t i = 0; i < builder_count(decoder); i++) {
        gathered += cln_column_builder_gathered_bytes(builder_at(decoder, i));
    }
    return gathered > decoder->flush_bytes ? flush(decoder, err) : CLN_OK;
}

cln_status cln_decoder_end(cln_decoder *decoder, cln_error *err) {
    if (!decoder->has_stripe) return CLN_OK;
    decoder->has_stripe = false;
    return flush(decoder, err);
}

/* ---- The list of rejects ---- */

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

static cln_status note_record(cln_decoder *decoder, uint32_t row, const char *reason, cln_error *err) {
    const cln_record *record = &decoder->block->records[row];
    cln_span raw = without_line_end(cln_record_raw(decoder->block, record));
    if (decoder->reasons[row] == CLN_REASON_OVER_LONG && raw.size > OVER_LONG_RAW_BYTES) raw.size = OVER_LONG_RAW_BYTES;
    return add_note(decoder,
                    (cln_reject_note){.row = row,
                                      .column = -1,
                                      .reason = reason,
                                      .offset = decoder->block->offset + record->begin,
                                      .size_bytes = record->size,
                                      .raw = raw},
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

static cln_status stage_note(cln_decoder *decoder, const cln_reject_note *note, uint64_t number, cln_error *err) {
    const int64_t record = (int64_t)number;
    const int64_t offset = (int64_t)note->offset;
    const int64_t size_bytes = (int64_t)note->size_bytes;
    const char *column = note->column < 0 ? "" : decoder->schema->columns[note->column].name;
    cln_column_builder *rejects = decoder->rejects;
    CLN_TRY(cln_column_builder_add_integers(&rejects[CLN_REJECT_RECORD], &record, 1, err));
    CLN_TRY(cln_column_builder_add_integers(&rejects[CLN_REJECT_OFFSET], &offset, 1, err));
    CLN_TRY(cln_column_builder_add_integers(&rejects[CLN_REJECT_SIZE_BYTES], &size_bytes, 1, err));
    CLN_TRY(cln_column_builder_add_text(&rejects[CLN_REJECT_COLUMN], cln_span_of_string(column), err));
    CLN_TRY(cln_column_builder_add_text(&rejects[CLN_REJECT_REASON], cln_span_of_string(note->reason), err));
    return cln_column_builder_add_text(&rejects[CLN_REJECT_RAW], note->raw, err);
}

/* What says of a record that it was stored after a change, when a bad cell has
 * rejected it since. */
static bool is_void(const cln_decoder *decoder, const cln_reject_note *note) {
    const bool tells_change = note->reason == reason_converted || note->reason == reason_repaired;
    return tells_change && decoder->reasons[note->row] != CLN_REASON_NONE;
}

static cln_status stage_notes(cln_decoder *decoder, cln_error *err) {
    if (decoder->note_count == 0) return CLN_OK;
    qsort(decoder->notes, decoder->note_count, sizeof *decoder->notes, compare_notes);
    for (size_t n = 0; n < decoder->note_count; n++) {
        const cln_reject_note *note = &decoder->notes[n];
        if (is_void(decoder, note)) continue;
        CLN_TRY(stage_note(decoder, note, decoder->block->first_number + note->row, err));
    }
    decoder->note_count = 0;
    return CLN_OK;
}

/* ---- Which records are stored ---- */

static cln_reason judge_shape(const cln_decoder *decoder, const cln_record *record) {
    const size_t columns = decoder->schema->column_count;
    if (record->size > decoder->policy.max_record_bytes) return CLN_REASON_OVER_LONG;
    if (record->field_count > columns) return CLN_REASON_TOO_MANY_FIELDS;
    if (decoder->policy.repair_malformed) return CLN_REASON_NONE;
    if (record->is_unterminated) return CLN_REASON_UNTERMINATED;
    if (record->is_malformed) return CLN_REASON_MALFORMED;
    return record->field_count < columns ? CLN_REASON_TOO_FEW_FIELDS : CLN_REASON_NONE;
}

/* Decides for a record that is not UTF-8. */
static cln_status judge_encoding(cln_decoder *decoder, uint32_t row, cln_error *err) {
    const cln_span raw = cln_record_raw(decoder->block, &decoder->block->records[row]);
    if (cln_utf8_is_valid(raw)) return CLN_OK;
    bool is_defined = false;
    if (decoder->fallback == CLN_FALLBACK_WINDOWS_1252) {
        cln_buffer_clear(&decoder->encoding_arena);
        CLN_TRY(cln_utf8_from_windows_1252(raw, &decoder->encoding_arena, &is_defined, err));
    }
    if (is_defined)
        decoder->is_converted[row] = true;
    else
        decoder->reasons[row] = CLN_REASON_ENCODING;
    return CLN_OK;
}

static bool is_repaired(const cln_decoder *decoder, const cln_record *record) {
    return record->is_malformed || record->field_count < decoder->schema->column_count;
}

static cln_status judge_records(cln_decoder *decoder, bool all_utf8, cln_error *err) {
    for (uint32_t row = 0; row < decoder->block->record_count; row++) {
        const cln_record *record = &decoder->block->records[row];
        decoder->reasons[row] = (uint8_t)judge_shape(decoder, record);
        decoder->is_converted[row] = false;
        if (!all_utf8 && decoder->reasons[row] == CLN_REASON_NONE) CLN_TRY(judge_encoding(decoder, row, err));
        if (decoder->reasons[row] != CLN_REASON_NONE) {
            CLN_TRY(note_record(decoder, row, cln_reason_text((cln_reason)decoder->reasons[row]), err));
            continue;
        }
        if (decoder->is_converted[row]) CLN_TRY(note_record(decoder, row, reason_converted, err));
        if (is_repaired(decoder, record)) CLN_TRY(note_record(decoder, row, reason_repaired, err));
    }
    return CLN_OK;
}

/* ---- Cells ---- */

static const cln_field *field_of(const cln_decoder *decoder, uint32_t row, size_t column) {
    const cln_record *record = &decoder->block->records[row];
    return column < record->field_count ? &decoder->block->fields[record->first_field + column] : NULL;
}

/* The content of a cell as UTF-8; empty where a repaired record has none. The
 * encoding is decided for the record as a whole. */
static cln_status cell_content(cln_decoder *decoder, uint32_t row, size_t column, cln_span *content, cln_error *err) {
    const cln_field *field = field_of(decoder, row, column);
    if (field == NULL) {
        *content = cln_span_of("", 0);
        return CLN_OK;
    }
    CLN_TRY(cln_field_content(decoder->automaton, decoder->block, field, &decoder->escape_arena, content, err));
    if (!decoder->is_converted[row]) return CLN_OK;
    bool is_defined; /* it is: the whole record was looked at */
    cln_buffer_clear(&decoder->encoding_arena);
    CLN_TRY(cln_utf8_from_windows_1252(*content, &decoder->encoding_arena, &is_defined, err));
    *content = cln_buffer_span(&decoder->encoding_arena);
    return CLN_OK;
}

static bool parse_time(const cln_schema_column *column, cln_span text, int64_t *value) {
    for (size_t f = 0; f < column->format_count; f++) {
        if (cln_date_parse(&column->formats[f], text, value)) return true;
    }
    return false;
}

static bool parse_cell(cln_decoder *decoder, const cln_schema_column *column, uint32_t row, cln_span text) {
    switch (column->type) {
    case CLN_TYPE_INTEGER:
        return cln_parse_integer(text, &decoder->integers[row]);
    case CLN_TYPE_DOUBLE:
        return cln_parse_double(text, &decoder->doubles[row]);
    case CLN_TYPE_BOOLEAN:
        return cln_parse_boolean(text, &decoder->integers[row]);
    case CLN_TYPE_TIMESTAMP:
        return parse_time(column, text, &decoder->integers[row]);
    case CLN_TYPE_CATEGORY:
    case CLN_TYPE_TEXT:
        break;
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
    const cln_field *field = field_of(decoder, row, column);
    if (decoder->policy.on_bad_cell == CLN_ON_BAD_REJECT && decoder->reasons[row] == CLN_REASON_NONE) {
        CLN_TRY(note_record(decoder, row, cln_reason_text(CLN_REASON_BAD_CELL), err));
        decoder->reasons[row] = CLN_REASON_BAD_CELL;
    }
    return add_note(decoder,
                    (cln_reject_note){.row = row,
                                      .column = (int32_t)column,
                                      .reason = bad_cell_reason(decoder->schema->columns[column].type),
                                      .offset = decoder->block->offset + field->begin,
                                      .size_bytes = field->size,
                                      .raw = cln_span_of(decoder->block->bytes.data + field->begin, field->size)},
                    err);
}

/* Parses one column of the block into integers or doubles. */
static cln_status parse_column(cln_decoder *decoder, size_t column, cln_error *err) {
    const cln_schema_column *schema = &decoder->schema->columns[column];
    for (uint32_t row = 0; row < decoder->block->record_count; row++) {
        decoder->integers[row] = CLN_NULL_INTEGER;
        decoder->doubles[row] = NAN;
        const uint8_t reason = decoder->reasons[row];
        if (reason != CLN_REASON_NONE && reason != CLN_REASON_BAD_CELL) continue;
        cln_span content;
        CLN_TRY(cell_content(decoder, row, column, &content, err));
        const cln_span text = cln_span_trim(content);
        if (text.size == 0 || parse_cell(decoder, schema, row, text)) continue;
        decoder->integers[row] = CLN_NULL_INTEGER;
        decoder->doubles[row] = NAN;
        CLN_TRY(take_bad_cell(decoder, row, column, err));
    }
    return CLN_OK;
}

/* `fail`: the first bad cell of the block in file order ends the ingest. */
static cln_status fail_on_bad_cell(cln_decoder *decoder, uint64_t *failed_record, cln_error *err) {
    const cln_reject_note *first = NULL;
    for (size_t n = 0; n < decoder->note_count; n++) {
        const cln_reject_note *note = &decoder->notes[n];
        if (note->column >= 0 && (first == NULL || compare_notes(note, first) < 0)) first = note;
    }
    if (first == NULL) return CLN_OK;
    *failed_record = decoder->block->first_number + first->row;
    cln_buffer shown;
    cln_buffer_init(&shown, SIZE_MAX);
    const cln_span beginning = cln_span_of(first->raw.data, first->raw.size < 80 ? first->raw.size : 80);
    cln_status status = cln_escape_visible(beginning, &shown, err);
    if (status == CLN_OK) status = cln_buffer_terminate(&shown, err);
    if (status == CLN_OK) {
        status =
            cln_fail(err, CLN_ERR_DATA,
                     "%s, record %" PRIu64 ", byte %" PRIu64 ", column \"%s\": \"%s\" is %s. Mend the file, or use "
                     "--on-bad-cell null",
                     decoder->file, *failed_record, first->offset, decoder->schema->columns[first->column].name,
                     shown.data, first->reason);
    }
    cln_buffer_clean_up(&shown);
    return status;
}

/* Adds the parsed values of the rows that are stored, run by run. */
static cln_status add_parsed(cln_decoder *decoder, size_t column, cln_error *err) {
    cln_column_builder *builder = &decoder->columns[column];
    const bool is_double = decoder->schema->columns[column].type == CLN_TYPE_DOUBLE;
    const size_t count = decoder->block->record_count;
    for (size_t begin = 0; begin < count;) {
        size_t end = begin;
        while (end < count && decoder->reasons[end] == CLN_REASON_NONE) end++;
        if (end > begin && is_double) {
            CLN_TRY(cln_column_builder_add_doubles(builder, decoder->doubles + begin, end - begin, err));
        } else if (end > begin) {
            CLN_TRY(cln_column_builder_add_integers(builder, decoder->integers + begin, end - begin, err));
        }
        begin = end + 1;
    }
    return CLN_OK;
}

static cln_status add_texts(cln_decoder *decoder, size_t column, cln_error *err) {
    const cln_config_column *declared = decoder->schema->columns[column].declared;
    for (uint32_t row = 0; row < decoder->block->record_count; row++) {
        if (decoder->reasons[row] != CLN_REASON_NONE) continue;
        cln_span content;
        CLN_TRY(cell_content(decoder, row, column, &content, err));
        CLN_TRY(cln_column_builder_add_text(&decoder->columns[column], cln_text_rule_cut(declared, content), err));
    }
    return CLN_OK;
}

/* Columns that can reject a record come first. With one such policy the
 * values of a column are parsed twice: before and after the decision. */
static cln_status decode_columns(cln_decoder *decoder, uint64_t *failed_record, cln_error *err) {
    const size_t columns = decoder->schema->column_count;
    if (decoder->policy.on_bad_cell != CLN_ON_BAD_NULL) {
        for (size_t c = 0; c < columns; c++) {
            if (!is_text_like(&decoder->schema->columns[c])) CLN_TRY(parse_column(decoder, c, err));
        }
        if (decoder->policy.on_bad_cell == CLN_ON_BAD_FAIL) CLN_TRY(fail_on_bad_cell(decoder, failed_record, err));
    }
    const size_t notes_before = decoder->note_count;
    for (size_t c = 0; c < columns; c++) {
        if (is_text_like(&decoder->schema->columns[c])) {
            CLN_TRY(add_texts(decoder, c, err));
            continue;
        }
        CLN_TRY(parse_column(decoder, c, err));
        CLN_TRY(add_parsed(decoder, c, err));
    }
    if (decoder->policy.on_bad_cell != CLN_ON_BAD_NULL) decoder->note_count = notes_before;
    return CLN_OK;
}

/* ---- Blocks ---- */

static bool is_ascii(cln_span bytes) {
    for (size_t i = 0; i < bytes.size; i++) {
        if ((unsigned char)bytes.data[i] >= 0x80) return false;
    }
    return true;
}

static void count_converted_cells(cln_decoder *decoder, uint32_t row) {
    const cln_record *record = &decoder->block->records[row];
    decoder->account.records_converted++;
    for (uint32_t f = 0; f < record->field_count; f++) {
        const cln_field *field = &decoder->block->fields[record->first_field + f];
        const cln_span raw = cln_span_of(decoder->block->bytes.data + field->begin, field->size);
        decoder->account.cells_converted += !is_ascii(raw);
    }
}

static cln_status account_block(cln_decoder *decoder, cln_error *err) {
    cln_account_block(&decoder->account, decoder->block);
    for (uint32_t row = 0; row < decoder->block->record_count; row++) {
        const cln_reason reason = (cln_reason)decoder->reasons[row];
        cln_account_record(&decoder->account, decoder->block->records[row].size, reason);
        if (reason != CLN_REASON_NONE) continue;
        if (decoder->is_converted[row]) count_converted_cells(decoder, row);
        const int64_t number = (int64_t)(decoder->block->first_number + row);
        CLN_TRY(cln_column_builder_add_integers(&decoder->record_numbers, &number, 1, err));
    }
    for (size_t n = 0; n < decoder->note_count; n++) {
        const cln_reject_note *note = &decoder->notes[n];
        decoder->account.cells_bad += note->column >= 0 && decoder->reasons[note->row] == CLN_REASON_NONE;
    }
    return CLN_OK;
}

static void look_for_sample_mark(cln_decoder *decoder) {
    const cln_record_block *block = decoder->block;
    if (block->record_count == 0 || block->first_number != decoder->marked_record) return;
    const cln_span raw = cln_record_raw(block, &block->records[0]);
    const size_t size = strlen(CLN_SAMPLE_MARK);
    for (size_t i = 0; i + size <= raw.size; i++) {
        if (memcmp(raw.data + i, CLN_SAMPLE_MARK, size) == 0) decoder->is_sample = true;
    }
}

static cln_status decode_block(cln_decoder *decoder, bool all_utf8, uint64_t *failed_record, cln_error *err) {
    look_for_sample_mark(decoder);
    CLN_TRY(judge_records(decoder, all_utf8, err));
    CLN_TRY(decode_columns(decoder, failed_record, err));
    CLN_TRY(account_block(decoder, err));
    CLN_TRY(stage_notes(decoder, err));
    return flush_when_full(decoder, err);
}

/* A record of which only the beginning was kept. */
static cln_status reject_over_long(cln_decoder *decoder, const cln_csv_run *run, cln_error *err) {
    const size_t kept = run->bytes.size < OVER_LONG_RAW_BYTES ? run->bytes.size : OVER_LONG_RAW_BYTES;
    const cln_reject_note note = {.column = -1,
                                  .reason = cln_reason_text(CLN_REASON_OVER_LONG),
                                  .offset = run->offset,
                                  .size_bytes = run->size_bytes,
                                  .raw = cln_span_of(run->bytes.data, kept)};
    cln_account_record(&decoder->account, run->size_bytes, CLN_REASON_OVER_LONG);
    return stage_note(decoder, &note, run->first_record, err);
}

cln_status cln_decoder_take(void *context, const cln_csv_run *run, uint64_t *failed_record, cln_error *err) {
    cln_decoder *decoder = context;
    if (decoder->stripe != run->stripe) CLN_TRY(cln_decoder_end(decoder, err));
    decoder->has_stripe = true;
    decoder->stripe = run->stripe;
    if (run->size_bytes > run->bytes.size) return reject_over_long(decoder, run, err);
    const bool all_utf8 = cln_utf8_is_valid(run->bytes);
    cln_splitter splitter;
    cln_splitter_init(&splitter, decoder->automaton, run->bytes, run->offset, run->first_record);
    splitter.max_fields = decoder->schema->column_count; /* a record with more is rejected */
    for (;;) {
        bool more;
        CLN_TRY(cln_splitter_next(&splitter, decoder->block, &more, err));
        if (!more) return CLN_OK;
        CLN_TRY(decode_block(decoder, all_utf8, failed_record, err));
    }
}
