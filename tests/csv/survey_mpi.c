/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What columns hold, over all ranks: each rank sees every P-th value, so that
 * a value that changes the type may be anybody's.
 */
#include "colonnade/csv/survey.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static cln_comm comm;

static void must(cln_status status) {
    if (status != CLN_OK) abort();
}

/* Of values with | between them; the same on every rank. */
static cln_survey_finding survey_values(const char *values) {
    cln_survey survey;
    cln_error err;
    must(cln_survey_init(&survey, 1, &err));
    for (int i = 0; values != NULL; i++) {
        const char *end = strchr(values, '|');
        const size_t size = end == NULL ? strlen(values) : (size_t)(end - values);
        if (i % comm.size == comm.rank) must(cln_survey_add(&survey, 0, cln_span_of(values, size), &err));
        values = end == NULL ? NULL : end + 1;
    }
    must(cln_survey_join(&survey, &comm, &err));
    cln_survey_finding finding = cln_survey_find(&survey, 0);
    MPI_Bcast(&finding, sizeof finding, MPI_BYTE, 0, comm.mpi);
    cln_survey_clean_up(&survey);
    return finding;
}

static void type_is(const char *values, cln_type type) {
    const cln_survey_finding finding = survey_values(values);
    assert_true(finding.has_type);
    assert_int_equal(finding.type, type);
}

/* formats: patterns with | between them. */
static void formats_are(const char *values, const char *formats, bool is_ambiguous) {
    const cln_survey_finding finding = survey_values(values);
    char found[256] = "";
    for (size_t i = 0; i < finding.format_count; i++) {
        (void)snprintf(found + strlen(found), sizeof found - strlen(found), "%s%s", i == 0 ? "" : "|",
                       cln_inference_format(finding.formats[i])->pattern);
    }
    assert_int_equal(finding.type, CLN_TYPE_TIMESTAMP);
    assert_string_equal(found, formats);
    assert_int_equal(finding.is_ambiguous, is_ambiguous);
}

static void the_last_value_counts(void **state) {
    (void)state;
    type_is("1|2|3|4|5|6|7", CLN_TYPE_INTEGER);
    type_is("1|2|3|4|5|6|7.5", CLN_TYPE_DOUBLE);
    type_is("1|2|3|4|5|6|x", CLN_TYPE_CATEGORY);
    type_is("1|2|3|4|5|6|07", CLN_TYPE_CATEGORY);
    type_is("yes|no|y||n", CLN_TYPE_BOOLEAN);
    type_is("yes|no|y|n|perhaps", CLN_TYPE_CATEGORY);
    type_is("2015-01-01|2015-01-02|2015-01-03|2015-13-04", CLN_TYPE_CATEGORY);
}

static void nulls_have_no_type(void **state) {
    (void)state;
    const cln_survey_finding finding = survey_values("|| |\t|1||");
    assert_true(finding.has_type);
    assert_int_equal(finding.value_count, 1);
    assert_int_equal(finding.null_count, 6);
    assert_false(survey_values("| |").has_type);
}

static void formats_of_dates_are_found(void **state) {
    (void)state;
    formats_are("2015-01-01|2015-01-02 10:00:00|2015-01-03 10:00", "%Y-%m-%d %H:%M:%S|%Y-%m-%d|%Y-%m-%d %H:%M", false);
    formats_are("1/2/2015|2/3/2015|3/4/2015", "%m/%d/%Y", true);
    formats_are("1/2/2015|2/3/2015|3/14/2015", "%m/%d/%Y", false);
    formats_are("1/2/2015|2/3/2015|14/3/2015", "%d/%m/%Y", false);
    formats_are("1/2/2015 10:00|14/3/2015|1/1/2015 9:00:00", "%d/%m/%Y %H:%M:%S|%d/%m/%Y %H:%M|%d/%m/%Y", false);
    type_is("13/1/2015|1/13/2015|1/1/2015", CLN_TYPE_CATEGORY); /* neither order fits */
}

