/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whole ingests of small files: what stands in the store afterwards, and what
 * became of the store when nothing was published.
 */
#include "temp_store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static cln_config config;
static const cln_config_dataset *declared;
static cln_ingest_outcome outcome;
static cln_error err;

static int start_each(void **state) {
    err.message[0] = '\0';
    return make_store(state);
}

static cln_status ingest_text(const char *text, const cln_config_dataset *dataset) {
    return ingest_bytes(text_of(text), dataset, &outcome, &err);
}

/* ---- Values ---- */

static void every_type_with_nulls(void **state) {
    (void)state;
    const char file[] = "n,X,T,b,c,s,More\r\n"
                        "1,0.5,2015-07-12 09:55:00,yes, Dry ,\"say \"\"hi\"\", you\",one\r\n"
                        ",,,,  ,,\r\n"
                        "-300,1e-3,1/2/1970,N,wet,line\xC3\xA9,two\r\n";
    const cln_status status = ingest_text(file, declared);
    assert_string_equal(err.message, "");
    assert_int_equal(status, CLN_OK);
    assert_int_equal(outcome.result, CLN_INGEST_PUBLISHED);
    assert_int_equal(outcome.rows, 3);
    assert_true(columns_read_as("record:integer n:integer x:double t:timestamp b:boolean c:category s:text "
                                "more:category\n"
                                "2|1|0.5|1436694900|1|DRY|say \"hi\", you|one\n"
                                "3|-|-|-|-|-|-|-\n"
                                "4|-300|0.001|86400|0|soaked|line\xC3\xA9|two\n"));
    assert_true(rejects_read_as("record:integer offset:integer size_bytes:integer column:category reason:category "
                                "raw:text\n"));
}

static void columns_without_values(void **state) {
    (void)state;
    assert_int_equal(ingest_text("n,x,t,b,c,s,more\n,,,,,,\n , ,,,\"\",,\n", declared), CLN_OK);
    assert_true(columns_read_as("record:integer n:integer x:double t:timestamp b:boolean c:category s:text "
                                "more:category\n2|-|-|-|-|-|-|-\n3|-|-|-|-|-|-|-\n"));
}

static void a_header_alone_is_no_row(void **state) {
    (void)state;
    assert_int_equal(ingest_text("n,x,t,b,c,s", declared), CLN_OK);
    assert_int_equal(outcome.rows, 0);
    assert_true(columns_read_as("record:integer n:integer x:double t:timestamp b:boolean c:category s:text\n"));
}

static void a_single_record(void **state) {
    (void)state;
    assert_int_equal(ingest_text("\n\nn\n5", declared), CLN_OK);
    assert_true(columns_read_as("record:integer n:integer\n2|5\n"));
    assert_int_equal(outcome.account.blank_lines, 2);
}

static void without_a_header(void **state) {
    (void)state;
    write_file("x.csv", text_of("\n7,0.5\n8,\n"));
    cln_ingest_request request = request_for(in_folder("x.csv"), "x", NULL);
    request.dialect.has_header = false;
    assert_int_equal(ingest_with(&world, &request, &outcome, &err), CLN_OK);
    assert_true(columns_read_as("record:integer column_1:integer column_2:double\n1|7|0.5\n2|8|-\n"));
}

/* ---- Rejects and the account ---- */

static const char with_rejects[] = "\xEF\xBB\xBFn,s\n" /* 3 and 4 bytes */
                                   "1,a\n"             /* record 2, at 7 */
                                   "2,b,c\n"           /* 3, at 11 */
                                   "\n"                /* at 17 */
                                   "x,\"d\n\"\n"       /* 4, at 18 */
                                   "3,\"e\" f\n"       /* 5, at 25 */
                                   "4,caf\xE9\n"       /* 6, at 33 */
                                   "5,\x81\n"          /* 7, at 40 */
                                   "6,\"g";            /* 8, at 44 */

