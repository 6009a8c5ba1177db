/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rules for duplicates, the file that says which rows count, and what a scan
 * makes of it.
 */
#include "../../src/store/key_text.h"
#include "../../src/store/live_file.h"
#include "../../src/store/manifest_text.h"
#include "colonnade/store/dataset_paths.h"
#include "colonnade/store/duplicates.h"
#include "colonnade/store/removal.h"
#include "folder.h"
#include "small.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* HDF5 1.10 loses memory of its own when it meets damaged metadata; the leak
 * checker looks for this function. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) {
    return "leak:libhdf5\n";
}

static const small_column first[] = {
    {"record", CLN_TYPE_INTEGER, "", {"2", "3", "4", "5", "6"}},
    {"id", CLN_TYPE_TEXT, "key", {"1.0", "2", "", "GO7", "007"}},
    {"condition", CLN_TYPE_CATEGORY, "", {"wet", "dry", "", "icy", "wet"}},
    {"height", CLN_TYPE_DOUBLE, "", {"0.5", "", "1.5", "2.5", "3.5"}},
    {"address", CLN_TYPE_TEXT, "", {"a", "bb", "", "dddd", "e"}},
    {"fatal", CLN_TYPE_BOOLEAN, "", {"1", "0", "", "1", "0"}},
    {.name = NULL},
};
/* The key is another type. */
static const small_column second[] = {
    {"record", CLN_TYPE_INTEGER, "", {"2", "3", "4"}},
    {"id", CLN_TYPE_INTEGER, "key", {"7", "9", "1"}},
    {"address", CLN_TYPE_CATEGORY, "", {"x", "y", "z"}},
    {.name = NULL},
};
/* No key at all. */
static const small_column third[] = {
    {"record", CLN_TYPE_INTEGER, "", {"2", "3"}},
    {"address", CLN_TYPE_TEXT, "", {"x", "x"}},
    {.name = NULL},
};

static folder place;
static cln_error err;

static int set_up(void **state) {
    (void)state;
    folder_make(&place);
    return small_publish(place.path, "d", "b", second, 3, NULL) != CLN_OK ||
           small_publish(place.path, "d", "a", first, 5, NULL) != CLN_OK ||
           small_publish(place.path, "d", "c", third, 2, NULL) != CLN_OK;
}

static int tear_down(void **state) {
    (void)state;
    folder_remove(&place);
    return 0;
}

static cln_duplicate_rule rule_of(cln_on_duplicate on_duplicate, cln_key_column *column) {
    *column = (cln_key_column){.name = (char *)(uintptr_t) "id", .compare = CLN_COMPARE_NUMBER};
    return (cln_duplicate_rule){.on_duplicate = on_duplicate, .column_count = 1, .columns = column};
}

static cln_status resolve(cln_manifest *manifest) {
    const cln_duplicate_options options = {
        .store_dir = place.path, .dataset = "d", .scratch_dir = place.path, .memory_bytes = 4096};
    return cln_duplicates_resolve(&small_comm, manifest, &options, &err);
}

/* The dataset under a rule. */
static cln_status apply(cln_on_duplicate on_duplicate) {
    cln_manifest manifest;
    cln_key_column column;
    bool exists;
    const cln_duplicate_rule none = {0}, rule = rule_of(on_duplicate, &column);
    CLN_TRY(cln_manifest_read(&manifest, place.path, "d", &exists, &err));
    cln_status status = cln_manifest_set_rule(&manifest, on_duplicate == CLN_DUPLICATES_UNSET ? &none : &rule, &err);
    if (status == CLN_OK) status = resolve(&manifest);
    if (status == CLN_OK) status = cln_manifest_publish(&manifest, place.path, false, &err);
    cln_manifest_clean_up(&manifest);
    return status;
}

static void expect_column(const char *name, const char *text) {
    cln_dataset *dataset;
    if (cln_dataset_open(&dataset, &small_comm, place.path, "d", &err) != CLN_OK) fail_msg("%s", err.message);
    assert_string_equal(small_column_text(dataset, -1, name), text);
    cln_dataset_close(dataset);
}

