/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ask.h"

enum { SECONDS_PER_DAY = 86400 };

cln_about cln_about_subject(const cln_inquiry *inquiry, const cln_subject *subject) {
    return (cln_about){.city = inquiry->config->city != NULL ? inquiry->config->city : "the city",
                       .dataset = subject->name,
                       .unit = subject->unit,
                       .rows = subject->rows};
}

cln_status cln_ask_refuse(const cln_inquiry *inquiry, cln_answer *answer, const char *reason, cln_error *err) {
    const cln_status status = inquiry->comm->rank == 0 ? cln_answer_set_reason(answer, reason, err) : CLN_OK;
    return cln_agree(inquiry->comm, status, err);
}

static cln_status ask_once(const cln_inquiry *inquiry, const cln_subject *subject, const char *column,
                           const cln_filter *filter, cln_areas *areas, cln_error *err) {
    const cln_key key = {CLN_KEY_VALUE, column, "area"};
    const cln_aggregate count = {CLN_AGGREGATE_COUNT, NULL, "rows"};
    const cln_plan plan = {filter, filter != NULL ? 1 : 0, &key, 1, &count, 1};
    cln_table table;
    cln_status status = cln_subject_query(subject, inquiry->comm, &plan, &table, err);
    if (status == CLN_OK) status = cln_agree(inquiry->comm, cln_areas_add_table(areas, &table, err), err);
    cln_table_clean_up(&table);
    return status;
}

cln_status cln_ask_areas(const cln_inquiry *inquiry, const cln_subject *subject, const char *column, const char *time,
                         const cln_periods *periods, cln_areas *areas, cln_error *err) {
    if (periods == NULL) return ask_once(inquiry, subject, column, NULL, areas, err);
    for (size_t i = 0; i < periods->count; i++) {
        const cln_filter filter = {time, periods->items[i].first_day * SECONDS_PER_DAY,
                                   (periods->items[i].last_day + 1) * SECONDS_PER_DAY};
        CLN_TRY(ask_once(inquiry, subject, column, &filter, areas, err));
    }
    return CLN_OK;
}
