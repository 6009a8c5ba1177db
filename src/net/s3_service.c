/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/memory.h"
#include "s3_call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define REGION_FALLBACK "us-east-1"

static cln_status set_region(cln_s3 *s3, const char *configured, cln_error *err) {
    if (configured != NULL) return cln_copy_string(&s3->region, configured, err);
    CLN_TRY(cln_aws_find_region(&s3->region, err));
    return s3->region != NULL ? CLN_OK : cln_copy_string(&s3->region, REGION_FALLBACK, err);
}

/* libcurl leaves the scheme's own port out of the header "Host", which is signed. */
static cln_span without_usual_port(cln_span host, const char *port) {
    const size_t size = strlen(port);
    if (host.size > size && memcmp(host.data + host.size - size, port, size) == 0) host.size -= size;
    return host;
}

static cln_status take_endpoint(cln_s3 *s3, const char *endpoint, cln_error *err) {
    const bool is_tls = strncasecmp(endpoint, "https://", 8) == 0;
    const char *begin = endpoint + (is_tls ? 8 : 7);
    const size_t size = strcspn(begin, "/?#@\\ ");
    const bool ends_there = begin[size] == '\0' || strcmp(begin + size, "/") == 0;
    if ((!is_tls && strncasecmp(endpoint, "http://", 7) != 0) || size == 0 || size > 200 || !ends_there) {
        return cln_fail(err, CLN_ERR_USAGE,
                        "the endpoint of object storage, '%.200s', must be https://HOST or https://HOST:PORT (or "
                        "http://)",
                        endpoint);
    }
    s3->has_endpoint = true;
    CLN_TRY(cln_copy_string(&s3->scheme, is_tls ? "https://" : "http://", err));
    return cln_copy_span(&s3->host, without_usual_port(cln_span_of(begin, size), is_tls ? ":443" : ":80"), err);
}

static cln_status set_endpoint(cln_s3 *s3, const char *configured, cln_error *err) {
    if (configured != NULL) return take_endpoint(s3, configured, err);
    char *found;
    CLN_TRY(cln_aws_find_endpoint(&found, err));
    cln_status status = CLN_OK;
    if (found != NULL) {
        status = take_endpoint(s3, found, err);
    } else {
        status = cln_copy_string(&s3->scheme, "https://", err);
        const char *china = strncmp(s3->region, "cn-", 3) == 0 ? ".cn" : "";
        if (status == CLN_OK) status = cln_format_string(&s3->host, err, "s3.%s.amazonaws.com%s", s3->region, china);
    }
    free(found);
    return status;
}

/* Besides the parts, small requests may be on the way: states, listings. */
enum { SMALL_REQUESTS = 4 };

static cln_status fill(cln_s3 *s3, const cln_config_s3 *config, cln_error *err) {
    s3->path_style = config->path_style;
    s3->parts_at_once = config->parts_at_once;
    s3->part_size_bytes = config->part_size_bytes;
    s3->memory_bytes = config->memory_bytes;
    s3->retry = cln_retry_default_policy;
    s3->retry.retries_most = (unsigned)config->retries;
    s3->retry.base_seconds = config->backoff_seconds;
    CLN_TRY(set_region(s3, config->region, err));
    CLN_TRY(set_endpoint(s3, config->endpoint, err));
    CLN_TRY(cln_credentials_new(&s3->credentials, err));
    return cln_http_pool_new(&s3->pool, (size_t)config->parts_at_once + SMALL_REQUESTS, err);
}

cln_status cln_s3_new(cln_s3 **s3, const cln_config_s3 *config, cln_error *err) {
    CLN_TRY(cln_new_array(s3, 1, sizeof **s3, err));
    const cln_status status = fill(*s3, config, err);
    if (status != CLN_OK) {
        cln_s3_free(*s3);
        *s3 = NULL;
    }
    return status;
}

void cln_s3_free(cln_s3 *s3) {
    if (s3 == NULL) return;
    cln_http_pool_free(s3->pool);
    cln_credentials_free(s3->credentials);
    free(s3->scheme);
    free(s3->host);
    free(s3->region);
    free(s3);
}

bool cln_s3_is_address(const char *text) {
    return strncmp(text, CLN_S3_SCHEME, strlen(CLN_S3_SCHEME)) == 0;
}

cln_status cln_s3_parse_address(cln_s3_place *place, const char *address, cln_error *err) {
    const char *bucket = cln_s3_is_address(address) ? address + strlen(CLN_S3_SCHEME) : "";
    const size_t size = strspn(bucket, "abcdefghijklmnopqrstuvwxyz0123456789.-");
    if (size < 3 || size >= CLN_S3_BUCKET_BYTES || (bucket[size] != '\0' && bucket[size] != '/')) {
        return cln_fail(err, CLN_ERR_USAGE,
                        "'%.200s' must be s3://BUCKET or s3://BUCKET/KEY (BUCKET: 3 to 63 of a-z, 0-9, '.' and '-')",
                        address);
    }
    (void)snprintf(place->bucket, sizeof place->bucket, "%.*s", (int)size, bucket);
    place->key = bucket[size] == '\0' ? bucket + size : bucket + size + 1;
    if (strlen(place->key) <= CLN_S3_KEY_MOST_BYTES) return CLN_OK;
    return cln_fail(err, CLN_ERR_USAGE, "the key of '%.100s...' is longer than the %d bytes that a key may have",
                    address, CLN_S3_KEY_MOST_BYTES);
}