static void expect_counts(uint64_t a, uint64_t b) {
    cln_manifest manifest;
    bool exists;
    assert_int_equal(cln_manifest_read(&manifest, place.path, "d", &exists, &err), CLN_OK);
    assert_int_equal(manifest.partition_count, 3);
    assert_true(manifest.partitions[0].duplicates == a && manifest.partitions[1].duplicates == b);
    assert_true(manifest.partitions[2].duplicates == 0);
    assert_true(cln_partition_live_rows(&manifest.partitions[0]) == 5 - a);
    cln_manifest_clean_up(&manifest);
}

/* 1.0 of a is 1 of b, 007 of a is 7 of b; c has no key and all its rows count. */
static void the_first_is_kept(void **state) {
    (void)state;
    assert_int_equal(apply(CLN_DUPLICATES_KEEP_FIRST), CLN_OK);
    expect_counts(0, 2);
    expect_column("record", "integer: a 2|3|4|5|6 b 3 c 2|3");
    expect_column("id", "text: a 1.0|2||GO7|007 b 9 c ?|?");
}

static void the_last_is_kept(void **state) {
    (void)state;
    assert_int_equal(apply(CLN_DUPLICATES_KEEP_LAST), CLN_OK);
    expect_counts(2, 0);
    expect_column("record", "integer: a 3|4|5 b 2|3|4 c 2|3");
    expect_column("id", "text: a 2||GO7 b 7|9|1 c ?|?");
    expect_column("condition", "category: a dry||icy b ?|?|? c ?|?");
    expect_column("height", "double: a |1.5|2.5 b ?|?|? c ?|?");
    expect_column("address", "text: a bb||dddd b x|y|z c x|x");
    expect_column("fatal", "boolean: a 0||1 b ?|?|? c ?|?");
}

static void without_a_rule_all_rows_count(void **state) {
    (void)state;
    assert_int_equal(apply(CLN_DUPLICATES_KEEP_LAST), CLN_OK);
    assert_int_equal(apply(CLN_DUPLICATES_UNSET), CLN_OK);
    expect_counts(0, 0);
    expect_column("record", "integer: a 2|3|4|5|6 b 2|3|4 c 2|3");
}

static void a_scan_may_ask_for_all_rows(void **state) {
    (void)state;
    cln_dataset *dataset;
    cln_batch_source *source;
    cln_batch batch;
    const char *name = "id";
    const cln_scan_options options = {.table = "columns",
                                      .partition = 1,
                                      .columns = &name,
                                      .column_count = 1,
                                      .with_duplicates = true,
                                      .as_text = true};
    assert_int_equal(apply(CLN_DUPLICATES_KEEP_FIRST), CLN_OK);
    assert_int_equal(cln_dataset_open(&dataset, &small_comm, place.path, "d", &err), CLN_OK);
    assert_int_equal(cln_dataset_scan_with(dataset, &options, &source, &err), CLN_OK);
    assert_int_equal(source->get_next(source, &batch, &err), CLN_OK);
    size_t partition;
    uint64_t first_row;
    cln_dataset_scan_place(source, &partition, &first_row);
    assert_true(batch.rows == 3 && partition == 1 && first_row == 0);
    assert_true(cln_span_equal(cln_vector_text(&batch.vectors[0], 2), cln_span_of_string("1")));
    source->release(source);
    cln_dataset_close(dataset);
}

static void failing_names_key_partitions_and_records(void **state) {
    (void)state;
    assert_int_equal(apply(CLN_DUPLICATES_KEEP_LAST), CLN_OK);
    assert_int_equal(apply(CLN_DUPLICATES_FAIL), CLN_ERR_DATA);
    assert_non_null(strstr(err.message, "2 rows of 'd'"));
    assert_non_null(strstr(err.message, "id \"7\" is record 6 of \"a\" and record 2 of \"b\""));
    assert_non_null(strstr(err.message, "id \"1\" is record 2 of \"a\" and record 4 of \"b\""));
    expect_counts(2, 0); /* what was published stays */
}

