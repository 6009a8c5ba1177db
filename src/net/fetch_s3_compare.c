/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fetch_s3_parts.h"

#include <string.h>

static cln_status take(void *context, const char *data, size_t size, bool *wait, cln_error *err) {
    cln_fetch_comparison *c = context;
    *wait = false;
    return cln_sha256_update(&c->hash, data, size, err);
}

cln_status cln_fetch_comparison_begin(cln_fetch_comparison *c, cln_s3_fetch *fetch, const char *url, cln_error *err) {
    const cln_origin *known = &fetch->known;
    const bool is_same_source = known->url != NULL && strcmp(known->url, url) == 0;
    *c = (cln_fetch_comparison){.fetch = fetch};
    c->stream = (cln_stream){.s3 = fetch->target->s3,
                             .url = url,
                             .limits = fetch->target->limits,
                             .is_csv = strcmp(fetch->job->extension, ".csv") == 0,
                             .known_etag = is_same_source ? known->etag : NULL,
                             .known_last_modified = is_same_source ? known->last_modified : NULL,
                             .take = take,
                             .context = c};
    CLN_TRY(cln_sha256_init(&c->hash, err));
    c->is_hashing = true;
    cln_stream_start(&c->stream, 0, NULL);
    return CLN_OK;
}

void cln_fetch_comparison_step(cln_fetch_comparison *c, bool *is_over, bool *has_moved) {
    const uint64_t position = c->stream.position;
    if (c->stream.state == CLN_STREAM_RUNS) cln_stream_resume(&c->stream);
    *is_over = c->stream.state != CLN_STREAM_RUNS;
    *has_moved = *is_over || c->stream.position != position;
}

cln_status cln_fetch_comparison_finish(cln_fetch_comparison *c, cln_pass_outcome *outcome, cln_error *err) {
    char sha256[CLN_SHA256_TEXT_BYTES];
    *outcome = (cln_pass_outcome){.is_missing = c->stream.is_missing};
    switch (c->stream.state) {
    case CLN_STREAM_UNCHANGED:
        outcome->end = CLN_PASS_SAME;
        return CLN_OK;
    case CLN_STREAM_WHOLE:
        CLN_TRY(cln_sha256_finish(&c->hash, sha256, err));
        outcome->end = strcmp(sha256, c->fetch->known.sha256) == 0 ? CLN_PASS_SAME : CLN_PASS_DONE;
        return CLN_OK;
    case CLN_STREAM_OTHER_VERSION:
        outcome->end = CLN_PASS_DONE; /* it changes right now: another version, whichever */
        return CLN_OK;
    default:
        outcome->end = CLN_PASS_FAILED;
        outcome->reason = c->stream.error;
        return CLN_OK;
    }
}

void cln_fetch_comparison_clean_up(cln_fetch_comparison *c) {
    cln_stream_clean_up(&c->stream);
    if (c->is_hashing) cln_sha256_clean_up(&c->hash);
    *c = (cln_fetch_comparison){0};
}
