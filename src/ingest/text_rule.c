/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/ingest/text_rule.h"

enum { ZIP_DIGITS = 5, ZIP_PLUS_FOUR_DIGITS = 9 };

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* 80207-3720 and 802073720 are 80207; anything else stays. */
static cln_span cut_zip(cln_span text) {
    size_t digits = 0;
    for (size_t i = 0; i < text.size; i++) {
        const bool is_dash = i == ZIP_DIGITS && text.data[i] == '-';
        if (!is_digit(text.data[i]) && !is_dash) return text;
        digits += !is_dash;
    }
    return digits == ZIP_PLUS_FOUR_DIGITS ? cln_span_of(text.data, ZIP_DIGITS) : text;
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

/* ASCII letters only, so that the result does not depend on a locale. */
static char fold_char(char c, cln_fold fold) {
    if (fold == CLN_FOLD_UPPER && c >= 'a' && c <= 'z') return (char)(c - 'a' + 'A');
    if (fold == CLN_FOLD_LOWER && c >= 'A' && c <= 'Z') return (char)(c - 'A' + 'a');
    return c;
}

/* Whether the text, folded, is one of the values that mean null. */
static bool means_null(const cln_config_column *column, cln_span text) {
    for (size_t n = 0; n < column->null_count; n++) {
        const cln_span null = cln_span_of_string(column->nulls[n]);
        size_t same = 0;
        if (null.size != text.size) continue;
        while (same < null.size && fold_char(text.data[same], column->fold) == null.data[same]) same++;
        if (same == null.size) return true;
    }
    return false;
}

static void cut_nulls(const cln_config_column *column, cln_span *cells, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (means_null(column, cells[i])) cells[i].size = 0;
    }
}

void cln_text_rule_cut(const cln_config_column *column, cln_span *cells, size_t count) {
    const bool trims = column == NULL || column->trim;
    const bool cuts_zip = column != NULL && column->first_five;
    for (size_t i = 0; i < count; i++) {
        if (cells[i].size == 0) continue;
        const bool has_blank = is_blank(cells[i].data[0]) || is_blank(cells[i].data[cells[i].size - 1]);
        if (!has_blank && !cuts_zip) continue;
        const cln_span trimmed = cln_span_trim(cells[i]);
        if (trims || trimmed.size == 0) cells[i] = trimmed;
        if (cuts_zip) cells[i] = cut_zip(cells[i]);
    }
    if (column != NULL && column->null_count > 0) cut_nulls(column, cells, count);
}

bool cln_text_rule_changes(const cln_config_column *column) {
    return column != NULL && (column->fold != CLN_FOLD_NONE || column->synonym_count > 0);
}

static cln_status fold_text(cln_fold fold, cln_span text, cln_buffer *arena, cln_span *result, cln_error *err) {
    *result = text;
    if (fold == CLN_FOLD_NONE) return CLN_OK;
    cln_buffer_clear(arena);
    CLN_TRY(cln_buffer_reserve(arena, text.size, err));
    for (size_t i = 0; i < text.size; i++) arena->data[i] = fold_char(text.data[i], fold);
    arena->size = text.size;
    *result = cln_buffer_span(arena);
    return CLN_OK;
}

cln_status cln_text_rule_apply(const cln_config_column *column, cln_span text, cln_buffer *arena, cln_span *result,
                               bool *renamed, cln_error *err) {
    *renamed = false;
    *result = text;
    if (column == NULL) return CLN_OK;
    CLN_TRY(fold_text(column->fold, text, arena, result, err));
    for (size_t s = 0; s < column->synonym_count; s++) {
        if (!cln_span_equal(*result, cln_span_of_string(column->synonyms[s].from))) continue;
        *result = cln_span_of_string(column->synonyms[s].to);
        *renamed = true;
        break;
    }
    return CLN_OK;
}
