/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/net/fetch_to_s3.h"

#include "colonnade/base/cleanup.h"
#include "colonnade/base/memory.h"
#include "fetch_s3_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A source that changes each time it is read is not read for ever. */
enum { PASSES_MOST = 3 };

/* Longest sleep of the loop while files come. */
static const double nap_seconds = 1;

/* A job while it runs: a comparison with what is there, if anything is, then
 * passes, for one address after the other. */
typedef struct task {
    cln_s3_fetch fetch;
    cln_fetch_result *result;
    size_t address;
    unsigned pass_count; /* for this address */
    bool all_missing;
    bool is_running;
    bool is_comparing;
    cln_fetch_comparison comparison;
    cln_pass pass;
} task;

typedef struct runner {
    const cln_fetch_job *jobs;
    size_t count;
    const cln_fetch_s3_target *target;
    cln_fetch_result *results;
    cln_part_memory memory;
    task *tasks; /* one for each file that may come at once */
    size_t task_count;
    size_t begun_count;
    size_t running_count;
} runner;

static void end_task(runner *r, task *t) {
    if (!t->is_running) return;
    cln_fetch_comparison_clean_up(&t->comparison);
    cln_fetch_pass_clean_up(&t->pass);
    cln_fetch_return_memory(&t->fetch);
    cln_s3_fetch_clean_up(&t->fetch);
    t->is_running = false;
    r->running_count--;
}

/* Its result stands. */
static void finish(runner *r, task *t) {
    const size_t index = t->fetch.index;
    end_task(r, t);
    if (r->target->ended != NULL) r->target->ended(r->target->context, index);
}

static cln_status name_object(const task *t, const char *key, cln_error *err) {
    return cln_format_string(&t->result->path, err, CLN_S3_SCHEME "%s/%s", t->fetch.keys.place.bucket, key);
}

static cln_status take_newest(task *t, cln_error *err) {
    cln_s3_info info;
    const cln_fetch_keys *keys = &t->fetch.keys;
    CLN_TRY(cln_s3_head(t->fetch.target->s3, keys->place.bucket, keys->newest_key, &info, err));
    t->result->outcome = CLN_FETCH_UNCHANGED;
    t->result->size_bytes = info.size_bytes;
    cln_s3_info_clean_up(&info);
    return name_object(t, keys->newest_key, err);
}

static void begin_pass(task *t) {
    cln_fetch_pass_clean_up(&t->pass);
    t->pass_count++;
    cln_fetch_pass_begin(&t->pass, &t->fetch, t->fetch.job->item->urls[t->address]);
}

/* The next address, or the end when there is none left. */
static cln_status try_address(runner *r, task *t, cln_error *err) {
    const cln_fetch_item *item = t->fetch.job->item;
    t->pass_count = 0;
    if (t->address == item->url_count) {
        t->result->outcome = t->all_missing ? CLN_FETCH_NOT_PUBLISHED : CLN_FETCH_FAILED;
        CLN_TRY(name_object(t, t->fetch.keys.next_key, err));
        finish(r, t);
        return CLN_OK;
    }
    t->is_comparing = t->fetch.known.sha256[0] != '\0';
    if (t->is_comparing) return cln_fetch_comparison_begin(&t->comparison, &t->fetch, item->urls[t->address], err);
    begin_pass(t);
    return CLN_OK;
}

static cln_status note_failure(runner *r, task *t, const cln_pass_outcome *outcome, cln_error *err) {
    cln_error *told = &t->result->reason;
    const size_t used = strlen(told->message);
    (void)snprintf(told->message + used, sizeof told->message - used, "%s%s", used == 0 ? "" : "; ",
                   outcome->reason.message);
    t->all_missing = t->all_missing && outcome->is_missing;
    t->address++;
    return try_address(r, t, err);
}

static cln_status end_comparison(runner *r, task *t, cln_error *err) {
    cln_pass_outcome outcome;
    CLN_TRY(cln_fetch_comparison_finish(&t->comparison, &outcome, err));
    cln_fetch_comparison_clean_up(&t->comparison);
    t->is_comparing = false;
    switch (outcome.end) {
    case CLN_PASS_SAME:
        t->result->url = t->fetch.job->item->urls[t->address];
        CLN_TRY(take_newest(t, err));
        finish(r, t);
        return CLN_OK;
    case CLN_PASS_FAILED:
        return note_failure(r, t, &outcome, err);
    default:
        begin_pass(t);
        return CLN_OK;
    }
}

static cln_status end_pass(runner *r, task *t, cln_error *err) {
    cln_pass_outcome outcome;
    CLN_TRY(cln_fetch_pass_finish(&t->pass, t->result, &outcome, err));
    cln_fetch_pass_clean_up(&t->pass);
    if (outcome.end == CLN_PASS_DONE) {
        t->result->url = t->fetch.job->item->urls[t->address];
        finish(r, t);
        return CLN_OK;
    }
    if (outcome.end == CLN_PASS_OTHER_VERSION && t->pass_count < PASSES_MOST) {
        begin_pass(t);
        return CLN_OK;
    }
    return note_failure(r, t, &outcome, err);
}

