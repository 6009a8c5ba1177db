/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/memory.h"
#include "download_parts.h"

#include <stdlib.h>

static bool is_alone(const cln_lane *lane) {
    const cln_download *d = lane->download;
    for (size_t i = 0; i < d->lane_count; i++) {
        if (d->lanes[i].is_busy && &d->lanes[i] != lane) return false;
    }
    return true;
}

static cln_status check_size(const cln_download *d, uint64_t size_bytes, cln_error *err) {
    const uint64_t limit = d->request->limits->size_limit_bytes;
    if (size_bytes == CLN_HTTP_TO_THE_END || size_bytes <= limit) return CLN_OK;
    return cln_fail(err, CLN_ERR_IO, "%s sends more than %llu bytes, the most that is taken", d->export.url,
                    (unsigned long long)limit);
}

static cln_status keep_text(char **kept, const char *text, cln_error *err) {
    free(*kept);
    *kept = NULL;
    return text == NULL ? CLN_OK : cln_copy_string(kept, text, err);
}

/* The first answer of a version: what is kept of it beside its bytes. */
static cln_status begin_version(cln_lane *lane, const cln_http_response *response, uint64_t size_bytes,
                                uint64_t part_bytes, bool is_whole, cln_error *err) {
    cln_download *d = lane->download;
    CLN_TRY(check_size(d, size_bytes, err));
    CLN_TRY(cln_partial_lay_out(&d->partial, response, size_bytes, part_bytes, err));
    cln_checksums_take(&d->checksums, response, is_whole);
    lane->part = 0;
    return CLN_OK;
}

static cln_status take(cln_lane *lane, const cln_http_response *response, cln_error *err) {
    cln_download *d = lane->download;
    lane->verdict = CLN_LANE_TAKES;
    d->is_confirmed = true;
    CLN_TRY(keep_text(&d->result->content_type, cln_http_header_value(response, "Content-Type"), err));
    return cln_download_follow(d, err);
}

static bool is_encoded(const cln_http_response *response) {
    return cln_http_header_value(response, "Content-Encoding") != NULL;
}

/* RFC 9110, 14.4. A part is of use when it begins where it should, ends no later, and tells the whole size and the
 * version. */
static cln_status judge_part(cln_lane *lane, const cln_http_response *response, cln_error *err) {
    cln_download *d = lane->download;
    uint64_t first;
    uint64_t last;
    uint64_t total;
    if (!lane->request.has_range) {
        return cln_fail(err, CLN_ERR_IO, "%s answers with a part of the file when asked for all of it", d->export.url);
    }
    if (!cln_http_content_range(response, &first, &last, &total) || first != lane->request.first_byte ||
        last > lane->request.last_byte || total == CLN_HTTP_TO_THE_END || is_encoded(response)) {
        lane->verdict = CLN_LANE_PLAIN;
        return CLN_OK;
    }
    if (d->partial.part_count > 0) {
        if (total != d->partial.size_bytes || !cln_validators_agree(&d->partial.validators, response)) {
            lane->verdict = CLN_LANE_RESTART;
            return CLN_OK;
        }
        if (!d->is_confirmed) cln_checksums_take(&d->checksums, response, false);
        return take(lane, response, err);
    }
    const bool is_whole = first == 0 && last + 1 == total;
    CLN_TRY(begin_version(lane, response, total, d->request->limits->part_bytes, is_whole, err));
    if (is_whole || cln_validators_strong(&d->partial.validators) != NULL) return take(lane, response, err);
    lane->verdict = CLN_LANE_PLAIN;
    return CLN_OK;
}

/* The whole file, though perhaps a part was asked for: other bytes do not count any more. */
static cln_status judge_whole(cln_lane *lane, const cln_http_response *response, cln_error *err) {
    cln_download *d = lane->download;
    if (!is_alone(lane)) {
        lane->verdict = CLN_LANE_RESTART;
        return CLN_OK;
    }
    CLN_TRY(cln_download_forget_bytes(d, err));
    uint64_t size_bytes = CLN_HTTP_TO_THE_END;
    if (is_encoded(response) || !cln_http_content_length(response, &size_bytes)) size_bytes = CLN_HTTP_TO_THE_END;
    CLN_TRY(begin_version(lane, response, size_bytes, size_bytes == 0 ? 1 : size_bytes, true, err));
    return take(lane, response, err);
}

cln_status cln_lane_judge_head(cln_lane *lane, const cln_http_response *response, cln_error *err) {
    const long status = response->status;
    if (cln_export_is_announced(response, lane->download->request->wants_json)) {
        lane->verdict = CLN_LANE_NOTES;
        return CLN_OK;
    }
    if (status == 206) return judge_part(lane, response, err);
    if (status == 200 || status == 0) return judge_whole(lane, response, err);
    return cln_fail(err, CLN_ERR_IO, "%s answers HTTP %ld instead of 200", lane->download->export.url, status);
}
