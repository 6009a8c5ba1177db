/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/report/question.h"

#include "colonnade/config/nearest.h"

#include <string.h>

const cln_question cln_questions[CLN_QUESTION_COUNT] = {
    {"seasons", "When do accidents happen?", cln_question_seasons},
    {"conditions", "What is the road like when they happen?", cln_question_conditions},
    {"calls", "Where do 311 calls come from?", cln_question_calls},
    {"areas", "Do accidents and calls come from the same places?", cln_question_areas},
};

static cln_status find(const char *name, size_t *position, cln_error *err) {
    const char *names[CLN_QUESTION_COUNT];
    for (size_t i = 0; i < CLN_QUESTION_COUNT; i++) {
        names[i] = cln_questions[i].name;
        const bool is_number = name[0] == (char)('1' + i) && name[1] == '\0';
        if (is_number || strcmp(name, names[i]) == 0) {
            *position = i;
            return CLN_OK;
        }
    }
    const char *nearest = cln_nearest_name(name, names, CLN_QUESTION_COUNT);
    if (nearest != NULL) {
        return cln_fail(err, CLN_ERR_USAGE, "there is no question '%s'; did you mean '%s'?", name, nearest);
    }
    return cln_fail(err, CLN_ERR_USAGE,
                    "there is no question '%s'; the questions are seasons (1), conditions (2), calls (3) and areas (4)",
                    name);
}

cln_status cln_questions_select(const char *const *names, size_t count, bool selected[CLN_QUESTION_COUNT],
                                cln_error *err) {
    for (size_t i = 0; i < CLN_QUESTION_COUNT; i++) selected[i] = count == 0;
    for (size_t i = 0; i < count; i++) {
        size_t position = 0;
        CLN_TRY(find(names[i], &position, err));
        selected[position] = true;
    }
    return CLN_OK;
}
