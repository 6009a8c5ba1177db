/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How often what occurs in the city's published files of 2015 to 2017, as
 * counts. A blank cell is "".
 */
#ifndef GENERATE_SHARES_H
#define GENERATE_SHARES_H

#include "choice.h"

#include <stdint.h>

#define CLN_CONDITION_COUNT 14
#define CLN_LIGHT_COUNT     6

extern const uint32_t cln_accident_months[36];
extern const char *const cln_conditions[CLN_CONDITION_COUNT];
extern const char *const cln_conditions_mixed[CLN_CONDITION_COUNT]; /* as the newest files also write them */
extern const uint32_t cln_condition_by_month[12][CLN_CONDITION_COUNT];
extern const char *const cln_lights[CLN_LIGHT_COUNT];
extern const char *const cln_lights_mixed[CLN_LIGHT_COUNT];
extern const uint32_t cln_light_by_hour[24][CLN_LIGHT_COUNT];
extern const uint32_t cln_accident_hours[24];
extern const uint32_t cln_accident_minutes[60];
extern const uint32_t cln_accident_weekdays[7]; /* from Monday */

extern const cln_weighted_table cln_harmful_event_1;
extern const cln_weighted_table cln_harmful_event_2;
extern const cln_weighted_table cln_road_location;
extern const cln_weighted_table cln_road_description;
extern const cln_weighted_table cln_road_contour;

extern const cln_weighted_table cln_vehicle_1;
extern const cln_weighted_table cln_vehicle_2;
extern const cln_weighted_table cln_driver_action_1;
extern const cln_weighted_table cln_driver_action_2;
extern const cln_weighted_table cln_human_factor_1;
extern const cln_weighted_table cln_human_factor_2;
extern const cln_weighted_table cln_pedestrian_action_1;
extern const cln_weighted_table cln_pedestrian_action_2;
extern const cln_weighted_table cln_direction;
extern const cln_weighted_table cln_movement;

#define CLN_CALL_LAG_COUNT 91
extern const uint32_t cln_call_months[12];
extern const uint32_t cln_call_hours[24];
extern const uint32_t cln_call_weekdays[7]; /* from Monday */
extern const uint32_t cln_call_lag_days[CLN_CALL_LAG_COUNT];
extern const cln_weighted_table cln_call_status;
extern const cln_weighted_table cln_call_source;
extern const cln_weighted_table cln_call_type;
extern const cln_weighted_table cln_call_agency;
extern const cln_weighted_table cln_call_first_resolution;

#define CLN_CALL_CASE_COUNT 110
typedef struct cln_call_case {
    uint32_t weight;
    const char *summary;
    const char *agency;
} cln_call_case;
extern const cln_call_case cln_call_cases[CLN_CALL_CASE_COUNT];

#endif
