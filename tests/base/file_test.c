/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/file.h"

#include "base/temporary.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void assert_contents(const char *path, const char *expected) {
    cln_error err;
    cln_buffer contents;
    cln_buffer_init(&contents, 1 << 20);
    assert_int_equal(cln_file_read(path, &contents, &err), CLN_OK);
    assert_int_equal(contents.size, strlen(expected));
    assert_memory_equal(contents.data, expected, contents.size);
    cln_buffer_clean_up(&contents);
}

static void replaces_a_file_and_leaves_no_temporary(void **state) {
    const char *path = temporary_path(state, "manifest");
    cln_error err;
    assert_int_equal(cln_file_replace(path, cln_span_of_string("the first, longer one"), true, &err), CLN_OK);
    assert_contents(path, "the first, longer one");
    assert_int_equal(cln_file_replace(path, cln_span_of_string("second"), false, &err), CLN_OK);
    assert_contents(path, "second");
    assert_int_equal(temporary_count_entries(state), 1);
}

static void keeps_the_old_file_when_the_new_one_does_not_fit(void **state) {
    const char *path = temporary_path(state, "manifest");
    cln_error err;
    assert_int_equal(cln_file_replace(path, cln_span_of_string("old"), false, &err), CLN_OK);
    struct rlimit former;
    (void)getrlimit(RLIMIT_FSIZE, &former);
    (void)signal(SIGXFSZ, SIG_IGN);
    (void)setrlimit(RLIMIT_FSIZE, &(struct rlimit){.rlim_cur = 4, .rlim_max = former.rlim_max});
    const cln_status status = cln_file_replace(path, cln_span_of_string("larger than allowed"), false, &err);
    (void)setrlimit(RLIMIT_FSIZE, &former);
    assert_int_equal(status, CLN_ERR_IO);
    assert_non_null(strstr(err.message, path));
    assert_contents(path, "old");
    assert_int_equal(temporary_count_entries(state), 1);
}

static void finds_what_a_name_leads_to(void **state) {
    const char *file = temporary_path(state, "file");
    const char *link_path = temporary_path(state, "link");
    char *target;
    bool is_special;
    cln_error err;
    assert_int_equal(cln_file_resolve(&target, &is_special, file, &err), CLN_OK); /* a name that is free */
    assert_string_equal(target, file);
    assert_false(is_special);
    free(target);
    assert_int_equal(symlink(file, link_path), 0);
    assert_int_equal(cln_file_resolve(&target, &is_special, link_path, &err), CLN_ERR_IO);
    assert_non_null(strstr(err.message, "a symbolic link to nothing"));
    assert_int_equal(cln_file_replace(file, cln_span_of_string("x"), false, &err), CLN_OK);
    assert_int_equal(cln_file_resolve(&target, &is_special, link_path, &err), CLN_OK);
    assert_string_equal(strrchr(target, '/'), "/file");
    free(target);
    const char *pipe_path = temporary_path(state, "pipe");
    assert_int_equal(mkfifo(pipe_path, 0600), 0);
    assert_int_equal(cln_file_resolve(&target, &is_special, pipe_path, &err), CLN_OK);
    assert_true(is_special);
    free(target);
}

static void refuses_to_replace_a_folder(void **state) {
    const char *path = temporary_path(state, "folder");
    cln_error err;
    assert_int_equal(cln_file_make_dirs(path, &err), CLN_OK);
    assert_int_equal(cln_file_replace(path, cln_span_of_string("x"), false, &err), CLN_ERR_IO);
    assert_int_equal(temporary_count_entries(state), 1);
}

static void tells_of_a_full_disk(void **state) {
    (void)state;
    const int descriptor = open("/dev/full", O_WRONLY);
    if (descriptor < 0) skip();
    cln_error err;
    assert_int_equal(cln_file_write_at(descriptor, "some.h5", 7, "abc", 3, &err), CLN_ERR_IO);
    assert_non_null(strstr(err.message, "byte 7 of some.h5"));
    (void)close(descriptor);
}

static void writes_at_an_offset(void **state) {
    const char *path = temporary_path(state, "data");
    cln_error err;
    assert_int_equal(cln_file_replace(path, cln_span_of_string("0123456789"), false, &err), CLN_OK);
    const int descriptor = open(path, O_WRONLY);
    assert_int_equal(cln_file_write_at(descriptor, path, 4, "abc", 3, &err), CLN_OK);
    (void)close(descriptor);
    assert_contents(path, "0123abc789");
}

