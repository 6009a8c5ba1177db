/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "stream.h"

#include "colonnade/base/clock.h"
#include "colonnade/base/memory.h"
#include "place.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void try_once(cln_stream *stream);

static bool is_file(const cln_stream *stream) {
    return strncasecmp(stream->url, "file://", 7) == 0;
}

void cln_stream_fail(cln_stream *stream, cln_stream_state state, cln_status status, const cln_error *error) {
    stream->state = state;
    stream->status = status;
    if (error != NULL) stream->error = *error;
}

static void forget_headers(cln_stream *stream) {
    for (size_t i = 0; i < 2; i++) {
        free(stream->headers[i]);
        stream->headers[i] = NULL;
    }
    stream->request.header_count = 0;
}

/* A value may come from an object that somebody wrote; one of several lines would be several headers. */
static cln_status add_header(cln_stream *stream, const char *name, const char *value, cln_error *err) {
    if (value == NULL || strpbrk(value, "\r\n") != NULL) return CLN_OK;
    return cln_format_string(&stream->headers[stream->request.header_count++], err, "%s: %s", name, value);
}

/* The first request asks whether there is anything new, later ones for the rest. */
static cln_status set_headers(cln_stream *stream, cln_error *err) {
    forget_headers(stream);
    if (stream->position > 0) {
        return add_header(stream, "If-Range", cln_validators_strong(&stream->validators), err);
    }
    CLN_TRY(add_header(stream, "If-None-Match", stream->known_etag, err));
    return add_header(stream, "If-Modified-Since", stream->known_last_modified, err);
}

static cln_status fail_version(cln_stream *stream, cln_error *err) {
    stream->is_other = true;
    return cln_fail(err, CLN_ERR_IO, "%s was replaced by another version while it was read", stream->url);
}

static cln_status keep(char **kept, const char *text, cln_error *err) {
    free(*kept);
    *kept = NULL;
    return text == NULL ? CLN_OK : cln_copy_string(kept, text, err);
}

static cln_status check_size(cln_stream *stream, cln_error *err) {
    if (stream->size_bytes == CLN_HTTP_TO_THE_END || stream->size_bytes <= stream->limits->size_limit_bytes)
        return CLN_OK;
    return cln_fail(err, CLN_ERR_IO, "%s has %llu bytes, more than the %llu that are taken", stream->url,
                    (unsigned long long)stream->size_bytes, (unsigned long long)stream->limits->size_limit_bytes);
}

static cln_status take_head(cln_stream *stream, const cln_http_response *response, cln_span first_bytes,
                            cln_error *err) {
    CLN_TRY(keep(&stream->content_type, cln_http_header_value(response, "Content-Type"), err));
    cln_download_result page = {.content_type = stream->content_type, .size_bytes = first_bytes.size};
    page.head_size = first_bytes.size < sizeof page.head ? first_bytes.size : sizeof page.head;
    memcpy(page.head, first_bytes.data, page.head_size);
    CLN_TRY(cln_refuse_page(&page, stream->url, stream->is_csv, err));
    CLN_TRY(cln_validators_take(&stream->validators, response, err));
    const bool is_encoded = cln_http_header_value(response, "Content-Encoding") != NULL;
    if (is_encoded || !cln_http_content_length(response, &stream->size_bytes)) {
        stream->size_bytes = CLN_HTTP_TO_THE_END;
    }
    stream->has_head = true;
    return check_size(stream, err);
}

static cln_status judge_part(cln_stream *stream, const cln_http_response *response, cln_error *err) {
    uint64_t first;
    uint64_t last;
    uint64_t total;
    if (!cln_http_content_range(response, &first, &last, &total) || first != stream->position) {
        return cln_fail(err, CLN_ERR_IO, "%s answers with other bytes than it was asked for", stream->url);
    }
    if (!cln_validators_agree(&stream->validators, response)) return fail_version(stream, err);
    if (stream->size_bytes == CLN_HTTP_TO_THE_END) stream->size_bytes = total;
    if (total != CLN_HTTP_TO_THE_END && total != stream->size_bytes) return fail_version(stream, err);
    return CLN_OK;
}

