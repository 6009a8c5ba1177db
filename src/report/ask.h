/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the questions share.
 */
#ifndef COLONNADE_SRC_REPORT_ASK_H
#define COLONNADE_SRC_REPORT_ASK_H

#include "colonnade/report/area.h"
#include "colonnade/report/present.h"
#include "colonnade/report/question.h"

enum { CLN_REASON_BYTES = CLN_ERROR_MAX };

cln_about cln_about_subject(const cln_inquiry *inquiry, const cln_subject *subject);

/* Local: on rank 0 the reason becomes the answer. */
CLN_CHECKED cln_status cln_ask_refuse(const cln_inquiry *inquiry, cln_answer *answer, const char *reason,
                                      cln_error *err);

/* Collective. Adds the areas of the column, of the rows of the periods (all
 * rows where periods is NULL), to rank 0's *areas, which must be
 * initialised. */
CLN_CHECKED cln_status cln_ask_areas(const cln_inquiry *inquiry, const cln_subject *subject, const char *column,
                                     const char *time, const cln_periods *periods, cln_areas *areas, cln_error *err);

#endif
