/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The configuration that is built in knows every header that the two datasets
 * have had. */
#include "check.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static const char call_files[] =
    "Case Summary,Case Status,Case Source,Case Created Date,Case Created dttm,Case Closed Date,"
    "Case Closed dttm,First Call Resolution,Customer Zip Code,Incident Address 1,Incident Address 2,"
    "Incident Intersection 1,Incident Intersection 2,Incident Zip Code,Longitude,Latitude,Agency,Division,"
    "Major Area,Type,Topic,Council District,Police District,Neighborhood";
static const char call_services[] =
    "Case_Summary,Case_Status,Case_Source,Case_Created_Date,Case_Created_dttm,Case_Closed_Date,"
    "Case_Closed_dttm,First_Call_Resolution,Customer_Zip_Code,Incident_Address_1,Incident_Address_2,"
    "Incident_Intersection_1,Incident_Intersection_2,Incident_Zip_Code,Longitude,Latitude,Agency,Division,"
    "Major_Area,Type,Topic,Council_District,Police_District,Neighborhood,ObjectId";
static const char accidents_17[] =
    "INCIDENT_ID,OFFENSE_ID,OFFENSE_CODE,OFFENSE_CODE_EXTENSION,OFFENSE_TYPE_ID,OFFENSE_CATEGORY_ID,"
    "FIRST_OCCURRENCE_DATE,LAST_OCCURRENCE_DATE,REPORTED_DATE,INCIDENT_ADDRESS,GEO_X,GEO_Y,GEO_LON,GEO_LAT,"
    "DISTRICT_ID,PRECINCT_ID,NEIGHBORHOOD_ID";
static const char accidents_19[] =
    "INCIDENT_ID,OFFENSE_ID,OFFENSE_CODE,OFFENSE_CODE_EXTENSION,OFFENSE_TYPE_ID,OFFENSE_CATEGORY_ID,"
    "FIRST_OCCURRENCE_DATE,LAST_OCCURRENCE_DATE,REPORTED_DATE,INCIDENT_ADDRESS,GEO_X,GEO_Y,GEO_LON,GEO_LAT,"
    "DISTRICT_ID,PRECINCT_ID,NEIGHBORHOOD_ID,BICYCLE_IND,PEDESTRIAN_IND";
static const char accidents_45[] =
    "OBJECTID_1,INCIDENT_ID,OFFENSE_ID,OFFENSE_CODE,OFFENSE_CODE_EXTENSION,TOP_TRAFFIC_ACCIDENT_OFFENSE,"
    "FIRST_OCCURRENCE_DATE,LAST_OCCURRENCE_DATE,REPORTED_DATE,INCIDENT_ADDRESS,GEO_X,GEO_Y,GEO_LON,GEO_LAT,"
    "DISTRICT_ID,PRECINCT_ID,NEIGHBORHOOD_ID,BICYCLE_IND,PEDESTRIAN_IND,HARMFUL_EVENT_SEQ_1,"
    "HARMFUL_EVENT_SEQ_2,HARMFUL_EVENT_SEQ_3,ROAD_LOCATION,ROAD_DESCRIPTION,ROAD_CONTOUR,ROAD_CONDITION,"
    "LIGHT_CONDITION,TU1_VEHICLE_TYPE,TU1_TRAVEL_DIRECTION,TU1_VEHICLE_MOVEMENT,TU1_DRIVER_ACTION,"
    "TU1_DRIVER_HUMANCONTRIBFACTOR,TU1_PEDESTRIAN_ACTION,TU2_VEHICLE_TYPE,TU2_TRAVEL_DIRECTION,"
    "TU2_VEHICLE_MOVEMENT,TU2_DRIVER_ACTION,TU2_DRIVER_HUMANCONTRIBFACTOR,TU2_PEDESTRIAN_ACTION,"
    "SERIOUSLY_INJURED,FATALITIES,FATALITY_MODE_1,FATALITY_MODE_2,SERIOUSLY_INJURED_MODE_1,"
    "SERIOUSLY_INJURED_MODE_2";
