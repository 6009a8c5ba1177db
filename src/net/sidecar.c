/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sidecar.h"

#include "colonnade/base/clock.h"
#include "colonnade/base/file.h"
#include "colonnade/base/memory.h"
#include "colonnade/base/utf8.h"

#include <cjson/cJSON.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_SCHEME "file://"

enum { SIDECAR_LIMIT_BYTES = 1 << 20 };

static const double exact_most = 9007199254740992.0; /* 2^53, the integers of a double */

void cln_origin_clean_up(cln_origin *origin) {
    free(origin->url);
    free(origin->final_url);
    free(origin->etag);
    free(origin->last_modified);
    free(origin->same_as);
    *origin = (cln_origin){0};
}

static cln_status take_text(const cJSON *json, const char *name, char **text, cln_error *err) {
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(json, name);
    return cJSON_IsString(value) ? cln_copy_string(text, value->valuestring, err) : CLN_OK;
}

static cln_status take_origin(cln_origin *origin, const cJSON *json, cln_error *err) {
    const cJSON *size = cJSON_GetObjectItemCaseSensitive(json, "size_bytes");
    const cJSON *sha256 = cJSON_GetObjectItemCaseSensitive(json, "sha256");
    if (cJSON_IsNumber(size) && size->valuedouble >= 0 && size->valuedouble <= exact_most) {
        origin->size_bytes = (uint64_t)size->valuedouble;
    }
    if (cJSON_IsString(sha256)) (void)snprintf(origin->sha256, sizeof origin->sha256, "%s", sha256->valuestring);
    origin->is_sample = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(json, "sample"));
    CLN_TRY(take_text(json, "url", &origin->url, err));
    CLN_TRY(take_text(json, "final_url", &origin->final_url, err));
    CLN_TRY(take_text(json, "etag", &origin->etag, err));
    CLN_TRY(take_text(json, "last_modified", &origin->last_modified, err));
    return take_text(json, "same_as", &origin->same_as, err);
}

cln_status cln_origin_parse(cln_origin *origin, cln_span text, cln_error *err) {
    *origin = (cln_origin){0};
    cJSON *json = cJSON_ParseWithLength(text.data, text.size);
    const cln_status status = cJSON_IsObject(json) ? take_origin(origin, json, err) : CLN_OK;
    cJSON_Delete(json);
    if (status != CLN_OK) cln_origin_clean_up(origin);
    return status;
}

cln_status cln_origin_read(cln_origin *origin, const char *path, cln_error *err) {
    *origin = (cln_origin){0};
    char *sidecar_path = NULL;
    CLN_TRY(cln_format_string(&sidecar_path, err, "%s" CLN_SIDECAR_SUFFIX, path));
    cln_buffer text;
    cln_buffer_init(&text, SIDECAR_LIMIT_BYTES);
    cln_status status = CLN_OK;
    if (cln_file_exists(sidecar_path) && cln_file_read(sidecar_path, &text, NULL) == CLN_OK) {
        status = cln_origin_parse(origin, cln_buffer_span(&text), err);
    }
    cln_buffer_clean_up(&text);
    free(sidecar_path);
    return status;
}

static bool is_sample_file(const char *url) {
    if (strncmp(url, FILE_SCHEME, strlen(FILE_SCHEME)) != 0) return false;
    char *path = curl_easy_unescape(NULL, url + strlen(FILE_SCHEME), 0, NULL);
    cln_origin origin = {0};
    const bool is_sample = path != NULL && cln_origin_read(&origin, path, NULL) == CLN_OK && origin.is_sample;
    cln_origin_clean_up(&origin);
    curl_free(path);
    return is_sample;
}

/* What a server says may be no UTF-8, and could not stand in JSON. */
static bool add_text(cJSON *json, const char *name, const char *text) {
    if (text != NULL && !cln_utf8_is_valid(cln_span_of_string(text))) text = NULL;
    return (text == NULL ? cJSON_AddNullToObject(json, name) : cJSON_AddStringToObject(json, name, text)) != NULL;
}

static bool add_addresses(cJSON *json, const cln_fetch_item *item) {
    cJSON *addresses = cJSON_AddArrayToObject(json, "addresses");
    for (size_t i = 0; addresses != NULL && i < item->url_count; i++) {
        if (!cJSON_AddItemToArray(addresses, cJSON_CreateString(item->urls[i]))) return false;
    }
    return addresses != NULL;
}

static bool fill(cJSON *json, const cln_origin *origin, const cln_fetch_item *item) {
    char now[32];
    cln_clock_utc_text(now);
    bool is_whole = add_text(json, "url", origin->url) && add_addresses(json, item) &&
                    add_text(json, "final_url", origin->final_url) && add_text(json, "etag", origin->etag) &&
                    add_text(json, "last_modified", origin->last_modified) && add_text(json, "fetched_at", now) &&
                    add_text(json, "sha256", origin->sha256) &&
                    cJSON_AddNumberToObject(json, "size_bytes", (double)origin->size_bytes) != NULL;
    if (is_whole && origin->same_as != NULL) is_whole = add_text(json, "same_as", origin->same_as);
    if (is_whole && (origin->is_sample || is_sample_file(origin->url))) {
        is_whole = cJSON_AddTrueToObject(json, "sample") != NULL;
    }
    return is_whole;
}

cln_status cln_origin_print(const cln_origin *origin, const cln_fetch_item *item, char **text, cln_error *err) {
    cJSON *json = cJSON_CreateObject();
    char *printed = json != NULL && fill(json, origin, item) ? cJSON_Print(json) : NULL;
    cJSON_Delete(json);
    if (printed == NULL) return cln_fail_memory(err, "writing the origin of a file");
    const cln_status status = cln_copy_string(text, printed, err);
    cJSON_free(printed);
    return status;
}

cln_status cln_origin_write(const cln_origin *origin, const char *path, const cln_fetch_item *item, cln_error *err) {
    char *text = NULL;
    CLN_TRY(cln_origin_print(origin, item, &text, err));
    char *sidecar_path = NULL;
    cln_status status = cln_format_string(&sidecar_path, err, "%s" CLN_SIDECAR_SUFFIX, path);
    if (status == CLN_OK) status = cln_file_replace(sidecar_path, cln_span_of_string(text), true, err);
    free(sidecar_path);
    free(text);
    return status;
}
