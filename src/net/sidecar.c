/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sidecar.h"

#include "colonnade/base/clock.h"
#include "colonnade/base/file.h"
#include "colonnade/base/memory.h"

#include <cjson/cJSON.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#define FILE_SCHEME    "file://"
#define SIDECAR_SUFFIX ".meta.json"

enum { SIDECAR_LIMIT_BYTES = 1 << 20 };

/* What the sidecar of a file says of "sample". A sidecar that cannot be read
 * is as good as none: the file itself is marked too. */
static bool sidecar_says_sample(const char *sidecar_path) {
    cln_buffer text;
    cln_buffer_init(&text, SIDECAR_LIMIT_BYTES);
    bool is_sample = false;
    if (cln_file_exists(sidecar_path) && cln_file_read(sidecar_path, &text, NULL) == CLN_OK) {
        cJSON *json = cJSON_ParseWithLength(text.data, text.size);
        is_sample = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(json, "sample"));
        cJSON_Delete(json);
    }
    cln_buffer_clean_up(&text);
    return is_sample;
}

static bool is_sample_file(const char *url) {
    if (strncmp(url, FILE_SCHEME, strlen(FILE_SCHEME)) != 0) return false;
    char *path = curl_easy_unescape(NULL, url + strlen(FILE_SCHEME), 0, NULL);
    char *sidecar_path = NULL;
    bool is_sample = false;
    if (path != NULL && cln_format_string(&sidecar_path, NULL, "%s" SIDECAR_SUFFIX, path) == CLN_OK) {
        is_sample = sidecar_says_sample(sidecar_path);
    }
    free(sidecar_path);
    curl_free(path);
    return is_sample;
}

static bool add_text(cJSON *json, const char *name, const char *text) {
    return (text == NULL ? cJSON_AddNullToObject(json, name) : cJSON_AddStringToObject(json, name, text)) != NULL;
}

static bool add_addresses(cJSON *json, const cln_fetch_item *item) {
    cJSON *addresses = cJSON_AddArrayToObject(json, "addresses");
    for (size_t i = 0; addresses != NULL && i < item->url_count; i++) {
        if (!cJSON_AddItemToArray(addresses, cJSON_CreateString(item->urls[i]))) return false;
    }
    return addresses != NULL;
}

static bool fill(cJSON *json, const char *url, const cln_fetch_item *item, const cln_download_result *download) {
    char now[32];
    cln_clock_utc_text(now);
    bool is_whole = add_text(json, "url", url) && add_addresses(json, item) &&
                    add_text(json, "final_url", download->final_url) && add_text(json, "etag", download->etag) &&
                    add_text(json, "last_modified", download->last_modified) && add_text(json, "fetched_at", now) &&
                    add_text(json, "sha256", download->sha256) &&
                    cJSON_AddNumberToObject(json, "size_bytes", (double)download->size_bytes) != NULL;
    if (is_whole && is_sample_file(url)) is_whole = cJSON_AddTrueToObject(json, "sample") != NULL;
    return is_whole;
}

cln_status cln_sidecar_write(const char *path, const char *url, const cln_fetch_item *item,
                             const cln_download_result *download, cln_error *err) {
    cJSON *json = cJSON_CreateObject();
    char *text = json != NULL && fill(json, url, item, download) ? cJSON_Print(json) : NULL;
    cJSON_Delete(json);
    if (text == NULL) return cln_fail_memory(err, "writing the origin of a file");
    char *sidecar_path = NULL;
    cln_status status = cln_format_string(&sidecar_path, err, "%s" SIDECAR_SUFFIX, path);
    if (status == CLN_OK) status = cln_file_replace(sidecar_path, cln_span_of_string(text), true, err);
    free(sidecar_path);
    cJSON_free(text);
    return status;
}
