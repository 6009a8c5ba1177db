/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/memory.h"
#include "s3_call.h"
#include "s3_meta.h"
#include "s3_xml.h"
#include "sha256.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEYS_PER_DELETE = 1000, DELETE_LIMIT_BYTES = 8 << 20, MD5_BYTES = 16, BASE64_BYTES = 25 };

static cln_status copy_header(const cln_http_response *response, const char *name, char **value, cln_error *err) {
    const char *text = cln_http_header_value(response, name);
    return text == NULL ? CLN_OK : cln_copy_string(value, text, err);
}

static cln_status read_info(const cln_http_response *response, cln_s3_info *info, cln_error *err) {
    info->exists = response->status != 404;
    if (!info->exists) return CLN_OK;
    if (!cln_http_content_length(response, &info->size_bytes)) {
        return cln_fail(err, CLN_ERR_IO, "object storage does not tell the size of an object");
    }
    CLN_TRY(copy_header(response, "ETag", &info->etag, err));
    CLN_TRY(copy_header(response, "Last-Modified", &info->last_modified, err));
    info->is_ours = cln_http_header_value(response, CLN_S3_META_PREFIX CLN_S3_META_OWNER) != NULL;
    CLN_TRY(copy_header(response, CLN_S3_META_PREFIX CLN_S3_META_SHA256, &info->sha256, err));
    return copy_header(response, CLN_S3_META_PREFIX CLN_S3_META_UPLOAD, &info->upload, err);
}

cln_status cln_s3_head(cln_s3 *s3, const char *bucket, const char *key, cln_s3_info *info, cln_error *err) {
    *info = (cln_s3_info){0};
    cln_s3_call call = {.method = "HEAD", .bucket = bucket, .key = key, .may_be_missing = true};
    cln_status status = cln_s3_call_perform(s3, &call, err);
    if (status == CLN_OK) status = read_info(&call.response, info, err);
    cln_s3_call_clean_up(&call);
    return status;
}

void cln_s3_info_clean_up(cln_s3_info *info) {
    free(info->etag);
    free(info->last_modified);
    free(info->sha256);
    free(info->upload);
    *info = (cln_s3_info){0};
}

/* NoSuchBucket is a 404 too, and never what is meant. */
static cln_status check_missing(const cln_s3_call *call, cln_error *err) {
    cln_s3_call refused = {.bucket = call->bucket, .key = call->key, .s3 = call->s3, .response = call->response};
    cln_s3_refusal_read(&refused.refusal, &call->response);
    if (strcmp(refused.refusal.code, "NoSuchBucket") != 0) return CLN_OK;
    return cln_s3_refusal_fail(&refused, err);
}

cln_status cln_s3_get(cln_s3 *s3, const char *bucket, const char *key, cln_buffer *body, bool *exists, cln_error *err) {
    cln_s3_call call = {.method = "GET", .bucket = bucket, .key = key, .may_be_missing = true};
    cln_status status = cln_s3_call_perform(s3, &call, err);
    *exists = status == CLN_OK && call.response.status != 404;
    if (status == CLN_OK && !*exists) status = check_missing(&call, err);
    if (*exists && call.response.body.size > body->size_limit - body->size) {
        status = cln_fail(err, CLN_ERR_IO, "s3://%s/%s has %zu bytes, more than such an object may have", bucket, key,
                          call.response.body.size);
    } else if (*exists) {
        status = cln_buffer_append_span(body, cln_buffer_span(&call.response.body), err);
    }
    cln_s3_call_clean_up(&call);
    return status;
}

