/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/net/input.h"

#include "colonnade/base/hash.h"
#include "colonnade/base/memory.h"
#include "colonnade/net/s3.h"
#include "sidecar.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

enum { SIDECAR_LIMIT_BYTES = 1 << 20 };

typedef struct object_source {
    cln_byte_source source; /* first, so that its address is that of the whole */
    cln_s3 *s3;
    char *address;
    cln_s3_place place; /* its key borrows from address */
    cln_s3_info info;   /* when it was opened */
} object_source;

static const cln_config_s3 default_s3 = {.part_size_bytes = CLN_S3_PART_SIZE_DEFAULT_BYTES,
                                         .parts_at_once = CLN_S3_PARTS_AT_ONCE_DEFAULT,
                                         .memory_bytes = CLN_S3_MEMORY_DEFAULT_BYTES,
                                         .retries = CLN_S3_RETRIES_DEFAULT,
                                         .backoff_seconds = CLN_S3_BACKOFF_DEFAULT_SECONDS};

static cln_status read_at(cln_byte_source *self, uint64_t offset, void *data, size_t size, cln_error *err) {
    object_source *object = (object_source *)self;
    if (offset > self->size_bytes || size > self->size_bytes - offset) {
        return cln_fail(err, CLN_ERR_IO, "%s has only %llu bytes; %zu bytes at byte %llu were asked for", self->name,
                        (unsigned long long)self->size_bytes, size, (unsigned long long)offset);
    }
    return cln_s3_get_range(object->s3, object->place.bucket, object->place.key, object->info.etag, offset, data, size,
                            err);
}

static cln_status check_unchanged(cln_byte_source *self, cln_error *err) {
    object_source *object = (object_source *)self;
    cln_s3_info now;
    CLN_TRY(cln_s3_head(object->s3, object->place.bucket, object->place.key, &now, err));
    const bool is_same = now.exists && now.etag != NULL && strcmp(now.etag, object->info.etag) == 0;
    cln_s3_info_clean_up(&now);
    if (is_same) return CLN_OK;
    return cln_fail(err, CLN_ERR_IO, "%s was replaced while it was read; start again", self->name);
}

static void release(cln_byte_source *self) {
    object_source *object = (object_source *)self;
    cln_s3_info_clean_up(&object->info);
    cln_s3_free(object->s3);
    free(object->address);
    free(object);
}

static cln_status find_object(object_source *object, const char *address, const cln_config_s3 *s3, cln_error *err) {
    CLN_TRY(cln_copy_string(&object->address, address, err));
    CLN_TRY(cln_s3_parse_address(&object->place, object->address, err));
    if (*object->place.key == '\0') {
        return cln_fail(err, CLN_ERR_USAGE, "%s names a bucket, not an object in it: s3://BUCKET/KEY", address);
    }
    CLN_TRY(cln_s3_new(&object->s3, s3 == NULL ? &default_s3 : s3, err));
    CLN_TRY(cln_s3_head(object->s3, object->place.bucket, object->place.key, &object->info, err));
    if (!object->info.exists) return cln_fail(err, CLN_ERR_IO, "there is no object %s", address);
    if (object->info.etag != NULL) return CLN_OK;
    return cln_fail(err, CLN_ERR_IO, "%s has no ETag, so nobody could tell when it is replaced", address);
}

static cln_status open_object(cln_byte_source **source, const char *address, const cln_config_s3 *s3, cln_error *err) {
    object_source *object;
    CLN_TRY(cln_new_array(&object, 1, sizeof *object, err));
    const cln_status status = find_object(object, address, s3, err);
    object->source = (cln_byte_source){.size_bytes = object->info.size_bytes,
                                       .name = object->address,
                                       .read_at = read_at,
                                       .check_unchanged = check_unchanged,
                                       .release = release};
    if (status != CLN_OK) {
        release(&object->source);
        return status;
    }
    object->source.version = cln_hash64(cln_span_of_string(object->info.etag)) | 1;
    *source = &object->source;
    return CLN_OK;
}

cln_status cln_input_open(cln_byte_source **source, const char *path, const cln_config_s3 *s3, cln_error *err) {
    if (cln_s3_is_address(path)) return open_object(source, path, s3, err);
    return cln_byte_source_open_file(source, path, err);
}

static bool add_text(cJSON *json, const char *name, const char *text) {
    return text == NULL || cJSON_AddStringToObject(json, name, text) != NULL;
}

static bool add_object(cJSON *json, const object_source *object) {
    cJSON_DeleteItemFromObjectCaseSensitive(json, "object");
    if (!cJSON_HasObjectItem(json, "url") && !add_text(json, "url", object->address)) return false;
    cJSON *about = cJSON_AddObjectToObject(json, "object");
    return about != NULL && add_text(about, "url", object->address) && add_text(about, "etag", object->info.etag) &&
           add_text(about, "last_modified", object->info.last_modified);
}

static cln_status read_sidecar(const object_source *object, cJSON **json, cln_error *err) {
    char *key;
    bool exists = false;
    CLN_TRY(cln_format_string(&key, err, "%s" CLN_SIDECAR_SUFFIX, object->place.key));
    cln_buffer text;
    cln_buffer_init(&text, SIDECAR_LIMIT_BYTES);
    const cln_status status = cln_s3_get(object->s3, object->place.bucket, key, &text, &exists, err);
    if (status == CLN_OK && exists) *json = cJSON_ParseWithLength(text.data, text.size);
    cln_buffer_clean_up(&text);
    free(key);
    return status;
}

cln_status cln_input_origin(cln_byte_source *source, const char *path, char **json, cln_error *err) {
    *json = NULL;
    if (!cln_s3_is_address(path)) return CLN_OK;
    const object_source *object = (const object_source *)source;
    cJSON *origin = NULL;
    CLN_TRY(read_sidecar(object, &origin, err));
    if (!cJSON_IsObject(origin)) {
        cJSON_Delete(origin);
        origin = cJSON_CreateObject();
    }
    char *text = origin != NULL && add_object(origin, object) ? cJSON_PrintUnformatted(origin) : NULL;
    cJSON_Delete(origin);
    if (text == NULL) return cln_fail_memory(err, "writing the origin of a file");
    const cln_status status = cln_copy_string(json, text, err);
    cJSON_free(text);
    return status;
}
