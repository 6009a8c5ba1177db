/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What marks generated data, so that it is never mistaken for a city's.
 */
#ifndef COLONNADE_BASE_SAMPLE_H
#define COLONNADE_BASE_SAMPLE_H

/* Stands on everything that is drawn or printed from generated data. */
#define CLN_SAMPLE_LABEL "SAMPLE DATA – NOT REAL"

/* Stands in the first data record of every generated CSV file. */
#define CLN_SAMPLE_MARK "SAMPLE DATA - NOT REAL"

#endif
