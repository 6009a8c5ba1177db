/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/net/fetch.h"

#include "colonnade/base/file.h"
#include "colonnade/base/memory.h"
#include "colonnade/net/staging.h"
#include "place.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Longest sleep of the loop while files come. */
static const double nap_seconds = 1;

/* Partial files that nobody went on with for that long are cleared. */
enum { STALE_SECONDS = 7 * 24 * 3600 };

const char *cln_fetch_outcome_name(cln_fetch_outcome outcome) {
    static const char *const names[] = {"new", "unchanged", "changed", "not published", "failed"};
    return names[outcome];
}

void cln_fetch_result_clean_up(cln_fetch_result *result) {
    free(result->path);
    result->path = NULL;
}

typedef struct runner runner;

/* A job while it runs. */
typedef struct task {
    runner *runner;
    size_t index;
    cln_place place;
    size_t address;   /* that is tried */
    bool all_missing; /* of those before it */
    bool asks_anyway; /* the known version is not what it should be, so all of it is asked for */
    bool is_running;
    char *partial_path;
    cln_download_request request;
    cln_download_result arrived;
    cln_download *download;
} task;

struct runner {
    const cln_fetch_job *jobs;
    size_t count;
    const cln_fetch_settings *settings;
    cln_fetch_result *results;
    cln_http_pool *pool;
    task *tasks; /* one for each job */
    size_t begun_count;
    size_t running_count;
    cln_status status; /* what ends all */
    cln_error error;
};

static void stop_all(runner *r, cln_status status, const cln_error *error) {
    if (r->status != CLN_OK) return;
    r->status = status;
    r->error = *error;
}

static void end_download(task *t) {
    cln_download_free(t->download);
    t->download = NULL;
    cln_download_result_clean_up(&t->arrived);
    free(t->partial_path);
    t->partial_path = NULL;
}

static void end_task(task *t) {
    end_download(t);
    cln_place_clean_up(&t->place);
    if (t->is_running) t->runner->running_count--;
    t->is_running = false;
}

static void add_reason(cln_fetch_result *result, const char *reason) {
    const size_t used = strlen(result->reason.message);
    (void)snprintf(result->reason.message + used, sizeof result->reason.message - used, "%s%s", used == 0 ? "" : "; ",
                   reason);
}

static void on_progress(void *context, uint64_t received_bytes, uint64_t total_bytes) {
    const task *t = context;
    const cln_fetch_settings *settings = t->runner->settings;
    if (settings->progress != NULL) settings->progress(settings->context, t->index, received_bytes, total_bytes);
}

static void on_done(void *context, cln_status status, const cln_error *error);
static cln_status note_failure(task *t, const char *reason, cln_error *err);

static void finish(task *t) {
    const runner *r = t->runner;
    const size_t index = t->index;
    end_task(t);
    if (r->settings->ended != NULL) r->settings->ended(r->settings->context, index);
}

/* The next address, or the end when there is none left. */
static cln_status try_address(task *t, cln_error *err) {
    runner *r = t->runner;
    const cln_fetch_job *job = &r->jobs[t->index];
    cln_fetch_result *result = &r->results[t->index];
    end_download(t);
    if (t->address == job->item->url_count) {
        result->outcome = t->all_missing ? CLN_FETCH_NOT_PUBLISHED : CLN_FETCH_FAILED;
        CLN_TRY(cln_copy_string(&result->path, t->place.next_path, err));
        finish(t);
        return CLN_OK;
    }
    const char *url = job->item->urls[t->address];
    const cln_origin *known = &t->place.known;
    const bool is_known = known->url != NULL && strcmp(known->url, url) == 0 && !t->asks_anyway;
    CLN_TRY(cln_place_partial_path(&t->place, t->address, &t->partial_path, err));
    t->request = (cln_download_request){.url = url,
                                        .s3 = r->settings->s3,
                                        .partial_path = t->partial_path,
                                        .limits = &r->settings->limits,
                                        .known_etag = is_known ? known->etag : NULL,
                                        .known_last_modified = is_known ? known->last_modified : NULL,
                                        .wants_json = strcmp(job->extension, ".csv") != 0,
                                        .progress = on_progress,
                                        .progress_context = t};
    cln_error reason;
    const cln_status status = cln_download_start(&t->download, r->pool, &t->request, &t->arrived, on_done, t, &reason);
    if (status == CLN_ERR_IO) return note_failure(t, reason.message, err);
    if (status != CLN_OK && err != NULL) *err = reason;
    return status;
}

static cln_status note_failure(task *t, const char *reason, cln_error *err) {
    add_reason(&t->runner->results[t->index], reason);
    t->all_missing = t->all_missing && t->arrived.is_missing;
    t->address++;
    return try_address(t, err);
}

