/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The calls' vintages.
 */
#include "call.h"

#define CATEGORY(table)                                                                                                \
    { cln_write_category, &(table), false }
#define CELL(writer)                                                                                                   \
    { (writer), NULL, false }
#define TEXT(writer)                                                                                                   \
    { (writer), NULL, true }

#define SPACED_HEADER                                                                                                  \
    "Case Summary,Case Status,Case Source,Case Created Date,Case Created dttm,Case Closed Date,Case Closed dttm,"      \
    "First Call Resolution,Customer Zip Code,Incident Address 1,Incident Address 2,Incident Intersection 1,"           \
    "Incident Intersection 2,Incident Zip Code,Longitude,Latitude,Agency,Division,Major Area,Type,Topic,"              \
    "Council District,Police District,Neighborhood"
#define HUB_HEADER                                                                                                     \
    "Case_Summary,Case_Status,Case_Source,Case_Created_Date,Case_Created_dttm,Case_Closed_Date,Case_Closed_dttm,"      \
    "First_Call_Resolution,Customer_Zip_Code,Incident_Address_1,Incident_Address_2,Incident_Intersection_1,"           \
    "Incident_Intersection_2,Incident_Zip_Code,Longitude,Latitude,Agency,Division,Major_Area,Type,Topic,"              \
    "Council_District,Police_District,Neighborhood"

/* The middle 24 columns, with the object's number before or behind them in some vintages. */
static const cln_column columns[] = {
    CELL(cln_write_row_number),     TEXT(cln_write_summary),       CELL(cln_write_status),
    CATEGORY(cln_call_source),      CELL(cln_write_start_date),    CELL(cln_write_start_time),
    CELL(cln_write_closed_date),    CELL(cln_write_closed_time),   CATEGORY(cln_call_first_resolution),
    CELL(cln_write_customer_zip),   TEXT(cln_write_address),       CELL(cln_write_unit),
    CELL(cln_write_crossing_1),     CELL(cln_write_crossing_2),    CELL(cln_write_incident_zip),
    CELL(cln_write_call_longitude), CELL(cln_write_call_latitude), {cln_write_agency, &cln_call_agency, false},
    CELL(cln_write_nothing),        CELL(cln_write_nothing),       CATEGORY(cln_call_type),
    CELL(cln_write_nothing),        CELL(cln_write_council),       CELL(cln_write_police),
    CELL(cln_write_area),           CELL(cln_write_row_number),
};

/* From 2019 on a call has no type either. */
static const cln_column hub_columns[] = {
    CELL(cln_write_row_number),     TEXT(cln_write_summary),       CELL(cln_write_status),
    CATEGORY(cln_call_source),      CELL(cln_write_start_date),    CELL(cln_write_start_time),
    CELL(cln_write_closed_date),    CELL(cln_write_closed_time),   CATEGORY(cln_call_first_resolution),
    CELL(cln_write_customer_zip),   TEXT(cln_write_address),       CELL(cln_write_unit),
    CELL(cln_write_crossing_1),     CELL(cln_write_crossing_2),    CELL(cln_write_incident_zip),
    CELL(cln_write_call_longitude), CELL(cln_write_call_latitude), {cln_write_agency, &cln_call_agency, false},
    CELL(cln_write_nothing),        CELL(cln_write_nothing),       CELL(cln_write_nothing),
    CELL(cln_write_nothing),        CELL(cln_write_council),       CELL(cln_write_police),
    CELL(cln_write_nothing),        CELL(cln_write_row_number),
};

#define HAS_DISTRICTS (CLN_HAS_COUNCIL | CLN_HAS_POLICE)
#define HAS_PLACED    (CLN_HAS_AREA | CLN_HAS_POINT | HAS_DISTRICTS)

static const cln_presence presence_with_areas[CLN_PRESENCE_COUNT] = {
    {30585, 0},
    {11634, HAS_PLACED | CLN_HAS_ZIP | CLN_HAS_ADDRESS},
    {2277, HAS_PLACED | CLN_HAS_CROSSING},
    {1344, CLN_HAS_ZIP | CLN_HAS_ADDRESS},
    {516, HAS_PLACED | CLN_HAS_ADDRESS},
    {260, CLN_HAS_CROSSING},
    {257, CLN_HAS_POINT | CLN_HAS_ZIP | CLN_HAS_ADDRESS},
    {93, CLN_HAS_POINT | CLN_HAS_CROSSING},
    {79, CLN_HAS_ADDRESS},
    {76, CLN_HAS_POINT | CLN_HAS_ADDRESS},
    {21, CLN_HAS_POINT | CLN_HAS_COUNCIL | CLN_HAS_CROSSING},
    {15, CLN_HAS_POINT | CLN_HAS_COUNCIL | CLN_HAS_ZIP | CLN_HAS_ADDRESS},
    {5, CLN_HAS_AREA | CLN_HAS_POINT | CLN_HAS_COUNCIL | CLN_HAS_CROSSING},
    {5, CLN_HAS_POINT | CLN_HAS_ZIP | CLN_HAS_CROSSING},
};

