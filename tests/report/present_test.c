/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is said, listed, drawn and shown: in particular that whatever comes
 * from generated data says so in each of its parts, and that nothing that
 * does not come from it says so.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "colonnade/base/date.h"
#include "colonnade/base/memory.h"
#include "colonnade/report/present.h"
#include "colonnade/report/report.h"
#include "colonnade/report/words.h"
#include "report/tables.h"

static const cln_about accidents_about = {"Denver", "traffic_accidents", "accidents", 100};
static const cln_about calls_about = {"Denver", "service_requests_311", "calls", 100};

static void cover(cln_periods *periods, int year) {
    const cln_period whole = {cln_days_from_civil(year, 1, 1), cln_days_from_civil(year, 12, 31)};
    assert_int_equal(cln_periods_add(periods, whole, NULL), CLN_OK);
}

static void answer_seasons(cln_answer *answer) {
    cln_coverage coverage = {0};
    cln_table table;
    cln_seasons seasons;
    cover(&coverage.periods, 2015);
    table_begin(&table, 3);
    for (int month = 1; month <= 12; month++) table_add_month(&table, 2015, month, month == 10 ? 620 : 300);
    assert_int_equal(cln_seasons_compute(&seasons, &table, &coverage.periods, NULL), CLN_OK);
    assert_int_equal(cln_present_seasons(answer, &seasons, &coverage, &accidents_about, NULL), CLN_OK);
    cln_seasons_clean_up(&seasons);
    cln_table_clean_up(&table);
    cln_coverage_clean_up(&coverage);
}

static void answer_conditions(cln_answer *answer) {
    static char dry[] = "DRY";
    static char *good[] = {dry};
    const cln_config_questions questions = {.good_conditions = good, .good_condition_count = 1};
    cln_table table;
    cln_conditions conditions;
    table_begin(&table, 3);
    table_add_condition(&table, 1, "DRY", 70);
    table_add_condition(&table, 1, "ICY", 30);
    table_add_condition(&table, 7, "DRY", 95);
    table_add_condition(&table, 7, "WET", 5);
    table_add_condition(&table, 7, MISSING, 50);
    assert_int_equal(cln_conditions_compute(&conditions, &table, &questions, NULL), CLN_OK);
    assert_int_equal(cln_present_conditions(answer, &conditions, "road condition", &accidents_about, NULL), CLN_OK);
    cln_conditions_clean_up(&conditions);
    cln_table_clean_up(&table);
}

static void fill_areas(cln_areas *areas, int64_t baker, int64_t cole, const char *third) {
    cln_table table;
    table_begin(&table, 2);
    table_add_area(&table, "Baker", baker);
    table_add_area(&table, "Cole", cole);
    table_add_area(&table, third, 10);
    table_add_area(&table, MISSING, 69);
    cln_areas_init(areas);
    assert_int_equal(cln_areas_add_table(areas, &table, NULL), CLN_OK);
    assert_int_equal(cln_areas_sort(areas, NULL), CLN_OK);
    cln_table_clean_up(&table);
}

static void answer_calls(cln_answer *answer) {
    cln_division divisions[] = {{.column = "neighborhood", .title = "neighbourhood", .is_area = true},
                                {.column = "council_district", .title = "council district"}};
    fill_areas(&divisions[0].areas, 15, 6, "Odd {x}_^ 'q' \\ `touch pwned` \"z\"");
    fill_areas(&divisions[1].areas, 20, 30, "third");
    assert_int_equal(cln_present_calls(answer, divisions, 2, NULL, &calls_about, NULL), CLN_OK);
    cln_areas_clean_up(&divisions[0].areas);
    cln_areas_clean_up(&divisions[1].areas);
}

static void answer_areas(cln_answer *answer) {
    cln_areas accidents, calls;
    cln_coverage coverage = {0};
    cln_comparison comparison;
    cover(&coverage.periods, 2015);
    fill_areas(&accidents, 60, 30, "Stapleton");
    fill_areas(&calls, 10, 80, "Cole");
    assert_int_equal(cln_comparison_compute(&comparison, &accidents, &calls, NULL), CLN_OK);
    const cln_compared_side left = {accidents_about, &coverage, &accidents}, right = {calls_about, &coverage, &calls};
    assert_int_equal(
        cln_present_comparison(answer, &comparison, &left, &right, &coverage.periods, "neighbourhood", NULL), CLN_OK);
    cln_comparison_clean_up(&comparison);
    cln_areas_clean_up(&accidents);
    cln_areas_clean_up(&calls);
    cln_coverage_clean_up(&coverage);
}