static void distinct_values_are_counted_once(void **state) {
    (void)state;
    assert_int_equal(survey_values("a|b|a|c|b|a|a| a |A").distinct_count, 4);
    cln_survey survey;
    cln_error err;
    must(cln_survey_init(&survey, 2, &err));
    char text[32];
    for (size_t i = 0; i <= CLN_SURVEY_DISTINCT_COUNT; i++) {
        if (i % (size_t)comm.size != (size_t)comm.rank) continue;
        (void)snprintf(text, sizeof text, "v%zu", i);
        must(cln_survey_add(&survey, 0, cln_span_of_string(text), &err));
        if (i > 0) must(cln_survey_add(&survey, 1, cln_span_of_string(text), &err));
    }
    must(cln_survey_join(&survey, &comm, &err));
    cln_survey_finding findings[2] = {cln_survey_find(&survey, 0), cln_survey_find(&survey, 1)};
    MPI_Bcast(findings, sizeof findings, MPI_BYTE, 0, comm.mpi);
    cln_survey_clean_up(&survey);
    assert_true(findings[0].has_many && findings[0].type == CLN_TYPE_TEXT);
    assert_true(!findings[1].has_many && findings[1].type == CLN_TYPE_CATEGORY);
    assert_int_equal(findings[1].distinct_count, CLN_SURVEY_DISTINCT_COUNT);
}

/* What a file has in its one column: texts with | between them, or numbered
 * texts of so many bytes. */
typedef struct file_values {
    const char *listed;
    size_t first, count;
    int size_bytes;
} file_values;

static void add_values(cln_survey *survey, const file_values *values) {
    cln_error err;
    for (const char *next = values->listed; next != NULL;) {
        const size_t size = strcspn(next, "|");
        must(cln_survey_add(survey, 0, cln_span_of(next, size), &err));
        next = next[size] == '|' ? next + size + 1 : NULL;
    }
    for (size_t i = values->first; i < values->first + values->count; i++) {
        char text[64];
        (void)snprintf(text, sizeof text, "v%0*zu", values->size_bytes - 1, i);
        must(cln_survey_add(survey, 0, cln_span_of_string(text), &err));
    }
}

/* The survey of two files in one, each read by one rank, the same one or not,
 * and merged in the order asked; with or without the values that are known. */
static cln_survey_finding survey_both(const file_values values[2], int first, bool same_rank, bool leaves_out) {
    cln_survey both;
    cln_error err;
    must(cln_survey_init(&both, 0, &err));
    for (int i = 0; i < 2; i++) {
        cln_survey one;
        const int file = i == 0 ? first : 1 - first;
        must(cln_survey_init(&one, 1, &err));
        if (i == 0) must(cln_survey_extend(&both, 1, 1, &err));
        if (leaves_out) cln_survey_leave_out(&one, 0, &both, 0);
        if (comm.rank == (same_rank ? 0 : file % comm.size)) add_values(&one, &values[file]);
        must(cln_survey_merge(&both, 0, &one, 0, &err));
        assert_int_equal(one.columns[0].distinct.count, 0); /* nothing is kept twice */
        cln_survey_clean_up(&one);
    }
    must(cln_survey_join(&both, &comm, &err));
    cln_survey_finding finding = cln_survey_find(&both, 0);
    MPI_Bcast(&finding, sizeof finding, MPI_BYTE, 0, comm.mpi);
    cln_survey_clean_up(&both);
    return finding;
}

