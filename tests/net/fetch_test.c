/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/net/fetch.h"

#include "colonnade/base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DATE     "2026-01-02"
#define ABC_HASH "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static char root[] = "/tmp/colonnade-fetch-XXXXXX";
static char staging[64];

static void publish(const char *name, const char *contents) {
    char path[128];
    (void)snprintf(path, sizeof path, "%s/%s", root, name);
    assert_int_equal(cln_file_replace(path, cln_span_of_string(contents), false, NULL), CLN_OK);
}

static cln_status run(const cln_fetch_item *item, const char *date, uint64_t size_limit_bytes, cln_fetch_result *result,
                      cln_error *err) {
    const cln_fetch_job job = {.item = item, .dataset = "calls", .extension = ".csv"};
    cln_fetch_settings settings = {
        .staging_dir = staging, .date = date, .files_most = 2, .limits = cln_download_default_limits};
    settings.limits.size_limit_bytes = size_limit_bytes;
    return cln_fetch_run(&job, 1, &settings, result, err);
}

/* Fetches file://ROOT/NAME, with an optional first address. */
static cln_status fetch(const char *first, const char *name, const char *source, uint64_t size_limit_bytes,
                        cln_fetch_result *result, cln_error *err) {
    static char url[160]; /* the result borrows it */
    static char first_url[160];
    (void)snprintf(url, sizeof url, "file://%s/%s", root, name);
    (void)snprintf(first_url, sizeof first_url, "file://%s/%s", root, first == NULL ? "" : first);
    char *urls[] = {first == NULL ? url : first_url, url};
    const cln_fetch_item item = {.name = (char *)source, .urls = urls, .url_count = first == NULL ? 1 : 2};
    return run(&item, DATE, size_limit_bytes, result, err);
}

static cln_fetch_result fetched(const char *first, const char *name, const char *source) {
    cln_fetch_result result;
    cln_error err = {0};
    if (fetch(first, name, source, 1000, &result, &err) != CLN_OK) fail_msg("%s", err.message);
    return result;
}

static void assert_contents(const char *path, const char *contents) {
    cln_buffer bytes;
    cln_buffer_init(&bytes, 4096);
    assert_int_equal(cln_file_read(path, &bytes, NULL), CLN_OK);
    assert_int_equal(cln_buffer_terminate(&bytes, NULL), CLN_OK);
    if (strstr(bytes.data, contents) == NULL) fail_msg("no %s in %s: %s", contents, path, bytes.data);
    cln_buffer_clean_up(&bytes);
}

static void assert_path(const cln_fetch_result *result, const char *name) {
    char path[160];
    (void)snprintf(path, sizeof path, "%s/calls/%s/%s", staging, DATE, name);
    assert_string_equal(result->path, path);
}

/* No temporary file is left, and as many files as that are staged. */
static void assert_staged_count(size_t count) {
    char command[192];
    (void)snprintf(command, sizeof command, "ls -A %s/calls/%s | wc -l", staging, DATE);
    FILE *stream = popen(command, "r");
    size_t found = 0;
    assert_int_equal(fscanf(stream, "%zu", &found), 1);
    (void)pclose(stream);
    assert_int_equal(found, count);
}

static void a_file_comes_with_its_origin(void **state) {
    (void)state;
    publish("a.csv", "abc");
    cln_fetch_result result = fetched(NULL, "a.csv", "plain");
    assert_int_equal(result.outcome, CLN_FETCH_NEW);
    assert_int_equal(result.size_bytes, 3);
    assert_path(&result, "plain.csv");
    assert_contents(result.path, "abc");
    char sidecar[200];
    char url[200];
    (void)snprintf(sidecar, sizeof sidecar, "%s.meta.json", result.path);
    (void)snprintf(url, sizeof url, "\"file://%s/a.csv\"", root);
    assert_contents(sidecar, ABC_HASH);
    assert_contents(sidecar, url);
    assert_contents(sidecar, "\"size_bytes\":\t3");
    cln_fetch_result_clean_up(&result);
    assert_staged_count(2);
}

static void the_same_bytes_are_left_alone_and_others_are_one_more_version(void **state) {
    (void)state;
    publish("v.csv", "one");
    cln_fetch_result result = fetched(NULL, "v.csv", "v");
    cln_fetch_result_clean_up(&result);
    result = fetched(NULL, "v.csv", "v");
    assert_int_equal(result.outcome, CLN_FETCH_UNCHANGED);
    assert_path(&result, "v.csv");
    cln_fetch_result_clean_up(&result);
    publish("v.csv", "two");
    result = fetched(NULL, "v.csv", "v");
    assert_int_equal(result.outcome, CLN_FETCH_CHANGED);
    assert_path(&result, "v.2.csv");
    assert_contents(result.path, "two");
    cln_fetch_result_clean_up(&result);
    /* Back to the first bytes: the newest version must be what is published. */
    publish("v.csv", "one");
    result = fetched(NULL, "v.csv", "v");
    assert_path(&result, "v.3.csv");
    cln_fetch_result_clean_up(&result);
    assert_staged_count(6);
}

