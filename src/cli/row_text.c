/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "row_text.h"

#include "colonnade/base/date.h"
#include "colonnade/base/escape.h"
#include "colonnade/base/memory.h"
#include "colonnade/base/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_BYTES = 40 }; /* of a number or time at most */

cln_status cln_row_text_init(cln_row_text *text, bool as_csv, const char *const *names, size_t count, cln_error *err) {
    *text = (cln_row_text){.as_csv = as_csv};
    CLN_TRY(cln_new_array(&text->columns, count, sizeof *text->columns, err));
    for (size_t i = 0; i < count; i++) {
        cln_row_text_column *column = &text->columns[i];
        cln_buffer_init(&column->key, SIZE_MAX);
        cln_buffer_init(&column->texts, SIZE_MAX);
        text->column_count = i + 1;
        CLN_TRY(cln_escape_json(cln_span_of_string(names[i]), &column->key, err));
        CLN_TRY(cln_buffer_append_char(&column->key, ':', err));
    }
    return CLN_OK;
}

void cln_row_text_clean_up(cln_row_text *text) {
    for (size_t i = 0; i < text->column_count; i++) {
        cln_buffer_clean_up(&text->columns[i].key);
        cln_buffer_clean_up(&text->columns[i].texts);
        free(text->columns[i].offsets);
    }
    free(text->columns);
    *text = (cln_row_text){0};
}

static cln_status append_text(const cln_row_text *text, cln_span value, cln_buffer *out, cln_error *err) {
    return text->as_csv ? cln_escape_csv(value, false, out, err) : cln_escape_json(value, out, err);
}

/* Each category is escaped once, not in every row. */
static cln_status escape_categories(const cln_row_text *text, cln_row_text_column *column,
                                    const cln_dictionary *dictionary, cln_error *err) {
    free(column->offsets);
    column->offsets = NULL;
    cln_buffer_clear(&column->texts);
    if (dictionary == NULL) return CLN_OK;
    CLN_TRY(cln_new_array(&column->offsets, dictionary->count + 1, sizeof *column->offsets, err));
    for (size_t code = 0; code < dictionary->count; code++) {
        CLN_TRY(append_text(text, cln_dictionary_text(dictionary, code), &column->texts, err));
        column->offsets[code + 1] = column->texts.size;
    }
    return CLN_OK;
}

cln_status cln_row_text_enter(cln_row_text *text, const cln_batch_source *source, cln_error *err) {
    for (size_t i = 0; i < text->column_count; i++) {
        CLN_TRY(escape_categories(text, &text->columns[i], source->columns[i].dictionary, err));
    }
    return CLN_OK;
}

/* The digits of a value, most significant first, at least width of them. */
static char *put_digits(char *at, uint64_t value, size_t width) {
    char digits[20];
    size_t count = 0;
    do {
        digits[count++] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0 || count < width);
    while (count > 0) *at++ = digits[--count];
    return at;
}

static char *put_integer(char *at, int64_t value) {
    if (value < 0) *at++ = '-';
    return put_digits(at, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, 1);
}

static char *put_string(char *at, const char *string) {
    const size_t size = strlen(string);
    memcpy(at, string, size);
    return at + size;
}

/* The fewest decimals that say the value, which is digits / 10^decimals; false
 * for values of more than 15 digits or far from 1. Digits and power are exact
 * as doubles, so their quotient is what a reader of the text gets. */
static bool find_decimals(double magnitude, uint64_t *digits, size_t *decimals) {
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
                                    1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};
    const double least = 1e-4, limit = 1e15; /* between them %g writes no exponent */
    if (!(magnitude >= least)) return false;
    for (size_t k = 0; k < sizeof powers / sizeof *powers; k++) {
        const double scaled = magnitude * powers[k];
        if (scaled >= limit) return false;
        *digits = (uint64_t)(scaled + 0.5);
        *decimals = k;
        if ((double)*digits / powers[k] == magnitude) return true;
    }
    return false;
}

static char *put_decimals(char *at, uint64_t digits, size_t decimals) {
    uint64_t unit = 1;
    for (size_t i = 0; i < decimals; i++) unit *= 10;
    at = put_digits(at, digits / unit, 1);
    *at++ = '.';
    return put_digits(at, digits % unit, decimals == 0 ? 1 : decimals);
}

/* The same text as cln_format_double, which takes several times as long; but 5
 * is 5.0, so that a column of doubles does not read back as one of integers. */
static char *put_double(char *at, double value) {
    uint64_t digits;
    size_t decimals;
    if (find_decimals(fabs(value), &digits, &decimals)) {
        if (value < 0) *at++ = '-';
        return put_decimals(at, digits, decimals);
    }
    cln_format_double(value, at);
    const bool is_digits = at[strspn(at, "-0123456789")] == '\0';
    at += strlen(at);
    return is_digits ? put_string(at, ".0") : at;
}

