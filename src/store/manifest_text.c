/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "manifest_text.h"

#include "colonnade/base/escape.h"
#include "colonnade/base/file.h"
#include "colonnade/base/memory.h"
#include "colonnade/base/utf8.h"
#include "colonnade/store/dataset_paths.h"
#include "layout.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* JSON's numbers are doubles. */
#define EXACT_LIMIT 9007199254740992.0

static cln_status append_member(cln_buffer *text, const char *key, const char *value, cln_error *err) {
    CLN_TRY(cln_buffer_append_format(text, err, "\"%s\":", key));
    CLN_TRY(cln_escape_json(cln_span_of_string(value == NULL ? "" : value), text, err));
    return cln_buffer_append_char(text, ',', err);
}

/* Of the manifest. Programs that know nothing of duplicates would count them: they refuse the second. */
#define FORMAT_WITHOUT_RULE 1
#define FORMAT_WITH_RULE    2

static bool has_rule(const cln_manifest *manifest) {
    return manifest->rule.on_duplicate != CLN_DUPLICATES_UNSET;
}

cln_status cln_duplicate_rule_to_text(const cln_duplicate_rule *rule, cln_buffer *text, cln_error *err) {
    CLN_TRY(append_member(text, "on_duplicate", cln_on_duplicate_name(rule->on_duplicate), err));
    CLN_TRY(cln_buffer_append_string(text, "\"key\":[", err));
    for (size_t i = 0; i < rule->column_count; i++) {
        CLN_TRY(cln_buffer_append_string(text, i == 0 ? "{" : ",{", err));
        CLN_TRY(append_member(text, "column", rule->columns[i].name, err));
        CLN_TRY(cln_buffer_append_format(text, err, "\"compare\":\"%s\"}", cln_compare_name(rule->columns[i].compare)));
    }
    return cln_buffer_append_string(text, "]", err);
}

static cln_status append_crc(cln_buffer *text, const char *key, bool has_crc, uint32_t crc, cln_error *err) {
    return has_crc ? cln_buffer_append_format(text, err, ",\"%s\":%" PRIu32, key, crc) : CLN_OK;
}

static cln_status append_rule(cln_buffer *text, const cln_manifest *manifest, cln_error *err) {
    CLN_TRY(cln_buffer_append_string(text, "\"duplicates\":{", err));
    CLN_TRY(cln_duplicate_rule_to_text(&manifest->rule, text, err));
    CLN_TRY(cln_buffer_append_string(text, ",", err));
    CLN_TRY(append_member(text, "file", manifest->live.file, err));
    CLN_TRY(cln_buffer_append_format(text, err, "\"size_bytes\":%" PRIu64, manifest->live.size_bytes));
    CLN_TRY(append_crc(text, "crc32c", manifest->live.has_crc, manifest->live.crc32c, err));
    return cln_buffer_append_string(text, "},", err);
}

static cln_status append_duplicates(cln_buffer *text, const cln_partition_info *info, cln_error *err) {
    return cln_buffer_append_format(text, err, ",\"duplicates\":%" PRIu64 ",\"is_checked\":%s}", info->duplicates,
                                    info->is_unchecked ? "false" : "true");
}

static cln_status append_info(cln_buffer *text, const cln_partition_info *info, cln_error *err) {
    CLN_TRY(cln_buffer_append_string(text, "{", err));
    CLN_TRY(append_member(text, "id", info->id, err));
    CLN_TRY(append_member(text, "file", info->file, err));
    CLN_TRY(append_member(text, "content_hash", info->content_hash, err));
    CLN_TRY(append_member(text, "origin", info->origin, err));
    CLN_TRY(cln_buffer_append_format(text, err,
                                     "\"is_sample\":%s,\"rows\":%" PRIu64 ",\"rejected\":%" PRIu64
                                     ",\"source_size_bytes\":%" PRIu64 ",\"size_bytes\":%" PRIu64,
                                     info->is_sample ? "true" : "false", info->rows, info->rejected,
                                     info->source_size_bytes, info->size_bytes));
    return append_crc(text, "rest_crc32c", info->has_rest_crc, info->rest_crc32c, err);
}

cln_status cln_manifest_to_text(const cln_manifest *manifest, cln_buffer *text, cln_error *err) {
    CLN_TRY(cln_buffer_append_format(text, err, "{\"format\":%d,",
                                     has_rule(manifest) ? FORMAT_WITH_RULE : FORMAT_WITHOUT_RULE));
    CLN_TRY(append_member(text, "dataset", manifest->dataset, err));
    if (has_rule(manifest)) CLN_TRY(append_rule(text, manifest, err));
    CLN_TRY(cln_buffer_append_string(text, "\"partitions\":[", err));
    for (size_t i = 0; i < manifest->partition_count; i++) {
        CLN_TRY(cln_buffer_append_string(text, i == 0 ? "\n" : ",\n", err));
        CLN_TRY(append_info(text, &manifest->partitions[i], err));
        if (has_rule(manifest)) {
            CLN_TRY(append_duplicates(text, &manifest->partitions[i], err));
        } else {
            CLN_TRY(cln_buffer_append_char(text, '}', err));
        }
    }
    return cln_buffer_append_string(text, "]}\n", err);
}

