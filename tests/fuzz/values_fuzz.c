/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What one cell says: numbers against plain arithmetic and the C library,
 * encodings against a table, ZIP codes, and texts that are written and read
 * back. The input is the cell.
 */
#include "colonnade/base/escape.h"
#include "colonnade/base/number.h"
#include "colonnade/base/utf8.h"
#include "colonnade/ingest/text_rule.h"

#include "csv_fuzz.h"

#include <cjson/cJSON.h>
#include <ctype.h>
#include <math.h>

/* ---- Numbers ---- */

/* How many bytes from at on are digits. */
static size_t digits_at(cln_span text, size_t at) {
    size_t count = 0;
    while (at + count < text.size && text.data[at + count] >= '0' && text.data[at + count] <= '9') count++;
    return count;
}

static size_t sign_at(cln_span text, size_t at) {
    return at < text.size && (text.data[at] == '-' || text.data[at] == '+');
}

static void check_integer(cln_span text) {
    const size_t sign = sign_at(text, 0);
    const size_t digits = digits_at(text, sign);
    bool expected = digits > 0 && sign + digits == text.size;
    long double magnitude = 0; /* 64 bits of precision: exact up to 2^64 */
    int64_t value = 0;
    for (size_t i = sign; expected && i < text.size; i++) {
        magnitude = magnitude * 10 + (text.data[i] - '0');
        if (magnitude > 9223372036854775807.0L) expected = false;
    }
    if (expected) value = text.data[0] == '-' ? -(int64_t)magnitude : (int64_t)magnitude;
    int64_t found = 0;
    FUZZ_CHECK(cln_parse_integer(text, &found) == expected);
    FUZZ_CHECK(!expected || found == value);
}

static bool is_decimal(cln_span text) {
    size_t at = sign_at(text, 0);
    size_t digits = digits_at(text, at);
    at += digits;
    if (at < text.size && text.data[at] == '.') {
        const size_t fraction = digits_at(text, at + 1);
        at += 1 + fraction;
        digits += fraction;
    }
    if (digits == 0) return false;
    if (at < text.size && (text.data[at] == 'e' || text.data[at] == 'E')) {
        at += 1 + sign_at(text, at + 1);
        const size_t exponent = digits_at(text, at);
        if (exponent == 0) return false;
        at += exponent;
    }
    return at == text.size;
}

static bool same_double(double a, double b) {
    return memcmp(&a, &b, sizeof a) == 0;
}

static void check_double(cln_span text) {
    char *copy;
    must(cln_copy_span(&copy, text, NULL));
    const double value = is_decimal(text) ? strtod(copy, NULL) : NAN;
    double found = 0.0;
    FUZZ_CHECK(cln_parse_double(text, &found) == (bool)isfinite(value));
    FUZZ_CHECK(!isfinite(value) || same_double(found, value));
    free(copy);
}

static void check_written(double value) {
    char written[32];
    double found;
    cln_format_double(value, written);
    FUZZ_CHECK(cln_parse_double(cln_span_of_string(written), &found) && same_double(found, value));
}

/* Decimals near the middle between a double and the next one, where every digit decides. */
static void check_near_middle(double value) {
    static const int digits[] = {15, 17, 18, 19, 30, 60};
    const long double middle = ((long double)value + (long double)nextafter(value, INFINITY)) / 2;
    for (size_t i = 0; i < sizeof digits / sizeof digits[0]; i++) {
        char text[128];
        (void)snprintf(text, sizeof text, "%.*Le", digits[i], middle);
        check_double(cln_span_of_string(text));
    }
}

/* The input's bytes as a double; as it is, and as a number of usual size. */
static void check_bytes_of_double(cln_span text) {
    double value;
    int exponent;
    if (text.size < sizeof value) return;
    memcpy(&value, text.data, sizeof value);
    if (!isfinite(value)) return;
    const double fraction = frexp(value, &exponent);
    const double usual = ldexp(fraction, exponent % 60);
    check_written(value);
    check_written(usual);
    check_near_middle(value);
    check_near_middle(usual);
}

static void check_boolean(cln_span text) {
    static const char *const yes = " true yes t y 1 ";
    static const char *const no = " false no f n 0 ";
    char word[8] = " ";
    bool is_word = text.size > 0 && text.size <= 5;
    for (size_t i = 0; is_word && i < text.size; i++) {
        is_word = isalnum((unsigned char)text.data[i]) != 0;
        word[i + 1] = (char)tolower((unsigned char)text.data[i]);
        word[i + 2] = ' ';
    }
    const int expected = !is_word ? -1 : strstr(yes, word) != NULL ? 1 : strstr(no, word) != NULL ? 0 : -1;
    int64_t found = -1;
    FUZZ_CHECK(cln_parse_boolean(text, &found) == (expected >= 0));
    FUZZ_CHECK(expected < 0 || found == expected);
}

/* ---- Encodings ---- */

/* The code point that begins at *at, which moves behind it; -1 when the bytes are none. */
static long decode(cln_span text, size_t *at) {
    static const long least[] = {0, 0x80, 0x800, 0x10000};
    const unsigned char lead = (unsigned char)text.data[(*at)++];
    const int more = lead < 0x80             ? 0
                     : (lead & 0xE0) == 0xC0 ? 1
                     : (lead & 0xF0) == 0xE0 ? 2
                     : (lead & 0xF8) == 0xF0 ? 3
                                             : -1;
    if (more < 0) return -1;
    long code = more == 0 ? lead : lead & (0x3F >> more);
    for (int i = 0; i < more; i++) {
        if (*at == text.size || ((unsigned char)text.data[*at] & 0xC0) != 0x80) return -1;
        code = code << 6 | (text.data[(*at)++] & 0x3F);
    }
    const bool is_surrogate = code >= 0xD800 && code <= 0xDFFF;
    return code < least[more] || code > 0x10FFFF || is_surrogate ? -1 : code;
}

