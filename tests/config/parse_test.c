/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a configuration becomes: every key, and every default. */
#include "check.h"

static const char smallest[] =
    "{\"datasets\": {\"crashes\": {\"columns\": [{\"name\": \"When\", \"type\": \"timestamp\"}, "
    "{\"name\": \"Crash No\"}]}}}";

static void what_is_left_out_has_defaults(void **state) {
    (void)state;
    cln_config config;
    parse_good(&config, smallest);
    assert_string_equal(config.city, "the city");
    assert_string_equal(config.store_dir, "store");
    assert_string_equal(config.staging_dir, "staging");
    assert_string_equal(config.report_dir, "report");
    assert_true(config.fsync);
    assert_true(config.memory_bytes == 0);
    assert_int_equal(config.fetch.files, 4);
    assert_int_equal(config.fetch.retries, 5);
    assert_true(config.fetch.part_bytes == 33554432);
    for (size_t i = 0; i < CLN_BUCKET_COUNT; i++) assert_null(config.buckets[i]);
    assert_null(config.s3.endpoint);
    assert_null(config.s3.region);
    assert_int_equal(config.s3.path_style, CLN_PATH_STYLE_AUTO);
    assert_true(config.s3.part_size_bytes == 8 << 20);
    assert_int_equal(config.s3.parts_at_once, 4);
    assert_true(config.s3.memory_bytes == 64 << 20);
    assert_int_equal(config.s3.retries, 5);
    assert_true(config.s3.backoff_seconds == 0.5);
    assert_null(config.boundaries.name);
    assert_null(config.questions.accidents);
    assert_null(config.questions.calls);
    assert_int_equal(config.questions.good_condition_count, 0);
    cln_config_clean_up(&config);
}

static void a_dataset_has_defaults(void **state) {
    (void)state;
    cln_config config;
    parse_good(&config, smallest);
    const cln_config_dataset *const dataset = &config.datasets[0];
    assert_string_equal(dataset->name, "crashes");
    assert_string_equal(dataset->title, "crashes");
    assert_string_equal(dataset->unit, "records");
    assert_string_equal(dataset->time_zone, "UTC");
    assert_int_equal(dataset->delimiter, ',');
    assert_int_equal(dataset->quote, '"');
    assert_true(dataset->has_header);
    assert_true(dataset->newlines_in_quotes);
    assert_string_equal(dataset->fallback_encoding, "windows-1252");
    assert_false(dataset->repair_malformed);
    assert_int_equal(dataset->on_bad_cell, CLN_ON_BAD_NULL);
    assert_true(dataset->max_reject_rate == 0.01);
    assert_int_equal(dataset->source_count, 0);
    cln_config_clean_up(&config);
}

static void a_column_has_defaults(void **state) {
    (void)state;
    cln_config config;
    parse_good(&config, smallest);
    const cln_config_column *const when = &config.datasets[0].columns[0];
    const cln_config_column *const number = &config.datasets[0].columns[1];
    assert_string_equal(number->name, "crash_no");
    assert_string_equal(number->title, "crash_no");
    assert_string_equal(number->type_name, "auto");
    assert_int_equal(number->role, CLN_ROLE_NONE);
    assert_true(number->trim);
    assert_int_equal(number->fold, CLN_FOLD_NONE);
    assert_false(number->first_five);
    assert_int_equal(number->format_count, 0);
    assert_int_equal(when->format_count, 4); /* ISO 8601 */
    assert_string_equal(when->formats[0].pattern, "%Y-%m-%d %H:%M:%S");
    assert_false(when->formats[0].is_utc);
    cln_config_clean_up(&config);
}

