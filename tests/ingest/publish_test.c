/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where a partition's file stands before, while and after it is published.
 */
#include "colonnade/ingest/publish.h"

#include "base/temporary.h"
#include "harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#include <cmocka.h>

/* One attempt to publish partition p from a file. */
typedef struct attempt {
    cln_ingest_request request;
    cln_sidecar sidecar;
    cln_publication publication;
    cln_digest content, recipe;
    cln_error err;
} attempt;

static char store[TEMPORARY_PATH_BYTES];

static int make_store(void **state) {
    if (temporary_folder_make(state) != 0) return -1;
    (void)snprintf(store, sizeof store, "%s", (const char *)*state);
    must(cln_dataset_lock(store, "d", NULL)); /* makes the folders */
    return 0;
}

static int remove_store(void **state) {
    cln_dataset_unlock(store, "d");
    return temporary_folder_remove(state);
}

/* content tells apart what the file holds. */
static cln_status begin(attempt *a, const char *path, char content) {
    a->request = (cln_ingest_request){.store_dir = store,
                                      .dataset_name = "d",
                                      .path = path,
                                      .partition = "p",
                                      .replace = a->request.replace,
                                      .fsync = true};
    memset(&a->content, content, sizeof a->content);
    memset(&a->recipe, 'r', sizeof a->recipe);
    must(cln_publication_init(&a->publication, &a->request, NULL));
    return cln_publication_look(&a->publication, &a->request, &a->sidecar, &a->err);
}

static bool is_unchanged(const attempt *a) {
    return cln_publication_is_unchanged(&a->publication, &a->request, &a->sidecar, &a->content, &a->recipe);
}

/* As if the partition had been written, with the content as its only byte. */
static cln_status publish(attempt *a, bool is_sample) {
    const cln_published published = {.content = &a->content,
                                     .recipe = &a->recipe,
                                     .sidecar = &a->sidecar,
                                     .rows = 5,
                                     .source_size_bytes = 77,
                                     .size_bytes = 1,
                                     .is_sample = is_sample};
    must(cln_file_replace(a->publication.temporary_path, cln_span_of((char *)a->content.bytes, 1), false, NULL));
    CLN_TRY(cln_publication_prepare(&a->publication, &a->request, &published, &a->err));
    return cln_publication_publish(&a->publication, &a->request, &published, &a->err);
}

static void end(attempt *a) {
    cln_publication_clean_up(&a->publication);
}

static void publish_once(const char *path, char content) {
    attempt a = {.err = {.message = ""}};
    must(begin(&a, path, content));
    must(publish(&a, false));
    end(&a);
}

/* The first byte of the published file, 0 when there is none; *file (may be
 * NULL) is its name, owned by the caller. */
static char published_byte(char **file) {
    cln_manifest manifest;
    bool exists;
    must(cln_manifest_read(&manifest, store, "d", &exists, NULL));
    char byte = '\0';
    if (manifest.partition_count == 1) {
        char *path;
        must(cln_format_string(&path, NULL, "%s/d/%s", store, manifest.partitions[0].file));
        cln_buffer bytes;
        cln_buffer_init(&bytes, 100);
        must(cln_file_read(path, &bytes, NULL));
        byte = bytes.data[0];
        cln_buffer_clean_up(&bytes);
        free(path);
        if (file != NULL) must(cln_copy_string(file, manifest.partitions[0].file, NULL));
    }
    cln_manifest_clean_up(&manifest);
    return byte;
}

static void what_is_published_is_in_the_manifest(void **state) {
    (void)state;
    assert_int_equal(published_byte(NULL), '\0');
    publish_once("/somewhere/x.csv", 'A');
    char *file;
    assert_int_equal(published_byte(&file), 'A');
    assert_int_equal(strncmp(file, "partitions/p.", 13), 0);
    free(file);
    attempt a = {.err = {.message = ""}};
    must(begin(&a, "/elsewhere/x.csv", 'A')); /* the folder is no origin */
    assert_non_null(a.publication.former);
    assert_string_equal(a.publication.former->origin, "x.csv");
    assert_int_equal(a.publication.former->rows, 5);
    assert_true(cln_publication_is_worth_hashing(&a.publication, &a.request, 77));
    assert_false(cln_publication_is_worth_hashing(&a.publication, &a.request, 78));
    assert_false(cln_file_exists(a.publication.temporary_path));
    end(&a);
}

