/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/memory.h"
#include "colonnade/report/figure.h"
#include "colonnade/report/present.h"
#include "colonnade/report/words.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* A month of which only few days are covered has a rate that chance rules; the table has it, a line has not. */
enum { LEAST_DAYS_OF_A_POINT = 15 };

enum { NAMED_YEARS = 10 };

#define SIGNIFICANT 0.05

/* In percent. */
static double deviation(double rate, double base) {
    return 100 * (rate / base - 1);
}

static cln_status tabulate_months(cln_answer *answer, const cln_seasons *seasons, cln_error *err) {
    static const char *const names[] = {
        "month",         "name", "accidents", "days", "used_accidents", "used_days", "used_accidents_per_day",
        "seasonal_index"};
    cln_table *table;
    CLN_TRY(cln_answer_add_table(answer, "seasons", "Accidents by month", names, 8, &table, err));
    for (int i = 0; i < CLN_MONTHS; i++) {
        cln_cell *cells;
        CLN_TRY(cln_table_add_row(table, &cells, err));
        cln_cell_set_integer(&cells[0], i + 1);
        CLN_TRY(cln_cell_set_text(&cells[1], cln_span_of_string(cln_month_name(i + 1)), err));
        cln_cell_set_integer(&cells[2], seasons->counts[i]);
        cln_cell_set_integer(&cells[3], seasons->days[i]);
        cln_cell_set_integer(&cells[4], seasons->used_counts[i]);
        cln_cell_set_integer(&cells[5], seasons->used_days[i]);
        cln_cell_set_double(&cells[6], seasons->rates[i], 3);
        cln_cell_set_double(&cells[7], seasons->index[i], 4);
    }
    return CLN_OK;
}

static cln_status set_yes(cln_cell *cell, bool is_yes, cln_error *err) {
    return cln_cell_set_text(cell, cln_span_of_string(is_yes ? "yes" : "no"), err);
}

/* Why a year is not complete; "" when it is. */
static cln_words words_lack(const cln_season_year *year) {
    cln_words words = {""};
    switch (year->lack) {
    case CLN_YEAR_COMPLETE:
        break;
    case CLN_YEAR_LACKS_DAYS:
        if (year->days == 0) return (cln_words){"no day is covered"};
        (void)snprintf(words.text, sizeof words.text, "only %d days are covered", (int)year->days);
        break;
    case CLN_YEAR_LACKS_MONTHS:
        (void)snprintf(words.text, sizeof words.text, "%d months have no or hardly any record", year->sparse_months);
        break;
    case CLN_YEAR_LACKS_ROWS:
        (void)snprintf(words.text, sizeof words.text, "far fewer records than in other years");
        break;
    }
    return words;
}

static cln_status tabulate_years(cln_answer *answer, const cln_seasons *seasons, cln_error *err) {
    static const char *const names[] = {"year", "accidents", "days", "accidents_per_day", "used", "lacks"};
    cln_table *table;
    CLN_TRY(cln_answer_add_table(answer, "seasons_years", "Accidents by year", names, 6, &table, err));
    for (size_t i = 0; i < seasons->year_count; i++) {
        const cln_season_year *year = &seasons->years[i];
        cln_cell *cells;
        CLN_TRY(cln_table_add_row(table, &cells, err));
        cln_cell_set_integer(&cells[0], year->year);
        cln_cell_set_integer(&cells[1], year->count);
        cln_cell_set_integer(&cells[2], year->days);
        cln_cell_set_double(&cells[3], cln_ratio(year->count, year->days), 3);
        CLN_TRY(set_yes(&cells[4], year->is_used, err));
        if (year->lack == CLN_YEAR_COMPLETE) continue;
        CLN_TRY(cln_cell_set_text(&cells[5], cln_span_of_string(words_lack(year).text), err));
    }
    return CLN_OK;
}

static bool is_used(const cln_seasons *seasons, int year) {
    for (size_t i = 0; i < seasons->year_count; i++) {
        if (seasons->years[i].year == year) return seasons->years[i].is_used;
    }
    return false;
}

