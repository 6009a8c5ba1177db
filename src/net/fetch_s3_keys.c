/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/file.h"
#include "colonnade/base/memory.h"
#include "fetch_s3_parts.h"

#include <stdlib.h>
#include <string.h>

enum { SIDECAR_LIMIT_BYTES = 1 << 20, VERSIONS_MOST = 10000 };

static cln_status object_exists(const cln_s3_fetch *fetch, const char *key, bool *exists, cln_error *err) {
    cln_s3_info info;
    const cln_status status = cln_s3_head(fetch->target->s3, fetch->keys.place.bucket, key, &info, err);
    *exists = info.exists;
    cln_s3_info_clean_up(&info);
    return status;
}

static cln_status find_versions(cln_s3_fetch *fetch, cln_error *err) {
    cln_fetch_keys *keys = &fetch->keys;
    const char *name = fetch->job->item->name;
    const char *extension = fetch->job->extension;
    CLN_TRY(cln_format_string(&keys->next_key, err, "%s%s%s", keys->folder, name, extension));
    for (int version = 2; version < VERSIONS_MOST; version++) {
        bool exists = false;
        CLN_TRY(object_exists(fetch, keys->next_key, &exists, err));
        if (!exists) return CLN_OK;
        free(keys->newest_key);
        keys->newest_key = keys->next_key;
        keys->next_key = NULL;
        CLN_TRY(cln_format_string(&keys->next_key, err, "%s%s.%d%s", keys->folder, name, version, extension));
    }
    return cln_fail(err, CLN_ERR_IO, "s3://%s/%s has %d versions already", keys->place.bucket, keys->folder,
                    VERSIONS_MOST);
}

/* A sidecar that is not there or no JSON tells nothing. */
static cln_status read_sidecar(cln_s3_fetch *fetch, cln_error *err) {
    char *key;
    bool exists = false;
    CLN_TRY(cln_format_string(&key, err, "%s" CLN_SIDECAR_SUFFIX, fetch->keys.newest_key));
    cln_buffer text;
    cln_buffer_init(&text, SIDECAR_LIMIT_BYTES);
    cln_status status = cln_s3_get(fetch->target->s3, fetch->keys.place.bucket, key, &text, &exists, err);
    free(key);
    if (status == CLN_OK && exists) status = cln_origin_parse(&fetch->known, cln_buffer_span(&text), err);
    cln_buffer_clean_up(&text);
    return status;
}

cln_status cln_fetch_keys_find(cln_s3_fetch *fetch, cln_error *err) {
    const cln_fetch_s3_target *target = fetch->target;
    cln_fetch_keys *keys = &fetch->keys;
    CLN_TRY(cln_s3_parse_address(&keys->place, target->address, err));
    if (!cln_path_is_safe_name(fetch->job->item->name) || !cln_path_is_safe_name(fetch->job->dataset)) {
        return cln_fail(err, CLN_ERR_USAGE,
                        "the source '%s' of '%s' cannot name an object; rename it in the configuration",
                        fetch->job->item->name, fetch->job->dataset);
    }
    const char *prefix = keys->place.key;
    const size_t size = strlen(prefix);
    const char *slash = size > 0 && prefix[size - 1] != '/' ? "/" : "";
    CLN_TRY(cln_format_string(&keys->folder, err, "%s%s%s/%s/", prefix, slash, fetch->job->dataset, target->date));
    CLN_TRY(cln_format_string(&keys->state_key, err, "%s.%s%s" CLN_UPLOAD_STATE_SUFFIX, keys->folder,
                              fetch->job->item->name, fetch->job->extension));
    CLN_TRY(find_versions(fetch, err));
    return keys->newest_key == NULL ? CLN_OK : read_sidecar(fetch, err);
}

void cln_s3_fetch_clean_up(cln_s3_fetch *fetch) {
    free(fetch->keys.folder);
    free(fetch->keys.newest_key);
    free(fetch->keys.next_key);
    free(fetch->keys.state_key);
    cln_origin_clean_up(&fetch->known);
}