static const char list_of_rejects[] = "record:integer offset:integer size_bytes:integer column:category "
                                      "reason:category raw:text\n"
                                      "3|11|6|-|too many fields|2,b,c\n"
                                      "4|18|1|n|not an integer|x\n"
                                      "5|25|8|-|text after a closing quote|3,\"e\" f\n"
                                      "6|33|7|-|converted from windows-1252|4,caf\xE9\n"
                                      "7|40|4|-|bytes that the encoding does not define|5,\x81\n"
                                      "8|44|4|-|a quote that is not closed|6,\"g\n";

static void rejects_are_listed(void **state) {
    (void)state;
    assert_int_equal(ingest_text(with_rejects, declared), CLN_OK);
    assert_true(columns_read_as("record:integer n:integer s:text\n2|1|a\n4|-|d\n\n6|4|caf\xC3\xA9\n"));
    assert_true(rejects_read_as(list_of_rejects));
    const cln_account *a = &outcome.account;
    assert_int_equal(a->records_read, 7);
    assert_int_equal(a->records_stored, 3);
    assert_int_equal(a->records_rejected, 4);
    assert_int_equal(a->bytes_bom + a->bytes_header + a->bytes_blank, 3 + 4 + 1);
    assert_int_equal(a->bytes_stored, 4 + 7 + 7);
    assert_int_equal(a->bytes_rejected, 6 + 8 + 4 + 4);
    assert_int_equal(a->records_converted, 1);
    assert_int_equal(a->cells_bad, 1);
}

/* Whether the first partition's attribute is the account that was told. */
static bool stores_account(const cln_dataset *dataset) {
    cln_buffer json;
    cln_buffer_init(&json, SIZE_MAX);
    must(cln_account_to_json(&outcome.account, &json, NULL));
    must(cln_buffer_terminate(&json, NULL));
    const char *stored = cln_dataset_attribute(dataset, 0, "account");
    const bool same = stored != NULL && strcmp(stored, json.data) == 0;
    cln_buffer_clean_up(&json);
    return all_ranks(same);
}

static void the_account_is_stored(void **state) {
    (void)state;
    assert_int_equal(ingest_text(with_rejects, declared), CLN_OK);
    cln_dataset *dataset = open_dataset();
    const bool stored = stores_account(dataset);
    cln_dataset_close(dataset);
    assert_true(stored);
}

static void too_many_rejects_publish_nothing(void **state) {
    (void)state;
    char file[256];
    (void)snprintf(file, sizeof file, "n,s,c\n1,a,wet\n2,b,wet\n3,c\n");
    write_file("x.csv", text_of(file));
    cln_ingest_request request = request_for(in_folder("x.csv"), "x", declared);
    request.allow_rejects = false;
    request.max_reject_rate = 0.33;
    assert_int_equal(ingest_with(&world, &request, &outcome, &err), CLN_OK);
    assert_int_equal(outcome.result, CLN_INGEST_REFUSED);
    assert_int_equal(outcome.account.cells_renamed, 2); /* also of what was not stored */
    assert_true(root_finds(world.rank != 0 || !cln_file_exists(in_folder("store/d/master.h5"))));
    cln_dataset *list;
    const cln_status status = cln_dataset_open_file(&list, &world, in_folder("store/d/unpublished/x.h5"), &err);
    assert_int_equal(status, CLN_OK);
    const bool same = reads_as(list, "rejects",
                               "record:integer offset:integer size_bytes:integer column:category "
                               "reason:category raw:text\n4|22|4|-|too few fields|3,c\n");
    const bool stored = stores_account(list);
    cln_dataset_close(list);
    assert_true(same && stored);
    request.max_reject_rate = 0.34;
    assert_int_equal(ingest_with(&world, &request, &outcome, &err), CLN_OK);
    assert_int_equal(outcome.result, CLN_INGEST_PUBLISHED);
    assert_true(root_finds(world.rank != 0 || !cln_file_exists(in_folder("store/d/unpublished/x.h5"))));
}

