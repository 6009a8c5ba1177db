/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "s3_call.h"

#include "colonnade/base/clock.h"
#include "colonnade/base/memory.h"
#include "secrets.h"
#include "sha256.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_LIMIT_BYTES = 1 << 16, URL_LIMIT_BYTES = 1 << 14 };

void cln_s3_call_add_query(cln_s3_call *call, const char *name, const char *value) {
    if (call->query_count < CLN_S3_QUERY_MOST) call->query[call->query_count++] = (cln_sigv4_field){name, value};
}

void cln_s3_call_add_header(cln_s3_call *call, const char *name, const char *value) {
    if (call->header_count < CLN_S3_HEADERS_MOST) call->headers[call->header_count++] = (cln_sigv4_field){name, value};
}

/* With TLS a bucket's name with dots would not fit the certificate "*.HOST". */
static bool is_in_path(const cln_s3 *s3, const char *bucket) {
    switch (s3->path_style) {
    case CLN_PATH_STYLE_ALWAYS:
        return true;
    case CLN_PATH_STYLE_NEVER:
        return false;
    default:
        return s3->has_endpoint || strchr(bucket, '.') != NULL;
    }
}

static cln_status set_address(cln_s3_call *call, cln_error *err) {
    const cln_s3 *s3 = call->s3;
    const char *key = call->key == NULL ? "" : call->key;
    if (is_in_path(s3, call->bucket)) {
        (void)snprintf(call->host, sizeof call->host, "%s", s3->host);
        return cln_format_string(&call->path, err, "/%s%s%s", call->bucket, call->key == NULL ? "" : "/", key);
    }
    (void)snprintf(call->host, sizeof call->host, "%s.%s", call->bucket, s3->host);
    return cln_format_string(&call->path, err, "/%s", key);
}

static cln_status set_url(cln_s3_call *call, const cln_sigv4_request *request, cln_error *err) {
    cln_buffer url;
    cln_buffer_init(&url, URL_LIMIT_BYTES);
    cln_status status = cln_buffer_append_format(&url, err, "%s%s", call->s3->scheme, call->host);
    if (status == CLN_OK) status = cln_sigv4_append_target(&url, request, err);
    if (status == CLN_OK) status = cln_buffer_terminate(&url, err);
    if (status != CLN_OK) {
        cln_buffer_clean_up(&url);
        return status;
    }
    free(call->url);
    call->url = url.data;
    return CLN_OK;
}

static void forget_lines(cln_s3_call *call) {
    for (size_t i = 0; i < call->line_count; i++) cln_secrets_clean_up_buffer(&call->lines[i]);
    call->line_count = 0;
}

/* An empty line to write "Name: value" into. */
static cln_buffer *add_line(cln_s3_call *call) {
    cln_buffer *line = &call->lines[call->line_count++];
    cln_buffer_init(line, LINE_LIMIT_BYTES);
    return line;
}

static cln_status set_lines(cln_s3_call *call, const cln_sigv4_request *signed_request, const cln_aws_keys *keys,
                            cln_error *err) {
    forget_lines(call);
    for (size_t i = 0; i < signed_request->header_count; i++) {
        const cln_sigv4_field *field = &signed_request->headers[i];
        if (strcmp(field->name, "host") == 0 || strcmp(field->name, "range") == 0) continue; /* libcurl's own */
        cln_buffer *line = add_line(call);
        CLN_TRY(cln_buffer_append_format(line, err, "%s: %s", field->name, field->value));
        CLN_TRY(cln_buffer_terminate(line, err));
    }
    cln_buffer *line = add_line(call);
    CLN_TRY(cln_buffer_append_string(line, "Authorization: ", err));
    CLN_TRY(cln_sigv4_append_authorization(line, signed_request, keys->access_key_id, keys->secret_access_key, err));
    for (size_t i = 0; i < call->line_count; i++) call->line_texts[i] = call->lines[i].data;
    return CLN_OK;
}

static const char *payload_sha256(const cln_s3_call *call) {
    return call->body_sha256 != NULL ? call->body_sha256 : call->computed_sha256;
}

