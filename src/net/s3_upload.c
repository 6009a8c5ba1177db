/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "s3_upload.h"

#include "colonnade/base/memory.h"
#include "s3_meta.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MIB = 1 << 20 };

cln_status cln_s3_part_bytes(const cln_s3 *s3, uint64_t size_bytes, uint64_t *part_bytes, cln_error *err) {
    *part_bytes = s3->part_size_bytes;
    if (size_bytes == CLN_HTTP_TO_THE_END) return CLN_OK;
    const uint64_t least = (size_bytes + CLN_S3_PARTS_MOST - 1) / CLN_S3_PARTS_MOST;
    if (least > *part_bytes) *part_bytes = (least + MIB - 1) / MIB * MIB;
    if (*part_bytes <= s3->memory_bytes / 2) return CLN_OK;
    return cln_fail(err, CLN_ERR_USAGE,
                    "an object of %llu bytes has parts of %llu MiB, for there may be %d of them; set s3.memory to at "
                    "least twice that much",
                    (unsigned long long)size_bytes, (unsigned long long)(*part_bytes / MIB), CLN_S3_PARTS_MOST);
}

/* One is filled while the others are sent; fewer where memory is short, two at least. */
static size_t buffers_most(const cln_s3_upload *upload) {
    const uint64_t memory_bytes = upload->memory_bytes == 0 ? upload->s3->memory_bytes : upload->memory_bytes;
    const uint64_t affordable = memory_bytes / upload->part_bytes;
    const uint64_t wanted = (uint64_t)upload->s3->parts_at_once + 1;
    const uint64_t count = affordable < wanted ? affordable : wanted;
    return count < 2 ? 2 : count > CLN_S3_BUFFERS_MOST ? CLN_S3_BUFFERS_MOST : (size_t)count;
}

cln_status cln_s3_upload_begin(cln_s3_upload *upload, cln_error *err) {
    upload->buffer_count = buffers_most(upload);
    cln_sha256_state_init(&upload->hash);
    upload->midstates[0] = upload->hash;
    CLN_TRY(cln_new_array(&upload->buffers, upload->buffer_count, sizeof *upload->buffers, err));
    for (size_t i = 0; i < upload->buffer_count; i++) upload->buffers[i].upload = upload;
    return CLN_OK;
}

/* A part that is on the way is no longer. */
static void stop_part(cln_s3_upload *upload, cln_part_buffer *buffer) {
    cln_s3_call_clean_up(&buffer->call);
    if (buffer->state == CLN_PART_SENDING) upload->s3->sending_count--;
    buffer->state = CLN_PART_FREE;
}

void cln_s3_upload_clean_up(cln_s3_upload *upload) {
    for (size_t i = 0; upload->buffers != NULL && i < upload->buffer_count; i++) {
        stop_part(upload, &upload->buffers[i]);
        free(upload->buffers[i].data);
    }
    free(upload->buffers);
    for (size_t i = 0; i < upload->etag_capacity; i++) free(upload->etags[i]);
    free(upload->etags);
    free(upload->upload_id);
    cln_s3_part_list_clean_up(&upload->known);
    *upload = (cln_s3_upload){0};
}

static cln_status keep_etag(cln_s3_upload *upload, unsigned number, const char *etag, cln_error *err) {
    CLN_TRY(cln_grow_array(&upload->etags, &upload->etag_capacity, number, sizeof *upload->etags, err));
    CLN_TRY(cln_copy_string(&upload->etags[number - 1], etag, err));
    upload->arrived_count++;
    return CLN_OK;
}

void cln_s3_upload_resume(cln_s3_upload *upload, char *upload_id, cln_s3_part_list *known, unsigned parts,
                          const cln_sha256_state *hash) {
    upload->upload_id = upload_id;
    upload->known = *known;
    *known = (cln_s3_part_list){0};
    upload->hash = *hash;
    upload->midstates[parts % CLN_S3_MIDSTATES] = *hash;
    upload->first_part = parts;
    upload->part_count = parts;
    for (unsigned i = 0; i < parts && upload->status == CLN_OK; i++) {
        upload->status = keep_etag(upload, i + 1, upload->known.parts[i].etag, &upload->error);
        upload->kept_bytes += upload->known.parts[i].size_bytes;
    }
}

static cln_part_buffer *find_buffer(cln_s3_upload *upload, cln_part_state state) {
    for (size_t i = 0; i < upload->buffer_count; i++) {
        cln_part_buffer *buffer = &upload->buffers[i];
        if (buffer->state == state && buffer != upload->filling) return buffer;
    }
    return NULL;
}

