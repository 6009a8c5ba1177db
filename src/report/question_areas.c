/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ask.h"

/* One of the two datasets in the comparison. */
typedef struct compared_side {
    const cln_subject *subject;
    const char *time, *area; /* columns */
    cln_coverage coverage;   /* rank 0 */
    cln_areas areas;         /* rank 0 */
} compared_side;

typedef struct area_comparison {
    compared_side accidents, calls;
    cln_periods common; /* after sharing, on all ranks */
} area_comparison;

static bool find_columns(compared_side *side, const cln_subject *subject, char *reason, size_t reason_bytes) {
    side->subject = subject;
    side->time = cln_subject_need(subject, CLN_ROLE_TIME, reason, reason_bytes);
    if (side->time == NULL) return false;
    side->area = cln_subject_need(subject, CLN_ROLE_AREA, reason, reason_bytes);
    return side->area != NULL;
}

/* Collective: rank 0's periods on all ranks, which all filter by them. */
static cln_status share_periods(const cln_comm *comm, cln_periods *periods, cln_error *err) {
    cln_buffer bytes;
    cln_buffer_init(&bytes, SIZE_MAX);
    cln_status status = CLN_OK;
    if (comm->rank == 0) {
        status = cln_buffer_append(&bytes, periods->items, periods->count * sizeof *periods->items, err);
    }
    status = cln_agree(comm, status, err);
    if (status == CLN_OK) status = cln_broadcast_buffer(comm, &bytes, 0, err);
    if (status == CLN_OK && comm->rank != 0) {
        for (size_t at = 0; at < bytes.size && status == CLN_OK; at += sizeof(cln_period)) {
            cln_period period;
            memcpy(&period, bytes.data + at, sizeof period);
            status = cln_periods_add(periods, period, err);
        }
    }
    cln_buffer_clean_up(&bytes);
    return cln_agree(comm, status, err);
}

static cln_status ask_side(const cln_inquiry *inquiry, compared_side *side, const cln_periods *common, cln_error *err) {
    return cln_ask_areas(inquiry, side->subject, side->area, side->time, common->count > 0 ? common : NULL,
                         &side->areas, err);
}

static cln_status ask_periods(const cln_inquiry *inquiry, area_comparison *asked, cln_error *err) {
    compared_side *sides[] = {&asked->accidents, &asked->calls};
    for (int i = 0; i < 2; i++) {
        CLN_TRY(cln_subject_coverage(sides[i]->subject, inquiry->comm, sides[i]->time, sides[i]->area,
                                     &sides[i]->coverage, err));
    }
    CLN_TRY_AGREED(
        inquiry->comm,
        cln_periods_intersect(&asked->common, &asked->accidents.coverage.periods, &asked->calls.coverage.periods, err),
        err);
    return share_periods(inquiry->comm, &asked->common, err);
}

/* Local, on rank 0. */
static cln_status answer_areas(const cln_inquiry *inquiry, cln_answer *answer, area_comparison *asked, cln_error *err) {
    compared_side *accidents = &asked->accidents, *calls = &asked->calls;
    CLN_TRY(cln_areas_sort(&accidents->areas, err));
    CLN_TRY(cln_areas_sort(&calls->areas, err));
    const cln_compared_side sides[] = {
        {cln_about_subject(inquiry, accidents->subject), &accidents->coverage, &accidents->areas},
        {cln_about_subject(inquiry, calls->subject), &calls->coverage, &calls->areas}};
    cln_comparison comparison;
    cln_status status = cln_comparison_compute(&comparison, &accidents->areas, &calls->areas, err);
    if (status == CLN_OK) {
        status = cln_present_comparison(answer, &comparison, &sides[0], &sides[1], &asked->common,
                                        cln_subject_title(accidents->subject, accidents->area), err);
    }
    cln_comparison_clean_up(&comparison);
    return status;
}

static cln_status ask(const cln_inquiry *inquiry, cln_answer *answer, area_comparison *asked, cln_error *err) {
    CLN_TRY(ask_periods(inquiry, asked, err));
    CLN_TRY(ask_side(inquiry, &asked->accidents, &asked->common, err));
    CLN_TRY(ask_side(inquiry, &asked->calls, &asked->common, err));
    const cln_status status = inquiry->comm->rank == 0 ? answer_areas(inquiry, answer, asked, err) : CLN_OK;
    return cln_agree(inquiry->comm, status, err);
}

cln_status cln_question_areas(const cln_inquiry *inquiry, cln_answer *answer, cln_error *err) {
    char reason[CLN_REASON_BYTES];
    area_comparison asked = {.common = {0}};
    if (!find_columns(&asked.accidents, &inquiry->accidents, reason, sizeof reason) ||
        !find_columns(&asked.calls, &inquiry->calls, reason, sizeof reason)) {
        return cln_ask_refuse(inquiry, answer, reason, err);
    }
    cln_areas_init(&asked.accidents.areas);
    cln_areas_init(&asked.calls.areas);
    const cln_status status = ask(inquiry, answer, &asked, err);
    cln_areas_clean_up(&asked.accidents.areas);
    cln_areas_clean_up(&asked.calls.areas);
    cln_coverage_clean_up(&asked.accidents.coverage);
    cln_coverage_clean_up(&asked.calls.coverage);
    cln_periods_clean_up(&asked.common);
    return status;
}