static void addresses_are_tried_in_order(void **state) {
    (void)state;
    publish("second.csv", "second");
    cln_fetch_result result = fetched("missing.csv", "second.csv", "s");
    assert_int_equal(result.outcome, CLN_FETCH_NEW);
    assert_contents(result.path, "second");
    assert_non_null(strstr(result.url, "second.csv"));
    char sidecar[200];
    (void)snprintf(sidecar, sizeof sidecar, "%s.meta.json", result.path);
    assert_contents(sidecar, "missing.csv"); /* which may have it the next time */
    cln_fetch_result_clean_up(&result);
    publish("first.csv", "first");
    result = fetched("first.csv", "second.csv", "f");
    assert_contents(result.path, "first");
    cln_fetch_result_clean_up(&result);
}

static void what_no_address_has_is_not_published(void **state) {
    (void)state;
    cln_fetch_result result = fetched("missing.csv", "gone.csv", "n");
    assert_int_equal(result.outcome, CLN_FETCH_NOT_PUBLISHED);
    assert_non_null(strstr(result.reason.message, "missing.csv"));
    assert_non_null(strstr(result.reason.message, "gone.csv"));
    assert_path(&result, "n.csv");
    cln_fetch_result_clean_up(&result);
    assert_staged_count(0);
}

static void pages_and_empty_files_are_refused(void **state) {
    (void)state;
    static const char *const contents[] = {"<!DOCTYPE html><html>",
                                           "\xef\xbb\xbf\n <HTML>",
                                           "<head><title>503</title>",
                                           "{\"error\":{\"code\":400}}",
                                           "{\n  \"message\" : \"no\"}",
                                           "{}",
                                           "<?xml version=\"1.0\"?>",
                                           "<Error><Code>NoSuchKey</Code></Error>",
                                           ""};
    for (size_t i = 0; i < sizeof contents / sizeof *contents; i++) {
        publish("page.csv", contents[i]);
        cln_fetch_result result = fetched(NULL, "page.csv", "page");
        if (result.outcome != CLN_FETCH_FAILED) fail_msg("'%s' was taken", contents[i]);
        assert_true(result.reason.message[0] != '\0');
        cln_fetch_result_clean_up(&result);
    }
    assert_staged_count(0);
}

static void a_table_may_begin_like_a_message(void **state) {
    (void)state;
    static const char *const contents[] = {"{id},name\n1,a\n", "{\"a\",\"b\"\n", "<,>\n1,2\n", "{\n"};
    for (size_t i = 0; i < sizeof contents / sizeof *contents; i++) {
        publish("odd.csv", contents[i]);
        cln_fetch_result result = fetched(NULL, "odd.csv", "odd");
        if (result.outcome > CLN_FETCH_CHANGED) fail_msg("'%s' was refused: %s", contents[i], result.reason.message);
        cln_fetch_result_clean_up(&result);
    }
}

static void another_day_with_the_same_bytes_is_unchanged(void **state) {
    (void)state;
    publish("d.csv", "one");
    cln_fetch_result result = fetched(NULL, "d.csv", "d");
    assert_int_equal(result.outcome, CLN_FETCH_NEW);
    cln_fetch_result_clean_up(&result);
    char url[160];
    (void)snprintf(url, sizeof url, "file://%s/d.csv", root);
    char *urls[] = {url};
    const cln_fetch_item item = {.name = (char *)"d", .urls = urls, .url_count = 1};
    assert_int_equal(run(&item, "2026-01-03", 1000, &result, NULL), CLN_OK);
    assert_int_equal(result.outcome, CLN_FETCH_UNCHANGED);
    assert_non_null(strstr(result.path, "2026-01-03/d.csv"));
    assert_contents(result.path, "one");
    cln_fetch_result_clean_up(&result);
    publish("d.csv", "two");
    assert_int_equal(run(&item, "2026-01-04", 1000, &result, NULL), CLN_OK);
    assert_int_equal(result.outcome, CLN_FETCH_NEW);
    cln_fetch_result_clean_up(&result);
}

static void a_file_beyond_the_limit_is_refused(void **state) {
    (void)state;
    publish("long.csv", "12345678");
    cln_fetch_result result;
    assert_int_equal(fetch(NULL, "long.csv", "l", 7, &result, NULL), CLN_OK);
    assert_int_equal(result.outcome, CLN_FETCH_FAILED);
    assert_non_null(strstr(result.reason.message, "more than 7 bytes"));
    cln_fetch_result_clean_up(&result);
    assert_int_equal(fetch(NULL, "long.csv", "l", 8, &result, NULL), CLN_OK);
    assert_int_equal(result.outcome, CLN_FETCH_NEW);
    cln_fetch_result_clean_up(&result);
}

static void a_sample_stays_a_sample(void **state) {
    (void)state;
    publish("made%20up.csv", "a");
    publish("made up.csv", "a");
    publish("made up.csv.meta.json", "{\"sample\": true}");
    cln_fetch_result result = fetched(NULL, "made%20up.csv", "m");
    char sidecar[200];
    (void)snprintf(sidecar, sizeof sidecar, "%s.meta.json", result.path);
    assert_contents(sidecar, "\"sample\":\ttrue");
    cln_fetch_result_clean_up(&result);
}

