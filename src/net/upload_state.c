/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "upload_state.h"

#include "colonnade/base/memory.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

/* S3 takes no smaller part but the last. */
static const uint64_t part_least_bytes = 5 << 20;

static bool add_text(cJSON *json, const char *name, const char *text) {
    return (text == NULL ? cJSON_AddNullToObject(json, name) : cJSON_AddStringToObject(json, name, text)) != NULL;
}

static unsigned first_midstate(const cln_s3_upload *upload) {
    const unsigned kept = CLN_S3_MIDSTATES - 1;
    const unsigned oldest = upload->part_count > kept ? upload->part_count - kept : 0;
    return oldest > upload->first_part ? oldest : upload->first_part;
}

/* The part that is being filled has no hash yet. */
static bool add_hashes(cJSON *json, const cln_s3_upload *upload) {
    const unsigned whole = upload->part_count - (upload->filling != NULL);
    const unsigned first = first_midstate(upload);
    cJSON *hashes = cJSON_AddArrayToObject(json, "hashes");
    bool is_whole = hashes != NULL && cJSON_AddNumberToObject(json, "first_hash", first) != NULL;
    for (unsigned parts = first; is_whole && parts <= whole; parts++) {
        char text[CLN_SHA256_STATE_TEXT_BYTES];
        const cln_sha256_state *hash = &upload->midstates[parts % CLN_S3_MIDSTATES];
        if (hash->size_bytes % 64 != 0) break; /* the last part, behind which nothing comes */
        cln_sha256_state_save(hash, text);
        is_whole = cJSON_AddItemToArray(hashes, cJSON_CreateString(text)) != 0;
    }
    return is_whole;
}

static bool fill(cJSON *json, const char *url, const cln_validators *validators, const cln_s3_upload *upload) {
    return add_text(json, "url", url) && add_text(json, "key", upload->key) &&
           add_text(json, "upload_id", upload->upload_id) && add_text(json, "mark", upload->mark) &&
           add_text(json, "etag", validators->etag) && add_text(json, "last_modified", validators->last_modified) &&
           cJSON_AddBoolToObject(json, "is_old_enough", validators->is_old_enough) != NULL &&
           cJSON_AddNumberToObject(json, "part_bytes", (double)upload->part_bytes) != NULL && add_hashes(json, upload);
}

cln_status cln_upload_state_write(cln_buffer *text, const char *url, const cln_validators *validators,
                                  const cln_s3_upload *upload, cln_error *err) {
    cJSON *json = cJSON_CreateObject();
    char *printed = json != NULL && fill(json, url, validators, upload) ? cJSON_Print(json) : NULL;
    cJSON_Delete(json);
    if (printed == NULL) return cln_fail_memory(err, "keeping the state of an upload");
    const cln_status status = cln_buffer_append_string(text, printed, err);
    cJSON_free(printed);
    return status;
}

static cln_status copy_text(const cJSON *json, const char *name, char **text, cln_error *err) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, name);
    return cJSON_IsString(item) ? cln_copy_string(text, item->valuestring, err) : CLN_OK;
}

static uint64_t number(const cJSON *json, const char *name, double most) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, name);
    const bool is_good = cJSON_IsNumber(item) && item->valuedouble >= 0 && item->valuedouble <= most;
    return is_good ? (uint64_t)item->valuedouble : 0;
}

static cln_status take_hashes(cln_upload_state *state, const cJSON *json, cln_error *err) {
    const cJSON *hashes = cJSON_GetObjectItemCaseSensitive(json, "hashes");
    const cJSON *hash;
    CLN_TRY(cln_new_array(&state->hashes, (size_t)cJSON_GetArraySize(hashes), sizeof *state->hashes, err));
    cJSON_ArrayForEach(hash, hashes) {
        CLN_TRY(cln_copy_string(&state->hashes[state->hash_count], cJSON_IsString(hash) ? hash->valuestring : "", err));
        state->hash_count++;
    }
    return CLN_OK;
}

static cln_status take(cln_upload_state *state, const cJSON *json, cln_error *err) {
    CLN_TRY(copy_text(json, "url", &state->url, err));
    CLN_TRY(copy_text(json, "key", &state->key, err));
    CLN_TRY(copy_text(json, "upload_id", &state->upload_id, err));
    CLN_TRY(copy_text(json, "mark", &state->mark, err));
    CLN_TRY(copy_text(json, "etag", &state->validators.etag, err));
    CLN_TRY(copy_text(json, "last_modified", &state->validators.last_modified, err));
    state->validators.is_old_enough = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(json, "is_old_enough"));
    state->part_bytes = number(json, "part_bytes", 5e9);
    state->first_midstate = (unsigned)number(json, "first_hash", CLN_S3_PARTS_MOST);
    return take_hashes(state, json, err);
}

cln_status cln_upload_state_parse(cln_upload_state *state, cln_span text, bool *is_whole, cln_error *err) {
    *state = (cln_upload_state){0};
    cJSON *json = cJSON_ParseWithLength(text.data, text.size);
    const cln_status status = take(state, json, err);
    cJSON_Delete(json);
    *is_whole = state->url != NULL && state->key != NULL && state->upload_id != NULL && state->mark != NULL &&
                state->part_bytes >= part_least_bytes;
    return status;
}

void cln_upload_state_clean_up(cln_upload_state *state) {
    free(state->url);
    free(state->key);
    free(state->upload_id);
    free(state->mark);
    cln_validators_clean_up(&state->validators);
    for (size_t i = 0; i < state->hash_count; i++) free(state->hashes[i]);
    free(state->hashes);
    *state = (cln_upload_state){0};
}

bool cln_upload_state_hash(const cln_upload_state *state, unsigned parts, cln_sha256_state *hash) {
    if (parts == 0) {
        cln_sha256_state_init(hash);
        return true;
    }
    if (parts < state->first_midstate || parts - state->first_midstate >= state->hash_count) return false;
    return cln_sha256_state_load(hash, parts * state->part_bytes, state->hashes[parts - state->first_midstate]);
}
