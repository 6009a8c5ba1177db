/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/ingest/provenance.h"

#include "colonnade/base/escape.h"
#include "colonnade/base/file.h"
#include "colonnade/base/memory.h"
#include "colonnade/base/number.h"
#include "colonnade/base/utf8.h"
#include "colonnade/net/input.h"
#include "colonnade/store/partition_writer.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdlib.h>

#define SIDECAR_BYTES_LIMIT ((size_t)1 << 20)

/* ---- Sidecars ---- */

static cln_status take_sidecar(cln_sidecar *sidecar, const cJSON *object, const char *path, cln_error *err) {
    if (!cJSON_IsObject(object)) {
        return cln_fail(err, CLN_ERR_DATA, "%s is not a JSON object; mend it or remove it", path);
    }
    const cJSON *url = cJSON_GetObjectItemCaseSensitive(object, "url");
    if (cJSON_IsString(url)) CLN_TRY(cln_copy_string(&sidecar->url, url->valuestring, err));
    sidecar->is_sample = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(object, "sample"));
    sidecar->json = cJSON_PrintUnformatted(object);
    return sidecar->json == NULL ? cln_fail_memory(err, "reading a sidecar") : CLN_OK;
}

cln_status cln_sidecar_parse(cln_sidecar *sidecar, cln_span text, const char *name, cln_error *err) {
    *sidecar = (cln_sidecar){0};
    if (!cln_utf8_is_valid(text)) {
        return cln_fail(err, CLN_ERR_DATA, "%s is not UTF-8; mend it or remove it", name);
    }
    cJSON *object = cJSON_ParseWithLength(text.data, text.size);
    const cln_status status = take_sidecar(sidecar, object, name, err);
    cJSON_Delete(object);
    if (status != CLN_OK) cln_sidecar_clean_up(sidecar);
    return status;
}

cln_status cln_sidecar_read(cln_sidecar *sidecar, const char *file, cln_error *err) {
    *sidecar = (cln_sidecar){0};
    char *path;
    CLN_TRY(cln_format_string(&path, err, "%s.meta.json", file));
    cln_status status = CLN_OK;
    if (cln_file_exists(path)) {
        cln_buffer text;
        cln_buffer_init(&text, SIDECAR_BYTES_LIMIT);
        status = cln_file_read(path, &text, err);
        if (status == CLN_OK) status = cln_sidecar_parse(sidecar, cln_buffer_span(&text), path, err);
        cln_buffer_clean_up(&text);
    }
    free(path);
    return status; /* after a failure nothing was kept */
}

cln_status cln_sidecar_of_input(cln_sidecar *sidecar, cln_byte_source *input, const char *path, cln_error *err) {
    *sidecar = (cln_sidecar){0};
    char *json;
    CLN_TRY(cln_input_origin(input, path, &json, err));
    if (json == NULL) return cln_sidecar_read(sidecar, path, err);
    const cln_status status = cln_sidecar_parse(sidecar, cln_span_of_string(json), path, err);
    free(json);
    return status;
}

void cln_sidecar_clean_up(cln_sidecar *sidecar) {
    cJSON_free(sidecar->json);
    free(sidecar->url);
    *sidecar = (cln_sidecar){0};
}

/* ---- JSON ---- */

static cln_status append_member(cln_buffer *json, const char *separator, const char *name, const char *value,
                                cln_error *err) {
    CLN_TRY(cln_buffer_append_format(json, err, "%s\"%s\":", separator, name));
    return cln_escape_json(cln_span_of_string(value), json, err);
}

static const char *fold_name(cln_fold fold) {
    return fold == CLN_FOLD_UPPER ? "upper" : fold == CLN_FOLD_LOWER ? "lower" : "none";
}

static cln_status append_formats(const cln_config_column *column, cln_buffer *json, cln_error *err) {
    CLN_TRY(cln_buffer_append_string(json, ",\"formats\":[", err));
    for (size_t f = 0; f < column->format_count; f++) {
        CLN_TRY(append_member(json, f == 0 ? "{" : ",{", "pattern", column->formats[f].pattern, err));
        CLN_TRY(append_member(json, ",", "zone", column->formats[f].is_utc ? "utc" : "local", err));
        CLN_TRY(cln_buffer_append_char(json, '}', err));
    }
    return cln_buffer_append_char(json, ']', err);
}

