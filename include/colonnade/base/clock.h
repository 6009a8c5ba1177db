/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Clocks. No stored byte depends on them; history, progress and the names of
 * staging folders do. All functions are local.
 */
#ifndef COLONNADE_BASE_CLOCK_H
#define COLONNADE_BASE_CLOCK_H

#include <stdint.h>

double cln_clock_seconds(void);           /* monotonic */
int64_t cln_clock_utc_seconds(void);      /* since 1970-01-01 UTC */
void cln_clock_utc_text(char text[32]);   /* "2026-11-22T08:30:00Z" */
void cln_clock_local_date(char text[32]); /* "2026-11-22", in the process's zone */

#endif