static cln_status tabulate_year_months(cln_answer *answer, const cln_seasons *seasons, cln_error *err) {
    static const char *const names[] = {"year", "month", "accidents", "days", "accidents_per_day", "used"};
    cln_table *table;
    CLN_TRY(cln_answer_add_table(answer, "seasons_by_year", "Accidents by year and month", names, 6, &table, err));
    cln_answer_set_detail(answer);
    for (size_t i = 0; i < seasons->year_month_count; i++) {
        const cln_year_month *at = &seasons->year_months[i];
        cln_cell *cells;
        CLN_TRY(cln_table_add_row(table, &cells, err));
        cln_cell_set_integer(&cells[0], at->year);
        cln_cell_set_integer(&cells[1], at->month);
        cln_cell_set_integer(&cells[2], at->count);
        cln_cell_set_integer(&cells[3], at->days);
        cln_cell_set_double(&cells[4], cln_ratio(at->count, at->days), 3);
        CLN_TRY(set_yes(&cells[5], at->days > 0 && is_used(seasons, at->year), err));
    }
    return CLN_OK;
}

/* "2009 to 2014 and 2016": the years that are used, or those that are not. */
static cln_status append_year_list(const cln_seasons *seasons, bool used, cln_buffer *text, cln_error *err) {
    const cln_season_year *years = seasons->years;
    bool is_first = true;
    for (size_t i = 0; i < seasons->year_count; i++) {
        if (years[i].is_used != used) continue;
        size_t last = i;
        while (last + 1 < seasons->year_count && years[last + 1].is_used == used &&
               years[last + 1].year == years[last].year + 1) {
            last++;
        }
        CLN_TRY(cln_buffer_append_format(text, err, "%s%d", is_first ? "" : ", ", years[i].year));
        if (last > i) CLN_TRY(cln_buffer_append_format(text, err, " to %d", years[last].year));
        is_first = false;
        i = last;
    }
    return CLN_OK;
}

static bool leaves_years_out(const cln_seasons *seasons) {
    return seasons->complete_years > 0 && seasons->complete_years < seasons->year_count;
}

static bool has_one_month(const cln_seasons *seasons) {
    return seasons->peak == seasons->low;
}

static cln_status say_months(const cln_seasons *seasons, const cln_about *about, cln_buffer *text, cln_error *err) {
    const double highest = seasons->rates[seasons->peak - 1], lowest = seasons->rates[seasons->low - 1];
    if (has_one_month(seasons)) {
        return cln_buffer_append_format(text, err, "%s has %s %s a day in every month that the data cover.",
                                        about->city, cln_words_number(seasons->rate, 2).text, about->unit);
    }
    const char *base = seasons->complete_years > 0 ? "the mean of the year" : "the mean";
    CLN_TRY(cln_buffer_append_format(text, err, "%s has most %s in %s: %s a day, %s above %s.", about->city,
                                     about->unit, cln_month_name(seasons->peak), cln_words_number(highest, 2).text,
                                     cln_words_percent(seasons->index[seasons->peak - 1] - 1).text, base));
    return cln_buffer_append_format(text, err, " It has fewest in %s: %s a day, %s below it. The mean is %s a day.",
                                    cln_month_name(seasons->low), cln_words_number(lowest, 2).text,
                                    cln_words_percent(1 - seasons->index[seasons->low - 1]).text,
                                    cln_words_number(seasons->rate, 2).text);
}

/* What the answer rests on, when that is not simply all of the data. */
static cln_status say_years(const cln_seasons *seasons, const cln_about *about, cln_buffer *text, cln_error *err) {
    if (leaves_years_out(seasons)) {
        CLN_TRY(cln_buffer_append_format(text, err, " This rests on the %s %s of the complete year%s ",
                                         cln_words_count(seasons->used_total).text, about->unit,
                                         seasons->complete_years > 1 ? "s" : ""));
        CLN_TRY(append_year_list(seasons, true, text, err));
        CLN_TRY(cln_buffer_append_string(text, "; left out, since not complete: ", err));
        CLN_TRY(append_year_list(seasons, false, text, err));
        return cln_buffer_append_format(text, err, " (%s more).",
                                        cln_words_count(seasons->total - seasons->used_total).text);
    }
    if (seasons->complete_years > 0) return CLN_OK;
    CLN_TRY(cln_buffer_append_string(text, " No calendar year is complete, so this rests on all covered months.", err));
    if (seasons->empty_months == 0) return CLN_OK;
    return cln_buffer_append_format(text, err,
                                    " Do not rely on it: %s of the %zu months that the files span are empty.",
                                    cln_words_count(seasons->empty_months).text, seasons->covered_months);
}