/* A server that sends the whole file again: what is known of it is skipped. */
static cln_status judge_whole_again(cln_stream *stream, const cln_http_response *response, cln_error *err) {
    uint64_t size_bytes = CLN_HTTP_TO_THE_END;
    if (!cln_http_content_length(response, &size_bytes)) size_bytes = CLN_HTTP_TO_THE_END;
    const bool is_same_size = size_bytes == stream->size_bytes || stream->size_bytes == CLN_HTTP_TO_THE_END;
    if (!is_same_size || cln_validators_strong(&stream->validators) == NULL ||
        !cln_validators_agree(&stream->validators, response)) {
        return fail_version(stream, err);
    }
    stream->skip_bytes = stream->position;
    return CLN_OK;
}

static cln_status judge(cln_stream *stream, const cln_http_response *response, cln_span first_bytes, cln_error *err) {
    stream->skip_bytes = 0;
    if (response->status == 206) return judge_part(stream, response, err);
    if (response->status != 200) {
        return cln_fail(err, CLN_ERR_IO, "%s answers HTTP %ld instead of 200", stream->export.url, response->status);
    }
    if (stream->position > 0) return judge_whole_again(stream, response, err);
    return take_head(stream, response, first_bytes, err);
}

cln_status cln_stream_hand_on(cln_stream *stream, const char *data, size_t size, bool *wait, cln_error *err) {
    if (stream->position > stream->limits->size_limit_bytes ||
        size > stream->limits->size_limit_bytes - stream->position) {
        return cln_fail(err, CLN_ERR_IO, "%s sends more than %llu bytes, the most that is taken", stream->url,
                        (unsigned long long)stream->limits->size_limit_bytes);
    }
    CLN_TRY(stream->take(stream->context, data, size, wait, err));
    if (!*wait) stream->position += size;
    return CLN_OK;
}

/* Bytes of the file, from where the answer begins. */
static cln_status deliver(cln_stream *stream, const char *data, size_t size, bool *wait, cln_error *err) {
    size_t skipped = 0;
    if (stream->skip_bytes > 0) {
        skipped = stream->skip_bytes < size ? (size_t)stream->skip_bytes : size;
        if (skipped < size) CLN_TRY(cln_stream_hand_on(stream, data + skipped, size - skipped, wait, err));
        if (!*wait) stream->skip_bytes -= skipped;
    } else {
        CLN_TRY(cln_stream_hand_on(stream, data, size, wait, err));
    }
    if (*wait) return CLN_OK;
    stream->transferred_bytes += size;
    if (skipped < size) cln_retry_succeeded(&stream->retry); /* what was known before is no progress */
    return CLN_OK;
}

/* What was held is no message. When it has to wait, this is done again. */
static cln_status release(cln_stream *stream, const cln_http_response *response, bool *wait, cln_error *err) {
    const cln_span note = cln_buffer_span(&stream->note);
    CLN_TRY(judge(stream, response, note, err));
    CLN_TRY(deliver(stream, note.data, note.size, wait, err));
    stream->is_held = *wait;
    return CLN_OK;
}

/* Some say only by what they send that the file is being made. */
static cln_status judge_first(cln_stream *stream, const cln_http_response *response, cln_span bytes, cln_error *err) {
    stream->is_judged = true;
    stream->is_note = cln_export_is_announced(response, !stream->is_csv);
    stream->is_held = !stream->is_note && response->status == 200 && bytes.size > 0 && bytes.data[0] == '{';
    return stream->is_note || stream->is_held ? CLN_OK : judge(stream, response, bytes, err);
}

static cln_status on_bytes(void *context, const cln_http_response *response, const char *data, size_t size, bool *wait,
                           cln_error *err) {
    cln_stream *stream = context;
    *wait = false;
    if (!stream->is_judged) CLN_TRY(judge_first(stream, response, cln_span_of(data, size), err));
    const size_t room = CLN_EXPORT_NOTE_BYTES - stream->note.size;
    if (stream->is_note || (stream->is_held && size <= room)) {
        return cln_buffer_append(&stream->note, data, size < room ? size : room, err);
    }
    if (stream->is_held) CLN_TRY(release(stream, response, wait, err));
    return *wait ? CLN_OK : deliver(stream, data, size, wait, err);
}

static void try_again(void *context) {
    cln_stream *stream = context;
    stream->is_later = false;
    try_once(stream);
}

/* Whether the stream goes on later. */
static bool arrange_retry(cln_stream *stream) {
    double delay = 0;
    if (!cln_retry_next(&stream->retry, &stream->response, &delay)) return false;
    if (stream->position > 0 && cln_validators_strong(&stream->validators) == NULL) {
        stream->is_other = true; /* nobody could tell whether the rest belongs to it */
        return false;
    }
    stream->is_later = cln_http_call_later(stream->s3->pool, delay, try_again, stream, NULL) == CLN_OK;
    return stream->is_later;
}