static cln_status begin_part(cln_s3_upload *upload, cln_part_buffer *buffer, cln_error *err) {
    if (upload->part_count == CLN_S3_PARTS_MOST) {
        return cln_fail(
            err, CLN_ERR_USAGE,
            "s3://%s/%s has more than %d parts of %llu MiB, the most that there may be; make s3.part_size in "
            "the configuration greater",
            upload->bucket, upload->key, CLN_S3_PARTS_MOST, (unsigned long long)(upload->part_bytes / MIB));
    }
    if (buffer->data == NULL) {
        buffer->data = malloc(upload->part_bytes);
        if (buffer->data == NULL) return cln_fail_memory(err, "holding a part of an upload");
    }
    buffer->size = 0;
    buffer->number = ++upload->part_count;
    upload->filling = buffer;
    return CLN_OK;
}

static void seal(cln_s3_upload *upload) {
    cln_part_buffer *buffer = upload->filling;
    upload->filling = NULL;
    cln_sha256_state_update(&upload->hash, buffer->data, buffer->size);
    upload->midstates[buffer->number % CLN_S3_MIDSTATES] = upload->hash;
    if (upload->status == CLN_OK) {
        upload->status = cln_sha256_bytes(buffer->data, buffer->size, buffer->sha256, &upload->error);
    }
    buffer->state = CLN_PART_FULL;
}

static size_t room_of(const cln_s3_upload *upload) {
    size_t room = upload->filling == NULL ? 0 : upload->part_bytes - upload->filling->size;
    for (size_t i = 0; i < upload->buffer_count; i++) {
        const cln_part_buffer *buffer = &upload->buffers[i];
        if (buffer->state == CLN_PART_FREE && buffer != upload->filling) room += upload->part_bytes;
    }
    return room;
}

cln_status cln_s3_upload_take(void *context, const char *data, size_t size, bool *wait, cln_error *err) {
    cln_s3_upload *upload = context;
    *wait = size > room_of(upload);
    while (size > 0 && !*wait) {
        if (upload->filling == NULL) CLN_TRY(begin_part(upload, find_buffer(upload, CLN_PART_FREE), err));
        cln_part_buffer *buffer = upload->filling;
        const size_t left = upload->part_bytes - buffer->size;
        const size_t some = size < left ? size : left;
        memcpy(buffer->data + buffer->size, data, some);
        buffer->size += some;
        data += some;
        size -= some;
        if (buffer->size == upload->part_bytes) seal(upload);
    }
    return CLN_OK;
}

void cln_s3_upload_end(cln_s3_upload *upload) {
    if (upload->filling != NULL) seal(upload);
    upload->is_ended = true;
}

static void on_part(cln_s3_call *call, cln_status status) {
    cln_part_buffer *buffer = call->context;
    cln_s3_upload *upload = buffer->upload;
    buffer->state = CLN_PART_SENT;
    upload->s3->sending_count--;
    if (status != CLN_OK && upload->status == CLN_OK) {
        upload->status = status;
        upload->error = call->error;
    }
}

static void send_part(cln_s3_upload *upload, cln_part_buffer *buffer) {
    buffer->state = CLN_PART_SENDING;
    upload->s3->sending_count++;
    (void)snprintf(buffer->number_text, sizeof buffer->number_text, "%u", buffer->number);
    buffer->call = (cln_s3_call){.method = "PUT",
                                 .bucket = upload->bucket,
                                 .key = upload->key,
                                 .body = cln_span_of(buffer->data, buffer->size),
                                 .body_sha256 = buffer->sha256,
                                 .done = on_part,
                                 .context = buffer};
    cln_s3_call_add_query(&buffer->call, "partNumber", buffer->number_text);
    cln_s3_call_add_query(&buffer->call, "uploadId", upload->upload_id);
    cln_s3_call_start(upload->s3, &buffer->call);
}

static cln_status take_back(cln_s3_upload *upload, cln_part_buffer *buffer, cln_error *err) {
    const char *etag = cln_http_header_value(&buffer->call.response, "ETag");
    cln_status status = upload->status;
    if (status == CLN_OK && etag == NULL) {
        status = cln_fail(err, CLN_ERR_IO, "s3://%s/%s: the service takes a part and does not say its ETag",
                          upload->bucket, upload->key);
    } else if (status == CLN_OK) {
        status = keep_etag(upload, buffer->number, etag, err);
    }
    upload->sent_bytes += buffer->size;
    cln_s3_call_clean_up(&buffer->call);
    buffer->state = CLN_PART_FREE;
    return status;
}

static bool is_same(const cln_part_buffer *buffer, const cln_s3_part *part) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    char text[2 * EVP_MAX_MD_SIZE + 1];
    unsigned size = 0;
    if (part->size_bytes != buffer->size ||
        EVP_Digest(buffer->data, buffer->size, digest, &size, EVP_md5(), NULL) != 1) {
        return false;
    }
    cln_hex(digest, size, text);
    return strlen(part->etag) == strlen(text) + 2 && strncmp(part->etag + 1, text, strlen(text)) == 0;
}

