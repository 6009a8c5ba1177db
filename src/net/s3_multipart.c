/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/net/s3_multipart.h"

#include "colonnade/base/clock.h"
#include "colonnade/base/date.h"
#include "colonnade/base/log.h"
#include "colonnade/base/memory.h"
#include "s3_call.h"
#include "s3_meta.h"
#include "s3_xml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COMPLETION_LIMIT_BYTES = 4 << 20 };

/* Ten thousand parts take a service a while. */
static const double completion_stall_seconds = 600;

static cln_status take_upload_id(const cln_s3_call *call, char **upload_id, cln_error *err) {
    cln_xml xml;
    CLN_TRY(cln_xml_parse(&xml, cln_buffer_span(&call->response.body), "the answer to a new upload", err));
    cln_status status = cln_xml_text(xml.root, "UploadId", upload_id, err);
    cln_xml_clean_up(&xml);
    if (status == CLN_OK && **upload_id == '\0') {
        status = cln_fail(err, CLN_ERR_IO, "s3://%s/%s: the service begins an upload without a name", call->bucket,
                          call->key);
    }
    return status;
}

/* Those that were begun within so many seconds before the one that is used are ours: their answers were lost. */
static cln_status give_up_lost(cln_s3 *s3, const char *bucket, const char *key, const char *upload_id, double seconds,
                               cln_error *err) {
    cln_s3_upload_list list;
    cln_status status = cln_s3_multipart_list_uploads(s3, bucket, key, &list, err);
    int64_t used_seconds = INT64_MIN;
    for (size_t i = 0; i < list.count; i++) {
        if (strcmp(list.uploads[i].upload_id, upload_id) == 0) used_seconds = list.uploads[i].begun_seconds;
    }
    for (size_t i = 0; i < list.count && status == CLN_OK && used_seconds != INT64_MIN; i++) {
        const int64_t begun_seconds = list.uploads[i].begun_seconds;
        if (strcmp(list.uploads[i].key, key) != 0 || strcmp(list.uploads[i].upload_id, upload_id) == 0) continue;
        if (begun_seconds > used_seconds || begun_seconds < used_seconds - (int64_t)seconds - 1) continue;
        status = cln_s3_multipart_abort(s3, bucket, key, list.uploads[i].upload_id, err);
    }
    cln_s3_upload_list_clean_up(&list);
    return status;
}

cln_status cln_s3_multipart_create(cln_s3 *s3, const char *bucket, const char *key, const cln_s3_meta *meta,
                                   size_t meta_count, char **upload_id, cln_error *err) {
    *upload_id = NULL;
    const double start_seconds = cln_clock_seconds();
    cln_s3_call call = {.method = "POST", .bucket = bucket, .key = key, .is_once = true};
    cln_s3_call_add_query(&call, "uploads", "");
    cln_s3_call_add_header(&call, "content-type", "application/octet-stream");
    cln_s3_meta_names names;
    cln_s3_call_add_meta(&call, meta, meta_count, &names);
    cln_status status = cln_s3_call_perform(s3, &call, err);
    if (status == CLN_OK) status = take_upload_id(&call, upload_id, err);
    const bool is_repeated = call.try_count > 1;
    cln_s3_call_clean_up(&call);
    cln_error why;
    if (status == CLN_OK && is_repeated &&
        give_up_lost(s3, bucket, key, *upload_id, cln_clock_seconds() - start_seconds, &why) != CLN_OK) {
        cln_warning("the service may have begun an upload that nobody goes on with: %s", why.message);
    }
    if (status != CLN_OK) {
        free(*upload_id);
        *upload_id = NULL;
    }
    return status;
}

cln_status cln_s3_part_list_add(cln_s3_part_list *list, unsigned number, uint64_t size_bytes, const char *etag,
                                cln_error *err) {
    CLN_TRY(cln_grow_array(&list->parts, &list->capacity, list->count + 1, sizeof *list->parts, err));
    cln_s3_part *part = &list->parts[list->count];
    CLN_TRY(cln_copy_string(&part->etag, etag, err));
    part->number = number;
    part->size_bytes = size_bytes;
    list->count++;
    return CLN_OK;
}

void cln_s3_part_list_clean_up(cln_s3_part_list *list) {
    for (size_t i = 0; i < list->count; i++) free(list->parts[i].etag);
    free(list->parts);
    *list = (cln_s3_part_list){0};
}