static const char accidents_49[] =
    "object_id,incident_id,offense_id,offense_code,offense_code_extension,top_traffic_accident_offense,"
    "first_occurrence_date,last_occurrence_date,reported_date,incident_address,geo_x,geo_y,geo_lon,geo_lat,"
    "district_id,precinct_id,neighborhood_id,bicycle_ind,pedestrian_ind,HARMFUL_EVENT_SEQ_1,"
    "HARMFUL_EVENT_SEQ_2,HARMFUL_EVENT_SEQ_3,road_location,ROAD_DESCRIPTION,ROAD_CONTOUR,ROAD_CONDITION,"
    "LIGHT_CONDITION,TU1_VEHICLE_TYPE,TU1_TRAVEL_DIRECTION,TU1_VEHICLE_MOVEMENT,TU1_DRIVER_ACTION,"
    "TU1_DRIVER_HUMANCONTRIBFACTOR,TU1_PEDESTRIAN_ACTION,TU2_VEHICLE_TYPE,TU2_TRAVEL_DIRECTION,"
    "TU2_VEHICLE_MOVEMENT,TU2_DRIVER_ACTION,TU2_DRIVER_HUMANCONTRIBFACTOR,TU2_PEDESTRIAN_ACTION,"
    "SERIOUSLY_INJURED,FATALITIES,FATALITY_MODE_1,FATALITY_MODE_2,SERIOUSLY_INJURED_MODE_1,"
    "SERIOUSLY_INJURED_MODE_2,POINT_X,POINT_Y,x,y";
static const char accidents_22[] =
    "OBJECTID_1,TOP_TRAFFIC_ACCIDENT_OFFENSE,FIRST_OCCURRENCE_DATE,GEO_LON,GEO_LAT,NEIGHBORHOOD_ID,"
    "HARMFUL_EVENT_SEQ_1,HARMFUL_EVENT_SEQ_2,ROAD_LOCATION,ROAD_DESCRIPTION,ROAD_CONDITION,LIGHT_CONDITION,"
    "TU1_VEHICLE_TYPE,TU1_DRIVER_ACTION,TU1_DRIVER_HUMANCONTRIBFACTOR,TU1_PEDESTRIAN_ACTION,TU2_VEHICLE_TYPE,"
    "TU2_DRIVER_ACTION,TU2_DRIVER_HUMANCONTRIBFACTOR,TU2_PEDESTRIAN_ACTION,SERIOUSLY_INJURED,FATALITIES";
static const char accidents_17_renamed[] =
    "INCIDENT_ID,OFFENSE_ID,OFFENSE_CODE,OFFENSE_CODE_EXTENSION,OFFENSE_TYPE_ID,OFFENSE_CATEGORY_ID,"
    "FIRST_OCCURRENCE_DATE,LAST_OCCURRENCE_DATE,REPORTED_DATE,INCIDENT_ADDRESS,GEO_X,GEO_Y,longitude,latitude,"
    "DISTRICT_ID,PRECINCT_ID,NEIGHBORHOOD_ID";

typedef struct vintage {
    const char *dataset;
    const char *header;
    size_t field_count;
} vintage;

static const vintage vintages[] = {
    {"service_requests_311", call_files, 24}, {"service_requests_311", call_services, 25},
    {"traffic_accidents", accidents_17, 17},  {"traffic_accidents", accidents_19, 19},
    {"traffic_accidents", accidents_45, 45},  {"traffic_accidents", accidents_49, 49},
    {"traffic_accidents", accidents_22, 22},  {"traffic_accidents", accidents_17_renamed, 17},
};

static void parse_builtin(cln_config *config) {
    cln_error err = {""};
    if (cln_config_parse(config, cln_config_builtin(), "built-in", &err) != CLN_OK) fail_msg("%s", err.message);
}

static bool is_copied(const char *header) {
    for (size_t i = 0; i < sizeof vintages / sizeof vintages[0]; i++) {
        if (strcmp(vintages[i].header, header) == 0) return true;
    }
    return false;
}

