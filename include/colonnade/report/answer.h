/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An answer to a question: a sentence with numbers, notes, tables, and a
 * figure. It owns everything in it and lives on rank 0. What is drawn from
 * generated data says so in each of its parts: the functions here put the
 * label there, so that no question can forget it. All functions are local.
 */
#ifndef COLONNADE_REPORT_ANSWER_H
#define COLONNADE_REPORT_ANSWER_H

#include "colonnade/base/buffer.h"
#include "colonnade/base/sample.h"
#include "colonnade/column/table.h"

#include <stdbool.h>

#define CLN_NOT_ANSWERED "not answered: "

enum { CLN_ANSWER_MAX_TABLES = 12 };

typedef struct cln_answer_table {
    char *name; /* of the file, without ".csv"; a safe name */
    cln_table table;
    bool is_detail; /* only for the files: a terminal shows its name and size */
} cln_answer_table;

typedef struct cln_answer {
    const char *name; /* of the question, and of its figure's files: "seasons" */
    const char *title;
    bool is_answered; /* otherwise sentence says why not, and the rest is empty */
    bool is_sample;   /* some partition behind it was generated */
    char *origin;     /* of the numbers: the datasets' names, or CLN_SAMPLE_LABEL */
    char *sentence;
    char **notes;
    size_t note_count, note_capacity;
    cln_answer_table tables[CLN_ANSWER_MAX_TABLES];
    size_t table_count;
    cln_buffer figure; /* gnuplot: what the template needs; empty: no figure */
    char *figure_alt;  /* what the figure shows, in a sentence */
} cln_answer;

void cln_answer_init(cln_answer *answer, const char *name, const char *title);
void cln_answer_clean_up(cln_answer *answer);

/* Before any table, sentence or note is added. origin is copied. */
CLN_CHECKED cln_status cln_answer_set_origin(cln_answer *answer, const char *origin, bool is_sample, cln_error *err);

/* The sentence becomes the text, behind the label where that is due. */
CLN_CHECKED cln_status cln_answer_set_sentence(cln_answer *answer, cln_span text, cln_error *err);
/* Says instead why there is no answer. */
CLN_CHECKED cln_status cln_answer_set_reason(cln_answer *answer, const char *reason, cln_error *err);
CLN_CHECKED cln_status cln_answer_add_note(cln_answer *answer, cln_error *err, const char *format, ...)
    CLN_PRINTF(3, 4);

/* *table borrows a new empty table; the label is added to the title. */
CLN_CHECKED cln_status cln_answer_add_table(cln_answer *answer, const char *name, const char *title,
                                            const char *const *column_names, size_t column_count, cln_table **table,
                                            cln_error *err);

/* The table that was added last has more than people want to read in a terminal. */
void cln_answer_set_detail(cln_answer *answer);

/* A copy of a table with a last column "origin", for files and machines. */
CLN_CHECKED cln_status cln_answer_table_with_origin(const cln_answer *answer, const cln_table *table, cln_table *copy,
                                                    cln_error *err);

#endif
