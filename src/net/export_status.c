/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "export_status.h"

#include "colonnade/base/memory.h"

#include <cjson/cJSON.h>
#include <string.h>
#include <strings.h>

/* Words of ArcGIS Hub, of ArcGIS's jobs ("esriJobExecuting") and of others. */
static const char *const pending_words[] = {"pending",   "processing", "inprogress", "in progress", "in_progress",
                                            "exporting", "running",    "queued",     "waiting",     "submitted",
                                            "executing", "accepted",   "started",    "created",     "stale",
                                            "new",       "preparing"};
static const char *const failed_words[] = {"failed",   "failure",  "error",   "cancelled",
                                           "timedout", "canceled", "deleted", "expired"};
static const char *const address_keys[] = {"resultUrl", "result_url", "downloadUrl", "download_url", "url"};

static bool is_one_of(const char *word, const char *const *words, size_t count) {
    static const char job[] = "esriJob";
    if (strncasecmp(word, job, sizeof job - 1) == 0) word += sizeof job - 1;
    for (size_t i = 0; i < count; i++) {
        if (strcasecmp(word, words[i]) == 0) return true;
    }
    return false;
}

static const char *find_address(const cJSON *json) {
    for (size_t i = 0; i < sizeof address_keys / sizeof *address_keys; i++) {
        const cJSON *value = cJSON_GetObjectItem(json, address_keys[i]);
        if (cJSON_IsString(value) && value->valuestring[0] != '\0') return value->valuestring;
    }
    return NULL;
}

/* While a job is pending, an address in its answer is that of the job or of an older file. */
static cln_export_state judge(const cJSON *json, const char **address) {
    const cJSON *status = cJSON_GetObjectItem(json, "status");
    if (!cJSON_IsString(status)) status = cJSON_GetObjectItem(json, "jobStatus");
    if (!cJSON_IsString(status)) return CLN_EXPORT_NONE;
    const char *word = status->valuestring;
    if (is_one_of(word, failed_words, sizeof failed_words / sizeof *failed_words)) return CLN_EXPORT_FAILED;
    if (is_one_of(word, pending_words, sizeof pending_words / sizeof *pending_words)) return CLN_EXPORT_PENDING;
    *address = find_address(json);
    return *address != NULL ? CLN_EXPORT_READY : CLN_EXPORT_NONE;
}

cln_status cln_export_judge(cln_span body, cln_export_state *state, char **address, cln_error *err) {
    *state = CLN_EXPORT_NONE;
    *address = NULL;
    cJSON *json = cJSON_ParseWithLength(body.data, body.size);
    const char *found = NULL;
    cln_status status = CLN_OK;
    if (cJSON_IsObject(json)) *state = judge(json, &found);
    if (found != NULL) status = cln_copy_string(address, found, err);
    cJSON_Delete(json);
    return status;
}
