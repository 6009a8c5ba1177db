/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "export.h"

#include "colonnade/base/clock.h"
#include "colonnade/base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { ADDRESSES_MOST = 5, EXCERPT_BYTES = 120 };

static const double poll_most_seconds = 15;
static const double poll_growth = 1.5;

cln_status cln_export_init(cln_export *export, const char *source, const cln_download_limits *limits, cln_error *err) {
    *export = (cln_export){.source = source, .limits = limits, .poll_seconds = limits->poll_seconds};
    return cln_copy_string(&export->url, source, err);
}

void cln_export_clean_up(cln_export *export) {
    free(export->url);
    *export = (cln_export){0};
}

static bool is_json(const cln_http_response *response) {
    const char *type = cln_http_header_value(response, "Content-Type");
    return type != NULL && (strncasecmp(type, "application/json", 16) == 0 || strncasecmp(type, "text/json", 9) == 0);
}

bool cln_export_is_announced(const cln_http_response *response, bool wants_json) {
    return response->status == 202 || (is_json(response) && !wants_json);
}

static cln_status wait(cln_export *export, const cln_http_response *response, double *delay_seconds, cln_error *err) {
    const cln_download_limits *limits = export->limits;
    const double now = cln_clock_seconds();
    if (export->deadline_seconds == 0) export->deadline_seconds = now + limits->export_wait_seconds;
    *delay_seconds = cln_retry_after_seconds(&limits->retry, response);
    if (*delay_seconds < 0) {
        *delay_seconds = export->poll_seconds;
        export->poll_seconds *= poll_growth;
        if (export->poll_seconds > poll_most_seconds) export->poll_seconds = poll_most_seconds;
    }
    if (now + *delay_seconds <= export->deadline_seconds) return CLN_OK;
    return cln_fail(err, CLN_ERR_IO,
                    "%s is still being prepared by its server after %.0f s; try again later, or raise 'export_wait' of "
                    "the configuration",
                    export->source, limits->export_wait_seconds);
}

static cln_status move_to(cln_export *export, const cln_http_response *response, const char *address, cln_error *err) {
    char *url = NULL;
    CLN_TRY(cln_http_resolve_url(response->final_url != NULL ? response->final_url : export->url, address, &url, err));
    free(export->url);
    export->url = url;
    return CLN_OK;
}

static cln_status go_to(cln_export *export, const cln_http_response *response, const char *address, cln_error *err) {
    if (++export->address_count > ADDRESSES_MOST) {
        return cln_fail(err, CLN_ERR_IO, "%s leads from one address to the next, the last is %.300s", export->source,
                        address);
    }
    return move_to(export, response, address, err);
}

static cln_status refuse(const cln_export *export, cln_export_state state, cln_span body, cln_error *err) {
    char excerpt[EXCERPT_BYTES];
    (void)snprintf(excerpt, sizeof excerpt, "%.*s", (int)(body.size < sizeof excerpt ? body.size : sizeof excerpt),
                   body.data == NULL ? "" : body.data);
    return cln_fail(err, CLN_ERR_IO, "%s answers with a message (%s), %s", export->url, excerpt,
                    state == CLN_EXPORT_FAILED ? "for its server could not prepare the file" : "not with the file");
}

/* 202 alone says that the file is being made; Location, where to ask for it (RFC 9110, 15.3.3). */
static cln_status follow(cln_export *export, const cln_http_response *response, cln_span body, cln_export_state state,
                         const char *address, double *delay_seconds, cln_error *err) {
    const char *location = response->status == 202 ? cln_http_header_value(response, "Location") : NULL;
    if (state == CLN_EXPORT_NONE && response->status == 202) state = CLN_EXPORT_PENDING;
    if (state == CLN_EXPORT_READY) return go_to(export, response, address, err);
    if (state != CLN_EXPORT_PENDING) return refuse(export, state, body, err);
    if (location != NULL) CLN_TRY(move_to(export, response, location, err));
    return wait(export, response, delay_seconds, err);
}

cln_status cln_export_heed(cln_export *export, const cln_http_response *response, cln_span body, double *delay_seconds,
                           cln_error *err) {
    cln_export_state state;
    char *address = NULL;
    *delay_seconds = 0;
    CLN_TRY(cln_export_judge(body, &state, &address, err));
    const cln_status status = follow(export, response, body, state, address, delay_seconds, err);
    free(address);
    return status;
}
