/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "accident.h"

#include "text.h"

enum { ACCIDENT, HIT_AND_RUN, DUI, INJURY, POLICE, FATAL };

const cln_offence cln_offences[CLN_OFFENCE_COUNT] = {
    {49691, 5441, "traffic-accident", "traffic-accident", "TRAF - ACCIDENT"},
    {19072, 5401, "traffic-accident-hit-and-run", "traffic-accident", "TRAF - ACCIDENT - HIT & RUN"},
    {2019, 5420, "traffic-accident-dui-duid", "traffic-accident", "TRAF - ACCIDENT - DUI/DUID"},
    {947, 5443, "traf-vehicular-assault", "all-other-crimes", "TRAF - ACCIDENT - SBI"},
    {734, 5442, "traffic-accident", "traffic-accident", "TRAF - ACCIDENT - POLICE"},
    {147, 5440, "traf-vehicular-homicide", "all-other-crimes", "TRAF - ACCIDENT - FATAL"},
};

/* Most are reported at once, some within the hour, a few a day or two later. */
static void draw_report(cln_event *event) {
    const uint64_t draw = cln_random_draw(event->key, CLN_DRAW_END);
    const uint32_t percent = cln_random_below(draw, 100);
    uint32_t delay_minutes = 0;
    if (percent >= 40) delay_minutes = cln_random_below(draw << 16, 60);
    if (percent >= 93) delay_minutes = cln_random_below(draw << 16, 2880);
    event->end_second = event->second + delay_minutes * 60;
    event->end_day = event->day + event->end_second / 86400;
    event->end_second %= 86400;
}

void cln_accident_draw(const cln_generator *generator, uint64_t row, cln_event *event) {
    *event = (cln_event){.row = row, .serial = row, .key = cln_row_key(generator, row)};
    /* Some incidents stand twice, with two offences. */
    const uint64_t repeat = cln_random_draw(event->key, CLN_DRAW_REPEAT);
    const bool repeats = row > 2 && cln_random_chance(repeat, CLN_PER_MILLION(1900));
    if (repeats) {
        event->serial = row - 1;
        event->key = cln_row_key(generator, row - 1);
    }
    cln_event_draw_time(generator, event);
    cln_event_draw_place(generator, event);
    event->kind = cln_choice_pick(&generator->kinds, cln_random_draw(event->key, CLN_DRAW_KIND));
    if (repeats) event->kind = event->kind == ACCIDENT ? HIT_AND_RUN : ACCIDENT;
    draw_report(event);
}

char *cln_write_incident_id(const cln_generator *generator, const cln_event *event, const cln_column *column,
                            char *out) {
    (void)column;
    if (generator->vintage->pads && event->key % 2000 == 0) out = cln_put_string(out, "CSP");
    out = cln_put_digits(out, generator->calendar.days[event->day].year, 4);
    out = event->serial < 100000 ? cln_put_digits(out, event->serial, 5) : cln_put_unsigned(out, event->serial);
    return generator->vintage->has_float_numbers ? cln_put_string(out, ".0") : out;
}

char *cln_write_offense_id(const cln_generator *generator, const cln_event *event, const cln_column *column,
                           char *out) {
    out = cln_write_incident_id(generator, event, column, out);
    if (generator->vintage->has_float_numbers) out -= 2;
    out = cln_put_digits(out, cln_offences[event->kind].code, 4);
    return cln_put_two_digits(out, 0);
}

char *cln_write_offense_code(const cln_generator *generator, const cln_event *event, const cln_column *column,
                             char *out) {
    (void)generator, (void)column;
    return cln_put_digits(out, cln_offences[event->kind].code, 4);
}

char *cln_write_offense_extension(const cln_generator *generator, const cln_event *event, const cln_column *column,
                                  char *out) {
    (void)generator, (void)event, (void)column;
    *out = '0';
    return out + 1;
}

char *cln_write_offense_type(const cln_generator *generator, const cln_event *event, const cln_column *column,
                             char *out) {
    (void)generator, (void)column;
    return cln_put_string(out, cln_offences[event->kind].type);
}