static cln_status step(runner *r, task *t, bool *has_moved, cln_error *err) {
    bool is_over = false;
    bool moved = false;
    if (t->is_comparing) {
        cln_fetch_comparison_step(&t->comparison, &is_over, &moved);
        if (is_over) CLN_TRY(end_comparison(r, t, err));
    } else {
        CLN_TRY(cln_fetch_pass_step(&t->pass, &is_over, &moved, err));
        if (is_over) CLN_TRY(end_pass(r, t, err));
    }
    *has_moved = *has_moved || moved;
    return CLN_OK;
}

/* *has_moved stays when nothing is left to begin, or there is no memory for it yet. */
static cln_status begin(runner *r, task *t, bool *has_moved, cln_error *err) {
    if (r->begun_count == r->count) return CLN_OK;
    const cln_fetch_job *job = &r->jobs[r->begun_count];
    *t = (task){.fetch = {.job = job, .index = r->begun_count, .target = r->target, .memory = &r->memory},
                .result = &r->results[r->begun_count],
                .all_missing = true};
    if (!cln_fetch_take_share(&t->fetch)) return CLN_OK;
    *has_moved = true;
    t->is_running = true;
    r->begun_count++;
    r->running_count++;
    CLN_TRY(cln_fetch_keys_find(&t->fetch, err));
    return try_address(r, t, err);
}

static cln_status check_signal(cln_error *err) {
    return cln_cleanup_signal() == 0 ? CLN_OK : cln_fail(err, CLN_ERR_IO, "interrupted");
}

static cln_status run_all(runner *r, cln_error *err) {
    while (r->running_count > 0 || r->begun_count < r->count) {
        bool has_moved = false;
        bool busy;
        for (size_t i = 0; i < r->task_count; i++) {
            task *t = &r->tasks[i];
            CLN_TRY(check_signal(err));
            if (!t->is_running) CLN_TRY(begin(r, t, &has_moved, err));
            if (t->is_running) CLN_TRY(step(r, t, &has_moved, err));
        }
        CLN_TRY(cln_http_pool_step(r->target->s3->pool, has_moved ? 0 : nap_seconds, &busy, err));
    }
    return CLN_OK;
}

/* As many at once as have two parts of the usual size each. */
static size_t files_at_once(const cln_fetch_s3_target *target, size_t count) {
    const uint64_t affordable = target->s3->memory_bytes / (2 * target->s3->part_size_bytes);
    size_t files = target->files_most < count ? target->files_most : count;
    if (affordable < files) files = (size_t)affordable;
    return files == 0 ? 1 : files;
}

cln_status cln_fetch_run_to_s3(const cln_fetch_job *jobs, size_t count, const cln_fetch_s3_target *target,
                               cln_fetch_result *results, cln_error *err) {
    for (size_t i = 0; i < count; i++) {
        const cln_fetch_item *item = jobs[i].item;
        results[i] = (cln_fetch_result){.outcome = CLN_FETCH_FAILED, .url = item->url_count == 0 ? "" : item->urls[0]};
    }
    const uint64_t memory_bytes = target->s3->memory_bytes;
    runner r = {.jobs = jobs, .count = count, .target = target, .results = results};
    r.task_count = files_at_once(target, count);
    r.memory = (cln_part_memory){.left_bytes = memory_bytes, .share_bytes = memory_bytes / r.task_count};
    CLN_TRY(cln_new_array(&r.tasks, r.task_count, sizeof *r.tasks, err));
    cln_http_pool_widen(target->s3->pool, r.task_count); /* sources wait while parts are on their way */
    const cln_status status = run_all(&r, err);
    for (size_t i = 0; i < r.task_count; i++) end_task(&r, &r.tasks[i]);
    free(r.tasks);
    return status;
}

static cln_status delete_states(cln_s3 *s3, const cln_s3_place *place, const char *folder, cln_error *err) {
    cln_s3_list list;
    cln_status status = cln_s3_list_objects(s3, place->bucket, folder, 0, &list, err);
    for (size_t i = 0; i < list.count && status == CLN_OK; i++) {
        const char *const keys[] = {list.objects[i].key};
        if (cln_upload_state_is_key(keys[0])) status = cln_s3_delete(s3, place->bucket, keys, 1, err);
    }
    cln_s3_list_clean_up(&list);
    return status;
}

cln_status cln_fetch_abort_s3(cln_s3 *s3, const char *address, const char *dataset, size_t *count, cln_error *err) {
    cln_s3_place place;
    char *folder;
    *count = 0;
    CLN_TRY(cln_s3_parse_address(&place, address, err));
    const size_t size = strlen(place.key);
    const char *slash = size > 0 && place.key[size - 1] != '/' ? "/" : "";
    CLN_TRY(cln_format_string(&folder, err, "%s%s%s/", place.key, slash, dataset));
    size_t foreign_count;
    cln_status status = cln_uploads_abort_ours(s3, place.bucket, folder, count, &foreign_count, err);
    if (status == CLN_OK) status = delete_states(s3, &place, folder, err);
    free(folder);
    return status;
}
