/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One ingest at a time, a dead one stops nobody, and what it left goes.
 */
#include "colonnade/base/cleanup.h"
#include "folder.h"
#include "small.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <utime.h>

#include <cmocka.h>

static folder place;

static int set_up(void **state) {
    (void)state;
    folder_make(&place);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    folder_remove(&place);
    return 0;
}

static void write_text(const char *path, const char *text) {
    assert_int_equal(cln_file_replace(path, cln_span_of_string(text), false, NULL), CLN_OK);
}

static void a_lock_is_held_once(void **state) {
    (void)state;
    cln_error err = {.message = ""};
    assert_int_equal(cln_dataset_lock(place.path, "d", &err), CLN_OK);
    assert_true(cln_file_exists(folder_file(&place, "d/lock")));
    assert_true(cln_file_exists(folder_file(&place, "d/partitions")));
    assert_int_equal(cln_dataset_lock(place.path, "d", &err), CLN_ERR_IO);
    char process[32], host[256];
    (void)snprintf(process, sizeof process, "process %ld", (long)getpid());
    assert_int_equal(gethostname(host, sizeof host), 0);
    assert_non_null(strstr(err.message, process));
    assert_non_null(strstr(err.message, host));
    assert_non_null(strstr(err.message, "d/lock"));
    assert_int_equal(cln_dataset_lock(place.path, "other", &err), CLN_OK);
    cln_dataset_unlock(place.path, "other");
    cln_dataset_unlock(place.path, "d");
    assert_false(cln_file_exists(folder_file(&place, "d/lock")));
    assert_int_equal(cln_dataset_lock(place.path, "d", &err), CLN_OK);
    cln_dataset_unlock(place.path, "d");
}

static void the_lock_of_a_dead_process_is_taken_over(void **state) {
    (void)state;
    const pid_t child = fork();
    if (child == 0) _exit(cln_dataset_lock(place.path, "dead", NULL) != CLN_OK);
    int result;
    assert_int_equal(waitpid(child, &result, 0), child);
    assert_int_equal(result, 0);
    assert_true(cln_file_exists(folder_file(&place, "dead/lock")));
    cln_error err = {.message = ""};
    assert_int_equal(cln_dataset_lock(place.path, "dead", &err), CLN_OK);
    assert_int_equal(cln_dataset_lock(place.path, "dead", &err), CLN_ERR_IO);
    cln_dataset_unlock(place.path, "dead");
}

/* The lock that this process would write, with a number instead of one of its. */
static void write_lock(const char *dataset, const char *key, const char *number) {
    cln_error err = {.message = ""};
    assert_int_equal(cln_dataset_lock(place.path, dataset, &err), CLN_OK);
    char path[64], changed[1024] = "";
    (void)snprintf(path, sizeof path, "%s/lock", dataset);
    cln_buffer text = folder_read(folder_file(&place, path));
    assert_int_equal(cln_buffer_terminate(&text, NULL), CLN_OK);
    char *rest = text.data;
    const size_t key_size = strlen(key);
    for (const char *line = strsep(&rest, "\n"); line != NULL && line[0] != '\0'; line = strsep(&rest, "\n")) {
        const size_t used = strlen(changed);
        const bool is_it = strncmp(line, key, key_size) == 0;
        (void)snprintf(changed + used, sizeof changed - used, "%s%s\n", is_it ? key : line, is_it ? number : "");
    }
    cln_dataset_unlock(place.path, dataset);
    assert_int_equal(cln_file_make_dirs(folder_file(&place, dataset), NULL), CLN_OK);
    write_text(folder_file(&place, path), changed);
    cln_buffer_clean_up(&text);
}

/* The number of a dead process may belong to another one by now. */
static void a_process_with_the_same_number_is_another(void **state) {
    (void)state;
    write_lock("reused", "started ", "1");
    cln_error err = {.message = ""};
    assert_int_equal(cln_dataset_lock(place.path, "reused", &err), CLN_OK);
    cln_dataset_unlock(place.path, "reused");
}

/* From here a process of another container, or of another machine of the same
 * name, looks dead. */
static void a_process_of_another_namespace_is_believed_to_live(void **state) {
    (void)state;
    static const char *const keys[] = {"pid_namespace ", "boot "};
    for (size_t i = 0; i < 2; i++) {
        cln_error err = {.message = ""};
        write_lock("contained", "started ", "1");
        assert_int_equal(cln_dataset_lock(place.path, "contained", &err), CLN_OK);
        cln_dataset_unlock(place.path, "contained");
        write_lock("contained", keys[i], "1");
        assert_int_equal(cln_dataset_lock(place.path, "contained", &err), CLN_ERR_IO);
        assert_non_null(strstr(err.message, "remove"));
        assert_int_equal(unlink(folder_file(&place, "contained/lock")), 0);
    }
}

/* Ours was removed by hand. */
static void the_lock_of_another_is_left(void **state) {
    (void)state;
    cln_error err = {.message = ""};
    assert_int_equal(cln_dataset_lock(place.path, "lost", &err), CLN_OK);
    write_text(folder_file(&place, "lost/lock"), "host elsewhere.example\nprocess 1\nstarted 1\nsince 1700000000\n");
    cln_dataset_unlock(place.path, "lost");
    assert_true(cln_file_exists(folder_file(&place, "lost/lock")));
}

