/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the rows of each vintage look like.
 */
#include "records.h"

#include "colonnade/base/date.h"
#include "colonnade/base/hash.h"
#include "colonnade/base/utf8.h"

#include <stdbool.h>
#include <stdio.h>

#define ACCIDENTS "traffic_accidents"
#define CALLS     "service_requests_311"
#define BOM       "\xEF\xBB\xBF"

#define OLD                                                                                                            \
    "INCIDENT_ID,OFFENSE_ID,OFFENSE_CODE,OFFENSE_CODE_EXTENSION,OFFENSE_TYPE_ID,OFFENSE_CATEGORY_ID,FIRST_OCCURRENCE_" \
    "DATE,LAST_OCCURRENCE_DATE,REPORTED_DATE,INCIDENT_ADDRESS,GEO_X,GEO_Y,GEO_LON,GEO_LAT,DISTRICT_ID,PRECINCT_ID,"    \
    "NEIGHBORHOOD_ID"
#define NEW                                                                                                            \
    "OBJECTID_1,INCIDENT_ID,OFFENSE_ID,OFFENSE_CODE,OFFENSE_CODE_EXTENSION,TOP_TRAFFIC_ACCIDENT_OFFENSE,FIRST_"        \
    "OCCURRENCE_DATE,LAST_OCCURRENCE_DATE,REPORTED_DATE,INCIDENT_ADDRESS,GEO_X,GEO_Y,GEO_LON,GEO_LAT,DISTRICT_ID,"     \
    "PRECINCT_ID,NEIGHBORHOOD_ID,BICYCLE_IND,PEDESTRIAN_IND,HARMFUL_EVENT_SEQ_1,HARMFUL_EVENT_SEQ_2,HARMFUL_EVENT_"    \
    "SEQ_3,ROAD_LOCATION,ROAD_DESCRIPTION,ROAD_CONTOUR,ROAD_CONDITION,LIGHT_CONDITION,TU1_VEHICLE_TYPE,TU1_TRAVEL_"    \
    "DIRECTION,TU1_VEHICLE_MOVEMENT,TU1_DRIVER_ACTION,TU1_DRIVER_HUMANCONTRIBFACTOR,TU1_PEDESTRIAN_ACTION,TU2_"        \
    "VEHICLE_TYPE,TU2_TRAVEL_DIRECTION,TU2_VEHICLE_MOVEMENT,TU2_DRIVER_ACTION,TU2_DRIVER_HUMANCONTRIBFACTOR,TU2_"      \
    "PEDESTRIAN_ACTION,SERIOUSLY_INJURED,FATALITIES,FATALITY_MODE_1,FATALITY_MODE_2,SERIOUSLY_INJURED_MODE_1,"         \
    "SERIOUSLY_INJURED_MODE_2"
#define HUB                                                                                                            \
    "object_id,incident_id,offense_id,offense_code,offense_code_extension,top_traffic_accident_offense,first_"         \
    "occurrence_date,last_occurrence_date,reported_date,incident_address,geo_x,geo_y,geo_lon,geo_lat,district_id,"     \
    "precinct_id,neighborhood_id,bicycle_ind,pedestrian_ind,HARMFUL_EVENT_SEQ_1,HARMFUL_EVENT_SEQ_2,HARMFUL_EVENT_"    \
    "SEQ_3,road_location,ROAD_DESCRIPTION,ROAD_CONTOUR,ROAD_CONDITION,LIGHT_CONDITION,TU1_VEHICLE_TYPE,TU1_TRAVEL_"    \
    "DIRECTION,TU1_VEHICLE_MOVEMENT,TU1_DRIVER_ACTION,TU1_DRIVER_HUMANCONTRIBFACTOR,TU1_PEDESTRIAN_ACTION,TU2_"        \
    "VEHICLE_TYPE,TU2_TRAVEL_DIRECTION,TU2_VEHICLE_MOVEMENT,TU2_DRIVER_ACTION,TU2_DRIVER_HUMANCONTRIBFACTOR,TU2_"      \
    "PEDESTRIAN_ACTION,SERIOUSLY_INJURED,FATALITIES,FATALITY_MODE_1,FATALITY_MODE_2,SERIOUSLY_INJURED_MODE_1,"         \
    "SERIOUSLY_INJURED_MODE_2,POINT_X,POINT_Y,x,y"
