/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The questions: each runs plans over the store on all ranks, and on rank 0
 * computes and presents its answer. A question that lacks a dataset or a
 * column says so; the others still answer.
 */
#ifndef COLONNADE_REPORT_QUESTION_H
#define COLONNADE_REPORT_QUESTION_H

#include "colonnade/report/answer.h"
#include "colonnade/report/subject.h"

enum { CLN_QUESTION_COUNT = 4 };

/* What is asked, and of what. */
typedef struct cln_inquiry {
    const cln_comm *comm;
    const cln_config *config;
    cln_subject accidents, calls;
} cln_inquiry;

/* Collective. The answer is whole on rank 0; elsewhere it stays empty. */
typedef cln_status cln_question_function(const cln_inquiry *inquiry, cln_answer *answer, cln_error *err);

typedef struct cln_question {
    const char *name;
    const char *title;
    cln_question_function *ask;
} cln_question;

extern const cln_question cln_questions[CLN_QUESTION_COUNT];

/* Local. Which questions the names mean ("seasons" or "1"); none means all.
 * An unknown name is CLN_ERR_USAGE that names the nearest. */
CLN_CHECKED cln_status cln_questions_select(const char *const *names, size_t count, bool selected[CLN_QUESTION_COUNT],
                                            cln_error *err);

cln_question_function cln_question_seasons;
cln_question_function cln_question_conditions;
cln_question_function cln_question_calls;
cln_question_function cln_question_areas;

#endif
