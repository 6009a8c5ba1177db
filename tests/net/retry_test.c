/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/net/retry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

typedef struct test_clock {
    int64_t utc_seconds;
    double slept_seconds;
    int sleep_count;
} test_clock;

static int64_t test_utc_seconds(void *context) {
    return ((test_clock *)context)->utc_seconds;
}

static void test_sleep(void *context, double seconds) {
    test_clock *clock = context;
    clock->slept_seconds += seconds;
    clock->sleep_count++;
}

static cln_http_response answer(long status) {
    return (cln_http_response){.outcome = CLN_HTTP_ANSWERED, .status = status};
}

static void only_what_may_pass_is_worth_another_try(void **state) {
    (void)state;
    static const long worth[] = {408, 425, 429, 500, 502, 503, 504};
    static const long vain[] = {200, 206, 301, 304, 400, 401, 403, 404, 410, 412, 416, 501};
    for (size_t i = 0; i < sizeof worth / sizeof *worth; i++) {
        const cln_http_response response = answer(worth[i]);
        assert_true(cln_retry_is_worthwhile(&response));
    }
    for (size_t i = 0; i < sizeof vain / sizeof *vain; i++) {
        const cln_http_response response = answer(vain[i]);
        assert_false(cln_retry_is_worthwhile(&response));
    }
    cln_http_response response = {.outcome = CLN_HTTP_INTERRUPTED};
    assert_true(cln_retry_is_worthwhile(&response));
    response.outcome = CLN_HTTP_REFUSED;
    assert_false(cln_retry_is_worthwhile(&response));
    response.outcome = CLN_HTTP_STOPPED;
    assert_false(cln_retry_is_worthwhile(&response));
}

static void delays_grow_to_a_limit_and_are_spread(void **state) {
    (void)state;
    const cln_retry_policy policy = {.retries_most = 6, .base_seconds = 1, .delay_most_seconds = 8};
    const cln_http_response response = {.outcome = CLN_HTTP_INTERRUPTED};
    static const double limits[] = {1, 2, 4, 8, 8, 8};
    double largest[6] = {0};
    double smallest[6] = {9, 9, 9, 9, 9, 9};
    for (uint64_t seed = 0; seed < 500; seed++) {
        cln_retry retry;
        cln_retry_init(&retry, &policy, seed);
        for (int i = 0; i < 6; i++) {
            double delay;
            assert_true(cln_retry_next(&retry, &response, &delay));
            assert_true(delay >= 0 && delay <= limits[i]);
            if (delay > largest[i]) largest[i] = delay;
            if (delay < smallest[i]) smallest[i] = delay;
        }
        double delay;
        assert_false(cln_retry_next(&retry, &response, &delay));
    }
    for (int i = 0; i < 6; i++) {
        assert_true(largest[i] > 0.9 * limits[i]);
        assert_true(smallest[i] < 0.1 * limits[i]);
    }
}

static void progress_begins_the_count_anew(void **state) {
    (void)state;
    const cln_retry_policy policy = {.retries_most = 1, .base_seconds = 1, .delay_most_seconds = 1};
    const cln_http_response response = {.outcome = CLN_HTTP_INTERRUPTED};
    cln_retry retry;
    cln_retry_init(&retry, &policy, 1);
    double delay;
    assert_true(cln_retry_next(&retry, &response, &delay));
    cln_retry_succeeded(&retry);
    assert_true(cln_retry_next(&retry, &response, &delay));
    assert_false(cln_retry_next(&retry, &response, &delay));
}

static double delay_with(const char *retry_after) {
    test_clock clock = {.utc_seconds = 1767312000}; /* 2026-01-02 00:00:00 UTC */
    const cln_retry_clock injected = {.utc_seconds = test_utc_seconds, .sleep = test_sleep, .context = &clock};
    const cln_retry_policy policy = {.retries_most = 3, .retry_after_most_seconds = 100, .clock = &injected};
    cln_http_header header = {.name = (char *)"Retry-After", .value = (char *)retry_after};
    const cln_http_response response = {
        .outcome = CLN_HTTP_ANSWERED, .status = 503, .headers = &header, .header_count = 1};
    cln_retry retry;
    cln_retry_init(&retry, &policy, 1);
    double delay;
    assert_true(cln_retry_next(&retry, &response, &delay));
    return delay;
}

static void a_server_that_says_when_is_obeyed_within_a_limit(void **state) {
    (void)state;
    assert_float_equal(delay_with("7"), 7, 1e-9);
    assert_float_equal(delay_with("86400"), 100, 1e-9);
    assert_float_equal(delay_with("Fri, 02 Jan 2026 00:00:30 GMT"), 30, 1e-9);
    assert_float_equal(delay_with("Thu, 01 Jan 2026 00:00:00 GMT"), 0, 1e-9);
    assert_float_equal(delay_with("soon"), 0, 1e-9);
    assert_float_equal(delay_with("-5"), 0, 1e-9);
}

static void a_request_is_tried_again_by_the_clock_that_is_given(void **state) {
    (void)state;
    test_clock clock = {0};
    const cln_retry_clock injected = {.utc_seconds = test_utc_seconds, .sleep = test_sleep, .context = &clock};
    const cln_retry_policy policy = {
        .retries_most = 4, .base_seconds = 1000, .delay_most_seconds = 1000, .clock = &injected};
    cln_http_pool *pool;
    assert_int_equal(cln_http_pool_new(&pool, 1, NULL), CLN_OK);
    const cln_http_request request = {.url = "http://127.0.0.1:1/nobody", .no_proxy = true};
    cln_http_response response;
    cln_error err;
    assert_int_equal(cln_http_perform_retrying(pool, &request, &policy, &response, &err), CLN_ERR_IO);
    assert_int_equal(response.outcome, CLN_HTTP_INTERRUPTED);
    assert_int_equal(clock.sleep_count, 4);
    cln_http_response_clean_up(&response);
    cln_http_pool_free(pool);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_may_pass_is_worth_another_try),
        cmocka_unit_test(delays_grow_to_a_limit_and_are_spread),
        cmocka_unit_test(progress_begins_the_count_anew),
        cmocka_unit_test(a_server_that_says_when_is_obeyed_within_a_limit),
        cmocka_unit_test(a_request_is_tried_again_by_the_clock_that_is_given),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