#define EXTRACT                                                                                                        \
    "OBJECTID_1,TOP_TRAFFIC_ACCIDENT_OFFENSE,FIRST_OCCURRENCE_DATE,GEO_LON,GEO_LAT,NEIGHBORHOOD_ID,HARMFUL_EVENT_SEQ_" \
    "1,HARMFUL_EVENT_SEQ_2,ROAD_LOCATION,ROAD_DESCRIPTION,ROAD_CONDITION,LIGHT_CONDITION,TU1_VEHICLE_TYPE,TU1_DRIVER_" \
    "ACTION,TU1_DRIVER_HUMANCONTRIBFACTOR,TU1_PEDESTRIAN_ACTION,TU2_VEHICLE_TYPE,TU2_DRIVER_ACTION,TU2_DRIVER_"        \
    "HUMANCONTRIBFACTOR,TU2_PEDESTRIAN_ACTION,SERIOUSLY_INJURED,FATALITIES"
#define SPACED                                                                                                         \
    "Case Summary,Case Status,Case Source,Case Created Date,Case Created dttm,Case Closed Date,Case Closed dttm,"      \
    "First Call Resolution,Customer Zip Code,Incident Address 1,Incident Address 2,Incident Intersection 1,Incident "  \
    "Intersection 2,Incident Zip Code,Longitude,Latitude,Agency,Division,Major Area,Type,Topic,Council District,"      \
    "Police District,Neighborhood"
#define JOINED                                                                                                         \
    "Case_Summary,Case_Status,Case_Source,Case_Created_Date,Case_Created_dttm,Case_Closed_Date,Case_Closed_dttm,"      \
    "First_Call_Resolution,Customer_Zip_Code,Incident_Address_1,Incident_Address_2,Incident_Intersection_1,Incident_"  \
    "Intersection_2,Incident_Zip_Code,Longitude,Latitude,Agency,Division,Major_Area,Type,Topic,Council_District,"      \
    "Police_District,Neighborhood"

typedef struct expected {
    const char *dataset;
    const char *vintage;
    const char *header; /* without quotes */
    size_t fields;
    size_t text_field;
    size_t time_field;
    const char *date_format;
    const char *first_date_text; /* of some row, to pin padding */
    bool has_mark;
    bool quotes_all;
    int first_year;
    int last_year;
    uint32_t checksum; /* CRC-32C of rows 1 to 500, seed 1 */
} expected;

static const expected vintages[] = {
    {ACCIDENTS, "2014", OLD, 17, 9, 6, "%Y-%m-%d %H:%M:%S", "2013-03-01 12:19:59", false, false, 2012, 2014,
     0x9c1828d9},
    {ACCIDENTS, "2017", OLD ",BICYCLE_IND,PEDESTRIAN_IND", 19, 9, 6, "%Y-%m-%d %H:%M:%S", "2015-03-02 12:19:59", false,
     false, 2014, 2016, 0x729b7599},
    {ACCIDENTS, "2019", NEW, 45, 9, 6, "%Y-%m-%d %H:%M:%S", "2016-03-01 12:20:00", false, false, 2015, 2017,
     0x01f230b2},
    {ACCIDENTS, "2024", HUB, 49, 9, 6, "%m/%d/%Y %I:%M:%S %p", "3/2/2023 12:20:00 PM", false, false, 2022, 2024,
     0xf2cd14e4},
    {ACCIDENTS, "extract", EXTRACT, 22, 7, 2, "%Y-%m-%d %H:%M:%S", "2016-03-01 12:20:00", false, false, 2015, 2017,
     0x663eea3d},
    {CALLS, "2015", SPACED, 24, 0, 4, "%m/%d/%Y %I:%M:%S %p", "07/06/2015 10:11:09 AM", false, false, 2015, 2015,
     0xe26c68e7},
    {CALLS, "2019", SPACED, 24, 0, 4, "%m/%d/%Y %I:%M:%S %p", "6/18/2019 10:11:09 AM", true, false, 2019, 2019,
     0x0666f1e1},
    {CALLS, "2023", JOINED ",ObjectId", 25, 0, 4, "%m/%d/%Y %I:%M:%S %p", "7/5/2023 10:11:09 AM", true, false, 2023,
     2023, 0x2e7e813b},
    {CALLS, "rolling", "OBJECTID," JOINED, 25, 1, 5, "%m/%d/%Y %I:%M:%S %p", "6/19/2025 10:11:09 AM", true, false, 2025,
     2025, 0x60b32fcf},
    {CALLS, "2024", SPACED, 24, 0, 4, "%m/%d/%Y %I:%M:%S %p", "6/19/2024 10:11:09 AM", false, true, 2024, 2024,
     0x3e3ad95d},
};
#define VINTAGE_COUNT (sizeof vintages / sizeof vintages[0])

