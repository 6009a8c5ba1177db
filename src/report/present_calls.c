/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/memory.h"
#include "colonnade/report/figure.h"
#include "colonnade/report/present.h"
#include "colonnade/report/words.h"

#include <stdio.h>
#include <stdlib.h>

enum { NAMED_AREAS = 3, DRAWN_AREAS = 25, DRAWN_DIVISIONS = 3 };

static double missing_share(const cln_areas *areas) {
    return cln_ratio(areas->missing, areas->missing + areas->located);
}

static cln_status tabulate(cln_answer *answer, const cln_division *division, const char *unit, cln_error *err) {
    static const char *const names[] = {"rank", "area", "calls", "share_of_located"};
    char name[128], title[256];
    cln_table *table;
    (void)snprintf(name, sizeof name, "calls_by_%.100s", division->column);
    (void)snprintf(title, sizeof title, "311 %s by %s (%s have none: %s)", unit, division->title,
                   cln_words_count(division->areas.missing).text,
                   cln_words_percent(missing_share(&division->areas)).text);
    CLN_TRY(cln_answer_add_table(answer, name, title, names, 4, &table, err));
    for (size_t i = 0; i < division->areas.count; i++) {
        const cln_area *area = &division->areas.items[i];
        cln_cell *cells;
        CLN_TRY(cln_table_add_row(table, &cells, err));
        cln_cell_set_integer(&cells[0], (int64_t)i + 1);
        CLN_TRY(cln_cell_set_text(&cells[1], cln_span_of_string(area->label), err));
        cln_cell_set_integer(&cells[2], area->count);
        cln_cell_set_double(&cells[3], cln_ratio(area->count, division->areas.located), 4);
    }
    return CLN_OK;
}

/* How much of each division is known, for all of them in one table. */
static cln_status tabulate_coverage(cln_answer *answer, const cln_division *divisions, size_t count, cln_error *err) {
    static const char *const names[] = {"division", "located", "missing", "missing_share", "not_recorded", "areas"};
    cln_table *table;
    CLN_TRY(cln_answer_add_table(answer, "calls_located", "How many calls are located", names, 6, &table, err));
    for (size_t i = 0; i < count; i++) {
        const cln_areas *areas = &divisions[i].areas;
        cln_cell *cells;
        CLN_TRY(cln_table_add_row(table, &cells, err));
        CLN_TRY(cln_cell_set_text(&cells[0], cln_span_of_string(divisions[i].title), err));
        cln_cell_set_integer(&cells[1], areas->located);
        cln_cell_set_integer(&cells[2], areas->missing);
        cln_cell_set_double(&cells[3], missing_share(areas), 4);
        cln_cell_set_integer(&cells[4], areas->not_recorded);
        cln_cell_set_integer(&cells[5], (int64_t)areas->count);
    }
    return CLN_OK;
}

static cln_status say_area(const cln_division *division, const cln_about *about, cln_buffer *text, cln_error *err) {
    const cln_areas *areas = &division->areas;
    if (areas->count == 0) {
        return cln_buffer_append_format(text, err, "None of the %s %s has a %s.", cln_words_count(about->rows).text,
                                        about->unit, division->title);
    }
    CLN_TRY(cln_buffer_append_format(text, err, "In %s, most %s with a known %s come from %s: %s of %s (%s)",
                                     about->city, about->unit, division->title, areas->items[0].label,
                                     cln_words_count(areas->items[0].count).text, cln_words_count(areas->located).text,
                                     cln_words_percent(cln_ratio(areas->items[0].count, areas->located)).text));
    for (size_t i = 1; i < areas->count && i < NAMED_AREAS; i++) {
        CLN_TRY(cln_buffer_append_format(text, err, "%s%s (%s)", i == 1 ? ", before " : " and ", areas->items[i].label,
                                         cln_words_percent(cln_ratio(areas->items[i].count, areas->located)).text));
    }
    return cln_buffer_append_format(
        text, err, ". %s of the %s %s have no %s.", cln_words_percent(missing_share(areas)).text,
        cln_words_count(areas->missing + areas->located).text, about->unit, division->title);
}

static cln_status say_district(const cln_division *division, cln_buffer *text, cln_error *err) {
    const cln_areas *areas = &division->areas;
    if (areas->count == 0) {
        return cln_buffer_append_format(text, err, " No %s is known.", division->title);
    }
    return cln_buffer_append_format(text, err, " Of the %ss, %s leads with %s of %s (%s; %s missing).", division->title,
                                    areas->items[0].label, cln_words_count(areas->items[0].count).text,
                                    cln_words_count(areas->located).text,
                                    cln_words_percent(cln_ratio(areas->items[0].count, areas->located)).text,
                                    cln_words_percent(missing_share(areas)).text);
}

static cln_status add_notes(cln_answer *answer, const cln_division *divisions, size_t count, const char *missing_area,
                            const cln_about *about, cln_error *err) {
    CLN_TRY(cln_answer_add_note(answer, err,
                                "Shares are of the %s that are located; the others may lie anywhere. Spellings that "
                                "differ in case and punctuation only count as one area.",
                                about->unit));
    if (missing_area != NULL) CLN_TRY(cln_answer_add_note(answer, err, "No answer by area: %s.", missing_area));
    for (size_t i = 0; i < count; i++) {
        if (divisions[i].areas.not_recorded == 0) continue;
        CLN_TRY(cln_answer_add_note(answer, err, "%s %s are in files that do not record the %s; they are outside.",
                                    cln_words_count(divisions[i].areas.not_recorded).text, about->unit,
                                    divisions[i].title));
    }
    return CLN_OK;
}

