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

#define SIGNIFICANT 0.05

static cln_status tabulate_months(cln_answer *answer, const cln_seasons *seasons, cln_error *err) {
    static const char *const names[] = {"month", "name", "accidents", "days", "accidents_per_day", "seasonal_index"};
    cln_table *table;
    CLN_TRY(cln_answer_add_table(answer, "seasons", "Accidents by month", names, 6, &table, err));
    for (int i = 0; i < CLN_MONTHS; i++) {
        cln_cell *cells;
        CLN_TRY(cln_table_add_row(table, &cells, err));
        cln_cell_set_integer(&cells[0], i + 1);
        CLN_TRY(cln_cell_set_text(&cells[1], cln_span_of_string(cln_month_name(i + 1)), err));
        cln_cell_set_integer(&cells[2], seasons->counts[i]);
        cln_cell_set_integer(&cells[3], seasons->days[i]);
        cln_cell_set_double(&cells[4], seasons->rates[i], 3);
        cln_cell_set_double(&cells[5], seasons->index[i], 4);
    }
    return CLN_OK;
}

static cln_status tabulate_years(cln_answer *answer, const cln_seasons *seasons, cln_error *err) {
    static const char *const names[] = {"year", "month", "accidents", "days", "accidents_per_day"};
    cln_table *table;
    CLN_TRY(cln_answer_add_table(answer, "seasons_by_year", "Accidents by year and month", names, 5, &table, err));
    for (size_t i = 0; i < seasons->year_month_count; i++) {
        const cln_year_month *at = &seasons->year_months[i];
        cln_cell *cells;
        CLN_TRY(cln_table_add_row(table, &cells, err));
        cln_cell_set_integer(&cells[0], at->year);
        cln_cell_set_integer(&cells[1], at->month);
        cln_cell_set_integer(&cells[2], at->count);
        cln_cell_set_integer(&cells[3], at->days);
        cln_cell_set_double(&cells[4], cln_ratio(at->count, at->days), 3);
    }
    return CLN_OK;
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
    CLN_TRY(cln_buffer_append_format(text, err, "%s has most %s in %s: %s a day, %s above the mean of %s.", about->city,
                                     about->unit, cln_month_name(seasons->peak), cln_words_number(highest, 2).text,
                                     cln_words_percent(seasons->index[seasons->peak - 1] - 1).text,
                                     cln_words_number(seasons->rate, 2).text));
    return cln_buffer_append_format(text, err, " It has fewest in %s: %s a day, %s below it.",
                                    cln_month_name(seasons->low), cln_words_number(lowest, 2).text,
                                    cln_words_percent(1 - seasons->index[seasons->low - 1]).text);
}

static cln_status say_test(const cln_seasons *seasons, const cln_about *about, cln_buffer *text, cln_error *err) {
    const cln_chi_square *test = &seasons->uniformity;
    if (seasons->empty_months > 0) {
        CLN_TRY(cln_buffer_append_format(text, err,
                                         " Do not rely on it: %s of the %zu months that the files span are empty.",
                                         cln_words_count(seasons->empty_months).text, seasons->year_month_count));
    }
    if (!test->is_defined) {
        return cln_buffer_append_string(text, " Too little is covered to test whether the months differ.", err);
    }
    return cln_buffer_append_format(
        text, err, " Over the months the %s %s spread %s (chi-square %s, %zu degrees of freedom, %s).",
        cln_words_count(seasons->total).text, about->unit,
        test->p < SIGNIFICANT ? "less evenly than chance allows" : "as evenly as chance allows",
        cln_words_number(test->statistic, 1).text, test->degrees_of_freedom, cln_words_p(test->p).text);
}

static cln_status add_notes(cln_answer *answer, const cln_seasons *seasons, const char *covered, const cln_about *about,
                            cln_error *err) {
    CLN_TRY(cln_answer_add_note(answer, err,
                                "A rate is %s for each day of exposure: the days of the month that lie between the "
                                "first and the last record of a partition (%s; %s days).",
                                about->unit, covered, cln_words_count(seasons->total_days).text));
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
                               "them, and the rates are then too low.",
                               cln_words_count(seasons->empty_months).text, seasons->year_month_count, about->unit);
}