cln_status cln_s3_put(cln_s3 *s3, const char *bucket, const char *key, cln_span body, const cln_s3_meta *meta,
                      size_t meta_count, cln_error *err) {
    char sha256[CLN_SHA256_TEXT_BYTES];
    CLN_TRY(cln_sha256_bytes(body.data, body.size, sha256, err));
    cln_s3_call call = {.method = "PUT", .bucket = bucket, .key = key, .body = body, .body_sha256 = sha256};
    cln_s3_call_add_header(&call, CLN_S3_META_PREFIX CLN_S3_META_SHA256, sha256);
    cln_s3_meta_names names;
    cln_s3_call_add_meta(&call, meta, meta_count, &names);
    const cln_status status = cln_s3_call_perform(s3, &call, err);
    cln_s3_call_clean_up(&call);
    return status;
}

/* Every service takes a bulk deletion with this old checksum, and some only then. */
static cln_status md5_base64(cln_span body, char text[BASE64_BYTES], cln_error *err) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    if (EVP_Digest(body.data, body.size, digest, &size, EVP_md5(), NULL) != 1 || size != MD5_BYTES) {
        return cln_fail(err, CLN_ERR_INTERNAL,
                        "OpenSSL cannot compute MD5 on this machine, which deleting objects needs");
    }
    (void)EVP_EncodeBlock((unsigned char *)text, digest, MD5_BYTES);
    return CLN_OK;
}

static cln_status write_deletion(cln_buffer *body, const char *const *keys, size_t count, cln_error *err) {
    CLN_TRY(cln_buffer_append_string(body, "<Delete><Quiet>true</Quiet>", err));
    for (size_t i = 0; i < count; i++) {
        CLN_TRY(cln_buffer_append_string(body, "<Object><Key>", err));
        CLN_TRY(cln_xml_escape(body, keys[i], err));
        CLN_TRY(cln_buffer_append_string(body, "</Key></Object>", err));
    }
    return cln_buffer_append_string(body, "</Delete>", err);
}

/* Errors of single objects come with status 200. */
static cln_status check_deletion(const cln_s3_call *call, cln_error *err) {
    if (call->response.body.size == 0) return CLN_OK;
    cln_xml xml;
    CLN_TRY(cln_xml_parse(&xml, cln_buffer_span(&call->response.body), "the answer to a deletion", err));
    const xmlNode *error = cln_xml_child(xml.root, "Error");
    cln_status status = CLN_OK;
    if (error != NULL) {
        char key[256];
        char code[64];
        cln_xml_copy_text(error, "Key", key, sizeof key);
        cln_xml_copy_text(error, "Code", code, sizeof code);
        status = cln_fail(err, CLN_ERR_IO, "s3://%s/%s cannot be deleted: %s", call->bucket, key, code);
    }
    cln_xml_clean_up(&xml);
    return status;
}

static cln_status delete_some(cln_s3 *s3, const char *bucket, const char *const *keys, size_t count, cln_error *err) {
    cln_buffer body;
    cln_buffer_init(&body, DELETE_LIMIT_BYTES);
    char md5[BASE64_BYTES];
    cln_status status = write_deletion(&body, keys, count, err);
    if (status == CLN_OK) status = md5_base64(cln_buffer_span(&body), md5, err);
    if (status == CLN_OK) {
        cln_s3_call call = {.method = "POST", .bucket = bucket, .body = cln_buffer_span(&body), .may_fail_late = true};
        cln_s3_call_add_query(&call, "delete", "");
        cln_s3_call_add_header(&call, "content-md5", md5);
        cln_s3_call_add_header(&call, "content-type", "application/xml");
        status = cln_s3_call_perform(s3, &call, err);
        if (status == CLN_OK) status = check_deletion(&call, err);
        cln_s3_call_clean_up(&call);
    }
    cln_buffer_clean_up(&body);
    return status;
}

cln_status cln_s3_delete(cln_s3 *s3, const char *bucket, const char *const *keys, size_t count, cln_error *err) {
    for (size_t i = 0; i < count; i += KEYS_PER_DELETE) {
        const size_t some = count - i < KEYS_PER_DELETE ? count - i : KEYS_PER_DELETE;
        CLN_TRY(delete_some(s3, bucket, keys + i, some, err));
    }
    return CLN_OK;
}
