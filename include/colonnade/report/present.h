/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From what was computed to what is said, listed and drawn. Each function
 * fills an answer whose origin is set; an answer that the data cannot give
 * (no row with a time, say) says why. All functions are local.
 */
#ifndef COLONNADE_REPORT_PRESENT_H
#define COLONNADE_REPORT_PRESENT_H

#include "colonnade/report/answer.h"
#include "colonnade/report/comparison.h"
#include "colonnade/report/conditions.h"
#include "colonnade/report/coverage.h"
#include "colonnade/report/seasons.h"

/* What the rows are. */
typedef struct cln_about {
    const char *city;
    const char *dataset; /* "traffic_accidents" */
    const char *unit;    /* "accidents" */
    int64_t rows;        /* of the dataset */
} cln_about;

CLN_CHECKED cln_status cln_present_seasons(cln_answer *answer, const cln_seasons *seasons, const cln_coverage *coverage,
                                           const cln_about *about, cln_error *err);

CLN_CHECKED cln_status cln_present_conditions(cln_answer *answer, const cln_conditions *conditions,
                                              const char *condition_title, const cln_about *about, cln_error *err);

/* One way to divide the city: neighbourhoods, council districts. */
typedef struct cln_division {
    const char *column; /* part of the table's name */
    const char *title;  /* "neighbourhood" */
    bool is_area;       /* role area, not district */
    cln_areas areas;    /* sorted */
} cln_division;

/* The first division is the area where the data have one. missing_area: NULL,
 * or why there is none. */
CLN_CHECKED cln_status cln_present_calls(cln_answer *answer, const cln_division *divisions, size_t division_count,
                                         const char *missing_area, const cln_about *about, cln_error *err);

/* What is compared: the periods of both, and what both cover. */
typedef struct cln_compared_side {
    cln_about about;
    const cln_coverage *coverage; /* of the whole dataset, as far as it records time and area */
    const cln_areas *areas;
} cln_compared_side;

CLN_CHECKED cln_status cln_present_comparison(cln_answer *answer, const cln_comparison *comparison,
                                              const cln_compared_side *accidents, const cln_compared_side *calls,
                                              const cln_periods *common, const char *area_title, cln_error *err);

#endif
