/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every mistake is refused with its place and with what is allowed there. */
#include "check.h"

typedef struct refusal {
    const char *text;     /* put into the frame's %s */
    const char *words[4]; /* up to NULL; all in the message */
} refusal;

/* Each text stands in a frame that is good without it. */
static void expect_refusals(const char *frame, const refusal *refusals, size_t count) {
    const char *const hole = strstr(frame, "%s");
    for (size_t i = 0; i < count; i++) {
        char text[4096];
        (void)snprintf(text, sizeof text, "%.*s%s%s", (int)(hole - frame), frame, refusals[i].text, hole + 2);
        expect_refusal(text, refusals[i].words);
    }
}
#define EXPECT_REFUSALS(frame, refusals) expect_refusals((frame), (refusals), sizeof(refusals) / sizeof((refusals)[0]))

static void syntax_errors_have_line_and_column(void **state) {
    (void)state;
    static const refusal refusals[] = {
        {"", {"empty", "{}"}},
        {" \n\t", {"empty"}},
        {"{\n  \"city\": \"x\"\n  \"store\": \"y\"}", {"test.json:3:3:", "a comma or a closing brace"}},
        {"{\"city\": \"é\", x}", {"test.json:1:15:"}}, /* columns count characters */
        {"{\"datasets\": {},}", {"test.json:1:17:", "remove the comma"}},
        {"{\"a\": [1, 2,]}", {"test.json:1:13:", "remove the comma"}},
        {"{\"datasets\": {}", {"test.json:1:16:", "not closed"}},
        {"{\"city\": \"Den", {"test.json:1:14:", "not closed"}},
        {"{\"datasets\": {}} {}", {"test.json:1:18:", "nothing may follow"}},
        {"{\n // folders\n \"store\": \"x\"}", {"test.json:2:2:", "no comments"}},
        {"{'city': 'x'}", {"test.json:1:2:", "quotes with \""}},
        {"{\"city\": \"a\\u0000b\"}", {"test.json:1:12:", "NUL"}},
        {"{\"city\": \"\xE9\"}", {"not UTF-8"}},
        {"{\"a\" 1}", {"test.json:1:6:", "colon"}},
        {"{\"a\": yes}", {"test.json:1:7:", "a value is expected"}},
        {"{\"a\": [1 2]}", {"test.json:1:10:", "closing bracket"}},
        {"{\"a\": 01}", {"test.json:1:8:", "a comma"}},
        {"{\"a\": 1.}", {"test.json:1:9:", "digit"}},
        {"{\"a\": -x}", {"test.json:1:8:", "digit"}},
        {"{\"a\": \"b\n\"}", {"test.json:1:9:", "quotation mark"}},
        {"{\"a\": \"C:\\x\"}", {"test.json:1:11:", "escape"}},
        {"{\"a\": \"\\u12g4\"}", {"test.json:1:12:", "hexadecimal"}},
        {"{\"a\": \"\\ud800\"}", {"test.json:1:"}}, /* half of a pair */
        {"{a: 1}", {"test.json:1:2:", "a key in \""}},
        {"[]", {"must be an object"}},
        {"7", {"must be an object"}},
    };
    EXPECT_REFUSALS("%s", refusals);
}

static void a_raw_nul_is_refused(void **state) {
    (void)state;
    static const char text[] = "{\"city\": \"a\0b\", \"datasets\": {}}";
    cln_config config;
    cln_error err = {""};
    assert_int_equal(cln_config_parse(&config, cln_span_of(text, sizeof text - 1), "x", &err), CLN_ERR_USAGE);
    assert_non_null(strstr(err.message, "x:1:12:"));
    assert_int_equal(cln_config_parse(&config, cln_span_of(NULL, 0), "x", NULL), CLN_ERR_USAGE); /* no error wanted */
}

