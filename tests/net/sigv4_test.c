/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The vectors that AWS publishes: its Signature Version 4 test suite (the
 * requests whose path needs no normalisation, which S3 does not do), and the
 * examples of the S3 documentation
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html).
 */
#include "colonnade/net/sigv4.h"

#include "must.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { FIELDS_MOST = 6 };

typedef struct vector {
    const char *name;
    const char *method;
    const char *path;
    cln_sigv4_field query[FIELDS_MOST]; /* ended by a name that is NULL */
    cln_sigv4_field headers[FIELDS_MOST];
    const char *payload_sha256; /* NULL: none */
    const char *signed_headers;
    const char *signature;
} vector;

#define SUITE_TIME "20150830T123600Z"
#define HOST                                                                                                           \
    { "Host", "example.amazonaws.com" }
#define DATE                                                                                                           \
    { "X-Amz-Date", SUITE_TIME }
#define UNRESERVED "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define FORM_SHA   "9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e"
#define TOKEN                                                                                                          \
    "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwt" \
    "hAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVX" \
    "AkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA=="

static const vector suite[] = {
    {"get-vanilla",
     "GET",
     "/",
     {{0}},
     {HOST, DATE},
     NULL,
     "host;x-amz-date",
     "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
    {"get-vanilla-query-order-key-case",
     "GET",
     "/",
     {{"Param2", "value2"}, {"Param1", "value1"}},
     {HOST, DATE},
     NULL,
     "host;x-amz-date",
     "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
    {"get-vanilla-query-order-value",
     "GET",
     "/",
     {{"Param1", "value2"}, {"Param1", "value1"}},
     {DATE, HOST},
     NULL,
     "host;x-amz-date",
     "5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694"},
    {"get-vanilla-empty-query-key",
     "GET",
     "/",
     {{"Param1", "value1"}},
     {HOST, DATE},
     NULL,
     "host;x-amz-date",
     "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"},
    {"get-vanilla-query-unreserved",
     "GET",
     "/",
     {{UNRESERVED, UNRESERVED}},
     {HOST, DATE},
     NULL,
     "host;x-amz-date",
     "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"},
    {"get-vanilla-utf8-query",
     "GET",
     "/",
     {{"\xe1\x88\xb4", "bar"}},
     {HOST, DATE},
     NULL,
     "host;x-amz-date",
     "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"},
    {"get-unreserved",
     "GET",
     "/" UNRESERVED,
     {{0}},
     {HOST, DATE},
     NULL,
     "host;x-amz-date",
     "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"},
    {"get-utf8",
     "GET",
     "/\xe1\x88\xb4",
     {{0}},
     {HOST, DATE},
     NULL,
     "host;x-amz-date",
     "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"},
    {"get-space",
     "GET",
     "/example space/",
     {{0}},
     {HOST, DATE},
     NULL,
     "host;x-amz-date",
     "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"},
    {"get-header-value-trim",
     "GET",
     "/",
     {{0}},
     {HOST, {"My-Header1", " value1"}, {"My-Header2", " \"a   b   c\""}, DATE},
     NULL,
     "host;my-header1;my-header2;x-amz-date",
     "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
    {"post-vanilla",
     "POST",
     "/",
     {{0}},
     {HOST, DATE},
     NULL,
     "host;x-amz-date",
     "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
    {"post-vanilla-query",
     "POST",
     "/",
     {{"Param1", "value1"}},
     {HOST, DATE},
     NULL,
     "host;x-amz-date",
     "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"},
    {"post-header-key-sort",
     "POST",
     "/",
     {{0}},
     {HOST, {"My-Header1", "value1"}, DATE},
     NULL,
     "host;my-header1;x-amz-date",
     "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c"},
    {"post-header-value-case",
     "POST",
     "/",
     {{0}},
     {HOST, {"My-Header1", "VALUE1"}, DATE},
     NULL,
     "host;my-header1;x-amz-date",
     "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d"},
    {"post-x-www-form-urlencoded",
     "POST",
     "/",
     {{0}},
     {{"Content-Type", "application/x-www-form-urlencoded"}, HOST, DATE},
     FORM_SHA,
     "content-type;host;x-amz-date",
     "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"},
    {"post-sts-header-before",
     "POST",
     "/",
     {{0}},
     {HOST, DATE, {"X-Amz-Security-Token", TOKEN}},
     NULL,
     "host;x-amz-date;x-amz-security-token",
     "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead"},
};

#define S3_TIME "20130524T000000Z"
#define S3_HOST                                                                                                        \
    { "Host", "examplebucket.s3.amazonaws.com" }
#define S3_DATE                                                                                                        \
    { "x-amz-date", S3_TIME }
#define S3_EMPTY                                                                                                       \
    { "x-amz-content-sha256", CLN_SIGV4_EMPTY_SHA256 }
#define S3_SHA256 "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"

static const vector s3_examples[] = {
    {"GET object",
     "GET",
     "/test.txt",
     {{0}},
     {S3_HOST, {"Range", "bytes=0-9"}, S3_EMPTY, S3_DATE},
     NULL,
     "host;range;x-amz-content-sha256;x-amz-date",
     "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"},
    {"PUT object",
     "PUT",
     "/test$file.text",
     {{0}},
     {S3_HOST,
      {"Date", "Fri, 24 May 2013 00:00:00 GMT"},
      {"x-amz-storage-class", "REDUCED_REDUNDANCY"},
      {"x-amz-content-sha256", S3_SHA256},
      S3_DATE},
     S3_SHA256,
     "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
     "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"},
    {"GET bucket lifecycle",
     "GET",
     "/",
     {{"lifecycle", ""}},
     {S3_HOST, S3_EMPTY, S3_DATE},
     NULL,
     "host;x-amz-content-sha256;x-amz-date",
     "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"},
    {"list objects",
     "GET",
     "/",
     {{"prefix", "J"}, {"max-keys", "2"}},
     {S3_HOST, S3_EMPTY, S3_DATE},
     NULL,
     "host;x-amz-content-sha256;x-amz-date",
     "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"},
};

static size_t count_fields(const cln_sigv4_field *fields) {
    size_t count = 0;
    while (count < FIELDS_MOST && fields[count].name != NULL) count++;
    return count;
}

static cln_sigv4_request request_of(const vector *v, const char *time, const char *service) {
    return (cln_sigv4_request){.method = v->method,
                               .path = v->path,
                               .query = v->query,
                               .query_count = count_fields(v->query),
                               .headers = v->headers,
                               .header_count = count_fields(v->headers),
                               .payload_sha256 = v->payload_sha256 == NULL ? CLN_SIGV4_EMPTY_SHA256 : v->payload_sha256,
                               .time = time,
                               .region = "us-east-1",
                               .service = service};
}

static void assert_vectors(const vector *vectors, size_t count, const char *time, const char *service, const char *id,
                           const char *secret) {
    for (size_t i = 0; i < count; i++) {
        const vector *v = &vectors[i];
        const cln_sigv4_request request = request_of(v, time, service);
        char expected[512];
        (void)snprintf(expected, sizeof expected,
                       "AWS4-HMAC-SHA256 Credential=%s/%.8s/us-east-1/%s/aws4_request, SignedHeaders=%s, Signature=%s",
                       id, time, service, v->signed_headers, v->signature);
        cln_buffer text;
        cln_buffer_init(&text, 4096);
        must(cln_sigv4_append_authorization(&text, &request, id, secret, NULL));
        if (strcmp(text.data, expected) != 0) print_message("the vector %s:\n", v->name);
        assert_string_equal(text.data, expected);
        cln_buffer_clean_up(&text);
    }
}

static void the_test_suite_of_aws_is_signed(void **state) {
    (void)state;
    assert_vectors(suite, sizeof suite / sizeof *suite, SUITE_TIME, "service", "AKIDEXAMPLE",
                   "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
}

static void the_examples_of_s3_are_signed(void **state) {
    (void)state;
    assert_vectors(s3_examples, sizeof s3_examples / sizeof *s3_examples, S3_TIME, "s3", "AKIAIOSFODNN7EXAMPLE",
                   "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
}

static void a_canonical_request_is_the_published_one(void **state) {
    (void)state;
    const cln_sigv4_request request = request_of(&s3_examples[1], S3_TIME, "s3");
    cln_buffer text;
    cln_buffer_init(&text, 4096);
    must(cln_sigv4_append_canonical(&text, &request, NULL));
    must(cln_buffer_terminate(&text, NULL));
    assert_string_equal(text.data, "PUT\n/test%24file.text\n\n"
                                   "date:Fri, 24 May 2013 00:00:00 GMT\n"
                                   "host:examplebucket.s3.amazonaws.com\n"
                                   "x-amz-content-sha256:" S3_SHA256 "\n"
                                   "x-amz-date:20130524T000000Z\n"
                                   "x-amz-storage-class:REDUCED_REDUNDANCY\n\n"
                                   "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class\n" S3_SHA256);
    cln_buffer_clean_up(&text);
}

/* What goes over the wire is what was signed: sorted, and encoded once. */
static void the_target_is_sorted_and_encoded(void **state) {
    (void)state;
    const cln_sigv4_field query[] = {{"uploads", ""}, {"prefix", "a b+c/~'(\xc3\xa9)%20"}};
    const cln_sigv4_request request = {.path = "/b/a//../x y+z%20/\xc3\xa9", .query = query, .query_count = 2};
    cln_buffer text;
    cln_buffer_init(&text, 4096);
    must(cln_sigv4_append_target(&text, &request, NULL));
    must(cln_buffer_terminate(&text, NULL));
    assert_string_equal(text.data, "/b/a//../x%20y%2Bz%2520/%C3%A9?prefix=a%20b%2Bc%2F~%27%28%C3%A9%29%2520&uploads=");
    cln_buffer_clean_up(&text);
}

static void a_time_is_written_in_utc(void **state) {
    (void)state;
    char text[CLN_SIGV4_TIME_BYTES];
    cln_sigv4_format_time(1440938160, text);
    assert_string_equal(text, "20150830T123600Z");
}

static void too_many_fields_are_refused(void **state) {
    (void)state;
    cln_sigv4_field headers[CLN_SIGV4_FIELDS_MOST + 1];
    for (size_t i = 0; i <= CLN_SIGV4_FIELDS_MOST; i++) headers[i] = (cln_sigv4_field){"a", "b"};
    const cln_sigv4_request request = {.method = "GET",
                                       .path = "/",
                                       .headers = headers,
                                       .header_count = CLN_SIGV4_FIELDS_MOST + 1,
                                       .payload_sha256 = CLN_SIGV4_EMPTY_SHA256,
                                       .time = S3_TIME,
                                       .region = "us-east-1",
                                       .service = "s3"};
    cln_buffer text;
    cln_buffer_init(&text, 4096);
    assert_int_equal(cln_sigv4_append_authorization(&text, &request, "id", "secret", NULL), CLN_ERR_INTERNAL);
    cln_buffer_clean_up(&text);
}

static void a_secret_of_any_size_is_safe(void **state) {
    (void)state;
    char secret[2048];
    memset(secret, 's', sizeof secret - 1);
    secret[sizeof secret - 1] = '\0';
    const cln_sigv4_request request = request_of(&suite[0], SUITE_TIME, "service");
    cln_buffer text;
    cln_buffer_init(&text, 4096);
    cln_error err;
    assert_int_equal(cln_sigv4_append_authorization(&text, &request, "id", secret, &err), CLN_ERR_USAGE);
    assert_null(strstr(err.message, "ssss"));
    cln_buffer_clean_up(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_test_suite_of_aws_is_signed),
        cmocka_unit_test(the_examples_of_s3_are_signed),
        cmocka_unit_test(a_canonical_request_is_the_published_one),
        cmocka_unit_test(the_target_is_sorted_and_encoded),
        cmocka_unit_test(a_time_is_written_in_utc),
        cmocka_unit_test(too_many_fields_are_refused),
        cmocka_unit_test(a_secret_of_any_size_is_safe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
