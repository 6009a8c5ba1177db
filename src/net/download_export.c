/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/clock.h"
#include "colonnade/base/file.h"
#include "colonnade/base/memory.h"
#include "download_parts.h"
#include "export_status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ADDRESSES_MOST = 5, EXCERPT_BYTES = 120 };

static const double poll_most_seconds = 15;
static const double poll_growth = 1.5;

static void fail(cln_download *d, cln_status status, const cln_error *error) {
    cln_download_over(d, CLN_DOWNLOAD_FAILED, status, error);
}

static void ask_again(void *context) {
    cln_download_ask(context);
}

static void wait_and_ask(cln_download *d, const cln_http_response *response) {
    const cln_download_limits *limits = d->request->limits;
    const double now = cln_clock_seconds();
    cln_error error = {0};
    if (d->export_deadline_seconds == 0) d->export_deadline_seconds = now + limits->export_wait_seconds;
    double delay_seconds = cln_retry_after_seconds(&limits->retry, response);
    if (delay_seconds < 0) {
        delay_seconds = d->poll_seconds;
        d->poll_seconds *= poll_growth;
        if (d->poll_seconds > poll_most_seconds) d->poll_seconds = poll_most_seconds;
    }
    cln_status status;
    if (now + delay_seconds > d->export_deadline_seconds) {
        status = cln_fail(&error, CLN_ERR_IO,
                          "%s is still being prepared by its server after %.0f s; try again later, or raise "
                          "'export_wait' of the configuration",
                          d->request->url, limits->export_wait_seconds);
    } else {
        status = cln_http_call_later(d->pool, delay_seconds, ask_again, d, &error);
    }
    if (status != CLN_OK) fail(d, status, &error);
}

static cln_status go_to(cln_download *d, const cln_http_response *response, const char *address, cln_error *err) {
    if (++d->address_count > ADDRESSES_MOST) {
        return cln_fail(err, CLN_ERR_IO, "%s leads from one address to the next, the last is %.300s", d->request->url,
                        address);
    }
    char *url = NULL;
    CLN_TRY(cln_http_resolve_url(response->final_url != NULL ? response->final_url : d->url, address, &url, err));
    free(d->url);
    d->url = url;
    return CLN_OK;
}

static cln_status refuse(const cln_download *d, cln_export_state state, cln_span body, cln_error *err) {
    char excerpt[EXCERPT_BYTES];
    (void)snprintf(excerpt, sizeof excerpt, "%.*s", (int)(body.size < sizeof excerpt ? body.size : sizeof excerpt),
                   body.data == NULL ? "" : body.data);
    return cln_fail(err, CLN_ERR_IO, "%s answers with a message (%s), %s", d->url, excerpt,
                    state == CLN_EXPORT_FAILED ? "for its server could not prepare the file" : "not with the file");
}

/* 202 alone says that the file is being made; Location, where to ask for it (RFC 9110, 15.3.3). */
static cln_status heed(cln_download *d, const cln_http_response *response, cln_span body, bool *waits, cln_error *err) {
    cln_export_state state;
    char *address = NULL;
    CLN_TRY(cln_export_judge(body, &state, &address, err));
    cln_status status = CLN_OK;
    const char *location = response->status == 202 ? cln_http_header_value(response, "Location") : NULL;
    if (state == CLN_EXPORT_NONE && response->status == 202) state = CLN_EXPORT_PENDING;
    *waits = state == CLN_EXPORT_PENDING;
    if (state == CLN_EXPORT_READY) {
        status = go_to(d, response, address, err);
    } else if (state != CLN_EXPORT_PENDING) {
        status = refuse(d, state, body, err);
    } else if (location != NULL) {
        status = cln_http_resolve_url(response->final_url, location, &address, err);
        if (status == CLN_OK) {
            free(d->url);
            d->url = address;
            address = NULL;
        }
    }
    free(address);
    return status;
}

void cln_download_heed(cln_download *d, const cln_http_response *response, cln_span body) {
    cln_error error = {0};
    bool waits = false;
    const cln_status status = heed(d, response, body, &waits, &error);
    if (status != CLN_OK) {
        fail(d, status, &error);
    } else if (waits) {
        wait_and_ask(d, response);
    } else {
        cln_download_ask(d);
    }
}

cln_status cln_download_looks_like_message(cln_download *d, cln_buffer *body, bool *is_message, cln_error *err) {
    const cln_download_result *result = d->result;
    *is_message = false;
    if (result->size_bytes > body->size_limit || result->head_size == 0 || result->head[0] != '{') return CLN_OK;
    CLN_TRY(cln_file_read(d->partial.path, body, err));
    cln_export_state state;
    char *address = NULL;
    CLN_TRY(cln_export_judge(cln_buffer_span(body), &state, &address, err));
    free(address);
    *is_message = state != CLN_EXPORT_NONE;
    return CLN_OK;
}