static void the_escape_of_a_backslash_is_no_nul(void **state) {
    (void)state;
    cln_config config;
    parse_good(&config, "{\"city\": \"\\\\u0000\", \"datasets\": {}}");
    assert_string_equal(config.city, "\\u0000");
    cln_config_clean_up(&config);
}

static void nesting_has_an_end(void **state) {
    (void)state;
    static char text[20001];
    memset(text, '[', sizeof text - 1);
    static const char *const words[] = {"test.json:1:", NULL};
    expect_refusal(text, words);
}

static void mistakes_in_the_whole(void **state) {
    (void)state;
    static const refusal refusals[] = {
        {"\"stor\": \"x\"", {"stor: unknown key", "did you mean \"store\"?", "Allowed here: city, store"}},
        {"\"zzzzzzzz\": 1", {"zzzzzzzz: unknown key", "allowed here: city, store"}},
        {"\"city\": 7", {"city: must be a text"}},
        {"\"city\": \"\"", {"city: must be a text that is not empty"}},
        {"\"fsync\": \"yes\"", {"fsync: must be true or false"}},
        {"\"memory\": \"63M\"", {"memory: must be a size", "at least 64M"}},
        {"\"memory\": \"much\"", {"memory: must be a size"}},
        {"\"memory\": 100000000.5", {"memory: must be a size"}},
        {"\"memory\": -1", {"memory: must be a size"}},
        {"\"memory\": 1e300", {"memory: must be a size"}},
        {"\"memory\": true", {"memory: must be a size"}},
        {"\"fetch\": {\"retrys\": 1}", {"fetch.retrys: unknown key", "did you mean \"retries\"?"}},
        {"\"fetch\": {\"files\": 0}", {"fetch.files: must be a whole number from 1 to 64"}},
        {"\"fetch\": {\"connections\": 1.5}", {"fetch.connections: must be a whole number"}},
        {"\"fetch\": {\"part_size\": 4095}", {"fetch.part_size: must be a size", "at least 4096"}},
        {"\"fetch\": {\"backoff\": -1}", {"fetch.backoff: must be a number from 0 to 3600"}},
        {"\"fetch\": {\"stall_timeout\": 0.5}", {"fetch.stall_timeout: must be a number from 1 to 86400"}},
        {"\"buckets\": {\"staging\": \"http://x\"}", {"buckets.staging: must be \"s3://BUCKET\""}},
        {"\"buckets\": {\"staging\": \"s3://ab\"}", {"buckets.staging", "3 to 63"}},
        {"\"buckets\": {\"staging\": \"s3://My_Bucket\"}", {"buckets.staging", "a-z"}},
        {"\"buckets\": {\"staging\": null}", {"buckets.staging"}},
        {"\"buckets\": {\"stagging\": \"\"}", {"buckets.stagging: unknown key", "\"staging\""}},
        {"\"s3\": {\"endpoint\": \"ftp://x\"}", {"s3.endpoint: must be \"https://HOST\""}},
        {"\"s3\": {\"endpoint\": \"https://x/y\"}", {"s3.endpoint: must be \"https://HOST\""}},
        {"\"s3\": {\"region\": \"a/b\"}", {"s3.region: must be the name of a region"}},
        {"\"s3\": {\"path_style\": \"yes\"}", {"s3.path_style: must be \"auto\", true or false"}},
        {"\"s3\": {\"part_size\": \"1M\"}", {"s3.part_size: must be a size", "at least 5M"}},
        {"\"s3\": {\"parts_at_once\": 0}", {"s3.parts_at_once: must be a whole number from 1 to 64"}},
        {"\"s3\": {\"memory\": \"17M\", \"part_size\": \"9M\"}", {"s3: \"memory\" must hold two parts"}},
        {"\"s3\": {\"secret\": \"x\"}", {"s3.secret: unknown key"}},
        {"\"buckets\": []", {"buckets: must be an object"}},
        {"\"store\": \"a\", \"store\": \"b\"", {"store: this key stands twice"}},
        {"\"boundaries\": {\"name\": \"a\"}", {"boundaries: needs an address"}},
        {"\"boundaries\": {\"name\": \"{year}\", \"url\": \"http://x/{year}\", \"first_year\": 2000}",
         {"boundaries", "no {year}"}},
        {"\"questions\": {\"accidents\": \"x\"}", {"questions.accidents: there is no dataset \"x\""}},
        {"\"questions\": {\"calls\": \"gud\"}", {"questions.calls", "did you mean \"good\"?"}},
        {"\"questions\": {\"good_conditions\": \"DRY\"}", {"questions.good_conditions: must be a list of values"}},
        {"\"questions\": {\"good_conditions\": [\"A\", \"\"]}", {"questions.good_conditions[1]: must be a text"}},
        {"\"questions\": {\"good_conditions\": [\"A\", \"B\"], \"unknown_conditions\": [\"C\", \"B\"]}",
         {"questions.unknown_conditions[1]: \"B\"", "good_conditions"}},
    };
    EXPECT_REFUSALS("{%s, \"datasets\": {\"good\": {\"columns\": [{\"name\": \"a\"}]}}}", refusals);
}