static void unchanged_is_the_same_content_and_recipe(void **state) {
    (void)state;
    publish_once("x.csv", 'A');
    attempt a = {.err = {.message = ""}};
    must(begin(&a, "x.csv", 'A'));
    assert_true(is_unchanged(&a));
    a.recipe.bytes[0] = 'x';
    assert_false(is_unchanged(&a));
    end(&a);
    must(begin(&a, "x.csv", 'B'));
    assert_false(is_unchanged(&a));
    end(&a);
}

static void a_partition_whose_file_is_gone_is_no_more(void **state) {
    publish_once("x.csv", 'A');
    char *file;
    (void)published_byte(&file);
    char path[2 * TEMPORARY_PATH_BYTES];
    (void)snprintf(path, sizeof path, "%s/d/%s", (const char *)*state, file);
    assert_int_equal(unlink(path), 0);
    free(file);
    attempt a = {.err = {.message = ""}};
    must(begin(&a, "x.csv", 'A'));
    assert_false(is_unchanged(&a));
    must(publish(&a, false));
    end(&a);
    assert_int_equal(published_byte(NULL), 'A');
}

static void what_may_be_damaged_is_written_anew(void **state) {
    publish_once("x.csv", 'A');
    char *file;
    (void)published_byte(&file);
    char path[2 * TEMPORARY_PATH_BYTES];
    (void)snprintf(path, sizeof path, "%s/d/%s", (const char *)*state, file);
    free(file);
    attempt a = {.request = {.replace = true}};
    must(begin(&a, "x.csv", 'A')); /* it was asked for */
    assert_false(cln_publication_is_worth_hashing(&a.publication, &a.request, 77));
    assert_false(is_unchanged(&a));
    end(&a);
    a.request.replace = false;
    must(begin(&a, "x.csv", 'A'));
    assert_true(is_unchanged(&a));
    assert_int_equal(truncate(path, 0), 0); /* it has another size */
    assert_false(is_unchanged(&a));
    end(&a);
}

static void another_origin_is_refused(void **state) {
    (void)state;
    publish_once("x.csv", 'A');
    attempt a = {.err = {.message = ""}};
    assert_int_equal(begin(&a, "y.csv", 'A'), CLN_ERR_USAGE);
    assert_non_null(strstr(a.err.message, "x.csv"));
    assert_non_null(strstr(a.err.message, "y.csv"));
    assert_non_null(strstr(a.err.message, "--as"));
    end(&a);
    a.request.replace = true;
    assert_int_equal(begin(&a, "y.csv", 'A'), CLN_OK);
    assert_false(is_unchanged(&a)); /* the manifest must learn the new origin */
    end(&a);
}

static void another_address_of_the_source_is_the_same_origin(void **state) {
    (void)state;
    attempt first = {.sidecar = {.json = (char[]){"{\"url\":\"https://a/x\"}"}, .url = (char[]){"https://a/x"}}};
    must(begin(&first, "x.csv", 'A'));
    must(publish(&first, false));
    end(&first);
    attempt a = {.sidecar = {.json = (char[]){"{\"url\":\"https://b/x\",\"addresses\":[\"https://b/x\"]}"},
                             .url = (char[]){"https://b/x"}}};
    assert_int_equal(begin(&a, "x.csv", 'B'), CLN_ERR_USAGE);
    end(&a);
    a.sidecar.json = (char[]){"{\"url\":\"https://b/x\",\"addresses\":[\"https://a/x\",\"https://b/x\"]}"};
    assert_int_equal(begin(&a, "x.csv", 'B'), CLN_OK);
    end(&a);
}

/* The same rows from another source are another file: no published file is
 * ever written over. */
