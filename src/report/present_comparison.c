/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/memory.h"
#include "colonnade/report/figure.h"
#include "colonnade/report/label.h"
#include "colonnade/report/present.h"
#include "colonnade/report/words.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* A share of rows without an area that a reader must know of. */
#define NOTABLE_MISSING 0.05

enum { NAMED_DIFFERENCES = 3, NAMED_LONELY = 5, LABELLED_POINTS = 14 };

#define SIGNIFICANT 0.05

typedef struct comparison_view {
    const cln_comparison *comparison;
    const cln_compared_side *accidents, *calls;
    const cln_periods *common;
    const char *area_title;
} comparison_view;

/* A difference of shares, in percentage points with its sign. */
static cln_words words_points(double difference) {
    cln_words words;
    (void)snprintf(words.text, sizeof words.text, "%s%.1f percentage points", difference < 0 ? CLN_MINUS : "+",
                   100 * fabs(difference));
    return words;
}

static void set_side(cln_cell *cells, const cln_area *area, double share) {
    if (area == NULL) return;
    cln_cell_set_integer(&cells[0], area->count);
    cln_cell_set_double(&cells[1], 100 * share, 3);
}

static cln_status tabulate_joined(cln_answer *answer, const cln_comparison *comparison, cln_error *err) {
    static const char *const names[] = {"area",  "accidents",     "accidents_percent",
                                        "calls", "calls_percent", "difference_points"};
    cln_table *table;
    CLN_TRY(cln_answer_add_table(answer, "areas", "Shares of accidents and calls by area", names, 6, &table, err));
    for (size_t i = 0; i < comparison->joined; i++) {
        const cln_compared_area *item = &comparison->items[i];
        cln_cell *cells;
        CLN_TRY(cln_table_add_row(table, &cells, err));
        CLN_TRY(cln_cell_set_text(&cells[0], cln_span_of_string(cln_compared_label(item)), err));
        set_side(&cells[1], item->accidents, item->accident_share);
        set_side(&cells[3], item->calls, item->call_share);
        cln_cell_set_double(&cells[5], 100 * item->difference, 3);
    }
    return CLN_OK;
}

static cln_status tabulate_lonely(cln_answer *answer, const cln_comparison *comparison, cln_error *err) {
    static const char *const names[] = {"area", "normalised", "found_in", "rows"};
    cln_table *table;
    CLN_TRY(cln_answer_add_table(answer, "areas_not_joined", "Areas that only one dataset has", names, 4, &table, err));
    for (size_t i = comparison->joined; i < comparison->count; i++) {
        const cln_compared_area *item = &comparison->items[i];
        const cln_area *area = item->accidents != NULL ? item->accidents : item->calls;
        cln_cell *cells;
        CLN_TRY(cln_table_add_row(table, &cells, err));
        CLN_TRY(cln_cell_set_text(&cells[0], cln_span_of_string(area->label), err));
        CLN_TRY(cln_cell_set_text(&cells[1], cln_span_of_string(area->key), err));
        const char *found_in = item->accidents != NULL ? "accidents" : "calls";
        CLN_TRY(cln_cell_set_text(&cells[2], cln_span_of_string(found_in), err));
        cln_cell_set_integer(&cells[3], area->count);
    }
    return CLN_OK;
}

static cln_status say_period(const comparison_view *view, cln_buffer *text, cln_error *err) {
    if (view->common->count > 0) {
        CLN_TRY(cln_buffer_append_string(text, "Over ", err));
        CLN_TRY(cln_periods_append(view->common, text, err));
        return cln_buffer_append_string(text, ", which both cover, ", err);
    }
    CLN_TRY(cln_buffer_append_format(
        text, err, "No day is covered by both, so each share is of its own period (%s: ", view->accidents->about.unit));
    CLN_TRY(cln_periods_append(&view->accidents->coverage->periods, text, err));
    CLN_TRY(cln_buffer_append_format(text, err, "; %s: ", view->calls->about.unit));
    CLN_TRY(cln_periods_append(&view->calls->coverage->periods, text, err));
    return cln_buffer_append_string(text, ") and differences may be changes over time: ", err);
}