static cln_status say_test(const cln_seasons *seasons, const cln_about *about, cln_buffer *text, cln_error *err) {
    const cln_chi_square *test = &seasons->uniformity;
    if (!test->is_defined) {
        return cln_buffer_append_string(text, " Too little is covered to test whether the months differ.", err);
    }
    CLN_TRY(cln_buffer_append_string(text, " Over the months ", err));
    if (leaves_years_out(seasons)) {
        CLN_TRY(cln_buffer_append_string(text, "they", err));
    } else {
        CLN_TRY(
            cln_buffer_append_format(text, err, "the %s %s", cln_words_count(seasons->used_total).text, about->unit));
    }
    return cln_buffer_append_format(
        text, err, " spread %s (chi-square %s, %zu degrees of freedom, %s).",
        test->p < SIGNIFICANT ? "less evenly than chance allows" : "as evenly as chance allows",
        cln_words_number(test->statistic, 1).text, test->degrees_of_freedom, cln_words_p(test->p).text);
}

static cln_status append_lacks(const cln_seasons *seasons, cln_buffer *text, cln_error *err) {
    size_t named = 0;
    for (size_t i = 0; i < seasons->year_count; i++) {
        const cln_season_year *year = &seasons->years[i];
        if (year->is_used) continue;
        if (named == NAMED_YEARS) {
            CLN_TRY(cln_buffer_append_string(text, "; for more see seasons_years.csv", err));
            break;
        }
        CLN_TRY(cln_buffer_append_format(text, err, "%s %d (%s)", named++ == 0 ? "" : ",", year->year,
                                         words_lack(year).text));
    }
    return cln_buffer_terminate(text, err);
}

static cln_status note_years(cln_answer *answer, const cln_seasons *seasons, cln_error *err) {
    CLN_TRY(cln_answer_add_note(answer, err, "The index of a month is its rate divided by %s.",
                                seasons->complete_years == 0
                                    ? "the rate of all days"
                                    : "the mean rate of its own year, averaged over the complete years"));
    CLN_TRY(cln_answer_add_note(answer, err,
                                "A year is complete when each of its months is covered, but for %d days at most; when "
                                "none is empty or has less than 1/%d of the rate of the year's median month; and when "
                                "the year itself has not less than 1/%d of the rate of the median year.",
                                CLN_MOST_MISSING_DAYS, CLN_SPARSE, CLN_SPARSE));
    if (!leaves_years_out(seasons)) return CLN_OK;
    cln_buffer text;
    cln_buffer_init(&text, SIZE_MAX);
    cln_status status = append_lacks(seasons, &text, err);
    if (status == CLN_OK) status = cln_answer_add_note(answer, err, "Left out:%s.", text.data);
    cln_buffer_clean_up(&text);
    return status;
}

static cln_status add_notes(cln_answer *answer, const cln_seasons *seasons, const char *covered, const cln_about *about,
                            cln_error *err) {
    CLN_TRY(cln_answer_add_note(answer, err,
                                "A rate is %s for each day of exposure: the days of the month that the data "
                                "cover (%s; %s days).",
                                about->unit, covered, cln_words_count(seasons->total_days).text));
    CLN_TRY(note_years(answer, seasons, err));
    if (seasons->without_time > 0) {
        CLN_TRY(cln_answer_add_note(answer, err, "%s %s have no time and are not counted.",
                                    cln_words_count(seasons->without_time).text, about->unit));
    }
    if (seasons->not_recorded > 0) {
        CLN_TRY(cln_answer_add_note(answer, err, "%s %s are in files that record no time; they are not counted.",
                                    cln_words_count(seasons->not_recorded).text, about->unit));
    }
    if (seasons->uniformity.is_defined && seasons->uniformity.least_expected < 5) {
        CLN_TRY(cln_answer_add_note(answer, err,
                                    "Some month would have fewer than 5 %s in an even spread, so the test is rough.",
                                    about->unit));
    }
    if (seasons->empty_months == 0) return CLN_OK;
    return cln_answer_add_note(answer, err,
                               "%s of the %zu covered months have not a single one of the %s: the files probably lack "
                               "them%s.",
                               cln_words_count(seasons->empty_months).text, seasons->covered_months, about->unit,
                               seasons->complete_years > 0 ? "" : ", and the rates are then too low");
}