/* A report of all four questions. */
static void make_report(cln_report *report, bool is_sample) {
    static void (*const answer[CLN_QUESTION_COUNT])(cln_answer *) = {answer_seasons, answer_conditions, answer_calls,
                                                                     answer_areas};
    static const char *const columns[] = {"dataset", "kind"};
    *report = (cln_report){.entry_count = CLN_QUESTION_COUNT, .is_sample = is_sample};
    assert_int_equal(cln_copy_string(&report->city, "Denver", NULL), CLN_OK);
    assert_int_equal(cln_table_init(&report->partitions, "Sources", columns, 2, NULL), CLN_OK);
    for (size_t i = 0; i < CLN_QUESTION_COUNT; i++) {
        report->entries[i].question = i;
        cln_answer *into = &report->entries[i].answer;
        cln_answer_init(into, cln_questions[i].name, cln_questions[i].title);
        assert_int_equal(cln_answer_set_origin(into, "somewhere", is_sample, NULL), CLN_OK);
        answer[i](into);
        assert_true(into->is_answered);
    }
}

static size_t count_label(const char *text) {
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, CLN_SAMPLE_LABEL)) != NULL; at++) count++;
    return count;
}

static size_t count_lines(const char *text) {
    size_t count = 0;
    for (; *text != '\0'; text++) count += *text == '\n';
    return count;
}

/* Every line of a table's file has the label, or (where there is no row) its header. */
static void check_file(const cln_answer *answer, const cln_table *table) {
    cln_table copy;
    cln_buffer csv;
    cln_buffer_init(&csv, SIZE_MAX);
    assert_int_equal(cln_answer_table_with_origin(answer, table, &copy, NULL), CLN_OK);
    assert_int_equal(cln_print_table(&copy, CLN_OUTPUT_CSV, &csv, NULL), CLN_OK);
    assert_int_equal(cln_buffer_terminate(&csv, NULL), CLN_OK);
    const size_t expected = table->row_count == 0 ? 1 : table->row_count;
    assert_int_equal(count_label(csv.data), answer->is_sample ? expected : 0);
    assert_int_equal(count_lines(csv.data), table->row_count + 1);
    cln_table_clean_up(&copy);
    cln_buffer_clean_up(&csv);
}

static void check_answer(const cln_answer *answer) {
    const size_t expected = answer->is_sample ? 1 : 0;
    assert_int_equal(count_label(answer->sentence), expected);
    assert_int_equal(count_label(answer->figure_alt), expected);
    for (size_t i = 0; i < answer->table_count; i++) {
        assert_int_equal(count_label(answer->tables[i].table.title), expected);
        check_file(answer, &answer->tables[i].table);
    }
    cln_buffer script;
    cln_buffer_init(&script, SIZE_MAX);
    assert_int_equal(cln_figure_script(answer, &script, NULL), CLN_OK);
    assert_int_equal(cln_buffer_terminate(&script, NULL), CLN_OK);
    assert_int_equal(strstr(script.data, "sample_label = '" CLN_SAMPLE_LABEL "'\n") != NULL, answer->is_sample);
    assert_int_equal(count_label(script.data), answer->is_sample ? 2 : 0);
    cln_buffer_clean_up(&script);
}