static cln_status say_correlation(const comparison_view *view, cln_buffer *text, cln_error *err) {
    const cln_rank_correlation *correlation = &view->comparison->correlation;
    const char *accidents = view->accidents->about.unit, *calls = view->calls->about.unit;
    if (!correlation->is_defined) {
        return cln_buffer_append_format(text, err,
                                        "%zu %ss with both %s and %s (or the same number in each) are too few for a "
                                        "rank correlation.",
                                        view->comparison->joined, view->area_title, accidents, calls);
    }
    const char *verdict = "do not provably go together";
    if (correlation->p < SIGNIFICANT || isnan(correlation->p)) {
        verdict = correlation->rho > 0 ? "tend to go together" : "tend to exclude each other";
    }
    return cln_buffer_append_format(
        text, err, "%s and %s %s over %zu %ss: the rank correlation of their shares is %s (Spearman, %s).", accidents,
        calls, verdict, correlation->pairs, view->area_title, cln_words_number(correlation->rho, 2).text,
        cln_words_p(correlation->p).text);
}

static cln_status say_differences(const comparison_view *view, cln_buffer *text, cln_error *err) {
    const cln_comparison *comparison = view->comparison;
    for (size_t i = 0; i < comparison->joined && i < NAMED_DIFFERENCES; i++) {
        const cln_compared_area *item = &comparison->items[i];
        if (item->difference == 0) return i > 0 ? cln_buffer_append_char(text, '.', err) : CLN_OK;
        CLN_TRY(cln_buffer_append_format(
            text, err, "%s%s (%s of the %s, %s of the %s: %s)", i == 0 ? " They differ most in " : ", ",
            cln_compared_label(item), cln_words_percent(item->accident_share).text, view->accidents->about.unit,
            cln_words_percent(item->call_share).text, view->calls->about.unit, words_points(item->difference).text));
    }
    return comparison->joined > 0 ? cln_buffer_append_char(text, '.', err) : CLN_OK;
}

static cln_status say_lonely(const comparison_view *view, cln_buffer *text, cln_error *err) {
    const cln_comparison *comparison = view->comparison;
    const size_t lonely = comparison->count - comparison->joined;
    if (lonely == 0) return cln_buffer_append_string(text, " Every area joins.", err);
    CLN_TRY(cln_buffer_append_format(text, err, " %zu %s: ", lonely,
                                     lonely == 1 ? "area does not join" : "areas do not join"));
    for (size_t i = 0; i < lonely && i < NAMED_LONELY; i++) {
        const cln_compared_area *item = &comparison->items[comparison->joined + i];
        const char *unit = item->accidents != NULL ? view->accidents->about.unit : view->calls->about.unit;
        CLN_TRY(
            cln_buffer_append_format(text, err, "%s%s (only %s)", i == 0 ? "" : ", ", cln_compared_label(item), unit));
    }
    return cln_buffer_append_string(text, lonely > NAMED_LONELY ? " and others, listed in areas_not_joined.csv." : ".",
                                    err);
}

/* The answer is about the rows that have an area: how many have none. */
static cln_status say_missing(const comparison_view *view, cln_buffer *text, cln_error *err) {
    const cln_compared_side *sides[] = {view->accidents, view->calls};
    for (int i = 0; i < 2; i++) {
        const cln_areas *areas = sides[i]->areas;
        const double share = cln_ratio(areas->missing, areas->missing + areas->located);
        if (!(share > NOTABLE_MISSING)) continue;
        CLN_TRY(cln_buffer_append_format(text, err, " %s of the %s have no %s and are in no share.",
                                         cln_words_percent(share).text, sides[i]->about.unit, view->area_title));
    }
    return CLN_OK;
}

