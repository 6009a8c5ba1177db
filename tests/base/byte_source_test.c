/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/byte_source.h"

#include "base/temporary.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void write_file(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fputs(text, file) >= 0, 1);
    assert_int_equal(fclose(file), 0);
}

static cln_byte_source *open_source(const char *path) {
    cln_error err;
    cln_byte_source *source;
    assert_int_equal(cln_byte_source_open_file(&source, path, &err), CLN_OK);
    return source;
}

static void reads_at_any_offset(void **state) {
    const char *path = temporary_path(state, "data.csv");
    write_file(path, "0123456789");
    cln_byte_source *source = open_source(path);
    cln_error err;
    char data[4];
    assert_int_equal(source->size_bytes, 10);
    assert_string_equal(source->name, path);
    assert_int_equal(source->read_at(source, 6, data, 4, &err), CLN_OK);
    assert_memory_equal(data, "6789", 4);
    assert_int_equal(source->read_at(source, 0, data, 4, &err), CLN_OK);
    assert_memory_equal(data, "0123", 4);
    assert_int_equal(source->read_at(source, 10, data, 0, &err), CLN_OK);
    assert_int_equal(source->check_unchanged(source, &err), CLN_OK);
    source->release(source);
}

static void reads_beyond_four_gibibytes(void **state) {
    const char *path = temporary_path(state, "large.csv");
    const uint64_t offset = ((uint64_t)5 << 30) + 3;
    const int descriptor = open(path, O_WRONLY | O_CREAT, 0600);
    assert_true(descriptor >= 0);
    const bool written = pwrite(descriptor, "tail", 4, (off_t)offset) == 4;
    (void)close(descriptor);
    if (!written) skip(); /* a file system without large or sparse files */
    cln_byte_source *source = open_source(path);
    char data[4];
    assert_int_equal(source->size_bytes, offset + 4);
    assert_int_equal(source->read_at(source, offset, data, 4, NULL), CLN_OK);
    assert_memory_equal(data, "tail", 4);
    source->release(source);
}

static void tells_of_a_file_that_shrank(void **state) {
    const char *path = temporary_path(state, "data.csv");
    write_file(path, "0123456789");
    cln_byte_source *source = open_source(path);
    cln_error err;
    char data[10];
    assert_int_equal(truncate(path, 6), 0);
    assert_int_equal(source->read_at(source, 0, data, 10, &err), CLN_ERR_IO);
    assert_non_null(strstr(err.message, "shrank while it was read"));
    assert_non_null(strstr(err.message, "ends at byte 6"));
    assert_int_equal(source->check_unchanged(source, &err), CLN_ERR_IO);
    source->release(source);
}

static void reads_nothing_that_came_after_opening(void **state) {
    const char *path = temporary_path(state, "data.csv");
    write_file(path, "0123");
    cln_byte_source *source = open_source(path);
    write_file(path, "012345");
    cln_error err;
    char data[2];
    assert_int_equal(source->read_at(source, 4, data, 2, &err), CLN_ERR_IO);
    assert_int_equal(source->check_unchanged(source, &err), CLN_ERR_IO);
    assert_non_null(strstr(err.message, "had 4 bytes when it was opened and has 6 now"));
    source->release(source);
}

static void notices_a_rewrite_of_the_same_size(void **state) {
    const char *path = temporary_path(state, "data.csv");
    write_file(path, "0123");
    cln_byte_source *source = open_source(path);
    const struct timespec times[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
    cln_error err;
    assert_int_equal(source->check_unchanged(source, &err), CLN_ERR_IO);
    assert_non_null(strstr(err.message, path));
    source->release(source);
}

static void notices_another_file_of_that_name(void **state) {
    const char *path = temporary_path(state, "data.csv");
    const char *other = temporary_path(state, "other.csv");
    write_file(path, "0123");
    write_file(other, "0123");
    cln_byte_source *source = open_source(path);
    assert_int_equal(rename(other, path), 0);
    cln_error err;
    assert_int_equal(source->check_unchanged(source, &err), CLN_ERR_IO);
    assert_non_null(strstr(err.message, "replaced by another file"));
    assert_int_equal(unlink(path), 0);
    assert_int_equal(source->check_unchanged(source, &err), CLN_ERR_IO);
    assert_non_null(strstr(err.message, "went away"));
    source->release(source);
}

static void assert_refused(const char *path, const char *words) {
    cln_error err;
    cln_byte_source *source;
    assert_int_equal(cln_byte_source_open_file(&source, path, &err), CLN_ERR_IO);
    assert_null(source);
    assert_non_null(strstr(err.message, path));
    assert_non_null(strstr(err.message, words));
}

static void refuses_what_is_no_file(void **state) {
    assert_refused(temporary_path(state, "absent.csv"), "there is no file");
    assert_refused(*state, "is a folder");
    assert_int_equal(mkfifo(temporary_path(state, "pipe"), 0600), 0);
    assert_refused(temporary_path(state, "pipe"), "is a pipe"); /* and does not wait for a writer */
    assert_refused("/dev/null", "is a device");
    if (geteuid() != 0) { /* root may read everything */
        write_file(temporary_path(state, "secret.csv"), "a");
        assert_int_equal(chmod(temporary_path(state, "secret.csv"), 0), 0);
        assert_refused(temporary_path(state, "secret.csv"), "may not be read");
    }
}

static void reads_memory_within_its_bounds(void **state) {
    (void)state;
    cln_byte_source *source;
    cln_error err;
    char data[8];
    assert_int_equal(cln_byte_source_of_memory(&source, "bytes", cln_span_of_string("abcdef"), &err), CLN_OK);
    assert_int_equal(source->size_bytes, 6);
    assert_int_equal(source->read_at(source, 2, data, 4, &err), CLN_OK);
    assert_memory_equal(data, "cdef", 4);
    assert_int_equal(source->read_at(source, 3, data, 4, &err), CLN_ERR_IO);
    assert_int_equal(source->read_at(source, UINT64_MAX, data, 2, &err), CLN_ERR_IO);
    assert_int_equal(source->check_unchanged(source, &err), CLN_OK);
    source->release(source);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, temporary_folder_make, temporary_folder_remove)

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_FOLDER(reads_at_any_offset),
        IN_FOLDER(reads_beyond_four_gibibytes),
        IN_FOLDER(tells_of_a_file_that_shrank),
        IN_FOLDER(reads_nothing_that_came_after_opening),
        IN_FOLDER(notices_a_rewrite_of_the_same_size),
        IN_FOLDER(notices_another_file_of_that_name),
        IN_FOLDER(refuses_what_is_no_file),
        cmocka_unit_test(reads_memory_within_its_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