static cln_status append_years(cln_buffer *script, const cln_seasons *seasons, int *year_count, cln_error *err) {
    int year = 0;
    *year_count = 0;
    CLN_TRY(cln_figure_begin_data(script, "years", err));
    for (size_t i = 0; i < seasons->year_month_count; i++) {
        const cln_year_month *at = &seasons->year_months[i];
        if (at->days < LEAST_DAYS_OF_A_POINT) continue;
        if (at->year != year && *year_count > 0) CLN_TRY(cln_buffer_append_string(script, "\n\n", err));
        if (at->year != year) (*year_count)++;
        year = at->year;
        CLN_TRY(cln_figure_value(script, true, at->month, err));
        CLN_TRY(cln_figure_value(script, false, cln_ratio(at->count, at->days), err));
        CLN_TRY(cln_figure_value(script, false, year, err));
        CLN_TRY(cln_figure_end_row(script, err));
    }
    return cln_figure_end_data(script, err);
}

static cln_status append_figure(cln_buffer *script, const cln_seasons *seasons, const cln_about *about,
                                cln_error *err) {
    int year_count;
    CLN_TRY(append_years(script, seasons, &year_count, err));
    CLN_TRY(cln_figure_begin_data(script, "months", err));
    for (int i = 0; i < CLN_MONTHS; i++) {
        if (isnan(seasons->index[i])) continue;
        CLN_TRY(cln_figure_value(script, true, i + 1, err));
        CLN_TRY(cln_figure_value(script, false, seasons->rates[i], err));
        CLN_TRY(cln_figure_end_row(script, err));
    }
    CLN_TRY(cln_figure_end_data(script, err));
    CLN_TRY(cln_figure_set_text(script, "unit", cln_span_of_string(about->unit), err));
    CLN_TRY(cln_figure_set_number(script, "year_count", year_count, err));
    CLN_TRY(cln_figure_set_number(script, "mean_rate", seasons->rate, err));
    CLN_TRY(cln_figure_set_number(script, "peak", seasons->peak, err));
    CLN_TRY(cln_figure_set_number(script, "peak_rate", seasons->rates[seasons->peak - 1], err));
    CLN_TRY(cln_figure_set_number(script, "low", seasons->low, err));
    return cln_figure_set_number(script, "low_rate", seasons->rates[seasons->low - 1], err);
}

static cln_status draw(cln_answer *answer, const cln_seasons *seasons, const char *covered, const cln_about *about,
                       cln_error *err) {
    char title[128], subtitle[128], note[1024], alternative[256];
    (void)snprintf(title, sizeof title, "When accidents happen in %s", about->city);
    (void)snprintf(subtitle, sizeof subtitle, "Number of %s a day, by month", about->unit);
    (void)snprintf(
        note, sizeof note, "%s %s, %s. Rates count the days that the data cover. No time: %s (%s). Source: %s.",
        cln_words_count(seasons->total).text, about->unit, covered, cln_words_count(seasons->without_time).text,
        cln_words_percent(cln_ratio(seasons->without_time, seasons->total + seasons->without_time)).text,
        about->dataset);
    (void)snprintf(alternative, sizeof alternative, "Line chart of %s a day by month: highest in %s, lowest in %s.",
                   about->unit, cln_month_name(seasons->peak), cln_month_name(seasons->low));
    CLN_TRY(cln_figure_begin(answer, title, subtitle, note, alternative, err));
    return append_figure(&answer->figure, seasons, about, err);
}

static cln_status present(cln_answer *answer, const cln_seasons *seasons, const char *covered, const cln_about *about,
                          cln_buffer *text, cln_error *err) {
    CLN_TRY(say_months(seasons, about, text, err));
    CLN_TRY(say_test(seasons, about, text, err));
    CLN_TRY(cln_answer_set_sentence(answer, cln_buffer_span(text), err));
    CLN_TRY(tabulate_months(answer, seasons, err));
    CLN_TRY(tabulate_years(answer, seasons, err));
    CLN_TRY(add_notes(answer, seasons, covered, about, err));
    CLN_TRY(draw(answer, seasons, covered, about, err));
    answer->is_answered = true;
    return CLN_OK;
}

cln_status cln_present_seasons(cln_answer *answer, const cln_seasons *seasons, const cln_periods *periods,
                               const cln_about *about, cln_error *err) {
    if (seasons->peak == 0) return cln_answer_set_reason(answer, "no row of the accidents has a time", err);
    cln_buffer text, covered;
    cln_buffer_init(&text, SIZE_MAX);
    cln_buffer_init(&covered, SIZE_MAX);
    cln_status status = cln_periods_append(periods, &covered, err);
    if (status == CLN_OK) status = cln_buffer_terminate(&covered, err);
    if (status == CLN_OK) status = present(answer, seasons, covered.data, about, &text, err);
    cln_buffer_clean_up(&text);
    cln_buffer_clean_up(&covered);
    return status;
}