static cln_status take_text(const cJSON *object, const char *key, const char **text, cln_error *err) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    if (!cJSON_IsString(item)) return cln_fail(err, CLN_ERR_IO, "'%s' is not a text", key);
    *text = item->valuestring;
    return CLN_OK;
}

static cln_status take_count(const cJSON *object, const char *key, uint64_t *count, cln_error *err) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0.0 && item->valuedouble <= EXACT_LIMIT)) {
        return cln_fail(err, CLN_ERR_IO, "'%s' is not a count", key);
    }
    *count = (uint64_t)item->valuedouble;
    return CLN_OK;
}

/* Absent in manifests of before. */
static cln_status take_crc(const cJSON *object, const char *key, bool *has_crc, uint32_t *crc, cln_error *err) {
    *has_crc = cJSON_HasObjectItem(object, key);
    uint64_t number = 0;
    if (*has_crc) CLN_TRY(take_count(object, key, &number, err));
    if (number > UINT32_MAX) return cln_fail(err, CLN_ERR_IO, "'%s' is not a checksum", key);
    *crc = (uint32_t)number;
    return CLN_OK;
}

static cln_status take_bool(const cJSON *object, const char *key, bool *value, cln_error *err) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    if (!cJSON_IsBool(item)) return cln_fail(err, CLN_ERR_IO, "'%s' is neither true nor false", key);
    *value = cJSON_IsTrue(item);
    return CLN_OK;
}

static cln_status take_duplicates(const cJSON *item, cln_partition_info *info, cln_error *err) {
    bool is_checked;
    CLN_TRY(take_count(item, "duplicates", &info->duplicates, err));
    CLN_TRY(take_bool(item, "is_checked", &is_checked, err));
    info->is_unchecked = !is_checked;
    if (info->duplicates <= (is_checked ? info->rows : 0)) return CLN_OK;
    return cln_fail(err, CLN_ERR_IO, "partition '%s' has %" PRIu64 " duplicates of %" PRIu64 " rows", info->id,
                    info->duplicates, info->rows);
}

/* info borrows the texts of item. */
static cln_status take_info(const cJSON *item, cln_partition_info *info, cln_error *err) {
    const char *id = NULL, *file = NULL, *content_hash = NULL, *origin = NULL;
    CLN_TRY(take_text(item, "id", &id, err));
    CLN_TRY(take_text(item, "file", &file, err));
    CLN_TRY(take_text(item, "content_hash", &content_hash, err));
    CLN_TRY(take_text(item, "origin", &origin, err));
    if (!cln_path_is_safe_name(id) || !cln_is_partition_file(file)) {
        return cln_fail(err, CLN_ERR_IO, "partition '%s' has the file '%s'", id, file);
    }
    *info = (cln_partition_info){.id = (char *)(uintptr_t)id,
                                 .file = (char *)(uintptr_t)file,
                                 .content_hash = (char *)(uintptr_t)content_hash,
                                 .origin = (char *)(uintptr_t)origin};
    CLN_TRY(take_bool(item, "is_sample", &info->is_sample, err));
    CLN_TRY(take_count(item, "rows", &info->rows, err));
    CLN_TRY(take_count(item, "rejected", &info->rejected, err));
    CLN_TRY(take_count(item, "source_size_bytes", &info->source_size_bytes, err));
    CLN_TRY(take_count(item, "size_bytes", &info->size_bytes, err));
    return take_crc(item, "rest_crc32c", &info->has_rest_crc, &info->rest_crc32c, err);
}

static cln_status take_partitions(const cJSON *list, cln_manifest *manifest, cln_error *err) {
    if (!cJSON_IsArray(list)) return cln_fail(err, CLN_ERR_IO, "'partitions' is not a list");
    const cJSON *item;
    cJSON_ArrayForEach(item, list) {
        cln_partition_info info;
        CLN_TRY(take_info(item, &info, err));
        if (has_rule(manifest)) CLN_TRY(take_duplicates(item, &info, err));
        const size_t count = manifest->partition_count;
        if (count > 0 && strcmp(manifest->partitions[count - 1].id, info.id) >= 0) {
            return cln_fail(err, CLN_ERR_IO, "partition '%s' does not stand in order", info.id);
        }
        CLN_TRY(cln_manifest_put(manifest, &info, err));
    }
    return CLN_OK;
}

