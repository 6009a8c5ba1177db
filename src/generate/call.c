/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "call.h"

#include "text.h"

#define SECONDS_PER_DAY 86400
#define LAST_LAG        (CLN_CALL_LAG_COUNT - 1)

/* Nearly all calls are closed: at the end of some day, or a little later. */
static void draw_closing(const cln_generator *generator, cln_event *event) {
    const uint64_t draw = cln_random_draw(event->key, CLN_DRAW_END);
    const uint64_t time = cln_random_draw(event->key, CLN_DRAW_END_TIME);
    uint32_t lag = cln_choice_pick(&generator->lags, draw);
    if (cln_random_chance(cln_random_mix(draw), CLN_PER_MILLION(26000))) {
        lag = LAST_LAG + cln_random_below(time, CLN_CALENDAR_MARGIN - LAST_LAG - 1);
    }
    event->end_day = event->day + lag;
    event->end_second = SECONDS_PER_DAY - 1;
    if (cln_random_chance(time, CLN_PER_MILLION(896000))) return;
    const uint32_t earliest = lag == 0 ? event->second : 0;
    event->end_second = earliest + cln_random_below(time, SECONDS_PER_DAY - earliest);
}

void cln_call_draw(const cln_generator *generator, uint64_t row, cln_event *event) {
    *event = (cln_event){.row = row, .serial = row, .key = cln_row_key(generator, row)};
    /* A few rows stand twice. */
    if (row > 2 && cln_random_chance(cln_random_draw(event->key, CLN_DRAW_REPEAT), CLN_PER_MILLION(150))) {
        event->serial = row - 1;
        event->key = cln_row_key(generator, row - 1);
    }
    cln_event_draw_time(generator, event);
    cln_event_draw_place(generator, event);
    const uint32_t presence = cln_choice_pick(&generator->presence, cln_random_draw(event->key, CLN_DRAW_PRESENCE));
    event->present = generator->vintage->presence[presence].present;
    event->has_area = (event->present & CLN_HAS_AREA) != 0;
    event->kind = cln_choice_pick(&generator->kinds, cln_random_draw(event->key, CLN_DRAW_KIND));
    event->call_case = cln_choice_pick(&generator->cases, cln_random_draw(event->key, CLN_DRAW_TEXT));
    draw_closing(generator, event);
}

char *cln_write_status(const cln_generator *generator, const cln_event *event, const cln_column *column, char *out) {
    (void)generator, (void)column;
    return cln_put_string(out, cln_call_status.items[event->kind].text);
}

static bool has_closing(const cln_event *event) {
    if (strncmp(cln_call_status.items[event->kind].text, "Closed", 6) != 0) return false;
    return !cln_random_chance(cln_random_mix(event->key), CLN_PER_MILLION(5200));
}

char *cln_write_closed_date(const cln_generator *generator, const cln_event *event, const cln_column *column,
                            char *out) {
    (void)column;
    if (!has_closing(event)) return out;
    return cln_calendar_put_date(&generator->calendar, generator->vintage->date_style, event->end_day, out);
}

char *cln_write_closed_time(const cln_generator *generator, const cln_event *event, const cln_column *column,
                            char *out) {
    (void)column;
    if (!has_closing(event)) return out;
    return cln_calendar_put_time(&generator->calendar, generator->vintage->date_style, event->end_day,
                                 event->end_second, out);
}

static char *put_zip(const cln_event *event, uint64_t draw, bool has_extension, char *out) {
    out = cln_put_digits(out, event->place.area->zip, 5);
    if (!has_extension) return out;
    *out++ = '-';
    return cln_put_digits(out, 1000 + cln_random_below(draw << 16, 4000), 4);
}

char *cln_write_customer_zip(const cln_generator *generator, const cln_event *event, const cln_column *column,
                             char *out) {
    const uint64_t draw = cln_column_draw(generator, event, column);
    const uint32_t permille = cln_random_below(draw, 1000);
    if (permille < 91) return out;
    if (permille < 252) return cln_put_string(out, "99999");
    if (permille < 266) return cln_put_string(out, "1");
    if (permille < 268) return cln_put_string(out, "00000");
    if (permille < 318) return cln_put_digits(out, 80001 + cln_random_below(draw << 16, 200), 5);
    return put_zip(event, draw, permille < 445, out);
}

