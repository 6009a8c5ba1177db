/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What calls are about. Two thirds are one of the frequent subjects, the rest
 * are free texts that are put together here, some with commas, quotes, line
 * breaks, or bytes that are not ASCII.
 */
#include "call.h"
#include "text.h"

static const char *const openings[] = {
    "Question about ", "Complaint about ", "Request for ", "Follow-up on ", "Status of ", "Who is responsible for ",
    "Report of ",      "Schedule for ",    "Permit for ",  "Refund, ",      "Transfer: ", "Thank you for ",
};
static const char *const subjects[] = {
    "alley maintenance",    "a \"No Parking\" sign", "the bike lane",         "a broken street lamp",
    "a 12\" water main",    "street sweeping",       "a fallen branch",       "snow, ice and slush",
    "the crosswalk signal", "a dumpster lid",        "food trucks",           "a block party",
    "noise at night",       "the farmers market",    "a film permit",         "the off-leash area",
    "leaf drop sites",      "short-term rentals",    "flood insurance",       "a damaged guard rail",
    "parking meters",       "the recreation center", "historic preservation", "construction, dust and debris",
    "a library card",       "job openings",          "an open records file",  "the \"Denver B-cycle\" station",
    "sewer backup",         "a speed hump",          "a vacant lot",          "water in the basement",
};
#define COUNT_OF(array) ((uint32_t)(sizeof(array) / sizeof((array)[0])))

static char *put_free_text(const cln_event *event, uint64_t draw, char *out) {
    out = cln_put_string(out, openings[cln_random_below(draw, COUNT_OF(openings))]);
    out = cln_put_string(out, subjects[cln_random_below(draw << 20, COUNT_OF(subjects))]);
    const uint32_t detail = (uint32_t)(draw & 7);
    if (detail < 3) {
        out = cln_put_string(out, detail == 0 ? ", near " : " near ");
        out = cln_place_put_street(&event->place, out);
    }
    if (detail == 3) {
        out = cln_put_string(out, ", ref. ");
        out = cln_put_unsigned(out, (draw >> 40) % 1000000);
    }
    return out;
}

static char *put_text(const cln_generator *generator, const cln_event *event, char *out) {
    const uint64_t draw = cln_random_draw(event->key, CLN_DRAW_TEXT_DETAIL);
    if (cln_random_chance(draw, CLN_PER_MILLION(300))) {
        return cln_put_span(out, cln_text_choice_pick(&generator->special_texts, cln_random_mix(draw)));
    }
    if (event->call_case < CLN_CALL_CASE_COUNT) {
        return cln_put_string(out, cln_call_cases[event->call_case].summary);
    }
    return put_free_text(event, cln_random_mix(draw), out);
}

char *cln_write_summary(const cln_generator *generator, const cln_event *event, const cln_column *column, char *out) {
    const uint64_t draw = cln_column_draw(generator, event, column);
    out = put_text(generator, event, out);
    if (!generator->vintage->has_line_breaks || !cln_random_chance(draw, CLN_PER_MILLION(800))) return out;
    out = cln_put_string(out, draw >> 63 ? "\r\n" : "\n");
    return cln_put_string(out, "(caller was asked for a picture, none came)");
}

char *cln_write_agency(const cln_generator *generator, const cln_event *event, const cln_column *column, char *out) {
    if (event->call_case < CLN_CALL_CASE_COUNT) return cln_put_string(out, cln_call_cases[event->call_case].agency);
    const uint32_t index = (uint32_t)(column - generator->vintage->columns);
    return cln_put_span(out,
                        cln_text_choice_pick(&generator->columns[index], cln_column_draw(generator, event, column)));
}