static void the_name_tells_the_source_apart(void **state) {
    (void)state;
    publish_once("x.csv", 'A');
    char *first, *second;
    (void)published_byte(&first);
    attempt a = {.sidecar = {.json = (char[]){"{\"url\":\"https://a/b\"}"}, .url = (char[]){"https://a/b"}},
                 .request = {.replace = true}};
    must(begin(&a, "x.csv", 'A'));
    assert_false(is_unchanged(&a));
    must(publish(&a, false));
    end(&a);
    (void)published_byte(&second);
    assert_string_not_equal(first, second);
    free(first);
    free(second);
    /* Fetched again, nothing new. */
    a.request.replace = false;
    a.sidecar.json = (char[]){"{\"url\":\"https://a/b\",\"fetched_at\":\"later\"}"};
    must(begin(&a, "x.csv", 'A'));
    assert_true(is_unchanged(&a));
    end(&a);
}

/* However old it is: a reader may have read the former master a moment ago. */
static void a_replaced_file_stays_for_a_while(void **state) {
    publish_once("x.csv", 'A');
    char *file;
    (void)published_byte(&file);
    char path[2 * TEMPORARY_PATH_BYTES];
    (void)snprintf(path, sizeof path, "%s/d/%s", (const char *)*state, file);
    free(file);
    const struct utimbuf long_ago = {.actime = 1700000000, .modtime = 1700000000};
    assert_int_equal(utime(path, &long_ago), 0);
    publish_once("x.csv", 'B');
    struct stat about;
    assert_int_equal(stat(path, &about), 0);
    assert_true(about.st_mtime > 1700000000);
    cln_buffer bytes;
    cln_buffer_init(&bytes, 100);
    must(cln_file_read(path, &bytes, NULL));
    assert_int_equal(bytes.data[0], 'A');
    cln_buffer_clean_up(&bytes);
}

static void a_sample_is_never_taken_for_unchanged_data(void **state) {
    (void)state;
    publish_once("x.csv", 'A');
    attempt a = {.sidecar = {.is_sample = true}};
    must(begin(&a, "x.csv", 'A'));
    assert_false(is_unchanged(&a));
    end(&a);
}

static void kept_rejects_go_with_the_next_success(void **state) {
    (void)state;
    publish_once("x.csv", 'A');
    attempt a = {.err = {.message = ""}};
    must(begin(&a, "x.csv", 'B'));
    must(cln_file_replace(a.publication.temporary_path, text_of("rejects"), false, NULL));
    must(cln_publication_keep_rejects(&a.publication, &a.err));
    assert_true(cln_file_exists(a.publication.rejects_path));
    assert_false(cln_file_exists(a.publication.temporary_path));
    assert_int_equal(published_byte(NULL), 'A');
    must(publish(&a, false));
    assert_false(cln_file_exists(a.publication.rejects_path));
    end(&a);
}

static void what_is_discarded_leaves_nothing(void **state) {
    (void)state;
    publish_once("x.csv", 'A');
    attempt a = {.err = {.message = ""}};
    must(begin(&a, "x.csv", 'B'));
    must(cln_file_replace(a.publication.temporary_path, text_of("half"), false, NULL));
    cln_publication_discard(&a.publication);
    assert_false(cln_file_exists(a.publication.temporary_path));
    end(&a);
    assert_int_equal(published_byte(NULL), 'A');
}

/* The partition is published by then: this is no reason to call it failed. */
static void a_history_that_cannot_be_written_is_no_failure(void **state) {
    must(cln_file_make_dirs(temporary_path(state, "d/history.jsonl"), NULL));
    publish_once("x.csv", 'A');
    assert_int_equal(published_byte(NULL), 'A');
}

int main(void) {
#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, make_store, remove_store)
    const struct CMUnitTest tests[] = {
        WITH_STORE(what_is_published_is_in_the_manifest),
        WITH_STORE(unchanged_is_the_same_content_and_recipe),
        WITH_STORE(a_partition_whose_file_is_gone_is_no_more),
        WITH_STORE(what_may_be_damaged_is_written_anew),
        WITH_STORE(another_origin_is_refused),
        WITH_STORE(another_address_of_the_source_is_the_same_origin),
        WITH_STORE(the_name_tells_the_source_apart),
        WITH_STORE(a_replaced_file_stays_for_a_while),
        WITH_STORE(a_sample_is_never_taken_for_unchanged_data),
        WITH_STORE(kept_rejects_go_with_the_next_success),
        WITH_STORE(what_is_discarded_leaves_nothing),
        WITH_STORE(a_history_that_cannot_be_written_is_no_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
