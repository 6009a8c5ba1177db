/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every operation on object storage against a server that checks signatures;
 * service_test.sh starts it. S3_ENDPOINT says where it is.
 */
#include "colonnade/net/s3_multipart.h"

#include "must.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BUCKET "colonnade-service"

static cln_config_s3 config = {
    .part_size_bytes = 5 << 20, .parts_at_once = 4, .memory_bytes = 64 << 20, .retries = 5, .backoff_seconds = 0.5};
static cln_s3 *s3;

static int open_bucket(void **state) {
    (void)state;
    must(cln_s3_new(&s3, &config, NULL));
    must(cln_s3_bucket_create(s3, BUCKET, NULL));
    return 0;
}

static int close_bucket(void **state) {
    (void)state;
    cln_s3_free(s3);
    return 0;
}

static void put(const char *key, const char *text) {
    cln_error err = {{0}};
    const cln_status status = cln_s3_put(s3, BUCKET, key, cln_span_of_string(text), NULL, 0, &err);
    if (status != CLN_OK) print_message("%s\n", err.message);
    assert_int_equal(status, CLN_OK);
}

static void assert_object(const char *key, const char *text) {
    cln_buffer body;
    cln_buffer_init(&body, 1 << 20);
    bool exists = false;
    cln_error err = {{0}};
    const cln_status status = cln_s3_get(s3, BUCKET, key, &body, &exists, &err);
    if (status != CLN_OK) print_message("%s\n", err.message);
    assert_int_equal(status, CLN_OK);
    assert_true(exists);
    assert_int_equal(body.size, strlen(text));
    if (body.size > 0) assert_memory_equal(body.data, text, body.size);
    cln_buffer_clean_up(&body);
}

/* Each of these has broken a signer somewhere. */
static const char *const unusual_keys[] = {
    "keys/plain.csv",
    "keys/with space",
    "keys/plus+plus",
    "keys/per%cent %41",
    "keys/til~de",
    "keys/apo's",
    "keys/paren(th)esis",
    "keys/st*r!",
    "keys/\xc3\xa9t\xc3\xa9",
    "keys/\xe6\x97\xa5\xe6\x9c\xac",
    "keys/equals=a&b",
    "keys/que?st#ion",
    "keys/semi;colon,:@",
    "keys/dollar$",
    "keys/quote\"<>&amp;",
    "keys/a//b",
    "keys/../dots/./x",
    "keys/brackets[]{}|\\^`",
};

static void unusual_keys_are_keys(void **state) {
    (void)state;
    const size_t count = sizeof unusual_keys / sizeof *unusual_keys;
    for (size_t i = 0; i < count; i++) put(unusual_keys[i], unusual_keys[i]);
    for (size_t i = 0; i < count; i++) assert_object(unusual_keys[i], unusual_keys[i]);
    cln_s3_list list;
    must(cln_s3_list_objects(s3, BUCKET, "keys/", 0, &list, NULL));
    assert_int_equal(list.count, count);
    for (size_t i = 0; i < count; i++) {
        size_t at = 0;
        while (at < list.count && strcmp(list.objects[at].key, unusual_keys[i]) != 0) at++;
        if (at == list.count) print_message("not listed: %s\n", unusual_keys[i]);
        assert_true(at < list.count);
        assert_true(list.objects[at].size_bytes == strlen(unusual_keys[i]));
    }
    cln_s3_list_clean_up(&list);
    must(cln_s3_delete(s3, BUCKET, unusual_keys, count, NULL));
    must(cln_s3_list_objects(s3, BUCKET, "keys/", 0, &list, NULL));
    assert_int_equal(list.count, 0);
    cln_s3_list_clean_up(&list);
}

