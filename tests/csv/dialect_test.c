/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/csv/dialect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void what_is_not_given_changes_nothing(void **state) {
    (void)state;
    cln_dialect dialect = cln_dialect_default();
    assert_int_equal(cln_dialect_set_delimiter(&dialect, NULL, NULL), CLN_OK);
    assert_int_equal(cln_dialect_set_quote(&dialect, NULL, NULL), CLN_OK);
    assert_int_equal(cln_dialect_set_encoding(&dialect, NULL, NULL), CLN_OK);
    assert_int_equal(cln_dialect_set_newlines_in_quotes(&dialect, NULL, NULL), CLN_OK);
    assert_int_equal(cln_dialect_check(&dialect, NULL), CLN_OK);
    assert_int_equal(dialect.delimiter, ',');
    assert_int_equal(dialect.quote, '"');
    assert_true(dialect.has_quote && dialect.has_header && dialect.newlines_in_quotes);
    assert_int_equal(dialect.fallback, CLN_FALLBACK_WINDOWS_1252);
}

static void values_that_options_take(void **state) {
    (void)state;
    cln_dialect dialect = cln_dialect_default();
    assert_int_equal(cln_dialect_set_delimiter(&dialect, ";", NULL), CLN_OK);
    assert_int_equal(dialect.delimiter, ';');
    assert_int_equal(cln_dialect_set_delimiter(&dialect, "tab", NULL), CLN_OK);
    assert_int_equal(dialect.delimiter, '\t');
    dialect.delimiter = ',';
    assert_int_equal(cln_dialect_set_delimiter(&dialect, "\\t", NULL), CLN_OK);
    assert_int_equal(dialect.delimiter, '\t');
    assert_int_equal(cln_dialect_set_quote(&dialect, "'", NULL), CLN_OK);
    assert_int_equal(dialect.quote, '\'');
    assert_int_equal(cln_dialect_set_quote(&dialect, "none", NULL), CLN_OK);
    assert_false(dialect.has_quote);
    assert_int_equal(cln_dialect_set_quote(&dialect, "\"", NULL), CLN_OK);
    assert_true(dialect.has_quote);
    assert_int_equal(cln_dialect_set_encoding(&dialect, "none", NULL), CLN_OK);
    assert_int_equal(dialect.fallback, CLN_FALLBACK_NONE);
    assert_int_equal(cln_dialect_set_encoding(&dialect, "windows-1252", NULL), CLN_OK);
    assert_int_equal(dialect.fallback, CLN_FALLBACK_WINDOWS_1252);
    assert_int_equal(cln_dialect_set_encoding(&dialect, "utf-8", NULL), CLN_OK);
    assert_int_equal(dialect.fallback, CLN_FALLBACK_NONE);
    assert_int_equal(cln_dialect_set_newlines_in_quotes(&dialect, "no", NULL), CLN_OK);
    assert_false(dialect.newlines_in_quotes);
    assert_int_equal(cln_dialect_set_newlines_in_quotes(&dialect, "yes", NULL), CLN_OK);
    assert_true(dialect.newlines_in_quotes);
    assert_int_equal(cln_dialect_set_skip_lines(&dialect, "17", NULL), CLN_OK);
    assert_int_equal(cln_dialect_set_skip_lines(&dialect, NULL, NULL), CLN_OK);
    assert_int_equal(dialect.skip_lines, 17);
}

static void other_values_are_refused_by_name(void **state) {
    (void)state;
    cln_dialect dialect = cln_dialect_default();
    cln_error err;
    static const char *const bad_bytes[] = {"", ",,", "\n", "\r", "\xC3\xA9", "\xE9", "comma"};
    for (size_t i = 0; i < sizeof bad_bytes / sizeof bad_bytes[0]; i++) {
        assert_int_equal(cln_dialect_set_delimiter(&dialect, bad_bytes[i], &err), CLN_ERR_USAGE);
        assert_non_null(strstr(err.message, "--delimiter"));
        assert_int_equal(cln_dialect_set_quote(&dialect, bad_bytes[i], &err), CLN_ERR_USAGE);
        assert_non_null(strstr(err.message, "--quote"));
    }
    assert_int_equal(cln_dialect_set_encoding(&dialect, "latin1", &err), CLN_ERR_USAGE);
    assert_non_null(strstr(err.message, "\"latin1\""));
    assert_int_equal(cln_dialect_set_newlines_in_quotes(&dialect, "maybe", &err), CLN_ERR_USAGE);
    assert_non_null(strstr(err.message, "\"maybe\""));
    static const char *const bad_counts[] = {"", "-1", "x", "1.5", "99999999999999999999"};
    for (size_t i = 0; i < sizeof bad_counts / sizeof bad_counts[0]; i++) {
        assert_int_equal(cln_dialect_set_skip_lines(&dialect, bad_counts[i], &err), CLN_ERR_USAGE);
        assert_non_null(strstr(err.message, "--skip-lines"));
    }
    assert_int_equal(dialect.delimiter, ',');
}

/* Also when one of the two passes through the other's old value. */
static void delimiter_and_quote_differ_in_the_end(void **state) {
    (void)state;
    cln_dialect dialect = cln_dialect_default();
    cln_error err;
    assert_int_equal(cln_dialect_set_delimiter(&dialect, "\"", NULL), CLN_OK);
    assert_int_equal(cln_dialect_check(&dialect, &err), CLN_ERR_USAGE);
    assert_int_equal(cln_dialect_set_quote(&dialect, ",", NULL), CLN_OK);
    assert_int_equal(cln_dialect_check(&dialect, NULL), CLN_OK);
    assert_int_equal(cln_dialect_set_quote(&dialect, "none", NULL), CLN_OK);
    dialect.quote = dialect.delimiter;
    assert_int_equal(cln_dialect_check(&dialect, NULL), CLN_OK);
}

static void a_dataset_declares_its_dialect(void **state) {
    (void)state;
    char windows[] = "windows-1252";
    char none[] = "none";
    cln_config_dataset dataset = {
        .delimiter = ';', .quote = '\'', .has_header = true, .newlines_in_quotes = false, .fallback_encoding = windows};
    cln_dialect dialect = cln_dialect_of_dataset(&dataset);
    assert_int_equal(dialect.delimiter, ';');
    assert_int_equal(dialect.quote, '\'');
    assert_true(dialect.has_quote && dialect.has_header && !dialect.newlines_in_quotes);
    assert_int_equal(dialect.fallback, CLN_FALLBACK_WINDOWS_1252);
    assert_int_equal(dialect.skip_lines, 0);
    dataset.skip_lines = 3;
    dataset.quote = '\0';
    dataset.fallback_encoding = none;
    dialect = cln_dialect_of_dataset(&dataset);
    assert_false(dialect.has_quote);
    assert_int_equal(dialect.skip_lines, 3);
    assert_int_equal(dialect.fallback, CLN_FALLBACK_NONE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_given_changes_nothing), cmocka_unit_test(values_that_options_take),
        cmocka_unit_test(other_values_are_refused_by_name),  cmocka_unit_test(delimiter_and_quote_differ_in_the_end),
        cmocka_unit_test(a_dataset_declares_its_dialect),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