/* As long as the longest record, and longer by one byte. */
static void over_long_records(void **state) {
    (void)state;
    write_file("x.csv", text_of("s\n0123456789abcdef01\n\"123456789\nbcdef01\"2\n0123456789abcdef012\nz\n"));
    const uint64_t stripes[] = {1, 7, 20, 1000};
    for (int i = 0; i < 4; i++) {
        cln_ingest_request request = request_for(in_folder("x.csv"), "x", declared);
        request.policy.max_record_bytes = 19;
        request.stripe_size_bytes = stripes[i];
        request.replace = true;
        assert_int_equal(ingest_with(&world, &request, &outcome, &err), CLN_OK);
        assert_int_equal(outcome.result, CLN_INGEST_PUBLISHED);
        assert_true(columns_read_as("record:integer s:text\n2|0123456789abcdef01\n5|z\n"));
        assert_true(rejects_read_as("record:integer offset:integer size_bytes:integer column:category "
                                    "reason:category raw:text\n"
                                    "3|21|21|-|longer than the maximum record|\"123456789\nbcdef01\"2\n\n"
                                    "4|42|20|-|longer than the maximum record|0123456789abcdef012\n\n"));
    }
}

static void the_first_bad_cell_ends_the_ingest(void **state) {
    (void)state;
    cln_buffer file;
    cln_buffer_init(&file, SIZE_MAX);
    must(cln_buffer_append_string(&file, "s,n\n", NULL));
    for (int i = 0; i < 200; i++)
        must(cln_buffer_append_format(&file, NULL, "row%d,%s\n", i, i % 70 == 69 ? "bad" : "1"));
    write_file("x.csv", cln_buffer_span(&file));
    cln_buffer_clean_up(&file);
    const uint64_t stripes[] = {1, 50, 700, 100000};
    for (int i = 0; i < 4; i++) {
        cln_ingest_request request = request_for(in_folder("x.csv"), "x", declared);
        request.policy.on_bad_cell = CLN_ON_BAD_FAIL;
        request.stripe_size_bytes = stripes[i];
        assert_int_equal(ingest_with(&world, &request, &outcome, &err), CLN_ERR_DATA);
        assert_non_null(strstr(err.message, "record 71,"));
    }
    assert_true(root_finds(world.rank != 0 || !cln_file_exists(in_folder("store/d/master.h5"))));
}

/* ---- Categories ---- */

/* "c,more" and `distinct` different values in each column. */
static void make_distinct(cln_buffer *file, int distinct) {
    cln_buffer_init(file, SIZE_MAX);
    must(cln_buffer_append_string(file, "c,more\n", NULL));
    for (int i = 0; i < distinct; i++) must(cln_buffer_append_format(file, NULL, "k%d,k%d\n", i * 7, i * 7));
}

/* The types of the columns c and more; *last is the last row. */
static bool types_are(cln_type c, cln_type more, const char *last) {
    cln_dataset *dataset = open_dataset();
    const cln_dataset_column *columns;
    size_t count;
    must(cln_dataset_columns(dataset, "columns", &columns, &count, NULL));
    bool good = count == 3 && columns[1].type == c && columns[2].type == more;
    cln_buffer text;
    read_table(dataset, "columns", &text);
    if (world.rank == 0) {
        good = good && text.size > strlen(last) && strcmp(text.data + text.size - strlen(last), last) == 0;
    }
    cln_buffer_clean_up(&text);
    cln_dataset_close(dataset);
    return all_ranks(good);
}

static void undeclared_categories_have_a_limit(void **state) {
    (void)state;
    cln_buffer file;
    make_distinct(&file, 4096);
    assert_int_equal(ingest_bytes(cln_buffer_span(&file), declared, &outcome, &err), CLN_OK);
    cln_buffer_clean_up(&file);
    assert_true(types_are(CLN_TYPE_CATEGORY, CLN_TYPE_CATEGORY, "4097|K28665|k28665\n"));
    make_distinct(&file, 4097);
    assert_int_equal(ingest_bytes(cln_buffer_span(&file), declared, &outcome, &err), CLN_OK);
    cln_buffer_clean_up(&file);
    assert_true(types_are(CLN_TYPE_CATEGORY, CLN_TYPE_TEXT, "4098|K28672|k28672\n"));
    assert_int_equal(outcome.account.columns_demoted, 0); /* nobody declared it */
}