static void an_object_tells_what_it_is(void **state) {
    (void)state;
    cln_s3_info info;
    must(cln_s3_head(s3, BUCKET, "info", &info, NULL));
    assert_false(info.exists);
    const cln_s3_meta meta[] = {{"colonnade-upload", "x y"}};
    must(cln_s3_put(s3, BUCKET, "info", cln_span_of_string("abc"), meta, 1, NULL));
    must(cln_s3_head(s3, BUCKET, "info", &info, NULL));
    assert_true(info.exists);
    assert_true(info.is_ours);
    assert_true(info.size_bytes == 3);
    assert_string_equal(info.etag, "\"900150983cd24fb0d6963f7d28e17f72\"");
    assert_string_equal(info.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_string_equal(info.upload, "x y");
    assert_non_null(info.last_modified);
    cln_s3_info_clean_up(&info);
    put("empty", "");
    assert_object("empty", "");
}

static void ranges_are_exact_and_pinned(void **state) {
    (void)state;
    enum { SIZE = 3 << 20 };
    char *bytes = malloc(SIZE);
    char *got = malloc(SIZE);
    must(bytes == NULL || got == NULL ? CLN_ERR_INTERNAL : CLN_OK);
    for (size_t i = 0; i < SIZE; i++) bytes[i] = (char)(i * 2654435761U >> 13);
    must(cln_s3_put(s3, BUCKET, "ranges", cln_span_of(bytes, SIZE), NULL, 0, NULL));
    cln_s3_info info;
    must(cln_s3_head(s3, BUCKET, "ranges", &info, NULL));
    static const size_t cuts[][2] = {{0, SIZE}, {0, 1}, {SIZE - 1, 1}, {1, SIZE - 2}, {1048575, 1048578}};
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
        memset(got, 0, SIZE);
        must(cln_s3_get_range(s3, BUCKET, "ranges", info.etag, cuts[i][0], got, cuts[i][1], NULL));
        assert_memory_equal(got, bytes + cuts[i][0], cuts[i][1]);
    }
    put("ranges", "another");
    cln_error err;
    assert_int_equal(cln_s3_get_range(s3, BUCKET, "ranges", info.etag, 0, got, 4, &err), CLN_ERR_IO);
    assert_non_null(strstr(err.message, "replaced while it was read"));
    assert_int_equal(cln_s3_get_range(s3, BUCKET, "ranges", NULL, 4, got, 400, &err), CLN_ERR_IO);
    cln_s3_info_clean_up(&info);
    free(bytes);
    free(got);
}

/* The server's pages have 100 keys. */
static void long_listings_have_pages(void **state) {
    (void)state;
    enum { COUNT = 207 };
    static char keys[COUNT][32];
    static const char *pointers[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        (void)snprintf(keys[i], sizeof keys[i], "many/%04zu", i);
        pointers[i] = keys[i];
        put(keys[i], "");
    }
    cln_s3_list list;
    must(cln_s3_list_objects(s3, BUCKET, "many/", 0, &list, NULL));
    assert_int_equal(list.count, COUNT);
    for (size_t i = 0; i < COUNT; i++) assert_string_equal(list.objects[i].key, keys[i]);
    cln_s3_list_clean_up(&list);
    must(cln_s3_list_objects(s3, BUCKET, "many/", 3, &list, NULL));
    assert_int_equal(list.count, 3);
    cln_s3_list_clean_up(&list);
    must(cln_s3_delete(s3, BUCKET, pointers, COUNT, NULL));
    must(cln_s3_list_objects(s3, BUCKET, "many/", 0, &list, NULL));
    assert_int_equal(list.count, 0);
    cln_s3_list_clean_up(&list);
}

static void uploads_are_listed_and_given_up(void **state) {
    (void)state;
    char *id;
    must(cln_s3_multipart_create(s3, BUCKET, "parts/a b", NULL, 0, &id, NULL));
    cln_s3_upload_list uploads;
    must(cln_s3_multipart_list_uploads(s3, BUCKET, "parts/", &uploads, NULL));
    assert_int_equal(uploads.count, 1);
    assert_string_equal(uploads.uploads[0].key, "parts/a b");
    assert_string_equal(uploads.uploads[0].upload_id, id);
    cln_s3_upload_list_clean_up(&uploads);
    cln_s3_part_list parts;
    bool exists = false;
    must(cln_s3_multipart_list(s3, BUCKET, "parts/a b", id, &parts, &exists, NULL));
    assert_true(exists);
    assert_int_equal(parts.count, 0);
    cln_s3_part_list_clean_up(&parts);
    must(cln_s3_multipart_abort(s3, BUCKET, "parts/a b", id, NULL));
    must(cln_s3_multipart_abort(s3, BUCKET, "parts/a b", id, NULL));
    must(cln_s3_multipart_list(s3, BUCKET, "parts/a b", id, &parts, &exists, NULL));
    assert_false(exists);
    cln_s3_part_list_clean_up(&parts);
    must(cln_s3_multipart_list_uploads(s3, BUCKET, "parts/", &uploads, NULL));
    assert_int_equal(uploads.count, 0);
    cln_s3_upload_list_clean_up(&uploads);
    free(id);
}

