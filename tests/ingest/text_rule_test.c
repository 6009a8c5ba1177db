/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the configuration says about texts.
 */
#include "colonnade/ingest/text_rule.h"

#include "harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void cut_is(const cln_config_column *column, const char *cell, const char *expected) {
    cln_span cells[2] = {text_of(cell), text_of(cell)};
    cln_text_rule_cut(column, cells, 2);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(cells[i].size, strlen(expected));
        assert_memory_equal(cells[i].data, expected, cells[i].size);
    }
}

static void blanks_at_the_ends_go(void **state) {
    (void)state;
    const cln_config_column trims = {.trim = true};
    const cln_config_column keeps = {.trim = false};
    cut_is(NULL, "  a b\t ", "a b");
    cut_is(&trims, "  a b\t ", "a b");
    cut_is(&keeps, "  a b\t ", "  a b\t ");
}

static void blank_cells_are_null_in_any_column(void **state) {
    (void)state;
    const cln_config_column keeps = {.trim = false};
    cut_is(NULL, "  ", "");
    cut_is(&keeps, " \t ", "");
    cut_is(&keeps, "", "");
}

static void some_values_mean_null(void **state) {
    (void)state;
    char *values[] = {"0", "N/A", "80207"};
    const cln_config_column plain = {.trim = true, .nulls = values, .null_count = 2};
    cut_is(&plain, "0", "");
    cut_is(&plain, " N/A ", "");
    cut_is(&plain, "n/a", "n/a");
    cut_is(&plain, "00", "00");
    cut_is(&plain, "10", "10");
    const cln_config_column folded = {.trim = true, .fold = CLN_FOLD_UPPER, .nulls = values, .null_count = 2};
    cut_is(&folded, "n/A", "");
    cut_is(&folded, "n/b", "n/b");
    const cln_config_column zip = {.trim = true, .first_five = true, .nulls = values, .null_count = 3};
    cut_is(&zip, "80207-3720", "");
}

static void zip_plus_four_counts_as_five_digits(void **state) {
    (void)state;
    const cln_config_column zip = {.trim = true, .first_five = true};
    cut_is(&zip, " 80207-3720 ", "80207");
    cut_is(&zip, "802073720", "80207");
    cut_is(&zip, "80207", "80207");
    const char *const others[] = {"8020",       "80207-",     "802073",     "80207-372", "80207-37201",
                                  "8020-73720", "80207 3720", "A0207-3720", "V6B 4Y8"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) cut_is(&zip, others[i], others[i]);
}

static void applied_is(const cln_config_column *column, const char *text, const char *expected, bool is_renamed) {
    cln_buffer arena;
    cln_buffer_init(&arena, SIZE_MAX);
    cln_span result;
    bool renamed;
    must(cln_text_rule_apply(column, text_of(text), &arena, &result, &renamed, NULL));
    assert_int_equal(result.size, strlen(expected));
    assert_memory_equal(result.data, expected, result.size);
    assert_int_equal(renamed, is_renamed);
    cln_buffer_clean_up(&arena);
}

static void case_then_synonyms(void **state) {
    (void)state;
    cln_config_synonym synonyms[] = {{(char[]){"DAY LIGHT"}, (char[]){"Daylight"}}};
    const cln_config_column upper = {.fold = CLN_FOLD_UPPER, .synonyms = synonyms, .synonym_count = 1};
    const cln_config_column lower = {.fold = CLN_FOLD_LOWER};
    const cln_config_column as_is = {.synonyms = synonyms, .synonym_count = 1};
    applied_is(&upper, "Day Light", "Daylight", true);
    applied_is(&upper, "Dark - \xC3\xA9", "DARK - \xC3\xA9", false); /* ASCII only */
    applied_is(&lower, "DRY", "dry", false);
    applied_is(&as_is, "Day Light", "Day Light", false);
    applied_is(&as_is, "DAY LIGHT", "Daylight", true);
    applied_is(NULL, "x", "x", false);
    assert_true(cln_text_rule_changes(&lower));
    assert_true(cln_text_rule_changes(&as_is));
    assert_false(cln_text_rule_changes(&(cln_config_column){.trim = true, .first_five = true}));
    assert_false(cln_text_rule_changes(NULL));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blanks_at_the_ends_go), cmocka_unit_test(blank_cells_are_null_in_any_column),
        cmocka_unit_test(some_values_mean_null), cmocka_unit_test(zip_plus_four_counts_as_five_digits),
        cmocka_unit_test(case_then_synonyms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