static void equal_rows_are_counted(void **state) {
    (void)state;
    cln_dataset *dataset;
    uint64_t counts[3];
    assert_int_equal(cln_dataset_open(&dataset, &small_comm, place.path, "d", &err), CLN_OK);
    assert_int_equal(cln_duplicates_count_rows(dataset, &small_comm, place.path, 4096, counts, &err), CLN_OK);
    cln_dataset_close(dataset);
    assert_true(counts[0] == 0 && counts[1] == 0 && counts[2] == 1);
}

/* What has changed is not published before duplicates were looked for. */
static void what_is_stale_is_not_published(void **state) {
    (void)state;
    cln_manifest manifest;
    bool exists;
    assert_int_equal(apply(CLN_DUPLICATES_KEEP_FIRST), CLN_OK);
    assert_int_equal(cln_manifest_read(&manifest, place.path, "d", &exists, &err), CLN_OK);
    const cln_partition_info again = manifest.partitions[1];
    assert_int_equal(cln_manifest_put(&manifest, &again, &err), CLN_OK);
    assert_int_equal(cln_manifest_publish(&manifest, place.path, false, &err), CLN_ERR_INTERNAL);
    cln_manifest_clean_up(&manifest);
}

static void removal_looks_again(void **state) {
    (void)state;
    cln_removal removal;
    cln_left_files left;
    const char *id = "a";
    assert_int_equal(apply(CLN_DUPLICATES_KEEP_FIRST), CLN_OK);
    assert_int_equal(cln_removal_look(&removal, place.path, "d", &id, 1, &err), CLN_OK);
    assert_int_equal(cln_removal_carry_out(&removal, place.path, false, &left, &err), CLN_OK);
    cln_removal_clean_up(&removal);
    cln_left_files_clean_up(&left);
    expect_column("record", "integer: b 2|3|4 c 2|3");
    assert_int_equal(small_publish(place.path, "d2", "x", first, 5, &err), CLN_OK); /* others have no rule */
}

/* ---- Damage ---- */

static char *live_path(void) {
    cln_manifest manifest;
    bool exists;
    char *path;
    assert_int_equal(cln_manifest_read(&manifest, place.path, "d", &exists, &err), CLN_OK);
    assert_non_null(manifest.live.file);
    assert_true(cln_is_live_file(manifest.live.file));
    assert_int_equal(cln_dataset_path(&path, place.path, "d", manifest.live.file, &err), CLN_OK);
    cln_manifest_clean_up(&manifest);
    return path;
}

/* Whether all live records can be read, and are right. */
static bool reads_well(bool *is_right) {
    cln_dataset *dataset;
    *is_right = false;
    if (cln_dataset_open(&dataset, &small_comm, place.path, "d", &err) != CLN_OK) return false;
    const char *text = small_column_text(dataset, -1, "record");
    const bool reads = strncmp(text, "integer:", 8) == 0;
    *is_right = strcmp(text, "integer: a 2|3|4|5|6 b 3 c 2|3") == 0;
    cln_dataset_close(dataset);
    return reads;
}

static void no_bit_of_the_file_is_believed(void **state) {
    (void)state;
    assert_int_equal(apply(CLN_DUPLICATES_KEEP_FIRST), CLN_OK);
    char *path = live_path();
    cln_buffer bytes = folder_read(path);
    for (size_t i = 0; i < bytes.size; i += 31) {
        bool is_right;
        bytes.data[i] ^= 0x10;
        assert_int_equal(cln_file_replace(path, cln_buffer_span(&bytes), false, &err), CLN_OK);
        if (reads_well(&is_right)) assert_true(is_right);
        bytes.data[i] ^= 0x10;
    }
    cln_buffer_clean_up(&bytes);
    free(path);
}

static void a_missing_file_is_told(void **state) {
    (void)state;
    cln_dataset *dataset;
    assert_int_equal(apply(CLN_DUPLICATES_KEEP_FIRST), CLN_OK);
    char *path = live_path();
    assert_int_equal(unlink(path), 0);
    assert_int_equal(cln_dataset_open(&dataset, &small_comm, place.path, "d", &err), CLN_ERR_IO);
    assert_non_null(strstr(err.message, path));
    assert_non_null(strstr(err.message, "--replace"));
    free(path);
}

/* ---- Rules ---- */

static void expect_refused(const char *text) {
    cln_manifest manifest;
    assert_int_equal(cln_manifest_from_text(&manifest, cln_span_of_string(text), &err), CLN_ERR_IO);
}