static void mistakes_in_a_dataset(void **state) {
    (void)state;
    static const refusal refusals[] = {
        {"\"titel\": \"x\"", {"datasets.d.titel: unknown key", "\"title\""}},
        {"\"time_zone\": \"Denver time\"", {"datasets.d.time_zone: must be the name of a time zone"}},
        {"\"time_zone\": \"America/Denvr\"", {"datasets.d.time_zone: must be the name of a time zone"}},
        {"\"time_zone\": \"zone.tab\"", {"datasets.d.time_zone: must be the name of a time zone"}},
        {"\"time_zone\": \"/etc/passwd\"", {"datasets.d.time_zone"}},
        {"\"time_zone\": \"../x\"", {"datasets.d.time_zone"}},
        {"\"dialect\": {\"delimiter\": \",,\"}",
         {"datasets.d.dialect.delimiter: must be a text of one ASCII character"}},
        {"\"dialect\": {\"delimiter\": \"\"}", {"datasets.d.dialect.delimiter"}},
        {"\"dialect\": {\"delimiter\": \"\\n\"}", {"datasets.d.dialect.delimiter", "not a line end"}},
        {"\"dialect\": {\"delimiter\": \"é\"}", {"datasets.d.dialect.delimiter", "ASCII"}},
        {"\"dialect\": {\"delimiter\": 59}", {"datasets.d.dialect.delimiter"}},
        {"\"dialect\": {\"delimiter\": \"'\", \"quote\": \"'\"}", {"datasets.d.dialect:", "must differ"}},
        {"\"dialect\": {\"quote\": \"nothing\"}", {"datasets.d.dialect.quote"}},
        {"\"dialect\": {\"delimiter\": \"none\"}", {"datasets.d.dialect.delimiter"}},
        {"\"dialect\": {\"skip_lines\": -1}", {"datasets.d.dialect.skip_lines: must be a whole number from 0"}},
        {"\"dialect\": {\"header\": 1}", {"datasets.d.dialect.header: must be true or false"}},
        {"\"dialect\": {\"fallback_encoding\": \"latin-1\"}",
         {"datasets.d.dialect.fallback_encoding: must be one of \"windows-1252\", \"none\""}},
        {"\"on_malformed\": \"drop\"", {"datasets.d.on_malformed: must be one of \"reject\", \"repair\""}},
        {"\"on_bad_cell\": \"drop\"", {"datasets.d.on_bad_cell: must be one of \"null\", \"reject\", \"fail\""}},
        {"\"on_duplicate\": \"drop\"", {"datasets.d.on_duplicate: must be \"allow\", \"keep-first\""}},
        {"\"on_duplicate\": true", {"datasets.d.on_duplicate: must be \"allow\""}},
        {"\"on_duplicate\": \"fail\"", {"datasets.d.on_duplicate: needs a column with the role \"key\""}},
        {"\"max_reject_rate\": 1.01", {"datasets.d.max_reject_rate: must be a number from 0 to 1"}},
        {"\"max_reject_rate\": \"1%\"", {"datasets.d.max_reject_rate"}},
        {"\"formats\": [\"%Q\"]", {"datasets.d.formats[0]:", "%Q"}},
        {"\"formats\": [7]", {"datasets.d.formats[0]: must be a date format"}},
        {"\"formats\": [\"%Y\", {\"pattern\": \"%Y\", \"zone\": \"EST\"}]", {"datasets.d.formats"}},
        {"\"formats\": [{\"zone\": \"utc\"}]", {"datasets.d.formats[0]: the key \"pattern\" is missing"}},
        {"\"formats\": [{\"pattern\": \"epoch_ms\", \"zone\": \"local\"}]", {"datasets.d.formats[0]", "always UTC"}},
        {"\"sources\": {}", {"datasets.d.sources: must be a list of sources"}},
    };
    EXPECT_REFUSALS("{\"datasets\": {\"d\": {%s, \"columns\": [{\"name\": \"a\"}]}}}", refusals);
}

