/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Any bytes as a configuration: refused with a message, or one that keeps all
 * promises of config.h and that the layers above can use.
 */
#include "colonnade/base/memory.h"
#include "colonnade/base/utf8.h"
#include "colonnade/config/config.h"
#include "colonnade/csv/dialect.h"
#include "colonnade/ingest/schema.h"
#include "colonnade/net/fetch.h"

#include "fuzz.h"
#include "must.h"

#include <string.h>

static void check_message(const cln_error *err) {
    FUZZ_CHECK(err->message[0] != '\0' && memchr(err->message, '\0', sizeof err->message) != NULL);
}

static void check_refused(const cln_config *config, const cln_error *err) {
    static const cln_config empty;
    check_message(err);
    FUZZ_CHECK(memcmp(config, &empty, sizeof empty) == 0);
}

static bool is_text(const char *text) {
    return text != NULL && text[0] != '\0' && cln_utf8_is_valid(cln_span_of_string(text));
}

static void check_column(const cln_config_dataset *dataset, const cln_config_column *column) {
    FUZZ_CHECK(is_text(column->name) && is_text(column->title) && is_text(column->type_name));
    FUZZ_CHECK(cln_config_find_column(dataset, cln_span_of_string(column->name)) == column);
    for (size_t i = 0; i < column->alias_count; i++) {
        FUZZ_CHECK(cln_config_find_column(dataset, cln_span_of_string(column->aliases[i])) == column);
    }
    cln_type type;
    FUZZ_CHECK(cln_type_from_name(column->type_name, &type) || strcmp(column->type_name, "auto") == 0);
    for (size_t i = 0; i < column->synonym_count; i++) {
        FUZZ_CHECK(column->synonyms[i].to[strspn(column->synonyms[i].to, " \t")] != '\0'); /* would be null */
    }
    (void)cln_config_find_role(dataset, column->role);
}

/* A header of the declared names gives the declared columns. */
static void check_schema(const cln_config_dataset *dataset) {
    cln_prologue prologue = {.header_bytes = 1, .first_record = 2, .name_count = dataset->column_count};
    must(cln_new_array(&prologue.names, dataset->column_count, sizeof(char *), NULL));
    for (size_t c = 0; c < dataset->column_count; c++) {
        must(cln_copy_string(&prologue.names[c], dataset->columns[c].name, NULL));
    }
    cln_schema schema;
    cln_error err = {.message = ""};
    if (cln_schema_match(&schema, dataset, &prologue, false, "file", &err) == CLN_OK) {
        for (size_t c = 0; c < dataset->column_count; c++) {
            FUZZ_CHECK(schema.columns[c].declared == &dataset->columns[c]);
        }
        cln_schema_clean_up(&schema);
    } else {
        check_message(&err);
        FUZZ_CHECK(dataset->column_count > CLN_MAX_COLUMNS || strstr(err.message, "longer") != NULL);
    }
    cln_prologue_clean_up(&prologue);
}

static void check_plan(const cln_config_source *sources, size_t count) {
    cln_fetch_plan plan;
    cln_error err = {.message = ""};
    if (cln_fetch_plan_make(&plan, sources, count, NULL, 0, 2026, &err) == CLN_OK) {
        for (size_t i = 0; i < plan.count; i++) {
            FUZZ_CHECK(is_text(plan.items[i].name) && plan.items[i].url_count > 0);
            FUZZ_CHECK(strstr(plan.items[i].name, "{year}") == NULL);
        }
        cln_fetch_plan_clean_up(&plan);
    } else {
        check_message(&err);
    }
}

static void check_dataset(const cln_config *config, const cln_config_dataset *dataset) {
    FUZZ_CHECK(is_text(dataset->name) && is_text(dataset->title) && is_text(dataset->unit));
    FUZZ_CHECK(cln_config_find_dataset(config, dataset->name) == dataset);
    FUZZ_CHECK(dataset->max_reject_rate >= 0.0 && dataset->max_reject_rate <= 1.0);
    const cln_dialect dialect = cln_dialect_of_dataset(dataset);
    must(cln_dialect_check(&dialect, NULL));
    for (size_t c = 0; c < dataset->column_count; c++) check_column(dataset, &dataset->columns[c]);
    check_schema(dataset);
    check_plan(dataset->sources, dataset->source_count);
}

static void check_config(const cln_config *config) {
    FUZZ_CHECK(is_text(config->store_dir) && is_text(config->staging_dir) && is_text(config->report_dir));
    for (size_t d = 0; d < config->dataset_count; d++) check_dataset(config, &config->datasets[d]);
    if (config->boundaries.name != NULL) check_plan(&config->boundaries, 1);
}

/* A normalised name fits; of a text it is a text, and stays what it is. */
static void check_name(cln_span name) {
    enum { SMALL = 8, LARGE = 256 };
    char small[SMALL], once[LARGE], twice[LARGE];
    cln_config_normalise_name(name, small, sizeof small);
    FUZZ_CHECK(memchr(small, '\0', sizeof small) != NULL);
    cln_config_normalise_name(name, once, sizeof once);
    FUZZ_CHECK(memchr(once, '\0', sizeof once) != NULL);
    if (!cln_utf8_is_valid(name)) return;
    FUZZ_CHECK(cln_utf8_is_valid(cln_span_of_string(small)) && cln_utf8_is_valid(cln_span_of_string(once)));
    cln_config_normalise_name(cln_span_of_string(small), twice, sizeof twice);
    FUZZ_CHECK(strcmp(small, twice) == 0);
    cln_config_normalise_name(cln_span_of_string(once), twice, sizeof twice);
    FUZZ_CHECK(strcmp(once, twice) == 0);
}

static void check_size(cln_span text) {
    char *copy;
    uint64_t size_bytes;
    cln_error err = {.message = ""};
    must(cln_copy_span(&copy, text, NULL));
    if (cln_config_parse_size(copy, &size_bytes, &err) != CLN_OK) check_message(&err);
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const cln_span input = fuzz_input(data, size);
    cln_config config;
    cln_error err = {.message = ""};
    if (cln_config_parse(&config, input, "config.json", &err) == CLN_OK) {
        check_config(&config);
        cln_config_clean_up(&config);
    } else {
        check_refused(&config, &err);
    }
    check_name(input);
    check_size(input);
    return 0;
}
