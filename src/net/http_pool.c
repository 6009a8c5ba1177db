/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/clock.h"
#include "colonnade/base/memory.h"
#include "http_transfer.h"

#include <stdlib.h>

/* Longest sleep of the loop while it has something to do. */
static const double nap_seconds = 1;

typedef struct later_call {
    double due_seconds;
    void (*call)(void *context);
    void *context;
} later_call;

struct cln_http_pool {
    CURLM *multi;
    size_t transfers_most;
    size_t active_count;
    cln_http_transfer *first; /* all that are not done, in the order of their start */
    cln_http_transfer *last;
    later_call *calls;
    size_t call_count;
    size_t call_capacity;
};

static cln_status fail_curl(cln_error *err, CURLMcode code) {
    return cln_fail(err, CLN_ERR_INTERNAL, "libcurl: %s", curl_multi_strerror(code));
}

cln_status cln_http_pool_new(cln_http_pool **pool, size_t transfers_most, cln_error *err) {
    *pool = NULL;
    cln_http_pool *made = NULL;
    CLN_TRY(cln_new_array(&made, 1, sizeof *made, err));
    made->transfers_most = transfers_most == 0 ? 1 : transfers_most;
    made->multi = curl_multi_init();
    if (made->multi == NULL) {
        free(made);
        return cln_fail_memory(err, "preparing transfers");
    }
    (void)curl_multi_setopt(made->multi, CURLMOPT_MAXCONNECTS, (long)made->transfers_most * 2);
    *pool = made;
    return CLN_OK;
}

void cln_http_pool_widen(cln_http_pool *pool, size_t more) {
    pool->transfers_most += more;
}

/* Takes a transfer out of the loop; it still exists. */
static void detach(cln_http_transfer *t) {
    cln_http_pool *pool = t->pool;
    cln_http_transfer *previous = NULL;
    cln_http_transfer **link = &pool->first;
    while (*link != t) {
        previous = *link;
        link = &previous->next;
    }
    *link = t->next;
    if (pool->last == t) pool->last = previous;
    if (!t->is_active) return;
    (void)curl_multi_remove_handle(pool->multi, t->curl);
    t->is_active = false;
    pool->active_count--;
}

void cln_http_pool_free(cln_http_pool *pool) {
    if (pool == NULL) return;
    while (pool->first != NULL) cln_http_cancel(pool->first);
    (void)curl_multi_cleanup(pool->multi);
    free(pool->calls);
    free(pool);
}

cln_status cln_http_start(cln_http_pool *pool, const cln_http_request *request, cln_http_response *response,
                          cln_http_done *done, void *context, cln_http_transfer **transfer, cln_error *err) {
    if (transfer != NULL) *transfer = NULL;
    *response = (cln_http_response){.outcome = CLN_HTTP_STOPPED};
    cln_http_transfer *t = NULL;
    CLN_TRY(cln_new_array(&t, 1, sizeof *t, err));
    t->pool = pool;
    t->request = request;
    t->response = response;
    t->done = done;
    t->context = context;
    const cln_status status = cln_http_prepare(t, err);
    if (status != CLN_OK) {
        cln_http_transfer_free(t);
        return status;
    }
    if (pool->last == NULL) {
        pool->first = t;
    } else {
        pool->last->next = t;
    }
    pool->last = t;
    if (transfer != NULL) *transfer = t;
    return CLN_OK;
}

void cln_http_cancel(cln_http_transfer *transfer) {
    detach(transfer);
    cln_http_transfer_free(transfer);
}

void cln_http_resume(cln_http_transfer *transfer) {
    if (!transfer->is_paused) return;
    transfer->is_paused = false;
    (void)curl_easy_pause(transfer->curl, CURLPAUSE_CONT);
}

cln_status cln_http_call_later(cln_http_pool *pool, double delay_seconds, void (*call)(void *context), void *context,
                               cln_error *err) {
    CLN_TRY(cln_grow_array(&pool->calls, &pool->call_capacity, pool->call_count + 1, sizeof *pool->calls, err));
    pool->calls[pool->call_count++] = (later_call){cln_clock_seconds() + delay_seconds, call, context};
    return CLN_OK;
}

void cln_http_forget_calls(cln_http_pool *pool, const void *context) {
    size_t kept = 0;
    for (size_t i = 0; i < pool->call_count; i++) {
        if (pool->calls[i].context != context) pool->calls[kept++] = pool->calls[i];
    }
    pool->call_count = kept;
}

/* The call that is due first, or call_count. */
static size_t next_call(const cln_http_pool *pool) {
    size_t next = pool->call_count;
    for (size_t i = 0; i < pool->call_count; i++) {
        if (next == pool->call_count || pool->calls[i].due_seconds < pool->calls[next].due_seconds) next = i;
    }
    return next;
}

