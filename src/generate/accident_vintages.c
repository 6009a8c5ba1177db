/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The accidents' vintages.
 */
#include "accident.h"

static const cln_weighted bicycle_items[] = {{70980, "0"}, {1600, "1"}, {30, "2"}};
static const cln_weighted_table bicycles = CLN_WEIGHTED_TABLE(bicycle_items);
static const cln_weighted pedestrian_items[] = {{70850, "0"}, {1680, "1"}, {80, "2"}};
static const cln_weighted_table pedestrians = CLN_WEIGHTED_TABLE(pedestrian_items);

#define CATEGORY(table)                                                                                                \
    { cln_write_category, &(table), false }
#define CELL(writer)                                                                                                   \
    { (writer), NULL, false }
#define TEXT(writer)                                                                                                   \
    { (writer), NULL, true }

#define OLD_HEADER                                                                                                     \
    "INCIDENT_ID,OFFENSE_ID,OFFENSE_CODE,OFFENSE_CODE_EXTENSION,OFFENSE_TYPE_ID,OFFENSE_CATEGORY_ID,"                  \
    "FIRST_OCCURRENCE_DATE,LAST_OCCURRENCE_DATE,REPORTED_DATE,INCIDENT_ADDRESS,GEO_X,GEO_Y,GEO_LON,GEO_LAT,"           \
    "DISTRICT_ID,PRECINCT_ID,NEIGHBORHOOD_ID"

static const cln_column old_columns[] = {
    CELL(cln_write_incident_id),
    CELL(cln_write_offense_id),
    CELL(cln_write_offense_code),
    CELL(cln_write_offense_extension),
    CELL(cln_write_offense_type),
    CELL(cln_write_offense_category),
    CELL(cln_write_start_time),
    CELL(cln_write_last_time),
    CELL(cln_write_reported_time),
    TEXT(cln_write_crash_address),
    CELL(cln_write_x),
    CELL(cln_write_y),
    CELL(cln_write_longitude),
    CELL(cln_write_latitude),
    CELL(cln_write_district),
    CELL(cln_write_precinct),
    CELL(cln_write_area),
    /* since 2016 */
    CATEGORY(bicycles),
    CATEGORY(pedestrians),
};

#define NEW_HEADER                                                                                                     \
    "OBJECTID_1,INCIDENT_ID,OFFENSE_ID,OFFENSE_CODE,OFFENSE_CODE_EXTENSION,TOP_TRAFFIC_ACCIDENT_OFFENSE,"              \
    "FIRST_OCCURRENCE_DATE,LAST_OCCURRENCE_DATE,REPORTED_DATE,INCIDENT_ADDRESS,GEO_X,GEO_Y,GEO_LON,GEO_LAT,"           \
    "DISTRICT_ID,PRECINCT_ID,NEIGHBORHOOD_ID,BICYCLE_IND,PEDESTRIAN_IND,HARMFUL_EVENT_SEQ_1,HARMFUL_EVENT_SEQ_2,"      \
    "HARMFUL_EVENT_SEQ_3,ROAD_LOCATION," VEHICLE_HEADER
#define VEHICLE_HEADER                                                                                                 \
    "ROAD_DESCRIPTION,ROAD_CONTOUR,ROAD_CONDITION,LIGHT_CONDITION,TU1_VEHICLE_TYPE,TU1_TRAVEL_DIRECTION,"              \
    "TU1_VEHICLE_MOVEMENT,TU1_DRIVER_ACTION,TU1_DRIVER_HUMANCONTRIBFACTOR,TU1_PEDESTRIAN_ACTION,TU2_VEHICLE_TYPE,"     \
    "TU2_TRAVEL_DIRECTION,TU2_VEHICLE_MOVEMENT,TU2_DRIVER_ACTION,TU2_DRIVER_HUMANCONTRIBFACTOR,"                       \
    "TU2_PEDESTRIAN_ACTION,SERIOUSLY_INJURED,FATALITIES,FATALITY_MODE_1,FATALITY_MODE_2,SERIOUSLY_INJURED_MODE_1,"     \
    "SERIOUSLY_INJURED_MODE_2"
#define HUB_HEADER                                                                                                     \
    "object_id,incident_id,offense_id,offense_code,offense_code_extension,top_traffic_accident_offense,"               \
    "first_occurrence_date,last_occurrence_date,reported_date,incident_address,geo_x,geo_y,geo_lon,geo_lat,"           \
    "district_id,precinct_id,neighborhood_id,bicycle_ind,pedestrian_ind,HARMFUL_EVENT_SEQ_1,HARMFUL_EVENT_SEQ_2,"      \
    "HARMFUL_EVENT_SEQ_3,road_location," VEHICLE_HEADER ",POINT_X,POINT_Y,x,y"