char *cln_write_offense_category(const cln_generator *generator, const cln_event *event, const cln_column *column,
                                 char *out) {
    (void)generator, (void)column;
    return cln_put_string(out, cln_offences[event->kind].category);
}

static char *pad(const char *start, char *end, size_t width) {
    while ((size_t)(end - start) < width) *end++ = ' ';
    return end;
}

char *cln_write_top_offense(const cln_generator *generator, const cln_event *event, const cln_column *column,
                            char *out) {
    (void)column;
    char *const end = cln_put_string(out, cln_offences[event->kind].top);
    return generator->vintage->pads ? pad(out, end, 30) : end;
}

char *cln_write_last_time(const cln_generator *generator, const cln_event *event, const cln_column *column, char *out) {
    if (cln_column_draw(generator, event, column) % 100 != 0) return out;
    return cln_write_reported_time(generator, event, column, out);
}

char *cln_write_reported_time(const cln_generator *generator, const cln_event *event, const cln_column *column,
                              char *out) {
    (void)column;
    return cln_calendar_put_time(&generator->calendar, generator->vintage->date_style, event->end_day,
                                 event->end_second, out);
}

char *cln_write_crash_address(const cln_generator *generator, const cln_event *event, const cln_column *column,
                              char *out) {
    const uint64_t draw = cln_column_draw(generator, event, column);
    if (cln_random_chance(draw, CLN_PER_MILLION(113000))) return out;
    if (cln_random_chance(draw, CLN_PER_MILLION(113200))) {
        out = cln_put_string(out, "LAT:39?41'48.29\"N LONG:105?01'30.21\"W ");
    }
    return cln_place_put_crash(&event->place, draw, out);
}

static char *put_feet(const cln_generator *generator, int64_t feet, char *out) {
    out = cln_put_unsigned(out, (uint64_t)feet);
    return generator->vintage->has_float_numbers ? cln_put_string(out, ".0") : out;
}

char *cln_write_x(const cln_generator *generator, const cln_event *event, const cln_column *column, char *out) {
    (void)column;
    return put_feet(generator, cln_place_x_feet(&event->place), out);
}

char *cln_write_y(const cln_generator *generator, const cln_event *event, const cln_column *column, char *out) {
    (void)column;
    return put_feet(generator, cln_place_y_feet(&event->place), out);
}

static char *put_exact(int64_t feet, int64_t scatter, char *out) {
    return cln_put_nano(out, feet * 1000000000 + scatter % 1000000000, 8);
}

char *cln_write_exact_x(const cln_generator *generator, const cln_event *event, const cln_column *column, char *out) {
    (void)generator, (void)column;
    return put_exact(cln_place_x_feet(&event->place), -event->place.longitude_nano, out);
}

char *cln_write_exact_y(const cln_generator *generator, const cln_event *event, const cln_column *column, char *out) {
    (void)generator, (void)column;
    return put_exact(cln_place_y_feet(&event->place), event->place.latitude_nano, out);
}

static char *put_degrees(const cln_generator *generator, int64_t nano, char *out) {
    return cln_put_nano(out, nano, generator->vintage->has_slugs ? 7 : 9);
}

char *cln_write_longitude(const cln_generator *generator, const cln_event *event, const cln_column *column, char *out) {
    (void)column;
    return put_degrees(generator, event->place.longitude_nano, out);
}

char *cln_write_latitude(const cln_generator *generator, const cln_event *event, const cln_column *column, char *out) {
    (void)column;
    return put_degrees(generator, event->place.latitude_nano, out);
}

char *cln_write_district(const cln_generator *generator, const cln_event *event, const cln_column *column, char *out) {
    char *const start = out;
    const bool is_letter = cln_random_chance(cln_column_draw(generator, event, column), CLN_PER_MILLION(300));
    if (generator->vintage->pads && is_letter) {
        *out++ = 'U';
    } else {
        out = cln_put_unsigned(out, event->place.area->police_district);
    }
    return generator->vintage->pads ? pad(start, out, 3) : out;
}

char *cln_write_precinct(const cln_generator *generator, const cln_event *event, const cln_column *column, char *out) {
    (void)generator, (void)column;
    return cln_put_unsigned(out, event->place.area->precinct);
}
