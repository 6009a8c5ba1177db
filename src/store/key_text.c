/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "key_text.h"

#include <inttypes.h>

/* A decimal number that is cut into its parts. */
typedef struct decimal {
    bool is_negative;
    cln_span whole, fraction; /* digits on both sides of the point */
    int64_t exponent;
} decimal;

/* Digits of an exponent: those of any sensible number. */
enum { EXPONENT_DIGITS = 9 };

static cln_span take_digits(cln_span *text) {
    size_t count = 0;
    while (count < text->size && text->data[count] >= '0' && text->data[count] <= '9') count++;
    const cln_span digits = cln_span_of(text->data, count);
    *text = cln_span_of(text->data + count, text->size - count);
    return digits;
}

static bool take_char(cln_span *text, char a, char b) {
    if (text->size == 0 || (text->data[0] != a && text->data[0] != b)) return false;
    *text = cln_span_of(text->data + 1, text->size - 1);
    return true;
}

static bool take_sign(cln_span *text) {
    if (take_char(text, '-', '-')) return true;
    (void)take_char(text, '+', '+');
    return false;
}

static bool parse_decimal(cln_span text, decimal *number) {
    *number = (decimal){.is_negative = take_sign(&text)};
    number->whole = take_digits(&text);
    if (take_char(&text, '.', '.')) number->fraction = take_digits(&text);
    if (number->whole.size + number->fraction.size == 0) return false;
    if (!take_char(&text, 'e', 'E')) return text.size == 0;
    const bool is_negative = take_sign(&text);
    const cln_span digits = take_digits(&text);
    if (digits.size == 0 || digits.size > EXPONENT_DIGITS || text.size > 0) return false;
    for (size_t i = 0; i < digits.size; i++) number->exponent = 10 * number->exponent + (digits.data[i] - '0');
    if (is_negative) number->exponent = -number->exponent;
    return true;
}

/* Nearly all are of one digit. */
static cln_status append_exponent(int64_t exponent, cln_buffer *key, cln_error *err) {
    if (exponent < 0 || exponent > 9) return cln_buffer_append_format(key, err, "e%" PRId64, exponent);
    const char text[2] = {'e', (char)('0' + exponent)};
    return cln_buffer_append(key, text, sizeof text, err);
}

cln_status cln_append_number_key(cln_span value, cln_buffer *key, cln_error *err) {
    decimal number;
    value = cln_span_trim(value);
    if (!parse_decimal(value, &number)) return cln_buffer_append_span(key, value, err);
    const size_t begin = key->size;
    if (number.is_negative) CLN_TRY(cln_buffer_append_char(key, '-', err));
    const size_t sign_end = key->size;
    while (number.whole.size > 0 && number.whole.data[0] == '0') {
        number.whole = cln_span_of(number.whole.data + 1, number.whole.size - 1);
    }
    CLN_TRY(cln_buffer_append_span(key, number.whole, err));
    int64_t exponent = number.exponent - (int64_t)number.fraction.size;
    for (size_t i = 0; i < number.fraction.size; i++) {
        if (key->size == sign_end && number.fraction.data[i] == '0') continue;
        CLN_TRY(cln_buffer_append_char(key, number.fraction.data[i], err));
    }
    while (key->size > sign_end && key->data[key->size - 1] == '0') {
        key->size--;
        exponent++;
    }
    if (key->size > sign_end) return append_exponent(exponent, key, err);
    key->size = begin;
    return cln_buffer_append_char(key, '0', err);
}

static cln_status append_value(cln_compare compare, cln_span value, cln_buffer *key, cln_error *err) {
    if (compare == CLN_COMPARE_NUMBER) return cln_append_number_key(value, key, err);
    return cln_buffer_append_span(key, value, err);
}

/* Behind its size, so that no two keys of several values have the same bytes. */
static cln_status append_part(cln_compare compare, bool is_recorded, cln_span value, cln_buffer *key, cln_error *err) {
    static const uint32_t not_recorded = UINT32_MAX;
    if (!is_recorded) return cln_buffer_append(key, &not_recorded, sizeof not_recorded, err);
    const size_t place = key->size;
    uint32_t size = 0;
    CLN_TRY(cln_buffer_append(key, &size, sizeof size, err));
    CLN_TRY(append_value(compare, value, key, err));
    size = (uint32_t)(key->size - place - sizeof size);
    memcpy(key->data + place, &size, sizeof size);
    return CLN_OK;
}

cln_status cln_key_of_row(const cln_key_spec *spec, const cln_batch *batch, size_t row, cln_buffer *key, bool *is_null,
                          cln_error *err) {
    cln_buffer_clear(key);
    *is_null = false;
    for (size_t c = 0; c < spec->column_count; c++) {
        const bool is_recorded = batch->recorded[c];
        const cln_span value = is_recorded ? cln_vector_text(&batch->vectors[c], row) : cln_span_of("", 0);
        if (!spec->whole_rows && value.size == 0) {
            *is_null = true;
            return CLN_OK;
        }
        if (spec->column_count == 1 && !spec->whole_rows) return append_value(spec->compares[c], value, key, err);
        CLN_TRY(append_part(spec->compares[c], is_recorded, value, key, err));
    }
    return CLN_OK;
}
