/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/escape.h"

#include "colonnade/base/utf8.h"

/* The bytes of the well-formed UTF-8 sequence at the front of text (not empty); 0 when there is none. */
static size_t sequence_bytes(cln_span text) {
    const unsigned char lead = (unsigned char)text.data[0];
    if (lead < 0x80) return 1;
    const size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    return size <= text.size && cln_utf8_is_valid(cln_span_of(text.data, size)) ? size : 0;
}

static cln_span behind(cln_span text, size_t size) {
    return cln_span_of(text.data + size, text.size - size);
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

static bool needs_csv_quotes(cln_span text) {
    if (text.size == 0) return false;
    if (is_blank(text.data[0]) || is_blank(text.data[text.size - 1])) return true;
    for (size_t i = 0; i < text.size; i++) {
        const char c = text.data[i];
        if (c == ',' || c == '"' || c == '\n' || c == '\r') return true;
    }
    return false;
}

cln_status cln_escape_csv(cln_span text, bool always, cln_buffer *out, cln_error *err) {
    if (!always && !needs_csv_quotes(text)) return cln_buffer_append_span(out, text, err);
    CLN_TRY(cln_buffer_append_char(out, '"', err));
    while (text.size > 0) {
        const char *quote = memchr(text.data, '"', text.size);
        const size_t plain = quote == NULL ? text.size : (size_t)(quote - text.data) + 1;
        CLN_TRY(cln_buffer_append(out, text.data, plain, err));
        if (quote != NULL) CLN_TRY(cln_buffer_append_char(out, '"', err));
        text = behind(text, plain);
    }
    return cln_buffer_append_char(out, '"', err);
}

static cln_status append_json_control(unsigned char c, cln_buffer *out, cln_error *err) {
    switch (c) {
    case '\n':
        return cln_buffer_append_string(out, "\\n", err);
    case '\r':
        return cln_buffer_append_string(out, "\\r", err);
    case '\t':
        return cln_buffer_append_string(out, "\\t", err);
    default:
        return cln_buffer_append_format(out, err, "\\u%04x", c);
    }
}

/* Appends one character from the front of text; *used becomes its bytes. */
static cln_status append_json_character(cln_span text, size_t *used, cln_buffer *out, cln_error *err) {
    const unsigned char c = (unsigned char)text.data[0];
    const size_t sequence = sequence_bytes(text);
    *used = sequence == 0 ? 1 : sequence;
    if (sequence == 0) return cln_buffer_append_string(out, "\xef\xbf\xbd", err);
    if (c == '"' || c == '\\') CLN_TRY(cln_buffer_append_char(out, '\\', err));
    if (c < 0x20 || c == 0x7f) return append_json_control(c, out, err);
    return cln_buffer_append(out, text.data, sequence, err);
}

cln_status cln_escape_json(cln_span text, cln_buffer *out, cln_error *err) {
    CLN_TRY(cln_buffer_append_char(out, '"', err));
    for (size_t used; text.size > 0; text = behind(text, used)) {
        CLN_TRY(append_json_character(text, &used, out, err));
    }
    return cln_buffer_append_char(out, '"', err);
}

static const char *html_reference(char c) {
    switch (c) {
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '&':
        return "&amp;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

cln_status cln_escape_html(cln_span text, cln_buffer *out, cln_error *err) {
    for (size_t i = 0; i < text.size; i++) {
        const char *reference = html_reference(text.data[i]);
        if (reference != NULL) {
            CLN_TRY(cln_buffer_append_string(out, reference, err));
        } else {
            CLN_TRY(cln_buffer_append_char(out, text.data[i], err));
        }
    }
    return CLN_OK;
}

static bool is_control(cln_span sequence) {
    const unsigned char c = (unsigned char)sequence.data[0];
    if (sequence.size == 1) return c < 0x20 || c == 0x7f;
    /* U+0080..U+009F: a terminal takes them for the beginning of a command, as it does ESC. */
    return sequence.size == 2 && c == 0xc2 && (unsigned char)sequence.data[1] < 0xa0;
}

static cln_status append_hex(cln_span bytes, cln_buffer *out, cln_error *err) {
    for (size_t i = 0; i < bytes.size; i++) {
        CLN_TRY(cln_buffer_append_format(out, err, "\\x%02X", (unsigned)(unsigned char)bytes.data[i]));
    }
    return CLN_OK;
}

static cln_status append_visible(cln_span text, size_t *used, cln_buffer *out, cln_error *err) {
    const size_t sequence = sequence_bytes(text);
    *used = sequence == 0 ? 1 : sequence;
    const cln_span character = cln_span_of(text.data, *used);
    if (text.data[0] == '\n') return cln_buffer_append_string(out, "\\n", err);
    if (text.data[0] == '\r') return cln_buffer_append_string(out, "\\r", err);
    if (text.data[0] == '\\') return cln_buffer_append_string(out, "\\\\", err);
    if (sequence == 0 || is_control(character)) return append_hex(character, out, err);
    return cln_buffer_append_span(out, character, err);
}

cln_status cln_escape_visible(cln_span text, cln_buffer *out, cln_error *err) {
    for (size_t used; text.size > 0; text = behind(text, used)) CLN_TRY(append_visible(text, &used, out, err));
    return CLN_OK;
}