/* Columns: month, percent above the base, year; two empty lines between years. */
static cln_status append_years(cln_buffer *script, const cln_seasons *seasons, int *year_count, cln_error *err) {
    const cln_season_year *year = seasons->years;
    int drawn = 0;
    *year_count = 0;
    CLN_TRY(cln_figure_begin_data(script, "years", err));
    for (size_t i = 0; i < seasons->year_month_count; i++) {
        const cln_year_month *at = &seasons->year_months[i];
        while (year->year != at->year) year++;
        if (!year->is_used || at->days < LEAST_DAYS_OF_A_POINT) continue;
        if (at->year != drawn && *year_count > 0) CLN_TRY(cln_buffer_append_string(script, "\n\n", err));
        if (at->year != drawn) (*year_count)++;
        drawn = at->year;
        CLN_TRY(cln_figure_value(script, true, at->month, err));
        const double rate = cln_ratio(at->count, at->days);
        CLN_TRY(cln_figure_value(script, false, deviation(rate, cln_seasons_base(seasons, year)), err));
        CLN_TRY(cln_figure_value(script, false, at->year, err));
        CLN_TRY(cln_figure_end_row(script, err));
    }
    return cln_figure_end_data(script, err);
}

static cln_status append_figure(cln_buffer *script, const cln_seasons *seasons, cln_error *err) {
    int year_count;
    CLN_TRY(append_years(script, seasons, &year_count, err));
    CLN_TRY(cln_figure_begin_data(script, "months", err));
    for (int i = 0; i < CLN_MONTHS; i++) {
        if (isnan(seasons->index[i])) continue;
        CLN_TRY(cln_figure_value(script, true, i + 1, err));
        CLN_TRY(cln_figure_value(script, false, deviation(seasons->index[i], 1), err));
        CLN_TRY(cln_figure_value(script, false, seasons->rates[i], err));
        CLN_TRY(cln_figure_end_row(script, err));
    }
    CLN_TRY(cln_figure_end_data(script, err));
    CLN_TRY(cln_figure_set_number(script, "year_count", year_count, err));
    CLN_TRY(cln_figure_set_number(script, "mean_rate", seasons->rate, err));
    CLN_TRY(cln_figure_set_number(script, "peak", seasons->peak, err));
    CLN_TRY(cln_figure_set_number(script, "peak_value", deviation(seasons->index[seasons->peak - 1], 1), err));
    CLN_TRY(cln_figure_set_number(script, "low", seasons->low, err));
    return cln_figure_set_number(script, "low_value", deviation(seasons->index[seasons->low - 1], 1), err);
}

/* What the figure shows, and what it leaves out. */
static cln_status append_basis(const cln_seasons *seasons, const cln_about *about, cln_buffer *text, cln_error *err) {
    CLN_TRY(cln_buffer_append_format(text, err, "%s %s of ", cln_words_count(seasons->used_total).text, about->unit));
    CLN_TRY(append_year_list(seasons, true, text, err));
    if (leaves_years_out(seasons)) {
        CLN_TRY(cln_buffer_append_string(text, ", the complete years; left out: ", err));
        CLN_TRY(append_year_list(seasons, false, text, err));
        CLN_TRY(
            cln_buffer_append_format(text, err, " (%s)", cln_words_count(seasons->total - seasons->used_total).text));
    }
    CLN_TRY(cln_buffer_append_format(
        text, err, ". Rates count the days that the data cover. No time: %s (%s). Source: %s.",
        cln_words_count(seasons->without_time).text,
        cln_words_percent(cln_ratio(seasons->without_time, seasons->total + seasons->without_time)).text,
        about->dataset));
    return cln_buffer_terminate(text, err);
}

