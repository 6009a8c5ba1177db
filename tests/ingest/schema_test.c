/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What each column of a header becomes.
 */
#include "colonnade/ingest/schema.h"

#include "harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const char columns[] = "{\"name\":\"id\",\"type\":\"integer\",\"aliases\":[\"objectid\"]},"
                              "{\"name\":\"seen_at\",\"type\":\"timestamp\",\"role\":\"time\"},"
                              "{\"name\":\"kind\"},"
                              "{\"name\":\"place\",\"type\":\"category\"}";

static int make_config(void **state) {
    static cln_config config;
    parse_dataset(&config, columns);
    *state = &config;
    return 0;
}

static int clean_config(void **state) {
    cln_config_clean_up(*state);
    return 0;
}

static const cln_config_dataset *dataset_of(void **state) {
    return cln_config_find_dataset(*state, "d");
}

static cln_status match(cln_schema *schema, const cln_config_dataset *dataset, const char *names, bool has_header,
                        bool infer, cln_error *err) {
    cln_prologue prologue;
    make_prologue(&prologue, names, has_header);
    const cln_status status = cln_schema_match(schema, dataset, &prologue, infer, "x.csv", err);
    cln_prologue_clean_up(&prologue);
    return status;
}

/* Names in the store, with | behind each. */
static void names_are(const cln_schema *schema, const char *expected) {
    char names[512] = "";
    for (size_t i = 0; i < schema->column_count; i++) {
        (void)snprintf(names + strlen(names), sizeof names - strlen(names), "%s|", schema->columns[i].name);
    }
    assert_string_equal(names, expected);
}

static void by_name_and_alias_in_the_order_of_the_file(void **state) {
    cln_schema schema;
    must(match(&schema, dataset_of(state), "Place,OBJECTID,Seen At", true, false, NULL));
    names_are(&schema, "place|id|seen_at|");
    assert_string_equal(schema.columns[1].source_name, "OBJECTID");
    assert_int_equal(schema.columns[1].type, CLN_TYPE_INTEGER);
    assert_int_equal(schema.columns[2].type, CLN_TYPE_TIMESTAMP);
    assert_int_equal(schema.columns[2].format_count, 3); /* the last as export writes times */
    assert_string_equal(schema.columns[2].formats[1].pattern, "%m/%d/%Y");
    assert_false(schema.columns[0].is_auto);
    assert_string_equal(schema.time_zone, "America/Denver");
    cln_schema_clean_up(&schema);
}

static void columns_that_nobody_declared_are_kept(void **state) {
    cln_schema schema;
    must(match(&schema, dataset_of(state), "id,Weird Name!,kind,,record", true, true, NULL));
    names_are(&schema, "id|weird_name|kind|column_4|record_|");
    assert_null(schema.columns[1].declared);
    assert_true(schema.columns[1].is_auto && schema.columns[1].is_inferred);
    assert_true(schema.columns[2].is_auto && !schema.columns[2].is_inferred); /* declared "auto" */
    assert_false(schema.columns[0].is_auto);
    cln_schema_clean_up(&schema);
}

static void without_a_header_by_position(void **state) {
    cln_schema schema;
    must(match(&schema, dataset_of(state), ",,,,,", false, false, NULL));
    names_are(&schema, "id|seen_at|kind|place|column_5|column_6|");
    assert_true(schema.columns[4].is_auto);
    cln_schema_clean_up(&schema);
    must(match(&schema, dataset_of(state), ",", false, false, NULL));
    names_are(&schema, "id|seen_at|");
    cln_schema_clean_up(&schema);
}

static void without_a_dataset(void **state) {
    (void)state;
    cln_schema schema;
    must(match(&schema, NULL, "a,b", true, true, NULL));
    names_are(&schema, "a|b|");
    assert_string_equal(schema.time_zone, "UTC");
    cln_schema_clean_up(&schema);
}

static void refused(const cln_config_dataset *dataset, const char *names, const char *word, const char *advice) {
    cln_schema schema;
    cln_error err = {.message = ""};
    assert_int_equal(match(&schema, dataset, names, true, false, &err), CLN_ERR_DATA);
    if (strstr(err.message, word) == NULL || strstr(err.message, advice) == NULL) print_message("%s\n", err.message);
    assert_non_null(strstr(err.message, word));
    assert_non_null(strstr(err.message, advice));
}

