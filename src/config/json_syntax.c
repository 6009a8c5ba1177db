/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "json_syntax.h"

enum { DEPTH_MAX = 100 };

typedef struct scanner {
    cln_span text;
    size_t at;
    int depth;
    const char *mistake; /* NULL as long as all is well */
} scanner;

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* The byte where the scanner stands; NUL, which JSON never holds, at the end. */
static char here(const scanner *s) {
    return s->at < s->text.size ? s->text.data[s->at] : '\0';
}

static void skip_blanks(scanner *s) {
    while (is_blank(here(s))) s->at++;
}

/* What is usual at such a place goes before what was expected there. */
static bool fail(scanner *s, const char *expected) {
    s->mistake = expected;
    if (s->at >= s->text.size) {
        s->mistake = "the text ends too early: a brace, bracket or quotation mark is not closed";
    } else if (here(s) == '/' || here(s) == '#') {
        s->mistake = "JSON has no comments: remove this one";
    } else if (here(s) == '\'') {
        s->mistake = "JSON quotes with \" only";
    }
    return false;
}

static bool take(scanner *s, char c) {
    if (here(s) != c) return false;
    s->at++;
    return true;
}

static bool take_literal(scanner *s, const char *literal) {
    const size_t size = strlen(literal);
    const bool found = s->text.size - s->at >= size && memcmp(s->text.data + s->at, literal, size) == 0;
    if (!found) return fail(s, "a value is expected here: a text in \", a number, true, false, null, [...] or {...}");
    s->at += size;
    return true;
}

static bool take_digits(scanner *s) {
    if (!is_digit(here(s))) return fail(s, "a digit is expected here");
    while (is_digit(here(s))) s->at++;
    return true;
}

static bool scan_number(scanner *s) {
    (void)take(s, '-');
    if (!take(s, '0') && !take_digits(s)) return false;
    if (take(s, '.') && !take_digits(s)) return false;
    if (!take(s, 'e') && !take(s, 'E')) return true;
    if (!take(s, '+')) (void)take(s, '-');
    return take_digits(s);
}

static bool is_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Behind the backslash. */
static bool scan_escape(scanner *s) {
    const size_t start = s->at;
    if (here(s) != '\0' && strchr("\"\\/bfnrt", here(s)) != NULL) {
        s->at++;
        return true;
    }
    if (!take(s, 'u')) return fail(s, "this escape is not known; write a backslash as \\\\");
    while (s->at < start + 5 && is_hex(here(s))) s->at++;
    if (s->at < start + 5) return fail(s, "four hexadecimal digits are expected behind \\u");
    if (memcmp(s->text.data + start, "u0000", 5) != 0) return true;
    s->at = start - 1;
    return fail(s, "a NUL character is not allowed");
}

static bool scan_text(scanner *s) {
    s->at++;
    while (here(s) != '"') {
        if (here(s) == '\0' && s->at < s->text.size) return fail(s, "a NUL character is not allowed");
        if ((unsigned char)here(s) < ' ') {
            return fail(s, "a text may not hold line ends or control characters: is a quotation mark missing before?");
        }
        if (!take(s, '\\')) {
            s->at++;
        } else if (!scan_escape(s)) {
            return false;
        }
    }
    s->at++;
    return true;
}

static bool scan_value(scanner *s);

static bool scan_member(scanner *s) {
    if (here(s) != '"') return fail(s, "a key in \" is expected here");
    if (!scan_text(s)) return false;
    skip_blanks(s);
    if (!take(s, ':')) return fail(s, "a colon is expected here, between the key and its value");
    return scan_value(s);
}

/* An object or a list. */
static bool scan_container(scanner *s, char close, bool (*scan_item)(scanner *), const char *expected) {
    if (++s->depth > DEPTH_MAX) return fail(s, "this is nested too deeply");
    s->at++;
    skip_blanks(s);
    for (bool first = true; !take(s, close); first = false) {
        if (!first && !take(s, ',')) return fail(s, expected);
        skip_blanks(s);
        if (!first && here(s) == close) return fail(s, "remove the comma before this: nothing follows it");
        if (!scan_item(s)) return false;
        skip_blanks(s);
    }
    s->depth--;
    return true;
}

static bool scan_value(scanner *s) {
    skip_blanks(s);
    switch (here(s)) {
    case '{':
        return scan_container(s, '}', scan_member, "a comma or a closing brace is expected here");
    case '[':
        return scan_container(s, ']', scan_value, "a comma or a closing bracket is expected here");
    case '"':
        return scan_text(s);
    case 't':
        return take_literal(s, "true");
    case 'f':
        return take_literal(s, "false");
    default:
        return here(s) == '-' || is_digit(here(s)) ? scan_number(s) : take_literal(s, "null");
    }
}

const char *cln_json_find_mistake(cln_span text, size_t *offset) {
    scanner s = {.text = text};
    if (scan_value(&s)) {
        skip_blanks(&s);
        if (s.at < text.size) (void)fail(&s, "nothing may follow the end of the configuration");
    }
    *offset = s.at;
    return s.mistake;
}