static cln_generate_spec spec_of(const char *dataset, const char *vintage) {
    return (cln_generate_spec){.dataset = dataset, .vintage = vintage, .seed = 1};
}

static void test_headers(void **state) {
    (void)state;
    for (size_t i = 0; i < VINTAGE_COUNT; i++) {
        const cln_generate_spec spec = spec_of(vintages[i].dataset, vintages[i].vintage);
        cln_generator *generator = NULL;
        char plain[4096] = "";
        size_t size = 0;
        assert_int_equal(cln_generator_open(&generator, &spec, NULL), CLN_OK);
        const cln_span header = cln_generator_header(generator);
        assert_true(header.size > 2 && memcmp(header.data + header.size - 2, "\r\n", 2) == 0);
        assert_int_equal(memcmp(header.data, BOM, 3) == 0, vintages[i].has_mark);
        size_t quotes = 0;
        for (size_t c = vintages[i].has_mark ? 3 : 0; c < header.size - 2; c++) {
            quotes += header.data[c] == '"';
            if (header.data[c] != '"') plain[size++] = header.data[c];
        }
        assert_string_equal(plain, vintages[i].header);
        assert_int_equal(quotes, vintages[i].quotes_all ? 2 * vintages[i].fields : 0);
        cln_generator_close(generator);
    }
}

/* Field counts, marker, quoting and dates of 3,000 rows. */
static void check_shape(const expected *vintage) {
    const cln_generate_spec spec = spec_of(vintage->dataset, vintage->vintage);
    cln_date_format format;
    cln_buffer rows;
    record row;
    size_t count = 0;
    make_rows(&spec, 1, 3000, &rows, NULL);
    assert_int_equal(cln_date_format_compile(&format, vintage->date_format, false, NULL), CLN_OK);
    for (char *at = rows.data; read_record(&at, rows.data + rows.size, &row); count++) {
        int64_t seconds = 0;
        assert_int_equal(row.count, vintage->fields);
        const bool is_marked = strcmp(row.fields[vintage->text_field], CLN_SAMPLE_MARK) == 0;
        assert_int_equal(is_marked, count % CLN_SAMPLE_MARK_PERIOD == 0);
        if (vintage->quotes_all) assert_int_equal(row.quoted_count, vintage->fields);
        if (!vintage->quotes_all) assert_true(row.quoted_count <= 1);
        const char *date = row.fields[vintage->time_field];
        if (count == 0) assert_string_equal(date, vintage->first_date_text);
        assert_true(cln_date_parse(&format, cln_span_of_string(date), &seconds));
        const int year = cln_civil_from_seconds(seconds).year;
        assert_true(year >= vintage->first_year && year <= vintage->last_year);
    }
    assert_int_equal(count, 3000);
    cln_buffer_clean_up(&rows);
}

static void test_shape_of_every_vintage(void **state) {
    (void)state;
    for (size_t i = 0; i < VINTAGE_COUNT; i++) check_shape(&vintages[i]);
}