static const cln_column new_columns[] = {
    CELL(cln_write_row_number),
    CELL(cln_write_incident_id),
    CELL(cln_write_offense_id),
    CELL(cln_write_offense_code),
    CELL(cln_write_offense_extension),
    CELL(cln_write_top_offense),
    CELL(cln_write_start_time),
    CELL(cln_write_last_time),
    CELL(cln_write_reported_time),
    TEXT(cln_write_crash_address),
    CELL(cln_write_x),
    CELL(cln_write_y),
    CELL(cln_write_longitude),
    CELL(cln_write_latitude),
    CELL(cln_write_district),
    CELL(cln_write_precinct),
    CELL(cln_write_area),
    CATEGORY(bicycles),
    CATEGORY(pedestrians),
    CATEGORY(cln_harmful_event_1),
    CATEGORY(cln_harmful_event_2),
    CATEGORY(cln_harmful_event_2),
    CATEGORY(cln_road_location),
    CATEGORY(cln_road_description),
    CATEGORY(cln_road_contour),
    CELL(cln_write_condition),
    CELL(cln_write_light),
    CATEGORY(cln_vehicle_1),
    CATEGORY(cln_direction),
    CATEGORY(cln_movement),
    CATEGORY(cln_driver_action_1),
    CATEGORY(cln_human_factor_1),
    CATEGORY(cln_pedestrian_action_1),
    CATEGORY(cln_vehicle_2),
    CATEGORY(cln_direction),
    CATEGORY(cln_movement),
    CATEGORY(cln_driver_action_2),
    CATEGORY(cln_human_factor_2),
    CATEGORY(cln_pedestrian_action_2),
    CELL(cln_write_seriously_injured),
    CELL(cln_write_fatalities),
    CELL(cln_write_fatality_mode),
    CELL(cln_write_fatality_mode),
    CELL(cln_write_injury_mode),
    CELL(cln_write_injury_mode),
    /* of the hub */
    CELL(cln_write_exact_x),
    CELL(cln_write_exact_y),
    CELL(cln_write_exact_x),
    CELL(cln_write_exact_y),
};

#define EXTRACT_HEADER                                                                                                 \
    "OBJECTID_1,TOP_TRAFFIC_ACCIDENT_OFFENSE,FIRST_OCCURRENCE_DATE,GEO_LON,GEO_LAT,NEIGHBORHOOD_ID,"                   \
    "HARMFUL_EVENT_SEQ_1,HARMFUL_EVENT_SEQ_2,ROAD_LOCATION,ROAD_DESCRIPTION,ROAD_CONDITION,LIGHT_CONDITION,"           \
    "TU1_VEHICLE_TYPE,TU1_DRIVER_ACTION,TU1_DRIVER_HUMANCONTRIBFACTOR,TU1_PEDESTRIAN_ACTION,TU2_VEHICLE_TYPE,"         \
    "TU2_DRIVER_ACTION,TU2_DRIVER_HUMANCONTRIBFACTOR,TU2_PEDESTRIAN_ACTION,SERIOUSLY_INJURED,FATALITIES"

static const cln_column extract_columns[] = {
    CELL(cln_write_row_number),        CELL(cln_write_top_offense),       CELL(cln_write_start_time),
    CELL(cln_write_longitude),         CELL(cln_write_latitude),          CELL(cln_write_area),
    CATEGORY(cln_harmful_event_1),     CATEGORY(cln_harmful_event_2),     CATEGORY(cln_road_location),
    CATEGORY(cln_road_description),    CELL(cln_write_condition),         CELL(cln_write_light),
    CATEGORY(cln_vehicle_1),           CATEGORY(cln_driver_action_1),     CATEGORY(cln_human_factor_1),
    CATEGORY(cln_pedestrian_action_1), CATEGORY(cln_vehicle_2),           CATEGORY(cln_driver_action_2),
    CATEGORY(cln_human_factor_2),      CATEGORY(cln_pedestrian_action_2), CELL(cln_write_seriously_injured),
    CELL(cln_write_fatalities),
};

const cln_vintage cln_accident_vintages[CLN_ACCIDENT_VINTAGE_COUNT] = {
    {.name = "2014",
     .header = OLD_HEADER,
     .columns = old_columns,
     .column_count = 17,
     .text_column = 9,
     .time_column = 6,
     .first_year = 2012,
     .year_count = 3,
     .months = cln_accident_months,
     .date_style = CLN_DATE_ISO,
     .blank = "",
     .lacks_final_line_end = true,
     .has_slugs = true,
     .has_float_numbers = true,
     .has_odd_seconds = true},
    {.name = "2017",
     .header = OLD_HEADER ",BICYCLE_IND,PEDESTRIAN_IND",
     .columns = old_columns,
     .column_count = 19,
     .text_column = 9,
     .time_column = 6,
     .first_year = 2014,
     .year_count = 3,
     .months = cln_accident_months,
     .date_style = CLN_DATE_ISO,
     .blank = "",
     .has_slugs = true,
     .has_odd_seconds = true},
    {.name = "2019",
     .header = NEW_HEADER,
     .columns = new_columns,
     .column_count = 45,
     .text_column = 9,
     .time_column = 6,
     .first_year = 2015,
     .year_count = 3,
     .months = cln_accident_months,
     .date_style = CLN_DATE_ISO,
     .blank = "  ",
     .pads = true},
    {.name = "2024",
     .header = HUB_HEADER,
     .columns = new_columns,
     .column_count = 49,
     .text_column = 9,
     .time_column = 6,
     .first_year = 2022,
     .year_count = 3,
     .months = cln_accident_months,
     .date_style = CLN_DATE_US_UNPADDED,
     .blank = "  ",
     .pads = true,
     .mixes_case = true},
    {.name = "extract",
     .header = EXTRACT_HEADER,
     .columns = extract_columns,
     .column_count = 22,
     .text_column = 7,
     .time_column = 2,
     .first_year = 2015,
     .year_count = 3,
     .months = cln_accident_months,
     .date_style = CLN_DATE_ISO,
     .blank = ""},
};

static uint32_t weight_of(const cln_area *area) {
    return area->accident_weight;
}

const cln_dataset cln_accidents = {
    .name = "traffic_accidents",
    .stream = 1,
    .vintages = cln_accident_vintages,
    .vintage_count = CLN_ACCIDENT_VINTAGE_COUNT,
    .default_vintage = 2,
    .hours = cln_accident_hours,
    .weekdays = cln_accident_weekdays,
    .blank_area_weight = 4,
    .area_weight = weight_of,
    .draw = cln_accident_draw,
};
