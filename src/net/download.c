/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/net/download.h"

#include "colonnade/base/clock.h"
#include "colonnade/base/memory.h"
#include "download_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Between looks whether the last bytes are hashed and synced. */
static const double seal_seconds = 0.004;

const cln_download_limits cln_download_default_limits = {
    .connections_most = 4,
    .part_bytes = (uint64_t)32 << 20,
    .size_limit_bytes = (uint64_t)256 << 30,
    .retry = {.retries_most = 5, .base_seconds = 0.5, .delay_most_seconds = 30, .retry_after_most_seconds = 120},
    .timeouts = {30, 60, 86400},
    .export_wait_seconds = 600,
    .poll_seconds = 2};

void cln_download_result_clean_up(cln_download_result *result) {
    free(result->final_url);
    free(result->etag);
    free(result->last_modified);
    free(result->content_type);
    *result = (cln_download_result){0};
}

static void stop_all(cln_download *d) {
    for (size_t i = 0; i < d->lane_count; i++) cln_lane_stop(&d->lanes[i]);
    cln_http_forget_calls(d->pool, d);
}

void cln_download_over(cln_download *d, cln_download_outcome outcome, cln_status status, const cln_error *error) {
    const cln_error told = *error; /* may be a lane's */
    stop_all(d);
    d->result->outcome = outcome;
    d->done(d->context, status, &told);
}

cln_status cln_download_forget_bytes(cln_download *d, cln_error *err) {
    cln_follower_stop(d->follower);
    d->follower = NULL;
    d->is_confirmed = false;
    d->checksums = (cln_checksums){0};
    return cln_partial_reset(&d->partial, err);
}

cln_status cln_download_follow(cln_download *d, cln_error *err) {
    if (d->follower != NULL) return CLN_OK;
    return cln_follower_start(&d->follower, d->partial.path, err);
}

void cln_download_ask(cln_download *d) {
    cln_error error = {0};
    cln_lane *lane = &d->lanes[0];
    cln_buffer_clear(&d->note);
    const cln_partial *partial = &d->partial;
    (void)cln_partial_prefix_bytes(&d->partial);
    cln_retry_init(&lane->retry, &d->request->limits->retry, d->restart_count);
    const cln_status status = cln_lane_start(lane, partial->prefix_part, &error);
    if (status != CLN_OK) cln_download_over(d, CLN_DOWNLOAD_FAILED, status, &error);
}

void cln_download_restart(cln_download *d, bool plain, const cln_error *error) {
    cln_error told = *error;
    stop_all(d);
    cln_status status = cln_download_forget_bytes(d, &told);
    if (status == CLN_OK && ++d->restart_count > d->request->limits->retry.retries_most + 1) {
        status = cln_fail(&told, CLN_ERR_IO, "%s was begun %u times, and never came to an end in one version: %.700s",
                          d->request->url, d->restart_count, error->message);
    }
    d->is_plain = d->is_plain || plain;
    if (status == CLN_OK) {
        cln_download_ask(d);
    } else {
        cln_download_over(d, CLN_DOWNLOAD_FAILED, status, &told);
    }
}

/* ---- The end ---- */

static cln_status copy_text(char **copy, const char *text, cln_error *err) {
    free(*copy);
    *copy = NULL;
    return text == NULL ? CLN_OK : cln_copy_string(copy, text, err);
}

static cln_status fill_result(cln_download *d, cln_error *err) {
    cln_download_result *result = d->result;
    result->size_bytes = d->partial.size_bytes;
    if (result->final_url == NULL) CLN_TRY(cln_copy_string(&result->final_url, d->export.url, err));
    CLN_TRY(copy_text(&result->etag, d->partial.validators.etag, err));
    CLN_TRY(copy_text(&result->last_modified, d->partial.validators.last_modified, err));
    const ssize_t got = pread(d->partial.data, result->head, sizeof result->head, 0);
    if (got < 0) return cln_fail_errno(err, "cannot read %s", d->partial.path);
    result->head_size = (size_t)got;
    return CLN_OK;
}