static bool check_utf8(cln_span text) {
    bool expected = true;
    for (size_t at = 0; expected && at < text.size;) expected = decode(text, &at) >= 0;
    FUZZ_CHECK(cln_utf8_is_valid(text) == expected);
    return expected;
}

static void check_windows_1252(cln_span text) {
    static const long high[32] = {0x20AC, -1,     0x201A, 0x192,  0x201E, 0x2026, 0x2020, 0x2021,
                                  0x2C6,  0x2030, 0x160,  0x2039, 0x152,  -1,     0x17D,  -1,
                                  -1,     0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                  0x2DC,  0x2122, 0x161,  0x203A, 0x153,  -1,     0x17E,  0x178};
    cln_buffer utf8;
    cln_buffer_init(&utf8, SIZE_MAX);
    bool is_defined = false, expected = true;
    must(cln_utf8_from_windows_1252(text, &utf8, &is_defined, NULL));
    size_t at = 0;
    for (size_t i = 0; i < text.size && expected; i++) {
        const unsigned char byte = (unsigned char)text.data[i];
        const long code = byte >= 0x80 && byte < 0xA0 ? high[byte - 0x80] : byte;
        expected = code >= 0;
        if (is_defined) FUZZ_CHECK(at < utf8.size && decode(cln_buffer_span(&utf8), &at) == code);
    }
    FUZZ_CHECK(is_defined == expected && at == utf8.size);
    cln_buffer_clean_up(&utf8);
}

/* ---- ZIP codes ---- */

static void check_zip(cln_span text) {
    const cln_config_column column = {.trim = true, .first_five = true};
    const cln_span trimmed = cln_span_trim(text);
    const size_t head = digits_at(trimmed, 0);
    const bool has_dash = head == 5 && trimmed.size == 10 && trimmed.data[5] == '-' && digits_at(trimmed, 6) == 4;
    const bool is_long = has_dash || (head == 9 && trimmed.size == 9);
    cln_span cell = text;
    cln_text_rule_cut(&column, &cell, 1);
    FUZZ_CHECK(cell.data == trimmed.data && cell.size == (is_long ? 5 : trimmed.size));
}

/* ---- Written and read back ---- */

/* As a field of CSV, by the reference. */
static void check_csv(cln_span text, bool always) {
    cln_buffer csv, expected;
    cln_buffer_init(&csv, SIZE_MAX);
    cln_buffer_init(&expected, SIZE_MAX);
    must(cln_buffer_append_string(&csv, "a,", NULL));
    must(cln_escape_csv(text, always, &csv, NULL));
    must(cln_buffer_append_string(&csv, ",b\r\n", NULL));
    describe_record(&expected, 1, 0, csv.size, CLN_LINE_END_CRLF, false, false);
    describe_field(&expected, cln_span_of("a", 1));
    describe_field(&expected, text);
    describe_field(&expected, cln_span_of("b", 1));
    const cln_dialect dialect = cln_dialect_default();
    cln_automaton automaton;
    cln_automaton_init(&automaton, &dialect);
    reference read;
    reference_read(&read, &automaton, cln_buffer_span(&csv), 0, 1);
    FUZZ_CHECK(read.record_count == 1);
    FUZZ_CHECK(cln_span_equal(reference_text(&read, 0), cln_buffer_span(&expected)));
    reference_clean_up(&read);
    cln_buffer_clean_up(&csv);
    cln_buffer_clean_up(&expected);
}

/* As a string of JSON, by another reader. */
static void check_json(cln_span text, bool is_utf8) {
    cln_buffer json;
    cln_buffer_init(&json, SIZE_MAX);
    must(cln_escape_json(text, &json, NULL));
    FUZZ_CHECK(cln_utf8_is_valid(cln_buffer_span(&json)));
    must(cln_buffer_terminate(&json, NULL));
    cJSON *read = cJSON_ParseWithOpts(json.data, NULL, 1);
    FUZZ_CHECK(cJSON_IsString(read));
    if (is_utf8 && memchr(text.data, '\0', text.size) == NULL) {
        FUZZ_CHECK(cln_span_equal(cln_span_of_string(read->valuestring), text));
    }
    cJSON_Delete(read);
    cln_buffer_clean_up(&json);
}

/* Nothing that could steer a terminal, or end an element of HTML. */
static void check_shown(cln_span text) {
    cln_buffer shown, html;
    cln_buffer_init(&shown, SIZE_MAX);
    cln_buffer_init(&html, SIZE_MAX);
    must(cln_escape_visible(text, &shown, NULL));
    must(cln_escape_html(text, &html, NULL));
    FUZZ_CHECK(cln_utf8_is_valid(cln_buffer_span(&shown)));
    for (size_t i = 0; i < shown.size; i++) {
        FUZZ_CHECK((unsigned char)shown.data[i] >= ' ' && shown.data[i] != 0x7F);
    }
    for (size_t i = 0; i < html.size; i++) FUZZ_CHECK(strchr("<>\"'", html.data[i]) == NULL || html.data[i] == '\0');
    cln_buffer_clean_up(&shown);
    cln_buffer_clean_up(&html);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *copy = exact_copy((const char *)data, size);
    const cln_span text = cln_span_of(copy, size);
    check_integer(text);
    check_double(text);
    check_bytes_of_double(text);
    check_boolean(text);
    const bool is_utf8 = check_utf8(text);
    check_windows_1252(text);
    check_zip(text);
    check_csv(text, false);
    check_csv(text, true);
    check_json(text, is_utf8);
    check_shown(text);
    free(copy);
    return 0;
}