static const char everything[] =
    "{\"city\": \"Portmere\", \"store\": \"a\", \"staging\": \"b\", \"report\": \"c\", \"fsync\": false, \"memory\": "
    "\"64M\","
    " \"buckets\": {\"staging\": \"s3://stage\", \"logs\": \"s3://logs.example/colonnade\", \"work\": \"\"},"
    " \"s3\": {\"endpoint\": \"http://127.0.0.1:8080\", \"region\": \"eu-west-1\", \"path_style\": true,"
    "   \"part_size\": \"5M\", \"parts_at_once\": 2, \"memory\": \"10M\", \"retries\": 0, \"backoff\": 0.25},"
    " \"questions\": {\"accidents\": \"crashes\", \"calls\": \"calls\", \"good_conditions\": [\"DRY\", \"FINE\"],"
    "   \"unknown_conditions\": [\"?\"]},"
    " \"fetch\": {\"files\": 2, \"connections\": 3, \"part_size\": \"1M\", \"size_limit\": \"1G\", \"retries\": 0,"
    "   \"backoff\": 0.25, \"backoff_limit\": 4, \"retry_after_limit\": 5, \"connect_timeout\": 6,"
    "   \"stall_timeout\": 7, \"transfer_timeout\": 8, \"export_wait\": 9, \"export_poll\": 0.5},"
    " \"boundaries\": {\"name\": \"areas\", \"url\": \"file:///data/areas.geojson\"},"
    " \"datasets\": {\"crashes\": {\"title\": \"Crashes\", \"unit\": \"crashes\", \"publisher\": "
    "\"Town\", \"licence\": \"CC0\", \"time_zone\": \"Europe/Amsterdam\","
    "   \"dialect\": {\"delimiter\": \"\\t\", \"quote\": \"'\", \"header\": false, \"newlines_in_quotes\": false,"
    "     \"skip_lines\": 2, \"fallback_encoding\": \"none\"},"
    "   \"on_malformed\": \"repair\", \"on_bad_cell\": \"fail\", \"max_reject_rate\": 0.5,"
    "   \"on_duplicate\": \"keep-last\","
    "   \"formats\": [\"%d/%m/%Y\"],"
    "   \"columns\": ["
    "     {\"name\": \"occurred\", \"type\": \"timestamp\", \"role\": \"time\", \"title\": \"time\"},"
    "     {\"name\": \"closed\", \"type\": \"timestamp\", \"formats\": [{\"pattern\": \"%Y%m%d\", \"zone\": \"utc\"},"
    "        {\"pattern\": \"%d.%m.%Y\", \"zone\": \"local\"}, \"epoch_ms\"]},"
    "     {\"name\": \"surface\", \"type\": \"category\", \"role\": \"condition\", \"fold\": \"upper\", \"trim\": "
    "false, \"nulls\": [\"N/A\", \"-\"],"
    "        \"synonyms\": {\"DRIED\": \"DRY\", \"MOIST\": \"WET\"}},"
    "     {\"name\": \"zip\", \"type\": \"category\", \"normalise\": \"zip5\", \"fold\": \"lower\"},"
    "     {\"name\": \"number\", \"role\": \"key\", \"compare\": \"number\"},"
    "     {\"name\": \"part\", \"role\": \"key\", \"type\": \"integer\"},"
    "     {\"name\": \"kind\", \"role\": \"key\"}],"
    "   \"sources\": [{\"name\": \"{year}\", \"urls\": [\"https://a.example/{year}.csv\", "
    "\"http://b.example/{year}.csv\"],"
    "       \"first_year\": 2015, \"last_year\": 2018},"
    "     {\"name\": \"2019\", \"url\": \"https://a.example/x.csv?y=1\"},"
    "     {\"name\": \"{year}\", \"url\": \"https://a.example/{year}.csv\", \"first_year\": 2020}]},"
    "  \"calls\": {\"columns\": [{\"name\": \"id\"}], \"on_bad_cell\": \"reject\","
    "    \"dialect\": {\"quote\": \"none\"}}}}";