static void declared_categories_have_a_limit(void **state) {
    (void)state;
    cln_buffer file;
    make_distinct(&file, 65536);
    assert_int_equal(ingest_bytes(cln_buffer_span(&file), declared, &outcome, &err), CLN_OK);
    cln_buffer_clean_up(&file);
    assert_int_equal(outcome.account.columns_demoted, 0);
    assert_true(types_are(CLN_TYPE_CATEGORY, CLN_TYPE_TEXT, "65537|K458745|k458745\n"));
    make_distinct(&file, 65537);
    assert_int_equal(ingest_bytes(cln_buffer_span(&file), declared, &outcome, &err), CLN_OK);
    cln_buffer_clean_up(&file);
    assert_int_equal(outcome.account.columns_demoted, 1);
    assert_true(types_are(CLN_TYPE_TEXT, CLN_TYPE_TEXT, "65538|K458752|k458752\n"));
}

/* Only one rank meets the many values, or the NUL; the others hold codes. */
static void a_category_overflows_on_some_ranks_only(void **state) {
    (void)state;
    for (int which = 0; which < 2; which++) {
        cln_buffer file;
        cln_buffer_init(&file, SIZE_MAX);
        must(cln_buffer_append_string(&file, "c,more\n", NULL));
        for (int i = 0; i < 60000; i++) must(cln_buffer_append_format(&file, NULL, "wet,m%d\n", i % 10));
        if (which == 0) {
            for (int i = 0; i < 5000; i++) must(cln_buffer_append_format(&file, NULL, "dry,q%d\n", i));
        } else {
            must(cln_buffer_append(&file, "dry,\0\n", 6, NULL));
        }
        must(cln_buffer_append_string(&file, "wet,m9\n", NULL));
        assert_int_equal(ingest_bytes(cln_buffer_span(&file), declared, &outcome, &err), CLN_OK);
        cln_buffer_clean_up(&file);
        assert_true(
            types_are(CLN_TYPE_CATEGORY, CLN_TYPE_TEXT, which == 0 ? "65002|soaked|m9\n" : "60003|soaked|m9\n"));
    }
}

/* Spellings that fold and synonyms make equal share a code; demoted columns
 * follow the same rules. */
static void synonyms_and_case(void **state) {
    (void)state;
    assert_int_equal(ingest_text("c\nwet\nWet\nsoaked\nSOAKED\ndry\n\nDry\n", declared), CLN_OK);
    assert_true(columns_read_as("record:integer c:category\n2|soaked\n3|soaked\n4|SOAKED\n5|SOAKED\n6|DRY\n7|DRY\n"));
    assert_int_equal(outcome.account.cells_renamed, 2);
    cln_buffer file;
    cln_buffer_init(&file, SIZE_MAX);
    must(cln_buffer_append(&file, "c\nwet\nd\0y\nWet\n", 14, NULL));
    assert_int_equal(ingest_bytes(cln_buffer_span(&file), declared, &outcome, &err), CLN_OK);
    cln_buffer_clean_up(&file);
    assert_int_equal(outcome.account.cells_renamed, 2);
    assert_int_equal(outcome.account.columns_demoted, 1);
    assert_int_equal(outcome.rows, 3);
}

/* ---- Inferred types ---- */

static bool inferred_is(const char *rest, cln_type expected, const char *last) {
    cln_buffer file;
    cln_buffer_init(&file, SIZE_MAX);
    must(cln_buffer_append_string(&file, "c,more\n", NULL));
    for (int i = 0; i < 12345; i++) must(cln_buffer_append_format(&file, NULL, "%d,%d\n", i, i));
    must(cln_buffer_append_format(&file, NULL, "12345,%s\n", rest));
    const cln_status status = ingest_bytes(cln_buffer_span(&file), NULL, &outcome, &err);
    cln_buffer_clean_up(&file);
    return status == CLN_OK && types_are(CLN_TYPE_INTEGER, expected, last);
}

static void the_last_row_tells(void **state) {
    (void)state;
    assert_true(inferred_is("-7", CLN_TYPE_INTEGER, "12347|12345|-7\n"));
    assert_true(inferred_is("3.5", CLN_TYPE_DOUBLE, "12347|12345|3.5\n"));
    assert_true(inferred_is("x", CLN_TYPE_TEXT, "12347|12345|x\n"));
    assert_true(inferred_is("007", CLN_TYPE_TEXT, "12347|12345|007\n"));
    assert_true(inferred_is("", CLN_TYPE_INTEGER, "12347|12345|-\n"));
}

