/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/memory.h"
#include "colonnade/report/figure.h"
#include "colonnade/report/present.h"
#include "colonnade/report/words.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More colours than these cannot be told apart, and thinner stacks cannot be seen: the rest is drawn as one. */
enum { DRAWN_CONDITIONS = 5, LEAST_DRAWN_PERCENT = 2, NAME_CHARACTERS = 22 };

#define SIGNIFICANT 0.05

static cln_status tabulate_months(cln_answer *answer, const cln_conditions *conditions, cln_error *err) {
    static const char *const names[] = {"month",   "name",          "known",   "good",
                                        "adverse", "adverse_share", "missing", "missing_share"};
    cln_table *table;
    CLN_TRY(cln_answer_add_table(answer, "conditions", "Road condition by month", names, 8, &table, err));
    for (int i = 0; i < CLN_MONTHS; i++) {
        const int64_t known = conditions->known[i], missing = conditions->missing[i];
        cln_cell *cells;
        CLN_TRY(cln_table_add_row(table, &cells, err));
        cln_cell_set_integer(&cells[0], i + 1);
        CLN_TRY(cln_cell_set_text(&cells[1], cln_span_of_string(cln_month_name(i + 1)), err));
        cln_cell_set_integer(&cells[2], known);
        cln_cell_set_integer(&cells[3], known - conditions->adverse[i]);
        cln_cell_set_integer(&cells[4], conditions->adverse[i]);
        cln_cell_set_double(&cells[5], conditions->shares[i], 4);
        cln_cell_set_integer(&cells[6], missing);
        cln_cell_set_double(&cells[7], cln_ratio(missing, known + missing), 4);
    }
    return CLN_OK;
}

static cln_status tabulate_conditions(cln_answer *answer, const cln_conditions *conditions, cln_error *err) {
    static const char *const names[] = {"condition", "kind", "month", "accidents", "share_of_known"};
    cln_table *table;
    CLN_TRY(cln_answer_add_table(answer, "conditions_by_value", "Each road condition by month", names, 5, &table, err));
    cln_answer_set_detail(answer);
    for (size_t c = 0; c < conditions->count; c++) {
        const cln_condition *condition = &conditions->items[c];
        for (int i = 0; i < CLN_MONTHS; i++) {
            cln_cell *cells;
            CLN_TRY(cln_table_add_row(table, &cells, err));
            CLN_TRY(cln_cell_set_text(&cells[0], cln_span_of_string(condition->name), err));
            CLN_TRY(cln_cell_set_text(&cells[1], cln_span_of_string(condition->is_good ? "good" : "adverse"), err));
            cln_cell_set_integer(&cells[2], i + 1);
            cln_cell_set_integer(&cells[3], condition->counts[i]);
            cln_cell_set_double(&cells[4], cln_ratio(condition->counts[i], conditions->known[i]), 4);
        }
    }
    return CLN_OK;
}

enum { MOST_DECIMALS = 3 };

/* Another month whose share reads the same; 0: none. */
static int find_same(const cln_conditions *conditions, int month, int decimals) {
    const cln_words own = cln_words_percent_to(conditions->shares[month - 1], decimals);
    for (int other = 1; other <= CLN_MONTHS; other++) {
        if (other == month || isnan(conditions->shares[other - 1])) continue;
        const cln_words its = cln_words_percent_to(conditions->shares[other - 1], decimals);
        if (strcmp(own.text, its.text) == 0) return other;
    }
    return 0;
}

/* As many as tell the month from all others; 1 where none do. */
static int decimals_for(const cln_conditions *conditions, int month) {
    int decimals = 1;
    while (decimals < MOST_DECIMALS && find_same(conditions, month, decimals) > 0) decimals++;
    return find_same(conditions, month, decimals) > 0 ? 1 : decimals;
}

/* "July (4.08 %)", or with another month that no digits tell from it. */
static cln_status append_month(const cln_conditions *conditions, int month, int decimals, cln_buffer *text,
                               cln_error *err) {
    const int other = find_same(conditions, month, MOST_DECIMALS);
    return cln_buffer_append_format(text, err, "%s%s%s (%s)", cln_month_name(month), other > 0 ? " and " : "",
                                    other > 0 ? cln_month_name(other) : "",
                                    cln_words_percent_to(conditions->shares[month - 1], decimals).text);
}