static void assert_refused(const char *words) {
    cln_s3 *other;
    cln_error err = {{0}};
    must(cln_s3_new(&other, &config, NULL));
    cln_s3_list list;
    assert_int_equal(cln_s3_list_objects(other, BUCKET, "", 0, &list, &err), CLN_ERR_IO);
    if (strstr(err.message, words) == NULL) print_message("it says: %s\n", err.message);
    assert_non_null(strstr(err.message, words));
    assert_null(strstr(err.message, getenv("AWS_SECRET_ACCESS_KEY")));
    cln_s3_list_clean_up(&list);
    cln_s3_free(other);
}

static void wrong_keys_are_refused_with_advice(void **state) {
    (void)state;
    char *const secret = strdup(getenv("AWS_SECRET_ACCESS_KEY"));
    char *const id = strdup(getenv("AWS_ACCESS_KEY_ID"));
    (void)setenv("AWS_SECRET_ACCESS_KEY", "wrong-secret", 1);
    assert_refused("the secret key does not belong to the access key id");
    (void)setenv("AWS_SECRET_ACCESS_KEY", secret, 1);
    (void)setenv("AWS_ACCESS_KEY_ID", "test:nobody", 1);
    assert_refused("the secret key does not belong to the access key id");
    (void)setenv("AWS_ACCESS_KEY_ID", id, 1);
    free(secret);
    free(id);
}

static void another_region_is_told(void **state) {
    (void)state;
    cln_config_s3 elsewhere = config;
    char region[] = "eu-west-1";
    elsewhere.region = region;
    cln_s3 *other;
    must(cln_s3_new(&other, &elsewhere, NULL));
    cln_s3_list list;
    cln_error err;
    assert_int_equal(cln_s3_list_objects(other, BUCKET, "", 0, &list, &err), CLN_ERR_USAGE);
    assert_non_null(strstr(err.message, "the bucket is in the region us-east-1, not in eu-west-1"));
    cln_s3_list_clean_up(&list);
    cln_s3_free(other);
}

static void a_missing_bucket_is_told(void **state) {
    (void)state;
    bool exists = true;
    must(cln_s3_bucket_exists(s3, "colonnade-missing", &exists, NULL));
    assert_false(exists);
    cln_error err;
    assert_int_equal(cln_s3_put(s3, "colonnade-missing", "a", cln_span_of_string("b"), NULL, 0, &err), CLN_ERR_IO);
    assert_non_null(strstr(err.message, "there is no such bucket"));
    cln_buffer body;
    cln_buffer_init(&body, 100);
    assert_int_equal(cln_s3_get(s3, "colonnade-missing", "a", &body, &exists, &err), CLN_ERR_IO);
    assert_non_null(strstr(err.message, "there is no such bucket"));
    cln_buffer_clean_up(&body);
}

static void buckets_come_and_go(void **state) {
    (void)state;
    bool exists = false;
    must(cln_s3_bucket_create(s3, "colonnade-other", NULL));
    must(cln_s3_bucket_exists(s3, "colonnade-other", &exists, NULL));
    assert_true(exists);
    must(cln_s3_put(s3, "colonnade-other", "a", cln_span_of_string("b"), NULL, 0, NULL));
    cln_error err;
    assert_int_equal(cln_s3_bucket_delete(s3, "colonnade-other", &err), CLN_ERR_IO);
    assert_non_null(strstr(err.message, "it still holds objects"));
    static const char *const keys[] = {"a", "never-there"};
    must(cln_s3_delete(s3, "colonnade-other", keys, 2, NULL));
    must(cln_s3_bucket_delete(s3, "colonnade-other", NULL));
    must(cln_s3_bucket_exists(s3, "colonnade-other", &exists, NULL));
    assert_false(exists);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unusual_keys_are_keys),
        cmocka_unit_test(an_object_tells_what_it_is),
        cmocka_unit_test(ranges_are_exact_and_pinned),
        cmocka_unit_test(long_listings_have_pages),
        cmocka_unit_test(uploads_are_listed_and_given_up),
        cmocka_unit_test(wrong_keys_are_refused_with_advice),
        cmocka_unit_test(another_region_is_told),
        cmocka_unit_test(a_missing_bucket_is_told),
        cmocka_unit_test(buckets_come_and_go),
    };
    return cmocka_run_group_tests(tests, open_bucket, close_bucket);
}