/* Content-Range of an answer to a range behind the end is an asterisk and the size. */
static bool is_at_end(const cln_stream *stream) {
    const char *text = cln_http_header_value(&stream->response, "Content-Range");
    if (text == NULL || strncmp(text, "bytes */", 8) != 0) return false;
    return strtoull(text + 8, NULL, 10) == stream->position;
}

/* What is held is all of a file, and short: nobody waits for room for its first bytes. */
static cln_status judge_rest(cln_stream *stream, cln_error *err) {
    bool wait = false;
    if (!stream->is_judged) return judge(stream, &stream->response, cln_span_of("", 0), err);
    if (stream->is_held) CLN_TRY(release(stream, &stream->response, &wait, err));
    return wait ? cln_fail(err, CLN_ERR_INTERNAL, "the bytes of %s are not taken", stream->url) : CLN_OK;
}

/* An answer that came to its end, whatever it says. */
static cln_status judge_end(cln_stream *stream, bool *again, cln_error *err) {
    const long status = stream->response.status;
    *again = false;
    if (status == 304) {
        stream->state = CLN_STREAM_UNCHANGED;
        return CLN_OK;
    }
    if (status == 416 && stream->position > 0 && is_at_end(stream)) { /* If-Range held, and nothing is left */
        stream->size_bytes = stream->position;
        stream->state = CLN_STREAM_WHOLE;
        return keep(&stream->final_url, stream->response.final_url, err);
    }
    if (status < 200 || status > 299) {
        *again = cln_retry_is_worthwhile(&stream->response);
        stream->is_missing = stream->response.is_missing;
        return cln_fail(err, CLN_ERR_IO, "%s answers HTTP %ld", stream->export.url, status);
    }
    CLN_TRY(judge_rest(stream, err));
    if (stream->skip_bytes > 0) {
        stream->response.outcome = CLN_HTTP_INTERRUPTED;
        *again = true;
        return cln_fail(err, CLN_ERR_IO, "%s sends less than the %llu bytes that it sent before", stream->url,
                        (unsigned long long)stream->position);
    }
    if (stream->size_bytes != CLN_HTTP_TO_THE_END && stream->position != stream->size_bytes) {
        stream->response.outcome = CLN_HTTP_INTERRUPTED;
        *again = stream->position < stream->size_bytes;
        return cln_fail(err, CLN_ERR_IO, "%s has %llu bytes and sends %llu", stream->url,
                        (unsigned long long)stream->size_bytes, (unsigned long long)stream->position);
    }
    stream->size_bytes = stream->position;
    stream->state = CLN_STREAM_WHOLE;
    return keep(&stream->final_url, stream->response.final_url, err);
}

static cln_status is_message(const cln_stream *stream, bool *is_message, cln_error *err) {
    const cln_http_response *response = &stream->response;
    cln_export_state state = CLN_EXPORT_NONE;
    char *address = NULL;
    *is_message = stream->is_note;
    if (response->status < 200 || response->status > 299) return CLN_OK;
    if (!stream->is_judged) *is_message = cln_export_is_announced(response, !stream->is_csv); /* without a body */
    if (stream->is_held) {
        CLN_TRY(cln_export_judge(cln_buffer_span(&stream->note), &state, &address, err));
        *is_message = state != CLN_EXPORT_NONE;
    }
    free(address);
    return CLN_OK;
}

/* The next question is a new one, and no retry. */
static cln_status heed_message(cln_stream *stream, cln_error *err) {
    double delay_seconds;
    CLN_TRY(cln_export_heed(&stream->export, &stream->response, cln_buffer_span(&stream->note), &delay_seconds, err));
    cln_retry_succeeded(&stream->retry);
    CLN_TRY(cln_http_call_later(stream->s3->pool, delay_seconds, try_again, stream, err));
    stream->is_later = true;
    return CLN_OK;
}

