/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "info_provenance.h"

#include "colonnade/base/escape.h"
#include "colonnade/base/memory.h"
#include "colonnade/base/sample.h"

#include <cjson/cJSON.h>
#include <stdlib.h>

static const char *const attribute_names[] = {"provenance", "account", "schema"};
enum { ATTRIBUTE_COUNT = sizeof attribute_names / sizeof *attribute_names };

static const char duplicates_name[] = "duplicates";

/* ---- JSON ---- */

static cln_status append_key(const cln_duplicate_rule *rule, cln_buffer *text, cln_error *err) {
    for (size_t i = 0; i < rule->column_count; i++) {
        CLN_TRY(cln_buffer_append_string(text, i == 0 ? "{\"column\":" : ",{\"column\":", err));
        CLN_TRY(cln_escape_json(cln_span_of_string(rule->columns[i].name), text, err));
        CLN_TRY(
            cln_buffer_append_format(text, err, ",\"compare\":\"%s\"}", cln_compare_name(rule->columns[i].compare)));
    }
    return CLN_OK;
}

/* The rule is the dataset's, so that it is what it is now. */
static cln_status append_rule(const cln_duplicate_rule *rule, cln_buffer *text, cln_error *err) {
    if (rule->on_duplicate == CLN_DUPLICATES_UNSET) return cln_buffer_append_string(text, "null", err);
    CLN_TRY(cln_buffer_append_format(text, err, "{\"on_duplicate\":\"%s\",\"key\":[",
                                     cln_on_duplicate_name(rule->on_duplicate)));
    CLN_TRY(append_key(rule, text, err));
    return cln_buffer_append_string(text, "]}", err);
}

/* The attributes are JSON already. */
static cln_status append_partition(cln_dataset *dataset, size_t partition, cln_buffer *text, cln_error *err) {
    const cln_manifest *manifest = cln_dataset_manifest(dataset);
    CLN_TRY(cln_buffer_append_string(text, partition == 0 ? "{\"partition\": " : ",\n{\"partition\": ", err));
    CLN_TRY(cln_escape_json(cln_span_of_string(manifest->partitions[partition].id), text, err));
    for (size_t i = 0; i < ATTRIBUTE_COUNT; i++) {
        const char *json = cln_dataset_attribute(dataset, partition, attribute_names[i]);
        CLN_TRY(
            cln_buffer_append_format(text, err, ",\n \"%s\": %s", attribute_names[i], json == NULL ? "null" : json));
    }
    CLN_TRY(cln_buffer_append_format(text, err, ",\n \"%s\": ", duplicates_name));
    CLN_TRY(append_rule(&manifest->rule, text, err));
    return cln_buffer_append_string(text, "}", err);
}

static cln_status print_json(const cln_cli *cli, cln_dataset *dataset, cln_error *err) {
    cln_buffer text;
    cln_buffer_init(&text, SIZE_MAX);
    cln_status status = cln_buffer_append_string(&text, "[", err);
    for (size_t i = 0; status == CLN_OK && i < cln_dataset_manifest(dataset)->partition_count; i++) {
        status = append_partition(dataset, i, &text, err);
    }
    if (status == CLN_OK) status = cln_buffer_append_string(&text, "]\n", err);
    if (status == CLN_OK) status = cln_cli_write(cli, cln_buffer_span(&text), err);
    cln_buffer_clean_up(&text);
    return status;
}

/* ---- Table and CSV ---- */

enum { PARTITION, ABOUT, MEMBER, VALUE, COLUMN_COUNT };

/* Where the members of one partition's text go. */
typedef struct member_list {
    cln_table *table;
    const char *partition, *about;
} member_list;

static cln_status add_member(const member_list *list, const char *path, const cJSON *item, cln_error *err) {
    if (cJSON_IsNull(item)) return CLN_OK;
    cln_cell *cells;
    CLN_TRY(cln_table_add_row(list->table, &cells, err));
    CLN_TRY(cln_cell_set_text(&cells[PARTITION], cln_span_of_string(list->partition), err));
    CLN_TRY(cln_cell_set_text(&cells[ABOUT], cln_span_of_string(list->about), err));
    CLN_TRY(cln_cell_set_text(&cells[MEMBER], cln_span_of_string(path), err));
    if (cJSON_IsString(item)) return cln_cell_set_text(&cells[VALUE], cln_span_of_string(item->valuestring), err);
    char *text = cJSON_PrintUnformatted(item);
    if (text == NULL) return cln_fail_memory(err, "printing provenance");
    const cln_status status = cln_cell_set_text(&cells[VALUE], cln_span_of_string(text), err);
    cJSON_free(text);
    return status;
}

