/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The two questions that accidents alone answer.
 */
#include "ask.h"

static const cln_aggregate count_rows = {CLN_AGGREGATE_COUNT, NULL, "rows"};

/* Local, on rank 0. */
static cln_status answer_seasons(const cln_inquiry *inquiry, cln_answer *answer, const cln_table *table,
                                 const cln_coverage *coverage, cln_error *err) {
    const cln_about about = cln_about_subject(inquiry, &inquiry->accidents);
    cln_seasons seasons;
    cln_status status = cln_seasons_compute(&seasons, table, &coverage->periods, err);
    if (status == CLN_OK) status = cln_present_seasons(answer, &seasons, coverage, &about, err);
    cln_seasons_clean_up(&seasons);
    return status;
}

static cln_status ask_seasons(const cln_inquiry *inquiry, cln_answer *answer, const char *time, cln_coverage *coverage,
                              cln_table *table, cln_error *err) {
    const cln_key keys[] = {{CLN_KEY_YEAR, time, "year"}, {CLN_KEY_MONTH, time, "month"}};
    const cln_plan plan = {.keys = keys, .key_count = 2, .aggregates = &count_rows, .aggregate_count = 1};
    CLN_TRY(cln_subject_coverage(&inquiry->accidents, inquiry->comm, time, NULL, coverage, err));
    CLN_TRY(cln_subject_query(&inquiry->accidents, inquiry->comm, &plan, table, err));
    const bool is_root = inquiry->comm->rank == 0;
    return cln_agree(inquiry->comm, is_root ? answer_seasons(inquiry, answer, table, coverage, err) : CLN_OK, err);
}

cln_status cln_question_seasons(const cln_inquiry *inquiry, cln_answer *answer, cln_error *err) {
    char reason[CLN_REASON_BYTES];
    const char *time = cln_subject_need(&inquiry->accidents, CLN_ROLE_TIME, reason, sizeof reason);
    if (time == NULL) return cln_ask_refuse(inquiry, answer, reason, err);
    cln_coverage coverage = {0};
    cln_table table = {0};
    const cln_status status = ask_seasons(inquiry, answer, time, &coverage, &table, err);
    cln_table_clean_up(&table);
    cln_coverage_clean_up(&coverage);
    return status;
}

/* Local, on rank 0. */
static cln_status answer_conditions(const cln_inquiry *inquiry, cln_answer *answer, const char *condition,
                                    const cln_table *table, cln_error *err) {
    const cln_about about = cln_about_subject(inquiry, &inquiry->accidents);
    const char *title = cln_subject_title(&inquiry->accidents, condition);
    cln_conditions conditions;
    cln_status status = cln_conditions_compute(&conditions, table, &inquiry->config->questions, err);
    if (status == CLN_OK) status = cln_present_conditions(answer, &conditions, title, &about, err);
    cln_conditions_clean_up(&conditions);
    return status;
}

cln_status cln_question_conditions(const cln_inquiry *inquiry, cln_answer *answer, cln_error *err) {
    char reason[CLN_REASON_BYTES];
    const char *time = cln_subject_need(&inquiry->accidents, CLN_ROLE_TIME, reason, sizeof reason);
    if (time == NULL) return cln_ask_refuse(inquiry, answer, reason, err);
    const char *condition = cln_subject_need(&inquiry->accidents, CLN_ROLE_CONDITION, reason, sizeof reason);
    if (condition == NULL) return cln_ask_refuse(inquiry, answer, reason, err);
    const cln_key keys[] = {{CLN_KEY_MONTH, time, "month"}, {CLN_KEY_VALUE, condition, "condition"}};
    const cln_plan plan = {.keys = keys, .key_count = 2, .aggregates = &count_rows, .aggregate_count = 1};
    cln_table table;
    cln_status status = cln_subject_query(&inquiry->accidents, inquiry->comm, &plan, &table, err);
    if (status == CLN_OK) {
        if (inquiry->comm->rank == 0) status = answer_conditions(inquiry, answer, condition, &table, err);
        status = cln_agree(inquiry->comm, status, err);
    }
    cln_table_clean_up(&table);
    return status;
}