static const cln_presence presence_without_areas[CLN_PRESENCE_COUNT] = {
    {64500, 0},
    {23400, CLN_HAS_POINT | HAS_DISTRICTS | CLN_HAS_ZIP | CLN_HAS_ADDRESS},
    {4900, CLN_HAS_POINT | HAS_DISTRICTS | CLN_HAS_CROSSING},
    {1900, CLN_HAS_POINT | HAS_DISTRICTS | CLN_HAS_ADDRESS},
    {3300, CLN_HAS_ZIP | CLN_HAS_ADDRESS},
    {700, CLN_HAS_CROSSING},
    {800, CLN_HAS_ADDRESS},
    {300, CLN_HAS_POINT},
    {100, CLN_HAS_POINT | CLN_HAS_ADDRESS},
    {60, CLN_HAS_POINT | CLN_HAS_COUNCIL | CLN_HAS_CROSSING},
    {40, HAS_DISTRICTS},
};

/* Windows-1252, the same punctuation once misread (C6, F4, F6, FB, E1), and UTF-8 among it. */
static const cln_weighted mixed_items[] = {
    {3, "The President\xC6s visit, street closures"},
    {2, "Newsletter \xF4Repaving the Future\xF6"},
    {3, "Outreach to veterans \xFB Network of Care"},
    {1, "Still time left!!!\xE1"},
    {2, "Owner\x92s manual for the cart"},
    {2, "Caf\xE9 patio permit"},
    {1, "Pe\xC3\xB1"
        "a Blvd, construction"},
};
static const cln_weighted_table mixed_texts = CLN_WEIGHTED_TABLE(mixed_items);

static const cln_weighted utf8_items[] = {
    {3, "Owner\xE2\x80\x99s manual for the cart"},
    {2, "Caf\xC3\xA9 patio permit"},
    {2, "Pe\xC3\xB1"
        "a Blvd, construction"},
    {2, "Newsletter \xE2\x80\x9CRepaving the Future\xE2\x80\x9D"},
};
static const cln_weighted_table utf8_texts = CLN_WEIGHTED_TABLE(utf8_items);

static const cln_weighted windows_items[] = {
    {3, "Owner\x92s manual for the cart"},
    {2, "Caf\xE9 patio permit"},
    {2, "Pe\xF1"
        "a Blvd, construction"},
    {2, "Newsletter \x93Repaving the Future\x94"},
};
static const cln_weighted_table windows_texts = CLN_WEIGHTED_TABLE(windows_items);

const cln_vintage cln_call_vintages[CLN_CALL_VINTAGE_COUNT] = {
    {.name = "2015",
     .header = SPACED_HEADER,
     .columns = columns + 1,
     .column_count = 24,
     .text_column = 0,
     .time_column = 4,
     .first_year = 2015,
     .year_count = 1,
     .months = cln_call_months,
     .date_style = CLN_DATE_US_PADDED,
     .blank = "",
     .has_whole_degrees = true,
     .presence = presence_with_areas,
     .special_texts = &mixed_texts},
    {.name = "2019",
     .header = SPACED_HEADER,
     .columns = hub_columns + 1,
     .column_count = 24,
     .text_column = 0,
     .time_column = 4,
     .first_year = 2019,
     .year_count = 1,
     .months = cln_call_months,
     .date_style = CLN_DATE_US_UNPADDED,
     .blank = "",
     .has_byte_order_mark = true,
     .has_line_breaks = true,
     .presence = presence_without_areas,
     .special_texts = &utf8_texts},
    {.name = "2023",
     .header = HUB_HEADER ",ObjectId",
     .columns = hub_columns + 1,
     .column_count = 25,
     .text_column = 0,
     .time_column = 4,
     .first_year = 2023,
     .year_count = 1,
     .months = cln_call_months,
     .date_style = CLN_DATE_US_UNPADDED,
     .blank = "",
     .has_byte_order_mark = true,
     .has_line_breaks = true,
     .presence = presence_without_areas,
     .special_texts = &utf8_texts},
    {.name = "rolling",
     .header = "OBJECTID," HUB_HEADER,
     .columns = hub_columns,
     .column_count = 25,
     .text_column = 1,
     .time_column = 5,
     .first_year = 2025,
     .year_count = 1,
     .months = cln_call_months,
     .date_style = CLN_DATE_US_UNPADDED,
     .blank = "",
     .has_byte_order_mark = true,
     .has_line_breaks = true,
     .presence = presence_without_areas,
     .special_texts = &utf8_texts},
    {.name = "2024",
     .header = SPACED_HEADER,
     .columns = hub_columns + 1,
     .column_count = 24,
     .text_column = 0,
     .time_column = 4,
     .first_year = 2024,
     .year_count = 1,
     .months = cln_call_months,
     .date_style = CLN_DATE_US_UNPADDED,
     .blank = "",
     .quotes_all = true,
     .has_line_breaks = true,
     .presence = presence_without_areas,
     .special_texts = &windows_texts},
};

static uint32_t weight_of(const cln_area *area) {
    return area->call_weight;
}

const cln_dataset cln_calls = {
    .name = "service_requests_311",
    .stream = 2,
    .vintages = cln_call_vintages,
    .vintage_count = CLN_CALL_VINTAGE_COUNT,
    .default_vintage = 0,
    .hours = cln_call_hours,
    .weekdays = cln_call_weekdays,
    .area_weight = weight_of,
    .draw = cln_call_draw,
};
