/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/cleanup.h"
#include "colonnade/base/log.h"
#include "colonnade/base/memory.h"
#include "fetch_s3_parts.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STATE_LIMIT_BYTES = 1 << 20 };

static cln_status make_mark(char mark[CLN_UPLOAD_MARK_BYTES], cln_error *err) {
    unsigned char bytes[16];
    if (RAND_bytes(bytes, sizeof bytes) != 1) {
        return cln_fail(err, CLN_ERR_INTERNAL, "OpenSSL has no random numbers on this machine");
    }
    cln_hex(bytes, sizeof bytes, mark);
    return CLN_OK;
}

/* Whether there is an upload of this file to go on with. */
static cln_status read_state(cln_pass *p, cln_error *err) {
    const cln_fetch_keys *keys = &p->fetch->keys;
    const cln_upload_state *former = &p->former;
    bool is_whole = false;
    bool exists = false;
    cln_buffer text;
    cln_buffer_init(&text, STATE_LIMIT_BYTES);
    cln_status status = cln_s3_get(p->fetch->target->s3, keys->place.bucket, keys->state_key, &text, &exists, err);
    if (status == CLN_OK && exists) {
        status = cln_upload_state_parse(&p->former, cln_buffer_span(&text), &is_whole, err);
    }
    cln_buffer_clean_up(&text);
    p->has_read = true;
    p->can_resume = is_whole && strcmp(former->key, keys->next_key) == 0 && strcmp(former->url, p->url) == 0 &&
                    former->part_bytes <= p->fetch->target->s3->memory_bytes / 2;
    return status;
}

/* Uploads of the same object that no state knows: whoever began them was killed at once. */
static cln_status abort_others(cln_pass *p, const char *but, cln_error *err) {
    const cln_fetch_keys *keys = &p->fetch->keys;
    cln_s3 *s3 = p->fetch->target->s3;
    cln_s3_upload_list list;
    cln_status status = cln_s3_multipart_list_uploads(s3, keys->place.bucket, keys->next_key, &list, err);
    for (size_t i = 0; i < list.count && status == CLN_OK; i++) {
        const char *id = list.uploads[i].upload_id;
        if (strcmp(list.uploads[i].key, keys->next_key) != 0 || (but != NULL && strcmp(id, but) == 0)) continue;
        status = cln_s3_multipart_abort(s3, keys->place.bucket, keys->next_key, id, err);
    }
    cln_s3_upload_list_clean_up(&list);
    return status;
}

/* How many parts from the first on the service has, all of them whole. */
static unsigned count_prefix(const cln_s3_part_list *list, uint64_t part_bytes) {
    unsigned count = 0;
    while (count < list->count && list->parts[count].number == count + 1 &&
           list->parts[count].size_bytes == part_bytes) {
        count++;
    }
    return count;
}

static bool can_skip(const cln_pass *p) {
    return strncmp(p->url, "file:", 5) != 0 && cln_validators_strong(&p->former.validators) != NULL;
}

static cln_status take_over(cln_pass *p, cln_s3_part_list *list, cln_error *err) {
    unsigned parts = can_skip(p) ? count_prefix(list, p->former.part_bytes) : 0;
    cln_sha256_state hash;
    while (!cln_upload_state_hash(&p->former, parts, &hash)) parts--;
    char *id;
    CLN_TRY(cln_copy_string(&id, p->former.upload_id, err));
    cln_s3_upload_resume(&p->upload, id, list, parts, &hash);
    p->has_state = true;
    cln_note("%s: going on with an upload that was interrupted, which has %zu parts", p->url, p->upload.known.count);
    return CLN_OK;
}

static cln_status begin_upload(cln_pass *p, uint64_t part_bytes, const char *mark, cln_error *err) {
    const cln_fetch_keys *keys = &p->fetch->keys;
    p->upload = (cln_s3_upload){.s3 = p->fetch->target->s3,
                                .bucket = keys->place.bucket,
                                .key = keys->next_key,
                                .mark = mark,
                                .part_bytes = part_bytes,
                                .memory_bytes = p->fetch->held_bytes};
    return cln_s3_upload_begin(&p->upload, err);
}

/* *is_resumed false: there is nothing to go on with. */
static cln_status try_resume(cln_pass *p, bool *is_resumed, cln_error *err) {
    const cln_fetch_keys *keys = &p->fetch->keys;
    const cln_upload_state *former = &p->former;
    cln_s3 *s3 = p->fetch->target->s3;
    *is_resumed = false;
    CLN_TRY(abort_others(p, p->can_resume ? former->upload_id : NULL, err));
    if (!p->can_resume) return CLN_OK;
    cln_s3_part_list list;
    cln_status status =
        cln_s3_multipart_list(s3, keys->place.bucket, keys->next_key, former->upload_id, &list, is_resumed, err);
    if (status == CLN_OK && *is_resumed) {
        status = begin_upload(p, former->part_bytes, former->mark, err);
        if (status == CLN_OK) status = take_over(p, &list, err);
    }
    cln_s3_part_list_clean_up(&list);
    return status;
}