static void merged_are_the_values_of_both(void **state) {
    (void)state;
    static const struct {
        file_values values[2];
        cln_type type;
        uint64_t value_count, null_count, distinct_count; /* 0: too many */
    } cases[] = {
        {{{.listed = "1"}, {.listed = "2"}}, CLN_TYPE_INTEGER, 2, 0, 2},
        {{{.listed = "1||"}, {.listed = "|2.5| |"}}, CLN_TYPE_DOUBLE, 2, 5, 2},
        {{{.listed = "|"}, {.listed = "a"}}, CLN_TYPE_CATEGORY, 1, 2, 1},
        {{{.listed = "a|b|a"}, {.listed = "b|c"}}, CLN_TYPE_CATEGORY, 5, 0, 3},
        {{{.listed = "2015-01-31"}, {.listed = "1/31/2015"}}, CLN_TYPE_CATEGORY, 2, 0, 2}, /* no order fits both */
        {{{.listed = "1/2/2015"}, {.listed = "31/1/2015"}}, CLN_TYPE_TIMESTAMP, 2, 0, 2},
        /* no double is the first, no integer the second */
        {{{.listed = "9007199254740993"}, {.listed = "0.5"}}, CLN_TYPE_CATEGORY, 2, 0, 2},
        /* neither alone has too many values, or too long ones */
        {{{.first = 0, .count = 2049, .size_bytes = 8}, {.first = 2047, .count = 2049, .size_bytes = 8}},
         CLN_TYPE_CATEGORY,
         4098,
         0,
         4096},
        {{{.first = 0, .count = 2049, .size_bytes = 8}, {.first = 2048, .count = 2049, .size_bytes = 8}},
         CLN_TYPE_TEXT,
         4098,
         0,
         0},
        {{{.first = 0, .count = 1025, .size_bytes = 32}, {.first = 1023, .count = 1025, .size_bytes = 32}},
         CLN_TYPE_CATEGORY,
         2050,
         0,
         2048},
        {{{.first = 0, .count = 1025, .size_bytes = 32}, {.first = 1024, .count = 1025, .size_bytes = 32}},
         CLN_TYPE_TEXT,
         2050,
         0,
         0},
        /* one alone has */
        {{{.first = 0, .count = 4097, .size_bytes = 8}, {.listed = "a"}}, CLN_TYPE_TEXT, 4098, 0, 0},
    };
    for (size_t i = 0; i < 8 * (sizeof cases / sizeof *cases); i++) {
        const cln_survey_finding finding = survey_both(cases[i / 8].values, i % 2, i / 2 % 2, i / 4 % 2);
        assert_int_equal(finding.type, cases[i / 8].type);
        assert_int_equal(finding.value_count, cases[i / 8].value_count);
        assert_int_equal(finding.null_count, cases[i / 8].null_count);
        assert_int_equal(finding.has_many, cases[i / 8].distinct_count == 0);
        assert_int_equal(finding.distinct_count, cases[i / 8].distinct_count);
    }
}

/* As many columns as leave 64 values to each: one more is too many, also when
 * they were found while there was but one column, but not when half of the
 * columns will have been merged into others. */
static void more_columns_leave_less_to_each(void **state) {
    (void)state;
    enum { COLUMNS = 1 << 14, LEFT = 64 };
    for (size_t i = 0; i < 4; i++) {
        const size_t count = LEFT + i % 2;
        const size_t sharing = i < 2 ? COLUMNS : COLUMNS / 2;
        cln_survey survey;
        cln_error err;
        must(cln_survey_init(&survey, 1, &err));
        add_values(&survey, &(file_values){.count = count, .size_bytes = 8});
        must(cln_survey_extend(&survey, 2, sharing, &err));
        must(cln_survey_join(&survey, &comm, &err));
        cln_survey_finding finding = cln_survey_find(&survey, 0);
        MPI_Bcast(&finding, sizeof finding, MPI_BYTE, 0, comm.mpi);
        cln_survey_clean_up(&survey);
        assert_int_equal(finding.has_many, count > LEFT && sharing == COLUMNS);
    }
}

int main(void) {
    cln_comm_prepare_environment();
    cln_comm_start(&comm);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_value_counts),         cmocka_unit_test(nulls_have_no_type),
        cmocka_unit_test(formats_of_dates_are_found),    cmocka_unit_test(distinct_values_are_counted_once),
        cmocka_unit_test(merged_are_the_values_of_both), cmocka_unit_test(more_columns_leave_less_to_each),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    cln_comm_stop(&comm);
    return failed;
}
