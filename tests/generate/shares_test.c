/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Shares of what was generated against counts of what the city published for
 * 2015 to 2017 (accidents) and 2015 (a tenth of the calls), and points
 * against the boundaries.
 */
#include "records.h"

#include <stdio.h>

enum { ROWS = 50000 };
#define TOLERANCE 0.02

static const uint32_t accident_months[36] = {1943, 1819, 1745, 1884, 2008, 2038, 1969, 2109, 2028, 2192, 2037, 1975,
                                             1877, 1883, 1900, 1923, 2055, 1995, 2059, 2122, 2172, 2203, 1952, 2060,
                                             2008, 1769, 1902, 1918, 2237, 2114, 2081, 2169, 2149, 2234, 2024, 2057};
static const char *const conditions[6] = {"DRY", "WET", "ICY", "SNOWY", "SLUSHY", ""};
static const uint32_t condition_by_month[12][6] = {
    {4105, 487, 553, 413, 101, 69}, {3984, 341, 558, 334, 94, 87}, {4717, 417, 144, 131, 42, 73},
    {4820, 698, 46, 52, 34, 59},    {5164, 1007, 3, 27, 18, 75},   {5790, 291, 0, 0, 0, 65},
    {5583, 238, 0, 1, 0, 284},      {5907, 313, 0, 0, 0, 174},     {5994, 255, 0, 0, 0, 98},
    {6083, 451, 3, 11, 0, 78},      {5147, 363, 234, 116, 41, 71}, {4518, 294, 506, 446, 126, 103},
};
static const uint32_t call_months[12] = {3568, 3219, 3997, 4544, 4313, 4442, 4307, 4028, 3776, 3951, 3515, 3510};
typedef struct area_counts {
    const char *name;
    uint32_t accidents;
    uint32_t calls;
} area_counts;
static const area_counts areas[79] = {
    {"", 4, 32737},
    {"Athmar Park", 816, 251},
    {"Auraria", 802, 19},
    {"Baker", 3529, 185},
    {"Barnum", 1000, 216},
    {"Barnum West", 390, 192},
    {"Bear Valley", 283, 117},
    {"Belcaro", 656, 109},
    {"Berkeley", 821, 265},
    {"CBD", 1473, 81},
    {"Capitol Hill", 2054, 281},
    {"Chaffee Park", 298, 101},
    {"Cheesman Park", 979, 151},
    {"Cherry Creek", 1175, 192},
    {"City Park", 532, 73},
    {"City Park West", 765, 168},
    {"Civic Center", 1121, 60},
    {"Clayton", 323, 153},
    {"Cole", 238, 161},
    {"College View - South Platte", 583, 147},
    {"Congress Park", 1259, 239},
    {"Cory - Merrill", 453, 159},
    {"Country Club", 237, 84},
    {"DIA", 1164, 18},
    {"East Colfax", 830, 245},
    {"Elyria Swansea", 1591, 237},
    {"Five Points", 2450, 379},
    {"Fort Logan", 199, 121},
    {"Gateway - Green Valley Ranch", 1325, 542},
    {"Globeville", 1833, 128},
    {"Goldsmith", 781, 82},
    {"Hale", 642, 164},
    {"Hampden", 1049, 197},
    {"Hampden South", 2190, 200},
    {"Harvey Park", 804, 227},
    {"Harvey Park South", 471, 157},
    {"Highland", 1705, 259},
    {"Hilltop", 743, 236},
    {"Indian Creek", 64, 40},
    {"Jefferson Park", 1131, 124},
    {"Kennedy", 230, 17},
    {"Lincoln Park", 2161, 176},
    {"Lowry Field", 632, 107},
    {"Mar Lee", 980, 283},
    {"Marston", 415, 121},
    {"Montbello", 1937, 641},
    {"Montclair", 788, 187},
    {"North Capitol Hill", 1058, 105},
    {"North Park Hill", 488, 243},
    {"Northeast Park Hill", 1483, 237},
    {"Overland", 838, 130},
    {"Platt Park", 539, 226},
    {"Regis", 327, 113},
    {"Rosedale", 293, 84},
    {"Ruby Hill", 625, 225},
    {"Skyland", 334, 130},
    {"Sloan Lake", 473, 252},
    {"South Park Hill", 619, 233},
    {"Southmoor Park", 484, 47},
    {"Speer", 1475, 235},
    {"Stapleton", 4063, 451},
    {"Sun Valley", 454, 32},
    {"Sunnyside", 823, 254},
    {"Union Station", 1187, 103},
    {"University", 813, 212},
    {"University Hills", 704, 180},
    {"University Park", 651, 164},
    {"Valverde", 326, 190},
    {"Villa Park", 773, 215},
    {"Virginia Village", 956, 250},
    {"Washington Park", 650, 220},
    {"Washington Park West", 1106, 212},
    {"Washington Virginia Vale", 1293, 220},
    {"Wellshire", 78, 69},
    {"West Colfax", 788, 271},
    {"West Highland", 751, 227},
    {"Westwood", 1464, 374},
    {"Whittier", 296, 182},
    {"Windsor", 492, 55},
};
typedef struct blank_share {
    size_t field;
    uint32_t blanks;
} blank_share;
#define ACCIDENT_ROWS 72610
#define CALL_ROWS     47170
static const blank_share accident_blanks[22] = {
    {0, 0},     {1, 0},      {2, 0},      {3, 0},      {4, 0},     {5, 4},     {6, 1326},  {7, 59585},
    {8, 1367},  {9, 1142},   {10, 1236},  {11, 1397},  {12, 2082}, {13, 5742}, {14, 8200}, {15, 67515},
    {16, 7179}, {17, 12345}, {18, 13365}, {19, 67778}, {20, 10},   {21, 10},
};
static const blank_share call_blanks[24] = {
    {0, 0},    {1, 0},      {2, 0},      {3, 0},      {4, 0},      {5, 1341},   {6, 1341},   {7, 1332},
    {8, 4272}, {9, 33249},  {10, 46677}, {11, 44506}, {12, 44506}, {13, 33914}, {14, 32268}, {15, 32268},
    {16, 0},   {17, 47170}, {18, 47170}, {19, 538},   {20, 47170}, {21, 32699}, {22, 32740}, {23, 32737},
};
/* Half the sum of differences between two distributions. */
static double total_variation(const uint32_t *a, const uint32_t *b, size_t count) {
    double sum_a = 0, sum_b = 0, difference = 0;
    for (size_t i = 0; i < count; i++) {
        sum_a += a[i];
        sum_b += b[i];
    }
    for (size_t i = 0; i < count; i++) {
        const double d = a[i] / sum_a - b[i] / sum_b;
        difference += d < 0 ? -d : d;
    }
    return difference / 2;
}

