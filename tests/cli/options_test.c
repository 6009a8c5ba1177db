/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/cli/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { WORDS_MOST = 16 };

/* Parses the words of a line that are separated by single blanks. */
static cln_status parse(cln_options **options, const char *line, cln_error *err) {
    static char copy[512];
    char *words[WORDS_MOST] = {0};
    int count = 0;
    words[count++] = (char *)"colonnade";
    (void)snprintf(copy, sizeof copy, "%s", line);
    for (char *word = strtok(copy, " "); word != NULL && count < WORDS_MOST; word = strtok(NULL, " ")) {
        words[count++] = word;
    }
    return cln_options_parse(options, count, words, err);
}

static cln_options *parsed(const char *line) {
    cln_options *options = NULL;
    cln_error err = {0};
    if (parse(&options, line, &err) != CLN_OK) fail_msg("'%s': %s", line, err.message);
    return options;
}

/* The line is refused, and the message holds the words. */
static void assert_refused(const char *line, const char *words) {
    cln_options *options = NULL;
    cln_error err = {0};
    const cln_status status = parse(&options, line, &err);
    if (status != CLN_ERR_USAGE) fail_msg("'%s' gives status %d", line, (int)status);
    assert_null(options);
    if (strstr(err.message, words) == NULL) fail_msg("'%s': no '%s' in '%s'", line, words, err.message);
}

static void options_stand_before_and_behind_the_command(void **state) {
    (void)state;
    static const char *const lines[] = {
        "--store S --as A ingest calls a.csv b.csv", "ingest --store=S --as=A calls a.csv b.csv",
        "ingest calls --as A a.csv b.csv --store S", "--as=A ingest calls a.csv --store S b.csv"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        cln_options *options = parsed(lines[i]);
        assert_int_equal(options->request, CLN_REQUEST_RUN);
        assert_string_equal(options->command->name, "ingest");
        assert_string_equal(cln_option(options, "store"), "S");
        assert_string_equal(cln_option(options, "as"), "A");
        assert_false(cln_option_given(options, "replace"));
        assert_int_equal(options->argument_count, 3);
        assert_string_equal(options->arguments[0], "calls");
        assert_string_equal(options->arguments[2], "b.csv");
        cln_options_free(options);
    }
}

static void two_dashes_end_the_options(void **state) {
    (void)state;
    cln_options *options = parsed("scan --quiet -- --help");
    assert_int_equal(options->request, CLN_REQUEST_RUN);
    assert_true(cln_option_given(options, "quiet"));
    assert_int_equal(options->argument_count, 1);
    assert_string_equal(options->arguments[0], "--help");
    cln_options_free(options);
}

static void short_options_take_values_apart_or_attached(void **state) {
    (void)state;
    static const char *const lines[] = {"scan -q -o out.csv x", "scan -qo out.csv x", "scan -q -oout.csv x",
                                        "-qoout.csv scan x"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        cln_options *options = parsed(lines[i]);
        assert_string_equal(cln_option(options, "output"), "out.csv");
        assert_true(cln_option_given(options, "quiet"));
        cln_options_free(options);
    }
}