static void mistakes_in_the_list_of_datasets(void **state) {
    (void)state;
    static const refusal refusals[] = {
        {"", {"the key \"datasets\" is missing"}},
        {"\"datasets\": []", {"datasets: must be an object"}},
        {"\"datasets\": {\"Calls\": {}}", {"datasets.Calls: a dataset's name is"}},
        {"\"datasets\": {\"../x\": {}}", {"datasets.\"../x\": a dataset's name is"}},
        {"\"datasets\": {\"9a\": {}}", {"datasets.9a: a dataset's name is"}},
        {"\"datasets\": {\"\": {}}", {"a dataset's name is"}},
        {"\"datasets\": {\"boundaries\": {}}", {"datasets.boundaries:", "not a dataset"}},
        {"\"datasets\": {\"d\": {}}", {"datasets.d: the key \"columns\" is missing"}},
        {"\"datasets\": {\"d\": 1}", {"datasets.d: must be an object"}},
        {"\"datasets\": {\"d\": {\"columns\": []}}", {"datasets.d.columns: must name at least one column"}},
        {"\"datasets\": {\"d\": {\"columns\": {\"a\": 1}}}", {"datasets.d.columns: must be a list of columns"}},
        {"\"datasets\": {\"d\": {\"columns\": [{\"name\": \"a\"}]}, \"d\": {\"columns\": [{\"name\": \"a\"}]}}",
         {"datasets.d: this key stands twice"}},
    };
    EXPECT_REFUSALS("{%s}", refusals);
}

#define SECOND_COLUMN                                                                                                  \
    "{\"datasets\": {\"d\": {\"columns\": [{\"name\": \"a\", \"type\": \"category\", \"role\": \"condition\"}, %s]}}}"

