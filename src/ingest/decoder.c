/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/ingest/decoder.h"

#include "colonnade/base/memory.h"
#include "colonnade/base/profile.h"
#include "decoder_parts.h"
#include "recent_texts.h"
#include "recent_values.h"

#include <stdlib.h>
#include <string.h>

/* The share of the stage's memory that the builders may fill before they move
 * their values there, and the least. */
#define FLUSH_SHARE       4
#define FLUSH_BYTES_LEAST ((size_t)64 << 10)

/* The share that the tables of texts may take besides, all columns together,
 * and the share of that for texts that came lately. */
#define TABLE_SHARE  2
#define RECENT_SHARE 2

/* ---- Begin and end ---- */

static void init_text_builder(cln_column_builder *builder, cln_stage *stage, const cln_schema_column *column) {
    if (column->is_auto) {
        cln_column_builder_init_texts(builder, stage, CLN_AUTO_CATEGORY_COUNT, CLN_AUTO_CATEGORY_BYTES,
                                      column->is_inferred);
    } else {
        const bool is_category = column->type == CLN_TYPE_CATEGORY;
        cln_column_builder_init_texts(builder, stage, is_category ? CLN_DECLARED_CATEGORY_COUNT : 0,
                                      CLN_DECLARED_CATEGORY_BYTES, false);
    }
    cln_column_builder_cut_texts(builder, column->declared);
}

