/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Keys from the environment and from the files of AWS. Those of containers and
 * instances are tested with services that stand in for them (tests/s3).
 */
#include "colonnade/net/credentials.h"

#include "colonnade/base/file.h"
#include "must.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

static char folder[] = "/tmp/colonnade-aws-XXXXXX";

static const char *const variables[] = {
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_S3",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
};

static void write_file(const char *variable, const char *name, const char *text) {
    char path[128];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    must(cln_file_replace(path, cln_span_of_string(text), false, NULL));
    must(setenv(variable, path, 1) == 0 ? CLN_OK : CLN_ERR_IO);
}

static int make_folder(void **state) {
    (void)state;
    return mkdtemp(folder) == NULL ? -1 : 0;
}

static int remove_folder(void **state) {
    (void)state;
    char command[64];
    (void)snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

/* An environment without anything, and without a metadata service. */
static int forget_all(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) (void)unsetenv(variables[i]);
    write_file("AWS_SHARED_CREDENTIALS_FILE", "credentials", "");
    write_file("AWS_CONFIG_FILE", "config", "");
    return setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
}

static void assert_keys(const char *id, const char *secret, const char *token) {
    cln_credentials *credentials;
    const cln_aws_keys *keys;
    must(cln_credentials_new(&credentials, NULL));
    must(cln_credentials_keys(credentials, &keys, NULL));
    assert_string_equal(keys->access_key_id, id);
    assert_string_equal(keys->secret_access_key, secret);
    if (token == NULL) {
        assert_null(keys->session_token);
    } else {
        assert_string_equal(keys->session_token, token);
    }
    cln_credentials_free(credentials);
}

static void assert_refused(const char *words, const char *secret) {
    cln_credentials *credentials;
    const cln_aws_keys *keys;
    cln_error err = {{0}};
    must(cln_credentials_new(&credentials, NULL));
    assert_int_equal(cln_credentials_keys(credentials, &keys, &err), CLN_ERR_USAGE);
    if (strstr(err.message, words) == NULL) print_message("it says: %s\n", err.message);
    assert_non_null(strstr(err.message, words));
    if (secret != NULL) assert_null(strstr(err.message, secret));
    cln_credentials_free(credentials);
}

static const char two_profiles[] = "# comment\n"
                                   "[default]\n"
                                   "aws_access_key_id = default-id\n"
                                   "aws_secret_access_key=default+secret/=\r\n"
                                   "\n"
                                   "[other one]\n"
                                   "AWS_ACCESS_KEY_ID =other-id\n"
                                   "s3 =\n"
                                   "  aws_secret_access_key = nested\n"
                                   "aws_secret_access_key = other-secret\n"
                                   "aws_session_token = other-token\n";

static void the_environment_comes_first(void **state) {
    (void)state;
    write_file("AWS_SHARED_CREDENTIALS_FILE", "credentials", two_profiles);
    (void)setenv("AWS_ACCESS_KEY_ID", "id", 1);
    (void)setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
    assert_keys("id", "secret", NULL);
    (void)setenv("AWS_SESSION_TOKEN", "token", 1);
    assert_keys("id", "secret", "token");
}

static void a_half_environment_is_refused(void **state) {
    (void)state;
    write_file("AWS_SHARED_CREDENTIALS_FILE", "credentials", two_profiles);
    (void)setenv("AWS_SECRET_ACCESS_KEY", "hush", 1);
    assert_refused("AWS_ACCESS_KEY_ID is not", "hush");
    (void)setenv("AWS_ACCESS_KEY_ID", "id", 1);
    (void)setenv("AWS_SECRET_ACCESS_KEY", "hush hush\n", 1);
    assert_refused("the secret access key from the environment", "hush");
}

static void a_profile_is_found_by_its_name(void **state) {
    (void)state;
    write_file("AWS_SHARED_CREDENTIALS_FILE", "credentials", two_profiles);
    assert_keys("default-id", "default+secret/=", NULL);
    (void)setenv("AWS_PROFILE", "other one", 1);
    assert_keys("other-id", "other-secret", "other-token");
    (void)setenv("AWS_PROFILE", "third", 1);
    assert_refused("the profile 'third'", NULL);
}

/* In the config file a section is "[profile NAME]" but for the default. */
static void the_config_file_names_profiles_otherwise(void **state) {
    (void)state;
    write_file("AWS_CONFIG_FILE", "config",
               "[a]\naws_access_key_id = wrong\naws_secret_access_key = wrong\n"
               "[profile \"a\"]\naws_access_key_id = id-a\naws_secret_access_key = secret-a\nregion = eu-west-3\n"
               "endpoint_url = http://127.0.0.1:9\n[default]\nregion = us-west-2\n");
    (void)setenv("AWS_PROFILE", "a", 1);
    assert_keys("id-a", "secret-a", NULL);
    write_file("AWS_SHARED_CREDENTIALS_FILE", "credentials",
               "[a]\naws_access_key_id = id-first\naws_secret_access_key = secret-first\n");
    assert_keys("id-first", "secret-first", NULL);
}

