/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/cli/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char *const variables[] = {
    "COLONNADE_CONFIG",  "COLONNADE_FORMAT", "COLONNADE_MEMORY",      "COLONNADE_QUIET", "COLONNADE_SCRATCH",
    "COLONNADE_STAGING", "COLONNADE_STORE",  "COLONNADE_STRIPE_SIZE", "SLURM_TMPDIR",    "TMPDIR"};

static char folder[] = "/tmp/colonnade-settings-XXXXXX";

typedef struct resolved {
    cln_options *options;
    cln_buffer packed;
    cln_config config;
    cln_settings settings;
    cln_error err;
} resolved;

/* `colonnade info` with up to two more words. */
static cln_status resolve(resolved *r, const char *a, const char *b) {
    *r = (resolved){0};
    char *words[] = {(char *)"colonnade", (char *)"info", (char *)a, (char *)b};
    const int count = a == NULL ? 2 : b == NULL ? 3 : 4;
    cln_buffer_init(&r->packed, 1 << 24);
    CLN_TRY(cln_options_parse(&r->options, count, words, &r->err));
    CLN_TRY(cln_settings_collect(r->options, &r->packed, &r->err));
    return cln_settings_resolve(&r->settings, &r->config, &r->packed, &r->err);
}

static void clean_up(resolved *r) {
    cln_options_free(r->options);
    cln_config_clean_up(&r->config);
    cln_buffer_clean_up(&r->packed);
}

static void write_config(const char *name, const char *store) {
    FILE *stream = fopen(name, "w");
    assert_non_null(stream);
    const cln_span builtin = cln_config_builtin();
    /* The built-in one with another store. */
    const char *at = strstr(builtin.data, "\"store\"");
    assert_non_null(at);
    const char *comma = strchr(at, ',');
    (void)fprintf(stream, "%.*s\"store\": \"%s\"", (int)(at - builtin.data), builtin.data, store);
    (void)fwrite(comma, 1, builtin.size - (size_t)(comma - builtin.data), stream);
    assert_int_equal(fclose(stream), 0);
}

static int begin(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) (void)unsetenv(variables[i]);
    return chdir(folder);
}

static void an_option_goes_before_its_variable_and_that_before_the_configuration(void **state) {
    (void)state;
    resolved r;
    write_config("other.json", "configured");
    assert_int_equal(resolve(&r, "--config=other.json", NULL), CLN_OK);
    assert_string_equal(r.settings.store_dir, "configured");
    assert_string_equal(r.settings.config_path, "other.json");
    clean_up(&r);
    (void)setenv("COLONNADE_STORE", "from variable", 1);
    assert_int_equal(resolve(&r, "--config=other.json", NULL), CLN_OK);
    assert_string_equal(r.settings.store_dir, "from variable");
    clean_up(&r);
    assert_int_equal(resolve(&r, "--config=other.json", "--store=given"), CLN_OK);
    assert_string_equal(r.settings.store_dir, "given");
    clean_up(&r);
}

static void a_variable_that_is_set_to_nothing_counts_as_not_set(void **state) {
    (void)state;
    resolved r;
    (void)setenv("COLONNADE_MEMORY", "", 1);
    (void)setenv("COLONNADE_STORE", "", 1);
    assert_int_equal(resolve(&r, NULL, NULL), CLN_OK);
    assert_int_equal(r.settings.memory_bytes, CLN_MEMORY_DEFAULT_BYTES);
    assert_true(r.settings.store_dir[0] != '\0');
    clean_up(&r);
}

static void the_configuration_is_looked_for_in_order(void **state) {
    (void)state;
    resolved r;
    assert_int_equal(resolve(&r, NULL, NULL), CLN_OK);
    assert_null(r.settings.config_path);
    clean_up(&r);
    write_config("config.json", "here");
    assert_int_equal(resolve(&r, NULL, NULL), CLN_OK);
    assert_string_equal(r.settings.store_dir, "here");
    clean_up(&r);
    write_config("other.json", "there");
    (void)setenv("COLONNADE_CONFIG", "other.json", 1);
    assert_int_equal(resolve(&r, NULL, NULL), CLN_OK);
    assert_string_equal(r.settings.store_dir, "there");
    clean_up(&r);
    assert_int_equal(unlink("config.json"), 0);
}

static void a_configuration_that_cannot_be_read_is_told_by_name(void **state) {
    (void)state;
    resolved r;
    assert_int_equal(resolve(&r, "--config=missing.json", NULL), CLN_ERR_USAGE);
    assert_non_null(strstr(r.err.message, "missing.json"));
    clean_up(&r);
}

