/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The city's areas as cells of a synthetic grid: 13 columns and 6 rows of
 * 0.03 degrees, in which each area lies roughly where it lies in the city.
 */
#ifndef GENERATE_AREAS_H
#define GENERATE_AREAS_H

#include "colonnade/generate/generate.h"

#include <stdint.h>

#define CLN_AREA_COUNT        CLN_SAMPLE_AREA_COUNT
#define CLN_GRID_COLUMNS      13
#define CLN_GRID_ROWS         6
#define CLN_GRID_WEST_NANO    INT64_C(-105110000000) /* degrees * 10^9 */
#define CLN_GRID_SOUTH_NANO   INT64_C(39620000000)
#define CLN_GRID_CELL_NANO    INT64_C(30000000)
#define CLN_RENAMED_AREA_SLUG "central-park"
#define CLN_RENAMED_YEAR      2021 /* before it the area is called Stapleton */

typedef struct cln_area {
    const char *name;
    const char *slug;
    uint32_t id;
    struct cln_cell {
        uint32_t column; /* from the west */
        uint32_t row;    /* from the south */
    } cell;
    uint32_t accident_weight;
    uint32_t call_weight;
    uint32_t precinct;
    uint32_t police_district;
    uint32_t council_district;
    uint32_t zip;
} cln_area;

extern const cln_area cln_areas[CLN_AREA_COUNT];

#endif
