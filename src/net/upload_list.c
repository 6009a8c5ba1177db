/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/memory.h"
#include "upload_state.h"

#include <stdlib.h>
#include <string.h>

enum { STATE_LIMIT_BYTES = 1 << 20 };

bool cln_upload_state_is_key(const char *key) {
    const char *slash = strrchr(key, '/');
    const char *name = slash == NULL ? key : slash + 1;
    const size_t size = strlen(name);
    const size_t suffix_size = strlen(CLN_UPLOAD_STATE_SUFFIX);
    return name[0] == '.' && size > suffix_size && strcmp(name + size - suffix_size, CLN_UPLOAD_STATE_SUFFIX) == 0;
}

static cln_status add(cln_s3_upload_list *list, const char *key, const char *upload_id, cln_error *err) {
    CLN_TRY(cln_grow_array(&list->uploads, &list->capacity, list->count + 1, sizeof *list->uploads, err));
    const size_t at = list->count++;
    list->uploads[at].key = NULL;
    list->uploads[at].upload_id = NULL;
    CLN_TRY(cln_copy_string(&list->uploads[at].key, key, err));
    return cln_copy_string(&list->uploads[at].upload_id, upload_id, err);
}

static bool has(const cln_s3_upload_list *list, const char *key, const char *upload_id) {
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->uploads[i].key, key) == 0 && strcmp(list->uploads[i].upload_id, upload_id) == 0) return true;
    }
    return false;
}

/* A state tells of an object beside it, and of no other. */
static bool is_beside(const char *state_key, const char *key) {
    const char *slash = strrchr(state_key, '/');
    const size_t folder_size = slash == NULL ? 0 : (size_t)(slash + 1 - state_key);
    return strncmp(key, state_key, folder_size) == 0 && strchr(key + folder_size, '/') == NULL;
}

static cln_status take_state(cln_s3 *s3, const char *bucket, const char *state_key, cln_s3_upload_list *named,
                             cln_error *err) {
    cln_upload_state state = {0};
    bool is_whole = false;
    cln_buffer text;
    cln_buffer_init(&text, STATE_LIMIT_BYTES);
    cln_status status = cln_s3_get(s3, bucket, state_key, &text, &is_whole, err);
    if (status == CLN_OK && is_whole) status = cln_upload_state_parse(&state, cln_buffer_span(&text), &is_whole, err);
    if (status == CLN_OK && is_whole && is_beside(state_key, state.key)) {
        status = add(named, state.key, state.upload_id, err);
    }
    cln_upload_state_clean_up(&state);
    cln_buffer_clean_up(&text);
    return status;
}

static cln_status read_states(cln_s3 *s3, const char *bucket, const char *prefix, cln_s3_upload_list *named,
                              cln_error *err) {
    cln_s3_list list;
    cln_status status = cln_s3_list_objects(s3, bucket, prefix, 0, &list, err);
    for (size_t i = 0; i < list.count && status == CLN_OK; i++) {
        const char *key = list.objects[i].key;
        if (cln_upload_state_is_key(key)) status = take_state(s3, bucket, key, named, err);
    }
    cln_s3_list_clean_up(&list);
    return status;
}

cln_status cln_uploads_read(cln_s3 *s3, const char *bucket, const char *prefix, cln_s3_upload_list *ours,
                            cln_s3_upload_list *foreign, cln_error *err) {
    *ours = (cln_s3_upload_list){0};
    *foreign = (cln_s3_upload_list){0};
    cln_s3_upload_list all;
    cln_s3_upload_list named = {0};
    cln_status status = cln_s3_multipart_list_uploads(s3, bucket, prefix, &all, err);
    if (status == CLN_OK && all.count > 0) status = read_states(s3, bucket, prefix, &named, err);
    for (size_t i = 0; i < all.count && status == CLN_OK; i++) {
        const char *key = all.uploads[i].key;
        const char *id = all.uploads[i].upload_id;
        status = add(has(&named, key, id) ? ours : foreign, key, id, err);
    }
    cln_s3_upload_list_clean_up(&named);
    cln_s3_upload_list_clean_up(&all);
    return status;
}

cln_status cln_uploads_abort_ours(cln_s3 *s3, const char *bucket, const char *prefix, size_t *our_count,
                                  size_t *foreign_count, cln_error *err) {
    cln_s3_upload_list ours;
    cln_s3_upload_list foreign;
    cln_status status = cln_uploads_read(s3, bucket, prefix, &ours, &foreign, err);
    *our_count = ours.count;
    *foreign_count = foreign.count;
    for (size_t i = 0; i < ours.count && status == CLN_OK; i++) {
        status = cln_s3_multipart_abort(s3, bucket, ours.uploads[i].key, ours.uploads[i].upload_id, err);
    }
    cln_s3_upload_list_clean_up(&ours);
    cln_s3_upload_list_clean_up(&foreign);
    return status;
}
