/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Question 4: do the areas with many accidents also have many calls? Shares of
 * both by area, joined by the normalised name; every area that has no partner
 * is listed. All functions are local.
 */
#ifndef COLONNADE_REPORT_COMPARISON_H
#define COLONNADE_REPORT_COMPARISON_H

#include "colonnade/report/area.h"
#include "colonnade/report/statistics.h"

typedef struct cln_compared_area {
    const cln_area *accidents, *calls; /* one may be NULL: the area does not join */
    double accident_share, call_share; /* of all located rows; NaN where it does not join */
    double difference;                 /* call_share - accident_share; NaN where it does not join */
} cln_compared_area;

typedef struct cln_comparison {
    cln_compared_area *items; /* those that join by falling size of the difference, then by key; then the others: of
                               * the accidents, then of the calls */
    size_t count;
    size_t joined;
    cln_rank_correlation correlation;
} cln_comparison;

/* Borrows both, which must be sorted. */
CLN_CHECKED cln_status cln_comparison_compute(cln_comparison *comparison, const cln_areas *accidents,
                                              const cln_areas *calls, cln_error *err);
void cln_comparison_clean_up(cln_comparison *comparison);

/* The label of the accidents, unless only that of the calls has capitals. */
const char *cln_compared_label(const cln_compared_area *area);

#endif