/* The bytes are part of the contract: benchmarks and golden answers rest on them. */
static void test_bytes_are_the_same_everywhere(void **state) {
    (void)state;
    for (size_t i = 0; i < VINTAGE_COUNT; i++) {
        const cln_generate_spec spec = spec_of(vintages[i].dataset, vintages[i].vintage);
        cln_buffer rows;
        make_rows(&spec, 1, 500, &rows, NULL);
        const uint32_t checksum = cln_crc32c_portable(0, rows.data, rows.size);
        assert_int_equal(checksum, vintages[i].checksum);
        cln_buffer_clean_up(&rows);
    }
}

static void test_a_row_needs_no_row_before_it(void **state) {
    (void)state;
    size_t ends[400];
    cln_buffer all, part;
    const cln_generate_spec spec = spec_of(CALLS, NULL);
    make_rows(&spec, 1, 400, &all, ends);
    make_rows(&spec, 301, 100, &part, NULL);
    assert_int_equal(part.size, all.size - ends[299]);
    assert_memory_equal(part.data, all.data + ends[299], part.size);
    cln_buffer_clean_up(&all);
    cln_buffer_clean_up(&part);
}

static void test_seeds_differ(void **state) {
    (void)state;
    cln_buffer one, two;
    cln_generate_spec spec = spec_of(ACCIDENTS, NULL);
    make_rows(&spec, 2, 100, &one, NULL);
    spec.seed = 2;
    make_rows(&spec, 2, 100, &two, NULL);
    assert_true(one.size != two.size || memcmp(one.data, two.data, one.size) != 0);
    cln_buffer_clean_up(&one);
    cln_buffer_clean_up(&two);
}

static void test_defaults(void **state) {
    (void)state;
    const char *const datasets[][2] = {{ACCIDENTS, "2019"}, {CALLS, "2015"}};
    for (int i = 0; i < 2; i++) {
        cln_generator *generator = NULL;
        const cln_generate_spec spec = spec_of(datasets[i][0], NULL);
        assert_int_equal(cln_generator_open(&generator, &spec, NULL), CLN_OK);
        assert_string_equal(cln_generator_vintage(generator), datasets[i][1]);
        cln_generator_close(generator);
    }
}

static void test_paddings_and_blanks_of_2019(void **state) {
    (void)state;
    const cln_generate_spec spec = spec_of(ACCIDENTS, "2019");
    cln_buffer rows;
    record row;
    size_t blanks = 0, letters = 0;
    make_rows(&spec, 1, 20000, &rows, NULL);
    for (char *at = rows.data; read_record(&at, rows.data + rows.size, &row);) {
        assert_int_equal(strlen(row.fields[5]), 30); /* TOP_TRAFFIC_ACCIDENT_OFFENSE */
        assert_int_equal(strlen(row.fields[14]), 3); /* DISTRICT_ID */
        assert_true(strlen(row.fields[25]) > 0);     /* ROAD_CONDITION: two blanks, never empty */
        blanks += strcmp(row.fields[25], "  ") == 0;
        letters += row.fields[14][0] == 'U';
    }
    assert_true(blanks > 200 && blanks < 600);
    assert_true(letters > 0 && letters < 40);
    cln_buffer_clean_up(&rows);
}

static size_t count_field(const char *vintage, const char *dataset, size_t field, const char *text, size_t row_count) {
    const cln_generate_spec spec = spec_of(dataset, vintage);
    cln_buffer rows;
    record row;
    size_t count = 0;
    make_rows(&spec, 1, row_count, &rows, NULL);
    for (char *at = rows.data; read_record(&at, rows.data + rows.size, &row);) {
        count += strcmp(row.fields[field], text) == 0;
    }
    cln_buffer_clean_up(&rows);
    return count;
}

static void test_names_of_areas(void **state) {
    (void)state;
    assert_true(count_field("2014", ACCIDENTS, 16, "five-points", 3000) > 50);
    assert_true(count_field("2014", ACCIDENTS, 16, "stapleton", 3000) > 100);
    assert_true(count_field("2019", ACCIDENTS, 16, "Stapleton", 3000) > 100);
    assert_int_equal(count_field("2019", ACCIDENTS, 16, "Central Park", 3000), 0);
    assert_true(count_field("2024", ACCIDENTS, 16, "Central Park", 3000) > 100);
    assert_int_equal(count_field("2024", ACCIDENTS, 16, "Stapleton", 3000), 0);
    /* The city left areas out from 2019 on. */
    assert_true(count_field("2015", CALLS, 23, "", 3000) < 2200);
    assert_int_equal(count_field("2019", CALLS, 23, "", 3000), 3000);
    assert_int_equal(count_field("2024", CALLS, 23, "", 3000), 3000);
}

