/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Calls: the event of a row and its cells.
 */
#ifndef GENERATE_CALL_H
#define GENERATE_CALL_H

#include "generator.h"

void cln_call_draw(const cln_generator *generator, uint64_t row, cln_event *event);

cln_cell_writer cln_write_summary;
cln_cell_writer cln_write_status;
cln_cell_writer cln_write_closed_date;
cln_cell_writer cln_write_closed_time;
cln_cell_writer cln_write_customer_zip;
cln_cell_writer cln_write_address;
cln_cell_writer cln_write_unit;
cln_cell_writer cln_write_crossing_1;
cln_cell_writer cln_write_crossing_2;
cln_cell_writer cln_write_incident_zip;
cln_cell_writer cln_write_call_longitude;
cln_cell_writer cln_write_call_latitude;
cln_cell_writer cln_write_agency;
cln_cell_writer cln_write_council;
cln_cell_writer cln_write_police;

#endif