static cln_status take_part(cln_s3_part_list *list, const xmlNode *node, cln_error *err) {
    char etag[256];
    cln_xml_copy_text(node, "ETag", etag, sizeof etag);
    const uint64_t number = cln_xml_number(node, "PartNumber");
    const unsigned last = list->count == 0 ? 0 : list->parts[list->count - 1].number;
    if (number <= last || number > CLN_S3_PARTS_MOST) {
        return cln_fail(err, CLN_ERR_IO, "the service lists part %llu of an upload behind part %u",
                        (unsigned long long)number, last);
    }
    return cln_s3_part_list_add(list, (unsigned)number, cln_xml_number(node, "Size"), etag, err);
}

static cln_status take_parts(cln_s3_part_list *list, const cln_xml *xml, bool *more, cln_error *err) {
    char text[16];
    for (const xmlNode *node = cln_xml_child(xml->root, "Part"); node != NULL; node = cln_xml_next(node, "Part")) {
        CLN_TRY(take_part(list, node, err));
    }
    cln_xml_copy_text(xml->root, "IsTruncated", text, sizeof text);
    *more = strcmp(text, "true") == 0;
    return CLN_OK;
}

static cln_status list_page(cln_s3 *s3, cln_s3_call *call, cln_s3_part_list *list, bool *exists, bool *more,
                            cln_error *err) {
    CLN_TRY(cln_s3_call_perform(s3, call, err));
    *more = false;
    *exists = call->response.status != 404;
    if (!*exists) return CLN_OK;
    cln_xml xml;
    CLN_TRY(cln_xml_parse(&xml, cln_buffer_span(&call->response.body), "a list of parts", err));
    const size_t before = list->count;
    const cln_status status = take_parts(list, &xml, more, err);
    cln_xml_clean_up(&xml);
    *more = *more && list->count > before;
    return status;
}

cln_status cln_s3_multipart_list(cln_s3 *s3, const char *bucket, const char *key, const char *upload_id,
                                 cln_s3_part_list *list, bool *exists, cln_error *err) {
    *list = (cln_s3_part_list){0};
    bool more = true;
    cln_status status = CLN_OK;
    while (more && status == CLN_OK) {
        char marker[16];
        (void)snprintf(marker, sizeof marker, "%u", list->count == 0 ? 0 : list->parts[list->count - 1].number);
        cln_s3_call call = {.method = "GET", .bucket = bucket, .key = key, .may_be_missing = true};
        cln_s3_call_add_query(&call, "uploadId", upload_id);
        if (list->count > 0) cln_s3_call_add_query(&call, "part-number-marker", marker);
        status = list_page(s3, &call, list, exists, &more, err);
        cln_s3_call_clean_up(&call);
    }
    return status;
}

static cln_status write_completion(cln_buffer *body, const cln_s3_part_list *list, cln_error *err) {
    CLN_TRY(cln_buffer_append_string(body, "<CompleteMultipartUpload>", err));
    for (size_t i = 0; i < list->count; i++) {
        CLN_TRY(cln_buffer_append_format(body, err, "<Part><PartNumber>%u</PartNumber><ETag>", list->parts[i].number));
        CLN_TRY(cln_xml_escape(body, list->parts[i].etag, err));
        CLN_TRY(cln_buffer_append_string(body, "</ETag></Part>", err));
    }
    return cln_buffer_append_string(body, "</CompleteMultipartUpload>", err);
}

static bool is_ours(cln_s3 *s3, const char *bucket, const char *key, const char *mark) {
    cln_s3_info info;
    const bool is_same = cln_s3_head(s3, bucket, key, &info, NULL) == CLN_OK && info.exists && info.upload != NULL &&
                         strcmp(info.upload, mark) == 0;
    cln_s3_info_clean_up(&info);
    return is_same;
}

/* When an answer was lost, the next try, which may be libcurl's own, finds no such upload: it became the object. */
static cln_status complete(cln_s3 *s3, const char *bucket, const char *key, const char *upload_id, cln_span body,
                           const char *mark, cln_error *err) {
    cln_s3_call call = {.method = "POST",
                        .bucket = bucket,
                        .key = key,
                        .body = body,
                        .stall_seconds = completion_stall_seconds,
                        .may_fail_late = true};
    cln_s3_call_add_query(&call, "uploadId", upload_id);
    cln_s3_call_add_header(&call, "content-type", "application/xml");
    cln_status status = cln_s3_call_perform(s3, &call, err);
    if (status != CLN_OK && is_ours(s3, bucket, key, mark)) status = CLN_OK;
    cln_s3_call_clean_up(&call);
    return status;
}

