/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shares.h"

/* How accidents of 2015 to 2017 divide: by month, road condition in each month,
   light in each hour, hour, minute and weekday. */
const uint32_t cln_accident_months[36] = {
    1943, 1819, 1745, 1884, 2008, 2038, 1969, 2109, 2028, 2192, 2037, 1975, 1877, 1883, 1900, 1923, 2055, 1995,
    2059, 2122, 2172, 2203, 1952, 2060, 2008, 1769, 1902, 1918, 2237, 2114, 2081, 2169, 2149, 2234, 2024, 2057,
};

const char *const cln_conditions[] = {
    "DRY",
    "WET",
    "ICY",
    "SNOWY",
    "",
    "SLUSHY",
    "SNOWY WITH VISIBLE ICY ROAD TREATMENT",
    "WET WITH VISIBLE ICY ROAD TREATMENT",
    "DRY WITH VISIBLE ICY ROAD TREATMENT",
    "SLUSHY WITH VISIBLE ICY ROAD TREATMENT",
    "ICY WITH VISIBLE ICY ROAD TREATMENT",
    "MUDDY",
    "FOREIGN MATERIAL",
    "UNDER INVESTIGATION",
};

const char *const cln_conditions_mixed[] = {
    "Dry",
    "Wet",
    "Icy",
    "Snowy",
    "",
    "Slushy",
    "Snowy With Visible Icy Road Treatment",
    "Wet With Visible Icy Road Treatment",
    "Dry With Visible Icy Road Treatment",
    "Slushy With Visible Icy Road Treatment",
    "Icy With Visible Icy Road Treatment",
    "Muddy",
    "Foreign Material",
    "Under Investigation",
};

const uint32_t cln_condition_by_month[12][CLN_CONDITION_COUNT] = {
    {4105, 487, 553, 413, 69, 101, 31, 20, 16, 15, 10, 5, 3, 0},
    {3984, 341, 558, 334, 87, 94, 21, 19, 8, 7, 12, 5, 1, 0},
    {4717, 417, 144, 131, 73, 42, 5, 3, 5, 6, 1, 1, 2, 0},
    {4820, 698, 46, 52, 59, 34, 3, 4, 1, 1, 2, 3, 1, 1},
    {5164, 1007, 3, 27, 75, 18, 2, 0, 0, 0, 0, 3, 1, 0},
    {5790, 291, 0, 0, 65, 0, 0, 0, 0, 0, 0, 0, 0, 1},
    {5583, 238, 0, 1, 284, 0, 0, 0, 0, 0, 0, 0, 1, 2},
    {5907, 313, 0, 0, 174, 0, 2, 0, 0, 0, 0, 4, 0, 0},
    {5994, 255, 0, 0, 98, 0, 0, 0, 0, 0, 0, 0, 2, 0},
    {6083, 451, 3, 11, 78, 0, 2, 0, 1, 0, 0, 0, 0, 0},
    {5147, 363, 234, 116, 71, 41, 7, 14, 10, 4, 1, 0, 1, 4},
    {4518, 294, 506, 446, 103, 126, 23, 14, 33, 13, 13, 1, 0, 2},
};

const char *const cln_lights[] = {
    "DAY LIGHT", "DARK-LIGHTED", "DAWN OR DUSK", "DARK-UNLIGHTED", "", "UNDER INVESTIGATION",
};

const char *const cln_lights_mixed[] = {
    "Daylight", "Dark-Lighted", "Dawn or Dusk", "Dark-Unlighted", "", "Under Investigation",
};

const uint32_t cln_light_by_hour[24][CLN_LIGHT_COUNT] = {
    {22, 1026, 7, 106, 33, 2},     {18, 989, 5, 98, 24, 0},      {11, 1188, 2, 119, 19, 0},
    {7, 524, 6, 51, 13, 0},        {16, 369, 29, 37, 12, 1},     {144, 349, 180, 42, 11, 1},
    {1194, 313, 416, 27, 34, 0},   {3907, 62, 146, 12, 63, 0},   {4308, 32, 29, 13, 112, 0},
    {3352, 23, 10, 10, 75, 0},     {3185, 31, 12, 7, 58, 0},     {3807, 23, 6, 3, 72, 0},
    {4387, 19, 7, 4, 81, 0},       {4254, 14, 8, 3, 86, 0},      {4414, 19, 7, 2, 90, 0},
    {5267, 27, 71, 2, 106, 1},     {5079, 227, 387, 12, 111, 1}, {4044, 1233, 624, 71, 101, 0},
    {2166, 1579, 431, 107, 64, 1}, {739, 1428, 365, 121, 58, 0}, {133, 1665, 174, 144, 58, 1},
    {51, 1890, 21, 156, 38, 2},    {28, 1794, 14, 147, 45, 0},   {26, 1442, 5, 122, 33, 0},
};

const uint32_t cln_accident_hours[24] = {
    1196, 1134, 1339, 601,  464,  727,  1984, 4190, 4494, 3470, 3293, 3911,
    4498, 4365, 4532, 5474, 5817, 6073, 4348, 2711, 2175, 2158, 2028, 1628,
};

const uint32_t cln_accident_minutes[60] = {
    6025, 696, 716, 736, 768, 1932, 793, 731, 808, 775, 2486, 772, 830, 780, 813, 2849, 727, 734, 791, 796,
    2723, 732, 776, 797, 814, 2149, 732, 804, 807, 777, 4496, 714, 768, 808, 776, 2108, 792, 804, 836, 763,
    2775, 711, 787, 813, 818, 2925, 716, 751, 793, 779, 2795, 763, 772, 788, 786, 2175, 770, 796, 815, 748,
};

const uint32_t cln_accident_weekdays[7] = {
    10249, 10847, 11357, 11718, 12321, 8955, 7163,
};
