/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sidecars, and what a partition says of itself.
 */
#include "colonnade/ingest/provenance.h"

#include "base/temporary.h"
#include "harness.h"

#include <cjson/cJSON.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* ---- Sidecars ---- */

static cln_status read_sidecar(void **state, const char *json, cln_sidecar *sidecar, cln_error *err) {
    if (json != NULL) must(cln_file_replace(temporary_path(state, "x.csv.meta.json"), text_of(json), false, NULL));
    return cln_sidecar_read(sidecar, temporary_path(state, "x.csv"), err);
}

static void a_file_without_a_sidecar(void **state) {
    cln_sidecar sidecar;
    must(read_sidecar(state, NULL, &sidecar, NULL));
    assert_null(sidecar.json);
    assert_null(sidecar.url);
    assert_false(sidecar.is_sample);
    cln_sidecar_clean_up(&sidecar);
}

static void a_sidecar_of_fetch(void **state) {
    cln_sidecar sidecar;
    must(read_sidecar(state, "{ \"url\": \"https://a/b\",\n \"size_bytes\": 5000000000 }", &sidecar, NULL));
    assert_string_equal(sidecar.url, "https://a/b");
    assert_string_equal(sidecar.json, "{\"url\":\"https://a/b\",\"size_bytes\":5000000000}");
    assert_false(sidecar.is_sample);
    cln_sidecar_clean_up(&sidecar);
}

static void a_sidecar_of_generate(void **state) {
    cln_sidecar sidecar;
    must(read_sidecar(state, "{\"sample\": true, \"url\": 7}", &sidecar, NULL));
    assert_true(sidecar.is_sample);
    assert_null(sidecar.url);
    cln_sidecar_clean_up(&sidecar);
}

static void a_damaged_sidecar_is_named(void **state) {
    const char *const damaged[] = {"", "{\"url\":", "[]", "\"x\""};
    for (int i = 0; i < 4; i++) {
        cln_sidecar sidecar;
        cln_error err = {.message = ""};
        assert_int_equal(read_sidecar(state, damaged[i], &sidecar, &err), CLN_ERR_DATA);
        assert_non_null(strstr(err.message, "x.csv.meta.json"));
    }
}

/* ---- Recipe and provenance ---- */

typedef struct fixture {
    cln_config config;
    cln_schema schema;
    cln_prologue prologue;
    cln_ingest_request request;
} fixture;

static void make(fixture *f, const char *columns) {
    parse_dataset(&f->config, columns);
    make_prologue(&f->prologue, "n,s,other", true);
    f->prologue.data_offset = 10;
    f->request = (cln_ingest_request){.store_dir = "/store",
                                      .scratch_dir = "/scratch",
                                      .dataset_name = "d",
                                      .dataset = cln_config_find_dataset(&f->config, "d"),
                                      .path = "/folder/x.csv",
                                      .partition = "p",
                                      .dialect = cln_dialect_default(),
                                      .policy = {.max_record_bytes = 16},
                                      .memory_bytes = 1};
    must(cln_schema_match(&f->schema, f->request.dataset, &f->prologue, false, "x.csv", NULL));
}

static void clean(fixture *f) {
    cln_schema_clean_up(&f->schema);
    cln_prologue_clean_up(&f->prologue);
    cln_config_clean_up(&f->config);
}

static const char usual_columns[] = "{\"name\":\"n\",\"type\":\"integer\"},{\"name\":\"s\",\"type\":\"category\"}";

static cln_digest recipe_of(const fixture *f) {
    cln_digest digest;
    must(cln_recipe_digest(&f->request, &f->schema, &digest, NULL));
    return digest;
}

static cln_digest recipe_of_columns(const char *columns) {
    fixture f;
    make(&f, columns);
    const cln_digest digest = recipe_of(&f);
    clean(&f);
    return digest;
}

static bool same(cln_digest a, cln_digest b) {
    return memcmp(&a, &b, sizeof a) == 0;
}