/* Each try has a signature of its own, for the time is in it. */
static cln_status sign(cln_s3_call *call, cln_error *err) {
    const cln_aws_keys *keys;
    CLN_TRY(cln_credentials_keys(call->s3->credentials, &keys, err));
    char now[CLN_SIGV4_TIME_BYTES];
    char range[64];
    cln_sigv4_format_time(cln_clock_utc_seconds(), now);
    cln_sigv4_field headers[CLN_S3_HEADERS_MOST + 8];
    size_t count = 0;
    headers[count++] = (cln_sigv4_field){"host", call->host};
    headers[count++] = (cln_sigv4_field){"x-amz-date", now};
    headers[count++] = (cln_sigv4_field){"x-amz-content-sha256", payload_sha256(call)};
    if (keys->session_token != NULL) headers[count++] = (cln_sigv4_field){"x-amz-security-token", keys->session_token};
    if (call->has_range) {
        (void)snprintf(range, sizeof range, "bytes=%llu-%llu", (unsigned long long)call->first_byte,
                       (unsigned long long)call->last_byte);
        headers[count++] = (cln_sigv4_field){"range", range};
    }
    for (size_t i = 0; i < call->header_count; i++) headers[count++] = call->headers[i];
    const cln_sigv4_request request = {.method = call->method,
                                       .path = call->path,
                                       .query = call->query,
                                       .query_count = call->query_count,
                                       .headers = headers,
                                       .header_count = count,
                                       .payload_sha256 = payload_sha256(call),
                                       .time = now,
                                       .region = call->s3->region,
                                       .service = "s3"};
    CLN_TRY(set_url(call, &request, err));
    return set_lines(call, &request, keys, err);
}

static void finish(cln_s3_call *call, cln_status status) {
    call->status = status;
    call->is_done = true;
    forget_lines(call);
    if (call->done != NULL) call->done(call, status);
}

static void try_once(cln_s3_call *call);

static void try_again(void *context) {
    cln_s3_call *call = context;
    call->is_later = false;
    try_once(call);
}

/* Whether another try was arranged. */
static bool arrange_retry(cln_s3_call *call, bool is_passing) {
    double delay = 0;
    cln_http_response *response = &call->response;
    const long status = response->status;
    if (is_passing && response->outcome == CLN_HTTP_ANSWERED) response->status = 503; /* whatever number it came with */
    const bool again = cln_retry_next(&call->retry, response, &delay);
    response->status = status;
    if (!again) return false;
    cln_http_response_clean_up(response);
    call->is_later = true;
    return cln_http_call_later(call->s3->pool, delay, try_again, call, NULL) == CLN_OK;
}

static bool is_refused(cln_s3_call *call) {
    const long status = call->response.status;
    const bool is_success = status >= 200 && status <= 299;
    if (is_success && !call->may_fail_late) return false;
    if (status == 404 && call->may_be_missing) return false;
    cln_s3_refusal_read(&call->refusal, &call->response);
    return !is_success || call->refusal.code[0] != '\0';
}

/* The last of the tries tells why. */
static cln_status explain(cln_s3_call *call, cln_status status) {
    if (status == CLN_OK) status = cln_s3_refusal_fail(call, &call->error);
    if (call->try_count < 2) return status;
    const cln_error last = call->error;
    return cln_fail(&call->error, status, "%.900s (after %u tries)", last.message, call->try_count);
}

static void on_done(void *context, cln_status status, const cln_error *error) {
    cln_s3_call *call = context;
    call->transfer = NULL;
    if (status == CLN_OK && !is_refused(call)) {
        finish(call, CLN_OK);
        return;
    }
    const bool is_passing = status == CLN_OK && cln_s3_refusal_is_passing(&call->refusal);
    if (status != CLN_OK) call->error = *error;
    if (call->response.outcome != CLN_HTTP_STOPPED && arrange_retry(call, is_passing)) return;
    finish(call, explain(call, status));
}