static void manifests_are_checked(void **state) {
    (void)state;
#define RULE(members) "{\"format\":2,\"dataset\":\"d\",\"duplicates\":{" members "},\"partitions\":["
#define PARTITION(members)                                                                                             \
    "{\"id\":\"a\",\"file\":\"partitions/a.1.h5\",\"content_hash\":\"\",\"origin\":\"\","                              \
    "\"is_sample\":false,\"rows\":5,\"rejected\":0,\"source_size_bytes\":1,\"size_bytes\":1" members "}"
#define KEY "\"on_duplicate\":\"keep-last\",\"key\":[{\"column\":\"x\",\"compare\":\"number\"}]"
#define END "]}\n"
    static const char good[] = RULE(KEY ",\"file\":\"live/mask.0.h5\",\"size_bytes\":9")
        PARTITION(",\"duplicates\":5,\"is_checked\":true") END;
    cln_manifest manifest;
    assert_int_equal(cln_manifest_from_text(&manifest, cln_span_of_string(good), &err), CLN_OK);
    assert_string_equal(manifest.live.file, "live/mask.0.h5");
    assert_string_equal(manifest.rule.columns[0].name, "x");
    assert_false(manifest.live.is_stale);
    cln_manifest_clean_up(&manifest);
    expect_refused(RULE(KEY ",\"file\":\"live/mask.0.h5\",\"size_bytes\":9")
                       PARTITION(",\"duplicates\":6,\"is_checked\":true") END);
    expect_refused(RULE(KEY ",\"file\":\"live/mask.0.h5\",\"size_bytes\":9")
                       PARTITION(",\"duplicates\":1,\"is_checked\":false") END);
    expect_refused(RULE(KEY ",\"file\":\"live/../x.h5\",\"size_bytes\":9") END);
    expect_refused(RULE("\"on_duplicate\":\"keep-last\",\"key\":[],\"file\":\"\",\"size_bytes\":0") END);
    expect_refused(RULE("\"on_duplicate\":\"keep\",\"key\":[{\"column\":\"x\",\"compare\":\"bytes\"}],\"file\":\"\","
                        "\"size_bytes\":0") END);
    expect_refused("{\"format\":2,\"dataset\":\"d\",\"partitions\":[]}");
    expect_refused("{\"format\":3,\"dataset\":\"d\",\"partitions\":[]}");
}

static void what_was_said_comes_before_what_is_configured(void **state) {
    (void)state;
    cln_config_column columns[] = {{.name = (char *)(uintptr_t) "v"},
                                   {.name = (char *)(uintptr_t) "k", .role = CLN_ROLE_KEY}};
    cln_config_dataset configured = {.columns = columns, .column_count = 2, .on_duplicate = CLN_DUPLICATES_KEEP_LAST};
    cln_key_column column;
    cln_manifest manifest = {.dataset = (char *)(uintptr_t) "d"};
    cln_duplicate_rule rule;
    assert_int_equal(cln_duplicate_rule_choose(&rule, CLN_DUPLICATES_FAIL, &configured, &manifest, &err), CLN_OK);
    assert_true(rule.on_duplicate == CLN_DUPLICATES_FAIL && rule.column_count == 1);
    assert_string_equal(rule.columns[0].name, "k");
    cln_duplicate_rule_clean_up(&rule);
    manifest.rule = rule_of(CLN_DUPLICATES_KEEP_FIRST, &column);
    assert_int_equal(cln_duplicate_rule_choose(&rule, CLN_DUPLICATES_UNSET, &configured, &manifest, &err), CLN_OK);
    assert_true(rule.on_duplicate == CLN_DUPLICATES_KEEP_LAST);
    cln_duplicate_rule_clean_up(&rule);
    assert_int_equal(cln_duplicate_rule_choose(&rule, CLN_DUPLICATES_UNSET, NULL, &manifest, &err), CLN_OK);
    assert_true(cln_duplicate_rule_equal(&rule, &manifest.rule));
    cln_duplicate_rule_clean_up(&rule);
    assert_int_equal(cln_duplicate_rule_choose(&rule, CLN_DUPLICATES_ALLOW, &configured, &manifest, &err), CLN_OK);
    assert_true(rule.on_duplicate == CLN_DUPLICATES_UNSET && rule.column_count == 0);
    manifest.rule = (cln_duplicate_rule){0};
    assert_int_equal(cln_duplicate_rule_choose(&rule, CLN_DUPLICATES_FAIL, NULL, &manifest, &err), CLN_ERR_USAGE);
    assert_non_null(strstr(err.message, "role \"key\""));
}