static void on_saved(cln_s3_call *call, cln_status status) {
    cln_pass *p = call->context;
    p->is_saving = false;
    p->has_state = p->has_state || status == CLN_OK;
    if (status != CLN_OK) cln_warning("an interruption of this upload could not be mended: %s", call->error.message);
    cln_s3_call_clean_up(call);
}

/* One at a time; what changed meanwhile is in the next. */
static cln_status save_state(cln_pass *p, cln_error *err) {
    const cln_s3_upload *upload = &p->upload;
    const unsigned whole_parts = upload->part_count - (upload->filling != NULL);
    if (p->is_saving || upload->upload_id == NULL || whole_parts == p->saved_parts) return CLN_OK;
    cln_buffer_clear(&p->state_text);
    CLN_TRY(cln_upload_state_write(&p->state_text, p->url, &p->stream.validators, upload, err));
    p->saved_parts = whole_parts;
    p->is_saving = true;
    p->state_call = (cln_s3_call){.method = "PUT",
                                  .bucket = upload->bucket,
                                  .key = p->fetch->keys.state_key,
                                  .body = cln_buffer_span(&p->state_text),
                                  .done = on_saved,
                                  .context = p};
    cln_s3_call_add_header(&p->state_call, "x-amz-meta-colonnade", COLONNADE_VERSION);
    cln_s3_call_start(upload->s3, &p->state_call);
    return CLN_OK;
}

static cln_status take(void *context, const char *data, size_t size, bool *wait, cln_error *err) {
    cln_pass *p = context;
    if (p->upload.buffers == NULL) { /* the first bytes: now the size is known, where anybody knows it */
        uint64_t part_bytes;
        CLN_TRY(cln_s3_part_bytes(p->stream.s3, p->stream.size_bytes, &part_bytes, err));
        *wait = !cln_fetch_take_memory(p->fetch, part_bytes);
        if (*wait) return CLN_OK;
        CLN_TRY(begin_upload(p, part_bytes, p->mark, err));
    }
    return cln_s3_upload_take(&p->upload, data, size, wait, err);
}

static void tell_progress(const cln_pass *p) {
    const cln_fetch_s3_target *target = p->fetch->target;
    const uint64_t total = p->stream.size_bytes == CLN_HTTP_TO_THE_END ? 0 : p->stream.size_bytes;
    if (target->progress != NULL) target->progress(target->context, p->fetch->index, p->stream.position, total);
}

/* Where there is not enough memory to go on with a former upload yet, nothing begins. */
static cln_status begin(cln_pass *p, cln_error *err) {
    bool is_resumed = false;
    if (!p->has_read) CLN_TRY(read_state(p, err));
    if (p->can_resume && !cln_fetch_take_memory(p->fetch, p->former.part_bytes)) return CLN_OK;
    p->is_begun = true;
    CLN_TRY(make_mark(p->mark, err));
    CLN_TRY(try_resume(p, &is_resumed, err));
    const uint64_t first_byte = is_resumed ? p->upload.first_part * p->upload.part_bytes : 0;
    cln_stream_start(&p->stream, first_byte, first_byte == 0 ? NULL : &p->former.validators);
    return CLN_OK;
}

/* Until everything is with the service, or the source fails. */
static cln_status pump(cln_pass *p, bool *is_over, cln_error *err) {
    *is_over = p->stream.state != CLN_STREAM_RUNS && p->stream.state != CLN_STREAM_WHOLE;
    if (*is_over) return CLN_OK;
    if (p->has_room) cln_stream_resume(&p->stream);
    if (p->stream.state == CLN_STREAM_WHOLE && !p->upload.is_ended) cln_s3_upload_end(&p->upload);
    if (p->upload.buffers != NULL) {
        CLN_TRY(cln_s3_upload_advance(&p->upload, &p->has_room, err));
        CLN_TRY(save_state(p, err));
    }
    tell_progress(p);
    *is_over = p->upload.buffers != NULL && cln_s3_upload_is_sent(&p->upload);
    return CLN_OK;
}

cln_status cln_fetch_pass_step(cln_pass *p, bool *is_over, bool *has_moved, cln_error *err) {
    const bool was_begun = p->is_begun;
    const bool had_room = p->has_room;
    const uint64_t position = p->stream.position;
    *is_over = false;
    if (!p->is_begun) CLN_TRY(begin(p, err));
    if (p->is_begun) CLN_TRY(pump(p, is_over, err));
    *has_moved = *is_over || p->is_begun != was_begun || (p->has_room && !had_room) || p->stream.position != position;
    return CLN_OK;
}