static cln_status begin_transfer(cln_s3_call *call, cln_error *err) {
    if (call->rewind != NULL) call->rewind(call->sink_context);
    CLN_TRY(sign(call, err));
    call->try_count++;
    call->request = (cln_http_request){.method = call->method,
                                       .url = call->url,
                                       .headers = call->line_texts,
                                       .header_count = call->line_count,
                                       .body = call->body,
                                       .has_range = call->has_range,
                                       .first_byte = call->first_byte,
                                       .last_byte = call->last_byte,
                                       .sink = call->sink,
                                       .sink_context = call->sink_context,
                                       .body_limit_bytes = CLN_S3_BODY_LIMIT_BYTES,
                                       .timeouts = {.stall_seconds = call->stall_seconds},
                                       .path_as_is = true,
                                       .is_once = call->is_once};
    return cln_http_start(call->s3->pool, &call->request, &call->response, on_done, call, &call->transfer, err);
}

static void try_once(cln_s3_call *call) {
    const cln_status status = begin_transfer(call, &call->error);
    if (status != CLN_OK) finish(call, status);
}

static cln_status prepare(cln_s3_call *call, cln_error *err) {
    if (call->body_sha256 == NULL) {
        CLN_TRY(cln_sha256_bytes(call->body.data, call->body.size, call->computed_sha256, err));
    }
    return set_address(call, err);
}

void cln_s3_call_start(cln_s3 *s3, cln_s3_call *call) {
    call->s3 = s3;
    call->is_done = false;
    cln_retry_init(&call->retry, &s3->retry, ++s3->call_count);
    const cln_status status = prepare(call, &call->error);
    if (status != CLN_OK) {
        finish(call, status);
    } else {
        try_once(call);
    }
}

cln_status cln_s3_call_perform(cln_s3 *s3, cln_s3_call *call, cln_error *err) {
    cln_s3_call_start(s3, call);
    bool busy = true;
    cln_status status = CLN_OK;
    while (!call->is_done && status == CLN_OK && busy) status = cln_http_pool_step(s3->pool, 1, &busy, err);
    if (status != CLN_OK) return status;
    if (call->status != CLN_OK && err != NULL) *err = call->error;
    return call->status;
}

void cln_s3_call_clean_up(cln_s3_call *call) {
    if (call->transfer != NULL) cln_http_cancel(call->transfer);
    call->transfer = NULL;
    if (call->is_later) cln_http_forget_calls(call->s3->pool, call);
    call->is_later = false;
    forget_lines(call);
    cln_http_response_clean_up(&call->response);
    free(call->url);
    free(call->path);
    call->url = NULL;
    call->path = NULL;
}

cln_status cln_s3_call_check_range(const cln_s3_call *call, const cln_http_response *response, const char *etag,
                                   cln_error *err) {
    uint64_t first;
    uint64_t last;
    uint64_t total;
    if (response->status == 206 &&
        (!cln_http_content_range(response, &first, &last, &total) || first != call->first_byte)) {
        return cln_fail(err, CLN_ERR_IO, "s3://%s/%s: the service sends other bytes than it was asked for",
                        call->bucket, call->key);
    }
    const char *told = cln_http_header_value(response, "ETag");
    if (etag == NULL || told == NULL || strcmp(told, etag) == 0) return CLN_OK;
    return cln_fail(err, CLN_ERR_IO, "s3://%s/%s was replaced by another version while it was read", call->bucket,
                    call->key);
}

static cln_status hand_over(cln_s3_call *call, char **url, char **lines, size_t *line_count, cln_error *err) {
    CLN_TRY(prepare(call, err));
    CLN_TRY(sign(call, err));
    *url = call->url;
    call->url = NULL;
    for (size_t i = 0; i < call->line_count; i++) lines[(*line_count)++] = call->lines[i].data;
    call->line_count = 0;
    return CLN_OK;
}

cln_status cln_s3_sign_get(cln_s3 *s3, const char *address, char **url, char **lines, size_t *line_count,
                           cln_error *err) {
    cln_s3_place place;
    *line_count = 0;
    CLN_TRY(cln_s3_parse_address(&place, address, err));
    cln_s3_call call = {.method = "GET", .bucket = place.bucket, .key = place.key, .s3 = s3};
    const cln_status status = hand_over(&call, url, lines, line_count, err);
    cln_s3_call_clean_up(&call);
    return status;
}