static cln_status append_synonyms(const cln_config_column *column, cln_buffer *json, cln_error *err) {
    CLN_TRY(cln_buffer_append_string(json, ",\"synonyms\":{", err));
    for (size_t s = 0; s < column->synonym_count; s++) {
        if (s > 0) CLN_TRY(cln_buffer_append_char(json, ',', err));
        CLN_TRY(cln_escape_json(cln_span_of_string(column->synonyms[s].from), json, err));
        CLN_TRY(cln_buffer_append_char(json, ':', err));
        CLN_TRY(cln_escape_json(cln_span_of_string(column->synonyms[s].to), json, err));
    }
    return cln_buffer_append_char(json, '}', err);
}

/* Only where there are any, so that recipes of columns without stay what they were. */
static cln_status append_nulls(const cln_config_column *column, cln_buffer *json, cln_error *err) {
    if (column->null_count == 0) return CLN_OK;
    CLN_TRY(cln_buffer_append_string(json, ",\"nulls\":[", err));
    for (size_t n = 0; n < column->null_count; n++) {
        if (n > 0) CLN_TRY(cln_buffer_append_char(json, ',', err));
        CLN_TRY(cln_escape_json(cln_span_of_string(column->nulls[n]), json, err));
    }
    return cln_buffer_append_char(json, ']', err);
}

static cln_status append_declaration(const cln_config_column *column, cln_buffer *json, cln_error *err) {
    CLN_TRY(append_member(json, ",", "role", cln_role_name(column->role), err));
    CLN_TRY(append_member(json, ",", "trim", column->trim ? "both" : "none", err));
    CLN_TRY(append_member(json, ",", "fold", fold_name(column->fold), err));
    CLN_TRY(append_member(json, ",", "normalise", column->first_five ? "zip5" : "none", err));
    CLN_TRY(append_formats(column, json, err));
    CLN_TRY(append_nulls(column, json, err));
    return append_synonyms(column, json, err);
}

cln_status cln_schema_to_json(const cln_schema *schema, cln_buffer *json, cln_error *err) {
    CLN_TRY(cln_buffer_append_char(json, '[', err));
    for (size_t c = 0; c < schema->column_count; c++) {
        const cln_schema_column *column = &schema->columns[c];
        const char *type = column->is_inferred ? "inferred" : column->is_auto ? "auto" : cln_type_name(column->type);
        CLN_TRY(append_member(json, c == 0 ? "{" : ",{", "name", column->name, err));
        CLN_TRY(append_member(json, ",", "source_name", column->source_name, err));
        CLN_TRY(append_member(json, ",", "type", type, err));
        if (column->declared != NULL) CLN_TRY(append_declaration(column->declared, json, err));
        CLN_TRY(cln_buffer_append_char(json, '}', err));
    }
    return cln_buffer_append_char(json, ']', err);
}

/* How the file was read. */
static cln_status append_reading(const cln_ingest_request *request, cln_buffer *json, cln_error *err) {
    static const char *const bad_cells[] = {"null", "reject", "fail"};
    const cln_dialect *dialect = &request->dialect;
    const char delimiter[2] = {(char)dialect->delimiter, '\0'};
    const char quote[2] = {dialect->has_quote ? (char)dialect->quote : '\0', '\0'};
    CLN_TRY(append_member(json, ",\"dialect\":{", "delimiter", delimiter, err));
    CLN_TRY(append_member(json, ",", "quote", quote, err));
    CLN_TRY(cln_buffer_append_format(json, err, ",\"header\":%s,\"newlines_in_quotes\":%s",
                                     dialect->has_header ? "true" : "false",
                                     dialect->newlines_in_quotes ? "true" : "false"));
    if (dialect->skip_lines > 0) {
        CLN_TRY(cln_buffer_append_format(json, err, ",\"skip_lines\":%" PRIu64, dialect->skip_lines));
    }
    CLN_TRY(append_member(json, ",", "fallback_encoding",
                          dialect->fallback == CLN_FALLBACK_NONE ? "none" : "windows-1252", err));
    CLN_TRY(append_member(json, "},", "on_bad_cell", bad_cells[request->policy.on_bad_cell], err));
    CLN_TRY(append_member(json, ",", "on_malformed", request->policy.repair_malformed ? "repair" : "reject", err));
    return cln_buffer_append_format(json, err, ",\"max_record_bytes\":%" PRIu64, request->policy.max_record_bytes);
}

