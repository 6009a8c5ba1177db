/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/escape.h"
#include "colonnade/report/report.h"

#include <string.h>

enum { SHOWN_ROWS = 12, LINE_WIDTH = 100, INDENT = 3 };

/* The width of a word in code points. */
static size_t word_width(const char *word, size_t size) {
    size_t width = 0;
    for (size_t i = 0; i < size; i++) width += ((unsigned char)word[i] & 0xC0) != 0x80;
    return width;
}

/* The bytes of the next word; a number keeps its percent sign. */
static size_t next_word(const char *text) {
    const size_t size = strcspn(text, " ");
    return text[size] == ' ' && text[size + 1] == '%' ? size + 1 + strcspn(text + size + 1, " ") : size;
}

/* Words in lines that a terminal does not break, all but the first indented. */
static cln_status append_wrapped(const char *text, size_t used, cln_buffer *out, cln_error *err) {
    size_t column = used;
    while (*text != '\0') {
        const size_t size = next_word(text);
        const size_t width = word_width(text, size);
        if (column > INDENT && column + 1 + width > LINE_WIDTH) {
            CLN_TRY(cln_buffer_append_format(out, err, "\n%*s", INDENT, ""));
            column = INDENT;
        } else if (column > INDENT) {
            CLN_TRY(cln_buffer_append_char(out, ' ', err));
            column++;
        }
        CLN_TRY(cln_escape_visible(cln_span_of(text, size), out, err));
        column += width;
        text += size;
        text += strspn(text, " ");
    }
    return cln_buffer_append_char(out, '\n', err);
}

static cln_status print_table(const cln_answer_table *table, const char *dir, cln_buffer *out, cln_error *err) {
    const size_t rows = table->table.row_count;
    const size_t shown = rows <= SHOWN_ROWS + 1 ? rows : SHOWN_ROWS;
    if (rows == 0) return cln_buffer_append_format(out, err, "%s: none\n\n", table->table.title);
    CLN_TRY(cln_print_aligned(&table->table, shown, out, err));
    if (shown < rows) {
        CLN_TRY(
            cln_buffer_append_format(out, err, "... and %zu more rows in %s/%s.csv\n", rows - shown, dir, table->name));
    }
    return cln_buffer_append_char(out, '\n', err);
}

static cln_status print_tables(const cln_answer *answer, const char *dir, cln_buffer *out, cln_error *err) {
    for (size_t i = 0; i < answer->table_count; i++) {
        if (!answer->tables[i].is_detail) CLN_TRY(print_table(&answer->tables[i], dir, out, err));
    }
    for (size_t i = 0; i < answer->table_count; i++) {
        const cln_answer_table *table = &answer->tables[i];
        if (!table->is_detail) continue;
        CLN_TRY(cln_buffer_append_format(out, err, "%s: %zu rows in %s/%s.csv\n\n", table->table.title,
                                         table->table.row_count, dir, table->name));
    }
    for (size_t i = 0; i < answer->note_count; i++) {
        CLN_TRY(cln_buffer_append_string(out, " * ", err));
        CLN_TRY(append_wrapped(answer->notes[i], INDENT, out, err));
    }
    return cln_buffer_append_string(out, answer->note_count > 0 ? "\n" : "", err);
}

static cln_status print_for_people(const cln_report *report, const char *dir, cln_buffer *out, cln_error *err) {
    for (size_t i = 0; i < report->entry_count; i++) {
        const cln_answer *answer = &report->entries[i].answer;
        if (!answer->is_answered) continue;
        CLN_TRY(cln_buffer_append_format(out, err, "== %zu. %s%s\n\n", report->entries[i].question + 1, answer->title,
                                         answer->is_sample ? " – " CLN_SAMPLE_LABEL : ""));
        CLN_TRY(print_tables(answer, dir, out, err));
    }
    CLN_TRY(cln_buffer_append_format(out, err, "== Answers%s\n\n", report->is_sample ? " – " CLN_SAMPLE_LABEL : ""));
    for (size_t i = 0; i < report->entry_count; i++) {
        CLN_TRY(cln_buffer_append_format(out, err, "%zu. ", report->entries[i].question + 1));
        CLN_TRY(append_wrapped(report->entries[i].answer.sentence, INDENT, out, err));
        CLN_TRY(cln_buffer_append_char(out, '\n', err));
    }
    return cln_buffer_append_format(out, err, "The report: %s/index.html\n", dir);
}

