/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Full jitter: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture
 * Blog, 2015. The generator is SplitMix64 (Steele, Lea, Flood, 2014).
 */
#include "colonnade/net/retry.h"

#include "colonnade/base/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static int64_t system_utc_seconds(void *context) {
    (void)context;
    return cln_clock_utc_seconds();
}

static void system_sleep(void *context, double seconds) {
    (void)context;
    struct timespec left = {.tv_sec = (time_t)seconds};
    left.tv_nsec = (long)((seconds - (double)left.tv_sec) * 1e9);
    while (nanosleep(&left, &left) != 0 && errno == EINTR) {
    }
}

const cln_retry_clock cln_retry_system_clock = {.utc_seconds = system_utc_seconds, .sleep = system_sleep};

const cln_retry_policy cln_retry_default_policy = {
    .retries_most = 5, .base_seconds = 0.5, .delay_most_seconds = 30, .retry_after_most_seconds = 120};

static const cln_retry_clock *clock_of(const cln_retry_policy *policy) {
    return policy->clock != NULL ? policy->clock : &cln_retry_system_clock;
}

void cln_retry_init(cln_retry *retry, const cln_retry_policy *policy, uint64_t seed) {
    const double now = cln_clock_seconds();
    uint64_t moment = (uint64_t)(now * 1e9);
    *retry = (cln_retry){.policy = policy, .random = moment ^ ((uint64_t)getpid() << 40) ^ (seed * 0x9e3779b97f4a7c15)};
}

static double random_fraction(cln_retry *retry) {
    uint64_t z = retry->random += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    z ^= z >> 31;
    return (double)(z >> 11) * 0x1p-53;
}

bool cln_retry_is_worthwhile(const cln_http_response *response) {
    if (response->outcome == CLN_HTTP_INTERRUPTED) return true;
    if (response->outcome != CLN_HTTP_ANSWERED) return false;
    switch (response->status) {
    case 408:
    case 425:
    case 429:
    case 500:
    case 502:
    case 503:
    case 504:
    case 509:
        return true;
    default:
        return false;
    }
}

/* RFC 9110, 10.2.3: seconds, or a date. */
double cln_retry_after_seconds(const cln_retry_policy *policy, const cln_http_response *response) {
    const char *text = cln_http_header_value(response, "Retry-After");
    if (text == NULL || *text == '\0') return -1;
    char *end;
    double seconds = strtod(text, &end);
    if (*end != '\0') {
        const cln_retry_clock *clock = clock_of(policy);
        const int64_t date = cln_http_date_seconds(text);
        seconds = date < 0 ? -1 : (double)(date - clock->utc_seconds(clock->context));
        if (date >= 0 && seconds < 0) seconds = 0;
    }
    if (!(seconds >= 0)) return -1;
    return seconds < policy->retry_after_most_seconds ? seconds : policy->retry_after_most_seconds;
}

static double back_off_seconds(cln_retry *retry) {
    const cln_retry_policy *policy = retry->policy;
    double most = policy->base_seconds;
    for (unsigned i = 1; i < retry->failure_count && most < policy->delay_most_seconds; i++) most *= 2;
    if (most > policy->delay_most_seconds) most = policy->delay_most_seconds;
    return most * random_fraction(retry);
}

bool cln_retry_next(cln_retry *retry, const cln_http_response *response, double *delay_seconds) {
    *delay_seconds = 0;
    if (!cln_retry_is_worthwhile(response)) return false;
    if (++retry->failure_count > retry->policy->retries_most) return false;
    *delay_seconds = back_off_seconds(retry);
    const double told = cln_retry_after_seconds(retry->policy, response);
    if (told > *delay_seconds) *delay_seconds = told;
    return true;
}

void cln_retry_succeeded(cln_retry *retry) {
    retry->failure_count = 0;
}

cln_status cln_http_perform_retrying(cln_http_pool *pool, const cln_http_request *request,
                                     const cln_retry_policy *policy, cln_http_response *response, cln_error *err) {
    const cln_retry_clock *clock = clock_of(policy);
    cln_retry retry;
    cln_retry_init(&retry, policy, 0);
    for (;;) {
        const cln_status status = cln_http_perform(pool, request, response, err);
        double delay_seconds;
        if (status == CLN_OK && !cln_retry_is_worthwhile(response)) return CLN_OK;
        if (!cln_retry_next(&retry, response, &delay_seconds)) return status;
        cln_http_response_clean_up(response);
        clock->sleep(clock->context, delay_seconds);
    }
}