cln_status cln_reject_limits_to_json(const cln_ingest_request *request, cln_buffer *json, cln_error *err) {
    char rate[32];
    cln_format_double(request->max_reject_rate, rate);
    return cln_buffer_append_format(json, err, ",\"max_reject_rate\":%s,\"allow_rejects\":%s", rate,
                                    request->allow_rejects ? "true" : "false");
}

static cln_status append_identity(const cln_ingest_request *request, cln_buffer *json, cln_error *err) {
    CLN_TRY(cln_buffer_append_format(json, err, "{\"format_version\":%d", CLN_STORE_FORMAT_VERSION));
    CLN_TRY(append_member(json, ",", "program_version", COLONNADE_VERSION, err));
    CLN_TRY(append_member(json, ",", "dataset", request->dataset_name, err));
    CLN_TRY(append_member(json, ",", "partition", request->partition, err));
    CLN_TRY(cln_buffer_append_string(json, ",\"file_name\":", err));
    return cln_escape_json(cln_path_name(request->path), json, err);
}

static cln_status append_recipe(const cln_ingest_request *request, const cln_schema *schema, cln_buffer *json,
                                cln_error *err) {
    CLN_TRY(append_identity(request, json, err));
    CLN_TRY(append_reading(request, json, err));
    CLN_TRY(append_member(json, ",", "time_zone", schema->time_zone, err));
    CLN_TRY(cln_buffer_append_string(json, ",\"schema\":", err));
    CLN_TRY(cln_schema_to_json(schema, json, err));
    return cln_buffer_append_char(json, '}', err);
}

cln_status cln_recipe_digest(const cln_ingest_request *request, const cln_schema *schema, cln_digest *digest,
                             cln_error *err) {
    cln_buffer json;
    cln_buffer_init(&json, SIZE_MAX);
    const cln_status status = append_recipe(request, schema, &json, err);
    if (status == CLN_OK) *digest = cln_content_block_digest(cln_buffer_span(&json));
    cln_buffer_clean_up(&json);
    return status;
}

cln_status cln_provenance_to_json(const cln_ingest_request *request, const cln_sidecar *sidecar,
                                  const cln_schema *schema, const cln_prologue *prologue, const cln_source_file *file,
                                  bool is_sample, cln_buffer *json, cln_error *err) {
    CLN_TRY(append_identity(request, json, err));
    CLN_TRY(append_member(json, ",", "content_hash", file->content_hash, err));
    CLN_TRY(cln_buffer_append_format(json, err, ",\"size_bytes\":%" PRIu64, file->size_bytes));
    if (file->compression != CLN_COMPRESSION_NONE) {
        CLN_TRY(append_member(json, ",", "compression", cln_compression_name(file->compression), err));
        CLN_TRY(cln_buffer_append_format(json, err, ",\"decompressed_size_bytes\":%" PRIu64, file->content_bytes));
    }
    CLN_TRY(cln_buffer_append_format(json, err, ",\"data_range\":[%" PRIu64 ",%" PRIu64 "],\"sample\":%s",
                                     prologue->data_offset, file->content_bytes, is_sample ? "true" : "false"));
    CLN_TRY(append_reading(request, json, err));
    CLN_TRY(cln_reject_limits_to_json(request, json, err));
    CLN_TRY(append_member(json, ",", "time_zone", schema->time_zone, err));
    CLN_TRY(cln_buffer_append_format(json, err, ",\"source\":%s", sidecar->json == NULL ? "null" : sidecar->json));
    return cln_buffer_append_char(json, '}', err);
}