static void check_report(bool is_sample) {
    cln_report report;
    make_report(&report, is_sample);
    for (size_t i = 0; i < report.entry_count; i++) check_answer(&report.entries[i].answer);
    cln_buffer text;
    cln_buffer_init(&text, SIZE_MAX);
    assert_int_equal(cln_report_page(&report, "unused", &text, NULL), CLN_OK);
    assert_int_equal(cln_buffer_terminate(&text, NULL), CLN_OK);
    assert_int_equal(strstr(text.data, CLN_SAMPLE_LABEL "</title>") != NULL, is_sample);
    assert_int_equal(count_label(text.data) > 4 * 5, is_sample);
    assert_null(strstr(text.data, "http"));
    assert_non_null(strstr(text.data, "Odd {x}_^ &#39;q&#39; \\ `touch pwned` &quot;z&quot;"));
    for (int format = CLN_OUTPUT_TABLE; format <= CLN_OUTPUT_JSON; format++) {
        cln_buffer_clear(&text);
        assert_int_equal(cln_report_print(&report, "out", (cln_output_format)format, &text, NULL), CLN_OK);
        assert_int_equal(cln_buffer_terminate(&text, NULL), CLN_OK);
        assert_int_equal(count_label(text.data) > 4 * 2, is_sample);
        assert_int_equal(count_label(text.data) == 0, !is_sample);
    }
    cln_buffer_clean_up(&text);
    cln_report_clean_up(&report);
}

static void test_generated_data_are_labelled_everywhere(void **state) {
    (void)state;
    check_report(true);
}

static void test_real_data_are_never_labelled_as_generated(void **state) {
    (void)state;
    check_report(false);
}

static void expect_sentence(size_t question, const char *const *parts) {
    cln_report report;
    make_report(&report, false);
    const char *sentence = report.entries[question].answer.sentence;
    for (; *parts != NULL; parts++) {
        if (strstr(sentence, *parts) == NULL) fail_msg("'%s' is not in: %s", *parts, sentence);
    }
    cln_report_clean_up(&report);
}

static void test_sentences_have_numbers(void **state) {
    (void)state;
    expect_sentence(0,
                    (const char *const[]){"most accidents in October: 20.00 a day, 86.2 % above the mean of the year",
                                          "The mean is 10.74 a day. Over the months the 3,920 accidents",
                                          "11 degrees of freedom, p < 0.001", NULL});
    expect_sentence(1, (const char *const[]){"17.5 % of the 200 accidents", "highest in January (30.0 %)",
                                             "lowest in July (5.0 %)", "missing for 50 more (20.0 %)", NULL});
    expect_sentence(2, (const char *const[]){"come from Baker: 15 of 31 (48.4 %)", "69.0 % of the 100 calls have no",
                                             "Of the council districts, Cole leads with 30 of 60 (50.0 %", NULL});
    expect_sentence(3, (const char *const[]){"Over 2015-01-01 to 2015-12-31, which both cover", "Baker (60.0 % of",
                                             "\xE2\x88\x92"
                                             "50.0 percentage points",
                                             "1 area does not join: Stapleton (only accidents)",
                                             "of the calls have no neighbourhood and are in no share", NULL});
}

/* Three months of 1,000 accidents each, of which so many are on adverse roads. */
static void expect_months(const int64_t adverse[3], const char *expected) {
    static char dry[] = "DRY";
    static char *good[] = {dry};
    const cln_config_questions questions = {.good_conditions = good, .good_condition_count = 1};
    cln_table table;
    cln_conditions conditions;
    cln_answer answer;
    table_begin(&table, 3);
    for (int month = 1; month <= 3; month++) {
        table_add_condition(&table, month, "DRY", 10000 - adverse[month - 1]);
        table_add_condition(&table, month, "WET", adverse[month - 1]);
    }
    cln_answer_init(&answer, "conditions", "?");
    assert_int_equal(cln_answer_set_origin(&answer, "x", false, NULL), CLN_OK);
    assert_int_equal(cln_conditions_compute(&conditions, &table, &questions, NULL), CLN_OK);
    assert_int_equal(cln_present_conditions(&answer, &conditions, "road condition", &accidents_about, NULL), CLN_OK);
    if (strstr(answer.sentence, expected) == NULL) fail_msg("'%s' is not in: %s", expected, answer.sentence);
    cln_answer_clean_up(&answer);
    cln_conditions_clean_up(&conditions);
    cln_table_clean_up(&table);
}

