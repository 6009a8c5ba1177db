/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pollutions: what a file can have done to it, and the file and the expected
 * table that come out. The expected table is the clean one as far as the
 * pollution leaves it: an extra quote is a character of its cell, titles and
 * notes belong to no table, a second table's rows are rows.
 */
#ifndef COLONNADE_TESTS_POLLUTION_POLLUTE_H
#define COLONNADE_TESTS_POLLUTION_POLLUTE_H

#include "colonnade/csv/dialect.h"
#include "pollution/score.h"
#include "pollution/source.h"

typedef enum row_fault {
    ROW_SOUND,
    ROW_MORE_DELIMITERS,  /* one before the column's own */
    ROW_LESS_DELIMITERS,  /* the one before the column is missing */
    ROW_EXTRA_QUOTE,      /* at the beginning of the cell's text, not escaped */
    ROW_OTHER_DELIMITERS, /* blanks in place of all */
    ROW_CUT,              /* the cells from the column on are missing */
    ROW_LINE_END,         /* inside the quoted text of the column */
    ROW_BLANK_LINE,       /* before the row */
    ROW_ENDS_WITH_LF,     /* where others end otherwise */
} row_fault;

typedef struct pollution {
    char name[64];
    double weight; /* among the others of its set */
    /* The dialect, all of the file. NULL or 0: the usual one. */
    const char *delimiter; /* "," */
    char quote;            /* '"' */
    const char *escape;    /* before a quote in quoted text; NULL: another quote */
    const char *line_end;  /* "\r\n" */
    bool no_quotes;        /* no cell is quoted, and no text holds a delimiter or quote */
    bool all_quoted;
    bool no_last_line_end;
    bool two_last_line_ends;
    bool with_mark; /* byte-order mark */
    bool windows_1252;
    bool utf_16;
    bool padded;             /* a blank around every cell that is not quoted */
    bool trailing_delimiter; /* at the end of every row but the header */
    bool blank_lines;        /* behind every row */
    /* The table. */
    bool empty, no_header;
    int header_rows;      /* 0: 1 */
    int rows;             /* with the header; 0: all; -1: none */
    int columns;          /* 0: all */
    int second_columns;   /* of a second table; 0: there is none */
    bool second_apart;    /* a blank line before it */
    const char *preamble; /* lines before the table */
    const char *footer;   /* lines behind it */
    int preamble_lines;
    /* One row. */
    row_fault fault;
    int row, column;
} pollution;

typedef struct polluted {
    cln_buffer bytes;
    grid expected;
    cln_dialect dialect; /* what a user who knows the file would give */
} polluted;

static inline void put(polluted *file, const char *text) {
    score_must(cln_buffer_append_string(&file->bytes, text, NULL));
}

static inline void put_char(polluted *file, char c) {
    score_must(cln_buffer_append_char(&file->bytes, c, NULL));
}

static inline bool has_fault(const pollution *p, row_fault fault, int row, int column) {
    return p->fault == fault && p->row == row && p->column == column;
}

static inline const char *delimiter_of(const pollution *p, int row) {
    if (p->fault == ROW_OTHER_DELIMITERS && p->row == row) return " ";
    return p->delimiter == NULL ? "," : p->delimiter;
}

/* The text of a cell as this pollution has it. */
static inline void text_of(const pollution *p, const source_table *source, int row, int column, char *text,
                           size_t size) {
    const char *clean = source->cells[row][column].text;
    (void)snprintf(text, size, "%s", clean);
    for (char *c = text; p->no_quotes && *c != '\0'; c++) {
        if (*c == '"' || strchr(delimiter_of(p, -1), *c) != NULL) *c = '_';
    }
    if (has_fault(p, ROW_LINE_END, row, column)) text[4] = '\n';
    if ((p->windows_1252 || p->with_mark) && column == 5 && row > 0)
        (void)snprintf(text, size,
                       "Stra\xc3\x9f"
                       "e %d",
                       row);
}

static inline void put_cell(const pollution *p, polluted *file, const source_table *source, int row, int column) {
    char text[SOURCE_CELL_BYTES];
    text_of(p, source, row, column, text, sizeof text);
    const char quote = p->quote == 0 ? '"' : p->quote;
    const bool holds_quote = strchr(text, quote) != NULL;
    const bool is_quoted =
        !p->no_quotes && (p->all_quoted || source->cells[row][column].is_quoted || holds_quote ||
                          (text[0] != '\0' && strstr(text, delimiter_of(p, -1)) != NULL) || strchr(text, '\n') != NULL);
    const bool is_padded = p->padded && !is_quoted;
    if (is_padded) put_char(file, ' ');
    if (is_quoted) put_char(file, quote);
    if (has_fault(p, ROW_EXTRA_QUOTE, row, column)) put_char(file, quote);
    for (const char *c = text; *c != '\0'; c++) {
        const char own[] = {quote, '\0'};
        if (is_quoted && *c == quote) put(file, p->escape == NULL ? own : p->escape);
        if (p->windows_1252 && *c == '\xc3' && c[1] == '\x9f') {
            put_char(file, '\xdf');
            c++;
        } else {
            put_char(file, *c);
        }
    }
    if (is_quoted) put_char(file, quote);
    if (is_padded) put_char(file, ' ');
}

