/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * When a request that failed is tried again: exponential back-off with full
 * jitter (a delay drawn evenly from 0 to base * 2^n, at most a limit), so that
 * many clients do not come back at once; a server that says when (Retry-After,
 * in seconds or as a date) is obeyed, within a limit. All functions are local.
 */
#ifndef COLONNADE_NET_RETRY_H
#define COLONNADE_NET_RETRY_H

#include "colonnade/net/http.h"

/* What time it is and how to let it pass; tests have their own. */
typedef struct cln_retry_clock {
    int64_t (*utc_seconds)(void *context);
    void (*sleep)(void *context, double seconds);
    void *context;
} cln_retry_clock;

extern const cln_retry_clock cln_retry_system_clock;

typedef struct cln_retry_policy {
    unsigned retries_most; /* one after the other without any success in between */
    double base_seconds;
    double delay_most_seconds;       /* of the back-off */
    double retry_after_most_seconds; /* a server that asks for more is not waited for longer */
    const cln_retry_clock *clock;    /* NULL: the system's */
} cln_retry_policy;

/* 5 retries, 0.5 s, 30 s, 120 s. */
extern const cln_retry_policy cln_retry_default_policy;

/* The failures of one piece of work. */
typedef struct cln_retry {
    const cln_retry_policy *policy; /* borrowed */
    unsigned failure_count;         /* since the last success */
    uint64_t random;                /* state of its generator */
} cln_retry;

/* The jitter differs from process to process and from seed to seed. */
void cln_retry_init(cln_retry *retry, const cln_retry_policy *policy, uint64_t seed);

/* Whether the same request may go better later: a connection that did not come
 * or broke, or one of the statuses 408, 425, 429, 500, 502, 503, 504, 509. */
bool cln_retry_is_worthwhile(const cln_http_response *response);

/* Counts a failure. False: it is not worth another try, or too many have failed.
 * Otherwise *delay_seconds says how long to wait before it. */
bool cln_retry_next(cln_retry *retry, const cln_http_response *response, double *delay_seconds);

/* What Retry-After asks for, within the policy's limit; -1: nothing. */
double cln_retry_after_seconds(const cln_retry_policy *policy, const cln_http_response *response);

/* After progress: the count of failures begins anew. */
void cln_retry_succeeded(cln_retry *retry);

/* cln_http_perform, again and again as the policy says, with pauses by its
 * clock. Fails like it. An answer is CLN_OK also when its status is still one
 * that is worth retrying after the last try. A sink sees the bytes of each try. */
CLN_CHECKED cln_status cln_http_perform_retrying(cln_http_pool *pool, const cln_http_request *request,
                                                 const cln_retry_policy *policy, cln_http_response *response,
                                                 cln_error *err);

#endif
