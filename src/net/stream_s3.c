/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A stream of an object: its head tells the version, then its bytes come in
 * one request, which is made again from where it was cut. */
#include "colonnade/base/memory.h"
#include "stream.h"

#include <string.h>

static void take_rest(cln_stream *stream);

static cln_status take_head(cln_stream *stream, cln_error *err) {
    const cln_http_response *response = &stream->call.response;
    stream->is_missing = response->status == 404;
    if (stream->is_missing) return cln_fail(err, CLN_ERR_IO, "there is no object %s", stream->url);
    if (!cln_http_content_length(response, &stream->size_bytes)) {
        return cln_fail(err, CLN_ERR_IO, "%s: the service does not tell its size", stream->url);
    }
    if (stream->position > stream->size_bytes ||
        (stream->position > 0 && !cln_validators_agree(&stream->validators, response))) {
        stream->is_other = true;
        return cln_fail(err, CLN_ERR_IO, "%s was replaced by another version while it was read", stream->url);
    }
    if (stream->size_bytes > stream->limits->size_limit_bytes) {
        return cln_fail(err, CLN_ERR_IO, "%s has more than %llu bytes, the most that is taken", stream->url,
                        (unsigned long long)stream->limits->size_limit_bytes);
    }
    if (stream->size_bytes == 0) return cln_fail(err, CLN_ERR_IO, "%s is empty", stream->url);
    CLN_TRY(cln_validators_take(&stream->validators, response, err));
    return cln_copy_string(&stream->final_url, stream->url, err);
}

static bool is_known(const cln_stream *stream) {
    return stream->known_etag != NULL && stream->validators.etag != NULL &&
           strcmp(stream->known_etag, stream->validators.etag) == 0;
}

static void fail(cln_stream *stream, cln_status status, const cln_error *error) {
    const bool is_other = stream->is_other || strcmp(stream->call.refusal.code, "PreconditionFailed") == 0;
    cln_stream_fail(stream, is_other ? CLN_STREAM_OTHER_VERSION : CLN_STREAM_FAILED, status, error);
}

static void on_head(cln_s3_call *call, cln_status status) {
    cln_stream *stream = call->context;
    cln_error error = call->error;
    if (status == CLN_OK) status = take_head(stream, &error);
    if (status != CLN_OK) {
        fail(stream, status, &error);
    } else if (stream->position == 0 && is_known(stream)) {
        stream->state = CLN_STREAM_UNCHANGED;
    } else if (stream->position == stream->size_bytes) { /* all of it came before an interruption */
        stream->state = CLN_STREAM_WHOLE;
    } else {
        take_rest(stream);
    }
}

static cln_status on_bytes(void *context, const cln_http_response *response, const char *data, size_t size, bool *wait,
                           cln_error *err) {
    cln_stream *stream = context;
    if (response->status != 206) {
        return cln_fail(err, CLN_ERR_IO, "%s: the service sends the whole object instead of a part", stream->url);
    }
    if (!stream->is_judged) {
        const cln_status status = cln_s3_call_check_range(&stream->call, response, stream->validators.etag, err);
        stream->is_other = status != CLN_OK && !cln_validators_agree(&stream->validators, response);
        if (status != CLN_OK) return status;
        stream->is_judged = true;
    }
    if (size > stream->size_bytes - stream->position) {
        return cln_fail(err, CLN_ERR_IO, "%s: the service sends more bytes than it was asked for", stream->url);
    }
    CLN_TRY(cln_stream_hand_on(stream, data, size, wait, err));
    if (*wait) return CLN_OK;
    stream->transferred_bytes += size;
    cln_retry_succeeded(&stream->call.retry);
    return CLN_OK;
}

static void go_on(void *context) {
    cln_stream *stream = context;
    stream->call.first_byte = stream->position;
    stream->is_judged = false;
}

static void on_done(cln_s3_call *call, cln_status status) {
    cln_stream *stream = call->context;
    if (status != CLN_OK) {
        fail(stream, status, &call->error);
    } else if (stream->position == stream->size_bytes) {
        stream->state = CLN_STREAM_WHOLE;
    } else {
        cln_error error;
        status = cln_fail(&error, CLN_ERR_IO, "%s: the service sends less than it was asked for", stream->url);
        fail(stream, status, &error);
    }
}

/* A call that has ended makes room for the next; this runs within its done. */
static void take_rest(cln_stream *stream) {
    cln_s3_call_clean_up(&stream->call);
    stream->call = (cln_s3_call){.method = "GET",
                                 .bucket = stream->place.bucket,
                                 .key = stream->place.key,
                                 .has_range = true,
                                 .first_byte = stream->position,
                                 .last_byte = stream->size_bytes - 1,
                                 .sink = on_bytes,
                                 .sink_context = stream,
                                 .rewind = go_on,
                                 .done = on_done,
                                 .context = stream};
    if (stream->validators.etag != NULL) cln_s3_call_add_header(&stream->call, "if-match", stream->validators.etag);
    cln_s3_call_start(stream->s3, &stream->call);
}

void cln_stream_start_s3(cln_stream *stream) {
    cln_status status = cln_s3_parse_address(&stream->place, stream->url, &stream->error);
    if (status != CLN_OK) {
        cln_stream_fail(stream, CLN_STREAM_FAILED, status, NULL);
        return;
    }
    stream->is_called = true;
    stream->call = (cln_s3_call){.method = "HEAD",
                                 .bucket = stream->place.bucket,
                                 .key = stream->place.key,
                                 .may_be_missing = true,
                                 .done = on_head,
                                 .context = stream};
    cln_s3_call_start(stream->s3, &stream->call);
}