static char *put_time(char *at, int64_t seconds) {
    const cln_civil civil = cln_civil_from_seconds(seconds);
    const int parts[] = {civil.month, civil.day, civil.hour, civil.minute, civil.second};
    if (civil.year < 0) *at++ = '-';
    at = put_digits(at, (uint64_t)abs(civil.year), 4);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        *at++ = "--T::"[i];
        at = put_digits(at, (uint64_t)parts[i], 2);
    }
    return at;
}

static bool is_null(const cln_vector *vector, size_t row) {
    switch (vector->type) {
    case CLN_TYPE_DOUBLE:
        return vector->doubles[row] != vector->doubles[row];
    case CLN_TYPE_CATEGORY:
        return vector->codes[row] == CLN_NULL_CODE;
    case CLN_TYPE_TEXT:
        return vector->offsets[row] == vector->offsets[row + 1];
    default:
        return vector->integers[row] == CLN_NULL_INTEGER;
    }
}

static char *put_value(const cln_row_text *text, const cln_vector *vector, size_t row, char *at) {
    switch (vector->type) {
    case CLN_TYPE_INTEGER:
        return put_integer(at, vector->integers[row]);
    case CLN_TYPE_BOOLEAN:
        return put_string(at, vector->integers[row] != 0 ? "true" : "false");
    case CLN_TYPE_DOUBLE:
        return put_double(at, vector->doubles[row]);
    default:
        break;
    }
    if (!text->as_csv) *at++ = '"';
    at = put_time(at, vector->integers[row]);
    if (!text->as_csv) *at++ = '"';
    return at;
}

/* A value that is not null. */
static cln_status append_value(const cln_row_text *text, size_t column, const cln_vector *vector, size_t row,
                               cln_buffer *out, cln_error *err) {
    if (vector->type == CLN_TYPE_TEXT) return append_text(text, cln_vector_text(vector, row), out, err);
    if (vector->type == CLN_TYPE_CATEGORY) {
        const cln_row_text_column *about = &text->columns[column];
        const size_t *offset = &about->offsets[vector->codes[row]];
        return cln_buffer_append(out, about->texts.data + offset[0], offset[1] - offset[0], err);
    }
    CLN_TRY(cln_buffer_reserve(out, NUMBER_BYTES, err));
    out->size = (size_t)(put_value(text, vector, row, out->data + out->size) - out->data);
    return CLN_OK;
}

static cln_status append_csv(const cln_row_text *text, const cln_batch *batch, size_t row, cln_buffer *out,
                             cln_error *err) {
    const size_t begin = out->size;
    for (size_t c = 0; c < text->column_count; c++) {
        if (c > 0) CLN_TRY(cln_buffer_append_char(out, ',', err));
        if (!batch->recorded[c] || is_null(&batch->vectors[c], row)) continue;
        CLN_TRY(append_value(text, c, &batch->vectors[c], row, out, err));
    }
    /* An empty line would be no record. */
    if (out->size == begin) CLN_TRY(cln_buffer_append_string(out, "\"\"", err));
    return cln_buffer_append_char(out, '\n', err);
}

static cln_status append_json(const cln_row_text *text, const cln_batch *batch, size_t row, cln_buffer *out,
                              cln_error *err) {
    char separator = '{';
    for (size_t c = 0; c < text->column_count; c++) {
        if (!batch->recorded[c]) continue;
        CLN_TRY(cln_buffer_append_char(out, separator, err));
        separator = ',';
        CLN_TRY(cln_buffer_append_span(out, cln_buffer_span(&text->columns[c].key), err));
        if (is_null(&batch->vectors[c], row)) {
            CLN_TRY(cln_buffer_append_string(out, "null", err));
        } else {
            CLN_TRY(append_value(text, c, &batch->vectors[c], row, out, err));
        }
    }
    return cln_buffer_append_string(out, separator == '{' ? "{}\n" : "}\n", err);
}

cln_status cln_row_text_append(const cln_row_text *text, const cln_batch *batch, size_t row, cln_buffer *out,
                               cln_error *err) {
    return text->as_csv ? append_csv(text, batch, row, out, err) : append_json(text, batch, row, out, err);
}

cln_status cln_row_text_header(const char *const *names, size_t count, cln_buffer *out, cln_error *err) {
    for (size_t i = 0; i < count; i++) {
        if (i > 0) CLN_TRY(cln_buffer_append_char(out, ',', err));
        CLN_TRY(cln_escape_csv(cln_span_of_string(names[i]), false, out, err));
    }
    return cln_buffer_append_char(out, '\n', err);
}