static cln_status put_sidecar(cln_pass *p, const cln_origin *origin, cln_error *err) {
    char *text = NULL;
    char *key = NULL;
    cln_status status = cln_origin_print(origin, p->fetch->job->item, &text, err);
    if (status == CLN_OK) status = cln_format_string(&key, err, "%s" CLN_SIDECAR_SUFFIX, p->upload.key);
    if (status == CLN_OK) {
        status = cln_s3_put(p->upload.s3, p->upload.bucket, key, cln_span_of_string(text), NULL, 0, err);
    }
    free(key);
    free(text);
    return status;
}

static cln_status forget_state(cln_pass *p, cln_error *err) {
    const char *const keys[] = {p->fetch->keys.state_key};
    if (p->is_saving) cln_s3_call_clean_up(&p->state_call);
    p->is_saving = false;
    return cln_s3_delete(p->upload.s3, p->fetch->keys.place.bucket, keys, 1, err);
}

/* The sidecar comes first: an object without one would lose its origin. */
static cln_status publish(cln_pass *p, cln_fetch_result *result, cln_error *err) {
    cln_stream *stream = &p->stream;
    char *url;
    CLN_TRY(cln_copy_string(&url, p->url, err));
    cln_origin origin = {.url = url,
                         .final_url = stream->final_url,
                         .etag = stream->validators.etag,
                         .last_modified = stream->validators.last_modified,
                         .size_bytes = stream->position};
    cln_s3_upload_digest(&p->upload, origin.sha256);
    const bool had_state = p->upload.upload_id != NULL;
    const cln_status status = put_sidecar(p, &origin, err);
    free(url);
    if (status != CLN_OK) return status;
    CLN_TRY(cln_s3_upload_complete(&p->upload, err));
    cln_error why;
    if (had_state && forget_state(p, &why) != CLN_OK) {
        cln_warning("%s is there, and so is still the state of its upload, which --abort removes: %s", p->upload.key,
                    why.message);
    }
    result->outcome = p->fetch->keys.newest_key == NULL ? CLN_FETCH_NEW : CLN_FETCH_CHANGED;
    result->size_bytes = stream->position;
    result->transferred_bytes += stream->transferred_bytes;
    return cln_format_string(&result->path, err, CLN_S3_SCHEME "%s/%s", p->upload.bucket, p->upload.key);
}

/* All of it goes, as far as the service can be reached. */
static cln_status give_up(cln_pass *p, cln_error *err) {
    if (p->upload.buffers == NULL || p->upload.upload_id == NULL) return CLN_OK;
    CLN_TRY(cln_s3_upload_abort(&p->upload, err));
    return forget_state(p, err);
}

/* Of what was not completed the next run has use when a state tells of it, and nobody stopped it on purpose. */
static void leave(cln_pass *p) {
    bool busy = true;
    while (p->is_saving && busy && cln_cleanup_signal() == 0) {
        if (cln_http_pool_step(p->stream.s3->pool, 1, &busy, NULL) != CLN_OK) break;
    }
    if (p->has_state && cln_cleanup_signal() == 0) return;
    cln_error why;
    if (give_up(p, &why) == CLN_OK) return;
    cln_warning("%s: an upload is left with the service, which the next run gives up: %s", p->url, why.message);
}

void cln_fetch_pass_begin(cln_pass *p, cln_s3_fetch *fetch, const char *url) {
    *p = (cln_pass){.fetch = fetch, .url = url, .saved_parts = UINT_MAX, .has_room = true};
    cln_buffer_init(&p->state_text, STATE_LIMIT_BYTES);
    p->stream = (cln_stream){.s3 = fetch->target->s3,
                             .url = url,
                             .limits = fetch->target->limits,
                             .is_csv = strcmp(fetch->job->extension, ".csv") == 0,
                             .take = take,
                             .context = p};
}

cln_status cln_fetch_pass_finish(cln_pass *p, cln_fetch_result *result, cln_pass_outcome *outcome, cln_error *err) {
    *outcome = (cln_pass_outcome){.is_missing = p->stream.is_missing, .reason = p->stream.error};
    switch (p->stream.state) {
    case CLN_STREAM_WHOLE:
        outcome->end = CLN_PASS_DONE;
        CLN_TRY(publish(p, result, err));
        p->is_done = true;
        return CLN_OK;
    case CLN_STREAM_OTHER_VERSION:
        outcome->end = CLN_PASS_OTHER_VERSION;
        CLN_TRY(give_up(p, err));
        p->is_done = true;
        return CLN_OK;
    default:
        outcome->end = CLN_PASS_FAILED;
        return CLN_OK;
    }
}

void cln_fetch_pass_clean_up(cln_pass *p) {
    if (p->fetch == NULL) return;
    if (!p->is_done) leave(p);
    if (p->is_saving) cln_s3_call_clean_up(&p->state_call);
    cln_buffer_clean_up(&p->state_text);
    cln_stream_clean_up(&p->stream);
    cln_s3_upload_clean_up(&p->upload);
    cln_upload_state_clean_up(&p->former);
    *p = (cln_pass){0};
}