static cln_status draw(cln_answer *answer, const cln_seasons *seasons, const cln_about *about, cln_buffer *text,
                       cln_error *err) {
    char title[128], subtitle[128], alternative[256];
    (void)snprintf(title, sizeof title, "When %s happen in %s", about->unit, about->city);
    (void)snprintf(subtitle, sizeof subtitle, "Number of %s a day by month, compared with the mean%s", about->unit,
                   seasons->complete_years > 0 ? " of the year" : "");
    (void)snprintf(alternative, sizeof alternative, "Line chart of %s a day by month: highest in %s, lowest in %s.",
                   about->unit, cln_month_name(seasons->peak), cln_month_name(seasons->low));
    cln_buffer_clear(text);
    CLN_TRY(append_basis(seasons, about, text, err));
    CLN_TRY(cln_figure_begin(answer, title, subtitle, text->data, alternative, err));
    return append_figure(&answer->figure, seasons, err);
}

/* Why months lie apart: nobody has ten years of hardly any rows, but files that begin or end with a remnant are common.
 */
static const char *explain_strays(const cln_coverage *coverage) {
    const size_t far = cln_coverage_far_strays(coverage);
    if (far == coverage->stray_count) return "Their dates are probably wrong";
    if (far == 0) return "Either their dates are wrong, or the files hold only a part of these months";
    return "Dates more than ten years from the others are probably wrong; otherwise either they are wrong, or the "
           "files "
           "hold only a part of these months";
}

/* Nothing without strays. */
static cln_status note_strays(cln_answer *answer, const cln_coverage *coverage, const cln_about *about,
                              cln_buffer *text, cln_error *err) {
    if (coverage->stray_count == 0) return CLN_OK;
    cln_buffer_clear(text);
    CLN_TRY(cln_coverage_append_strays(coverage, text, err));
    CLN_TRY(cln_buffer_terminate(text, err));
    return cln_answer_add_note(answer, err,
                               "Months that lie apart and have hardly any of the %s do not count as covered: %s "
                               "(together %s). %s. They stand in the tables, but count for no rate.",
                               about->unit, text->data, cln_words_count(cln_coverage_stray_rows(coverage)).text,
                               explain_strays(coverage));
}

static cln_status present(cln_answer *answer, const cln_seasons *seasons, const char *covered, const cln_about *about,
                          cln_buffer *text, cln_error *err) {
    CLN_TRY(say_months(seasons, about, text, err));
    CLN_TRY(say_years(seasons, about, text, err));
    CLN_TRY(say_test(seasons, about, text, err));
    CLN_TRY(cln_answer_set_sentence(answer, cln_buffer_span(text), err));
    CLN_TRY(tabulate_months(answer, seasons, err));
    CLN_TRY(tabulate_years(answer, seasons, err));
    CLN_TRY(tabulate_year_months(answer, seasons, err));
    CLN_TRY(add_notes(answer, seasons, covered, about, err));
    CLN_TRY(draw(answer, seasons, about, text, err));
    answer->is_answered = true;
    return CLN_OK;
}

cln_status cln_present_seasons(cln_answer *answer, const cln_seasons *seasons, const cln_coverage *coverage,
                               const cln_about *about, cln_error *err) {
    if (seasons->peak == 0) return cln_answer_set_reason(answer, "no row of the accidents has a time", err);
    cln_buffer text, covered;
    cln_buffer_init(&text, SIZE_MAX);
    cln_buffer_init(&covered, SIZE_MAX);
    cln_status status = cln_periods_append(&coverage->periods, &covered, err);
    if (status == CLN_OK) status = cln_buffer_terminate(&covered, err);
    if (status == CLN_OK) status = present(answer, seasons, covered.data, about, &text, err);
    if (status == CLN_OK) status = note_strays(answer, coverage, about, &text, err);
    cln_buffer_clean_up(&text);
    cln_buffer_clean_up(&covered);
    return status;
}
