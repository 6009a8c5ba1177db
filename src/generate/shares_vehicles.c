/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shares.h"

/* Vehicles and drivers: shares of the same accidents; travel direction and movement are plausible ones. */
static const cln_weighted cln_vehicle_1_items[] = {
    {36140, "PASSENGER CAR/VAN"},
    {15267, "SUV"},
    {7631, "PICKUP TRUCK/UTILITY VAN"},
    {5177, "HIT AND RUN UNKNOWN"},
    {2200, "VEHICLE OVER 10000 LBS"},
    {2082, ""},
    {1679, "PICKUP TRUCK/UTILITY VAN WITH TRAILIER"},
    {656, "OTHER"},
    {464, "MOTORCYCLE"},
    {423, "BICYCLE"},
    {330, "TRANSIT BUS"},
    {172, "NON-SCHOOL BUS"},
    {116, "PASSENGER CAR/VAN WITH TRAILER"},
    {109, "SCHOOL BUS"},
    {61, "SUV WITH TRAILER"},
    {55, "MOTOR HOME"},
    {23, "MOTORIZED BICYCLE"},
    {10, "UNDER INVESTIGATION"},
    {9, "LIGHT RAIL"},
    {6, "FARM EQUIPMENT"},
};
const cln_weighted_table cln_vehicle_1 = CLN_WEIGHTED_TABLE(cln_vehicle_1_items);

static const cln_weighted cln_vehicle_2_items[] = {
    {36823, "PASSENGER CAR/VAN"},
    {15923, "SUV"},
    {7179, ""},
    {6779, "PICKUP TRUCK/UTILITY VAN"},
    {1632, "VEHICLE OVER 10000 LBS"},
    {1401, "PICKUP TRUCK/UTILITY VAN WITH TRAILIER"},
    {673, "OTHER"},
    {512, "BICYCLE"},
    {481, "MOTORCYCLE"},
    {464, "TRANSIT BUS"},
    {202, "NON-SCHOOL BUS"},
    {149, "HIT AND RUN UNKNOWN"},
    {130, "PASSENGER CAR/VAN WITH TRAILER"},
    {106, "SCHOOL BUS"},
    {75, "SUV WITH TRAILER"},
    {27, "MOTORIZED BICYCLE"},
    {22, "LIGHT RAIL"},
    {18, "MOTOR HOME"},
    {10, "UNDER INVESTIGATION"},
    {4, "FARM EQUIPMENT"},
};
const cln_weighted_table cln_vehicle_2 = CLN_WEIGHTED_TABLE(cln_vehicle_2_items);

static const cln_weighted cln_driver_action_1_items[] = {
    {18066, "CARELESS DRIVING"},
    {13314, "FOLLOWED TOO CLOSELY"},
    {9092, "FAILED TO YIELD ROW"},
    {7061, "OTHER"},
    {6345, "LANE VIOLATION"},
    {5742, ""},
    {3192, "FAILED TO STOP AT SIGNAL"},
    {2800, "IMPROPER BACKING"},
    {1449, "EXCEED SAFE/POSTED SPEED"},
    {1225, "RECKLESS DRIVING"},
    {1197, "IMPROPER TURN"},
    {998, "DISREGARD STOP SIGN"},
    {968, "TURNED FROM WRONG LANE OR POSITION"},
    {349, "OTHER IMPROPER TURNS"},
    {251, "IMPROPER PASSING ON LEFT"},
    {195, "IMPROPER PASSING ON RIGHT"},
    {169, "DISREGARDED OTHER DEVICE"},
    {120, "IMPEDED TRAFFIC"},
    {67, "SIGNALING VIOLATION"},
    {10, "UNDER INVESTIGATION"},
};
const cln_weighted_table cln_driver_action_1 = CLN_WEIGHTED_TABLE(cln_driver_action_1_items);

static const cln_weighted cln_driver_action_2_items[] = {
    {58778, "OTHER"},
    {12345, ""},
    {283, "LANE VIOLATION"},
    {273, "FOLLOWED TOO CLOSELY"},
    {236, "EXCEED SAFE/POSTED SPEED"},
    {205, "CARELESS DRIVING"},
    {155, "FAILED TO YIELD ROW"},
    {73, "FAILED TO STOP AT SIGNAL"},
    {47, "IMPEDED TRAFFIC"},
    {39, "IMPROPER BACKING"},
    {38, "IMPROPER TURN"},
    {27, "IMPROPER PASSING ON LEFT"},
    {20, "RECKLESS DRIVING"},
    {16, "OTHER IMPROPER TURNS"},
    {16, "TURNED FROM WRONG LANE OR POSITION"},
    {13, "DISREGARDED OTHER DEVICE"},
    {12, "DISREGARD STOP SIGN"},
    {12, "SIGNALING VIOLATION"},
    {12, "IMPROPER PASSING ON RIGHT"},
    {10, "UNDER INVESTIGATION"},
};
const cln_weighted_table cln_driver_action_2 = CLN_WEIGHTED_TABLE(cln_driver_action_2_items);