static void test_newest_accidents_mix_cases(void **state) {
    (void)state;
    assert_true(count_field("2024", ACCIDENTS, 25, "DRY", 2000) > 500);
    assert_true(count_field("2024", ACCIDENTS, 25, "Dry", 2000) > 500);
    assert_true(count_field("2024", ACCIDENTS, 26, "DAY LIGHT", 2000) > 300);
    assert_true(count_field("2024", ACCIDENTS, 26, "Daylight", 2000) > 300);
}

typedef struct bytes_found {
    size_t not_utf8;
    size_t not_windows;
    size_t line_breaks;
} bytes_found;

static bytes_found look_at_bytes(const char *vintage) {
    enum { ROWS = 30000 };
    static size_t ends[ROWS];
    const cln_generate_spec spec = spec_of(CALLS, vintage);
    bytes_found found = {0};
    cln_buffer rows, converted;
    cln_buffer_init(&converted, SIZE_MAX);
    make_rows(&spec, 1, ROWS, &rows, ends);
    for (size_t i = 0; i < ROWS; i++) {
        const size_t start = i == 0 ? 0 : ends[i - 1];
        const cln_span row = cln_span_of(rows.data + start, ends[i] - start);
        bool defined = false;
        found.line_breaks += memchr(row.data, '\n', row.size - 1) != NULL;
        if (cln_utf8_is_valid(row)) continue;
        found.not_utf8++;
        assert_int_equal(cln_utf8_from_windows_1252(row, &converted, &defined, NULL), CLN_OK);
        found.not_windows += !defined;
    }
    cln_buffer_clean_up(&rows);
    cln_buffer_clean_up(&converted);
    return found;
}

static void test_encodings_and_line_breaks(void **state) {
    (void)state;
    const bytes_found of_2015 = look_at_bytes("2015");
    assert_true(of_2015.not_utf8 > 2 && of_2015.not_utf8 < 40);
    assert_int_equal(of_2015.not_windows, 0);
    assert_int_equal(of_2015.line_breaks, 0);
    const bytes_found of_2019 = look_at_bytes("2019");
    assert_int_equal(of_2019.not_utf8, 0);
    assert_true(of_2019.line_breaks > 5);
    const bytes_found of_2024 = look_at_bytes("2024");
    assert_true(of_2024.not_utf8 > 2);
    assert_int_equal(of_2024.not_windows, 0);
    assert_true(of_2024.line_breaks > 5);
}

static void test_refusals(void **state) {
    (void)state;
    cln_generator *generator = NULL;
    cln_error err = {{0}};
    cln_generate_spec spec = spec_of("potholes", NULL);
    assert_int_equal(cln_generator_open(&generator, &spec, &err), CLN_ERR_USAGE);
    assert_non_null(strstr(err.message, "traffic_accidents, service_requests_311 and boundaries"));
    spec = spec_of(CALLS, "1999");
    assert_int_equal(cln_generator_open(&generator, &spec, &err), CLN_ERR_USAGE);
    assert_non_null(strstr(err.message, "'1999'"));
    assert_non_null(strstr(err.message, "2015 (default), 2019, 2023, rolling, 2024"));
    spec = spec_of(CALLS, NULL);
    spec.dirt_rate = 1.5;
    assert_int_equal(cln_generator_open(&generator, &spec, &err), CLN_ERR_USAGE);
    assert_null(generator);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_shape_of_every_vintage),
        cmocka_unit_test(test_bytes_are_the_same_everywhere),
        cmocka_unit_test(test_a_row_needs_no_row_before_it),
        cmocka_unit_test(test_seeds_differ),
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_paddings_and_blanks_of_2019),
        cmocka_unit_test(test_names_of_areas),
        cmocka_unit_test(test_newest_accidents_mix_cases),
        cmocka_unit_test(test_encodings_and_line_breaks),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