static void init_builder(cln_column_builder *builder, cln_stage *stage, const cln_schema_column *column) {
    if (cln_is_text_like(column))
        init_text_builder(builder, stage, column);
    else
        cln_column_builder_init(builder, stage, column->type);
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

/* The fewer categories, the more recent texts each of them keeps. */
static void share_recent_texts(cln_decoder *decoder) {
    const cln_schema *schema = decoder->schema;
    size_t categories = 1;
    for (size_t c = 0; c < schema->column_count; c++) categories += cln_is_text_like(&schema->columns[c]);
    const size_t slots = decoder->table_bytes / RECENT_SHARE / (CLN_RECENT_CELL_BYTES + sizeof(uint64_t)) / categories;
    for (size_t c = 0; c < schema->column_count; c++) {
        cln_column_builder *builder = &decoder->columns[c];
        while (builder->recent_limit > slots) builder->recent_limit /= 2;
    }
}

/* What columns may take for their recent values, all together: the first ones
 * have them. */
enum { RECENT_COLUMNS = 64, RECENT_TIMES = 366, RECENT_BOOLEANS = 8 };

static cln_status init_recent_values(cln_decoder *decoder, cln_error *err) {
    const cln_schema *schema = decoder->schema;
    CLN_TRY(cln_new_array(&decoder->recent, schema->column_count, sizeof *decoder->recent, err));
    size_t left = RECENT_COLUMNS;
    for (size_t c = 0; left > 0 && c < schema->column_count; c++) {
        const cln_schema_column *column = &schema->columns[c];
        const bool is_time = column->type == CLN_TYPE_TIMESTAMP;
        if (cln_is_text_like(column) || (!is_time && column->type != CLN_TYPE_BOOLEAN)) continue;
        CLN_TRY(cln_recent_values_init(&decoder->recent[c], is_time ? RECENT_TIMES : RECENT_BOOLEANS, err));
        left--;
    }
    return CLN_OK;
}

cln_status cln_decoder_init(cln_decoder *decoder, const cln_automaton *automaton, const cln_schema *schema,
                            cln_fallback fallback, cln_decoder_policy policy, const char *file, cln_stage *stage,
                            cln_error *err) {
    memset(decoder, 0, sizeof *decoder);
    decoder->automaton = automaton;
    decoder->schema = schema;
    decoder->fallback = fallback;
    decoder->policy = policy;
    decoder->file = file;
    decoder->flush_bytes = (size_t)(stage->memory_limit_bytes / FLUSH_SHARE);
    if (decoder->flush_bytes < FLUSH_BYTES_LEAST) decoder->flush_bytes = FLUSH_BYTES_LEAST;
    decoder->table_bytes = (size_t)(stage->memory_limit_bytes / TABLE_SHARE);
    cln_buffer_init(&decoder->cell_arena, SIZE_MAX);
    cln_buffer_init(&decoder->escape_arena, SIZE_MAX);
    cln_buffer_init(&decoder->encoding_arena, SIZE_MAX);
    cln_column_builder_init(&decoder->record_numbers, stage, CLN_TYPE_INTEGER);
    init_reject_builders(decoder->rejects, stage);
    CLN_TRY(cln_new_array(&decoder->block, 1, sizeof *decoder->block, err));
    cln_record_block_init(decoder->block);
    CLN_TRY(cln_new_array(&decoder->columns, schema->column_count, sizeof *decoder->columns, err));
    for (size_t c = 0; c < schema->column_count; c++) init_builder(&decoder->columns[c], stage, &schema->columns[c]);
    share_recent_texts(decoder);
    return init_recent_values(decoder, err);
}

static void clean_up_arenas(cln_decoder *decoder) {
    cln_buffer_clean_up(&decoder->cell_arena);
    cln_buffer_clean_up(&decoder->escape_arena);
    cln_buffer_clean_up(&decoder->encoding_arena);
}

void cln_decoder_clean_up(cln_decoder *decoder) {
    if (decoder->columns != NULL) {
        for (size_t c = 0; c < decoder->schema->column_count; c++) cln_column_builder_clean_up(&decoder->columns[c]);
    }
    free(decoder->columns);
    for (size_t c = 0; decoder->recent != NULL && c < decoder->schema->column_count; c++) {
        cln_recent_values_clean_up(&decoder->recent[c]);
    }
    free(decoder->recent);
    cln_column_builder_clean_up(&decoder->record_numbers);
    for (int c = 0; c < CLN_REJECT_COLUMN_COUNT; c++) cln_column_builder_clean_up(&decoder->rejects[c]);
    if (decoder->block != NULL) cln_record_block_clean_up(decoder->block);
    free(decoder->block);
    free(decoder->notes);
    clean_up_arenas(decoder);
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
    size_t room = decoder->cell_arena.capacity + decoder->escape_arena.capacity + decoder->encoding_arena.capacity;
    for (size_t i = 0; i < builder_count(decoder); i++) room += cln_column_builder_room_bytes(builder_at(decoder, i));
    if (room <= 4 * decoder->flush_bytes) return;
    for (size_t i = 0; i < builder_count(decoder); i++) cln_column_builder_release_room(builder_at(decoder, i));
    clean_up_arenas(decoder);
}

static cln_status flush(cln_decoder *decoder, cln_error *err) {
    const double lap = cln_profile_now();
    for (size_t i = 0; i < builder_count(decoder); i++) {
        CLN_TRY(cln_column_builder_flush(builder_at(decoder, i), decoder->stripe, err));
    }
    release_room(decoder);
    (void)cln_profile_lap(CLN_PHASE_STAGE, lap);
    return CLN_OK;
}

/* The column whose table of texts is the largest is the one that is least
 * likely to be a category in the end. */
static cln_status spell_largest(cln_decoder *decoder, size_t *table_bytes, cln_error *err) {
    cln_column_builder *largest = builder_at(decoder, 0);
    for (size_t i = 1; i < builder_count(decoder); i++) {
        cln_column_builder *builder = builder_at(decoder, i);
        if (cln_column_builder_table_bytes(builder) > cln_column_builder_table_bytes(largest)) largest = builder;
    }
    *table_bytes -= cln_column_builder_table_bytes(largest);
    return cln_column_builder_spell(largest, err);
}

static cln_status flush_when_full(cln_decoder *decoder, cln_error *err) {
    size_t gathered = 0, table_bytes = 0;
    for (size_t i = 0; i < builder_count(decoder); i++) {
        gathered += cln_column_builder_gathered_bytes(builder_at(decoder, i));
        table_bytes += cln_column_builder_table_bytes(builder_at(decoder, i));
    }
    while (table_bytes > decoder->table_bytes) CLN_TRY(spell_largest(decoder, &table_bytes, err));
    return gathered > decoder->flush_bytes ? flush(decoder, err) : CLN_OK;
}

cln_status cln_decoder_end(cln_decoder *decoder, cln_error *err) {
    if (!decoder->has_stripe) return CLN_OK;
    decoder->has_stripe = false;
    return flush(decoder, err);
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
    size_t stored = 0;
    for (uint32_t row = 0; row < decoder->block->record_count; row++) {
        const cln_reason reason = (cln_reason)decoder->reasons[row];
        cln_account_record(&decoder->account, decoder->block->records[row].size, reason);
        if (reason != CLN_REASON_NONE) continue;
        if (decoder->is_converted[row]) count_converted_cells(decoder, row);
        decoder->integers[stored++] = (int64_t)(decoder->block->first_number + row);
    }
    for (size_t n = 0; n < decoder->note_count; n++) {
        const cln_reject_note *note = &decoder->notes[n];
        decoder->account.cells_bad += note->column >= 0 && decoder->reasons[note->row] == CLN_REASON_NONE;
    }
    return cln_column_builder_add_integers(&decoder->record_numbers, decoder->integers, stored, err);
}

static cln_status decode_block(cln_decoder *decoder, uint64_t *failed_record, cln_error *err) {
    double lap = cln_profile_now();
    if (!decoder->is_sample) decoder->is_sample = cln_sample_is_marked(cln_decoder_block_bytes(decoder));
    (void)cln_profile_lap(CLN_PHASE_JUDGE, lap);
    CLN_TRY(cln_decoder_judge(decoder, err));
    CLN_TRY(cln_decoder_add_cells(decoder, failed_record, err));
    lap = cln_profile_now();
    CLN_TRY(account_block(decoder, err));
    CLN_TRY(cln_decoder_list_notes(decoder, err));
    (void)cln_profile_lap(CLN_PHASE_JUDGE, lap);
    return flush_when_full(decoder, err);
}

cln_status cln_decoder_take(void *context, const cln_csv_run *run, uint64_t *failed_record, cln_error *err) {
    cln_decoder *decoder = context;
    if (decoder->stripe != run->stripe) CLN_TRY(cln_decoder_end(decoder, err));
    decoder->has_stripe = true;
    decoder->stripe = run->stripe;
    if (run->size_bytes > run->bytes.size) { /* only its ends were kept */
        cln_account_record(&decoder->account, run->size_bytes, CLN_REASON_OVER_LONG);
        return cln_decoder_list_over_long(decoder, run, err);
    }
    cln_splitter splitter;
    cln_splitter_init(&splitter, decoder->automaton, run->bytes, run->offset, run->first_record);
    splitter.max_fields = decoder->schema->column_count; /* a record with more is rejected */
    splitter.defers_fields = true;
    for (;;) {
        bool more;
        const double lap = cln_profile_now();
        CLN_TRY(cln_splitter_next(&splitter, decoder->block, &more, err));
        (void)cln_profile_lap(CLN_PHASE_SPLIT, lap);
        if (!more) return CLN_OK;
        CLN_TRY(decode_block(decoder, failed_record, err));
    }
}