static const cln_weighted cln_human_factor_1_items[] = {
    {28466, "NO APPARENT"},
    {8508, "OTHER"},
    {8200, ""},
    {6326, "AGGRESSIVE DRIVING"},
    {6081, "DISTRACTED-OTHER"},
    {5215, "DRIVER INEXPERIENCE"},
    {3723, "DUI/DWAI/DUID"},
    {2529, "DRIVER UNFAMILIAR WITH AREA"},
    {955, "DISTRACTED CELLPHONE"},
    {595, "DISTRACTED PASSENGER"},
    {507, "DRIVER FATIGUE"},
    {374, "ILLNESS/MEDICAL"},
    {351, "ASLEEP AT THE WHEEL"},
    {234, "DISTRACTED RADIO"},
    {217, "EVADING LAW ENFORCEMENT OFFICER"},
    {178, "DRIVER EMOTIONALLY UPSET"},
    {141, "PHYSICAL DISABILITY"},
    {10, "UNDER INVESTIGATION"},
};
const cln_weighted_table cln_human_factor_1 = CLN_WEIGHTED_TABLE(cln_human_factor_1_items);

static const cln_weighted cln_human_factor_2_items[] = {
    {57816, "NO APPARENT"},
    {13365, ""},
    {696, "OTHER"},
    {216, "AGGRESSIVE DRIVING"},
    {193, "DRIVER INEXPERIENCE"},
    {106, "DISTRACTED-OTHER"},
    {57, "DUI/DWAI/DUID"},
    {55, "DRIVER UNFAMILIAR WITH AREA"},
    {37, "ASLEEP AT THE WHEEL"},
    {14, "DRIVER FATIGUE"},
    {13, "DISTRACTED PASSENGER"},
    {13, "DRIVER EMOTIONALLY UPSET"},
    {11, "DISTRACTED CELLPHONE"},
    {10, "UNDER INVESTIGATION"},
    {3, "DISTRACTED RADIO"},
    {3, "ILLNESS/MEDICAL"},
    {2, "PHYSICAL DISABILITY"},
};
const cln_weighted_table cln_human_factor_2 = CLN_WEIGHTED_TABLE(cln_human_factor_2_items);

static const cln_weighted cln_pedestrian_action_1_items[] = {
    {67515, ""},
    {4516, "OTHER"},
    {226, "CROSS/ENTER NOT AT INTERSECTION"},
    {168, "CROSS AGAINST SIGNAL"},
    {91, "CROSS/ENTER AT INTERSECTION"},
    {23, "STANDING IN ROADWAY"},
    {14, "PLAYING IN ROADWAY"},
    {13, "ENTERING/EXITING VEHICLE"},
    {12, "WALKING IN ROADWAY AGAINST DIRECTION OF TRAFFIC"},
    {10, "UNDER INVESTIGATION"},
    {10, "LYING IN ROADWAY"},
    {6, "WALKING IN ROADWAY IN DIRECTION OF TRAFFIC"},
    {5, "PUSHING/WORKING ON VEHICLE"},
    {1, "SOLICITING RIDES"},
};
const cln_weighted_table cln_pedestrian_action_1 = CLN_WEIGHTED_TABLE(cln_pedestrian_action_1_items);

static const cln_weighted cln_pedestrian_action_2_items[] = {
    {67778, ""},
    {4314, "OTHER"},
    {325, "CROSS/ENTER AT INTERSECTION"},
    {55, "CROSS/ENTER NOT AT INTERSECTION"},
    {41, "STANDING IN ROADWAY"},
    {28, "ENTERING/EXITING VEHICLE"},
    {26, "CROSS AGAINST SIGNAL"},
    {10, "UNDER INVESTIGATION"},
    {9, "WALKING IN ROADWAY IN DIRECTION OF TRAFFIC"},
    {7, "LYING IN ROADWAY"},
    {7, "WALKING IN ROADWAY AGAINST DIRECTION OF TRAFFIC"},
    {6, "PUSHING/WORKING ON VEHICLE"},
    {3, "PLAYING IN ROADWAY"},
    {1, "SOLICITING RIDES"},
};
const cln_weighted_table cln_pedestrian_action_2 = CLN_WEIGHTED_TABLE(cln_pedestrian_action_2_items);

static const cln_weighted cln_direction_items[] = {
    {17100, "NORTH"},
    {17050, "SOUTH"},
    {16800, "EAST"},
    {16700, "WEST"},
    {1900, ""},
    {420, "NORTHEAST"},
    {410, "SOUTHWEST"},
    {390, "NORTHWEST"},
    {370, "SOUTHEAST"},
    {300, "UNKNOWN"},
    {10, "UNDER INVESTIGATION"},
};
const cln_weighted_table cln_direction = CLN_WEIGHTED_TABLE(cln_direction_items);

static const cln_weighted cln_movement_items[] = {
    {32500, "GOING STRAIGHT"},
    {8400, "SLOWING"},
    {7900, "STOPPED IN TRAFFIC"},
    {7300, "MAKING LEFT TURN"},
    {3900, "MAKING RIGHT TURN"},
    {3600, "CHANGING LANES"},
    {2700, "PARKED"},
    {2600, "BACKING"},
    {2100, ""},
    {520, "MAKING U-TURN"},
    {510, "ENTERING/LEAVING PARKED POSITION"},
    {300, "PASSING"},
    {160, "WEAVING"},
    {90, "SPUN OUT OF CONTROL"},
    {70, "TRAVELLING WRONG WAY"},
    {10, "UNDER INVESTIGATION"},
};
const cln_weighted_table cln_movement = CLN_WEIGHTED_TABLE(cln_movement_items);
