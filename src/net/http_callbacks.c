/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http_transfer.h"

#include "colonnade/base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { HEADERS_LIMIT_BYTES = 1 << 18 };

void cln_http_forget_headers(cln_http_response *response) {
    for (size_t i = 0; i < response->header_count; i++) {
        free(response->headers[i].name);
        free(response->headers[i].value);
    }
    response->header_count = 0;
}

static cln_status keep_header(cln_http_transfer *t, cln_span line) {
    cln_http_response *response = t->response;
    const char *colon = line.size == 0 ? NULL : memchr(line.data, ':', line.size);
    if (colon == NULL) return CLN_OK;
    t->header_bytes += line.size;
    if (t->header_bytes > HEADERS_LIMIT_BYTES) {
        return cln_fail(&t->error, CLN_ERR_IO, "%s sends more than %d bytes of headers", t->request->url,
                        HEADERS_LIMIT_BYTES);
    }
    CLN_TRY(cln_grow_array(&response->headers, &response->header_capacity, response->header_count + 1,
                           sizeof *response->headers, &t->error));
    cln_http_header *header = &response->headers[response->header_count];
    *header = (cln_http_header){0};
    response->header_count++;
    const size_t name_size = (size_t)(colon - line.data);
    CLN_TRY(cln_copy_span(&header->name, cln_span_trim(cln_span_of(line.data, name_size)), &t->error));
    const cln_span value = cln_span_trim(cln_span_of(colon + 1, line.size - name_size - 1));
    return cln_copy_span(&header->value, value, &t->error);
}

/* The headers of each answer on the way come by; those of the last one count. */
static size_t on_header(char *data, size_t item_size, size_t count, void *context) {
    cln_http_transfer *t = context;
    cln_span line = cln_span_of(data, item_size * count);
    while (line.size > 0 && (line.data[line.size - 1] == '\n' || line.data[line.size - 1] == '\r')) line.size--;
    if (line.size >= 5 && memcmp(line.data, "HTTP/", 5) == 0) {
        cln_http_forget_headers(t->response);
    } else {
        t->status = keep_header(t, line);
    }
    return t->status == CLN_OK ? item_size * count : 0;
}

static bool is_success(long status) {
    return status == 0 || (status >= 200 && status <= 299);
}

static cln_status give_to_sink(cln_http_transfer *t, const char *data, size_t size, bool *wait) {
    const cln_http_request *request = t->request;
    const uint64_t limit = request->sink_limit_bytes;
    if (limit != 0 && size > limit - t->response->size_bytes) {
        return cln_fail(&t->error, CLN_ERR_IO, "%s sends more than %llu bytes, the most that is taken", request->url,
                        (unsigned long long)limit);
    }
    return request->sink(request->sink_context, t->response, data, size, wait, &t->error);
}

static cln_status keep_body(cln_http_transfer *t, const char *data, size_t size) {
    cln_buffer *body = &t->response->body;
    const size_t room = body->size_limit - body->size;
    if (size > room && is_success(t->response->status)) {
        return cln_fail(&t->error, CLN_ERR_IO, "%s answers with more than the %zu bytes that such an answer may have",
                        t->request->url, body->size_limit);
    }
    return cln_buffer_append(body, data, size < room ? size : room, &t->error);
}

static size_t on_body(char *data, size_t item_size, size_t count, void *context) {
    cln_http_transfer *t = context;
    const size_t size = item_size * count;
    (void)curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &t->response->status);
    bool wait = false;
    const bool has_sink = t->request->sink != NULL && is_success(t->response->status);
    t->status = has_sink ? give_to_sink(t, data, size, &wait) : keep_body(t, data, size);
    if (t->status != CLN_OK) return CURL_WRITEFUNC_ERROR;
    t->is_paused = wait;
    if (wait) return CURL_WRITEFUNC_PAUSE;
    t->response->size_bytes += size;
    return size;
}

uint64_t cln_http_body_bytes(const cln_http_request *request) {
    return request->pull != NULL ? request->pull_bytes : request->body.size;
}

static size_t on_read(char *data, size_t item_size, size_t count, void *context) {
    cln_http_transfer *t = context;
    const cln_http_request *request = t->request;
    const uint64_t left = cln_http_body_bytes(request) - t->sent_bytes;
    size_t size = item_size * count;
    if (size > left) size = (size_t)left;
    if (size == 0) return 0;
    if (request->pull == NULL) {
        memcpy(data, request->body.data + t->sent_bytes, size);
    } else {
        t->status = request->pull(request->pull_context, t->sent_bytes, data, size, &size, &t->error);
        if (t->status != CLN_OK) return CURL_READFUNC_ABORT;
    }
    t->sent_bytes += size;
    return size;
}

static int on_seek(void *context, curl_off_t offset, int origin) {
    if (origin != SEEK_SET || offset < 0) return CURL_SEEKFUNC_CANTSEEK;
    ((cln_http_transfer *)context)->sent_bytes = (uint64_t)offset;
    return CURL_SEEKFUNC_OK;
}

void cln_http_set_callbacks(cln_http_transfer *t) {
    (void)curl_easy_setopt(t->curl, CURLOPT_WRITEFUNCTION, on_body);
    (void)curl_easy_setopt(t->curl, CURLOPT_WRITEDATA, t);
    (void)curl_easy_setopt(t->curl, CURLOPT_HEADERFUNCTION, on_header);
    (void)curl_easy_setopt(t->curl, CURLOPT_HEADERDATA, t);
    (void)curl_easy_setopt(t->curl, CURLOPT_READFUNCTION, on_read);
    (void)curl_easy_setopt(t->curl, CURLOPT_READDATA, t);
    (void)curl_easy_setopt(t->curl, CURLOPT_SEEKFUNCTION, on_seek);
    (void)curl_easy_setopt(t->curl, CURLOPT_SEEKDATA, t);
    (void)curl_easy_setopt(t->curl, CURLOPT_ERRORBUFFER, t->message);
    (void)curl_easy_setopt(t->curl, CURLOPT_PRIVATE, t);
}