/* The headers above are copies: where the real data are at hand, of each that was ever published. */
static void the_headers_are_the_published_ones(void **state) {
    (void)state;
    char line[4096];
    size_t count = 0;
    const char *folder = getenv("COLONNADE_TEST_DATA");
    if (folder == NULL) {
        printf("COLONNADE_TEST_DATA is not set: the headers are not compared with the published ones\n");
        skip();
    }
    (void)snprintf(line, sizeof line, "%s/data/HEADERS.txt", folder);
    FILE *file = fopen(line, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\r\n")] = '\0';
        if (line[0] == '#' || line[0] == '\0') continue;
        if (!is_copied(line)) fail_msg("no copy of: %s", line);
        count++;
    }
    (void)fclose(file);
    assert_true(count >= 6);
}

static const cln_config_dataset *dataset_of(const cln_config *config, const char *name) {
    const cln_config_dataset *const dataset = cln_config_find_dataset(config, name);
    assert_non_null(dataset);
    return dataset;
}

static const cln_config_column *column_of(const cln_config_dataset *dataset, const char *name) {
    const cln_config_column *const column = cln_config_find_column(dataset, cln_span_of_string(name));
    if (column == NULL) fail_msg("%s has no column %s", dataset->name, name);
    return column;
}

/* Each field of the header finds a column of its own. */
static void expect_all_known(const cln_config_dataset *dataset, const vintage *one) {
    bool taken[128] = {false};
    size_t fields = 0;
    assert_true(dataset->column_count <= 128);
    for (const char *at = one->header; *at != '\0'; fields++) {
        const size_t size = strcspn(at, ",");
        const cln_config_column *const column = cln_config_find_column(dataset, cln_span_of(at, size));
        if (column == NULL) fail_msg("%s does not know %.*s", dataset->name, (int)size, at);
        const size_t index = (size_t)(column - dataset->columns);
        if (taken[index]) fail_msg("%s has two fields for %s", dataset->name, column->name);
        taken[index] = true;
        at += size + (at[size] == ',');
    }
    assert_int_equal(fields, one->field_count);
}

static void every_vintage_is_known(void **state) {
    (void)state;
    cln_config config;
    parse_builtin(&config);
    for (size_t i = 0; i < sizeof vintages / sizeof vintages[0]; i++) {
        expect_all_known(dataset_of(&config, vintages[i].dataset), &vintages[i]);
    }
    cln_config_clean_up(&config);
}

static void expect_role(const cln_config_dataset *dataset, cln_role role, const char *name) {
    const cln_config_column *const column = cln_config_find_role(dataset, role);
    if (column == NULL) fail_msg("%s has no column with the role %s", dataset->name, cln_role_name(role));
    assert_string_equal(column->name, name);
}

static void the_questions_find_their_roles(void **state) {
    (void)state;
    cln_config config;
    parse_builtin(&config);
    const cln_config_dataset *const accidents = dataset_of(&config, config.questions.accidents);
    const cln_config_dataset *const calls = dataset_of(&config, config.questions.calls);
    expect_role(accidents, CLN_ROLE_TIME, "first_occurrence_date");
    expect_role(accidents, CLN_ROLE_AREA, "neighborhood_id");
    expect_role(accidents, CLN_ROLE_CONDITION, "road_condition");
    expect_role(accidents, CLN_ROLE_DISTRICT, "district_id");
    expect_role(accidents, CLN_ROLE_LONGITUDE, "geo_lon");
    expect_role(accidents, CLN_ROLE_LATITUDE, "geo_lat");
    expect_role(calls, CLN_ROLE_TIME, "case_created_dttm");
    expect_role(calls, CLN_ROLE_AREA, "neighborhood");
    expect_role(calls, CLN_ROLE_DISTRICT, "council_district");
    assert_int_equal(column_of(calls, "police_district")->role, CLN_ROLE_DISTRICT);
    assert_int_equal(config.questions.good_condition_count, 2);
    assert_string_equal(config.questions.good_conditions[0], "DRY");
    assert_string_equal(config.questions.good_conditions[1], "DRY WITH VISIBLE ICY ROAD TREATMENT");
    cln_config_clean_up(&config);
}

static const char *renamed(const cln_config_column *column, const char *from) {
    for (size_t i = 0; i < column->synonym_count; i++) {
        if (strcmp(column->synonyms[i].from, from) == 0) return column->synonyms[i].to;
    }
    return from;
}

