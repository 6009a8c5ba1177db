/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/net/fetch_to_s3.h"

#include "colonnade/base/memory.h"
#include "fetch_s3_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A source that changes each time it is read is not read for ever. */
enum { PASSES_MOST = 3 };

static void add_reason(cln_fetch_result *result, const cln_error *reason) {
    const size_t used = strlen(result->reason.message);
    (void)snprintf(result->reason.message + used, sizeof result->reason.message - used, "%s%s", used == 0 ? "" : "; ",
                   reason->message);
}

static cln_status take_newest(const cln_s3_fetch *fetch, cln_fetch_result *result, cln_error *err) {
    cln_s3_info info;
    const cln_fetch_keys *keys = &fetch->keys;
    CLN_TRY(cln_s3_head(fetch->target->s3, keys->place.bucket, keys->newest_key, &info, err));
    result->outcome = CLN_FETCH_UNCHANGED;
    result->size_bytes = info.size_bytes;
    cln_s3_info_clean_up(&info);
    return cln_format_string(&result->path, err, CLN_S3_SCHEME "%s/%s", keys->place.bucket, keys->newest_key);
}

static cln_status bring(cln_s3_fetch *fetch, const char *url, cln_fetch_result *result, cln_pass_end *end,
                        bool *is_missing, cln_error *reason, cln_error *err) {
    if (fetch->known.sha256[0] != '\0') {
        CLN_TRY(cln_fetch_compare(fetch, url, end, is_missing, reason, err));
        if (*end == CLN_PASS_SAME) return take_newest(fetch, result, err);
        if (*end == CLN_PASS_FAILED) return CLN_OK;
    }
    for (int i = 0; i < PASSES_MOST; i++) {
        CLN_TRY(cln_fetch_pass(fetch, url, result, end, is_missing, reason, err));
        if (*end != CLN_PASS_OTHER_VERSION) return CLN_OK;
    }
    return CLN_OK;
}

static cln_status try_all(cln_s3_fetch *fetch, cln_fetch_result *result, cln_error *err) {
    const cln_fetch_item *item = fetch->item;
    bool all_missing = true;
    for (size_t i = 0; i < item->url_count; i++) {
        cln_pass_end end = CLN_PASS_FAILED;
        bool is_missing = false;
        cln_error reason = {{0}};
        CLN_TRY(bring(fetch, item->urls[i], result, &end, &is_missing, &reason, err));
        if (end == CLN_PASS_DONE || end == CLN_PASS_SAME) {
            result->url = item->urls[i];
            return CLN_OK;
        }
        add_reason(result, &reason);
        all_missing = all_missing && is_missing;
    }
    result->outcome = all_missing ? CLN_FETCH_NOT_PUBLISHED : CLN_FETCH_FAILED;
    return cln_format_string(&result->path, err, CLN_S3_SCHEME "%s/%s", fetch->keys.place.bucket, fetch->keys.next_key);
}

cln_status cln_fetch_run_to_s3(const cln_fetch_item *item, const cln_fetch_s3_target *target, cln_fetch_result *result,
                               cln_error *err) {
    *result = (cln_fetch_result){.outcome = CLN_FETCH_FAILED, .url = item->url_count == 0 ? "" : item->urls[0]};
    cln_s3_fetch fetch = {.item = item, .target = target};
    cln_status status = cln_fetch_keys_find(&fetch, err);
    if (status == CLN_OK) status = try_all(&fetch, result, err);
    cln_s3_fetch_clean_up(&fetch);
    return status;
}

static cln_status delete_states(const cln_fetch_s3_target *target, const cln_s3_place *place, const char *folder,
                                cln_error *err) {
    cln_s3_list list;
    cln_status status = cln_s3_list_objects(target->s3, place->bucket, folder, 0, &list, err);
    for (size_t i = 0; i < list.count && status == CLN_OK; i++) {
        const char *const keys[] = {list.objects[i].key};
        if (cln_upload_state_is_key(keys[0])) status = cln_s3_delete(target->s3, place->bucket, keys, 1, err);
    }
    cln_s3_list_clean_up(&list);
    return status;
}

cln_status cln_fetch_abort_s3(const cln_fetch_s3_target *target, size_t *count, cln_error *err) {
    cln_s3_place place;
    char *folder;
    *count = 0;
    CLN_TRY(cln_s3_parse_address(&place, target->address, err));
    const size_t size = strlen(place.key);
    const char *slash = size > 0 && place.key[size - 1] != '/' ? "/" : "";
    CLN_TRY(cln_format_string(&folder, err, "%s%s%s/", place.key, slash, target->dataset));
    size_t foreign_count;
    cln_status status = cln_uploads_abort_ours(target->s3, place.bucket, folder, count, &foreign_count, err);
    if (status == CLN_OK) status = delete_states(target, &place, folder, err);
    free(folder);
    return status;
}