static void mistakes_in_a_column(void **state) {
    (void)state;
    static const refusal refusals[] = {
        {"7", {"datasets.d.columns[1]: must be an object"}},
        {"{\"type\": \"text\"}", {"datasets.d.columns[1]: the key \"name\" is missing"}},
        {"{\"name\": \"x\", \"tpye\": \"text\"}", {"datasets.d.columns[1].tpye: unknown key", "\"type\""}},
        {"{\"name\": 7}", {"datasets.d.columns[1].name: must be a column's name"}},
        {"{\"name\": \"($)\"}", {"datasets.d.columns[1].name", "a letter or a digit"}},
        {"{\"name\": \"Record\"}", {"datasets.d.columns[1].name: \"record\""}},
        {"{\"name\": \"A\"}", {"datasets.d.columns[1].name: \"a\" already is a name"}},
        {"{\"name\": \"x\", \"aliases\": [\"y\", \"A\"]}", {"datasets.d.columns[1].aliases[1]: \"a\" already"}},
        {"{\"name\": \"x\", \"aliases\": [\"X\"]}", {"datasets.d.columns[1].aliases[0]: \"x\" already"}},
        {"{\"name\": \"x\", \"aliases\": \"y\"}", {"datasets.d.columns[1].aliases: must be a list of other names"}},
        {"{\"name\": \"x\", \"type\": \"int\"}", {"datasets.d.columns[1].type: must be one of \"auto\", \"integer\""}},
        {"{\"name\": \"x\", \"role\": \"when\"}", {"datasets.d.columns[1].role: must be one of \"none\", \"time\""}},
        {"{\"name\": \"x\", \"role\": \"time\"}",
         {"datasets.d.columns[1].type: must be \"timestamp\"", "role \"time\""}},
        {"{\"name\": \"x\", \"type\": \"text\", \"role\": \"area\"}",
         {"datasets.d.columns[1].type: must be \"category\"", "it is \"text\""}},
        {"{\"name\": \"x\", \"type\": \"text\", \"role\": \"latitude\"}",
         {"datasets.d.columns[1].type: must be \"double\""}},
        {"{\"name\": \"x\", \"type\": \"category\", \"role\": \"condition\"}",
         {"datasets.d.columns[1].role: \"a\" already has the role \"condition\""}},
        {"{\"name\": \"x\", \"compare\": \"number\"}",
         {"datasets.d.columns[1].compare: is only for columns with the role \"key\""}},
        {"{\"name\": \"x\", \"role\": \"key\", \"compare\": \"text\"}",
         {"datasets.d.columns[1].compare: must be one of \"bytes\", \"number\""}},
        {"{\"name\": \"x\", \"type\": \"integer\", \"fold\": \"upper\"}", {"datasets.d.columns[1].fold: is only for"}},
        {"{\"name\": \"x\", \"type\": \"double\", \"normalise\": \"zip5\"}",
         {"datasets.d.columns[1].normalise: is only for"}},
        {"{\"name\": \"x\", \"type\": \"boolean\", \"synonyms\": {\"da\": \"y\"}}",
         {"datasets.d.columns[1].synonyms: is only for"}},
        {"{\"name\": \"x\", \"type\": \"text\", \"formats\": [\"%Y-%m-%d\"]}",
         {"datasets.d.columns[1].formats: is only for", "\"timestamp\""}},
        {"{\"name\": \"x\", \"type\": \"timestamp\", \"formats\": [\"%Y-%m-%d\", \"%H\"]}",
         {"datasets.d.columns[1].formats[1]: date format"}},
        {"{\"name\": \"x\", \"fold\": \"title\"}", {"datasets.d.columns[1].fold: must be one of \"none\", \"upper\""}},
        {"{\"name\": \"x\", \"normalise\": \"zip\"}", {"datasets.d.columns[1].normalise: must be one of"}},
        {"{\"name\": \"x\", \"trim\": 0}", {"datasets.d.columns[1].trim: must be true or false"}},
        {"{\"name\": \"x\", \"type\": \"integer\", \"nulls\": [\"0\"]}", {"datasets.d.columns[1].nulls: is only for"}},
        {"{\"name\": \"x\", \"nulls\": \"0\"}", {"datasets.d.columns[1].nulls: must be a list"}},
        {"{\"name\": \"x\", \"nulls\": [\"0\", \"\"]}", {"datasets.d.columns[1].nulls[1]: must be a text"}},
        {"{\"name\": \"x\", \"nulls\": [\" 0\"]}", {"datasets.d.columns[1].nulls[0]: never matches"}},
        {"{\"name\": \"x\", \"fold\": \"lower\", \"nulls\": [\"No\"]}", {"nulls[0]: never matches"}},
    };
    EXPECT_REFUSALS(SECOND_COLUMN, refusals);
}

