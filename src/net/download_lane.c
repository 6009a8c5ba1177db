/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/clock.h"
#include "colonnade/base/memory.h"
#include "download_parts.h"
#include "secrets.h"

#include <stdlib.h>
#include <string.h>

static void forget_try(cln_lane *lane) {
    for (size_t i = 0; i < lane->header_count; i++) cln_secrets_free_string(lane->headers[i]);
    lane->header_count = 0;
    free(lane->signed_url);
    lane->signed_url = NULL;
    cln_http_response_clean_up(&lane->response);
}

void cln_lane_stop(cln_lane *lane) {
    if (lane->transfer != NULL) cln_http_cancel(lane->transfer);
    lane->transfer = NULL;
    lane->is_busy = false;
    cln_http_forget_calls(lane->download->pool, lane);
    forget_try(lane);
}

/* ---- Bytes ---- */

static cln_status take_note(cln_download *d, const char *data, size_t size, cln_error *err) {
    const size_t room = d->note.size_limit - d->note.size;
    return cln_buffer_append(&d->note, data, size < room ? size : room, err);
}

static cln_status take_bytes(cln_lane *lane, const char *data, size_t size, cln_error *err) {
    cln_download *d = lane->download;
    const cln_download_request *request = d->request;
    CLN_TRY(cln_partial_write(&d->partial, lane->part, data, size, err));
    lane->taken_bytes += size;
    d->result->transferred_bytes += size;
    cln_follower_advance(d->follower, cln_partial_prefix_bytes(&d->partial));
    if (request->progress != NULL) {
        const uint64_t total = d->partial.size_bytes;
        request->progress(request->progress_context, d->partial.done_bytes, total == CLN_HTTP_TO_THE_END ? 0 : total);
    }
    return CLN_OK;
}

static cln_status on_bytes(void *context, const cln_http_response *response, const char *data, size_t size, bool *wait,
                           cln_error *err) {
    *wait = false;
    cln_lane *lane = context;
    if (lane->verdict == CLN_LANE_UNJUDGED) {
        CLN_TRY(cln_lane_judge_head(lane, response, err));
        if (lane->verdict == CLN_LANE_TAKES) CLN_TRY(cln_lanes_fill(lane->download, err));
    }
    if (lane->verdict == CLN_LANE_NOTES) return take_note(lane->download, data, size, err);
    if (lane->verdict == CLN_LANE_TAKES) return take_bytes(lane, data, size, err);
    return cln_fail(err, CLN_ERR_IO, "%s changes while it is fetched", lane->download->export.url);
}

/* ---- Requests ---- */

/* A value may come from a file that somebody wrote; one of several lines would be several headers. */
static cln_status add_header(cln_lane *lane, const char *name, const char *value, cln_error *err) {
    if (value == NULL || strpbrk(value, "\r\n") != NULL) return CLN_OK;
    CLN_TRY(cln_format_string(&lane->headers[lane->header_count], err, "%s: %s", name, value));
    lane->header_count++;
    return CLN_OK;
}

/* The rest of a part, on the condition that it is of the same version. */
static cln_status ask_for_part(cln_lane *lane, cln_error *err) {
    const cln_partial *partial = &lane->download->partial;
    const cln_part *part = &partial->parts[lane->part];
    lane->request.has_range = true;
    lane->request.first_byte = part->first + part->done;
    lane->request.last_byte = part->first + part->size - 1;
    /* S3 knows no If-Range: the answer's ETag tells. */
    if (cln_s3_is_address(lane->download->export.url)) return CLN_OK;
    return add_header(lane, "If-Range", cln_validators_strong(&partial->validators), err);
}

/* Of a file of which nothing is here yet: its first part, unless it is unchanged. */
static cln_status ask_for_beginning(cln_lane *lane, cln_error *err) {
    const cln_download *d = lane->download;
    const cln_download_request *request = d->request;
    lane->request.has_range = !d->is_plain && strncmp(d->export.url, "file:", 5) != 0;
    lane->request.last_byte = request->limits->part_bytes - 1;
    if (request->known_etag == NULL && request->known_last_modified == NULL) return CLN_OK;
    lane->asks_if_changed = true;
    CLN_TRY(add_header(lane, "If-None-Match", request->known_etag, err));
    return add_header(lane, "If-Modified-Since", request->known_last_modified, err);
}

