/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "manifest_text.h"

#include "colonnade/base/escape.h"
#include "colonnade/base/file.h"
#include "colonnade/base/memory.h"
#include "colonnade/base/utf8.h"
#include "colonnade/store/dataset_paths.h"
#include "colonnade/store/partition_writer.h"
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

static cln_status append_info(cln_buffer *text, const cln_partition_info *info, cln_error *err) {
    CLN_TRY(cln_buffer_append_string(text, "{", err));
    CLN_TRY(append_member(text, "id", info->id, err));
    CLN_TRY(append_member(text, "file", info->file, err));
    CLN_TRY(append_member(text, "content_hash", info->content_hash, err));
    CLN_TRY(append_member(text, "origin", info->origin, err));
    return cln_buffer_append_format(text, err,
                                    "\"is_sample\":%s,\"rows\":%" PRIu64 ",\"rejected\":%" PRIu64
                                    ",\"source_size_bytes\":%" PRIu64 ",\"size_bytes\":%" PRIu64 "}",
                                    info->is_sample ? "true" : "false", info->rows, info->rejected,
                                    info->source_size_bytes, info->size_bytes);
}

cln_status cln_manifest_to_text(const cln_manifest *manifest, cln_buffer *text, cln_error *err) {
    CLN_TRY(cln_buffer_append_format(text, err, "{\"format\":%d,", CLN_STORE_FORMAT_VERSION));
    CLN_TRY(append_member(text, "dataset", manifest->dataset, err));
    CLN_TRY(cln_buffer_append_string(text, "\"partitions\":[", err));
    for (size_t i = 0; i < manifest->partition_count; i++) {
        CLN_TRY(cln_buffer_append_string(text, i == 0 ? "\n" : ",\n", err));
        CLN_TRY(append_info(text, &manifest->partitions[i], err));
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
    const cJSON *is_sample = cJSON_GetObjectItemCaseSensitive(item, "is_sample");
    if (!cJSON_IsBool(is_sample)) return cln_fail(err, CLN_ERR_IO, "'is_sample' is neither true nor false");
    *info = (cln_partition_info){.id = (char *)(uintptr_t)id,
                                 .file = (char *)(uintptr_t)file,
                                 .content_hash = (char *)(uintptr_t)content_hash,
                                 .origin = (char *)(uintptr_t)origin,
                                 .is_sample = cJSON_IsTrue(is_sample)};
    CLN_TRY(take_count(item, "rows", &info->rows, err));
    CLN_TRY(take_count(item, "rejected", &info->rejected, err));
    CLN_TRY(take_count(item, "source_size_bytes", &info->source_size_bytes, err));
    return take_count(item, "size_bytes", &info->size_bytes, err);
}

static cln_status take_partitions(const cJSON *list, cln_manifest *manifest, cln_error *err) {
    if (!cJSON_IsArray(list)) return cln_fail(err, CLN_ERR_IO, "'partitions' is not a list");
    const cJSON *item;
    cJSON_ArrayForEach(item, list) {
        cln_partition_info info;
        CLN_TRY(take_info(item, &info, err));
        const size_t count = manifest->partition_count;
        if (count > 0 && strcmp(manifest->partitions[count - 1].id, info.id) >= 0) {
            return cln_fail(err, CLN_ERR_IO, "partition '%s' does not stand in order", info.id);
        }
        CLN_TRY(cln_manifest_put(manifest, &info, err));
    }
    return CLN_OK;
}

static cln_status take_manifest(const cJSON *root, cln_manifest *manifest, cln_error *err) {
    uint64_t format = 0;
    CLN_TRY(take_count(root, "format", &format, err));
    if (format != CLN_STORE_FORMAT_VERSION) {
        return cln_fail(err, CLN_ERR_IO,
                        "it has format version %" PRIu64 ", this program reads %d; use the newer program", format,
                        CLN_STORE_FORMAT_VERSION);
    }
    const char *dataset = NULL;
    CLN_TRY(take_text(root, "dataset", &dataset, err));
    CLN_TRY(cln_copy_string(&manifest->dataset, dataset, err));
    return take_partitions(cJSON_GetObjectItemCaseSensitive(root, "partitions"), manifest, err);
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
