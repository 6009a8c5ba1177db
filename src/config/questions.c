/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/config/nearest.h"
#include "parts.h"

#include <string.h>

enum { DATASET_NAMES_MAX = 64 };

static const cln_list good_list = {offsetof(cln_config, questions.good_condition_count), sizeof(char *),
                                   cln_read_text_item, "a list of values"};
static const cln_list unknown_list = {offsetof(cln_config, questions.unknown_condition_count), sizeof(char *),
                                      cln_read_text_item, "a list of values"};

static const cln_field question_rows[] = {
    {"accidents", cln_read_text, offsetof(cln_config, questions.accidents), NULL, false},
    {"calls", cln_read_text, offsetof(cln_config, questions.calls), NULL, false},
    {"good_conditions", cln_read_list, offsetof(cln_config, questions.good_conditions), &good_list, false},
    {"unknown_conditions", cln_read_list, offsetof(cln_config, questions.unknown_conditions), &unknown_list, false},
};
const cln_fields cln_question_fields = CLN_FIELDS(question_rows);

static cln_status check_dataset_of(cln_reader *reader, const cln_config *config, const char *key, const char *name) {
    if (name == NULL || cln_config_find_dataset(config, name) != NULL) return CLN_OK;
    const char *names[DATASET_NAMES_MAX];
    size_t count = 0;
    for (; count < config->dataset_count && count < DATASET_NAMES_MAX; count++)
        names[count] = config->datasets[count].name;
    const char *const nearest = cln_nearest_name(name, names, count);
    (void)cln_reader_enter_key(reader, key);
    if (nearest == NULL) return cln_reader_fail(reader, "there is no dataset \"%s\" in \"datasets\"", name);
    return cln_reader_fail(reader, "there is no dataset \"%s\" in \"datasets\"; did you mean \"%s\"?", name, nearest);
}

static cln_status check_conditions(cln_reader *reader, const cln_config_questions *questions) {
    for (size_t i = 0; i < questions->unknown_condition_count; i++) {
        for (size_t j = 0; j < questions->good_condition_count; j++) {
            if (strcmp(questions->unknown_conditions[i], questions->good_conditions[j]) != 0) continue;
            (void)cln_reader_enter_key(reader, "unknown_conditions");
            (void)cln_reader_enter_item(reader, i);
            return cln_reader_fail(reader, "\"%s\" is one of \"good_conditions\" too; it can be only one of them",
                                   questions->unknown_conditions[i]);
        }
    }
    return CLN_OK;
}

cln_status cln_check_questions(cln_reader *reader, const cln_config *config) {
    const size_t mark = cln_reader_enter_key(reader, "questions");
    CLN_TRY(check_dataset_of(reader, config, "accidents", config->questions.accidents));
    CLN_TRY(check_dataset_of(reader, config, "calls", config->questions.calls));
    CLN_TRY(check_conditions(reader, &config->questions));
    cln_reader_leave(reader, mark);
    return CLN_OK;
}