static void every_key_of_the_whole_arrives(void **state) {
    (void)state;
    cln_config config;
    parse_good(&config, everything);
    assert_string_equal(config.city, "Portmere");
    assert_string_equal(config.store_dir, "a");
    assert_string_equal(config.staging_dir, "b");
    assert_string_equal(config.report_dir, "c");
    assert_false(config.fsync);
    assert_true(config.memory_bytes == 64 << 20);
    assert_string_equal(config.buckets[CLN_BUCKET_STAGING], "s3://stage");
    assert_string_equal(config.buckets[CLN_BUCKET_LOGS], "s3://logs.example/colonnade");
    assert_null(config.buckets[CLN_BUCKET_WORK]);
    assert_string_equal(config.s3.endpoint, "http://127.0.0.1:8080");
    assert_string_equal(config.s3.region, "eu-west-1");
    assert_int_equal(config.s3.path_style, CLN_PATH_STYLE_ALWAYS);
    assert_true(config.s3.part_size_bytes == 5 << 20);
    assert_int_equal(config.s3.parts_at_once, 2);
    assert_true(config.s3.memory_bytes == 10 << 20);
    assert_int_equal(config.s3.retries, 0);
    assert_true(config.s3.backoff_seconds == 0.25);
    assert_string_equal(config.boundaries.name, "areas");
    assert_int_equal(config.boundaries.url_count, 1);
    assert_string_equal(config.boundaries.urls[0], "file:///data/areas.geojson");
    assert_string_equal(config.questions.accidents, "crashes");
    assert_string_equal(config.questions.calls, "calls");
    assert_int_equal(config.questions.good_condition_count, 2);
    assert_string_equal(config.questions.good_conditions[1], "FINE");
    assert_int_equal(config.questions.unknown_condition_count, 1);
    assert_string_equal(config.questions.unknown_conditions[0], "?");
    cln_config_clean_up(&config);
}

static void every_key_of_a_dataset_arrives(void **state) {
    (void)state;
    cln_config config;
    parse_good(&config, everything);
    assert_int_equal(config.dataset_count, 2);
    const cln_config_dataset *const dataset = &config.datasets[0];
    assert_string_equal(dataset->title, "Crashes");
    assert_string_equal(dataset->unit, "crashes");
    assert_string_equal(dataset->publisher, "Town");
    assert_string_equal(dataset->licence, "CC0");
    assert_string_equal(dataset->time_zone, "Europe/Amsterdam");
    assert_int_equal(dataset->delimiter, '\t');
    assert_int_equal(dataset->quote, '\'');
    assert_false(dataset->has_header);
    assert_false(dataset->newlines_in_quotes);
    assert_int_equal(dataset->skip_lines, 2);
    assert_int_equal(config.datasets[1].quote, '\0');
    assert_string_equal(dataset->fallback_encoding, "none");
    assert_true(dataset->repair_malformed);
    assert_int_equal(dataset->on_bad_cell, CLN_ON_BAD_FAIL);
    assert_int_equal(config.datasets[1].on_bad_cell, CLN_ON_BAD_REJECT);
    assert_true(dataset->max_reject_rate == 0.5);
    assert_int_equal(dataset->on_duplicate, CLN_DUPLICATES_KEEP_LAST);
    assert_int_equal(config.datasets[1].on_duplicate, CLN_DUPLICATES_UNSET);
    cln_config_clean_up(&config);
}

static void every_key_of_a_column_arrives(void **state) {
    (void)state;
    cln_config config;
    parse_good(&config, everything);
    const cln_config_column *const columns = config.datasets[0].columns;
    assert_int_equal(config.datasets[0].column_count, 7);
    assert_int_equal(columns[0].role, CLN_ROLE_TIME);
    assert_string_equal(columns[0].title, "time");
    assert_int_equal(columns[0].format_count, 1); /* the dataset's */
    assert_string_equal(columns[0].formats[0].pattern, "%d/%m/%Y");
    assert_int_equal(columns[1].format_count, 3); /* its own */
    assert_true(columns[1].formats[0].is_utc);
    assert_false(columns[1].formats[1].is_utc);
    assert_true(columns[1].formats[2].is_utc); /* epoch_ms always is */
    assert_int_equal(columns[2].fold, CLN_FOLD_UPPER);
    assert_false(columns[2].trim);
    assert_int_equal(columns[2].synonym_count, 2);
    assert_string_equal(columns[2].synonyms[1].from, "MOIST");
    assert_string_equal(columns[2].synonyms[1].to, "WET");
    assert_int_equal(columns[2].null_count, 2);
    assert_string_equal(columns[2].nulls[1], "-");
    assert_int_equal(columns[3].fold, CLN_FOLD_LOWER);
    assert_true(columns[3].first_five);
    assert_int_equal(columns[4].compare, CLN_COMPARE_NUMBER);
    assert_int_equal(columns[5].compare, CLN_COMPARE_NUMBER); /* an integer */
    assert_int_equal(columns[6].compare, CLN_COMPARE_BYTES);
    cln_config_clean_up(&config);
}

