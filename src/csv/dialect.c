/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/csv/dialect.h"

#include "colonnade/base/number.h"

#include <string.h>

cln_dialect cln_dialect_default(void) {
    return (cln_dialect){.delimiter = ',',
                         .quote = '"',
                         .has_quote = true,
                         .has_header = true,
                         .newlines_in_quotes = true,
                         .fallback = CLN_FALLBACK_WINDOWS_1252};
}

cln_dialect cln_dialect_of_dataset(const cln_config_dataset *dataset) {
    return (cln_dialect){.delimiter = (unsigned char)dataset->delimiter,
                         .quote = (unsigned char)dataset->quote,
                         .has_quote = dataset->quote != '\0',
                         .has_header = dataset->has_header,
                         .newlines_in_quotes = dataset->newlines_in_quotes,
                         .skip_lines = (uint64_t)dataset->skip_lines,
                         .fallback = strcmp(dataset->fallback_encoding, "none") == 0 ? CLN_FALLBACK_NONE
                                                                                     : CLN_FALLBACK_WINDOWS_1252};
}

/* One byte that can stand for itself, by its character or by name. */
static cln_status parse_byte(const char *option, const char *text, unsigned char *byte, cln_error *err) {
    if (strcmp(text, "tab") == 0 || strcmp(text, "\\t") == 0) {
        *byte = '\t';
        return CLN_OK;
    }
    const unsigned char first = (unsigned char)text[0];
    if (first == '\0' || text[1] != '\0' || first >= 0x80 || first == '\n' || first == '\r') {
        return cln_fail(err, CLN_ERR_USAGE,
                        "%s takes one ASCII character that is not a line end, or \"tab\"; not \"%s\"", option, text);
    }
    *byte = first;
    return CLN_OK;
}

cln_status cln_dialect_set_delimiter(cln_dialect *dialect, const char *text, cln_error *err) {
    if (text == NULL) return CLN_OK;
    return parse_byte("--delimiter", text, &dialect->delimiter, err);
}

cln_status cln_dialect_set_quote(cln_dialect *dialect, const char *text, cln_error *err) {
    if (text == NULL) return CLN_OK;
    dialect->has_quote = strcmp(text, "none") != 0;
    return dialect->has_quote ? parse_byte("--quote", text, &dialect->quote, err) : CLN_OK;
}

cln_status cln_dialect_set_encoding(cln_dialect *dialect, const char *text, cln_error *err) {
    if (text == NULL) return CLN_OK;
    if (strcmp(text, "utf-8") == 0 || strcmp(text, "none") == 0) {
        dialect->fallback = CLN_FALLBACK_NONE;
    } else if (strcmp(text, "windows-1252") == 0) {
        dialect->fallback = CLN_FALLBACK_WINDOWS_1252;
    } else {
        return cln_fail(
            err, CLN_ERR_USAGE,
            "--encoding takes \"utf-8\" (records that are not UTF-8 are rejected) or \"windows-1252\" (they "
            "are converted); not \"%s\". Convert other encodings first, for example with iconv",
            text);
    }
    dialect->takes_nuls = true;
    return CLN_OK;
}

cln_status cln_dialect_set_newlines_in_quotes(cln_dialect *dialect, const char *text, cln_error *err) {
    if (text == NULL) return CLN_OK;
    const bool yes = strcmp(text, "yes") == 0;
    if (!yes && strcmp(text, "no") != 0) {
        return cln_fail(err, CLN_ERR_USAGE, "--newlines-in-quotes takes \"yes\" or \"no\"; not \"%s\"", text);
    }
    dialect->newlines_in_quotes = yes;
    return CLN_OK;
}

cln_status cln_dialect_set_skip_lines(cln_dialect *dialect, const char *text, cln_error *err) {
    if (text == NULL) return CLN_OK;
    int64_t lines;
    if (!cln_parse_integer(cln_span_of_string(text), &lines) || lines < 0 || lines > CLN_SKIP_LINES_MAX) {
        return cln_fail(err, CLN_ERR_USAGE, "--skip-lines takes a number of lines from 0 to %d; not \"%s\"",
                        CLN_SKIP_LINES_MAX, text);
    }
    dialect->skip_lines = (uint64_t)lines;
    return CLN_OK;
}

bool cln_dialect_are_alike(const cln_dialect *a, const cln_dialect *b) {
    const bool same_quote = a->has_quote == b->has_quote && (!a->has_quote || a->quote == b->quote);
    return same_quote && a->delimiter == b->delimiter && a->has_header == b->has_header &&
           a->newlines_in_quotes == b->newlines_in_quotes && a->skip_lines == b->skip_lines;
}

cln_status cln_dialect_check(const cln_dialect *dialect, cln_error *err) {
    if (!dialect->has_quote || dialect->quote != dialect->delimiter) return CLN_OK;
    return cln_fail(err, CLN_ERR_USAGE,
                    "delimiter and quote are the same character; give another --quote, or --quote none");
}