static void test_months_that_read_alike_are_told_apart(void **state) {
    (void)state;
    expect_months((const int64_t[]){900, 500, 410}, "highest in January (9.0 %) and lowest in March (4.1 %).");
    expect_months((const int64_t[]){900, 412, 411}, "highest in January (9.00 %) and lowest in March (4.11 %).");
    expect_months((const int64_t[]){900, 410, 410}, "lowest in February and March (4.1 %).");
    expect_months((const int64_t[]){900, 899, 410}, "highest in January (9.00 %) and lowest in March (4.10 %).");
}

/* Rows of 2013 and part of 2014, and perhaps all of 2015. */
static void answer_patchy_seasons(cln_answer *answer, bool has_complete_year) {
    cln_coverage coverage = {0};
    cln_table table;
    cln_seasons seasons;
    const cln_period patchy = {cln_days_from_civil(2013, 1, 1), cln_days_from_civil(2014, 8, 1)};
    assert_int_equal(cln_periods_add(&coverage.periods, patchy, NULL), CLN_OK);
    if (has_complete_year) cover(&coverage.periods, 2015);
    table_begin(&table, 3);
    table_add_month(&table, 2013, 1, 900);
    table_add_month(&table, 2014, 7, 90);
    for (int month = 1; has_complete_year && month <= 12; month++) {
        table_add_month(&table, 2015, month, month == 10 ? 620 : 300);
    }
    cln_answer_init(answer, "seasons", "?");
    assert_int_equal(cln_answer_set_origin(answer, "x", false, NULL), CLN_OK);
    assert_int_equal(cln_seasons_compute(&seasons, &table, &coverage.periods, NULL), CLN_OK);
    assert_int_equal(cln_present_seasons(answer, &seasons, &coverage, &accidents_about, NULL), CLN_OK);
    cln_seasons_clean_up(&seasons);
    cln_table_clean_up(&table);
    cln_coverage_clean_up(&coverage);
}

static size_t count_text(const cln_table *table, size_t column, const char *text) {
    size_t count = 0;
    for (size_t row = 0; row < table->row_count; row++) {
        const cln_cell *cell = cln_table_cell(table, row, column);
        count += cell->kind == CLN_CELL_TEXT && strcmp(cell->as.text, text) == 0;
    }
    return count;
}

static void test_years_that_are_left_out_are_told(void **state) {
    (void)state;
    cln_answer answer;
    answer_patchy_seasons(&answer, true);
    assert_non_null(strstr(answer.sentence, "most accidents in October"));
    assert_non_null(strstr(answer.sentence, "rests on the 3,920 accidents of the complete year 2015; left out, since "
                                            "not complete: 2013 to 2014 (990 more)"));
    bool is_noted = false;
    for (size_t i = 0; i < answer.note_count; i++) {
        is_noted = is_noted || strstr(answer.notes[i], ", 2014 (only 213 days are covered).") != NULL;
    }
    assert_true(is_noted);
    const cln_table *years = &answer.tables[1].table, *months = &answer.tables[2].table;
    assert_int_equal(count_text(years, 4, "no"), 2);
    assert_int_equal(count_text(months, 5, "no"), 20);
    assert_int_equal(count_text(months, 5, "yes"), 12);
    assert_int_equal(cln_table_cell(&answer.tables[0].table, 0, 2)->as.integer, 1200);
    assert_int_equal(cln_table_cell(&answer.tables[0].table, 0, 4)->as.integer, 300);
    cln_answer_clean_up(&answer);
}

static void test_without_a_complete_year_all_months_count(void **state) {
    (void)state;
    cln_answer answer;
    answer_patchy_seasons(&answer, false);
    assert_non_null(strstr(answer.sentence, "most accidents in January"));
    assert_non_null(strstr(answer.sentence, "No calendar year is complete, so this rests on all covered months."));
    assert_non_null(strstr(answer.sentence, "Do not rely on it: 17 of the 20 months"));
    assert_int_equal(count_text(&answer.tables[2].table, 5, "yes"), 20);
    cln_answer_clean_up(&answer);
}

