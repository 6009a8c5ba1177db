/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/cli/texts.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static cln_buffer text;

static int begin(void **state) {
    (void)state;
    cln_buffer_init(&text, 1 << 20);
    return 0;
}

static int end(void **state) {
    (void)state;
    cln_buffer_clean_up(&text);
    return 0;
}

/* The text as a C string. */
static const char *written(cln_status status) {
    assert_int_equal(status, CLN_OK);
    assert_int_equal(cln_buffer_terminate(&text, NULL), CLN_OK);
    return text.data;
}

/* Whether the whole word --NAME stands in the text. */
static bool mentions(const char *words, const char *dashes, const char *name) {
    char option[128];
    (void)snprintf(option, sizeof option, "%s%s", dashes, name);
    for (const char *at = words; (at = strstr(at, option)) != NULL; at++) {
        const char next = at[strlen(option)];
        if (next != '-' && !isalnum((unsigned char)next)) return true;
    }
    return false;
}

static void help_of_a_command_shows_its_options_and_no_others(void **state) {
    (void)state;
    for (size_t i = 0; i < cln_command_count(); i++) {
        const cln_command *command = cln_command_at(i);
        cln_buffer_clear(&text);
        const char *help = written(cln_help_write(command, &text, NULL));
        for (size_t k = 0; k < cln_option_spec_count(); k++) {
            const cln_option_spec *spec = cln_option_spec_at(k);
            const bool is_listed = mentions(help, "  --", spec->name) || mentions(help, ", --", spec->name);
            const bool is_of_use = cln_command_takes(command, spec) && !cln_command_ignores(command, spec);
            if (is_listed != (is_of_use && !spec->is_hidden)) {
                fail_msg("--%s in the help of %s", spec->name, command->name);
            }
        }
        assert_non_null(strstr(help, "Example:\n  "));
        assert_non_null(strstr(help, command->example));
    }
}

static void help_tells_where_an_option_is_required_and_where_it_is_ignored(void **state) {
    (void)state;
    const char *help = written(cln_help_write(cln_command_find("generate"), &text, NULL));
    assert_non_null(strstr(help, "write the result to FILE (required)"));
    assert_null(strstr(help, "standard output"));
    assert_null(strstr(help, "--stripe-size"));
    assert_null(strstr(help, "--format"));
    cln_buffer_clear(&text);
    help = written(cln_help_write(cln_command_find("ingest"), &text, NULL));
    assert_null(strstr(help, "(required)"));
    assert_non_null(strstr(help, "--stripe-size"));
    for (size_t i = 0; i < cln_command_count(); i++) {
        const char *const *ignored = cln_command_at(i)->ignored;
        for (; ignored != NULL && *ignored != NULL; ignored++) {
            const cln_option_spec *spec = cln_option_spec_find(*ignored);
            assert_non_null(spec);
            assert_true(spec->is_common);
        }
    }
}

static void examples_are_command_lines_that_parse(void **state) {
    (void)state;
    for (size_t i = 0; i < cln_command_count(); i++) {
        const cln_command *command = cln_command_at(i);
        char copy[256];
        (void)snprintf(copy, sizeof copy, "%s", strstr(command->example, "colonnade "));
        copy[strcspn(copy, "|")] = '\0';
        char *words[16];
        int count = 0;
        for (char *word = strtok(copy, " "); word != NULL && count < 16; word = strtok(NULL, " ")) {
            words[count++] = word;
        }
        cln_options *options = NULL;
        cln_error err = {0};
        if (cln_options_parse(&options, count, words, &err) != CLN_OK) {
            fail_msg("%s: %s", command->example, err.message);
        }
        assert_ptr_equal(options->command, command);
        cln_options_free(options);
    }
}

static void help_of_the_program_lists_the_commands(void **state) {
    (void)state;
    const char *help = written(cln_help_write(NULL, &text, NULL));
    for (size_t i = 0; i < cln_command_count(); i++) {
        char line[64];
        (void)snprintf(line, sizeof line, "\n  %s ", cln_command_at(i)->name);
        assert_non_null(strstr(help, line));
    }
}

/* Letters of the line that begins here. */
static size_t columns_of(const char *line) {
    size_t columns = 0;
    for (size_t i = 0; i < strcspn(line, "\n"); i++) columns += ((unsigned char)line[i] & 0xc0) != 0x80;
    return columns;
}