static void on_done(void *context, cln_status status, const cln_error *error) {
    cln_stream *stream = context;
    bool has_message = false;
    stream->transfer = NULL;
    if (status == CLN_OK) status = is_message(stream, &has_message, &stream->error);
    if (status == CLN_OK && has_message) {
        status = heed_message(stream, &stream->error);
        if (status != CLN_OK) cln_stream_fail(stream, CLN_STREAM_FAILED, status, NULL);
        return;
    }
    bool again = stream->response.outcome == CLN_HTTP_INTERRUPTED;
    if (status == CLN_OK) {
        status = judge_end(stream, &again, &stream->error);
    } else {
        stream->error = *error;
        stream->is_missing = stream->response.is_missing;
    }
    if (status != CLN_OK && again && arrange_retry(stream)) return;
    if (again && !stream->is_other) {
        const cln_error last = stream->error;
        status = cln_fail(&stream->error, status, "%.900s (after %u tries)", last.message,
                          stream->limits->retry.retries_most + 1);
    }
    if (status != CLN_OK) {
        cln_stream_fail(stream, stream->is_other ? CLN_STREAM_OTHER_VERSION : CLN_STREAM_FAILED, status, NULL);
    }
}

static cln_status begin_transfer(cln_stream *stream, cln_error *err) {
    cln_http_response_clean_up(&stream->response);
    const double left = stream->deadline_seconds - cln_clock_seconds();
    if (left <= 0) {
        return cln_fail(err, CLN_ERR_IO, "%s takes longer than %.0f s; 'transfer_timeout' of the configuration says so",
                        stream->url, stream->limits->timeouts.total_seconds);
    }
    stream->request = (cln_http_request){.url = stream->export.url,
                                         .sink = on_bytes,
                                         .sink_context = stream,
                                         .timeouts = stream->limits->timeouts,
                                         .follows_redirects = true,
                                         .decodes = true,
                                         .has_range = stream->position > 0,
                                         .first_byte = stream->position,
                                         .last_byte = CLN_HTTP_TO_THE_END};
    stream->request.timeouts.total_seconds = left;
    CLN_TRY(set_headers(stream, err));
    stream->request.headers = (const char *const *)stream->headers;
    stream->is_judged = false;
    stream->is_note = false;
    stream->is_held = false;
    cln_buffer_clear(&stream->note);
    return cln_http_start(stream->s3->pool, &stream->request, &stream->response, on_done, stream, &stream->transfer,
                          err);
}

static void try_once(cln_stream *stream) {
    const cln_status status = begin_transfer(stream, &stream->error);
    if (status != CLN_OK) cln_stream_fail(stream, CLN_STREAM_FAILED, status, NULL);
}

void cln_stream_start(cln_stream *stream, uint64_t first_byte, const cln_validators *expected) {
    stream->position = first_byte;
    stream->size_bytes = CLN_HTTP_TO_THE_END;
    stream->deadline_seconds = cln_clock_seconds() + stream->limits->timeouts.total_seconds;
    cln_retry_init(&stream->retry, &stream->limits->retry, first_byte);
    cln_buffer_init(&stream->note, CLN_EXPORT_NOTE_BYTES);
    cln_status status = cln_export_init(&stream->export, stream->url, stream->limits, &stream->error);
    if (status == CLN_OK && expected != NULL) {
        status = keep(&stream->validators.etag, expected->etag, &stream->error);
        if (status == CLN_OK) {
            status = keep(&stream->validators.last_modified, expected->last_modified, &stream->error);
        }
        stream->validators.is_old_enough = expected->is_old_enough;
    }
    if (status != CLN_OK) {
        cln_stream_fail(stream, CLN_STREAM_FAILED, status, NULL);
    } else if (is_file(stream)) {
        cln_stream_start_file(stream);
    } else if (cln_s3_is_address(stream->url)) {
        cln_stream_start_s3(stream);
    } else {
        try_once(stream);
    }
}

void cln_stream_resume(cln_stream *stream) {
    if (stream->file != NULL) cln_stream_read_file(stream);
    if (stream->transfer != NULL) cln_http_resume(stream->transfer);
    if (stream->is_called && stream->call.transfer != NULL) cln_http_resume(stream->call.transfer);
}

void cln_stream_clean_up(cln_stream *stream) {
    if (stream->transfer != NULL) cln_http_cancel(stream->transfer);
    if (stream->file != NULL) stream->file->release(stream->file);
    if (stream->is_later) cln_http_forget_calls(stream->s3->pool, stream);
    if (stream->is_called) cln_s3_call_clean_up(&stream->call);
    forget_headers(stream);
    cln_http_response_clean_up(&stream->response);
    cln_validators_clean_up(&stream->validators);
    cln_export_clean_up(&stream->export);
    cln_buffer_clean_up(&stream->note);
    free(stream->final_url);
    free(stream->content_type);
    *stream = (cln_stream){0};
}
