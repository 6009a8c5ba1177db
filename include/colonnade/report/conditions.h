/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Question 2: what was the road like, month by month? Conditions that tell
 * something are good or adverse; blank cells and values that tell nothing are
 * missing and stand beside the shares, not in them. Partitions without the
 * column are outside. All functions are local; the table comes from a plan.
 */
#ifndef COLONNADE_REPORT_CONDITIONS_H
#define COLONNADE_REPORT_CONDITIONS_H

#include "colonnade/base/string_table.h"
#include "colonnade/column/table.h"
#include "colonnade/config/config.h"
#include "colonnade/report/seasons.h"

typedef struct cln_condition {
    char *name;
    bool is_good;
    int64_t counts[CLN_MONTHS];
    int64_t total;
} cln_condition;

typedef struct cln_conditions {
    cln_condition *items; /* known ones, by falling total, then by name */
    size_t count, capacity;
    cln_string_table names; /* the code of a name is its position before sorting */
    int64_t known[CLN_MONTHS], adverse[CLN_MONTHS], missing[CLN_MONTHS];
    double shares[CLN_MONTHS]; /* adverse / known, NaN without known ones */
    int64_t total_known, total_adverse, total_missing;
    int64_t without_time; /* rows of partitions that record the condition, without a time */
    int64_t not_recorded; /* rows of partitions that do not record the condition (or the time) */
    double share;
    int worst, best;             /* months by share, the first of equals; 0 without any */
    cln_chi_square by_adverse;   /* month × adverse or good */
    cln_chi_square by_condition; /* month × condition */
} cln_conditions;

/* Columns of the table: month, condition, count. */
CLN_CHECKED cln_status cln_conditions_compute(cln_conditions *conditions, const cln_table *table,
                                              const cln_config_questions *questions, cln_error *err);
void cln_conditions_clean_up(cln_conditions *conditions);

#endif