static cln_status take_file(task *t, cln_error *err) {
    runner *r = t->runner;
    const cln_fetch_job *job = &r->jobs[t->index];
    cln_fetch_result *result = &r->results[t->index];
    const char *url = job->item->urls[t->address];
    cln_error reason;
    if (cln_refuse_page(&t->arrived, url, strcmp(job->extension, ".csv") == 0, &reason) != CLN_OK) {
        cln_download_discard(t->download);
        return note_failure(t, reason.message, err);
    }
    result->url = url;
    result->size_bytes = t->arrived.size_bytes;
    CLN_TRY(cln_place_publish(&t->place, t->download, url, &t->arrived, result, err));
    cln_place_forget_partials(&t->place);
    finish(t);
    return CLN_OK;
}

static cln_status take_known(task *t, cln_error *err) {
    cln_fetch_result *result = &t->runner->results[t->index];
    bool is_intact;
    CLN_TRY(cln_place_known_is_intact(&t->place, &is_intact, err));
    if (!is_intact) {
        t->asks_anyway = true;
        return try_address(t, err);
    }
    result->url = t->request.url;
    CLN_TRY(cln_place_record_known(&t->place, result, err));
    finish(t);
    return CLN_OK;
}

/* What an address did wrong is a reason to try the next one; anything else ends all. */
static void on_done(void *context, cln_status status, const cln_error *error) {
    task *t = context;
    runner *r = t->runner;
    cln_error failure = {0};
    cln_status outcome;
    r->results[t->index].transferred_bytes += t->arrived.transferred_bytes;
    if (t->arrived.outcome == CLN_DOWNLOAD_ARRIVED) {
        outcome = take_file(t, &failure);
    } else if (t->arrived.outcome == CLN_DOWNLOAD_UNCHANGED) {
        outcome = take_known(t, &failure);
    } else if (status == CLN_ERR_INTERNAL) {
        outcome = status;
        failure = *error;
    } else {
        outcome = note_failure(t, error->message, &failure);
    }
    if (outcome != CLN_OK) stop_all(r, outcome, &failure);
}

static cln_status begin(runner *r, cln_error *err) {
    task *t = &r->tasks[r->begun_count];
    *t = (task){.runner = r, .index = r->begun_count, .all_missing = true, .is_running = true};
    r->begun_count++;
    r->running_count++;
    CLN_TRY(cln_place_find(&t->place, &r->jobs[t->index], r->settings, err));
    return try_address(t, err);
}

static cln_status run_all(runner *r, cln_error *err) {
    while (r->status == CLN_OK && (r->running_count > 0 || r->begun_count < r->count)) {
        while (r->begun_count < r->count && r->running_count < r->settings->files_most) CLN_TRY(begin(r, err));
        bool busy;
        if (r->running_count > 0) CLN_TRY(cln_http_pool_step(r->pool, nap_seconds, &busy, err));
    }
    if (r->status != CLN_OK && err != NULL) *err = r->error;
    return r->status;
}

static cln_status check_names(const cln_fetch_job *jobs, size_t count, cln_error *err) {
    for (size_t i = 0; i < count; i++) {
        if (cln_path_is_safe_name(jobs[i].item->name) && cln_path_is_safe_name(jobs[i].dataset)) continue;
        return cln_fail(err, CLN_ERR_USAGE,
                        "the source '%s' of '%s' cannot name a file; rename it in the configuration",
                        jobs[i].item->name, jobs[i].dataset);
    }
    return CLN_OK;
}

/* Nothing depends on it, so a folder that cannot be read is no reason to stop. */
static void clear_stale(const cln_fetch_job *jobs, size_t count, const cln_fetch_settings *settings) {
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && strcmp(jobs[i].dataset, jobs[i - 1].dataset) == 0) continue;
        cln_staging_cleared cleared;
        (void)!cln_staging_clear(settings->staging_dir, jobs[i].dataset, STALE_SECONDS, &cleared, NULL);
    }
}

cln_status cln_fetch_run(const cln_fetch_job *jobs, size_t count, const cln_fetch_settings *settings,
                         cln_fetch_result *results, cln_error *err) {
    for (size_t i = 0; i < count; i++) {
        const cln_fetch_item *item = jobs[i].item;
        results[i] = (cln_fetch_result){.outcome = CLN_FETCH_FAILED, .url = item->url_count == 0 ? "" : item->urls[0]};
    }
    CLN_TRY(check_names(jobs, count, err));
    clear_stale(jobs, count, settings);
    runner r = {.jobs = jobs, .count = count, .settings = settings, .results = results};
    const size_t files_most = settings->files_most;
    cln_status status = cln_new_array(&r.tasks, count, sizeof *r.tasks, err);
    if (status == CLN_OK) status = cln_http_pool_new(&r.pool, files_most * settings->limits.connections_most, err);
    if (status == CLN_OK) status = run_all(&r, err);
    for (size_t i = 0; i < r.begun_count; i++) end_task(&r.tasks[i]);
    cln_http_pool_free(r.pool);
    free(r.tasks);
    return status;
}
