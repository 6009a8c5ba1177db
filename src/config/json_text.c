/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "json_text.h"

#include "colonnade/base/utf8.h"

#include <stdbool.h>

typedef struct text_position {
    size_t line, column; /* 1-based, columns in characters */
} text_position;

static text_position position_of(cln_span text, size_t offset) {
    text_position position = {.line = 1, .column = 1};
    for (size_t i = 0; i < offset && i < text.size; i++) {
        if (text.data[i] == '\n') {
            position.line++;
            position.column = 1;
        } else if (((unsigned char)text.data[i] & 0xC0) != 0x80) {
            position.column++;
        }
    }
    return position;
}

static bool is_json_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static size_t skip_blanks(cln_span text, size_t offset) {
    while (offset < text.size && is_json_blank(text.data[offset])) offset++;
    return offset;
}

static cln_status fail_at(cln_error *err, const char *origin, cln_span text, size_t offset, const char *what) {
    const text_position position = position_of(text, offset);
    return cln_fail(err, CLN_ERR_USAGE, "%s:%zu:%zu: %s", origin, position.line, position.column, what);
}

/* Whether a text, brace or bracket is still open at the end. */
static bool ends_open(cln_span text) {
    bool in_text = false;
    long depth = 0;
    for (size_t i = 0; i < text.size; i++) {
        const char c = text.data[i];
        if (in_text && c == '\\')
            i++;
        else if (c == '"')
            in_text = !in_text;
        else if (!in_text && (c == '{' || c == '['))
            depth++;
        else if (!in_text && (c == '}' || c == ']'))
            depth--;
    }
    return in_text || depth > 0;
}

/* The parser's position is where the value began that it could not read;
 * what is wrong stands there or just before it. */
static const char *describe_syntax(cln_span text, size_t offset) {
    size_t before = offset;
    while (before > 0 && is_json_blank(text.data[before - 1])) before--;
    if (offset >= text.size) return "the text ends too early: a brace, bracket or quotation mark is not closed";
    if (text.data[offset] == '/' || text.data[offset] == '#') return "JSON has no comments: remove this one";
    if (text.data[offset] == '\'') return "JSON quotes with \" only";
    if (before > 0 && text.data[before - 1] == ',' && (text.data[offset] == '}' || text.data[offset] == ']')) {
        return "nothing may stand between the last comma and the bracket or brace: remove the comma";
    }
    return "this is not valid JSON: look for a missing comma, colon, quotation mark or brace here or just before";
}

/* A NUL, raw or escaped, would end texts early in C without a word. */
static bool find_nul(cln_span text, size_t *offset) {
    static const char escaped[] = "u0000";
    for (size_t i = 0; i < text.size; i++) {
        *offset = i;
        if (text.data[i] == '\0') return true;
        if (text.data[i] != '\\') continue;
        if (text.size - i > sizeof escaped - 1 && memcmp(text.data + i + 1, escaped, sizeof escaped - 1) == 0) {
            return true;
        }
        i++; /* what is escaped begins no escape */
    }
    return false;
}

static cln_status check_bytes(cln_span text, const char *origin, cln_error *err) {
    size_t offset;
    if (text.data == NULL || skip_blanks(text, 0) == text.size) {
        return cln_fail(err, CLN_ERR_USAGE, "%s: the configuration is empty; write at least {}", origin);
    }
    if (!cln_utf8_is_valid(text)) {
        return cln_fail(err, CLN_ERR_USAGE, "%s: the configuration is not UTF-8; save it as UTF-8", origin);
    }
    if (find_nul(text, &offset)) return fail_at(err, origin, text, offset, "a NUL character is not allowed");
    return CLN_OK;
}

cln_status cln_json_parse(cJSON **root, cln_span text, const char *origin, cln_error *err) {
    const char *end = NULL;
    *root = NULL;
    CLN_TRY(check_bytes(text, origin, err));
    cJSON *const tree = cJSON_ParseWithLengthOpts(text.data, text.size, &end, 0);
    if (tree == NULL) {
        size_t offset = end == NULL ? 0 : skip_blanks(text, (size_t)(end - text.data));
        if (offset + 1 >= text.size && ends_open(text)) offset = text.size;
        return fail_at(err, origin, text, offset, describe_syntax(text, offset));
    }
    const size_t behind = skip_blanks(text, (size_t)(end - text.data));
    if (behind < text.size) {
        cJSON_Delete(tree);
        return fail_at(err, origin, text, behind, "nothing may follow the closing brace");
    }
    *root = tree;
    return CLN_OK;
}