static void mistakes_in_synonyms(void **state) {
    (void)state;
    static const refusal refusals[] = {
        {"{\"name\": \"x\", \"synonyms\": {\"a\": 1}}", {"datasets.d.columns[1].synonyms.a: must be a text"}},
        {"{\"name\": \"x\", \"synonyms\": {\"a b\": \"\"}}",
         {"datasets.d.columns[1].synonyms.\"a b\": must be a text"}},
        {"{\"name\": \"x\", \"synonyms\": [\"a\"]}", {"datasets.d.columns[1].synonyms: must be an object"}},
        {"{\"name\": \"x\", \"synonyms\": {\"a\": \"b\", \"a\": \"c\"}}", {"synonyms.a: this key stands twice"}},
        {"{\"name\": \"x\", \"synonyms\": {\"a \": \"b\"}}", {"synonyms.\"a \": never matches"}},
        {"{\"name\": \"x\", \"fold\": \"upper\", \"synonyms\": {\"Ax\": \"B\"}}", {"synonyms.Ax: never matches"}},
        {"{\"name\": \"x\", \"fold\": \"lower\", \"synonyms\": {\"Ax\": \"b\"}}", {"synonyms.Ax: never matches"}},
        {"{\"name\": \"x\", \"synonyms\": {\"a\": \"b\", \"b\": \"c\"}}",
         {"synonyms.a: \"b\" is itself renamed to \"c\""}},
        {"{\"name\": \"x\", \"synonyms\": {\"a\": \"a\"}}", {"synonyms.a: \"a\" is itself renamed"}},
    };
    EXPECT_REFUSALS(SECOND_COLUMN, refusals);
}

static void mistakes_in_a_source(void **state) {
    (void)state;
    static const refusal refusals[] = {
        {"{\"url\": \"http://x/y\"}", {"sources[1]: the key \"name\" is missing"}},
        {"{\"name\": \"x\"}", {"sources[1]: needs an address"}},
        {"{\"name\": \"x\", \"urls\": []}", {"sources[1]: needs an address"}},
        {"{\"name\": \"x\", \"url\": \"http://x/y\", \"urls\": [\"http://x/y\"]}", {"sources[1].urls: give either"}},
        {"{\"name\": \"x\", \"urls\": [\"http://x/y\"], \"url\": \"http://x/y\"}", {"sources[1].url: give either"}},
        {"{\"name\": \"a/b\", \"url\": \"http://x/y\"}", {"sources[1].name: must do as a file's name"}},
        {"{\"name\": \"..\", \"url\": \"http://x/y\"}", {"sources[1].name"}},
        {"{\"name\": \"{yaer}\", \"url\": \"http://x/y\"}", {"sources[1].name", "{year}"}},
        {"{\"name\": \"{year}{year}\", \"url\": \"http://x/{year}\", \"first_year\": 2000}", {"sources[1].name"}},
        {"{\"name\": \"x\", \"url\": \"ftp://x/y\"}", {"sources[1].urls[0]: must begin with https://"}},
        {"{\"name\": \"x\", \"url\": \"https://\"}", {"sources[1].urls[0]"}},
        {"{\"name\": \"x\", \"url\": \"http://x/a b\"}", {"sources[1].urls[0]", "no blanks"}},
        {"{\"name\": \"x\", \"url\": \"data/x.csv\"}", {"sources[1].urls[0]", "file://"}},
        {"{\"name\": \"x\", \"urls\": [\"http://x/y\", \"http://x/{year}\"]}",
         {"sources[1].urls[1]", "or none of them"}},
        {"{\"name\": \"{year}\", \"url\": \"http://x/y\", \"first_year\": 2000}", {"sources[1].urls[0]", "{year}"}},
        {"{\"name\": \"{year}\", \"url\": \"http://x/{year}\"}", {"sources[1]: the key \"first_year\" is missing"}},
        {"{\"name\": \"x\", \"url\": \"http://x/y\", \"first_year\": 2000}", {"sources[1]:", "are for names"}},
        {"{\"name\": \"x\", \"url\": \"http://x/y\", \"last_year\": 2000}", {"sources[1]:", "are for names"}},
        {"{\"name\": \"{year}\", \"url\": \"http://x/{year}\", \"first_year\": 2019, \"last_year\": 2015}",
         {"sources[1]: \"last_year\" 2015 is before \"first_year\" 2019"}},
        {"{\"name\": \"{year}\", \"url\": \"http://x/{year}\", \"first_year\": 15}",
         {"sources[1].first_year: must be a whole number from 1000 to 9999"}},
        {"{\"name\": \"{year}\", \"url\": \"http://x/{year}\", \"first_year\": 2015.5}", {"sources[1].first_year"}},
        {"{\"name\": \"2015\", \"url\": \"http://x/y\"}", {"sources[1]: the name \"2015\" is taken by source 0"}},
        {"{\"name\": \"{year}\", \"url\": \"http://x/{year}\", \"first_year\": 2018}",
         {"sources[1]: the name \"{year}\""}},
    };
    EXPECT_REFUSALS("{\"datasets\": {\"d\": {\"columns\": [{\"name\": \"a\"}], \"sources\": [{\"name\": \"{year}\", "
                    "\"url\": \"http://x/{year}\", \"first_year\": 2015, \"last_year\": 2018}, %s]}}}",
                    refusals);
}