static inline void expect_cell(const pollution *p, polluted *file, const source_table *source, int row, int column) {
    char text[SOURCE_CELL_BYTES + 3];
    char plain[SOURCE_CELL_BYTES];
    text_of(p, source, row, column, plain, sizeof plain);
    const char extra[] = {p->quote == 0 ? '"' : p->quote, '\0'};
    const bool is_padded = p->padded && !source->cells[row][column].is_quoted;
    (void)snprintf(text, sizeof text, "%s%s%s%s", has_fault(p, ROW_EXTRA_QUOTE, row, column) ? extra : "",
                   is_padded ? " " : "", plain, is_padded ? " " : "");
    grid_add_cell(&file->expected, cln_span_of_string(text));
}

static inline void put_row_end(const pollution *p, polluted *file, int row) {
    const char *line_end = p->line_end == NULL ? "\r\n" : p->line_end;
    put(file, p->fault == ROW_ENDS_WITH_LF && p->row == row ? "\n" : line_end);
    if (p->blank_lines) put(file, line_end);
}

static inline void put_row(const pollution *p, polluted *file, const source_table *source, int row, int columns) {
    if (p->fault == ROW_BLANK_LINE && p->row == row) put(file, "\r\n");
    const int end = p->fault == ROW_CUT && p->row == row ? p->column : columns;
    for (int column = 0; column < end; column++) {
        if (has_fault(p, ROW_MORE_DELIMITERS, row, column)) put(file, delimiter_of(p, row));
        if (column > 0 && !has_fault(p, ROW_LESS_DELIMITERS, row, column)) put(file, delimiter_of(p, row));
        put_cell(p, file, source, row, column % SOURCE_COLUMNS);
    }
    if (p->trailing_delimiter && row > 0) put(file, delimiter_of(p, row));
    put_row_end(p, file, row);
}

static inline void expect_row(const pollution *p, polluted *file, const source_table *source, int row, int columns) {
    const int end = p->fault == ROW_CUT && p->row == row ? p->column : columns;
    for (int column = 0; column < end; column++) expect_cell(p, file, source, row, column % SOURCE_COLUMNS);
    if (p->trailing_delimiter && row > 0) grid_add_cell(&file->expected, cln_span_of_string(""));
    grid_end_row(&file->expected);
}

/* Several header rows are one, the names with a blank between them. */
static inline void expect_header(const pollution *p, polluted *file, const source_table *source, int columns) {
    if (p->header_rows < 2) {
        expect_row(p, file, source, 0, columns);
        return;
    }
    for (int column = 0; column < columns; column++) {
        char name[SOURCE_CELL_BYTES] = "";
        for (int i = 0; i < p->header_rows; i++) {
            const size_t used = strlen(name);
            (void)snprintf(name + used, sizeof name - used, "%s%s", i == 0 ? "" : " ", source->cells[0][column].text);
        }
        grid_add_cell(&file->expected, cln_span_of_string(name));
    }
    grid_end_row(&file->expected);
}

static inline void put_table(const pollution *p, polluted *file, const source_table *source, int columns) {
    const int rows = p->rows == 0 ? SOURCE_ROWS : p->rows;
    for (int i = 0; i < (p->header_rows == 0 ? 1 : p->header_rows) && !p->no_header; i++) {
        put_row(p, file, source, 0, columns);
    }
    if (!p->no_header) expect_header(p, file, source, columns);
    for (int row = 1; row < rows; row++) {
        put_row(p, file, source, row, columns);
        expect_row(p, file, source, row, columns);
    }
}

/* Its rows, the header among them, are rows of the file like others. */
static inline void put_second_table(const pollution *p, polluted *file, const source_table *source) {
    if (p->second_apart) put(file, "\r\n");
    for (int row = 0; row < SOURCE_ROWS - 1; row++) {
        put_row(p, file, source, row, p->second_columns);
        expect_row(p, file, source, row, p->second_columns);
    }
}

static inline void encode_utf_16(polluted *file) {
    cln_buffer wide;
    cln_buffer_init(&wide, SIZE_MAX);
    score_must(cln_buffer_append(&wide, "\xff\xfe", 2, NULL));
    for (size_t i = 0; i < file->bytes.size; i++) {
        const char pair[2] = {file->bytes.data[i], '\0'};
        score_must(cln_buffer_append(&wide, pair, 2, NULL));
    }
    cln_buffer_clean_up(&file->bytes);
    file->bytes = wide;
}

static inline void set_dialect(const pollution *p, polluted *file) {
    file->dialect = cln_dialect_default();
    file->dialect.delimiter = (unsigned char)delimiter_of(p, -1)[0];
    file->dialect.quote = p->quote == 0 ? '"' : (unsigned char)p->quote;
    file->dialect.has_quote = !p->no_quotes;
    file->dialect.has_header = !p->no_header;
    file->dialect.skip_lines = (uint64_t)p->preamble_lines;
}

/* The caller cleans both up. */
static inline void pollute(const pollution *p, const source_table *source, polluted *file) {
    const int columns = p->columns == 0 ? SOURCE_COLUMNS : p->columns;
    cln_buffer_init(&file->bytes, SIZE_MAX);
    grid_init(&file->expected);
    set_dialect(p, file);
    if (p->empty) return;
    if (p->with_mark) put(file, "\xef\xbb\xbf");
    if (p->preamble != NULL) put(file, p->preamble);
    put_table(p, file, source, columns);
    if (p->second_columns > 0) put_second_table(p, file, source);
    if (p->footer != NULL) put(file, p->footer);
    if (p->no_last_line_end) file->bytes.size -= 2;
    if (p->two_last_line_ends) put(file, "\r\n");
    if (p->utf_16) encode_utf_16(file);
}

#endif