/* A signature holds for minutes, so each try has its own. */
static cln_status sign(cln_lane *lane, cln_error *err) {
    cln_download *d = lane->download;
    if (!cln_s3_is_address(d->export.url)) return CLN_OK;
    if (d->request->s3 == NULL) return cln_fail(err, CLN_ERR_INTERNAL, "nobody opens %s", d->export.url);
    CLN_TRY(cln_s3_sign_get(d->request->s3, d->export.url, &lane->signed_url, lane->headers, &lane->header_count, err));
    lane->request.url = lane->signed_url;
    lane->request.follows_redirects = false;
    lane->request.path_as_is = true;
    return CLN_OK;
}

static cln_status prepare(cln_lane *lane, cln_error *err) {
    cln_download *d = lane->download;
    const cln_download_limits *limits = d->request->limits;
    const double left = d->deadline_seconds - cln_clock_seconds();
    if (left <= 0) {
        return cln_fail(err, CLN_ERR_IO, "%s takes longer than %.0f s; 'transfer_timeout' of the configuration says so",
                        d->export.url, limits->timeouts.total_seconds);
    }
    forget_try(lane);
    lane->verdict = CLN_LANE_UNJUDGED;
    lane->asks_if_changed = false;
    lane->taken_bytes = 0;
    lane->request = (cln_http_request){.url = d->export.url,
                                       .sink = on_bytes,
                                       .sink_context = lane,
                                       .sink_limit_bytes = limits->size_limit_bytes,
                                       .timeouts = limits->timeouts,
                                       .follows_redirects = true,
                                       .decodes = true};
    lane->request.timeouts.total_seconds = left;
    CLN_TRY(sign(lane, err));
    const bool cannot_go_on = d->partial.part_count > 0 && cln_validators_strong(&d->partial.validators) == NULL;
    if (cannot_go_on) CLN_TRY(cln_download_forget_bytes(d, err));
    CLN_TRY(d->partial.part_count > 0 ? ask_for_part(lane, err) : ask_for_beginning(lane, err));
    lane->request.headers = (const char *const *)lane->headers;
    lane->request.header_count = lane->header_count;
    return CLN_OK;
}

static void on_done(void *context, cln_status status, const cln_error *error);

cln_status cln_lane_start(cln_lane *lane, size_t part, cln_error *err) {
    lane->part = part;
    CLN_TRY(prepare(lane, err));
    CLN_TRY(cln_http_start(lane->download->pool, &lane->request, &lane->response, on_done, lane, &lane->transfer, err));
    lane->is_busy = true;
    return CLN_OK;
}

static bool is_taken(const cln_download *d, size_t part) {
    for (size_t i = 0; i < d->lane_count; i++) {
        if (d->lanes[i].is_busy && d->lanes[i].part == part) return true;
    }
    return false;
}

cln_status cln_lanes_fill(cln_download *d, cln_error *err) {
    const cln_partial *partial = &d->partial;
    size_t part = partial->prefix_part;
    for (size_t i = 0; i < d->lane_count && d->is_confirmed; i++) {
        cln_lane *lane = &d->lanes[i];
        if (lane->is_busy) continue;
        while (part < partial->part_count &&
               (partial->parts[part].done == partial->parts[part].size || is_taken(d, part))) {
            part++;
        }
        if (part == partial->part_count) return CLN_OK;
        cln_retry_init(&lane->retry, &d->request->limits->retry, part);
        CLN_TRY(cln_lane_start(lane, part, err));
    }
    return CLN_OK;
}

/* ---- Answers ---- */

static void try_again(void *context) {
    cln_lane *lane = context;
    cln_error error = {0};
    const cln_status status = cln_lane_start(lane, lane->part, &error);
    if (status != CLN_OK) cln_download_over(lane->download, CLN_DOWNLOAD_FAILED, status, &error);
}

/* Progress counts where it lasts: a server that always sends the whole file makes none. */
static void retry(cln_lane *lane, const cln_error *error) {
    cln_download *d = lane->download;
    if (lane->response.status == 206 && lane->taken_bytes > 0) cln_retry_succeeded(&lane->retry);
    double delay_seconds;
    if (cln_retry_next(&lane->retry, &lane->response, &delay_seconds)) {
        lane->is_busy = true;
        cln_error failure = {0};
        const cln_status status = cln_http_call_later(d->pool, delay_seconds, try_again, lane, &failure);
        if (status != CLN_OK) cln_download_over(d, CLN_DOWNLOAD_FAILED, status, &failure);
        return;
    }
    cln_error told;
    (void)cln_fail(&told, CLN_ERR_IO, "%.900s (after %u tries)", error->message,
                   d->request->limits->retry.retries_most + 1);
    cln_download_over(d, CLN_DOWNLOAD_FAILED, CLN_ERR_IO, &told);
}

