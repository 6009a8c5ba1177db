/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ask.h"

enum { MAX_DIVISIONS = CLN_ANSWER_MAX_TABLES - 1 };

typedef struct division_list {
    cln_division items[MAX_DIVISIONS];
    size_t count;
    const char *missing_area; /* NULL: there is an area */
    char reason[CLN_REASON_BYTES];
} division_list;

static void add_division(division_list *list, const cln_subject *calls, const char *column, bool is_area) {
    cln_division *division = &list->items[list->count++];
    *division = (cln_division){.column = column, .title = cln_subject_title(calls, column), .is_area = is_area};
    cln_areas_init(&division->areas);
}

static void find_divisions(division_list *list, const cln_subject *calls) {
    const char *area = cln_subject_need(calls, CLN_ROLE_AREA, list->reason, sizeof list->reason);
    if (area != NULL) {
        add_division(list, calls, area, true);
    } else {
        list->missing_area = list->reason;
    }
    const cln_dataset_column *district;
    for (size_t i = 0; (district = cln_subject_column(calls, CLN_ROLE_DISTRICT, i)) != NULL; i++) {
        const bool fits = district->type != CLN_TYPE_DOUBLE && district->type != CLN_TYPE_TIMESTAMP;
        if (fits && list->count < MAX_DIVISIONS) add_division(list, calls, district->name, false);
    }
}

/* Local, on rank 0. */
static cln_status answer_calls(const cln_inquiry *inquiry, cln_answer *answer, division_list *list, cln_error *err) {
    const cln_about about = cln_about_subject(inquiry, &inquiry->calls);
    for (size_t i = 0; i < list->count; i++) CLN_TRY(cln_areas_sort(&list->items[i].areas, err));
    return cln_present_calls(answer, list->items, list->count, list->missing_area, &about, err);
}

static cln_status ask_divisions(const cln_inquiry *inquiry, cln_answer *answer, division_list *list, cln_error *err) {
    for (size_t i = 0; i < list->count; i++) {
        cln_division *division = &list->items[i];
        CLN_TRY(cln_ask_areas(inquiry, &inquiry->calls, division->column, NULL, NULL, &division->areas, err));
    }
    const cln_status status = inquiry->comm->rank == 0 ? answer_calls(inquiry, answer, list, err) : CLN_OK;
    return cln_agree(inquiry->comm, status, err);
}

cln_status cln_question_calls(const cln_inquiry *inquiry, cln_answer *answer, cln_error *err) {
    if (inquiry->calls.dataset == NULL) return cln_ask_refuse(inquiry, answer, inquiry->calls.missing, err);
    division_list list = {.count = 0};
    find_divisions(&list, &inquiry->calls);
    if (list.count == 0) return cln_ask_refuse(inquiry, answer, list.reason, err);
    const cln_status status = ask_divisions(inquiry, answer, &list, err);
    for (size_t i = 0; i < list.count; i++) cln_areas_clean_up(&list.items[i].areas);
    return status;
}
