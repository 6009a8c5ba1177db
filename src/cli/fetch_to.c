/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fetch_to.h"

#include "colonnade/base/cleanup.h"
#include "colonnade/base/log.h"
#include "colonnade/net/fetch_to_s3.h"
#include "colonnade/net/s3_ledger.h"
#include "fetch_progress.h"

#include <string.h>

/* "staging" is the bucket of that role. */
static cln_status find_address(const cln_cli *cli, const char **address, cln_error *err) {
    *address = cln_option(cli->options, "to");
    if (*address == NULL) return cln_fail(err, CLN_ERR_USAGE, "--abort needs --to s3://BUCKET/PREFIX");
    if (strcmp(*address, "staging") != 0) return CLN_OK;
    *address = cli->config.buckets[CLN_BUCKET_STAGING];
    if (*address != NULL) return CLN_OK;
    return cln_fail(err, CLN_ERR_USAGE,
                    "--to staging: the configuration has no bucket of that role; set buckets.staging, or name one");
}

static cln_status run(const cln_cli *cli, cln_fetch_s3_target *target, const cln_fetch_job *jobs,
                      const char *const *names, size_t count, cln_fetch_result *results, cln_error *err) {
    cln_s3_place place;
    CLN_TRY(cln_s3_parse_address(&place, target->address, err));
    CLN_TRY(cln_s3_require_bucket(target->s3, place.bucket, cln_option_given(cli->options, "create"), err));
    cln_fetch_progress *progress;
    CLN_TRY(cln_fetch_progress_new(&progress, names, count, err));
    target->progress = cln_fetch_progress_advance;
    target->ended = cln_fetch_progress_end;
    target->context = progress;
    const cln_status status = cln_fetch_run_to_s3(jobs, count, target, results, err);
    cln_fetch_progress_free(progress);
    return status;
}

/* A signal must wait until what it leaves unfinished in the bucket is given up. */
cln_status cln_fetch_to_bucket(const cln_cli *cli, const char *date, const cln_download_limits *limits,
                               const cln_fetch_job *jobs, const char *const *names, size_t count,
                               cln_fetch_result *results, cln_error *err) {
    cln_fetch_s3_target target = {.date = date, .limits = limits, .files_most = (size_t)cli->config.fetch.files};
    CLN_TRY(find_address(cli, &target.address, err));
    CLN_TRY(cln_s3_new(&target.s3, &cli->config.s3, err));
    cln_cleanup_hold();
    const cln_status status = run(cli, &target, jobs, names, count, results, err);
    cln_s3_free(target.s3);
    if (cln_cleanup_signal() != 0) cln_note("interrupted: what was begun in %s is given up", target.address);
    cln_cleanup_release();
    return status;
}

/* Each dataset once. */
static bool is_first_of_dataset(const cln_fetch_job *jobs, size_t job) {
    return job == 0 || strcmp(jobs[job].dataset, jobs[job - 1].dataset) != 0;
}

cln_status cln_fetch_abort(const cln_cli *cli, const cln_fetch_job *jobs, size_t count, cln_error *err) {
    const char *address;
    cln_s3 *s3;
    size_t total = 0;
    CLN_TRY(find_address(cli, &address, err));
    CLN_TRY(cln_s3_new(&s3, &cli->config.s3, err));
    cln_status status = CLN_OK;
    for (size_t i = 0; i < count && status == CLN_OK; i++) {
        if (!is_first_of_dataset(jobs, i)) continue;
        size_t some = 0;
        status = cln_fetch_abort_s3(s3, address, jobs[i].dataset, &some, err);
        total += some;
    }
    cln_s3_free(s3);
    if (status == CLN_OK) cln_note("%zu interrupted uploads given up in %s", total, address);
    return status;
}