static void types_of_a_file_that_nobody_declared(void **state) {
    (void)state;
    assert_int_equal(ingest_text("zip,day,at,flag,name,none\n"
                                 "00217,2015-01-02,8/2/2025 4:16:00 PM,y,\xC3\x89t\xC3\xA9,\n"
                                 "80207,2015-01-01,8/2/2025 12:00:01 AM,N,x,\n",
                                 NULL),
                     CLN_OK);
    assert_true(columns_read_as("record:integer zip:category day:timestamp at:timestamp flag:boolean "
                                "name:category none:category\n"
                                "2|00217|1420156800|1754151360|1|\xC3\x89t\xC3\xA9|-\n"
                                "3|80207|1420070400|1754092801|0|x|-\n"));
}

/* ---- Publishing ---- */

static void what_is_unchanged_is_left_alone(void **state) {
    (void)state;
    assert_int_equal(ingest_text("n\n1\n", declared), CLN_OK);
    assert_int_equal(ingest_text("n\n1\n", declared), CLN_OK);
    assert_int_equal(outcome.result, CLN_INGEST_UNCHANGED);
    assert_int_equal(outcome.rows, 1);
    assert_int_equal(ingest_text("n\n2\n", declared), CLN_OK); /* as many bytes */
    assert_int_equal(outcome.result, CLN_INGEST_PUBLISHED);
    assert_true(columns_read_as("record:integer n:integer\n2|2\n"));
    cln_ingest_request request = request_for(in_folder("x.csv"), "x", declared);
    request.policy.on_bad_cell = CLN_ON_BAD_REJECT; /* another recipe */
    assert_int_equal(ingest_with(&world, &request, &outcome, &err), CLN_OK);
    assert_int_equal(outcome.result, CLN_INGEST_PUBLISHED);
}

static void another_origin_needs_replace(void **state) {
    (void)state;
    assert_int_equal(ingest_text("n\n1\n", declared), CLN_OK);
    write_file("y.csv", text_of("n\n2\n"));
    cln_ingest_request request = request_for(in_folder("y.csv"), "x", declared);
    assert_int_equal(ingest_with(&world, &request, &outcome, &err), CLN_ERR_USAGE);
    assert_non_null(strstr(err.message, "x.csv"));
    assert_non_null(strstr(err.message, "--replace"));
    assert_true(columns_read_as("record:integer n:integer\n2|1\n"));
    request.replace = true;
    assert_int_equal(ingest_with(&world, &request, &outcome, &err), CLN_OK);
    assert_true(columns_read_as("record:integer n:integer\n2|2\n"));
}

static void the_sidecar_tells_the_origin(void **state) {
    (void)state;
    write_file("x.csv.meta.json",
               text_of("{\"url\": \"https://x.test/a.csv\", \"etag\": \"\\\"7\\\"\", \"sample\": true}"));
    assert_int_equal(ingest_text("n\n1\n", declared), CLN_OK);
    assert_true(outcome.is_sample);
    cln_dataset *dataset = open_dataset();
    const cln_partition_info info = cln_dataset_manifest(dataset)->partitions[0];
    const char *provenance = cln_dataset_attribute(dataset, 0, "provenance");
    const bool good = strcmp(info.origin, "https://x.test/a.csv") == 0 && info.is_sample && info.rows == 1 &&
                      info.source_size_bytes == 4 && provenance != NULL &&
                      strstr(provenance, "\"etag\":\"\\\"7\\\"\"") != NULL && strstr(provenance, folder) == NULL;
    cln_dataset_close(dataset);
    assert_true(all_ranks(good));
    write_file("x.csv.meta.json", text_of("[1]"));
    assert_int_equal(ingest_text("n\n1\n", declared), CLN_ERR_DATA);
    assert_non_null(strstr(err.message, "x.csv.meta.json"));
}

