/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Files that are unusual as a whole: very many columns, and files that
 * somebody else writes while they are read.
 */
#include "temp_store.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>

#include <cmocka.h>

static cln_ingest_outcome outcome;
static cln_error err;

static int start_each(void **state) {
    err.message[0] = '\0';
    return make_store(state);
}

/* ---- Columns ---- */

static void append_char(cln_buffer *text, char c) {
    must(cln_buffer_append_char(text, c, NULL));
}

/* A header c0,c1,... and records of numbers, or (stored) the text that the table reads as. */
static void make_wide(cln_buffer *text, int columns, int rows, bool stored) {
    cln_buffer_init(text, SIZE_MAX);
    if (stored) must(cln_buffer_append_string(text, "record:integer ", NULL));
    for (int c = 0; c < columns; c++) {
        if (c > 0) append_char(text, stored ? ' ' : ',');
        must(cln_buffer_append_format(text, NULL, "c%d", c));
        if (stored) must(cln_buffer_append_string(text, ":integer", NULL));
    }
    append_char(text, '\n');
    for (int row = 0; row < rows; row++) {
        if (stored) must(cln_buffer_append_format(text, NULL, "%d|", row + 2));
        for (int c = 0; c < columns; c++) {
            if (c > 0) append_char(text, stored ? '|' : ',');
            must(cln_buffer_append_format(text, NULL, "%d", (row * 7 + c * 13) % 1000));
        }
        append_char(text, '\n');
    }
    must(cln_buffer_terminate(text, NULL));
}

/* Each record spans several stripes. */
static void two_thousand_columns(void **state) {
    (void)state;
    enum { COLUMNS = 2000, ROWS = 10 };
    cln_buffer file, expected;
    make_wide(&file, COLUMNS, ROWS, false);
    make_wide(&expected, COLUMNS, ROWS, true);
    write_file("x.csv", cln_buffer_span(&file));
    cln_ingest_request request = request_for(in_folder("x.csv"), "x", NULL);
    request.stripe_size_bytes = 1000;
    assert_int_equal(ingest_with(&world, &request, &outcome, &err), CLN_OK);
    assert_int_equal(outcome.rows, ROWS);
    assert_int_equal(cln_account_bytes(&outcome.account), file.size);
    assert_true(columns_read_as(expected.data));
    cln_buffer_clean_up(&file);
    cln_buffer_clean_up(&expected);
}

static bool nothing_is_stored(void) {
    return root_finds(world.rank != 0 || !cln_file_exists(in_folder("store/d/master.h5")));
}

static void more_columns_than_are_stored(void **state) {
    (void)state;
    cln_buffer file;
    make_wide(&file, 100000, 2, false);
    assert_int_equal(ingest_bytes(cln_buffer_span(&file), NULL, &outcome, &err), CLN_ERR_DATA);
    assert_non_null(strstr(err.message, "100000 columns; at most 4096"));
    assert_true(nothing_is_stored());
    cln_buffer_clean_up(&file);
}

/* ---- Somebody writes ---- */

enum { FILE_BYTES = 4 << 20, LEAST_BYTES = 1 << 20 };

typedef struct writer {
    pthread_t thread;
    int descriptor;
    bool shrinks;
    atomic_bool has_begun;
    atomic_bool should_end;
} writer;

/* Changes the file as often as it can, until it is told to end. */
static void *keep_writing(void *argument) {
    writer *w = argument;
    off_t size = FILE_BYTES;
    while (!atomic_load(&w->should_end)) {
        if (!w->shrinks) {
            size += 4;
            if (pwrite(w->descriptor, "1,2\n", 4, size - 4) != 4) abort();
        } else {
            size -= size > LEAST_BYTES;
            if (ftruncate(w->descriptor, size) != 0) abort();
        }
        atomic_store(&w->has_begun, true);
    }
    return NULL;
}

static void start_writer(writer *w, bool shrinks) {
    if (world.rank != 0) return;
    *w = (writer){.shrinks = shrinks};
    w->descriptor = open(in_folder("x.csv"), O_RDWR | O_CLOEXEC);
    if (w->descriptor < 0 || pthread_create(&w->thread, NULL, keep_writing, w) != 0) abort();
    while (!atomic_load(&w->has_begun)) continue;
}

static void end_writer(writer *w) {
    if (world.rank != 0) return;
    atomic_store(&w->should_end, true);
    if (pthread_join(w->thread, NULL) != 0) abort();
    (void)close(w->descriptor);
}

static void ingest_while_written(bool shrinks) {
    char *bytes;
    must(cln_new_array(&bytes, FILE_BYTES, 1, NULL));
    for (size_t i = 0; i < FILE_BYTES; i++) bytes[i] = "1,2\n"[i % 4];
    write_file("x.csv", cln_span_of(bytes, FILE_BYTES));
    free(bytes);
    writer w;
    start_writer(&w, shrinks);
    MPI_Barrier(world.mpi);
    const cln_ingest_request request = request_for(in_folder("x.csv"), "x", NULL);
    const cln_status status = ingest_with(&world, &request, &outcome, &err);
    end_writer(&w);
    assert_int_equal(status, CLN_ERR_IO);
    assert_non_null(strstr(err.message, "while it "));
    assert_true(nothing_is_stored());
}

static void a_file_that_grows_is_refused(void **state) {
    (void)state;
    ingest_while_written(false);
}

static void a_file_that_shrinks_is_refused(void **state) {
    (void)state;
    ingest_while_written(true);
}

int main(void) {
    cln_comm_prepare_environment();
    cln_comm_start(&world);
#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, start_each, remove_store)
    const struct CMUnitTest tests[] = {
        WITH_STORE(two_thousand_columns),
        WITH_STORE(more_columns_than_are_stored),
        WITH_STORE(a_file_that_grows_is_refused),
        WITH_STORE(a_file_that_shrinks_is_refused),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    cln_comm_stop(&world);
    return failed;
}
