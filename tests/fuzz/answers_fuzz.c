/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a server says: any text as the value of a header, and as a body. Sizes
 * and ranges make sense or are refused, delays stay within their limits,
 * checksums are hex, and messages are told.
 */
#include "checksums.h"
#include "export_status.h"
#include "place.h"
#include "validators.h"

#include "fuzz.h"
#include "must.h"

#include <string.h>

static const cln_retry_policy policy = {
    .retries_most = 3, .base_seconds = 1, .delay_most_seconds = 8, .retry_after_most_seconds = 100};

static void check_ranges(const cln_http_response *response) {
    uint64_t first;
    uint64_t last;
    uint64_t total;
    if (cln_http_content_range(response, &first, &last, &total)) FUZZ_CHECK(first <= last && last < total);
    uint64_t size_bytes;
    if (cln_http_content_length(response, &size_bytes)) FUZZ_CHECK(size_bytes <= UINT64_MAX / 2 + 9);
}

static void check_delays(const cln_http_response *response) {
    cln_retry retry;
    cln_retry_init(&retry, &policy, 7);
    double delay_seconds;
    FUZZ_CHECK(cln_retry_next(&retry, response, &delay_seconds));
    FUZZ_CHECK(delay_seconds >= 0 && delay_seconds <= 100);
}

static bool is_hex(const char *text, size_t size) {
    return text[0] == '\0' || (strlen(text) == size && strspn(text, "0123456789abcdef") == size);
}

static void check_checksums(const cln_http_response *response) {
    cln_checksums checksums;
    cln_checksums_take(&checksums, response, true);
    FUZZ_CHECK(is_hex(checksums.sha256, 64) && is_hex(checksums.md5, 32));
}

static void check_validators(const cln_http_response *response) {
    cln_validators validators = {0};
    must(cln_validators_take(&validators, response, NULL));
    const char *strong = cln_validators_strong(&validators);
    FUZZ_CHECK(strong == NULL || strncmp(strong, "W/", 2) != 0 || strong == validators.last_modified);
    if (validators.etag != NULL || validators.last_modified != NULL) {
        FUZZ_CHECK(cln_validators_agree(&validators, response));
    }
    cln_validators_clean_up(&validators);
}

/* Each header with the same value, as the answer of a busy server and as a part of a file. */
static void check_headers(char *value) {
    static const char *const names[] = {"Content-Range", "Content-Length",        "Retry-After", "Repr-Digest",
                                        "Content-MD5",   "x-amz-checksum-sha256", "ETag",        "Last-Modified",
                                        "Date",          "Content-Digest",        "Digest"};
    cln_http_header headers[sizeof names / sizeof *names];
    const size_t count = sizeof names / sizeof *names;
    for (size_t i = 0; i < count; i++) headers[i] = (cln_http_header){.name = (char *)names[i], .value = value};
    const cln_http_response part = {.status = 206, .headers = headers, .header_count = count};
    const cln_http_response busy = {.status = 503, .headers = headers, .header_count = count};
    check_ranges(&part);
    check_delays(&busy);
    check_checksums(&part);
    check_validators(&part);
}

static void check_body(cln_span body) {
    cln_export_state state;
    char *address = NULL;
    must(cln_export_judge(body, &state, &address, NULL));
    FUZZ_CHECK((address != NULL) == (state == CLN_EXPORT_READY));
    if (address != NULL) {
        char *url = NULL;
        const cln_status status = cln_http_resolve_url("https://a.example/b", address, &url, NULL);
        FUZZ_CHECK(status != CLN_OK || strncmp(url, "https:", 6) == 0);
        free(url);
    }
    free(address);
    cln_download_result arrived = {.size_bytes = body.size};
    arrived.head_size = body.size < sizeof arrived.head ? body.size : sizeof arrived.head;
    if (arrived.head_size > 0) memcpy(arrived.head, body.data, arrived.head_size);
    cln_error err = {0};
    if (cln_refuse_page(&arrived, "http://a.example/", true, &err) != CLN_OK) FUZZ_CHECK(err.message[0] != '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    check_body(fuzz_input(data, size));
    char *value = calloc(1, size + 1);
    if (value == NULL) return 0;
    if (size > 0) memcpy(value, data, size);
    check_headers(value);
    free(value);
    return 0;
}
