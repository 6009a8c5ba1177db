/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What former reports left in the folder. All functions are local.
 */
#ifndef COLONNADE_REPORT_LEFTOVERS_H
#define COLONNADE_REPORT_LEFTOVERS_H

#include "colonnade/report/report.h"

/* Removes the question's figure, and its tables that this answer does not
 * have: NAME.csv and NAME_*.csv, if they are tables of a report. */
CLN_CHECKED cln_status cln_leftovers_remove(const char *dir, const cln_answer *answer, cln_error *err);

/* Appends "calls.svg, calls_located.csv": files of questions that this report
 * does not answer. Nothing where there are none. */
CLN_CHECKED cln_status cln_leftovers_list(const char *dir, const cln_report *report, cln_buffer *text, cln_error *err);

#endif