/* All bytes of this answer have come. */
static void finish_part(cln_lane *lane) {
    cln_download *d = lane->download;
    cln_error error = {0};
    cln_partial_end(&d->partial);
    if (cln_partial_is_whole(&d->partial)) {
        cln_download_seal(d);
        return;
    }
    const cln_part *part = &d->partial.parts[lane->part];
    cln_status status = CLN_OK;
    if (part->done < part->size && lane->taken_bytes == 0) {
        status = cln_fail(&error, CLN_ERR_IO, "%s sends nothing of the bytes it was asked for", d->export.url);
    } else {
        status = cln_lanes_fill(d, &error);
    }
    if (status != CLN_OK) cln_download_over(d, CLN_DOWNLOAD_FAILED, status, &error);
}

static void take_file(cln_lane *lane) {
    cln_download *d = lane->download;
    cln_error error = {0};
    cln_status status = CLN_OK;
    if (lane->verdict == CLN_LANE_UNJUDGED) status = cln_lane_judge_head(lane, &lane->response, &error); /* no body */
    if (status == CLN_OK && lane->verdict == CLN_LANE_TAKES) {
        free(d->result->final_url);
        d->result->final_url = NULL;
        status = cln_copy_string(&d->result->final_url, lane->response.final_url, &error);
    }
    if (status != CLN_OK) {
        cln_download_over(d, CLN_DOWNLOAD_FAILED, status, &error);
    } else if (lane->verdict == CLN_LANE_NOTES) {
        cln_download_heed(d, &lane->response, cln_buffer_span(&d->note));
    } else if (lane->verdict == CLN_LANE_TAKES) {
        finish_part(lane);
    } else {
        cln_download_restart(d, lane->verdict == CLN_LANE_PLAIN, &error);
    }
}

static void take_answer(cln_lane *lane) {
    cln_download *d = lane->download;
    const long http_status = lane->response.status;
    cln_error error;
    (void)cln_fail(&error, CLN_ERR_IO, "%s answers HTTP %ld", d->export.url, http_status);
    if (http_status == 0 || (http_status >= 200 && http_status <= 299)) {
        take_file(lane);
    } else if (http_status == 304 && lane->asks_if_changed) {
        cln_download_over(d, CLN_DOWNLOAD_UNCHANGED, CLN_OK, &error);
    } else if (http_status == 416 || http_status == 412) {
        cln_download_restart(d, d->partial.done_bytes == 0, &error);
    } else if (cln_retry_is_worthwhile(&lane->response)) {
        retry(lane, &error);
    } else {
        d->result->is_missing = lane->response.is_missing;
        cln_download_over(d, CLN_DOWNLOAD_FAILED, CLN_ERR_IO, &error);
    }
}

static bool has_all(const cln_lane *lane) {
    if (lane->verdict != CLN_LANE_TAKES || lane->response.outcome != CLN_HTTP_INTERRUPTED) return false;
    const cln_part *part = &lane->download->partial.parts[lane->part];
    return part->size != CLN_HTTP_TO_THE_END && part->done == part->size;
}

static void on_done(void *context, cln_status status, const cln_error *error) {
    cln_lane *lane = context;
    cln_download *d = lane->download;
    lane->transfer = NULL;
    lane->is_busy = false;
    if (status == CLN_OK) {
        take_answer(lane);
    } else if (has_all(lane)) {
        finish_part(lane); /* a connection that broke behind the last byte took nothing away */
    } else if (lane->verdict == CLN_LANE_RESTART || lane->verdict == CLN_LANE_PLAIN) {
        cln_download_restart(d, lane->verdict == CLN_LANE_PLAIN, error);
    } else if (lane->response.outcome == CLN_HTTP_INTERRUPTED) {
        retry(lane, error);
    } else {
        d->result->is_missing = lane->response.is_missing;
        cln_download_over(d, CLN_DOWNLOAD_FAILED, status, error);
    }
}
