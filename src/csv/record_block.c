/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/csv/record_block.h"

#include "colonnade/base/memory.h"

#include <stdlib.h>
#include <string.h>

void cln_record_block_init(cln_record_block *block) {
    block->fields = NULL;
    block->field_capacity = 0;
    block->field_count = 0;
    block->record_count = 0;
}

void cln_record_block_clean_up(cln_record_block *block) {
    free(block->fields);
    cln_record_block_init(block);
}

void cln_splitter_init(cln_splitter *splitter, const cln_automaton *automaton, cln_span bytes, uint64_t offset,
                       uint64_t first_number) {
    *splitter = (cln_splitter){
        .automaton = automaton, .bytes = bytes, .offset = offset, .next_number = first_number, .position = 0};
}

static uint8_t class_at(const cln_splitter *splitter, size_t position) {
    return splitter->automaton->classes[(unsigned char)splitter->bytes.data[position]];
}

static bool ends_field(uint8_t byte_class) {
    return byte_class == CLN_CSV_DELIMITER || byte_class == CLN_CSV_LF || byte_class == CLN_CSV_CARRIAGE_RETURN;
}

/* The position of the delimiter, line end or end of the bytes that ends an
 * unquoted stretch. */
static size_t find_field_end(const cln_splitter *splitter, size_t position, uint64_t *quote_count) {
    while (position < splitter->bytes.size) {
        const uint8_t byte_class = class_at(splitter, position);
        if (ends_field(byte_class)) break;
        *quote_count += byte_class == CLN_CSV_QUOTE_MARK;
        position++;
    }
    return position;
}

/* The next quote at or behind position, or a line end where those end records
 * also between quotes, or the end of the bytes. */
static size_t find_quoted_end(const cln_splitter *splitter, size_t position) {
    const char *data = splitter->bytes.data;
    const size_t size = splitter->bytes.size;
    const char *quote = memchr(data + position, splitter->automaton->quote, size - position);
    const size_t end = quote == NULL ? size : (size_t)(quote - data);
    if (splitter->automaton->newlines_in_quotes) return end;
    for (size_t i = position; i < end; i++) {
        if (data[i] == '\n' || data[i] == '\r') return i;
    }
    return end;
}

/* Cuts the quoted field whose opening quote is at begin; returns where it ends. */
static size_t split_quoted_field(const cln_splitter *splitter, size_t begin, cln_record *record, cln_field *field,
                                 uint64_t *literal_quotes) {
    const char *data = splitter->bytes.data;
    const size_t size = splitter->bytes.size;
    const char quote = (char)splitter->automaton->quote;
    size_t close = find_quoted_end(splitter, begin + 1);
    bool has_escapes = false;
    while (close + 1 < size && data[close] == quote && data[close + 1] == quote) {
        has_escapes = true;
        close = find_quoted_end(splitter, close + 2);
    }
    size_t end = close;
    if (close < size && data[close] == quote) {
        end = close + 1;
        if (end < size && !ends_field(class_at(splitter, end))) {
            record->is_malformed = true;
            has_escapes = true;
            end = find_field_end(splitter, end + 1, literal_quotes);
        }
    } else {
        record->is_malformed = true;
        record->is_unterminated = true;
    }
    field->is_quoted = true;
    field->has_escapes = has_escapes;
    field->begin = (uint32_t)(has_escapes ? begin : begin + 1);
    field->size = (uint32_t)((has_escapes ? end : close) - field->begin);
    return end;
}

static cln_status add_field(cln_record_block *block, cln_field **field, cln_error *err) {
    CLN_TRY(cln_grow_array(&block->fields, &block->field_capacity, block->field_count + 1, sizeof(cln_field), err));
    *field = &block->fields[block->field_count++];
    return CLN_OK;
}

/* The line end at position (or the end of the bytes); returns what is behind it. */
static size_t take_line_end(const cln_splitter *splitter, size_t position, uint8_t *line_end) {
    const char *data = splitter->bytes.data;
    const size_t size = splitter->bytes.size;
    if (position == size) {
        *line_end = CLN_LINE_END_NONE;
        return size;
    }
    if (data[position] == '\n') {
        *line_end = CLN_LINE_END_LF;
        return position + 1;
    }
    if (position + 1 < size && data[position + 1] == '\n') {
        *line_end = CLN_LINE_END_CRLF;
        return position + 2;
    }
    *line_end = CLN_LINE_END_CR;
    return position + 1;
}

/* Cuts the record that begins at the splitter's position. */
static cln_status split_record(cln_splitter *splitter, cln_record_block *block, cln_error *err) {
    cln_record *record = &block->records[block->record_count];
    *record = (cln_record){.begin = (uint32_t)splitter->position, .first_field = (uint32_t)block->field_count};
    const size_t size = splitter->bytes.size;
    size_t position = splitter->position;
    for (;;) {
        cln_field *field;
        CLN_TRY(add_field(block, &field, err));
        if (position < size && class_at(splitter, position) == CLN_CSV_QUOTE_MARK) {
            position = split_quoted_field(splitter, position, record, field, &block->literal_quote_count);
            block->quoted_field_count++;
        } else {
            const size_t end = find_field_end(splitter, position, &block->literal_quote_count);
            *field = (cln_field){.begin = (uint32_t)position, .size = (uint32_t)(end - position)};
            position = end;
        }
        if (position == size || class_at(splitter, position) != CLN_CSV_DELIMITER) break;
        position++;
    }
    position = take_line_end(splitter, position, &record->line_end);
    record->size = (uint32_t)(position - record->begin);
    record->field_count = (uint32_t)block->field_count - record->first_field;
    splitter->position = position;
    block->record_count++;
    return CLN_OK;
}

cln_status cln_splitter_next(cln_splitter *splitter, cln_record_block *block, bool *more, cln_error *err) {
    block->bytes = splitter->bytes;
    block->offset = splitter->offset;
    block->first_number = splitter->next_number;
    block->record_count = 0;
    block->field_count = 0;
    block->blank_line_count = 0;
    block->blank_bytes = 0;
    block->literal_quote_count = 0;
    block->quoted_field_count = 0;
    while (splitter->position < splitter->bytes.size && block->record_count < CLN_BLOCK_RECORDS) {
        const char first = splitter->bytes.data[splitter->position];
        if (first == '\n' || first == '\r') {
            uint8_t line_end;
            const size_t next = take_line_end(splitter, splitter->position, &line_end);
            block->blank_line_count++;
            block->blank_bytes += next - splitter->position;
            splitter->position = next;
        } else {
            CLN_TRY(split_record(splitter, block, err));
        }
    }
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
