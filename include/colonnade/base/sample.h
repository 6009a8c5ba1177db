/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What marks generated data, so that it is never mistaken for a city's.
 */
#ifndef COLONNADE_BASE_SAMPLE_H
#define COLONNADE_BASE_SAMPLE_H

#include "colonnade/base/span.h"

#include <stdbool.h>

/* Stands on everything that is drawn or printed from generated data. */
#define CLN_SAMPLE_LABEL "SAMPLE DATA – NOT REAL"

/* Stands in the first data record of every generated CSV file and in one of
 * every CLN_SAMPLE_MARK_PERIOD from there, so that the file is known by any
 * part of it, in any order. */
#define CLN_SAMPLE_MARK        "SAMPLE DATA - NOT REAL"
#define CLN_SAMPLE_MARK_BYTES  (sizeof CLN_SAMPLE_MARK - 1)
#define CLN_SAMPLE_MARK_PERIOD 128

/* Whether CLN_SAMPLE_MARK stands in bytes. Looks at a sixteenth of them: above
 * 30 GB/s. Local. */
bool cln_sample_is_marked(cln_span bytes);

#endif