static void refuses_files_beyond_the_limit(void **state) {
    const char *path = temporary_path(state, "config.json");
    cln_error err;
    cln_buffer contents;
    cln_buffer_init(&contents, 10);
    assert_int_equal(cln_file_replace(path, cln_span_of_string("0123456789"), false, &err), CLN_OK);
    assert_int_equal(cln_file_read(path, &contents, &err), CLN_OK);
    assert_int_equal(cln_file_replace(path, cln_span_of_string("0123456789x"), false, &err), CLN_OK);
    assert_int_equal(cln_file_read(path, &contents, &err), CLN_ERR_IO);
    assert_non_null(strstr(err.message, "larger than the 10 bytes"));
    assert_int_equal(cln_file_read(*state, &contents, &err), CLN_ERR_IO);
    assert_non_null(strstr(err.message, "folder"));
    assert_int_equal(cln_file_read(temporary_path(state, "absent"), &contents, &err), CLN_ERR_IO);
    assert_non_null(strstr(err.message, "absent"));
    cln_buffer_clean_up(&contents);
}

static void makes_folders_on_the_way(void **state) {
    cln_error err;
    assert_int_equal(cln_file_make_dirs(temporary_path(state, "a/b//c/"), &err), CLN_OK);
    assert_true(cln_file_exists(temporary_path(state, "a/b/c")));
    assert_int_equal(cln_file_make_dirs(temporary_path(state, "a/b/c"), &err), CLN_OK);
    assert_int_equal(cln_file_sync_dir(temporary_path(state, "a"), &err), CLN_OK);
    assert_int_equal(cln_file_replace(temporary_path(state, "a/file"), cln_span_of_string(""), false, &err), CLN_OK);
    assert_int_equal(cln_file_make_dirs(temporary_path(state, "a/file/d"), &err), CLN_ERR_IO);
    assert_non_null(strstr(err.message, "a file has that name"));
}

static void assert_span(cln_span span, const char *expected) {
    assert_int_equal(span.size, strlen(expected));
    assert_memory_equal(span.data, expected, span.size);
}

static void takes_paths_apart(void **state) {
    (void)state;
    assert_span(cln_path_name("a/b.csv"), "b.csv");
    assert_span(cln_path_name("b.csv"), "b.csv");
    assert_span(cln_path_name("a/"), "");
    assert_span(cln_path_stem("a.d/b.csv"), "b");
    assert_span(cln_path_stem("a.d/b"), "b");
    assert_span(cln_path_stem("b.tar.gz"), "b.tar");
    assert_span(cln_path_stem("a/.hidden"), ".hidden");
    assert_span(cln_path_stem("a/"), "");
    assert_span(cln_path_data_stem("a.d/b.csv"), "b");
    assert_span(cln_path_data_stem("a.d/b.csv.gz"), "b");
    assert_span(cln_path_data_stem("b.1.csv.zst"), "b.1");
    assert_span(cln_path_data_stem("b.gz"), "b");
    assert_span(cln_path_data_stem(".gz"), ".gz");
    assert_span(cln_path_data_stem("a/"), "");
}

static void joins_paths(void **state) {
    (void)state;
    static const char *const cases[][3] = {{"a", "b", "a/b"}, {"a/", "b", "a/b"}, {"/", "b", "/b"}, {"", "b", "b"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *path;
        assert_int_equal(cln_path_join(&path, cases[i][0], cases[i][1], NULL), CLN_OK);
        assert_string_equal(path, cases[i][2]);
        free(path);
    }
}

static void lets_no_name_leave_its_folder(void **state) {
    (void)state;
    static const char *const unsafe[] = {"", ".", "..", ".hidden", "-rf", "a/b", "/etc", "a\nb", "a\x7f"};
    for (size_t i = 0; i < sizeof unsafe / sizeof unsafe[0]; i++) assert_false(cln_path_is_safe_name(unsafe[i]));
    assert_true(cln_path_is_safe_name("2015-07 calls_311.v2"));
    char name[202];
    memset(name, 'x', sizeof name);
    name[200] = '\0';
    assert_true(cln_path_is_safe_name(name));
    name[200] = 'x';
    name[201] = '\0';
    assert_false(cln_path_is_safe_name(name));
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, temporary_folder_make, temporary_folder_remove)

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_FOLDER(replaces_a_file_and_leaves_no_temporary),
        IN_FOLDER(keeps_the_old_file_when_the_new_one_does_not_fit),
        IN_FOLDER(refuses_to_replace_a_folder),
        IN_FOLDER(finds_what_a_name_leads_to),
        cmocka_unit_test(tells_of_a_full_disk),
        IN_FOLDER(writes_at_an_offset),
        IN_FOLDER(refuses_files_beyond_the_limit),
        IN_FOLDER(makes_folders_on_the_way),
        cmocka_unit_test(takes_paths_apart),
        cmocka_unit_test(joins_paths),
        cmocka_unit_test(lets_no_name_leave_its_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