static void lines_of_help_fit_a_terminal(void **state) {
    (void)state;
    for (size_t i = 0; i <= cln_command_count(); i++) {
        cln_buffer_clear(&text);
        const cln_command *command = i == 0 ? NULL : cln_command_at(i - 1);
        const char *help = written(cln_help_write(command, &text, NULL));
        for (const char *line = help; *line != '\0'; line += strcspn(line, "\n") + 1) {
            const bool is_example = command != NULL && strncmp(line + 2, command->example, 20) == 0;
            if (columns_of(line) > 80 && !is_example) fail_msg("%.*s", (int)strcspn(line, "\n"), line);
        }
    }
}

static void the_manual_mentions_every_option_command_and_variable(void **state) {
    (void)state;
    const char *manual = written(cln_manual_write(&text, NULL));
    for (size_t i = 0; i < cln_option_spec_count(); i++) {
        const cln_option_spec *spec = cln_option_spec_at(i);
        char name[128] = "";
        for (const char *c = spec->name; *c != '\0'; c++) {
            const size_t used = strlen(name);
            (void)snprintf(name + used, sizeof name - used, *c == '-' ? "\\-" : "%c", *c);
        }
        if (mentions(manual, "\\-\\-", name) == spec->is_hidden) fail_msg("--%s in the manual", spec->name);
        if (spec->variable != NULL) assert_non_null(strstr(manual, spec->variable));
    }
    for (size_t i = 0; i < cln_command_count(); i++) {
        char heading[64];
        (void)snprintf(heading, sizeof heading, "\n.SS \"colonnade %s ", cln_command_at(i)->name);
        assert_non_null(strstr(manual, heading));
    }
}

static void completion_knows_every_command_and_option(void **state) {
    (void)state;
    const char *completion = written(cln_completion_write(&text, NULL));
    for (size_t i = 0; i < cln_option_spec_count(); i++) {
        const cln_option_spec *spec = cln_option_spec_at(i);
        assert_int_equal(mentions(completion, "--", spec->name), !spec->is_hidden);
    }
    for (size_t i = 0; i < cln_command_count(); i++) {
        assert_true(mentions(completion, "", cln_command_at(i)->name));
    }
}

static void every_option_of_the_table_belongs_to_a_command(void **state) {
    (void)state;
    for (size_t i = 0; i < cln_option_spec_count(); i++) {
        const cln_option_spec *spec = cln_option_spec_at(i);
        bool is_taken = false;
        for (size_t k = 0; k < cln_command_count(); k++) is_taken |= cln_command_takes(cln_command_at(k), spec);
        if (!is_taken) fail_msg("--%s belongs to no command", spec->name);
    }
    for (size_t k = 0; k < cln_command_count(); k++) {
        for (const char *const *name = cln_command_at(k)->options; *name != NULL; name++) {
            if (cln_option_spec_find(*name) == NULL) fail_msg("--%s is not in the table", *name);
        }
    }
}

static void the_version_names_every_library(void **state) {
    (void)state;
    static const char *const libraries[] = {"MPI",     "HDF5",   "libcurl", "cJSON", "libxml2",
                                            "OpenSSL", "xxHash", "zlib",    "Zstd",  "GSL"};
    const char *version = written(cln_version_write(&text, NULL));
    assert_int_equal(strncmp(version, "colonnade " COLONNADE_VERSION "\n", strlen("colonnade " COLONNADE_VERSION "\n")),
                     0);
    for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++) {
        const char *at = strstr(version, libraries[i]);
        assert_non_null(at);
        const size_t line_size = strcspn(at, "\n");
        if (strcspn(at, "0123456789") >= line_size) fail_msg("%s has no version", libraries[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(help_of_a_command_shows_its_options_and_no_others, begin, end),
        cmocka_unit_test_setup_teardown(help_tells_where_an_option_is_required_and_where_it_is_ignored, begin, end),
        cmocka_unit_test(examples_are_command_lines_that_parse),
        cmocka_unit_test_setup_teardown(help_of_the_program_lists_the_commands, begin, end),
        cmocka_unit_test_setup_teardown(lines_of_help_fit_a_terminal, begin, end),
        cmocka_unit_test_setup_teardown(the_manual_mentions_every_option_command_and_variable, begin, end),
        cmocka_unit_test_setup_teardown(completion_knows_every_command_and_option, begin, end),
        cmocka_unit_test(every_option_of_the_table_belongs_to_a_command),
        cmocka_unit_test_setup_teardown(the_version_names_every_library, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
