/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Accidents: the event of a row and its cells.
 */
#ifndef GENERATE_ACCIDENT_H
#define GENERATE_ACCIDENT_H

#include "generator.h"

typedef struct cln_offence {
    uint32_t weight;
    uint32_t code;
    const char *type;
    const char *category;
    const char *top;
} cln_offence;

#define CLN_OFFENCE_COUNT 6
extern const cln_offence cln_offences[CLN_OFFENCE_COUNT];

void cln_accident_draw(const cln_generator *generator, uint64_t row, cln_event *event);

cln_cell_writer cln_write_incident_id;
cln_cell_writer cln_write_offense_id;
cln_cell_writer cln_write_offense_code;
cln_cell_writer cln_write_offense_extension;
cln_cell_writer cln_write_offense_type;
cln_cell_writer cln_write_offense_category;
cln_cell_writer cln_write_top_offense;
cln_cell_writer cln_write_last_time;
cln_cell_writer cln_write_reported_time;
cln_cell_writer cln_write_crash_address;
cln_cell_writer cln_write_x;
cln_cell_writer cln_write_y;
cln_cell_writer cln_write_exact_x;
cln_cell_writer cln_write_exact_y;
cln_cell_writer cln_write_longitude;
cln_cell_writer cln_write_latitude;
cln_cell_writer cln_write_district;
cln_cell_writer cln_write_precinct;
cln_cell_writer cln_write_condition;
cln_cell_writer cln_write_light;
cln_cell_writer cln_write_seriously_injured;
cln_cell_writer cln_write_fatalities;
cln_cell_writer cln_write_fatality_mode;
cln_cell_writer cln_write_injury_mode;

#endif
