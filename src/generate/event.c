/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What both datasets draw and write.
 */
#include "generator.h"
#include "text.h"

void cln_event_draw_time(const cln_generator *generator, cln_event *event) {
    const uint64_t minute_draw = cln_random_draw(event->key, CLN_DRAW_MINUTE);
    const uint32_t hour = cln_choice_pick(&generator->hours, cln_random_draw(event->key, CLN_DRAW_HOUR));
    event->day = cln_choice_pick(&generator->calendar.pick, cln_random_draw(event->key, CLN_DRAW_DAY));
    if (generator->minutes.count == 0) {
        event->second = hour * 3600 + cln_random_below(minute_draw, 3600);
        return;
    }
    event->second = hour * 3600 + cln_choice_pick(&generator->minutes, minute_draw) * 60;
    const bool is_odd = cln_random_chance(cln_random_mix(minute_draw), CLN_PER_MILLION(460000));
    /* Never over midnight or into another hour. */
    if (generator->vintage->has_odd_seconds && is_odd && event->second % 3600 != 0) event->second--;
}

void cln_event_draw_place(const cln_generator *generator, cln_event *event) {
    uint32_t area = cln_choice_pick(&generator->areas, cln_random_draw(event->key, CLN_DRAW_AREA));
    event->has_area = area < CLN_AREA_COUNT;
    if (!event->has_area) area = (uint32_t)(event->key % CLN_AREA_COUNT);
    event->place = cln_place_draw(&cln_areas[area], event->key, CLN_DRAW_PLACE);
}

char *cln_write_category(const cln_generator *generator, const cln_event *event, const cln_column *column, char *out) {
    const uint32_t index = (uint32_t)(column - generator->vintage->columns);
    return cln_put_span(out, cln_text_choice_pick(&generator->columns[index], cln_random_draw(event->key, index)));
}

char *cln_write_nothing(const cln_generator *generator, const cln_event *event, const cln_column *column, char *out) {
    (void)generator, (void)event, (void)column;
    return out;
}

char *cln_write_row_number(const cln_generator *generator, const cln_event *event, const cln_column *column,
                           char *out) {
    (void)generator, (void)column;
    return cln_put_unsigned(out, event->row);
}

char *cln_write_area(const cln_generator *generator, const cln_event *event, const cln_column *column, char *out) {
    (void)column;
    const cln_area *area = event->place.area;
    if (!event->has_area) return cln_put_string(out, generator->vintage->blank);
    const bool is_renamed = strcmp(area->slug, CLN_RENAMED_AREA_SLUG) == 0;
    if (is_renamed && generator->calendar.days[event->day].year < CLN_RENAMED_YEAR) {
        return cln_put_string(out, generator->vintage->has_slugs ? "stapleton" : "Stapleton");
    }
    return cln_put_string(out, generator->vintage->has_slugs ? area->slug : area->name);
}

char *cln_write_start_date(const cln_generator *generator, const cln_event *event, const cln_column *column,
                           char *out) {
    (void)column;
    return cln_calendar_put_date(&generator->calendar, generator->vintage->date_style, event->day, out);
}

char *cln_write_start_time(const cln_generator *generator, const cln_event *event, const cln_column *column,
                           char *out) {
    (void)column;
    return cln_calendar_put_time(&generator->calendar, generator->vintage->date_style, event->day, event->second, out);
}