static void every_key_of_fetch_arrives(void **state) {
    (void)state;
    cln_config config;
    parse_good(&config, everything);
    const cln_config_fetch *const fetch = &config.fetch;
    assert_int_equal(fetch->files, 2);
    assert_int_equal(fetch->connections, 3);
    assert_int_equal(fetch->part_bytes, 1 << 20);
    assert_int_equal(fetch->size_limit_bytes, 1 << 30);
    assert_int_equal(fetch->retries, 0);
    assert_true(fetch->backoff_seconds == 0.25);
    assert_true(fetch->backoff_limit_seconds == 4);
    assert_true(fetch->retry_after_limit_seconds == 5);
    assert_true(fetch->connect_timeout_seconds == 6);
    assert_true(fetch->stall_timeout_seconds == 7);
    assert_true(fetch->transfer_timeout_seconds == 8);
    assert_true(fetch->export_wait_seconds == 9);
    assert_true(fetch->export_poll_seconds == 0.5);
    cln_config_clean_up(&config);
}

static void every_key_of_a_source_arrives(void **state) {
    (void)state;
    cln_config config;
    parse_good(&config, everything);
    const cln_config_source *const sources = config.datasets[0].sources;
    assert_int_equal(config.datasets[0].source_count, 3);
    assert_string_equal(sources[0].name, "{year}");
    assert_int_equal(sources[0].url_count, 2);
    assert_string_equal(sources[0].urls[1], "http://b.example/{year}.csv");
    assert_int_equal(sources[0].first_year, 2015);
    assert_int_equal(sources[0].last_year, 2018);
    assert_int_equal(sources[1].first_year, 0);
    assert_string_equal(sources[1].urls[0], "https://a.example/x.csv?y=1");
    assert_int_equal(sources[2].first_year, 2020);
    assert_int_equal(sources[2].last_year, 0);
    cln_config_clean_up(&config);
}

static void a_byte_order_mark_is_no_mistake(void **state) {
    (void)state;
    cln_config config;
    parse_good(&config, "\xEF\xBB\xBF{\"datasets\": {}}\r\n");
    assert_int_equal(config.dataset_count, 0);
    cln_config_clean_up(&config);
}

static void cleaning_up_twice_is_harmless(void **state) {
    (void)state;
    cln_config config;
    parse_good(&config, everything);
    cln_config_clean_up(&config);
    cln_config_clean_up(&config);
    assert_null(config.datasets);
}

/* Every text that is cut short is refused with a place, and leaks nothing. */
static void every_beginning_is_refused(void **state) {
    (void)state;
    const size_t size = strlen(everything);
    for (size_t cut = 1; cut < size; cut++) {
        cln_config config;
        cln_error err = {""};
        const cln_status status = cln_config_parse(&config, cln_span_of(everything, cut), "cut", &err);
        if (status != CLN_ERR_USAGE) fail_msg("the first %zu bytes passed", cut);
        if (strncmp(err.message, "cut:1:", 6) != 0) fail_msg("no place in \"%s\"", err.message);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_left_out_has_defaults),   cmocka_unit_test(a_dataset_has_defaults),
        cmocka_unit_test(a_column_has_defaults),           cmocka_unit_test(every_key_of_the_whole_arrives),
        cmocka_unit_test(every_key_of_a_dataset_arrives),  cmocka_unit_test(every_key_of_a_column_arrives),
        cmocka_unit_test(every_key_of_a_source_arrives),   cmocka_unit_test(every_key_of_fetch_arrives),
        cmocka_unit_test(a_byte_order_mark_is_no_mistake), cmocka_unit_test(cleaning_up_twice_is_harmless),
        cmocka_unit_test(every_beginning_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