static void test_what_cannot_be_answered_says_why(void **state) {
    (void)state;
    const cln_seasons seasons = {.peak = 0};
    const cln_conditions conditions = {.total_known = 0};
    const cln_coverage none = {.stray_count = 0};
    cln_answer answer;
    cln_answer_init(&answer, "seasons", "?");
    assert_int_equal(cln_answer_set_origin(&answer, "x", true, NULL), CLN_OK);
    assert_int_equal(cln_present_seasons(&answer, &seasons, &none, &accidents_about, NULL), CLN_OK);
    assert_false(answer.is_answered);
    assert_string_equal(answer.sentence, CLN_SAMPLE_LABEL ": not answered: no row of the accidents has a time");
    assert_int_equal(cln_present_conditions(&answer, &conditions, "road", &accidents_about, NULL), CLN_OK);
    assert_false(answer.is_answered);
    assert_int_equal(cln_present_calls(&answer, NULL, 0, NULL, &calls_about, NULL), CLN_OK);
    assert_false(answer.is_answered);
    assert_int_equal(answer.table_count, 0);
    cln_answer_clean_up(&answer);
}

/* No text of the data can become a command of gnuplot's. */
static void test_texts_cannot_become_commands(void **state) {
    (void)state;
    cln_buffer script;
    cln_buffer_init(&script, SIZE_MAX);
    assert_int_equal(cln_figure_set_text(&script, "t", cln_span_of_string("it's `x`\n\"y\"\x01"), NULL), CLN_OK);
    assert_int_equal(cln_figure_set_bold(&script, "b", cln_span_of_string("a_b{c}"), NULL), CLN_OK);
    assert_int_equal(cln_figure_label(&script, true, cln_span_of_string("EOD"), NULL), CLN_OK);
    assert_int_equal(cln_figure_label(&script, false, cln_span_of_string("a\tb\n\"c\""), NULL), CLN_OK);
    assert_int_equal(cln_buffer_terminate(&script, NULL), CLN_OK);
    assert_string_equal(script.data, "t = 'it''s `x`'.\"\\n\".'\"y\" '\n"
                                     "b = 'a\\_b\\{c\\}'\n"
                                     "\xc2\xa0"
                                     "EOD\ta b ”c”");
    cln_buffer_clean_up(&script);
}

static void test_words(void **state) {
    (void)state;
    assert_string_equal(cln_words_count(0).text, "0");
    assert_string_equal(cln_words_count(-1234567).text, "-1,234,567");
    assert_string_equal(cln_words_count(-123).text, "-123");
    assert_string_equal(cln_words_percent(0.5).text, "50.0 %");
    assert_string_equal(cln_words_percent(0.0001).text, "0.010 %");
    assert_string_equal(cln_words_percent(cln_ratio(0, 0)).text, "no share");
    assert_string_equal(cln_words_p(0.0004).text, "p < 0.001");
    assert_string_equal(cln_words_p(0.04).text, "p = 0.040");
}

static void test_questions_are_found_by_name_and_number(void **state) {
    (void)state;
    bool selected[CLN_QUESTION_COUNT];
    cln_error err = {""};
    assert_int_equal(cln_questions_select(NULL, 0, selected, &err), CLN_OK);
    assert_true(selected[0] && selected[1] && selected[2] && selected[3]);
    assert_int_equal(cln_questions_select((const char *const[]){"4", "conditions"}, 2, selected, &err), CLN_OK);
    assert_true(!selected[0] && selected[1] && !selected[2] && selected[3]);
    assert_int_equal(cln_questions_select((const char *const[]){"saesons"}, 1, selected, &err), CLN_ERR_USAGE);
    assert_non_null(strstr(err.message, "did you mean 'seasons'"));
    assert_int_equal(cln_questions_select((const char *const[]){"5"}, 1, selected, &err), CLN_ERR_USAGE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_generated_data_are_labelled_everywhere),
        cmocka_unit_test(test_real_data_are_never_labelled_as_generated),
        cmocka_unit_test(test_sentences_have_numbers),
        cmocka_unit_test(test_months_that_read_alike_are_told_apart),
        cmocka_unit_test(test_years_that_are_left_out_are_told),
        cmocka_unit_test(test_without_a_complete_year_all_months_count),
        cmocka_unit_test(test_what_cannot_be_answered_says_why),
        cmocka_unit_test(test_texts_cannot_become_commands),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_questions_are_found_by_name_and_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
