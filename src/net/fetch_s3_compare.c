/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fetch_s3_parts.h"

#include <string.h>

typedef struct comparison {
    const cln_s3_fetch *fetch;
    cln_stream stream;
    cln_sha256 hash;
} comparison;

static cln_status take(void *context, const char *data, size_t size, bool *wait, cln_error *err) {
    comparison *c = context;
    *wait = false;
    return cln_sha256_update(&c->hash, data, size, err);
}

static cln_status run(comparison *c, cln_error *err) {
    bool busy = true;
    cln_stream_start(&c->stream, 0, NULL);
    while (c->stream.state == CLN_STREAM_RUNS && busy) {
        CLN_TRY(cln_fetch_check_signal(err));
        cln_stream_resume(&c->stream);
        if (c->stream.state != CLN_STREAM_RUNS) break;
        CLN_TRY(cln_http_pool_step(c->stream.s3->pool, 1, &busy, err));
    }
    return CLN_OK;
}

static cln_status judge(comparison *c, cln_pass_end *end, bool *is_missing, cln_error *reason, cln_error *err) {
    char sha256[CLN_SHA256_TEXT_BYTES];
    *is_missing = c->stream.is_missing;
    switch (c->stream.state) {
    case CLN_STREAM_UNCHANGED:
        *end = CLN_PASS_SAME;
        return CLN_OK;
    case CLN_STREAM_WHOLE:
        CLN_TRY(cln_sha256_finish(&c->hash, sha256, err));
        *end = strcmp(sha256, c->fetch->known.sha256) == 0 ? CLN_PASS_SAME : CLN_PASS_DONE;
        return CLN_OK;
    case CLN_STREAM_OTHER_VERSION:
        *end = CLN_PASS_DONE; /* it changes right now: another version, whichever */
        return CLN_OK;
    default:
        *end = CLN_PASS_FAILED;
        *reason = c->stream.error;
        return CLN_OK;
    }
}

cln_status cln_fetch_compare(cln_s3_fetch *fetch, const char *url, cln_pass_end *end, bool *is_missing,
                             cln_error *reason, cln_error *err) {
    const cln_origin *known = &fetch->known;
    const bool is_same_source = known->url != NULL && strcmp(known->url, url) == 0;
    comparison c = {.fetch = fetch};
    c.stream = (cln_stream){.s3 = fetch->target->s3,
                            .url = url,
                            .limits = fetch->target->limits,
                            .is_csv = strcmp(fetch->target->extension, ".csv") == 0,
                            .known_etag = is_same_source ? known->etag : NULL,
                            .known_last_modified = is_same_source ? known->last_modified : NULL,
                            .take = take,
                            .context = &c};
    cln_status status = cln_sha256_init(&c.hash, err);
    if (status == CLN_OK) {
        status = run(&c, err);
        if (status == CLN_OK) status = judge(&c, end, is_missing, reason, err);
        cln_sha256_clean_up(&c.hash);
    }
    cln_stream_clean_up(&c.stream);
    return status;
}
