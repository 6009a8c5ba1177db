/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/csv/record_block.h"

#include "colonnade/base/memory.h"
#include "colonnade/csv/quoting.h"
#include "regular_block.h"

#include <stdlib.h>
#include <string.h>

void cln_record_block_init(cln_record_block *block) {
    block->fields = NULL;
    block->field_capacity = 0;
    block->ends = NULL;
    block->end_capacity = 0;
    block->end_columns = 0;
    block->field_count = 0;
    block->record_count = 0;
}

void cln_record_block_clean_up(cln_record_block *block) {
    free(block->fields);
    free(block->ends);
    cln_record_block_init(block);
}

void cln_splitter_init(cln_splitter *splitter, const cln_automaton *automaton, cln_span bytes, uint64_t offset,
                       uint64_t first_number) {
    *splitter = (cln_splitter){
        .automaton = automaton, .bytes = bytes, .offset = offset, .next_number = first_number, .max_fields = SIZE_MAX};
}

/* ---- Where the splitter stands ---- */

/* The item and the field that are open at the position. */
typedef struct cursor {
    const cln_automaton *automaton;
    cln_span bytes;
    cln_record_block *block;
    size_t position;
    size_t item_begin;
    size_t field_begin;
    size_t first_field; /* of the open record */
    size_t max_fields;  /* of a record that are kept */
    uint32_t unkept;    /* fields of the open record that are not */
    bool is_full;       /* the block takes no more records */
    uint8_t state;
    bool has_doubled;     /* the open field has a doubled quote */
    bool is_malformed;    /* the open record */
    bool is_unterminated; /* ... ends between quotes */
    bool is_field_malformed;
} cursor;

/* The open field ends before position. Its content is a run of the bytes,
 * unless it holds doubled quotes or text behind a closing quote. */
static void end_field(cursor *c, size_t position) {
    cln_field *field = &c->block->fields[c->block->field_count];
    if (c->block->field_count - c->first_field < c->max_fields) {
        c->block->field_count++;
    } else {
        c->unkept++; /* the room is written to, but the next field takes it */
    }
    const char first = position > c->field_begin ? c->bytes.data[c->field_begin] : '\0';
    const bool is_quoted = position > c->field_begin && c->automaton->has_quote && first == (char)c->automaton->quote;
    const bool has_escapes = c->has_doubled || c->is_field_malformed;
    const bool cut_quotes = is_quoted && !has_escapes;
    const size_t closing = c->is_unterminated ? 0 : 1;
    field->begin = (uint32_t)(c->field_begin + cut_quotes);
    field->size = (uint32_t)(position - field->begin - (cut_quotes ? closing : 0));
    field->is_quoted = is_quoted;
    field->has_escapes = has_escapes;
    c->block->quoted_field_count += is_quoted;
    if (has_escapes) cln_record_block_add_escaped(c->block, (size_t)(field - c->block->fields));
    c->field_begin = position + 1;
    c->has_doubled = false;
    c->is_field_malformed = false;
}

/* What the byte at position, a line end (or the end of the bytes), ends. */
static cln_line_end line_end_at(const cursor *c, size_t position) {
    if (position == c->bytes.size) return CLN_LINE_END_NONE;
    if (c->bytes.data[position] == '\n') return CLN_LINE_END_LF;
    const bool is_crlf = position + 1 < c->bytes.size && c->bytes.data[position + 1] == '\n';
    return is_crlf ? CLN_LINE_END_CRLF : CLN_LINE_END_CR;
}

static void begin_item(cursor *c, size_t position) {
    c->item_begin = position;
    c->field_begin = position;
    c->first_field = c->block->field_count;
    c->unkept = 0;
    c->is_malformed = false;
    c->is_unterminated = false;
}

/* The open item ends with the line end at position: a record, whose last
 * field has ended, or an empty line. */
static void end_item(cursor *c, size_t position) {
    static const size_t line_end_bytes[] = {
        [CLN_LINE_END_LF] = 1, [CLN_LINE_END_CRLF] = 2, [CLN_LINE_END_CR] = 1, [CLN_LINE_END_NONE] = 0};
    const cln_line_end line_end = line_end_at(c, position);
    const size_t end = position + line_end_bytes[line_end];
    cln_record_block *block = c->block;
    if (block->field_count == c->first_field) {
        block->blank_line_count++;
        block->blank_bytes += end - c->item_begin;
    } else {
        block->records[block->record_count++] =
            (cln_record){.begin = (uint32_t)c->item_begin,
                         .size = (uint32_t)(end - c->item_begin),
                         .first_field = (uint32_t)c->first_field,
                         .field_count = (uint32_t)(block->field_count - c->first_field) + c->unkept,
                         .line_end = (uint8_t)line_end,
                         .is_malformed = c->is_malformed,
                         .is_unterminated = c->is_unterminated};
        block->unkept_field_count += c->unkept;
        c->is_full = cln_record_block_is_full(block);
    }
    begin_item(c, end);
}