static void the_recipe_knows_all_that_decides_what_is_stored(void **state) {
    (void)state;
    const cln_digest usual = recipe_of_columns(usual_columns);
    const char *const others[] = {
        "{\"name\":\"n\",\"type\":\"double\"},{\"name\":\"s\",\"type\":\"category\"}",
        "{\"name\":\"n\",\"type\":\"integer\",\"role\":\"key\"},{\"name\":\"s\",\"type\":\"category\"}",
        "{\"name\":\"n\",\"type\":\"integer\"},{\"name\":\"s\",\"type\":\"category\",\"fold\":\"upper\"}",
        "{\"name\":\"n\",\"type\":\"integer\"},{\"name\":\"s\",\"type\":\"category\",\"trim\":false}",
        "{\"name\":\"n\",\"type\":\"integer\"},{\"name\":\"s\",\"type\":\"category\",\"normalise\":\"zip5\"}",
        "{\"name\":\"n\",\"type\":\"integer\"},{\"name\":\"s\",\"type\":\"category\",\"synonyms\":{\"a\":\"b\"}}",
        "{\"name\":\"n\",\"type\":\"timestamp\"},{\"name\":\"s\",\"type\":\"category\"}",
        "{\"name\":\"number\",\"aliases\":[\"n\"],\"type\":\"integer\"},{\"name\":\"s\",\"type\":\"category\"}",
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (same(recipe_of_columns(others[i]), usual)) print_message("%s\n", others[i]);
        assert_false(same(recipe_of_columns(others[i]), usual));
    }
}

static void the_recipe_knows_dialect_and_policy(void **state) {
    (void)state;
    fixture f;
    make(&f, usual_columns);
    const cln_digest usual = recipe_of(&f);
    const cln_ingest_request request = f.request;
#define CHANGES_WITH(change)                                                                                           \
    do {                                                                                                               \
        f.request = request;                                                                                           \
        f.request.change;                                                                                              \
        assert_false(same(recipe_of(&f), usual));                                                                      \
    } while (0)
    CHANGES_WITH(dialect.delimiter = ';');
    CHANGES_WITH(dialect.has_quote = false);
    CHANGES_WITH(dialect.has_header = false);
    CHANGES_WITH(dialect.newlines_in_quotes = false);
    CHANGES_WITH(dialect.skip_lines = 1);
    CHANGES_WITH(dialect.fallback = CLN_FALLBACK_NONE);
    CHANGES_WITH(policy.on_bad_cell = CLN_ON_BAD_REJECT);
    CHANGES_WITH(policy.repair_malformed = true);
    CHANGES_WITH(policy.max_record_bytes = 17);
    CHANGES_WITH(partition = "q");
    CHANGES_WITH(path = "/folder/y.csv");
    clean(&f);
}

static void the_recipe_knows_nothing_of_the_machine(void **state) {
    (void)state;
    fixture f;
    make(&f, usual_columns);
    const cln_digest usual = recipe_of(&f);
    f.request.path = "/elsewhere/x.csv";
    f.request.store_dir = "/other";
    f.request.scratch_dir = "/tmp";
    f.request.memory_bytes = 1 << 30;
    f.request.stripe_size_bytes = 7;
    f.request.fsync = true;
    f.request.max_reject_rate = 0.5;
    assert_true(same(recipe_of(&f), usual));
    clean(&f);
}

static const char *text_at(const cJSON *object, const char *key) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsString(item) ? item->valuestring : "?";
}

static void provenance_is_json(void **state) {
    (void)state;
    fixture f;
    make(&f, usual_columns);
    f.request.path = "/folder/a \"b\".csv";
    f.request.dialect.delimiter = '\t';
    f.request.max_reject_rate = 0.25;
    cln_sidecar sidecar = {.json = (char[]){"{\"url\":\"https://a/b\"}"}};
    cln_buffer json;
    cln_buffer_init(&json, SIZE_MAX);
    const cln_source_file file = {.content_hash = "c0ffee", .size_bytes = 1234, .content_bytes = 1234};
    must(cln_provenance_to_json(&f.request, &sidecar, &f.schema, &f.prologue, &file, true, &json, NULL));
    cJSON *object = cJSON_ParseWithLength(json.data, json.size);
    assert_non_null(object);
    assert_string_equal(text_at(object, "file_name"), "a \"b\".csv");
    assert_string_equal(text_at(object, "content_hash"), "c0ffee");
    assert_string_equal(text_at(object, "program_version"), COLONNADE_VERSION);
    assert_string_equal(text_at(cJSON_GetObjectItem(object, "dialect"), "delimiter"), "\t");
    assert_string_equal(text_at(cJSON_GetObjectItem(object, "source"), "url"), "https://a/b");
    assert_true(cJSON_IsTrue(cJSON_GetObjectItem(object, "sample")));
    assert_string_equal(text_at(object, "time_zone"), "America/Denver");
    assert_true(cJSON_GetObjectItem(object, "max_reject_rate")->valuedouble == 0.25);
    assert_true(cJSON_IsFalse(cJSON_GetObjectItem(object, "allow_rejects")));
    assert_int_equal(cJSON_GetArrayItem(cJSON_GetObjectItem(object, "data_range"), 1)->valueint, 1234);
    assert_null(cJSON_GetObjectItem(object, "compression"));
    must(cln_buffer_terminate(&json, NULL));
    assert_null(strstr(json.data, "/folder"));
    cJSON_Delete(object);
    cln_buffer_clean_up(&json);
    clean(&f);
}

