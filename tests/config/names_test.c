/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Names, sizes, and finding things by name. */
#include "check.h"

#include "colonnade/config/nearest.h"

static void assert_normalised(const char *name, const char *expected) {
    char normalised[64];
    cln_config_normalise_name(cln_span_of_string(name), normalised, sizeof normalised);
    assert_string_equal(normalised, expected);
}

static void names_are_normalised(void **state) {
    (void)state;
    assert_normalised("Case Created dttm", "case_created_dttm");
    assert_normalised("CASE_CREATED_DTTM", "case_created_dttm");
    assert_normalised("  Case -- Created  ", "case_created");
    assert_normalised("Amount ($)", "amount");
    assert_normalised("OBJECTID_1", "objectid_1");
    assert_normalised("_x_", "x");
    assert_normalised("x", "x");
    assert_normalised("Año", "año");
    assert_normalised("($)", "");
    assert_normalised("", "");
}

static void normalising_stays_within_its_room(void **state) {
    (void)state;
    char room[8];
    memset(room, 'x', sizeof room);
    cln_config_normalise_name(cln_span_of_string("Incident Address"), room, 5);
    assert_string_equal(room, "inci");
    assert_int_equal(room[5], 'x');
    cln_config_normalise_name(cln_span_of_string("abc def"), room, 5); /* no room for what follows the '_' */
    assert_string_equal(room, "abc");
    cln_config_normalise_name(cln_span_of_string("abcd"), room, 5);
    assert_string_equal(room, "abcd");
    cln_config_normalise_name(cln_span_of_string("abc\xC3\xA9"), room, 5); /* never half a character */
    assert_string_equal(room, "abc");
    cln_config_normalise_name(cln_span_of_string("a"), room, 1);
    assert_string_equal(room, "");
}

typedef struct size_case {
    const char *text;
    uint64_t size_bytes;
} size_case;

static void sizes_are_powers_of_1024(void **state) {
    (void)state;
    static const size_case cases[] = {
        {"0", 0},
        {"4096", 4096},
        {"512B", 512},
        {"64k", 64 << 10},
        {"64M", 64 << 20},
        {"16 MiB", 16 << 20},
        {"16MB", 16 << 20},
        {"10G", UINT64_C(10) << 30},
        {"2t", UINT64_C(2) << 40},
        {"18446744073709551615", UINT64_MAX},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t size_bytes = 1;
        cln_error err = {"no message"};
        if (cln_config_parse_size(cases[i].text, &size_bytes, &err) != CLN_OK) fail_msg("%s", err.message);
        assert_true(size_bytes == cases[i].size_bytes);
    }
}

static void what_is_no_size_is_refused(void **state) {
    (void)state;
    static const char *const texts[] = {"",         " ",    "M",      "-1", "+1",   "1.5G", "1e6",
                                        "64X",      "64MM", "64 M B", "0x", "64M,", " 64M", "18446744073709551616",
                                        "16777216T"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        uint64_t size_bytes = 7;
        cln_error err = {""};
        if (cln_config_parse_size(texts[i], &size_bytes, &err) != CLN_ERR_USAGE) fail_msg("\"%s\" passed", texts[i]);
        assert_non_null(strstr(err.message, "64M"));
        assert_true(size_bytes == 7);
    }
}

static void the_nearest_name_is_found(void **state) {
    (void)state;
    static const char *const names[] = {"fetch", "ingest", "report", "records", "rejects"};
    assert_string_equal(cln_nearest_name("ingset", names, 5), "ingest");
    assert_string_equal(cln_nearest_name("INGEST", names, 5), "ingest");
    assert_string_equal(cln_nearest_name("raport", names, 5), "report");
    assert_string_equal(cln_nearest_name("fech", names, 5), "fetch");
    assert_string_equal(cln_nearest_name("record", names, 5), "records");
    assert_null(cln_nearest_name("zzzzzz", names, 5));
    assert_null(cln_nearest_name("x", names, 5));
    assert_null(cln_nearest_name("", names, 5));
    assert_null(cln_nearest_name("fetch", names, 0));
}

static void long_names_are_no_danger(void **state) {
    (void)state;
    char huge[5000];
    memset(huge, 'a', sizeof huge - 1);
    huge[sizeof huge - 1] = '\0';
    const char *const names[] = {huge, "a"};
    assert_null(cln_nearest_name(huge, names, 2));
    assert_null(cln_nearest_name("aaaaaaaa", names, 2));
}

static const char two_datasets[] =
    "{\"datasets\": {"
    "\"crashes\": {\"columns\": [{\"name\": \"When\", \"type\": \"timestamp\", \"role\": \"time\"},"
    "  {\"name\": \"ward\", \"type\": \"category\", \"role\": \"district\", \"aliases\": [\"Old Ward\", \"WARD_NO\"]},"
    "  {\"name\": \"beat\", \"type\": \"integer\", \"role\": \"district\"}]},"
    "\"calls\": {\"columns\": [{\"name\": \"id\"}]}}}";

static void datasets_and_columns_are_found(void **state) {
    (void)state;
    cln_config config;
    parse_good(&config, two_datasets);
    const cln_config_dataset *const crashes = cln_config_find_dataset(&config, "crashes");
    assert_ptr_equal(crashes, &config.datasets[0]);
    assert_ptr_equal(cln_config_find_dataset(&config, "calls"), &config.datasets[1]);
    assert_null(cln_config_find_dataset(&config, "Calls"));
    assert_ptr_equal(cln_config_find_column(crashes, cln_span_of_string("WHEN")), &crashes->columns[0]);
    assert_ptr_equal(cln_config_find_column(crashes, cln_span_of_string("old_ward")), &crashes->columns[1]);
    assert_ptr_equal(cln_config_find_column(crashes, cln_span_of_string("Ward No")), &crashes->columns[1]);
    assert_null(cln_config_find_column(crashes, cln_span_of_string("wards")));
    assert_null(cln_config_find_column(crashes, cln_span_of_string("")));
    assert_ptr_equal(cln_config_find_role(crashes, CLN_ROLE_DISTRICT), &crashes->columns[1]); /* the first */
    assert_null(cln_config_find_role(crashes, CLN_ROLE_AREA));
    cln_config_clean_up(&config);
}

static void a_long_header_name_is_no_danger(void **state) {
    (void)state;
    cln_config config;
    parse_good(&config, two_datasets);
    const cln_config_dataset *const crashes = &config.datasets[0];
    char longer[2000]; /* a header's name may be of any size */
    memset(longer, 'w', sizeof longer);
    assert_null(cln_config_find_column(crashes, cln_span_of(longer, sizeof longer)));
    cln_config_clean_up(&config);
}

static void roles_have_names(void **state) {
    (void)state;
    assert_string_equal(cln_role_name(CLN_ROLE_NONE), "none");
    assert_string_equal(cln_role_name(CLN_ROLE_DISTRICT), "district");
    assert_string_equal(cln_role_name(CLN_ROLE_KEY), "key");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_normalised),
        cmocka_unit_test(normalising_stays_within_its_room),
        cmocka_unit_test(sizes_are_powers_of_1024),
        cmocka_unit_test(what_is_no_size_is_refused),
        cmocka_unit_test(the_nearest_name_is_found),
        cmocka_unit_test(long_names_are_no_danger),
        cmocka_unit_test(datasets_and_columns_are_found),
        cmocka_unit_test(a_long_header_name_is_no_danger),
        cmocka_unit_test(roles_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
