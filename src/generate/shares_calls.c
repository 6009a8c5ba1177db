/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shares.h"

/* How calls of 2015 divide: by month, hour, weekday, days until they were closed, and category. */
const uint32_t cln_call_months[12] = {
    3568, 3219, 3997, 4544, 4313, 4442, 4307, 4028, 3776, 3951, 3515, 3510,
};

const uint32_t cln_call_hours[24] = {
    163,  84,   80,   10,   21,   77,   97,   1030, 3600, 4382, 4507, 4777,
    4517, 4436, 4505, 4535, 3592, 1882, 1372, 1103, 675,  711,  574,  440,
};

const uint32_t cln_call_weekdays[7] = {
    9245, 9805, 9132, 8293, 7641, 1762, 1292,
};

/* Index: days from creation to closing. */
const uint32_t cln_call_lag_days[91] = {
    27764, 2013, 1324, 1042, 913, 842, 682, 6097, 814, 318, 231, 172, 163, 142, 136, 120, 89, 70, 62, 77, 91, 88, 67,
    48,    47,   55,   56,   63,  56,  27,  26,   41,  29,  22,  27,  45,  37,  24,  26,  25, 26, 24, 17, 30, 22, 13,
    14,    17,   18,   17,   11,  11,  6,   13,   15,  10,  15,  7,   11,  13,  16,  11,  13, 14, 10, 8,  11, 16, 11,
    8,     11,   14,   12,   12,  11,  6,   12,   9,   20,  10,  9,   7,   7,   12,  10,  8,  5,  13, 5,  4,  15,
};

static const cln_weighted cln_call_status_items[] = {
    {41167, "Closed - Other"},
    {3232, "Closed - Answer Provided"},
    {651, "Closed - Transfered to External Agency"},
    {519, "Closed - Service Completed"},
    {498, "Routed to Agency"},
    {425, "New"},
    {148, "In-Progress"},
    {64, "Closed - Approved"},
    {64, "Closed - In Compliance"},
    {63, "Closed - No Violation Found"},
    {60, "Closed - Out of Jurisdiction"},
    {53, "Closed - Not Enough Info"},
    {52, "Closed - Spam"},
    {48, "Closed - Duplicate Case"},
    {24, "Closed - Created in Error"},
    {21, "Closed - Not Approved"},
    {15, "Closed - Duplicate"},
    {14, "Closed - No Response from Customer"},
    {14, "Re-Routed"},
    {9, "Closed - Resolved by Customer"},
    {6, "Closed - Refer Out"},
    {6, "Intake"},
    {6, "Customer Updated"},
    {3, "Re-Opened"},
    {2, "Closed - Owner Abated"},
    {2, "On Hold (Internal)"},
    {2, "Closed - No Graffiti"},
};
const cln_weighted_table cln_call_status = CLN_WEIGHTED_TABLE(cln_call_status_items);

static const cln_weighted cln_call_source_items[] = {
    {42766, "Phone"},
    {2881, "PocketGov"},
    {705, "Email"},
    {356, "Email - Mayor's Office"},
    {213, "Other"},
    {165, "Email - 311"},
    {30, "Email - City Clerk"},
    {25, "Fax"},
    {12, "USPS Mail"},
    {10, "Walk-In"},
    {7, "Email - Assessor"},
};
const cln_weighted_table cln_call_source = CLN_WEIGHTED_TABLE(cln_call_source_items);

static const cln_weighted cln_call_type_items[] = {
    {30893, "Inquiry"}, {10056, "Complaint"}, {5636, "Request"}, {538, ""}, {46, "Compliment"},
};
const cln_weighted_table cln_call_type = CLN_WEIGHTED_TABLE(cln_call_type_items);

static const cln_weighted cln_call_agency_items[] = {
    {18596, "311"},
    {8752, "Finance"},
    {8665, "Public Works"},
    {4121, "Community Planning & Development"},
    {3843, "Environmental Health"},
    {1209, "External Agency"},
    {945, "Clerk & Recorder"},
    {618, "Parks & Recreation"},
    {172, "Mayor's Office"},
    {115, "Excise & License"},
    {97, "Safety"},
    {28, "Tech Services"},
    {8, "City Council"},
};
const cln_weighted_table cln_call_agency = CLN_WEIGHTED_TABLE(cln_call_agency_items);

static const cln_weighted cln_call_first_resolution_items[] = {
    {24863, "N"},
    {20975, "Y"},
    {1332, ""},
};
const cln_weighted_table cln_call_first_resolution = CLN_WEIGHTED_TABLE(cln_call_first_resolution_items);