static void files_with_nothing_to_store(void **state) {
    (void)state;
    const cln_ingest_request missing = request_for(in_folder("missing.csv"), "x", declared);
    assert_int_equal(ingest_with(&world, &missing, &outcome, &err), CLN_ERR_IO);
    assert_non_null(strstr(err.message, "missing.csv"));
    const char *const empty[] = {"", "\xEF\xBB\xBF", "\n\r\n"};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(ingest_text(empty[i], declared), CLN_ERR_DATA);
        assert_non_null(strstr(err.message, "nothing to store"));
    }
    assert_int_equal(ingest_text("a;b\n1;2\n", declared), CLN_ERR_DATA);
    assert_non_null(strstr(err.message, "--delimiter"));
    assert_true(root_finds(world.rank != 0 || !cln_file_exists(in_folder("store/d/master.h5"))));
}

static void an_error_leaves_the_former_partition(void **state) {
    (void)state;
    assert_int_equal(ingest_text("n\n1\n", declared), CLN_OK);
    write_file("x.csv", text_of("n\nbad\n"));
    cln_ingest_request request = request_for(in_folder("x.csv"), "x", declared);
    request.policy.on_bad_cell = CLN_ON_BAD_FAIL;
    assert_int_equal(ingest_with(&world, &request, &outcome, &err), CLN_ERR_DATA);
    assert_true(columns_read_as("record:integer n:integer\n2|1\n"));
}

/* Only the last rank cannot stage its blocks: all hear of it, and leave. */
static void an_error_of_one_rank_is_that_of_all(void **state) {
    (void)state;
    cln_buffer file;
    make_distinct(&file, 40000);
    write_file("x.csv", cln_buffer_span(&file));
    cln_buffer_clean_up(&file);
    cln_ingest_request request = request_for(in_folder("x.csv"), "x", declared);
    request.memory_bytes = 1000;
    if (world.rank == world.size - 1) request.scratch_dir = "/nowhere/at/all";
    assert_int_equal(ingest_with(&world, &request, &outcome, &err), CLN_ERR_IO);
    assert_non_null(strstr(err.message, "/nowhere/at/all"));
    assert_true(root_finds(world.rank != 0 || !cln_file_exists(in_folder("store/d/master.h5"))));
}

int main(void) {
    cln_comm_prepare_environment();
    cln_comm_start(&world);
    parse_dataset(&config,
                  "{\"name\":\"n\",\"type\":\"integer\"},"
                  "{\"name\":\"x\",\"type\":\"double\"},"
                  "{\"name\":\"t\",\"type\":\"timestamp\"},"
                  "{\"name\":\"b\",\"type\":\"boolean\"},"
                  "{\"name\":\"c\",\"type\":\"category\",\"fold\":\"upper\",\"synonyms\":{\"WET\":\"soaked\"}},"
                  "{\"name\":\"s\",\"type\":\"text\"}");
    declared = cln_config_find_dataset(&config, "d");
#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, start_each, remove_store)
    const struct CMUnitTest tests[] = {
        WITH_STORE(every_type_with_nulls),
        WITH_STORE(columns_without_values),
        WITH_STORE(a_header_alone_is_no_row),
        WITH_STORE(a_single_record),
        WITH_STORE(without_a_header),
        WITH_STORE(rejects_are_listed),
        WITH_STORE(the_account_is_stored),
        WITH_STORE(too_many_rejects_publish_nothing),
        WITH_STORE(over_long_records),
        WITH_STORE(the_first_bad_cell_ends_the_ingest),
        WITH_STORE(undeclared_categories_have_a_limit),
        WITH_STORE(declared_categories_have_a_limit),
        WITH_STORE(a_category_overflows_on_some_ranks_only),
        WITH_STORE(synonyms_and_case),
        WITH_STORE(the_last_row_tells),
        WITH_STORE(types_of_a_file_that_nobody_declared),
        WITH_STORE(what_is_unchanged_is_left_alone),
        WITH_STORE(another_origin_needs_replace),
        WITH_STORE(the_sidecar_tells_the_origin),
        WITH_STORE(files_with_nothing_to_store),
        WITH_STORE(an_error_leaves_the_former_partition),
        WITH_STORE(an_error_of_one_rank_is_that_of_all),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    cln_config_clean_up(&config);
    cln_comm_stop(&world);
    return failed;
}