static uint32_t *new_counts(size_t count) {
    uint32_t *counts = calloc(count, sizeof *counts);
    assert_non_null(counts);
    return counts;
}

static uint32_t number_at(const char *text, size_t offset) {
    return (uint32_t)((text[offset] - '0') * 10 + (text[offset + 1] - '0'));
}

static void generate(const char *dataset, const char *vintage, cln_buffer *rows) {
    const cln_generate_spec spec = {.dataset = dataset, .vintage = vintage, .seed = 1};
    make_rows(&spec, 1, ROWS, rows, NULL);
}

static void test_accidents_by_month(void **state) {
    (void)state;
    cln_buffer rows;
    record row;
    uint32_t *months = new_counts(36);
    generate("traffic_accidents", "2019", &rows);
    for (char *at = rows.data; read_record(&at, rows.data + rows.size, &row);) {
        const char *date = row.fields[6];
        months[(number_at(date, 2) - 15) * 12 + number_at(date, 5) - 1]++;
    }
    assert_true(total_variation(months, accident_months, 36) < TOLERANCE);
    free(months);
    cln_buffer_clean_up(&rows);
}

/* Which of the conditions the text is, blank ones trimmed; 6 for any other. */
static size_t condition_index(const char *text) {
    if (strcmp(text, "  ") == 0) text = "";
    size_t i = 0;
    while (i < 6 && strcmp(conditions[i], text) != 0) i++;
    return i;
}

static void test_conditions_by_month(void **state) {
    (void)state;
    cln_buffer rows;
    record row;
    uint32_t made[12][7] = {{0}};
    generate("traffic_accidents", "2019", &rows);
    for (char *at = rows.data; read_record(&at, rows.data + rows.size, &row);) {
        made[number_at(row.fields[6], 5) - 1][condition_index(row.fields[25])]++;
    }
    for (int month = 0; month < 12; month++) {
        assert_true(total_variation(made[month], condition_by_month[month], 6) < TOLERANCE);
    }
    cln_buffer_clean_up(&rows);
}

static size_t area_index(const char *name) {
    for (size_t i = 0; i < 79; i++) {
        if (strcmp(areas[i].name, name) == 0) return i;
    }
    fail_msg("no such area: '%s'", name);
    return 0;
}

static void check_areas(const char *dataset, const char *vintage, size_t field, const uint32_t *real) {
    cln_buffer rows;
    record row;
    uint32_t *made = new_counts(79);
    generate(dataset, vintage, &rows);
    for (char *at = rows.data; read_record(&at, rows.data + rows.size, &row);) {
        made[area_index(strcmp(row.fields[field], "  ") == 0 ? "" : row.fields[field])]++;
    }
    assert_true(total_variation(made, real, 79) < TOLERANCE);
    free(made);
    cln_buffer_clean_up(&rows);
}

