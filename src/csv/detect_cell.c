/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/csv/detect_cell.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

/* Takes up to `most` digits off the front; how many there were. */
static size_t take_digits(cln_span *s, size_t most) {
    size_t count = 0;
    while (count < most && count < s->size && is_digit(s->data[count])) count++;
    s->data += count;
    s->size -= count;
    return count;
}

static bool take_char(cln_span *s, const char *any_of) {
    if (s->size == 0 || s->data[0] == '\0' || strchr(any_of, s->data[0]) == NULL) return false;
    s->data++;
    s->size--;
    return true;
}

static bool take_prefix(cln_span *s, const char *prefix) {
    const size_t size = strlen(prefix);
    if (s->size < size || memcmp(s->data, prefix, size) != 0) return false;
    s->data += size;
    s->size -= size;
    return true;
}

static bool take_currency(cln_span *s) {
    return take_prefix(s, "$") || take_prefix(s, "\xe2\x82\xac") || take_prefix(s, "\xc2\xa3");
}

/* Groups of three behind the first, "1,234,567", or one separator only, "1234,5". */
static bool take_grouped(cln_span *s, const char *separator, const char *point) {
    cln_span rest = *s;
    const size_t first = take_digits(&rest, SIZE_MAX);
    if (first >= 1 && first <= 3) {
        for (cln_span group = rest; take_char(&group, separator) && take_digits(&group, 3) == 3;) {
            if (group.size > 0 && is_digit(group.data[0])) break;
            rest = group;
        }
    }
    size_t fraction = 0;
    if (take_char(&rest, point)) fraction = take_digits(&rest, SIZE_MAX);
    if (first + fraction == 0) return false;
    *s = rest;
    return true;
}

static bool take_exponent(cln_span *s) {
    if (!take_char(s, "eE")) return true;
    (void)take_char(s, "+-");
    return take_digits(s, 3) > 0;
}

static bool is_number_with(cln_span s, const char *separator, const char *point) {
    const bool in_brackets = take_char(&s, "(");
    (void)take_char(&s, "+-");
    if (take_currency(&s)) (void)take_char(&s, "+-");
    (void)take_char(&s, " ");
    if (!take_grouped(&s, separator, point) || !take_exponent(&s)) return false;
    (void)take_char(&s, " ");
    if (!take_char(&s, "%")) (void)take_currency(&s);
    if (in_brackets && !take_char(&s, ")")) return false;
    return s.size == 0;
}

static bool is_number(cln_span s) {
    return is_number_with(s, ",", ".") || is_number_with(s, ".", ",");
}

static bool take_date(cln_span *s) {
    cln_span rest = *s;
    const size_t first = take_digits(&rest, 4);
    if (first == 0 || rest.size == 0 || strchr("-/.", rest.data[0]) == NULL) return false;
    const char separator[2] = {rest.data[0], '\0'};
    (void)take_char(&rest, separator);
    const size_t second = take_digits(&rest, 2);
    if (second == 0 || !take_char(&rest, separator)) return false;
    const size_t third = take_digits(&rest, 4);
    if (third == 0 || (first > 2 && third > 2)) return false;
    *s = rest;
    return true;
}

static bool take_time_of_day(cln_span *s) {
    cln_span rest = *s;
    if (take_digits(&rest, 2) == 0 || !take_char(&rest, ":") || take_digits(&rest, 2) != 2) return false;
    if (take_char(&rest, ":")) {
        if (take_digits(&rest, 2) != 2) return false;
        if (take_char(&rest, ".,")) (void)take_digits(&rest, 9);
    }
    cln_span meridiem = rest;
    (void)take_char(&meridiem, " ");
    if (take_char(&meridiem, "AaPp") && take_char(&meridiem, "Mm")) rest = meridiem;
    *s = rest;
    return true;
}

static bool take_zone(cln_span *s) {
    if (s->size == 0 || take_char(s, "Z") || take_prefix(s, " UTC")) return true;
    if (!take_char(s, "+-") || take_digits(s, 2) != 2) return false;
    (void)take_char(s, ":");
    (void)take_digits(s, 2);
    return true;
}

static bool is_time(cln_span s) {
    if (take_date(&s)) {
        if (s.size == 0) return true;
        if (!take_char(&s, " T")) return false;
    }
    return take_time_of_day(&s) && take_zone(&s) && s.size == 0;
}

/* What kinds of bytes a text has. */
typedef struct text_parts {
    size_t letters, digits;
    bool has_control;     /* control characters, tabs */
    bool has_bare_comma;  /* a comma or semicolon with no blank behind it */
    bool has_prose_comma; /* ... with one */
    bool has_pipe, has_colon, has_quote;
} text_parts;

static text_parts parts_of(cln_span s) {
    text_parts parts = {0};
    for (size_t i = 0; i < s.size; i++) {
        const char c = s.data[i];
        if (is_letter(c)) {
            parts.letters++;
        } else if (is_digit(c)) {
            parts.digits++;
        } else if (c == ',' || c == ';') {
            const bool in_prose = i + 1 < s.size && s.data[i + 1] == ' ';
            parts.has_prose_comma |= in_prose;
            parts.has_bare_comma |= !in_prose;
        } else {
            parts.has_control |= (unsigned char)c < 0x20;
            parts.has_pipe |= c == '|';
            parts.has_colon |= c == ':';
            parts.has_quote |= c == '"';
        }
    }
    return parts;
}

static bool is_left_quoted(cln_span s) {
    if (s.data[0] == '"') return true;
    return s.size > 1 && s.data[0] == '\'' && s.data[s.size - 1] == '\'';
}

static bool is_address(cln_span s) {
    return take_prefix(&s, "http://") || take_prefix(&s, "https://") || take_prefix(&s, "ftp://");
}

cln_cell_look cln_cell_look_of(cln_span cell) {
    const cln_span s = cln_span_trim(cell);
    if (s.size == 0) return CLN_LOOK_EMPTY;
    if (is_number(s)) return CLN_LOOK_NUMBER;
    if (is_time(s)) return CLN_LOOK_TIME;
    if (is_left_quoted(s)) return CLN_LOOK_FOREIGN;
    if (is_address(s)) return CLN_LOOK_TEXT;
    const text_parts parts = parts_of(s);
    if (parts.has_control || parts.has_bare_comma || parts.has_pipe) return CLN_LOOK_FOREIGN;
    if (parts.has_prose_comma) return parts.letters > 0 ? CLN_LOOK_ODD : CLN_LOOK_FOREIGN;
    if (parts.has_colon || parts.has_quote || parts.letters == 0) return CLN_LOOK_ODD;
    return CLN_LOOK_TEXT;
}