/* Calls may add calls, so the list is looked at anew each time. */
static void make_calls(cln_http_pool *pool) {
    const double now = cln_clock_seconds();
    for (;;) {
        const size_t next = next_call(pool);
        if (next == pool->call_count || pool->calls[next].due_seconds > now) return;
        const later_call due = pool->calls[next];
        pool->calls[next] = pool->calls[--pool->call_count];
        due.call(due.context);
    }
}

static cln_status activate(cln_http_transfer *t, cln_error *err) {
    const CURLMcode code = curl_multi_add_handle(t->pool->multi, t->curl);
    if (code != CURLM_OK) return fail_curl(err, code);
    t->is_active = true;
    t->pool->active_count++;
    return CLN_OK;
}

static cln_status activate_waiting(cln_http_pool *pool, cln_error *err) {
    for (cln_http_transfer *t = pool->first; t != NULL && pool->active_count < pool->transfers_most; t = t->next) {
        if (!t->is_active) CLN_TRY(activate(t, err));
    }
    return CLN_OK;
}

static cln_status finish(cln_http_transfer *t, CURLcode code, cln_error *err) {
    bool again;
    const cln_status status = cln_http_judge(t, code, &again);
    if (again) {
        CURLM *multi = t->pool->multi;
        (void)curl_multi_remove_handle(multi, t->curl);
        const CURLMcode added = curl_multi_add_handle(multi, t->curl);
        return added == CURLM_OK ? CLN_OK : fail_curl(err, added);
    }
    detach(t);
    cln_http_done *done = t->done;
    void *context = t->context;
    const cln_error error = t->error;
    cln_http_transfer_free(t);
    done(context, status, &error);
    return CLN_OK;
}

static cln_status finish_ended(cln_http_pool *pool, cln_error *err) {
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(pool->multi, &left)) != NULL) {
        if (message->msg != CURLMSG_DONE) continue;
        char *private = NULL;
        (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private);
        CLN_TRY(finish((cln_http_transfer *)(void *)private, message->data.result, err));
    }
    return CLN_OK;
}

static double wait_until_call(const cln_http_pool *pool, double wait_seconds) {
    const size_t next = next_call(pool);
    if (next == pool->call_count) return wait_seconds;
    const double left = pool->calls[next].due_seconds - cln_clock_seconds();
    if (left <= 0) return 0;
    return left < wait_seconds ? left : wait_seconds;
}

cln_status cln_http_pool_step(cln_http_pool *pool, double wait_seconds, bool *busy, cln_error *err) {
    CLN_TRY(activate_waiting(pool, err));
    int running = 0;
    CURLMcode code = curl_multi_perform(pool->multi, &running);
    CLN_TRY(activate_waiting(pool, err)); /* sinks may have started some: they are not waited for */
    if (code == CURLM_OK && (size_t)running == pool->active_count) {
        const double wait = wait_until_call(pool, wait_seconds);
        /* One millisecond more, so as not to wake just before a call is due. */
        code = curl_multi_poll(pool->multi, NULL, 0, wait > 0 ? (int)(wait * 1000) + 1 : 0, NULL);
    }
    if (code != CURLM_OK) return fail_curl(err, code);
    CLN_TRY(finish_ended(pool, err));
    make_calls(pool);
    *busy = pool->first != NULL || pool->call_count > 0;
    return CLN_OK;
}

cln_status cln_http_pool_run(cln_http_pool *pool, cln_error *err) {
    bool busy = true;
    while (busy) CLN_TRY(cln_http_pool_step(pool, nap_seconds, &busy, err));
    return CLN_OK;
}

typedef struct waiter {
    bool is_done;
    cln_status status;
    cln_error *err;
} waiter;

static void on_performed(void *context, cln_status status, const cln_error *error) {
    waiter *w = context;
    w->is_done = true;
    w->status = status;
    if (status != CLN_OK && w->err != NULL) *w->err = *error;
}

cln_status cln_http_perform(cln_http_pool *pool, const cln_http_request *request, cln_http_response *response,
                            cln_error *err) {
    waiter w = {.err = err};
    cln_http_transfer *transfer;
    CLN_TRY(cln_http_start(pool, request, response, on_performed, &w, &transfer, err));
    while (!w.is_done) {
        bool busy;
        const cln_status status = cln_http_pool_step(pool, nap_seconds, &busy, err);
        if (status != CLN_OK) {
            if (!w.is_done) cln_http_cancel(transfer);
            return status;
        }
    }
    return w.status;
}