static void end_arrived(cln_download *d) {
    cln_error error = {0};
    cln_buffer body;
    cln_buffer_init(&body, CLN_EXPORT_NOTE_BYTES);
    bool is_message = false;
    cln_status status = fill_result(d, &error);
    if (status == CLN_OK) status = cln_download_looks_like_message(d, &body, &is_message, &error);
    if (status == CLN_OK && is_message) status = cln_download_forget_bytes(d, &error);
    if (status != CLN_OK) {
        cln_download_over(d, CLN_DOWNLOAD_FAILED, status, &error);
    } else if (is_message) {
        cln_download_heed(d, &d->lanes[0].response, cln_buffer_span(&body));
    } else {
        cln_download_over(d, CLN_DOWNLOAD_ARRIVED, CLN_OK, &error);
    }
    cln_buffer_clean_up(&body);
}

static void look_whether_sealed(void *context) {
    cln_download *d = context;
    cln_error error = {0};
    cln_status status = CLN_OK;
    if (!cln_follower_is_ready(d->follower)) {
        status = cln_http_call_later(d->pool, seal_seconds, look_whether_sealed, d, &error);
        if (status != CLN_OK) cln_download_over(d, CLN_DOWNLOAD_FAILED, status, &error);
        return;
    }
    status = cln_follower_take(d->follower, d->result->sha256, &error);
    if (status != CLN_OK) {
        cln_download_over(d, CLN_DOWNLOAD_FAILED, status, &error);
        return;
    }
    cln_error damage;
    if (cln_checksums_verify(&d->checksums, d->partial.path, d->result->sha256, &damage) != CLN_OK) {
        (void)cln_fail(&error, CLN_ERR_IO, "%s %.700s", d->request->url, damage.message);
        cln_download_restart(d, false, &error);
        return;
    }
    end_arrived(d);
}

void cln_download_seal(cln_download *d) {
    cln_follower_end(d->follower, d->partial.size_bytes);
    look_whether_sealed(d);
}

/* ---- Beginning ---- */

static cln_status prepare(cln_download *d, cln_error *err) {
    const cln_download_limits *limits = d->request->limits;
    cln_buffer_init(&d->note, CLN_EXPORT_NOTE_BYTES);
    d->deadline_seconds = cln_clock_seconds() + limits->timeouts.total_seconds;
    CLN_TRY(cln_export_init(&d->export, d->request->url, limits, err));
    CLN_TRY(cln_new_array(&d->lanes, limits->connections_most, sizeof *d->lanes, err));
    d->lane_count = limits->connections_most;
    for (size_t i = 0; i < d->lane_count; i++) d->lanes[i].download = d;
    return cln_partial_open(&d->partial, d->request->partial_path, d->request->url, err);
}

static void ask_first(void *context) {
    cln_download_ask(context);
}

cln_status cln_download_start(cln_download **download, cln_http_pool *pool, const cln_download_request *request,
                              cln_download_result *result, cln_download_done *done, void *context, cln_error *err) {
    *download = NULL;
    *result = (cln_download_result){0};
    cln_download *d = NULL;
    CLN_TRY(cln_new_array(&d, 1, sizeof *d, err));
    *d = (cln_download){.pool = pool,
                        .request = request,
                        .result = result,
                        .done = done,
                        .context = context,
                        .partial = {.data = -1, .state = -1}};
    cln_status status = prepare(d, err);
    /* By the loop, so that done is never called from here. */
    if (status == CLN_OK) status = cln_http_call_later(pool, 0, ask_first, d, err);
    if (status != CLN_OK) {
        cln_download_free(d);
        return status;
    }
    *download = d;
    return CLN_OK;
}

cln_status cln_download_publish(cln_download *download, const char *path, cln_error *err) {
    cln_partial *partial = &download->partial;
    if (rename(partial->path, path) != 0) return cln_fail_errno(err, "cannot create %s", path);
    cln_partial_discard(partial);
    return CLN_OK;
}

void cln_download_discard(cln_download *download) {
    cln_partial_discard(&download->partial);
}

void cln_download_free(cln_download *download) {
    if (download == NULL) return;
    stop_all(download);
    cln_follower_stop(download->follower);
    cln_partial_close(&download->partial);
    cln_buffer_clean_up(&download->note);
    free(download->lanes);
    cln_export_clean_up(&download->export);
    free(download);
}