static void test_areas(void **state) {
    (void)state;
    uint32_t accidents[79], calls[79];
    for (size_t i = 0; i < 79; i++) {
        accidents[i] = areas[i].accidents;
        calls[i] = areas[i].calls;
    }
    check_areas("traffic_accidents", "2019", 16, accidents);
    check_areas("service_requests_311", "2015", 23, calls);
}

static void test_calls_by_month(void **state) {
    (void)state;
    cln_buffer rows;
    record row;
    uint32_t months[12] = {0};
    generate("service_requests_311", "2015", &rows);
    for (char *at = rows.data; read_record(&at, rows.data + rows.size, &row);) {
        months[number_at(row.fields[4], 0) - 1]++;
    }
    assert_true(total_variation(months, call_months, 12) < TOLERANCE);
    cln_buffer_clean_up(&rows);
}

static void check_blanks(const char *dataset, const char *vintage, const blank_share *real, size_t count,
                         double real_rows) {
    cln_buffer rows;
    record row;
    uint32_t *blanks = new_counts(count);
    generate(dataset, vintage, &rows);
    for (char *at = rows.data; read_record(&at, rows.data + rows.size, &row);) {
        for (size_t i = 0; i < count; i++) blanks[i] += row.fields[i][0] == '\0';
    }
    for (size_t i = 0; i < count; i++) {
        const double difference = blanks[i] / (double)ROWS - real[i].blanks / real_rows;
        assert_true(difference < TOLERANCE && difference > -TOLERANCE);
    }
    free(blanks);
    cln_buffer_clean_up(&rows);
}

static void test_blank_shares(void **state) {
    (void)state;
    check_blanks("traffic_accidents", "extract", accident_blanks, 22, ACCIDENT_ROWS);
    check_blanks("service_requests_311", "2015", call_blanks, 24, CALL_ROWS);
}

/* The south-west corner of the area's cell, from the text of the boundaries. */
static void corner_of(const char *boundaries, const char *name, double corner[2]) {
    char wanted[128];
    const int length = snprintf(wanted, sizeof wanted, "\"nbhd_name\":\"%s\"", name);
    assert_true(length > 0 && (size_t)length < sizeof wanted);
    const char *at = strstr(boundaries, wanted);
    assert_non_null(at);
    at = strstr(at, "[[[[");
    assert_non_null(at);
    char *end = NULL;
    corner[0] = strtod(at + 4, &end);
    corner[1] = strtod(end + 1, &end);
}

static void test_points_lie_in_their_boundaries(void **state) {
    (void)state;
    const cln_generate_spec spec = {.dataset = "traffic_accidents", .vintage = "2024", .seed = 1};
    cln_buffer rows, boundaries;
    record row;
    size_t count = 0;
    cln_buffer_init(&boundaries, SIZE_MAX);
    assert_int_equal(cln_generate_append_boundaries(&boundaries, NULL), CLN_OK);
    assert_int_equal(cln_buffer_terminate(&boundaries, NULL), CLN_OK);
    assert_non_null(boundaries.data);
    make_rows(&spec, 1, 2000, &rows, NULL);
    for (char *at = rows.data; read_record(&at, rows.data + rows.size, &row); count++) {
        double corner[2];
        if (row.fields[16][0] == ' ') continue;
        corner_of(boundaries.data, row.fields[16], corner);
        const double east = strtod(row.fields[12], NULL) - corner[0];
        const double north = strtod(row.fields[13], NULL) - corner[1];
        assert_true(east > 0 && east < 0.03 && north > 0 && north < 0.03);
    }
    assert_int_equal(count, 2000);
    cln_buffer_clean_up(&rows);
    cln_buffer_clean_up(&boundaries);
}

static void test_boundaries_say_what_they_are(void **state) {
    (void)state;
    cln_buffer boundaries;
    size_t features = 0, markers = 0;
    cln_buffer_init(&boundaries, SIZE_MAX);
    assert_int_equal(cln_generate_append_boundaries(&boundaries, NULL), CLN_OK);
    assert_int_equal(cln_buffer_terminate(&boundaries, NULL), CLN_OK);
    for (const char *at = boundaries.data; (at = strstr(at, "\"nbhd_id\":\"")) != NULL; at++) features++;
    for (const char *at = boundaries.data; (at = strstr(at, CLN_SAMPLE_MARK)) != NULL; at++) markers++;
    assert_int_equal(features, CLN_SAMPLE_AREA_COUNT);
    assert_int_equal(markers, CLN_SAMPLE_AREA_COUNT);
    cln_buffer_clean_up(&boundaries);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accidents_by_month),
        cmocka_unit_test(test_conditions_by_month),
        cmocka_unit_test(test_areas),
        cmocka_unit_test(test_calls_by_month),
        cmocka_unit_test(test_blank_shares),
        cmocka_unit_test(test_points_lie_in_their_boundaries),
        cmocka_unit_test(test_boundaries_say_what_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