static void assert_setting(cln_status (*find)(char **, cln_error *), const char *expected) {
    char *value;
    must(find(&value, NULL));
    if (expected == NULL) {
        assert_null(value);
    } else {
        assert_string_equal(value, expected);
    }
    free(value);
}

static void region_and_endpoint_have_an_order(void **state) {
    (void)state;
    assert_setting(cln_aws_find_region, NULL);
    assert_setting(cln_aws_find_endpoint, NULL);
    write_file("AWS_CONFIG_FILE", "config", "[default]\nregion = us-west-2\nendpoint_url = http://127.0.0.1:1\n");
    assert_setting(cln_aws_find_region, "us-west-2");
    assert_setting(cln_aws_find_endpoint, "http://127.0.0.1:1");
    (void)setenv("AWS_DEFAULT_REGION", "eu-north-1", 1);
    (void)setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:2", 1);
    assert_setting(cln_aws_find_region, "eu-north-1");
    assert_setting(cln_aws_find_endpoint, "http://127.0.0.1:2");
    (void)setenv("AWS_REGION", "eu-south-1", 1);
    (void)setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:3", 1);
    assert_setting(cln_aws_find_region, "eu-south-1");
    assert_setting(cln_aws_find_endpoint, "http://127.0.0.1:3");
}

static void methods_of_others_are_named(void **state) {
    (void)state;
    write_file("AWS_CONFIG_FILE", "config", "[default]\ncredential_process = /bin/get\n");
    assert_refused("aws configure export-credentials --profile default", NULL);
}

static void nothing_at_all_says_where_to_put_them(void **state) {
    (void)state;
    assert_refused("set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY", NULL);
}

/* Anybody could read keys, or get the token, at another address. */
static void a_container_is_asked_only_nearby(void **state) {
    (void)state;
    (void)setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "hush", 1);
    static const char *const addresses[] = {
        "http://169.254.1.1/",           "http://example.org/k",          "ftp://127.0.0.1/",
        "http://127.0.0.1.example.org/", "http://127.0.0.1@example.org/", "file:///etc/passwd",
        "http://localhost.example.org/"};
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        (void)setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", addresses[i], 1);
        assert_refused("keys are not asked for elsewhere", "hush");
    }
    (void)setenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "@example.org/", 1);
    assert_refused("must begin with '/'", "hush");
}

static bool is_left_out_of_dumps(const void *address) {
    FILE *maps = fopen("/proc/self/smaps", "re");
    if (maps == NULL) return true; /* a system that has none */
    char line[4096];
    bool is_inside = false;
    bool is_left_out = false;
    while (fgets(line, sizeof line, maps) != NULL) {
        unsigned long first = 0;
        unsigned long end = 0;
        if (sscanf(line, "%lx-%lx ", &first, &end) == 2) {
            is_inside = (uintptr_t)address >= first && (uintptr_t)address < end;
        } else if (is_inside && strncmp(line, "VmFlags:", 8) == 0) {
            is_left_out = strstr(line, " dd") != NULL;
        }
    }
    (void)fclose(maps);
    return is_left_out;
}

static void secrets_stay_out_of_core_dumps(void **state) {
    (void)state;
    (void)setenv("AWS_ACCESS_KEY_ID", "id", 1);
    (void)setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
    cln_credentials *credentials;
    const cln_aws_keys *keys;
    must(cln_credentials_new(&credentials, NULL));
    must(cln_credentials_keys(credentials, &keys, NULL));
    assert_true(is_left_out_of_dumps(keys->secret_access_key));
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_CORE, &limit), 0);
    assert_true(limit.rlim_cur == 0);
    cln_credentials_free(credentials);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_environment_comes_first, forget_all),
        cmocka_unit_test_setup(a_half_environment_is_refused, forget_all),
        cmocka_unit_test_setup(a_profile_is_found_by_its_name, forget_all),
        cmocka_unit_test_setup(the_config_file_names_profiles_otherwise, forget_all),
        cmocka_unit_test_setup(region_and_endpoint_have_an_order, forget_all),
        cmocka_unit_test_setup(methods_of_others_are_named, forget_all),
        cmocka_unit_test_setup(nothing_at_all_says_where_to_put_them, forget_all),
        cmocka_unit_test_setup(a_container_is_asked_only_nearby, forget_all),
        cmocka_unit_test_setup(secrets_stay_out_of_core_dumps, forget_all),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
