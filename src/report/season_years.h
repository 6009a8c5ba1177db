/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which calendar years are complete. Local.
 */
#ifndef COLONNADE_REPORT_SEASON_YEARS_H
#define COLONNADE_REPORT_SEASON_YEARS_H

#include "colonnade/report/seasons.h"

/* Fills years, complete_years and empty_months from year_months. */
CLN_CHECKED cln_status cln_season_years_assess(cln_seasons *seasons, cln_error *err);

#endif
