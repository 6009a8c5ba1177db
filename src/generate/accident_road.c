/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The cells about the road and the people.
 */
#include "accident.h"
#include "text.h"

#include <string.h>

#define FATAL_CODE  5440
#define INJURY_CODE 5443

static char *put_known(const cln_generator *generator, const char *text, char *out) {
    return cln_put_string(out, text[0] == '\0' ? generator->vintage->blank : text);
}

char *cln_write_condition(const cln_generator *generator, const cln_event *event, const cln_column *column, char *out) {
    static const char *const junk[] = {"00", "17", "--"};
    const uint64_t draw = cln_column_draw(generator, event, column);
    const uint32_t month = generator->calendar.days[event->day].month;
    const uint32_t pick = cln_choice_pick(&generator->conditions[month - 1], draw);
    if (!generator->vintage->mixes_case) return put_known(generator, cln_conditions[pick], out);
    const uint64_t style = cln_random_mix(draw);
    if (cln_random_chance(style, CLN_PER_MILLION(500))) return cln_put_string(out, junk[(style >> 32) % 3]);
    return put_known(generator, style >> 63 ? cln_conditions[pick] : cln_conditions_mixed[pick], out);
}

char *cln_write_light(const cln_generator *generator, const cln_event *event, const cln_column *column, char *out) {
    const uint64_t draw = cln_column_draw(generator, event, column);
    const uint32_t pick = cln_choice_pick(&generator->lights[event->second / 3600], draw);
    const bool is_mixed = generator->vintage->mixes_case && cln_random_mix(draw) >> 63;
    return put_known(generator, is_mixed ? cln_lights_mixed[pick] : cln_lights[pick], out);
}

static bool is_fatal(const cln_event *event) {
    return cln_offences[event->kind].code == FATAL_CODE;
}

static bool is_injury(const cln_event *event) {
    return cln_offences[event->kind].code == INJURY_CODE;
}

static uint32_t injured(const cln_event *event) {
    const uint64_t draw = cln_random_mix(event->key);
    const uint32_t percent = cln_random_below(draw, 1000);
    if (is_injury(event)) return percent < 860 ? 1 : percent < 970 ? 2 : percent < 992 ? 3 : 4;
    if (is_fatal(event)) return percent < 700 ? 0 : percent < 930 ? 1 : 2;
    return percent < 7;
}

char *cln_write_seriously_injured(const cln_generator *generator, const cln_event *event, const cln_column *column,
                                  char *out) {
    (void)generator, (void)column;
    return cln_put_unsigned(out, injured(event));
}

static uint32_t killed(const cln_event *event) {
    if (!is_fatal(event)) return 0;
    return event->key % 100 < 5 ? 2 : 1;
}

char *cln_write_fatalities(const cln_generator *generator, const cln_event *event, const cln_column *column,
                           char *out) {
    (void)generator, (void)column;
    return cln_put_unsigned(out, killed(event));
}

static char *put_mode(const cln_generator *generator, const cln_event *event, const cln_column *column, char *out) {
    static const char *const modes[] = {"PEDESTRIAN", "MOTORCYCLE", "MOTOR VEHICLE", "MOTOR VEHICLE", "BICYCLE"};
    return cln_put_string(out, modes[cln_random_below(cln_column_draw(generator, event, column), 5)]);
}

/* The columns are those of a first and a second person; `column` and the one
 * before it write by the same function, so that the first comes first. */
static bool is_second(const cln_column *column) {
    return column[-1].write == column->write;
}

char *cln_write_fatality_mode(const cln_generator *generator, const cln_event *event, const cln_column *column,
                              char *out) {
    if (killed(event) < (is_second(column) ? 2U : 1U)) return cln_put_string(out, generator->vintage->blank);
    return put_mode(generator, event, column, out);
}

char *cln_write_injury_mode(const cln_generator *generator, const cln_event *event, const cln_column *column,
                            char *out) {
    if (injured(event) < (is_second(column) ? 2U : 1U)) return cln_put_string(out, generator->vintage->blank);
    return put_mode(generator, event, column, out);
}