/* Its clean-up cannot be registered: the lock must not stay for ever. */
static void a_lock_that_cannot_be_kept_is_left(void **state) {
    (void)state;
    enum { MORE_THAN_THE_REGISTRY = 1000 };
    int count = 0;
    char path[64];
    for (; count < MORE_THAN_THE_REGISTRY; count++) {
        (void)snprintf(path, sizeof path, "/nonexistent/colonnade/%d", count);
        if (cln_cleanup_register_path(path, NULL) != CLN_OK) break;
    }
    cln_error err = {.message = ""};
    assert_int_equal(cln_dataset_lock(place.path, "full", &err), CLN_ERR_INTERNAL);
    assert_false(cln_file_exists(folder_file(&place, "full/lock")));
    while (count-- > 0) {
        (void)snprintf(path, sizeof path, "/nonexistent/colonnade/%d", count);
        cln_cleanup_unregister_path(path);
    }
    assert_int_equal(cln_dataset_lock(place.path, "full", &err), CLN_OK);
    cln_dataset_unlock(place.path, "full");
}

static void another_host_is_believed_to_live(void **state) {
    (void)state;
    assert_int_equal(cln_file_make_dirs(folder_file(&place, "far"), NULL), CLN_OK);
    write_text(folder_file(&place, "far/lock"), "host elsewhere.example\nprocess 1\nstarted 1\nsince 1700000000\n");
    cln_error err;
    assert_int_equal(cln_dataset_lock(place.path, "far", &err), CLN_ERR_IO);
    assert_non_null(strstr(err.message, "elsewhere.example"));
    assert_true(cln_file_exists(folder_file(&place, "far/lock")));
}

static void a_lock_without_a_name_is_believed_for_a_minute(void **state) {
    (void)state;
    assert_int_equal(cln_file_make_dirs(folder_file(&place, "empty"), NULL), CLN_OK);
    const char *lock = folder_file(&place, "empty/lock");
    write_text(lock, "");
    cln_error err;
    assert_int_equal(cln_dataset_lock(place.path, "empty", &err), CLN_ERR_IO);
    assert_non_null(strstr(err.message, "remove"));
    const struct utimbuf long_ago = {.actime = 1700000000, .modtime = 1700000000};
    assert_int_equal(utime(lock, &long_ago), 0);
    assert_int_equal(cln_dataset_lock(place.path, "empty", &err), CLN_OK);
    cln_dataset_unlock(place.path, "empty");
}

static void what_dead_runs_left_goes(void **state) {
    (void)state;
    static const small_column columns[] = {{"record", CLN_TYPE_INTEGER, "", {"2"}}, {.name = NULL}};
    cln_error err = {.message = ""};
    assert_int_equal(small_publish(place.path, "tidy", "a", columns, 1, &err), CLN_OK);
    assert_int_equal(cln_file_make_dirs(folder_file(&place, "tidy/unpublished"), NULL), CLN_OK);
    static const char *const dead[] = {"tidy/.tmp-master.h5-99", "tidy/partitions/.tmp-b.h5",
                                       "tidy/history.jsonl.tmp-12345", "tidy/unpublished/.tmp-c.h5"};
    static const char *const kept[] = {"tidy/partitions/b.77.h5" /* younger than an hour */, "tidy/history.jsonl",
                                       "tidy/unpublished/c.h5"};
    for (size_t i = 0; i < 4; i++) write_text(folder_file(&place, dead[i]), "x");
    for (size_t i = 0; i < 3; i++) write_text(folder_file(&place, kept[i]), "x");
    assert_int_equal(cln_dataset_lock(place.path, "tidy", &err), CLN_OK);
    cln_dataset_unlock(place.path, "tidy");
    for (size_t i = 0; i < 4; i++) assert_false(cln_file_exists(folder_file(&place, dead[i])));
    for (size_t i = 0; i < 3; i++) assert_true(cln_file_exists(folder_file(&place, kept[i])));
    cln_dataset *dataset;
    assert_int_equal(cln_dataset_open(&dataset, &small_comm, place.path, "tidy", &err), CLN_OK);
    cln_dataset_close(dataset);
}

static void history_is_one_line_for_each_entry(void **state) {
    (void)state;
    cln_error err = {.message = ""};
    assert_int_equal(cln_file_make_dirs(folder_file(&place, "told"), NULL), CLN_OK);
    assert_int_equal(cln_dataset_record_history(place.path, "told", "{\"a\":\n 1}", &err), CLN_OK);
    assert_int_equal(cln_dataset_record_history(place.path, "told", "{}", &err), CLN_OK);
    assert_int_equal(cln_dataset_record_history(place.path, "told", "[1]", &err), CLN_ERR_INTERNAL);
    cln_buffer text = folder_read(folder_file(&place, "told/history.jsonl"));
    assert_int_equal(cln_buffer_terminate(&text, NULL), CLN_OK);
    const char *second = strchr(text.data, '\n');
    assert_non_null(second);
    assert_int_equal(strncmp(second - 7, ",\"a\":1}", 7), 0);
    assert_non_null(strstr(second, "\"host\":"));
    assert_non_null(strstr(second, "\"user\":"));
    assert_non_null(strstr(second, "\"version\":"));
    assert_string_equal(text.data + text.size - 2, "}\n");
    assert_null(strstr(second, ",}"));
    cln_buffer_clean_up(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lock_is_held_once),
        cmocka_unit_test(the_lock_of_a_dead_process_is_taken_over),
        cmocka_unit_test(a_process_with_the_same_number_is_another),
        cmocka_unit_test(a_process_of_another_namespace_is_believed_to_live),
        cmocka_unit_test(the_lock_of_another_is_left),
        cmocka_unit_test(a_lock_that_cannot_be_kept_is_left),
        cmocka_unit_test(another_host_is_believed_to_live),
        cmocka_unit_test(a_lock_without_a_name_is_believed_for_a_minute),
        cmocka_unit_test(what_dead_runs_left_goes),
        cmocka_unit_test(history_is_one_line_for_each_entry),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