/* A part that the service has from an earlier run. */
static bool is_known(const cln_s3_upload *upload, const cln_part_buffer *buffer, const cln_s3_part **part) {
    for (size_t i = 0; i < upload->known.count; i++) {
        *part = &upload->known.parts[i];
        if ((*part)->number == buffer->number) return is_same(buffer, *part);
    }
    return false;
}

static cln_status send_or_keep(cln_s3_upload *upload, cln_part_buffer *buffer, cln_error *err) {
    const cln_s3_part *part;
    if (!is_known(upload, buffer, &part)) {
        send_part(upload, buffer);
        return CLN_OK;
    }
    buffer->state = CLN_PART_FREE;
    upload->kept_bytes += buffer->size;
    return keep_etag(upload, buffer->number, part->etag, err);
}

/* One part that is all goes without the ceremony. */
static bool is_single(const cln_s3_upload *upload) {
    return upload->is_ended && upload->part_count <= 1 && upload->upload_id == NULL;
}

static cln_status create(cln_s3_upload *upload, cln_error *err) {
    const cln_s3_meta meta[] = {{CLN_S3_META_UPLOAD, upload->mark}, {CLN_S3_META_SHA256, upload->sha256}};
    return cln_s3_multipart_create(upload->s3, upload->bucket, upload->key, meta, upload->sha256 == NULL ? 1 : 2,
                                   &upload->upload_id, err);
}

/* The one with the lowest number, so that parts arrive about in their order. */
static cln_part_buffer *next_full(cln_s3_upload *upload) {
    cln_part_buffer *next = NULL;
    for (size_t i = 0; i < upload->buffer_count; i++) {
        cln_part_buffer *buffer = &upload->buffers[i];
        if (buffer->state == CLN_PART_FULL && (next == NULL || buffer->number < next->number)) next = buffer;
    }
    return next;
}

cln_status cln_s3_upload_advance(cln_s3_upload *upload, bool *room, cln_error *err) {
    cln_part_buffer *buffer;
    while ((buffer = find_buffer(upload, CLN_PART_SENT)) != NULL) {
        if (upload->status == CLN_OK)
            upload->status = take_back(upload, buffer, &upload->error);
        else
            buffer->state = CLN_PART_FREE;
    }
    while (upload->status == CLN_OK && !is_single(upload) && (buffer = next_full(upload)) != NULL &&
           upload->s3->sending_count < (size_t)upload->s3->parts_at_once) {
        if (upload->upload_id == NULL) CLN_TRY(create(upload, err));
        CLN_TRY(send_or_keep(upload, buffer, err));
    }
    *room = find_buffer(upload, CLN_PART_FREE) != NULL;
    if (upload->status != CLN_OK && err != NULL) *err = upload->error;
    return upload->status;
}

bool cln_s3_upload_is_sent(const cln_s3_upload *upload) {
    return upload->is_ended && (is_single(upload) || upload->arrived_count == upload->part_count);
}

void cln_s3_upload_digest(const cln_s3_upload *upload, char text[CLN_SHA256_TEXT_BYTES]) {
    cln_sha256_state_digest(&upload->hash, text);
}

static cln_status put_single(cln_s3_upload *upload, cln_error *err) {
    cln_part_buffer *buffer = next_full(upload);
    const cln_s3_meta meta[] = {{CLN_S3_META_UPLOAD, upload->mark}};
    const cln_span body = buffer == NULL ? cln_span_of("", 0) : cln_span_of(buffer->data, buffer->size);
    CLN_TRY(cln_s3_put(upload->s3, upload->bucket, upload->key, body, meta, 1, err));
    upload->sent_bytes += body.size;
    if (buffer != NULL) buffer->state = CLN_PART_FREE;
    return CLN_OK;
}

cln_status cln_s3_upload_complete(cln_s3_upload *upload, cln_error *err) {
    if (is_single(upload)) return put_single(upload, err);
    cln_s3_part_list list = {0};
    cln_status status = CLN_OK;
    for (unsigned i = 0; i < upload->part_count && status == CLN_OK; i++) {
        status = cln_s3_part_list_add(&list, i + 1, 0, upload->etags[i], err);
    }
    if (status == CLN_OK) {
        status = cln_s3_multipart_complete(upload->s3, upload->bucket, upload->key, upload->upload_id, &list,
                                           upload->mark, err);
    }
    cln_s3_part_list_clean_up(&list);
    return status;
}

/* Parts on the way would come after the end and stay for ever. */
cln_status cln_s3_upload_abort(cln_s3_upload *upload, cln_error *err) {
    for (size_t i = 0; i < upload->buffer_count; i++) stop_part(upload, &upload->buffers[i]);
    if (upload->upload_id == NULL) return CLN_OK;
    CLN_TRY(cln_s3_multipart_abort(upload->s3, upload->bucket, upload->key, upload->upload_id, err));
    free(upload->upload_id);
    upload->upload_id = NULL;
    return CLN_OK;
}
