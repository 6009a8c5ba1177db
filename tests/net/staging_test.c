/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/net/staging.h"

#include "colonnade/base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char root[] = "/tmp/colonnade-staging-XXXXXX";

static void stage_as(const char *relative, const char *contents) {
    char path[512];
    (void)snprintf(path, sizeof path, "%s/calls/%s", root, relative);
    char *slash = strrchr(path, '/');
    *slash = '\0';
    assert_int_equal(cln_file_make_dirs(path, NULL), CLN_OK);
    *slash = '/';
    assert_int_equal(cln_file_replace(path, cln_span_of_string(contents), false, NULL), CLN_OK);
}

static void stage(const char *relative) {
    stage_as(relative, "a\n");
}

static int make_root(void **state) {
    (void)state;
    if (mkdtemp(root) == NULL) return -1;
    stage("2026-01-02/calls_2024.csv");
    stage("2026-01-02/calls_2024.csv.meta.json");
    stage("2026-01-02/calls_2025.csv");
    stage("2026-01-10/calls_2025.csv");
    stage("2026-01-10/calls_2025.2.csv");
    stage("2026-01-10/calls_2025.10.csv");
    stage("2026-01-10/.calls_2026.csv.part");
    stage("2026-01-10/edition.3.csv");
    stage_as("2026-01-11/calls_2024.csv.meta.json", "{\"same_as\": \"2026-01-02/calls_2024.csv\"}");
    stage_as("2026-01-12/calls_2024.csv.meta.json", "{\"same_as\": \"2026-01-02/gone.csv\"}");
    stage_as("2026-01-12/calls_2025.csv.meta.json", "{\"same_as\": \"2026-01-02/../../../etc/hostname\"}");
    stage("2026-13-10/calls_2024.csv");
    stage("notes/calls_2024.csv");
    return 0;
}

static int remove_root(void **state) {
    (void)state;
    char command[128];
    (void)snprintf(command, sizeof command, "rm -rf %s", root);
    return system(command);
}

static void assert_staged(const cln_staged_file *file, const char *source, const char *relative) {
    assert_string_equal(file->source, source);
    char path[512];
    (void)snprintf(path, sizeof path, "%s/calls/%s", root, relative);
    assert_string_equal(file->path, path);
}

static void the_newest_file_of_each_source_is_found(void **state) {
    (void)state;
    cln_staged_files staged;
    assert_int_equal(cln_staging_newest(&staged, root, "calls", NULL, NULL), CLN_OK);
    assert_int_equal(staged.count, 3);
    assert_staged(&staged.files[0], "calls_2024", "2026-01-02/calls_2024.csv");
    assert_string_equal(staged.files[0].date, "2026-01-11"); /* by its sidecar, of the same bytes */
    assert_staged(&staged.files[1], "calls_2025", "2026-01-10/calls_2025.10.csv");
    assert_string_equal(staged.files[1].date, "2026-01-10");
    /* Without edition.csv beside it this is a source of its own. */
    assert_staged(&staged.files[2], "edition.3", "2026-01-10/edition.3.csv");
    cln_staged_files_clean_up(&staged);
}

static void a_day_without_bytes_of_its_own_is_found(void **state) {
    (void)state;
    cln_staged_files staged;
    assert_int_equal(cln_staging_newest(&staged, root, "calls", "2026-01-11", NULL), CLN_OK);
    assert_int_equal(staged.count, 1);
    assert_staged(&staged.files[0], "calls_2024", "2026-01-02/calls_2024.csv");
    cln_staged_files_clean_up(&staged);
    /* What is named is gone, or is no staged file. */
    assert_int_equal(cln_staging_newest(&staged, root, "calls", "2026-01-12", NULL), CLN_OK);
    assert_int_equal(staged.count, 0);
    cln_staged_files_clean_up(&staged);
    cln_staged_file file;
    assert_int_equal(cln_staging_find(&file, root, "calls", "calls_2025", ".csv", NULL), CLN_OK);
    assert_staged(&file, "calls_2025", "2026-01-10/calls_2025.10.csv");
    cln_staged_file_clean_up(&file);
    assert_int_equal(cln_staging_find(&file, root, "calls", "calls_2030", ".csv", NULL), CLN_OK);
    assert_null(file.path);
}

static void partial_files_are_cleared_by_age(void **state) {
    (void)state;
    stage(".calls_2026.csv.1.part");
    stage(".calls_2026.csv.1.part.state");
    cln_staging_cleared cleared;
    assert_int_equal(cln_staging_clear(root, "calls", 3600, &cleared, NULL), CLN_OK);
    assert_int_equal(cleared.file_count, 0);
    assert_int_equal(cln_staging_clear(root, "calls", 0, &cleared, NULL), CLN_OK);
    assert_int_equal(cleared.file_count, 2);
    assert_int_equal(cln_staging_clear(root, "nobody", 0, &cleared, NULL), CLN_OK);
    assert_int_equal(cleared.file_count, 0);
}

static void a_date_limits_the_search_to_its_folder(void **state) {
    (void)state;
    cln_staged_files staged;
    assert_int_equal(cln_staging_newest(&staged, root, "calls", "2026-01-02", NULL), CLN_OK);
    assert_int_equal(staged.count, 2);
    assert_staged(&staged.files[1], "calls_2025", "2026-01-02/calls_2025.csv");
    cln_staged_files_clean_up(&staged);
    assert_int_equal(cln_staging_newest(&staged, root, "calls", "2026-01-03", NULL), CLN_OK);
    assert_int_equal(staged.count, 0);
}

static void nothing_staged_is_no_error(void **state) {
    (void)state;
    cln_staged_files staged;
    assert_int_equal(cln_staging_newest(&staged, root, "accidents", NULL, NULL), CLN_OK);
    assert_int_equal(staged.count, 0);
}

static void a_wrong_date_is_told(void **state) {
    (void)state;
    cln_staged_files staged;
    cln_error err;
    static const char *const wrong[] = {"2026-02-29", "2026-1-02", "../../etc", "", "2026-01-02/"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(cln_staging_newest(&staged, root, "calls", wrong[i], &err), CLN_ERR_USAGE);
        assert_non_null(strstr(err.message, "YYYY-MM-DD"));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newest_file_of_each_source_is_found),
        cmocka_unit_test(a_day_without_bytes_of_its_own_is_found),
        cmocka_unit_test(partial_files_are_cleared_by_age),
        cmocka_unit_test(a_date_limits_the_search_to_its_folder),
        cmocka_unit_test(nothing_staged_is_no_error),
        cmocka_unit_test(a_wrong_date_is_told),
    };
    return cmocka_run_group_tests(tests, make_root, remove_root);
}