/* What an element of a list is called: a column by its name, else its number. */
static cln_status name_element(char **path, const char *parent, const cJSON *item, size_t number, cln_error *err) {
    const char *dot = parent[0] == '\0' ? "" : ".";
    if (item->string != NULL) return cln_format_string(path, err, "%s%s%s", parent, dot, item->string);
    const cJSON *name = cJSON_GetObjectItemCaseSensitive(item, "name");
    if (cJSON_IsString(name)) return cln_format_string(path, err, "%s%s%s", parent, dot, name->valuestring);
    return cln_format_string(path, err, "%s%s%zu", parent, dot, number);
}

/* A list of numbers or texts is one value. */
static bool is_value(const cJSON *item) {
    return (!cJSON_IsObject(item) && !cJSON_IsArray(item)) ||
           (cJSON_IsArray(item) && item->child != NULL && !cJSON_IsObject(item->child) && !cJSON_IsArray(item->child));
}

/* As deep as the text is, which cJSON limits. */
static cln_status add_members(const member_list *list, const char *path, const cJSON *item, cln_error *err) {
    if (is_value(item)) return add_member(list, path, item, err);
    size_t number = 0;
    const cJSON *child;
    cJSON_ArrayForEach(child, item) {
        char *own;
        CLN_TRY(name_element(&own, path, child, ++number, err));
        const cln_status status = add_members(list, own, child, err);
        free(own);
        CLN_TRY(status);
    }
    return CLN_OK;
}

static cln_status add_text(cln_table *table, const char *partition, const char *about, const char *json,
                           cln_error *err) {
    if (json == NULL) return CLN_OK;
    const member_list list = {.table = table, .partition = partition, .about = about};
    cJSON *object = cJSON_Parse(json);
    if (object == NULL) return cln_fail(err, CLN_ERR_IO, "the %s of partition '%s' is not JSON", about, partition);
    const cln_status status = add_members(&list, "", object, err);
    cJSON_Delete(object);
    return status;
}

static cln_status add_rule(cln_table *table, const char *partition, const cln_duplicate_rule *rule, cln_error *err) {
    cln_buffer json;
    cln_buffer_init(&json, SIZE_MAX);
    cln_status status = append_rule(rule, &json, err);
    if (status == CLN_OK) status = cln_buffer_terminate(&json, err);
    if (status == CLN_OK && rule->on_duplicate != CLN_DUPLICATES_UNSET) {
        status = add_text(table, partition, duplicates_name, json.data, err);
    }
    cln_buffer_clean_up(&json);
    return status;
}

static cln_status fill_table(cln_table *table, cln_dataset *dataset, cln_error *err) {
    const cln_manifest *manifest = cln_dataset_manifest(dataset);
    for (size_t p = 0; p < manifest->partition_count; p++) {
        const char *id = manifest->partitions[p].id;
        for (size_t i = 0; i < ATTRIBUTE_COUNT; i++) {
            const char *json = cln_dataset_attribute(dataset, p, attribute_names[i]);
            CLN_TRY(add_text(table, id, attribute_names[i], json, err));
        }
        CLN_TRY(add_rule(table, id, &manifest->rule, err));
    }
    return CLN_OK;
}

static cln_status print_table(const cln_cli *cli, cln_dataset *dataset, cln_error *err) {
    static const char *const columns[COLUMN_COUNT] = {"partition", "about", "member", "value"};
    const cln_manifest *manifest = cln_dataset_manifest(dataset);
    const char *title = NULL;
    for (size_t p = 0; p < manifest->partition_count; p++) {
        if (manifest->partitions[p].is_sample) title = CLN_SAMPLE_LABEL;
    }
    cln_table table;
    CLN_TRY(cln_table_init(&table, title, columns, COLUMN_COUNT, err));
    cln_status status = fill_table(&table, dataset, err);
    if (status == CLN_OK) status = cln_cli_print(cli, &table, err);
    cln_table_clean_up(&table);
    return status;
}

cln_status cln_info_provenance(const cln_cli *cli, cln_dataset *dataset, cln_error *err) {
    return cli->settings.format == CLN_OUTPUT_JSON ? print_json(cli, dataset, err) : print_table(cli, dataset, err);
}