static void spellings_of_all_years_meet(void **state) {
    (void)state;
    cln_config config;
    parse_builtin(&config);
    const cln_config_dataset *const accidents = dataset_of(&config, "traffic_accidents");
    const cln_config_dataset *const calls = dataset_of(&config, "service_requests_311");
    assert_int_equal(column_of(accidents, "road_condition")->fold, CLN_FOLD_UPPER);
    assert_string_equal(renamed(column_of(accidents, "light_condition"), "DAYLIGHT"), "DAY LIGHT");
    assert_string_equal(renamed(column_of(accidents, "road_condition"), "DRY W/VISIBLE ICY ROAD TREATMENT"),
                        "DRY WITH VISIBLE ICY ROAD TREATMENT");
    assert_string_equal(renamed(column_of(accidents, "neighborhood_id"), "Stapleton"), "Central Park");
    assert_string_equal(renamed(column_of(accidents, "neighborhood_id"), "stapleton"), "central-park");
    assert_string_equal(renamed(column_of(calls, "neighborhood"), "Stapleton"), "Central Park");
    assert_true(column_of(calls, "customer_zip_code")->first_five);
    assert_true(column_of(calls, "incident_zip_code")->first_five);
    cln_config_clean_up(&config);
}

/* Identifiers that can begin with a letter must not be numbers. */
static void identifiers_are_not_numbers(void **state) {
    (void)state;
    cln_config config;
    parse_builtin(&config);
    const cln_config_dataset *const accidents = dataset_of(&config, "traffic_accidents");
    assert_string_equal(column_of(accidents, "incident_id")->type_name, "text");
    assert_string_equal(column_of(accidents, "offense_id")->type_name, "text");
    assert_string_equal(column_of(accidents, "district_id")->type_name, "category");
    cln_config_clean_up(&config);
}

static bool has_format(const cln_config_column *column, const char *pattern, bool is_utc) {
    for (size_t i = 0; i < column->format_count; i++) {
        if (strcmp(column->formats[i].pattern, pattern) == 0) return column->formats[i].is_utc == is_utc;
    }
    return false;
}

static void every_date_format_is_known_with_its_zone(void **state) {
    (void)state;
    cln_config config;
    parse_builtin(&config);
    for (size_t i = 0; i < config.dataset_count; i++) {
        assert_string_equal(config.datasets[i].publisher, "City and County of Denver");
        assert_string_equal(config.datasets[i].licence, "CC BY 3.0");
        assert_string_equal(config.datasets[i].time_zone, "America/Denver");
        const cln_config_column *const time = cln_config_find_role(&config.datasets[i], CLN_ROLE_TIME);
        assert_true(has_format(time, "%Y-%m-%d %H:%M:%S", false));
        assert_true(has_format(time, "%m/%d/%Y %I:%M:%S %p", false));
        assert_true(has_format(time, "%m/%d/%Y", false));
        assert_true(has_format(time, "%Y/%m/%d %H:%M:%S+00", true));
        assert_true(has_format(time, "epoch_ms", true));
    }
    cln_config_clean_up(&config);
}

static void every_year_has_one_source(void **state) {
    (void)state;
    cln_config config;
    parse_builtin(&config);
    const cln_config_dataset *const calls = dataset_of(&config, "service_requests_311");
    for (int year = 2015; year <= 2025; year++) {
        size_t found = 0;
        char name[16];
        (void)snprintf(name, sizeof name, "%d", year);
        for (size_t i = 0; i < calls->source_count; i++) {
            const cln_config_source *const source = &calls->sources[i];
            found += strcmp(source->name, name) == 0 || (source->first_year <= year && source->last_year >= year);
        }
        assert_int_equal(found, 1);
    }
    assert_int_equal(dataset_of(&config, "traffic_accidents")->source_count, 1);
    assert_non_null(config.boundaries.name);
    cln_config_clean_up(&config);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_headers_are_the_published_ones),
        cmocka_unit_test(every_vintage_is_known),
        cmocka_unit_test(the_questions_find_their_roles),
        cmocka_unit_test(spellings_of_all_years_meet),
        cmocka_unit_test(identifiers_are_not_numbers),
        cmocka_unit_test(every_date_format_is_known_with_its_zone),
        cmocka_unit_test(every_year_has_one_source),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