/* Columns: position from the top, share in percent, count, label. */
static cln_status append_division(cln_buffer *script, const cln_division *division, size_t position, const char *unit,
                                  cln_error *err) {
    char name[32];
    const cln_areas *areas = &division->areas;
    (void)snprintf(name, sizeof name, "division%zu", position);
    CLN_TRY(cln_figure_begin_data(script, name, err));
    for (size_t i = 0; i < areas->count && i < DRAWN_AREAS; i++) {
        CLN_TRY(cln_figure_value(script, true, (double)i + 1, err));
        CLN_TRY(cln_figure_value(script, false, 100 * cln_ratio(areas->items[i].count, areas->located), err));
        CLN_TRY(cln_figure_value(script, false, (double)areas->items[i].count, err));
        CLN_TRY(cln_figure_label(script, false, cln_span_of_string(areas->items[i].label), err));
        CLN_TRY(cln_figure_end_row(script, err));
    }
    CLN_TRY(cln_figure_end_data(script, err));
    char variable[48], text[256];
    (void)snprintf(variable, sizeof variable, "division_titles[%zu]", position);
    (void)snprintf(text, sizeof text, "By %s", division->title);
    CLN_TRY(cln_figure_set_bold(script, variable, cln_span_of_string(text), err));
    (void)snprintf(variable, sizeof variable, "division_notes[%zu]", position);
    (void)snprintf(text, sizeof text, "%smissing for %s of the %s",
                   areas->count > DRAWN_AREAS ? "The 25 with most; " : "", cln_words_percent(missing_share(areas)).text,
                   unit);
    CLN_TRY(cln_figure_set_text(script, variable, cln_span_of_string(text), err));
    (void)snprintf(variable, sizeof variable, "division_rows[%zu]", position);
    const size_t rows = areas->count < DRAWN_AREAS ? areas->count : DRAWN_AREAS;
    return cln_figure_set_number(script, variable, (double)rows, err);
}

static cln_status draw(cln_answer *answer, const cln_division *divisions, size_t count, const cln_about *about,
                       cln_error *err) {
    char title[128], subtitle[128], note[1024], alternative[256];
    (void)snprintf(title, sizeof title, "Where 311 %s come from in %s", about->unit, about->city);
    (void)snprintf(subtitle, sizeof subtitle, "Share of the located %s, in percent", about->unit);
    (void)snprintf(note, sizeof note, "%s %s; those without an area are in no share. Source: %s.",
                   cln_words_count(about->rows).text, about->unit, about->dataset);
    (void)snprintf(alternative, sizeof alternative, "Bars of the share of %s by %s, the greatest first.", about->unit,
                   divisions[0].title);
    CLN_TRY(cln_figure_begin(answer, title, subtitle, note, alternative, err));
    cln_buffer *script = &answer->figure;
    CLN_TRY(cln_buffer_append_format(script, err,
                                     "array division_titles[%d]\narray division_notes[%d]\narray division_rows[%d]\n",
                                     DRAWN_DIVISIONS, DRAWN_DIVISIONS, DRAWN_DIVISIONS));
    size_t drawn = 0;
    for (size_t i = 0; i < count && drawn < DRAWN_DIVISIONS; i++) {
        if (divisions[i].areas.count > 0) CLN_TRY(append_division(script, &divisions[i], ++drawn, about->unit, err));
    }
    return cln_figure_set_number(script, "division_count", (double)drawn, err);
}

static cln_status present(cln_answer *answer, const cln_division *divisions, size_t count, const char *missing_area,
                          const cln_about *about, cln_buffer *text, cln_error *err) {
    for (size_t i = 0; i < count; i++) {
        if (divisions[i].is_area) {
            CLN_TRY(say_area(&divisions[i], about, text, err));
        } else {
            CLN_TRY(say_district(&divisions[i], text, err));
        }
        CLN_TRY(tabulate(answer, &divisions[i], about->unit, err));
    }
    CLN_TRY(tabulate_coverage(answer, divisions, count, err));
    CLN_TRY(cln_answer_set_sentence(answer, cln_span_trim(cln_buffer_span(text)), err));
    CLN_TRY(add_notes(answer, divisions, count, missing_area, about, err));
    CLN_TRY(draw(answer, divisions, count, about, err));
    answer->is_answered = true;
    return CLN_OK;
}

cln_status cln_present_calls(cln_answer *answer, const cln_division *divisions, size_t division_count,
                             const char *missing_area, const cln_about *about, cln_error *err) {
    int64_t located = 0;
    for (size_t i = 0; i < division_count; i++) located += divisions[i].areas.located;
    if (located == 0) return cln_answer_set_reason(answer, "no call has an area or a district", err);
    cln_buffer text;
    cln_buffer_init(&text, SIZE_MAX);
    const cln_status status = present(answer, divisions, division_count, missing_area, about, &text, err);
    cln_buffer_clean_up(&text);
    return status;
}