static void provenance_tells_of_compression(void **state) {
    (void)state;
    fixture f;
    make(&f, usual_columns);
    const cln_sidecar sidecar = {0};
    const cln_source_file file = {
        .content_hash = "c0ffee", .size_bytes = 99, .compression = CLN_COMPRESSION_ZSTD, .content_bytes = 1234};
    cln_buffer json;
    cln_buffer_init(&json, SIZE_MAX);
    must(cln_provenance_to_json(&f.request, &sidecar, &f.schema, &f.prologue, &file, false, &json, NULL));
    cJSON *object = cJSON_ParseWithLength(json.data, json.size);
    assert_non_null(object);
    assert_string_equal(text_at(object, "compression"), "zstd");
    assert_int_equal(cJSON_GetObjectItem(object, "size_bytes")->valueint, 99);
    assert_int_equal(cJSON_GetObjectItem(object, "decompressed_size_bytes")->valueint, 1234);
    assert_int_equal(cJSON_GetArrayItem(cJSON_GetObjectItem(object, "data_range"), 1)->valueint, 1234);
    cJSON_Delete(object);
    cln_buffer_clean_up(&json);
    clean(&f);
}

static void the_schema_is_json(void **state) {
    (void)state;
    fixture f;
    make(&f, "{\"name\":\"n\",\"type\":\"timestamp\",\"role\":\"time\"},"
             "{\"name\":\"s\",\"type\":\"category\",\"synonyms\":{\"a\":\"b\"}}");
    cln_buffer json;
    cln_buffer_init(&json, SIZE_MAX);
    must(cln_schema_to_json(&f.schema, &json, NULL));
    cJSON *list = cJSON_ParseWithLength(json.data, json.size);
    assert_int_equal(cJSON_GetArraySize(list), 3);
    const cJSON *time = cJSON_GetArrayItem(list, 0);
    assert_string_equal(text_at(time, "role"), "time");
    assert_string_equal(text_at(cJSON_GetArrayItem(cJSON_GetObjectItem(time, "formats"), 1), "pattern"), "%m/%d/%Y");
    assert_string_equal(text_at(cJSON_GetObjectItem(cJSON_GetArrayItem(list, 1), "synonyms"), "a"), "b");
    assert_string_equal(text_at(cJSON_GetArrayItem(list, 2), "type"), "auto");
    assert_string_equal(text_at(cJSON_GetArrayItem(list, 2), "source_name"), "other");
    cJSON_Delete(list);
    cln_buffer_clean_up(&json);
    clean(&f);
}

int main(void) {
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, temporary_folder_make, temporary_folder_remove)
    const struct CMUnitTest tests[] = {
        IN_FOLDER(a_file_without_a_sidecar),
        IN_FOLDER(a_sidecar_of_fetch),
        IN_FOLDER(a_sidecar_of_generate),
        IN_FOLDER(a_damaged_sidecar_is_named),
        cmocka_unit_test(the_recipe_knows_all_that_decides_what_is_stored),
        cmocka_unit_test(the_recipe_knows_dialect_and_policy),
        cmocka_unit_test(the_recipe_knows_nothing_of_the_machine),
        cmocka_unit_test(provenance_is_json),
        cmocka_unit_test(provenance_tells_of_compression),
        cmocka_unit_test(the_schema_is_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