/* Nothing without strays. */
static cln_status note_strays(cln_answer *answer, const cln_compared_side *side, cln_error *err) {
    if (side->coverage->stray_count == 0) return CLN_OK;
    cln_buffer months;
    cln_buffer_init(&months, SIZE_MAX);
    cln_status status = cln_coverage_append_strays(side->coverage, &months, err);
    if (status == CLN_OK) status = cln_buffer_terminate(&months, err);
    if (status == CLN_OK) {
        status = cln_answer_add_note(answer, err,
                                     "%s: months that lie apart and have hardly any row do not count as covered: %s "
                                     "(together %s).",
                                     side->about.dataset, months.data,
                                     cln_words_count(cln_coverage_stray_rows(side->coverage)).text);
    }
    cln_buffer_clean_up(&months);
    return status;
}

static cln_status add_notes(cln_answer *answer, const comparison_view *view, cln_error *err) {
    const cln_compared_side *sides[] = {view->accidents, view->calls};
    for (int i = 0; i < 2; i++) {
        const cln_areas *areas = sides[i]->areas;
        CLN_TRY(cln_answer_add_note(answer, err, "%s: %s located in %zu areas, %s (%s) without a %s, %s not recorded.",
                                    sides[i]->about.dataset, cln_words_count(areas->located).text, areas->count,
                                    cln_words_count(areas->missing).text,
                                    cln_words_percent(cln_ratio(areas->missing, areas->missing + areas->located)).text,
                                    view->area_title, cln_words_count(areas->not_recorded).text));
        CLN_TRY(note_strays(answer, sides[i], err));
    }
    return cln_answer_add_note(answer, err,
                               "Shares are of the located rows. Areas are joined by name: lower case, with runs of "
                               "other characters than letters and digits as one dash.");
}

/* The plot's end on both axes, in percent; a share of 1 % where there is none. */
static double limit_of(const cln_comparison *comparison) {
    double greatest = 0;
    for (size_t i = 0; i < comparison->joined; i++) {
        greatest = fmax(greatest, fmax(comparison->items[i].accident_share, comparison->items[i].call_share));
    }
    return greatest > 0 ? 112 * greatest : 1;
}

static cln_label_point point_of(const cln_compared_area *item, double limit) {
    const char *label = cln_compared_label(item);
    size_t characters = 0;
    for (; *label != '\0'; label++) characters += ((unsigned char)*label & 0xC0) != 0x80;
    return (cln_label_point){100 * item->accident_share / limit, 100 * item->call_share / limit, characters,
                             CLN_LABEL_NONE};
}

/* Columns: accident share, call share, difference in points, label, the label's side (see cln_label_side). */
static cln_status append_point(cln_buffer *script, const cln_compared_area *item, cln_label_side side, cln_error *err) {
    CLN_TRY(cln_figure_value(script, true, 100 * item->accident_share, err));
    CLN_TRY(cln_figure_value(script, false, 100 * item->call_share, err));
    CLN_TRY(cln_figure_value(script, false, 100 * item->difference, err));
    CLN_TRY(cln_figure_label(script, false, cln_span_of_string(cln_compared_label(item)), err));
    CLN_TRY(cln_figure_value(script, false, (double)side, err));
    return cln_figure_end_row(script, err);
}

/* The areas with the greatest differences come first, and so do their labels. */
static cln_status append_points(cln_buffer *script, const cln_comparison *comparison, cln_error *err) {
    const double limit = limit_of(comparison);
    cln_label_point *points;
    CLN_TRY(cln_new_array(&points, comparison->joined, sizeof *points, err));
    for (size_t i = 0; i < comparison->joined; i++) points[i] = point_of(&comparison->items[i], limit);
    cln_place_labels(points, comparison->joined, LABELLED_POINTS);
    cln_status status = cln_figure_begin_data(script, "areas", err);
    for (size_t i = 0; status == CLN_OK && i < comparison->joined; i++) {
        status = append_point(script, &comparison->items[i], points[i].side, err);
    }
    free(points);
    CLN_TRY(status);
    CLN_TRY(cln_figure_end_data(script, err));
    return cln_figure_set_number(script, "limit", limit, err);
}

