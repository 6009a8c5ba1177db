/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/cli/record_text.h"

#include "colonnade/base/escape.h"
#include "colonnade/base/utf8.h"

/* How the bytes of one record become UTF-8. */
typedef enum conversion { CONVERSION_NONE, CONVERSION_WINDOWS_1252, CONVERSION_REPLACE } conversion;

void cln_record_text_init(cln_record_text *text, const cln_automaton *automaton, cln_fallback fallback, bool as_csv) {
    *text = (cln_record_text){.automaton = automaton, .fallback = fallback, .as_csv = as_csv};
    cln_buffer_init(&text->content, SIZE_MAX);
    cln_buffer_init(&text->utf8, SIZE_MAX);
}

void cln_record_text_clean_up(cln_record_text *text) {
    cln_buffer_clean_up(&text->content);
    cln_buffer_clean_up(&text->utf8);
}

/* The bytes of the well-formed sequence at the front of bytes (not empty); 0 when there is none. */
static size_t sequence_size(cln_span bytes) {
    const size_t most = bytes.size < 4 ? bytes.size : 4;
    for (size_t size = 1; size <= most; size++) {
        if (cln_utf8_is_valid(cln_span_of(bytes.data, size))) return size;
    }
    return 0;
}

static cln_status append_replaced(cln_span bytes, cln_buffer *utf8, cln_error *err) {
    while (bytes.size > 0) {
        const size_t size = sequence_size(bytes);
        const cln_span part = size == 0 ? cln_span_of("\xEF\xBF\xBD", 3) : cln_span_of(bytes.data, size);
        CLN_TRY(cln_buffer_append_span(utf8, part, err));
        const size_t used = size == 0 ? 1 : size;
        bytes = cln_span_of(bytes.data + used, bytes.size - used);
    }
    return CLN_OK;
}

/* Decided for the record as a whole: half a record in another encoding would be nonsense. */
static cln_status choose_conversion(cln_record_text *text, cln_span raw, conversion *chosen, cln_error *err) {
    *chosen = CONVERSION_NONE;
    if (cln_utf8_is_valid(raw)) return CLN_OK;
    *chosen = CONVERSION_REPLACE;
    if (text->fallback != CLN_FALLBACK_WINDOWS_1252) return CLN_OK;
    bool is_defined = false;
    cln_buffer_clear(&text->utf8);
    CLN_TRY(cln_utf8_from_windows_1252(raw, &text->utf8, &is_defined, err));
    if (is_defined) *chosen = CONVERSION_WINDOWS_1252;
    return CLN_OK;
}

static cln_status convert(cln_record_text *text, conversion how, cln_span *content, cln_error *err) {
    if (how == CONVERSION_NONE) return CLN_OK;
    cln_buffer_clear(&text->utf8);
    bool is_defined = true;
    CLN_TRY(how == CONVERSION_REPLACE ? append_replaced(*content, &text->utf8, err)
                                      : cln_utf8_from_windows_1252(*content, &text->utf8, &is_defined, err));
    *content = cln_buffer_span(&text->utf8);
    return CLN_OK;
}

cln_status cln_record_text_append(cln_record_text *text, const cln_record_block *block, const cln_record *record,
                                  cln_buffer *line, cln_error *err) {
    conversion how;
    CLN_TRY(choose_conversion(text, cln_record_raw(block, record), &how, err));
    if (!text->as_csv) CLN_TRY(cln_buffer_append_char(line, '[', err));
    for (uint32_t i = 0; i < record->field_count; i++) {
        const cln_field *field = &block->fields[record->first_field + i];
        cln_span content;
        CLN_TRY(cln_field_content(text->automaton, block, field, &text->content, &content, err));
        CLN_TRY(convert(text, how, &content, err));
        if (i > 0) CLN_TRY(cln_buffer_append_char(line, ',', err));
        if (text->as_csv) {
            /* A single empty field has to be quoted, for an empty line is no record. */
            CLN_TRY(cln_escape_csv(content, record->field_count == 1 && content.size == 0, line, err));
        } else {
            CLN_TRY(cln_escape_json(content, line, err));
        }
    }
    return cln_buffer_append_string(line, text->as_csv ? "\n" : "]\n", err);
}

cln_span cln_without_cut_sequence(cln_span bytes) {
    for (size_t back = 1; back <= 3 && back <= bytes.size; back++) {
        const unsigned char byte = (unsigned char)bytes.data[bytes.size - back];
        if ((byte & 0xC0) == 0x80) continue;
        const size_t need = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
        return need > back ? cln_span_of(bytes.data, bytes.size - back) : bytes;
    }
    return bytes;
}
