/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Areas of the city (neighbourhoods, districts) and how often each occurs.
 * Names are compared in a normalised spelling, since one file writes "Five
 * Points" and another "five-points". All functions are local.
 */
#ifndef COLONNADE_REPORT_AREA_H
#define COLONNADE_REPORT_AREA_H

#include "colonnade/base/buffer.h"
#include "colonnade/base/string_table.h"
#include "colonnade/column/table.h"

#include <stdbool.h>
#include <stdint.h>

/* Appends the normalised spelling: letters A to Z in lower case, runs of other
 * ASCII characters than letters and digits as one '-', none at the ends;
 * bytes beyond ASCII stay. */
CLN_CHECKED cln_status cln_area_normalise(cln_span name, cln_buffer *out, cln_error *err);

/* Whether a name is written with a capital (ASCII), and not as a slug. */
bool cln_area_has_capital(cln_span name);

typedef struct cln_area {
    char *key;   /* normalised */
    char *label; /* the most frequent spelling, the bytewise first of equals; one that is written with capitals is
                  * preferred to one without */
    int64_t label_count;
    int64_t count;
} cln_area;

typedef struct cln_areas {
    cln_area *items; /* once sorted: by falling count, then by key */
    size_t count, capacity;
    cln_string_table keys;   /* the code of a key is its position before sorting */
    const cln_area **by_key; /* once sorted: bytewise by key */
    int64_t located;         /* sum of all counts */
    int64_t missing;         /* null, or a name without a letter or digit */
    int64_t not_recorded;    /* rows of partitions without the column: outside every denominator */
} cln_areas;

/* Tables are added whose first column is the name (text, integer or null) and whose
 * second is the number of rows, as a plan by value with a count gives them. */
void cln_areas_init(cln_areas *areas);
CLN_CHECKED cln_status cln_areas_add_table(cln_areas *areas, const cln_table *table, cln_error *err);
CLN_CHECKED cln_status cln_areas_sort(cln_areas *areas, cln_error *err); /* once, after the last table */
void cln_areas_clean_up(cln_areas *areas);

/* After sorting; NULL when there is none. */
const cln_area *cln_areas_find(const cln_areas *areas, const char *key);

#endif