static cln_status print_table_of_files(const cln_answer *answer, const cln_answer_table *table,
                                       cln_output_format format, cln_buffer *out, cln_error *err) {
    cln_table copy;
    CLN_TRY(cln_answer_table_with_origin(answer, &table->table, &copy, err));
    const cln_status status = cln_print_table(&copy, format, out, err);
    cln_table_clean_up(&copy);
    return status;
}

static cln_status print_csv(const cln_report *report, cln_buffer *out, cln_error *err) {
    bool is_first = true;
    for (size_t i = 0; i < report->entry_count; i++) {
        const cln_answer *answer = &report->entries[i].answer;
        for (size_t t = 0; t < answer->table_count; t++) {
            if (!is_first) CLN_TRY(cln_buffer_append_char(out, '\n', err));
            CLN_TRY(print_table_of_files(answer, &answer->tables[t], CLN_OUTPUT_CSV, out, err));
            is_first = false;
        }
    }
    return CLN_OK;
}

static cln_status append_member(const char *name, const char *text, cln_buffer *out, cln_error *err) {
    CLN_TRY(cln_buffer_append_format(out, err, " \"%s\": ", name));
    CLN_TRY(cln_escape_json(cln_span_of_string(text), out, err));
    return cln_buffer_append_string(out, ",\n", err);
}

static cln_status print_json_answer(const cln_answer *answer, cln_buffer *out, cln_error *err) {
    CLN_TRY(cln_buffer_append_string(out, "{\n", err));
    CLN_TRY(append_member("question", answer->name, out, err));
    CLN_TRY(append_member("title", answer->title, out, err));
    CLN_TRY(append_member("origin", answer->origin, out, err));
    CLN_TRY(cln_buffer_append_format(out, err, " \"answered\": %s,\n \"sample\": %s,\n",
                                     answer->is_answered ? "true" : "false", answer->is_sample ? "true" : "false"));
    CLN_TRY(append_member("answer", answer->sentence, out, err));
    CLN_TRY(cln_buffer_append_string(out, " \"notes\": [", err));
    for (size_t i = 0; i < answer->note_count; i++) {
        if (i > 0) CLN_TRY(cln_buffer_append_string(out, ", ", err));
        CLN_TRY(cln_escape_json(cln_span_of_string(answer->notes[i]), out, err));
    }
    CLN_TRY(cln_buffer_append_string(out, "],\n \"tables\": {", err));
    for (size_t i = 0; i < answer->table_count; i++) {
        CLN_TRY(cln_buffer_append_format(out, err, "%s\n\"%s\": ", i == 0 ? "" : ",", answer->tables[i].name));
        CLN_TRY(print_table_of_files(answer, &answer->tables[i], CLN_OUTPUT_JSON, out, err));
    }
    return cln_buffer_append_string(out, "}\n}", err);
}

static cln_status print_json(const cln_report *report, cln_buffer *out, cln_error *err) {
    CLN_TRY(cln_buffer_append_char(out, '[', err));
    for (size_t i = 0; i < report->entry_count; i++) {
        if (i > 0) CLN_TRY(cln_buffer_append_string(out, ",\n", err));
        CLN_TRY(print_json_answer(&report->entries[i].answer, out, err));
    }
    return cln_buffer_append_string(out, "]\n", err);
}

cln_status cln_report_print(const cln_report *report, const char *dir, cln_output_format format, cln_buffer *out,
                            cln_error *err) {
    switch (format) {
    case CLN_OUTPUT_TABLE:
        return print_for_people(report, dir, out, err);
    case CLN_OUTPUT_CSV:
        return print_csv(report, out, err);
    case CLN_OUTPUT_JSON:
        return print_json(report, out, err);
    }
    return cln_fail(err, CLN_ERR_INTERNAL, "an unknown output format");
}
