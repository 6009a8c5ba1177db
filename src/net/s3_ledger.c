/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/net/s3_ledger.h"

#include "colonnade/base/clock.h"
#include "colonnade/base/memory.h"
#include "colonnade/net/s3_multipart.h"
#include "s3_call.h"
#include "s3_meta.h"
#include "upload_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static cln_status write_ledger(cln_s3 *s3, const char *bucket, cln_error *err) {
    char now[32];
    char text[160];
    cln_clock_utc_text(now);
    (void)snprintf(text, sizeof text, "{\"created_by\": \"colonnade %s\", \"created_at\": \"%s\"}\n", COLONNADE_VERSION,
                   now);
    return cln_s3_put(s3, bucket, CLN_S3_LEDGER_KEY, cln_span_of_string(text), NULL, 0, err);
}

cln_status cln_s3_require_bucket(cln_s3 *s3, const char *bucket, bool may_create, cln_error *err) {
    bool exists = false;
    CLN_TRY(cln_s3_bucket_exists(s3, bucket, &exists, err));
    if (exists) return CLN_OK;
    if (!may_create) {
        return cln_fail(err, CLN_ERR_IO,
                        "there is no bucket s3://%s; check its name and the endpoint, or let --create "
                        "make it",
                        bucket);
    }
    CLN_TRY(cln_s3_bucket_create(s3, bucket, err));
    return write_ledger(s3, bucket, err);
}

static cln_status add_key(char ***keys, size_t *count, size_t *capacity, const char *key, cln_error *err) {
    CLN_TRY(cln_grow_array(keys, capacity, *count + 1, sizeof **keys, err));
    CLN_TRY(cln_copy_string(&(*keys)[*count], key, err));
    (*count)++;
    return CLN_OK;
}

static cln_status take_head(cln_s3_holdings *holdings, const cln_s3_object *object, const cln_s3_call *call,
                            cln_error *err) {
    if (call->response.status == 404) return CLN_OK; /* it went meanwhile */
    if (cln_http_header_value(&call->response, CLN_S3_META_PREFIX CLN_S3_META_OWNER) == NULL) {
        return add_key(&holdings->foreign, &holdings->foreign_count, &holdings->foreign_capacity, object->key, err);
    }
    holdings->our_bytes += object->size_bytes;
    return add_key(&holdings->ours, &holdings->our_count, &holdings->our_capacity, object->key, err);
}

static cln_status wait_for(cln_s3 *s3, cln_s3_call *call, cln_error *err) {
    bool busy = true;
    while (!call->is_done && busy) CLN_TRY(cln_http_pool_step(s3->pool, 1, &busy, err));
    if (call->status != CLN_OK && err != NULL) *err = call->error;
    return call->status;
}

/* Asks for the metadata of some objects side by side. */
static cln_status read_heads(cln_s3 *s3, const char *bucket, const cln_s3_object *objects, size_t count,
                             cln_s3_holdings *holdings, cln_error *err) {
    cln_s3_call *calls;
    CLN_TRY(cln_new_array(&calls, count, sizeof *calls, err));
    for (size_t i = 0; i < count; i++) {
        calls[i] = (cln_s3_call){.method = "HEAD", .bucket = bucket, .key = objects[i].key, .may_be_missing = true};
        cln_s3_call_start(s3, &calls[i]);
    }
    cln_status status = CLN_OK;
    for (size_t i = 0; i < count && status == CLN_OK; i++) {
        status = wait_for(s3, &calls[i], err);
        if (status == CLN_OK) status = take_head(holdings, &objects[i], &calls[i], err);
    }
    for (size_t i = 0; i < count; i++) cln_s3_call_clean_up(&calls[i]);
    free(calls);
    return status;
}

static cln_status read_all(cln_s3 *s3, const char *bucket, const cln_s3_list *list, cln_s3_holdings *holdings,
                           cln_error *err) {
    enum { AT_ONCE = 16 };
    for (size_t i = 0; i < list->count; i += AT_ONCE) {
        const size_t some = list->count - i < AT_ONCE ? list->count - i : AT_ONCE;
        CLN_TRY(read_heads(s3, bucket, list->objects + i, some, holdings, err));
    }
    return CLN_OK;
}