static void scratch_is_on_the_node(void **state) {
    (void)state;
    resolved r;
    assert_int_equal(resolve(&r, NULL, NULL), CLN_OK);
    assert_string_equal(r.settings.scratch_dir, "/tmp");
    clean_up(&r);
    (void)setenv("TMPDIR", "/t", 1);
    assert_int_equal(resolve(&r, NULL, NULL), CLN_OK);
    assert_string_equal(r.settings.scratch_dir, "/t");
    clean_up(&r);
    (void)setenv("SLURM_TMPDIR", "/s", 1);
    assert_int_equal(resolve(&r, NULL, NULL), CLN_OK);
    assert_string_equal(r.settings.scratch_dir, "/s");
    clean_up(&r);
    assert_int_equal(resolve(&r, "--scratch", "/given"), CLN_OK);
    assert_string_equal(r.settings.scratch_dir, "/given");
    clean_up(&r);
}

static void sizes_and_formats_are_checked_and_their_origin_is_told(void **state) {
    (void)state;
    resolved r;
    assert_int_equal(resolve(&r, "--memory=64M", "--stripe-size=3"), CLN_OK);
    assert_int_equal(r.settings.memory_bytes, CLN_MEMORY_LEAST_BYTES);
    assert_int_equal(r.settings.stripe_size_bytes, 3);
    assert_false(r.settings.format_given);
    clean_up(&r);
    assert_int_equal(resolve(&r, "--memory=63M", NULL), CLN_ERR_USAGE);
    assert_non_null(strstr(r.err.message, "--memory"));
    assert_non_null(strstr(r.err.message, "64M"));
    clean_up(&r);
    (void)setenv("COLONNADE_MEMORY", "much", 1);
    assert_int_equal(resolve(&r, NULL, NULL), CLN_ERR_USAGE);
    assert_non_null(strstr(r.err.message, "COLONNADE_MEMORY"));
    clean_up(&r);
    (void)unsetenv("COLONNADE_MEMORY");
    assert_int_equal(resolve(&r, "--stripe-size=0", NULL), CLN_ERR_USAGE);
    clean_up(&r);
    assert_int_equal(resolve(&r, "--format=xml", NULL), CLN_ERR_USAGE);
    assert_non_null(strstr(r.err.message, "--format"));
    clean_up(&r);
    assert_int_equal(resolve(&r, "--format=json", "--output=o"), CLN_OK);
    assert_int_equal(r.settings.format, CLN_OUTPUT_JSON);
    assert_true(r.settings.format_given);
    assert_string_equal(r.settings.output_path, "o");
    clean_up(&r);
}

static void quiet_is_a_switch_in_the_environment_too(void **state) {
    (void)state;
    resolved r;
    (void)setenv("COLONNADE_QUIET", "0", 1);
    assert_int_equal(resolve(&r, NULL, NULL), CLN_OK);
    assert_false(r.settings.quiet);
    clean_up(&r);
    (void)setenv("COLONNADE_QUIET", "1", 1);
    assert_int_equal(resolve(&r, NULL, NULL), CLN_OK);
    assert_true(r.settings.quiet);
    clean_up(&r);
    static const char *const off[] = {"no", "False", ""};
    for (size_t i = 0; i < sizeof off / sizeof *off; i++) {
        (void)setenv("COLONNADE_QUIET", off[i], 1);
        assert_int_equal(resolve(&r, NULL, NULL), CLN_OK);
        assert_false(r.settings.quiet);
        clean_up(&r);
    }
    (void)setenv("COLONNADE_QUIET", "yes", 1);
    assert_int_equal(resolve(&r, NULL, NULL), CLN_OK);
    assert_true(r.settings.quiet);
    clean_up(&r);
    (void)setenv("COLONNADE_QUIET", "perhaps", 1);
    assert_int_equal(resolve(&r, NULL, NULL), CLN_ERR_USAGE);
    assert_non_null(strstr(r.err.message, "COLONNADE_QUIET is 'perhaps'"));
    clean_up(&r);
    (void)setenv("COLONNADE_QUIET", "0", 1);
    assert_int_equal(resolve(&r, "--quiet", NULL), CLN_OK);
    assert_true(r.settings.quiet);
    clean_up(&r);
}

static int make_folder(void **state) {
    (void)state;
    return mkdtemp(folder) == NULL ? -1 : 0;
}

static int remove_folder(void **state) {
    (void)state;
    (void)unlink("other.json");
    (void)unlink("config.json");
    return rmdir(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_option_goes_before_its_variable_and_that_before_the_configuration, begin),
        cmocka_unit_test_setup(a_variable_that_is_set_to_nothing_counts_as_not_set, begin),
        cmocka_unit_test_setup(the_configuration_is_looked_for_in_order, begin),
        cmocka_unit_test_setup(a_configuration_that_cannot_be_read_is_told_by_name, begin),
        cmocka_unit_test_setup(scratch_is_on_the_node, begin),
        cmocka_unit_test_setup(sizes_and_formats_are_checked_and_their_origin_is_told, begin),
        cmocka_unit_test_setup(quiet_is_a_switch_in_the_environment_too, begin),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
