/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Periods of whole days: what a dataset covers, and what two of them have in
 * common. All functions are local.
 */
#ifndef COLONNADE_REPORT_PERIOD_H
#define COLONNADE_REPORT_PERIOD_H

#include "colonnade/base/buffer.h"
#include "colonnade/base/status.h"

#include <stddef.h>
#include <stdint.h>

typedef struct cln_period {
    int64_t first_day, last_day; /* days since 1970-01-01, both included */
} cln_period;

/* Disjoint periods in order, no two of which touch. */
typedef struct cln_periods {
    cln_period *items;
    size_t count, capacity;
} cln_periods;

void cln_periods_clean_up(cln_periods *periods);

/* Adds the days; a period with last_day < first_day adds nothing. */
CLN_CHECKED cln_status cln_periods_add(cln_periods *periods, cln_period period, cln_error *err);

/* *common (which must be empty) becomes the days that lie in both. */
CLN_CHECKED cln_status cln_periods_intersect(cln_periods *common, const cln_periods *a, const cln_periods *b,
                                             cln_error *err);

int64_t cln_periods_days(const cln_periods *periods);
int64_t cln_periods_days_of_month(const cln_periods *periods, int year, int month);

/* "2015-01-01 to 2015-12-31 and 2017-03-01 to 2017-03-31"; "no day". */
CLN_CHECKED cln_status cln_periods_append(const cln_periods *periods, cln_buffer *out, cln_error *err);

#endif