static void a_name_cannot_leave_the_staging_folder(void **state) {
    (void)state;
    publish("a.csv", "abc");
    cln_fetch_result result;
    cln_error err;
    assert_int_equal(fetch(NULL, "a.csv", "../../x", 1000, &result, &err), CLN_ERR_USAGE);
    assert_non_null(strstr(err.message, "../../x"));
    cln_fetch_result_clean_up(&result);
}

static void other_protocols_are_refused(void **state) {
    (void)state;
    char *urls[] = {(char *)"ftp://127.0.0.1/a.csv"};
    const cln_fetch_item item = {.name = (char *)"p", .urls = urls, .url_count = 1};
    cln_fetch_result result;
    assert_int_equal(run(&item, DATE, 1000, &result, NULL), CLN_OK);
    assert_int_equal(result.outcome, CLN_FETCH_FAILED);
    assert_non_null(strstr(result.reason.message, "ftp"));
    cln_fetch_result_clean_up(&result);
}

static void a_plan_has_one_item_for_each_year(void **state) {
    (void)state;
    char *urls[] = {(char *)"http://h/{year}/{year}.csv", (char *)"http://b/x"};
    const cln_config_source source = {
        .name = (char *)"c_{year}", .urls = urls, .url_count = 2, .first_year = 2024, .last_year = 0};
    cln_fetch_plan plan;
    assert_int_equal(cln_fetch_plan_make(&plan, &source, 1, NULL, 0, 2026, NULL), CLN_OK);
    assert_int_equal(plan.count, 3);
    assert_string_equal(plan.items[0].name, "c_2024");
    assert_string_equal(plan.items[2].urls[0], "http://h/2026/2026.csv");
    assert_string_equal(plan.items[2].urls[1], "http://b/x");
    assert_int_equal(plan.items[2].year, 2026);
    cln_fetch_plan_clean_up(&plan);
}

static void years_choose_items_by_pattern_and_by_name(void **state) {
    (void)state;
    char *urls[] = {(char *)"http://h/x"};
    const cln_config_source sources[] = {
        {.name = (char *)"p{year}", .urls = urls, .url_count = 1, .first_year = 2015, .last_year = 2018},
        {.name = (char *)"2019", .urls = urls, .url_count = 1},
        {.name = (char *)"calls-2020-final", .urls = urls, .url_count = 1},
        {.name = (char *)"item20201", .urls = urls, .url_count = 1}};
    const int years[] = {2017, 2020};
    cln_fetch_plan plan;
    assert_int_equal(cln_fetch_plan_make(&plan, sources, 4, years, 2, 2026, NULL), CLN_OK);
    assert_int_equal(plan.count, 3);
    assert_string_equal(plan.items[0].name, "p2017");
    assert_string_equal(plan.items[1].name, "calls-2020-final");
    assert_string_equal(plan.items[2].name, "item20201"); /* no year: always takes part */
    assert_int_equal(plan.items[2].year, 0);
    cln_fetch_plan_clean_up(&plan);
    const int none[] = {2014};
    assert_int_equal(cln_fetch_plan_make(&plan, sources, 3, none, 1, 2026, NULL), CLN_ERR_USAGE);
    assert_int_equal(cln_fetch_plan_make(&plan, NULL, 0, NULL, 0, 2026, NULL), CLN_ERR_USAGE);
}

static int make_root(void **state) {
    (void)state;
    if (mkdtemp(root) == NULL) return -1;
    (void)snprintf(staging, sizeof staging, "%s/staging", root);
    return 0;
}

static int empty_staging(void **state) {
    (void)state;
    char command[128];
    (void)snprintf(command, sizeof command, "rm -rf %s", staging);
    return system(command);
}

static int remove_root(void **state) {
    (void)state;
    char command[128];
    (void)snprintf(command, sizeof command, "rm -rf %s", root);
    return system(command);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_file_comes_with_its_origin, empty_staging),
        cmocka_unit_test_setup(the_same_bytes_are_left_alone_and_others_are_one_more_version, empty_staging),
        cmocka_unit_test_setup(addresses_are_tried_in_order, empty_staging),
        cmocka_unit_test_setup(what_no_address_has_is_not_published, empty_staging),
        cmocka_unit_test_setup(pages_and_empty_files_are_refused, empty_staging),
        cmocka_unit_test_setup(a_table_may_begin_like_a_message, empty_staging),
        cmocka_unit_test_setup(another_day_with_the_same_bytes_is_unchanged, empty_staging),
        cmocka_unit_test_setup(a_file_beyond_the_limit_is_refused, empty_staging),
        cmocka_unit_test_setup(a_sample_stays_a_sample, empty_staging),
        cmocka_unit_test_setup(a_name_cannot_leave_the_staging_folder, empty_staging),
        cmocka_unit_test_setup(other_protocols_are_refused, empty_staging),
        cmocka_unit_test(a_plan_has_one_item_for_each_year),
        cmocka_unit_test(years_choose_items_by_pattern_and_by_name),
    };
    return cmocka_run_group_tests(tests, make_root, remove_root);
}