/* ... where the word behind it is not the one that the option takes. */
static void the_value_of_schema_may_be_missing(void **state) {
    (void)state;
    static const struct {
        const char *line, *value, *file;
    } cases[] = {{"scan --schema a.csv", "", "a.csv"},    {"scan a.csv --schema", "", "a.csv"},
                 {"--schema scan a.csv", "", "a.csv"},    {"scan --schema --quiet a.csv", "", "a.csv"},
                 {"ingest x --schema auto", "auto", "x"}, {"ingest --schema auto x a.csv", "auto", "x"},
                 {"ingest --schema=auto x", "auto", "x"}, {"scan --schema ./auto", "", "./auto"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cln_options *options = parsed(cases[i].line);
        assert_string_equal(cln_option(options, "schema"), cases[i].value);
        assert_string_equal(options->arguments[0], cases[i].file);
        cln_options_free(options);
    }
}

static void a_single_dash_is_an_argument(void **state) {
    (void)state;
    cln_options *options = parsed("scan -");
    assert_string_equal(options->arguments[0], "-");
    cln_options_free(options);
}

static void the_last_value_wins_but_years_are_joined(void **state) {
    (void)state;
    cln_options *options = parsed("fetch --date 2026-01-01 --year 2023 --year=2024,2025 --date 2026-01-02");
    assert_string_equal(cln_option(options, "date"), "2026-01-02");
    assert_string_equal(cln_option(options, "year"), "2023,2024,2025");
    cln_options_free(options);
}

static void a_value_may_be_empty_or_begin_with_a_dash(void **state) {
    (void)state;
    cln_options *options = parsed("scan --quote= --delimiter - x");
    assert_string_equal(cln_option(options, "quote"), "");
    assert_string_equal(cln_option(options, "delimiter"), "-");
    cln_options_free(options);
}

static void every_command_rejects_unknown_options_alike(void **state) {
    (void)state;
    for (size_t i = 0; i < cln_command_count(); i++) {
        const char *name = cln_command_at(i)->name;
        char line[128];
        char advice[128];
        (void)snprintf(advice, sizeof advice, "colonnade %s --help", name);
        (void)snprintf(line, sizeof line, "%s a --no-such-thing", name);
        assert_refused(line, "unknown option '--no-such-thing'");
        assert_refused(line, advice);
        (void)snprintf(line, sizeof line, "%s a --qiuet", name);
        assert_refused(line, "did you mean '--quiet'?");
        (void)snprintf(line, sizeof line, "%s a -Z", name);
        assert_refused(line, "unknown option '-Z'");
    }
}

static void every_command_rejects_the_options_of_others(void **state) {
    (void)state;
    for (size_t i = 0; i < cln_command_count(); i++) {
        const cln_command *command = cln_command_at(i);
        for (size_t k = 0; k < cln_option_spec_count(); k++) {
            const cln_option_spec *spec = cln_option_spec_at(k);
            if (cln_command_takes(command, spec)) continue;
            char line[128];
            char words[128];
            (void)snprintf(line, sizeof line, "%s a --%s%s", command->name, spec->name,
                           spec->argument == NULL ? "" : "=1");
            (void)snprintf(words, sizeof words, "unknown option '--%s': '%s' does not take it", spec->name,
                           command->name);
            assert_refused(line, words);
        }
    }
}

static void unknown_commands_name_the_nearest(void **state) {
    (void)state;
    assert_refused("ingset calls", "did you mean 'ingest'?");
    assert_refused("reprot", "did you mean 'report'?");
    assert_refused("xyzzy", "'colonnade --help' lists the commands");
    assert_refused("help reocrds", "did you mean 'records'?");
    assert_refused("", "no command was given");
    assert_refused("--quiet", "no command was given");
}

static void the_number_of_arguments_is_told_with_the_synopsis(void **state) {
    (void)state;
    assert_refused("ingest", "'ingest' needs DATASET; write: colonnade ingest [OPTION...] DATASET [FILE...]");
    assert_refused("records a.csv b.csv", "superfluous argument 'b.csv'; write: colonnade records [OPTION...] FILE");
    assert_refused("info a b", "superfluous argument 'b'");
    assert_refused("rejects", "needs DATASET");
}

static void missing_and_superfluous_values_are_told(void **state) {
    (void)state;
    assert_refused("scan a --memory", "'--memory' needs a value: --memory SIZE");
    assert_refused("scan a --memory --quiet", "write --memory=--quiet");
    assert_refused("scan a --quiet=yes", "'--quiet' takes no value");
    assert_refused("scan a -o", "'--output' needs a value");
}

static void help_and_version_need_no_arguments(void **state) {
    (void)state;
    static const struct {
        const char *line;
        cln_request request;
        const char *command;
    } cases[] = {{"--help", CLN_REQUEST_HELP, NULL},
                 {"-h", CLN_REQUEST_HELP, NULL},
                 {"help", CLN_REQUEST_HELP, NULL},
                 {"ingest --help", CLN_REQUEST_HELP, "ingest"},
                 {"--help ingest", CLN_REQUEST_HELP, "ingest"},
                 {"help ingest", CLN_REQUEST_HELP, "ingest"},
                 {"--version", CLN_REQUEST_VERSION, NULL},
                 {"scan --version", CLN_REQUEST_VERSION, "scan"},
                 {"--manual", CLN_REQUEST_MANUAL, NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cln_options *options = parsed(cases[i].line);
        assert_int_equal(options->request, cases[i].request);
        if (cases[i].command == NULL) {
            assert_null(options->command);
        } else {
            assert_string_equal(options->command->name, cases[i].command);
        }
        cln_options_free(options);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_stand_before_and_behind_the_command),
        cmocka_unit_test(two_dashes_end_the_options),
        cmocka_unit_test(short_options_take_values_apart_or_attached),
        cmocka_unit_test(the_value_of_schema_may_be_missing),
        cmocka_unit_test(a_single_dash_is_an_argument),
        cmocka_unit_test(the_last_value_wins_but_years_are_joined),
        cmocka_unit_test(a_value_may_be_empty_or_begin_with_a_dash),
        cmocka_unit_test(every_command_rejects_unknown_options_alike),
        cmocka_unit_test(every_command_rejects_the_options_of_others),
        cmocka_unit_test(unknown_commands_name_the_nearest),
        cmocka_unit_test(the_number_of_arguments_is_told_with_the_synopsis),
        cmocka_unit_test(missing_and_superfluous_values_are_told),
        cmocka_unit_test(help_and_version_need_no_arguments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
