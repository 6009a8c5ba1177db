/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/report/answer.h"

#include "colonnade/base/file.h"
#include "colonnade/base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { MAX_COLUMNS = 64 };

void cln_answer_init(cln_answer *answer, const char *name, const char *title) {
    *answer = (cln_answer){.name = name, .title = title};
    cln_buffer_init(&answer->figure, SIZE_MAX);
}

void cln_answer_clean_up(cln_answer *answer) {
    for (size_t i = 0; i < answer->table_count; i++) {
        free(answer->tables[i].name);
        cln_table_clean_up(&answer->tables[i].table);
    }
    for (size_t i = 0; i < answer->note_count; i++) free(answer->notes[i]);
    free(answer->notes);
    free(answer->origin);
    free(answer->sentence);
    free(answer->figure_alt);
    cln_buffer_clean_up(&answer->figure);
    *answer = (cln_answer){0};
}

cln_status cln_answer_set_origin(cln_answer *answer, const char *origin, bool is_sample, cln_error *err) {
    answer->is_sample = is_sample;
    free(answer->origin);
    answer->origin = NULL;
    return cln_copy_string(&answer->origin, is_sample ? CLN_SAMPLE_LABEL : origin, err);
}

cln_status cln_answer_set_sentence(cln_answer *answer, cln_span text, cln_error *err) {
    char *sentence;
    CLN_TRY(cln_format_string(&sentence, err, "%s%.*s", answer->is_sample ? CLN_SAMPLE_LABEL ": " : "", (int)text.size,
                              text.data));
    free(answer->sentence);
    answer->sentence = sentence;
    return CLN_OK;
}

cln_status cln_answer_add_note(cln_answer *answer, cln_error *err, const char *format, ...) {
    char text[2048];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    CLN_TRY(cln_grow_array(&answer->notes, &answer->note_capacity, answer->note_count + 1, sizeof *answer->notes, err));
    CLN_TRY(cln_copy_string(&answer->notes[answer->note_count], text, err));
    answer->note_count++;
    return CLN_OK;
}

cln_status cln_answer_add_table(cln_answer *answer, const char *name, const char *title,
                                const char *const *column_names, size_t column_count, cln_table **table,
                                cln_error *err) {
    if (answer->table_count == CLN_ANSWER_MAX_TABLES || !cln_path_is_safe_name(name)) {
        return cln_fail(err, CLN_ERR_INTERNAL, "cannot add the table '%s' to the report", name);
    }
    cln_answer_table *added = &answer->tables[answer->table_count];
    char *labelled;
    CLN_TRY(cln_format_string(&labelled, err, "%s%s", title, answer->is_sample ? " – " CLN_SAMPLE_LABEL : ""));
    cln_status status = cln_table_init(&added->table, labelled, column_names, column_count, err);
    free(labelled);
    CLN_TRY(status);
    answer->table_count++;
    *table = &added->table;
    return cln_copy_string(&added->name, name, err);
}

void cln_answer_set_detail(cln_answer *answer) {
    answer->tables[answer->table_count - 1].is_detail = true;
}

static cln_status copy_cell(cln_cell *to, const cln_cell *from, cln_error *err) {
    if (from->kind == CLN_CELL_TEXT) return cln_cell_set_text(to, cln_span_of_string(from->as.text), err);
    *to = *from;
    return CLN_OK;
}

static cln_status copy_rows(const cln_answer *answer, const cln_table *table, cln_table *copy, cln_error *err) {
    for (size_t row = 0; row < table->row_count; row++) {
        cln_cell *cells;
        CLN_TRY(cln_table_add_row(copy, &cells, err));
        for (size_t column = 0; column < table->column_count; column++) {
            CLN_TRY(copy_cell(&cells[column], cln_table_cell(table, row, column), err));
        }
        CLN_TRY(cln_cell_set_text(&cells[table->column_count], cln_span_of_string(answer->origin), err));
    }
    return CLN_OK;
}

cln_status cln_answer_table_with_origin(const cln_answer *answer, const cln_table *table, cln_table *copy,
                                        cln_error *err) {
    const char *names[MAX_COLUMNS];
    if (table->column_count + 1 > MAX_COLUMNS) return cln_fail(err, CLN_ERR_INTERNAL, "a table has too many columns");
    for (size_t column = 0; column < table->column_count; column++) names[column] = table->column_names[column];
    /* A table without rows has no cell for the label, so its header says it. */
    const bool is_empty_sample = answer->is_sample && table->row_count == 0;
    names[table->column_count] = is_empty_sample ? "origin: " CLN_SAMPLE_LABEL : "origin";
    CLN_TRY(cln_table_init(copy, table->title, names, table->column_count + 1, err));
    const cln_status status = copy_rows(answer, table, copy, err);
    if (status != CLN_OK) cln_table_clean_up(copy);
    return status;
}

cln_status cln_answer_set_reason(cln_answer *answer, const char *reason, cln_error *err) {
    char *sentence;
    CLN_TRY(cln_format_string(&sentence, err, CLN_NOT_ANSWERED "%s", reason));
    answer->is_answered = false;
    const cln_status status = cln_answer_set_sentence(answer, cln_span_of_string(sentence), err);
    free(sentence);
    return status;
}