/* column borrows its name. */
static cln_status take_key_column(const cJSON *item, cln_key_column *column, cln_error *err) {
    const char *name = NULL, *compare = NULL;
    CLN_TRY(take_text(item, "column", &name, err));
    CLN_TRY(take_text(item, "compare", &compare, err));
    column->name = (char *)(uintptr_t)name;
    column->compare =
        strcmp(compare, cln_compare_name(CLN_COMPARE_NUMBER)) == 0 ? CLN_COMPARE_NUMBER : CLN_COMPARE_BYTES;
    if (name[0] != '\0' && strcmp(compare, cln_compare_name(column->compare)) == 0) return CLN_OK;
    return cln_fail(err, CLN_ERR_IO, "the key's column '%s' is compared by '%s'", name, compare);
}

static cln_status take_rule(const cJSON *object, cln_manifest *manifest, cln_error *err) {
    const char *name = NULL;
    cln_duplicate_rule rule = {0};
    CLN_TRY(take_text(object, "on_duplicate", &name, err));
    if (!cln_on_duplicate_from_name(name, &rule.on_duplicate)) {
        return cln_fail(err, CLN_ERR_IO, "it has the unknown rule '%s' for duplicates", name);
    }
    const cJSON *key = cJSON_GetObjectItemCaseSensitive(object, "key"), *item;
    const int count = cJSON_IsArray(key) ? cJSON_GetArraySize(key) : 0;
    if (count == 0) return cln_fail(err, CLN_ERR_IO, "'key' is not a list of columns");
    CLN_TRY(cln_new_array(&rule.columns, (size_t)count, sizeof *rule.columns, err));
    cln_status status = CLN_OK;
    cJSON_ArrayForEach(item, key) {
        if (status == CLN_OK) status = take_key_column(item, &rule.columns[rule.column_count++], err);
    }
    if (status == CLN_OK) status = cln_manifest_set_rule(manifest, &rule, err);
    free(rule.columns);
    return status;
}

static cln_status take_live(const cJSON *object, cln_live_rows *live, cln_error *err) {
    const char *file = NULL;
    CLN_TRY(take_text(object, "file", &file, err));
    CLN_TRY(take_count(object, "size_bytes", &live->size_bytes, err));
    CLN_TRY(take_crc(object, "crc32c", &live->has_crc, &live->crc32c, err));
    if (file[0] == '\0') return CLN_OK;
    if (!cln_is_live_file(file)) return cln_fail(err, CLN_ERR_IO, "the rows that count are in '%s'", file);
    return cln_copy_string(&live->file, file, err);
}

static cln_status take_parts(const cJSON *root, bool with_rule, cln_manifest *manifest, cln_error *err) {
    const cJSON *duplicates = cJSON_GetObjectItemCaseSensitive(root, "duplicates");
    if (with_rule) CLN_TRY(take_rule(duplicates, manifest, err));
    CLN_TRY(take_partitions(cJSON_GetObjectItemCaseSensitive(root, "partitions"), manifest, err));
    if (with_rule) CLN_TRY(take_live(duplicates, &manifest->live, err));
    manifest->live.is_stale = false;
    return CLN_OK;
}

static cln_status take_manifest(const cJSON *root, cln_manifest *manifest, cln_error *err) {
    uint64_t format = 0;
    CLN_TRY(take_count(root, "format", &format, err));
    if (format != FORMAT_WITHOUT_RULE && format != FORMAT_WITH_RULE) {
        return cln_fail(err, CLN_ERR_IO,
                        "it has format version %" PRIu64 ", this program reads %d and %d; use the newer program",
                        format, FORMAT_WITHOUT_RULE, FORMAT_WITH_RULE);
    }
    const char *dataset = NULL;
    CLN_TRY(take_text(root, "dataset", &dataset, err));
    CLN_TRY(cln_copy_string(&manifest->dataset, dataset, err));
    return take_parts(root, format == FORMAT_WITH_RULE, manifest, err);
}

cln_status cln_manifest_from_text(cln_manifest *manifest, cln_span text, cln_error *err) {
    *manifest = (cln_manifest){0};
    if (!cln_utf8_is_valid(text)) return cln_fail(err, CLN_ERR_IO, "the manifest is not UTF-8");
    cJSON *root = cJSON_ParseWithLength(text.data, text.size);
    if (root == NULL) return cln_fail(err, CLN_ERR_IO, "the manifest is not JSON");
    const cln_status status = take_manifest(root, manifest, err);
    cJSON_Delete(root);
    if (status != CLN_OK) cln_manifest_clean_up(manifest);
    return status;
}
