/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/memory.h"
#include "s3_call.h"
#include "s3_xml.h"

#include <stdlib.h>
#include <string.h>

static int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Undoes the encoding of keys in listings, which some characters need in XML. */
static void decode(char *text) {
    char *out = text;
    for (const char *in = text; *in != '\0'; in++) {
        const int high = *in == '%' ? hex_digit(in[1]) : -1;
        const int low = high < 0 ? -1 : hex_digit(in[2]);
        if (low >= 0 && high * 16 + low != 0) {
            *out++ = (char)(high * 16 + low);
            in += 2;
        } else {
            *out++ = *in == '+' ? ' ' : *in;
        }
    }
    *out = '\0';
}

/* Whoever lists a folder takes its name off the keys. */
static cln_status take_object(cln_s3_list *list, const xmlNode *node, const char *prefix, bool is_encoded,
                              cln_error *err) {
    CLN_TRY(cln_grow_array(&list->objects, &list->capacity, list->count + 1, sizeof *list->objects, err));
    cln_s3_object *object = &list->objects[list->count++];
    object->size_bytes = cln_xml_number(node, "Size");
    CLN_TRY(cln_xml_text(node, "Key", &object->key, err));
    if (is_encoded) decode(object->key);
    if (strncmp(object->key, prefix, strlen(prefix)) != 0) {
        return cln_fail(err, CLN_ERR_IO, "object storage lists '%.200s' when asked for what begins with '%.200s'",
                        object->key, prefix);
    }
    return cln_xml_text(node, "ETag", &object->etag, err);
}

static cln_status take_page(cln_s3_list *list, const cln_xml *xml, const char *prefix, size_t objects_most,
                            char **token, cln_error *err) {
    char text[16];
    cln_xml_copy_text(xml->root, "EncodingType", text, sizeof text);
    const bool is_encoded = strcmp(text, "url") == 0;
    for (const xmlNode *node = cln_xml_child(xml->root, "Contents"); node != NULL;
         node = cln_xml_next(node, "Contents")) {
        if (objects_most != 0 && list->count == objects_most) return CLN_OK;
        CLN_TRY(take_object(list, node, prefix, is_encoded, err));
    }
    cln_xml_copy_text(xml->root, "IsTruncated", text, sizeof text);
    if (strcmp(text, "true") != 0) return CLN_OK;
    CLN_TRY(cln_xml_text(xml->root, "NextContinuationToken", token, err));
    if (**token != '\0') return CLN_OK;
    return cln_fail(err, CLN_ERR_IO, "object storage cuts a listing and does not say how it goes on");
}

static cln_status list_page(cln_s3 *s3, const char *bucket, const char *prefix, size_t objects_most, cln_s3_list *list,
                            char **token, cln_error *err) {
    cln_s3_call call = {.method = "GET", .bucket = bucket};
    cln_s3_call_add_query(&call, "list-type", "2");
    cln_s3_call_add_query(&call, "encoding-type", "url");
    cln_s3_call_add_query(&call, "prefix", prefix);
    if (*token != NULL) cln_s3_call_add_query(&call, "continuation-token", *token);
    cln_status status = cln_s3_call_perform(s3, &call, err);
    free(*token);
    *token = NULL;
    cln_xml xml = {0};
    if (status == CLN_OK) status = cln_xml_parse(&xml, cln_buffer_span(&call.response.body), "a listing", err);
    if (status == CLN_OK) status = take_page(list, &xml, prefix, objects_most, token, err);
    cln_xml_clean_up(&xml);
    cln_s3_call_clean_up(&call);
    return status;
}

cln_status cln_s3_list_objects(cln_s3 *s3, const char *bucket, const char *prefix, size_t objects_most,
                               cln_s3_list *list, cln_error *err) {
    *list = (cln_s3_list){0};
    char *token = NULL;
    cln_status status;
    do {
        const size_t before = list->count;
        status = list_page(s3, bucket, prefix, objects_most, list, &token, err);
        if (status == CLN_OK && token != NULL && list->count == before) {
            status = cln_fail(err, CLN_ERR_IO, "s3://%s: a page of the listing is empty and not the last", bucket);
        }
    } while (status == CLN_OK && token != NULL);
    free(token);
    return status;
}

void cln_s3_list_clean_up(cln_s3_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        free(list->objects[i].key);
        free(list->objects[i].etag);
    }
    free(list->objects);
    *list = (cln_s3_list){0};
}