/* Both shares with the same number of digits. */
static cln_status say_months(const cln_conditions *conditions, cln_buffer *text, cln_error *err) {
    if (conditions->worst == conditions->best) {
        return cln_buffer_append_string(text, " The share is the same in every month that has any.", err);
    }
    const int for_worst = decimals_for(conditions, conditions->worst);
    const int for_best = decimals_for(conditions, conditions->best);
    const int decimals = for_worst > for_best ? for_worst : for_best;
    CLN_TRY(cln_buffer_append_string(text, " The share is highest in ", err));
    CLN_TRY(append_month(conditions, conditions->worst, decimals, text, err));
    CLN_TRY(cln_buffer_append_string(text, " and lowest in ", err));
    CLN_TRY(append_month(conditions, conditions->best, decimals, text, err));
    return cln_buffer_append_char(text, '.', err);
}

static cln_status say_association(const cln_conditions *conditions, cln_buffer *text, cln_error *err) {
    const cln_chi_square *test = &conditions->by_adverse, *all = &conditions->by_condition;
    if (!test->is_defined) {
        return cln_buffer_append_string(text, " There is too little to test whether month and condition go together.",
                                        err);
    }
    CLN_TRY(cln_buffer_append_format(
        text, err, " Month and adverse roads %s together: Cramér's V is %s (chi-square %s, %zu degrees of freedom, %s)",
        test->p < SIGNIFICANT ? "go" : "do not provably go", cln_words_number(test->cramers_v, 3).text,
        cln_words_number(test->statistic, 1).text, test->degrees_of_freedom, cln_words_p(test->p).text));
    if (!all->is_defined) return cln_buffer_append_char(text, '.', err);
    return cln_buffer_append_format(text, err, ", and %s (%s) with each of the %zu conditions by itself.",
                                    cln_words_number(all->cramers_v, 3).text, cln_words_p(all->p).text,
                                    conditions->count);
}

static double missing_share(const cln_conditions *conditions) {
    return cln_ratio(conditions->total_missing, conditions->total_missing + conditions->total_known);
}

static cln_status say(const cln_conditions *conditions, const char *title, const cln_about *about, cln_buffer *text,
                      cln_error *err) {
    CLN_TRY(cln_buffer_append_format(text, err, "In %s, %s of the %s %s with a known %s happened on adverse roads.",
                                     about->city, cln_words_percent(conditions->share).text,
                                     cln_words_count(conditions->total_known).text, about->unit, title));
    CLN_TRY(say_months(conditions, text, err));
    CLN_TRY(say_association(conditions, text, err));
    return cln_buffer_append_format(text, err, " The %s is missing for %s more (%s).", title,
                                    cln_words_count(conditions->total_missing).text,
                                    cln_words_percent(missing_share(conditions)).text);
}

static cln_status add_notes(cln_answer *answer, const cln_conditions *conditions, const char *title,
                            const cln_about *about, cln_error *err) {
    CLN_TRY(cln_answer_add_note(answer, err,
                                "A condition is adverse when it is known and not among the good ones of the "
                                "configuration. Blank cells and values that tell nothing are missing: they are in no "
                                "share."));
    if (conditions->not_recorded > 0) {
        CLN_TRY(cln_answer_add_note(answer, err, "%s %s are in files that do not record the %s; they are outside.",
                                    cln_words_count(conditions->not_recorded).text, about->unit, title));
    }
    if (conditions->without_time > 0) {
        CLN_TRY(cln_answer_add_note(answer, err, "%s %s have no time and are not counted.",
                                    cln_words_count(conditions->without_time).text, about->unit));
    }
    if (conditions->by_condition.is_defined && conditions->by_condition.least_expected < 5) {
        CLN_TRY(
            cln_answer_add_note(answer, err, "Some conditions are so rare that the test over each of them is rough."));
    }
    return CLN_OK;
}

/* A long name is cut between characters, so that the legend keeps its width. */
static void shorten(const char *name, char *text, size_t text_bytes) {
    size_t used = 0, characters = 0;
    while (name[used] != '\0' && used + 5 < text_bytes) {
        const bool is_start = ((unsigned char)name[used] & 0xC0) != 0x80;
        if (is_start && characters == NAME_CHARACTERS) break;
        characters += is_start;
        text[used] = name[used];
        used++;
    }
    memcpy(text + used, name[used] == '\0' ? "" : "…", name[used] == '\0' ? 1 : sizeof "…");
}

/* The drawn adverse conditions are the most frequent ones. */
static size_t choose_drawn(const cln_conditions *conditions, const cln_condition *drawn[DRAWN_CONDITIONS]) {
    size_t count = 0;
    for (size_t c = 0; c < conditions->count && count < DRAWN_CONDITIONS; c++) {
        const cln_condition *condition = &conditions->items[c];
        const bool is_visible = 100 * condition->total >= LEAST_DRAWN_PERCENT * conditions->total_adverse;
        if (!condition->is_good && is_visible) drawn[count++] = condition;
    }
    return count;
}