static void two_columns_of_one_name_are_refused(void **state) {
    refused(dataset_of(state), "id,kind,objectid", "columns 1 (\"id\") and 3 (\"objectid\")", "rename");
    refused(NULL, "a b,x,A_B", "columns 1 (\"a b\") and 3 (\"A_B\")", "\"a_b\"");
    refused(NULL, "column_2,", "\"column_2\"", "rename");
}

static void a_header_that_is_none_is_refused(void **state) {
    refused(dataset_of(state), "x;y;z", "no column that the dataset \"d\" declares", "--delimiter");
    char wide[CLN_MAX_COLUMNS + 1];
    memset(wide, ',', sizeof wide - 1);
    wide[sizeof wide - 1] = '\0';
    refused(NULL, wide, "4097 columns", "--delimiter");
    char longest[CLN_MAX_HEADER_FIELD + 4] = "a,";
    memset(longest + 2, 'x', CLN_MAX_HEADER_FIELD + 1);
    refused(NULL, longest, "field 2", "CSV file");
}

static void as_many_columns_as_are_allowed(void **state) {
    (void)state;
    char wide[CLN_MAX_COLUMNS];
    memset(wide, ',', sizeof wide - 1);
    wide[sizeof wide - 1] = '\0';
    cln_schema schema;
    must(match(&schema, NULL, wide, true, false, NULL));
    assert_string_equal(schema.columns[CLN_MAX_COLUMNS - 1].name, "column_4096");
    cln_schema_clean_up(&schema);
}

static cln_schema_rival rival_of(const cln_config *config, const char *names, bool has_header) {
    cln_prologue prologue;
    make_prologue(&prologue, names, has_header);
    const cln_config_dataset *dataset = config == NULL ? NULL : cln_config_find_dataset(config, "crashes");
    const cln_schema_rival rival = cln_schema_find_rival(config, dataset, &prologue);
    cln_prologue_clean_up(&prologue);
    return rival;
}

static void the_dataset_that_was_meant(void **state) {
    (void)state;
    cln_config config;
    must(cln_config_parse(
        &config,
        text_of("{\"datasets\":{"
                "\"crashes\":{\"columns\":[{\"name\":\"day\",\"type\":\"timestamp\",\"role\":\"time\"},{\"name\":"
                "\"road\"},{\"name\":\"lon\"}]},"
                "\"calls\":{\"columns\":[{\"name\":\"topic\"},{\"name\":\"agency\"},{\"name\":\"lon\"}]},"
                "\"trees\":{\"columns\":[{\"name\":\"species\"},{\"name\":\"agency\"}]}}}"),
        "test", NULL));
    const cln_schema_rival rival = rival_of(&config, "topic,agency,lon", true);
    assert_string_equal(config.datasets[rival.number - 1].name, "calls");
    assert_int_equal(rival.declared_count, 1);
    assert_int_equal(rival.rival_declared_count, 3);
    assert_int_equal(rival.column_count, 3);
    assert_true(rival.is_certain);
    assert_false(rival_of(&config, "topic,agency,lon,other", true).is_certain); /* nobody declares one of them */
    assert_false(rival_of(&config, "day,topic,agency", true).is_certain);
    assert_false(rival_of(&config, "day,road,lon", true).is_certain);
    assert_int_equal(rival_of(&config, "day,road,lon", true).number, 0);
    assert_int_equal(rival_of(&config, "day,lon,topic,agency", true).number, 0); /* half of them fit */
    assert_int_equal(rival_of(&config, "day,x,y,z", true).number, 0);            /* no other fits better */
    assert_int_equal(rival_of(&config, ",,,,,,,", false).number, 0);             /* no names, nothing to go by */
    assert_int_equal(rival_of(NULL, "topic,agency,lon", true).number, 0);
    cln_config_clean_up(&config);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_name_and_alias_in_the_order_of_the_file),
        cmocka_unit_test(columns_that_nobody_declared_are_kept),
        cmocka_unit_test(without_a_header_by_position),
        cmocka_unit_test(without_a_dataset),
        cmocka_unit_test(two_columns_of_one_name_are_refused),
        cmocka_unit_test(a_header_that_is_none_is_refused),
        cmocka_unit_test(as_many_columns_as_are_allowed),
        cmocka_unit_test(the_dataset_that_was_meant),
    };
    return cmocka_run_group_tests(tests, make_config, clean_config);
}