/* ---- Byte by byte ---- */

static void step(cursor *c, size_t position) {
    const uint8_t before = c->state;
    const cln_csv_step step = cln_automaton_step(c->automaton, before, c->bytes.data[position]);
    if (step.actions & CLN_CSV_MALFORMED) {
        c->is_malformed = true;
        c->is_unterminated = before == CLN_CSV_QUOTED;
        c->is_field_malformed = before == CLN_CSV_QUOTE;
    }
    c->block->literal_quote_count += (step.actions & CLN_CSV_LITERAL_QUOTE) != 0;
    c->has_doubled |= before == CLN_CSV_QUOTE && step.next == CLN_CSV_QUOTED;
    if (step.actions & CLN_CSV_END_FIELD) end_field(c, position);
    if (step.actions & (CLN_CSV_END_RECORD | CLN_CSV_BLANK)) end_item(c, position);
    c->state = step.next;
}

static void step_until(cursor *c, size_t end) {
    while (c->position < end && !c->is_full) {
        step(c, c->position);
        c->position++;
    }
}

/* ---- 64 bytes at a time ---- */

/* The line end at position ends an item; false when the block is full. */
static inline bool take_line_end(cursor *c, size_t position) {
    end_item(c, position);
    if (!c->is_full) return true;
    c->position = c->item_begin;
    c->state = CLN_CSV_START;
    return false;
}

static void finish_group(cursor *c, const cln_groups *groups, size_t g) {
    c->position += CLN_MASK_BYTES;
    c->state = cln_structure_end_state(&groups->masks, &groups->structure, g);
}

/* Takes a clean group at the position: visits its delimiters and line ends. */
static void take_group(cursor *c, const cln_groups *groups, size_t g) {
    const cln_structure *structure = &groups->structure;
    uint64_t doubled = structure->doubled[g];
    for (uint64_t ends = structure->delimiters[g] | structure->line_ends[g]; ends != 0; ends &= ends - 1) {
        const uint64_t bit = ends & -ends;
        const size_t position = c->position + (size_t)__builtin_ctzll(ends);
        if (doubled & (bit - 1)) {
            c->has_doubled = true;
            doubled &= ~(bit - 1);
        }
        const bool is_line_end = (structure->line_ends[g] & bit) != 0;
        if (!is_line_end || position > c->item_begin) end_field(c, position);
        if (is_line_end && !take_line_end(c, position)) return;
    }
    c->has_doubled |= doubled != 0;
    finish_group(c, groups, g);
}

/* Where the kept fields of the open record end. */
static cln_field *end_of_kept(const cursor *c) {
    const size_t room = c->block->field_capacity - c->first_field;
    return c->block->fields + c->first_field + (c->max_fields < room ? c->max_fields : room);
}

/* Ends one field after the other at the delimiters of a group: fields of
 * which nothing has to be known but where they stand. */
static void end_plain_fields(cursor *c, uint64_t delimiters) {
    cln_field *field = c->block->fields + c->block->field_count;
    const cln_field *const kept_end = end_of_kept(c);
    uint32_t begin = (uint32_t)c->field_begin;
    uint32_t unkept = 0;
    for (; delimiters != 0; delimiters &= delimiters - 1) {
        const uint32_t position = (uint32_t)c->position + (uint32_t)__builtin_ctzll(delimiters);
        *field = (cln_field){.begin = begin, .size = position - begin};
        const bool is_kept = field < kept_end;
        field += is_kept;
        unkept += !is_kept;
        begin = position + 1;
    }
    c->block->field_count = (size_t)(field - c->block->fields);
    c->field_begin = begin;
    c->unkept += unkept;
}

/* The same for a group without any quote that begins outside of quotes: only
 * the field that is open at its beginning may be quoted. */