/* Columns: month, adverse share, the share of each drawn condition, the share of the rest; in percent. */
static cln_status append_shares(cln_buffer *script, const cln_conditions *conditions, const cln_condition *const *drawn,
                                size_t drawn_count, cln_error *err) {
    CLN_TRY(cln_figure_begin_data(script, "shares", err));
    for (int i = 0; i < CLN_MONTHS; i++) {
        if (isnan(conditions->shares[i])) continue;
        int64_t rest = conditions->adverse[i];
        CLN_TRY(cln_figure_value(script, true, i + 1, err));
        CLN_TRY(cln_figure_value(script, false, 100 * conditions->shares[i], err));
        for (size_t c = 0; c < drawn_count; c++) {
            rest -= drawn[c]->counts[i];
            const double share = 100 * cln_ratio(drawn[c]->counts[i], conditions->known[i]);
            CLN_TRY(cln_figure_value(script, false, share, err));
        }
        CLN_TRY(cln_figure_value(script, false, 100 * cln_ratio(rest, conditions->known[i]), err));
        CLN_TRY(cln_figure_end_row(script, err));
    }
    return cln_figure_end_data(script, err);
}

static cln_status append_figure(cln_buffer *script, const cln_conditions *conditions, cln_error *err) {
    const cln_condition *drawn[DRAWN_CONDITIONS];
    const size_t drawn_count = choose_drawn(conditions, drawn);
    int64_t rest = conditions->total_adverse;
    for (size_t c = 0; c < drawn_count; c++) rest -= drawn[c]->total;
    const bool has_rest = rest > 0 || drawn_count == 0; /* a stack has at least one part */
    CLN_TRY(append_shares(script, conditions, drawn, drawn_count, err));
    CLN_TRY(cln_buffer_append_format(script, err, "array condition_names[%d]\n", DRAWN_CONDITIONS + 1));
    for (size_t c = 0; c <= drawn_count; c++) {
        char name[40], label[128];
        (void)snprintf(name, sizeof name, "condition_names[%zu]", c + 1);
        shorten(c < drawn_count ? drawn[c]->name : "other", label, sizeof label);
        CLN_TRY(cln_figure_set_text(script, name, cln_span_of_string(label), err));
    }
    CLN_TRY(cln_figure_set_number(script, "mean_share", 100 * conditions->share, err));
    CLN_TRY(cln_figure_set_number(script, "has_rest", has_rest, err));
    return cln_figure_set_number(script, "condition_count", (double)drawn_count + (has_rest ? 1 : 0), err);
}

static cln_status draw(cln_answer *answer, const cln_conditions *conditions, const char *title, const cln_about *about,
                       cln_error *err) {
    char heading[128], subtitle[128], note[1024], alternative[256];
    (void)snprintf(heading, sizeof heading, "Accidents on adverse roads in %s", about->city);
    (void)snprintf(subtitle, sizeof subtitle, "Share of the %s with a known %s, by month", about->unit, title);
    (void)snprintf(note, sizeof note,
                   "%s %s with a known %s; missing for %s more (%s), not recorded for %s. Source: %s.",
                   cln_words_count(conditions->total_known).text, about->unit, title,
                   cln_words_count(conditions->total_missing).text, cln_words_percent(missing_share(conditions)).text,
                   cln_words_count(conditions->not_recorded).text, about->dataset);
    (void)snprintf(alternative, sizeof alternative,
                   "Stacked bars of the share of %s on adverse roads by month: highest in %s, lowest in %s.",
                   about->unit, cln_month_name(conditions->worst), cln_month_name(conditions->best));
    CLN_TRY(cln_figure_begin(answer, heading, subtitle, note, alternative, err));
    return append_figure(&answer->figure, conditions, err);
}

static cln_status present(cln_answer *answer, const cln_conditions *conditions, const char *title,
                          const cln_about *about, cln_buffer *text, cln_error *err) {
    CLN_TRY(say(conditions, title, about, text, err));
    CLN_TRY(cln_answer_set_sentence(answer, cln_buffer_span(text), err));
    CLN_TRY(tabulate_months(answer, conditions, err));
    CLN_TRY(tabulate_conditions(answer, conditions, err));
    CLN_TRY(add_notes(answer, conditions, title, about, err));
    CLN_TRY(draw(answer, conditions, title, about, err));
    answer->is_answered = true;
    return CLN_OK;
}

cln_status cln_present_conditions(cln_answer *answer, const cln_conditions *conditions, const char *condition_title,
                                  const cln_about *about, cln_error *err) {
    if (conditions->total_known == 0) {
        return cln_answer_set_reason(answer, "no row of the accidents has both a time and a known condition", err);
    }
    cln_buffer text;
    cln_buffer_init(&text, SIZE_MAX);
    const cln_status status = present(answer, conditions, condition_title, about, &text, err);
    cln_buffer_clean_up(&text);
    return status;
}