static void source_names_that_differ_are_good(void **state) {
    (void)state;
    static const char *const sources[] = {
        "{\"name\": \"2014\", \"url\": \"http://x/y\"}",
        "{\"name\": \"2019\", \"url\": \"http://x/y\"}",
        "{\"name\": \"calls-2015\", \"url\": \"http://x/y\"}",
        "{\"name\": \"20155\", \"url\": \"http://x/y\"}",
        "{\"name\": \"2o15\", \"url\": \"http://x/y\"}",
        "{\"name\": \"{year}\", \"url\": \"http://x/{year}\", \"first_year\": 2019}",
    };
    for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++) {
        char text[1024];
        cln_config config;
        (void)snprintf(text, sizeof text,
                       "{\"datasets\": {\"d\": {\"columns\": [{\"name\": \"a\"}], \"sources\": [{\"name\": \"{year}\", "
                       "\"url\": \"http://x/{year}\", \"first_year\": 2015, \"last_year\": 2018}, %s]}}}",
                       sources[i]);
        parse_good(&config, text);
        cln_config_clean_up(&config);
    }
}

/* A path that is longer than its room is cut, not written beyond it. */
static void long_keys_are_no_danger(void **state) {
    (void)state;
    static char text[4000];
    (void)snprintf(text, sizeof text, "{\"datasets\": {\"d\": {\"columns\": [{\"name\": \"a\", \"%03000d\": 1}]}}}", 7);
    static const char *const words[] = {"datasets.d.columns[0].0000", NULL};
    expect_refusal(text, words);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(syntax_errors_have_line_and_column),
        cmocka_unit_test(a_raw_nul_is_refused),
        cmocka_unit_test(the_escape_of_a_backslash_is_no_nul),
        cmocka_unit_test(nesting_has_an_end),
        cmocka_unit_test(mistakes_in_the_whole),
        cmocka_unit_test(mistakes_in_a_dataset),
        cmocka_unit_test(mistakes_in_the_list_of_datasets),
        cmocka_unit_test(mistakes_in_a_column),
        cmocka_unit_test(mistakes_in_synonyms),
        cmocka_unit_test(mistakes_in_a_source),
        cmocka_unit_test(source_names_that_differ_are_good),
        cmocka_unit_test(long_keys_are_no_danger),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