cln_status cln_s3_multipart_complete(cln_s3 *s3, const char *bucket, const char *key, const char *upload_id,
                                     const cln_s3_part_list *list, const char *mark, cln_error *err) {
    cln_buffer body;
    cln_buffer_init(&body, COMPLETION_LIMIT_BYTES);
    cln_status status = write_completion(&body, list, err);
    if (status == CLN_OK) status = complete(s3, bucket, key, upload_id, cln_buffer_span(&body), mark, err);
    cln_buffer_clean_up(&body);
    return status;
}

cln_status cln_s3_multipart_abort(cln_s3 *s3, const char *bucket, const char *key, const char *upload_id,
                                  cln_error *err) {
    cln_s3_call call = {.method = "DELETE", .bucket = bucket, .key = key, .may_be_missing = true};
    cln_s3_call_add_query(&call, "uploadId", upload_id);
    const cln_status status = cln_s3_call_perform(s3, &call, err);
    cln_s3_call_clean_up(&call);
    return status;
}

static int64_t read_time(const xmlNode *node, const char *name) {
    static const char *const patterns[] = {"%Y-%m-%dT%H:%M:%S.%fZ", "%Y-%m-%dT%H:%M:%SZ"};
    char text[64];
    cln_xml_copy_text(node, name, text, sizeof text);
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        cln_date_format format;
        int64_t seconds;
        if (cln_date_format_compile(&format, patterns[i], false, NULL) == CLN_OK &&
            cln_date_parse(&format, cln_span_of_string(text), &seconds)) {
            return seconds;
        }
    }
    return INT64_MIN;
}

static cln_status take_uploads(cln_s3_upload_list *list, const cln_xml *xml, char **key_marker, char **id_marker,
                               cln_error *err) {
    char text[16];
    for (const xmlNode *node = cln_xml_child(xml->root, "Upload"); node != NULL; node = cln_xml_next(node, "Upload")) {
        CLN_TRY(cln_grow_array(&list->uploads, &list->capacity, list->count + 1, sizeof *list->uploads, err));
        list->count++;
        CLN_TRY(cln_xml_text(node, "Key", &list->uploads[list->count - 1].key, err));
        CLN_TRY(cln_xml_text(node, "UploadId", &list->uploads[list->count - 1].upload_id, err));
        list->uploads[list->count - 1].begun_seconds = read_time(node, "Initiated");
    }
    cln_xml_copy_text(xml->root, "IsTruncated", text, sizeof text);
    if (strcmp(text, "true") != 0) return CLN_OK;
    CLN_TRY(cln_xml_text(xml->root, "NextKeyMarker", key_marker, err));
    return cln_xml_text(xml->root, "NextUploadIdMarker", id_marker, err);
}

static cln_status list_uploads_page(cln_s3 *s3, const char *bucket, const char *prefix, cln_s3_upload_list *list,
                                    char **key_marker, char **id_marker, cln_error *err) {
    cln_s3_call call = {.method = "GET", .bucket = bucket};
    cln_s3_call_add_query(&call, "uploads", "");
    cln_s3_call_add_query(&call, "prefix", prefix);
    if (*key_marker != NULL) cln_s3_call_add_query(&call, "key-marker", *key_marker);
    if (*id_marker != NULL) cln_s3_call_add_query(&call, "upload-id-marker", *id_marker);
    cln_status status = cln_s3_call_perform(s3, &call, err);
    free(*key_marker);
    free(*id_marker);
    *key_marker = NULL;
    *id_marker = NULL;
    cln_xml xml = {0};
    if (status == CLN_OK) status = cln_xml_parse(&xml, cln_buffer_span(&call.response.body), "a list of uploads", err);
    if (status == CLN_OK) status = take_uploads(list, &xml, key_marker, id_marker, err);
    cln_xml_clean_up(&xml);
    cln_s3_call_clean_up(&call);
    return status;
}

cln_status cln_s3_multipart_list_uploads(cln_s3 *s3, const char *bucket, const char *prefix, cln_s3_upload_list *list,
                                         cln_error *err) {
    *list = (cln_s3_upload_list){0};
    char *key_marker = NULL;
    char *id_marker = NULL;
    cln_status status;
    size_t before;
    do {
        before = list->count;
        status = list_uploads_page(s3, bucket, prefix, list, &key_marker, &id_marker, err);
    } while (status == CLN_OK && key_marker != NULL && list->count > before);
    free(key_marker);
    free(id_marker);
    return status;
}

void cln_s3_upload_list_clean_up(cln_s3_upload_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        free(list->uploads[i].key);
        free(list->uploads[i].upload_id);
    }
    free(list->uploads);
    *list = (cln_s3_upload_list){0};
}