static cln_status read_uploads(cln_s3 *s3, const char *bucket, const char *prefix, cln_s3_holdings *holdings,
                               cln_error *err) {
    cln_s3_upload_list ours;
    cln_s3_upload_list foreign;
    cln_status status = cln_uploads_read(s3, bucket, prefix, &ours, &foreign, err);
    for (size_t i = 0; i < foreign.count && status == CLN_OK; i++) {
        status = add_key(&holdings->foreign, &holdings->foreign_count, &holdings->foreign_capacity,
                         foreign.uploads[i].key, err);
    }
    cln_s3_upload_list_clean_up(&ours);
    cln_s3_upload_list_clean_up(&foreign);
    return status;
}

/* The ledger goes with its bucket, whatever else does. */
static void drop_ledger(cln_s3_holdings *holdings) {
    for (size_t i = 0; i < holdings->our_count; i++) {
        if (strcmp(holdings->ours[i], CLN_S3_LEDGER_KEY) != 0) continue;
        free(holdings->ours[i]);
        holdings->our_count--;
        memmove(&holdings->ours[i], &holdings->ours[i + 1], (holdings->our_count - i) * sizeof *holdings->ours);
        return;
    }
}

cln_status cln_s3_holdings_read(cln_s3 *s3, const char *bucket, const char *prefix, cln_s3_holdings *holdings,
                                cln_error *err) {
    *holdings = (cln_s3_holdings){0};
    CLN_TRY(cln_s3_bucket_exists(s3, bucket, &holdings->bucket_exists, err));
    if (!holdings->bucket_exists) return CLN_OK;
    cln_s3_info info;
    cln_status status = cln_s3_head(s3, bucket, CLN_S3_LEDGER_KEY, &info, err);
    holdings->bucket_is_ours = info.exists && info.is_ours;
    cln_s3_info_clean_up(&info);
    if (status != CLN_OK) return status;
    cln_s3_list list;
    status = cln_s3_list_objects(s3, bucket, prefix, 0, &list, err);
    if (status == CLN_OK) status = read_all(s3, bucket, &list, holdings, err);
    cln_s3_list_clean_up(&list);
    drop_ledger(holdings);
    return status == CLN_OK ? read_uploads(s3, bucket, prefix, holdings, err) : status;
}

static void free_keys(char **keys, size_t count) {
    for (size_t i = 0; i < count; i++) free(keys[i]);
    free(keys);
}

void cln_s3_holdings_clean_up(cln_s3_holdings *holdings) {
    free_keys(holdings->ours, holdings->our_count);
    free_keys(holdings->foreign, holdings->foreign_count);
    *holdings = (cln_s3_holdings){0};
}

static cln_status remove_bucket(cln_s3 *s3, const char *bucket, bool *bucket_gone, cln_error *err) {
    cln_s3_list list;
    cln_status status = cln_s3_list_objects(s3, bucket, "", 2, &list, err);
    const bool is_empty = list.count == 0 || (list.count == 1 && strcmp(list.objects[0].key, CLN_S3_LEDGER_KEY) == 0);
    cln_s3_list_clean_up(&list);
    if (status != CLN_OK || !is_empty) return status;
    cln_s3_upload_list uploads;
    status = cln_s3_multipart_list_uploads(s3, bucket, "", &uploads, err);
    const bool is_in_use = uploads.count > 0;
    cln_s3_upload_list_clean_up(&uploads);
    if (status != CLN_OK || is_in_use) return status;
    static const char *const keys[] = {CLN_S3_LEDGER_KEY};
    CLN_TRY(cln_s3_delete(s3, bucket, keys, 1, err));
    status = cln_s3_bucket_delete(s3, bucket, err);
    *bucket_gone = status == CLN_OK;
    return status;
}

cln_status cln_s3_holdings_remove(cln_s3 *s3, const char *bucket, const char *prefix, const cln_s3_holdings *holdings,
                                  bool *bucket_gone, cln_error *err) {
    *bucket_gone = false;
    if (!holdings->bucket_exists) return CLN_OK;
    size_t our_count;
    size_t foreign_count;
    CLN_TRY(cln_uploads_abort_ours(s3, bucket, prefix, &our_count, &foreign_count, err));
    CLN_TRY(cln_s3_delete(s3, bucket, (const char *const *)holdings->ours, holdings->our_count, err));
    return holdings->bucket_is_ours ? remove_bucket(s3, bucket, bucket_gone, err) : CLN_OK;
}