static void take_plain_group(cursor *c, const cln_groups *groups, size_t g) {
    uint64_t delimiters = groups->structure.delimiters[g];
    uint64_t line_ends = groups->structure.line_ends[g];
    const uint64_t ends = delimiters | line_ends;
    const uint64_t first = ends & -ends;
    if (delimiters & first) {
        end_field(c, c->position + (size_t)__builtin_ctzll(ends));
        delimiters ^= first;
    }
    for (; line_ends != 0; line_ends &= line_ends - 1) {
        const uint64_t line_end = line_ends & -line_ends;
        end_plain_fields(c, delimiters & (line_end - 1));
        delimiters &= ~(line_end - 1);
        const size_t position = c->position + (size_t)__builtin_ctzll(line_ends);
        if (position > c->item_begin) end_field(c, position);
        if (!take_line_end(c, position)) return;
    }
    end_plain_fields(c, delimiters);
    finish_group(c, groups, g);
}

static inline bool is_plain(const cursor *c, const cln_groups *groups, size_t g) {
    return groups->masks.quote[g] == 0 && c->state != CLN_CSV_QUOTED && c->state != CLN_CSV_QUOTE;
}

static cln_status reserve_fields(cln_record_block *block, size_t more, cln_error *err) {
    return cln_grow_array(&block->fields, &block->field_capacity, block->field_count + more, sizeof *block->fields,
                          err);
}

/* Takes the groups at the position up to one that is not clean, and that one
 * byte by byte. */
static cln_status take_groups(cursor *c, cln_error *err) {
    cln_groups groups;
    const size_t count = cln_group_count(c->bytes.size - c->position);
    CLN_TRY(reserve_fields(c->block, count * CLN_MASK_BYTES + 1, err));
    cln_groups_find(c->automaton, c->bytes.data + c->position, count, c->state, &groups);
    for (size_t g = 0; g < groups.count && !c->is_full; g++) {
        if (is_plain(c, &groups, g))
            take_plain_group(c, &groups, g);
        else
            take_group(c, &groups, g);
    }
    if (groups.count < count) step_until(c, c->position + CLN_MASK_BYTES);
    return CLN_OK;
}

/* ---- Blocks ---- */

/* The end of the bytes ends an open record. */
static void end_open_record(cursor *c) {
    if (!cln_csv_state_is_open(c->state)) return;
    if (c->state == CLN_CSV_QUOTED) {
        c->is_malformed = true;
        c->is_unterminated = true;
    }
    end_field(c, c->bytes.size);
    end_item(c, c->bytes.size);
}

static void begin_block(const cln_splitter *splitter, cln_record_block *block) {
    block->bytes = splitter->bytes;
    block->offset = splitter->offset;
    block->first_number = splitter->next_number;
    block->record_count = 0;
    block->field_count = 0;
    block->end_columns = 0;
    block->escaped_field_count = 0;
    block->unkept_field_count = 0;
    block->blank_line_count = 0;
    block->blank_bytes = 0;
    block->literal_quote_count = 0;
    block->quoted_field_count = 0;
}

cln_status cln_splitter_next(cln_splitter *splitter, cln_record_block *block, bool *more, cln_error *err) {
    begin_block(splitter, block);
    CLN_TRY(cln_regular_block_cut(splitter, block, err));
    cursor c = {.automaton = splitter->automaton,
                .bytes = splitter->bytes,
                .block = block,
                .position = splitter->position,
                .max_fields = splitter->max_fields,
                .is_full = cln_record_block_is_full(block),
                .state = CLN_CSV_START};
    begin_item(&c, splitter->position);
    while (!c.is_full && c.position < c.bytes.size) {
        if (c.bytes.size - c.position >= CLN_MASK_BYTES) {
            CLN_TRY(take_groups(&c, err));
        } else {
            CLN_TRY(reserve_fields(block, CLN_MASK_BYTES + 1, err));
            step_until(&c, c.bytes.size);
        }
    }
    if (!c.is_full) end_open_record(&c);
    splitter->position = c.is_full ? c.item_begin : c.bytes.size;
    splitter->next_number += block->record_count;
    *more = block->record_count > 0 || block->blank_line_count > 0;
    return CLN_OK;
}

cln_status cln_field_content(const cln_automaton *automaton, const cln_record_block *block, const cln_field *field,
                             cln_buffer *arena, cln_span *content, cln_error *err) {
    const cln_span raw = cln_span_of(block->bytes.data + field->begin, field->size);
    *content = raw;
    if (!field->has_escapes) return CLN_OK;
    cln_buffer_clear(arena);
    CLN_TRY(cln_buffer_reserve(arena, raw.size, err));
    uint8_t state = CLN_CSV_FIELD;
    for (size_t i = 0; i < raw.size; i++) {
        const cln_csv_step step = cln_automaton_step(automaton, state, raw.data[i]);
        if (step.actions & CLN_CSV_CONTENT) arena->data[arena->size++] = raw.data[i];
        state = step.next;
    }
    *content = cln_buffer_span(arena);
    return CLN_OK;
}