static cln_status draw(cln_answer *answer, const comparison_view *view, const char *period, cln_error *err) {
    const char *accidents = view->accidents->about.unit, *calls = view->calls->about.unit;
    char title[128], subtitle[256], note[1024], alternative[256], axis[128];
    (void)snprintf(title, sizeof title, "Do %s and %s come from the same places?", accidents, calls);
    (void)snprintf(subtitle, sizeof subtitle, "Each point is a %s of %s; on the line both shares are equal",
                   view->area_title, view->accidents->about.city);
    const cln_areas *a = view->accidents->areas, *c = view->calls->areas;
    (void)snprintf(
        note, sizeof note, "%s. Without a %s: %s of the %s, %s of the %s. Not joined: %zu areas. Source: %s, %s.",
        period, view->area_title, cln_words_percent(cln_ratio(a->missing, a->missing + a->located)).text, accidents,
        cln_words_percent(cln_ratio(c->missing, c->missing + c->located)).text, calls,
        view->comparison->count - view->comparison->joined, view->accidents->about.dataset, view->calls->about.dataset);
    (void)snprintf(alternative, sizeof alternative, "Scatter plot of the shares of %s and %s of each %s.", accidents,
                   calls, view->area_title);
    CLN_TRY(cln_figure_begin(answer, title, subtitle, note, alternative, err));
    (void)snprintf(axis, sizeof axis, "share of the %s", accidents);
    CLN_TRY(cln_figure_set_text(&answer->figure, "x_title", cln_span_of_string(axis), err));
    (void)snprintf(axis, sizeof axis, "share of the %s", calls);
    CLN_TRY(cln_figure_set_text(&answer->figure, "y_title", cln_span_of_string(axis), err));
    (void)snprintf(axis, sizeof axis, "more of the %s", calls);
    CLN_TRY(cln_figure_set_bold(&answer->figure, "above_line", cln_span_of_string(axis), err));
    (void)snprintf(axis, sizeof axis, "more of the %s", accidents);
    CLN_TRY(cln_figure_set_bold(&answer->figure, "below_line", cln_span_of_string(axis), err));
    return append_points(&answer->figure, view->comparison, err);
}

static cln_status draw_period(cln_answer *answer, const comparison_view *view, cln_error *err) {
    cln_buffer period;
    cln_buffer_init(&period, SIZE_MAX);
    cln_status status = view->common->count > 0 ? cln_periods_append(view->common, &period, err)
                                                : cln_buffer_append_string(&period, "Each over its own period", err);
    if (status == CLN_OK) status = cln_buffer_terminate(&period, err);
    if (status == CLN_OK) status = draw(answer, view, period.data, err);
    cln_buffer_clean_up(&period);
    return status;
}

static cln_status present(cln_answer *answer, const comparison_view *view, cln_buffer *text, cln_error *err) {
    CLN_TRY(say_period(view, text, err));
    CLN_TRY(say_correlation(view, text, err));
    CLN_TRY(say_differences(view, text, err));
    CLN_TRY(say_lonely(view, text, err));
    CLN_TRY(say_missing(view, text, err));
    CLN_TRY(cln_answer_set_sentence(answer, cln_buffer_span(text), err));
    CLN_TRY(tabulate_joined(answer, view->comparison, err));
    CLN_TRY(tabulate_lonely(answer, view->comparison, err));
    CLN_TRY(add_notes(answer, view, err));
    /* One point compares nothing, and gnuplot crashes when a series of labels has one point that is not drawn. */
    if (view->comparison->joined > 1) CLN_TRY(draw_period(answer, view, err));
    answer->is_answered = true;
    return CLN_OK;
}

cln_status cln_present_comparison(cln_answer *answer, const cln_comparison *comparison,
                                  const cln_compared_side *accidents, const cln_compared_side *calls,
                                  const cln_periods *common, const char *area_title, cln_error *err) {
    const comparison_view view = {comparison, accidents, calls, common, area_title};
    if (accidents->areas->located == 0) return cln_answer_set_reason(answer, "no accident has an area", err);
    if (calls->areas->located == 0) return cln_answer_set_reason(answer, "no call has an area", err);
    cln_buffer text;
    cln_buffer_init(&text, SIZE_MAX);
    const cln_status status = present(answer, &view, &text, err);
    cln_buffer_clean_up(&text);
    return status;
}