char *cln_write_incident_zip(const cln_generator *generator, const cln_event *event, const cln_column *column,
                             char *out) {
    if ((event->present & CLN_HAS_ZIP) == 0) return out;
    const uint64_t draw = cln_column_draw(generator, event, column);
    return put_zip(event, draw, cln_random_below(draw, 100) < 90, out);
}

char *cln_write_address(const cln_generator *generator, const cln_event *event, const cln_column *column, char *out) {
    (void)generator, (void)column;
    return event->present & CLN_HAS_ADDRESS ? cln_place_put_house(&event->place, out) : out;
}

char *cln_write_unit(const cln_generator *generator, const cln_event *event, const cln_column *column, char *out) {
    static const char *const kinds[] = {"Apt ", "Apt ", "Unit ", "Ste ", "# "};
    const uint64_t draw = cln_column_draw(generator, event, column);
    if ((event->present & CLN_HAS_ADDRESS) == 0) return out;
    if (!cln_random_chance(draw, CLN_PER_MILLION(36000))) return out;
    out = cln_put_string(out, kinds[(draw >> 40) % 5]);
    if (draw >> 63) {
        *out = (char)('A' + (draw >> 32) % 6);
        return out + 1;
    }
    return cln_put_unsigned(out, 1 + (draw >> 48) % 420);
}

char *cln_write_crossing_1(const cln_generator *generator, const cln_event *event, const cln_column *column,
                           char *out) {
    (void)generator, (void)column;
    return event->present & CLN_HAS_CROSSING ? cln_place_put_avenue(&event->place, out) : out;
}

char *cln_write_crossing_2(const cln_generator *generator, const cln_event *event, const cln_column *column,
                           char *out) {
    (void)generator, (void)column;
    return event->present & CLN_HAS_CROSSING ? cln_place_put_street(&event->place, out) : out;
}

/* A point without an area is often no point: 0 and 0, or in the newer files the latitude twice. */
static bool is_bad_point(const cln_event *event) {
    const uint64_t share = event->has_area ? 0 : event->present & CLN_HAS_COUNCIL ? 6000 : 270000;
    return cln_random_chance(cln_random_mix(event->key + 1), CLN_PER_MILLION(share));
}

static char *put_coordinate(const cln_generator *generator, const cln_event *event, int64_t nano, char *out) {
    if ((event->present & CLN_HAS_POINT) == 0) return out;
    if (is_bad_point(event)) {
        if (generator->vintage->has_whole_degrees || event->key % 4 != 0) return cln_put_string(out, "0");
        nano = event->place.latitude_nano;
    }
    if (!generator->vintage->has_whole_degrees) return cln_put_nano(out, nano, 8);
    if (nano < 0) *out++ = '-';
    return cln_put_unsigned(out, ((uint64_t)(nano < 0 ? -nano : nano) + 500000000) / 1000000000);
}

char *cln_write_call_longitude(const cln_generator *generator, const cln_event *event, const cln_column *column,
                               char *out) {
    (void)column;
    return put_coordinate(generator, event, event->place.longitude_nano, out);
}

char *cln_write_call_latitude(const cln_generator *generator, const cln_event *event, const cln_column *column,
                              char *out) {
    (void)column;
    return put_coordinate(generator, event, event->place.latitude_nano, out);
}

char *cln_write_council(const cln_generator *generator, const cln_event *event, const cln_column *column, char *out) {
    (void)generator, (void)column;
    if ((event->present & CLN_HAS_COUNCIL) == 0) return out;
    return cln_put_unsigned(out, event->place.area->council_district);
}

char *cln_write_police(const cln_generator *generator, const cln_event *event, const cln_column *column, char *out) {
    (void)generator, (void)column;
    if ((event->present & CLN_HAS_POLICE) == 0) return out;
    return cln_put_unsigned(out, event->place.area->police_district);
}