static void numbers_are_the_same_however_written(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"20148031043.0", "20148031043e0"},
        {"20148031043", "20148031043e0"},
        {"2.0148031043E+10", "20148031043e0"},
        {"0020148031043.", "20148031043e0"},
        {"100", "1e2"},
        {"+1e2", "1e2"},
        {"-0.50", "-5e-1"},
        {"-.5", "-5e-1"},
        {"0.05", "5e-2"},
        {"0", "0"},
        {"-0.000", "0"},
        {"0e5", "0"},
        {" 7 ", "7e0"},
        {"9007199254740993", "9007199254740993e0"},
        {"123456789012345678901234567890", "12345678901234567890123456789e1"},
        {"GO2014.0", "GO2014.0"},
        {"1.2.3", "1.2.3"},
        {"1e", "1e"},
        {"1e9999999999", "1e9999999999"},
        {".", "."},
        {"-", "-"},
        {"", ""},
        {"0x10", "0x10"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cln_buffer key;
        cln_buffer_init(&key, SIZE_MAX);
        assert_int_equal(cln_append_number_key(cln_span_of_string(cases[i][0]), &key, &err), CLN_OK);
        assert_int_equal(cln_buffer_terminate(&key, &err), CLN_OK);
        assert_string_equal(key.data, cases[i][1]);
        cln_buffer_clean_up(&key);
    }
}

/* ("a", "bc") is not ("ab", "c"). */
static void values_of_a_key_do_not_run_together(void **state) {
    (void)state;
    static const char *names[] = {"x", "y"};
    cln_compare compares[] = {CLN_COMPARE_BYTES, CLN_COMPARE_BYTES};
    const cln_key_spec spec = {.column_count = 2, .names = names, .compares = compares};
    const uint64_t offsets[2][4] = {{0, 1, 3, 3}, {0, 2, 3, 4}};
    const cln_vector vectors[] = {{.type = CLN_TYPE_TEXT, .rows = 3, .offsets = offsets[0], .bytes = "aab"},
                                  {.type = CLN_TYPE_TEXT, .rows = 3, .offsets = offsets[1], .bytes = "bccd"}};
    const bool recorded[] = {true, true};
    const cln_batch batch = {.rows = 3, .vectors = vectors, .recorded = recorded};
    cln_buffer keys[3];
    bool is_null[3];
    for (size_t i = 0; i < 3; i++) {
        cln_buffer_init(&keys[i], SIZE_MAX);
        assert_int_equal(cln_key_of_row(&spec, &batch, i, &keys[i], &is_null[i], &err), CLN_OK);
    }
    assert_false(is_null[0] || is_null[1]);
    assert_true(is_null[2]); /* a part of it is */
    assert_false(cln_span_equal(cln_buffer_span(&keys[0]), cln_buffer_span(&keys[1])));
    for (size_t i = 0; i < 3; i++) cln_buffer_clean_up(&keys[i]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_first_is_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_last_is_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_a_rule_all_rows_count, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_scan_may_ask_for_all_rows, set_up, tear_down),
        cmocka_unit_test_setup_teardown(failing_names_key_partitions_and_records, set_up, tear_down),
        cmocka_unit_test_setup_teardown(equal_rows_are_counted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_stale_is_not_published, set_up, tear_down),
        cmocka_unit_test_setup_teardown(removal_looks_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_bit_of_the_file_is_believed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_missing_file_is_told, set_up, tear_down),
        cmocka_unit_test(manifests_are_checked),
        cmocka_unit_test(what_was_said_comes_before_what_is_configured),
        cmocka_unit_test(numbers_are_the_same_however_written),
        cmocka_unit_test(values_of_a_key_do_not_run_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
