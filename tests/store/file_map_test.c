/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Values read where they stand in a mapped file are those that HDF5 reads,
 * and a file that becomes shorter meanwhile is an error and no crash.
 */
#include "folder.h"
#include "sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { ROWS = 200000 };

static const cln_comm alone = {.rank = 0, .size = 1};
static folder place;
static sample table;
static const char *file;

static int set_up(void **state) {
    (void)state;
    folder_make(&place);
    sample_init(&table, ROWS);
    file = folder_file(&place, "p.h5");
    uint64_t size_bytes;
    return sample_write(&table, &alone, file, (sample_split){table.rows, false}, &size_bytes, NULL) != CLN_OK;
}

static int tear_down(void **state) {
    (void)state;
    sample_clean_up(&table);
    folder_remove(&place);
    return 0;
}

static void must_open(cln_dataset **dataset, cln_error *err) {
    if (cln_dataset_open_file(dataset, &alone, file, err) != CLN_OK) fail_msg("%s", err->message);
}

static cln_batch_source *open_source(cln_dataset *dataset, cln_error *err) {
    const char *names[SAMPLE_COLUMNS];
    for (int i = 0; i < SAMPLE_COLUMNS; i++) names[i] = table.columns[i].name;
    cln_batch_source *source = NULL;
    if (cln_dataset_scan(dataset, "columns", -1, names, SAMPLE_COLUMNS, &source, err) != CLN_OK) {
        fail_msg("%s", err->message);
    }
    return source;
}

/* Reads on, and says in how many batches something is not what was stored. */
static cln_status read_on(cln_batch_source *source, size_t *first, size_t *wrong, cln_error *err) {
    cln_batch batch = {.rows = 0};
    cln_status status;
    while ((status = source->get_next(source, &batch, err)) == CLN_OK && batch.rows > 0) {
        for (int i = 0; i < SAMPLE_COLUMNS; i++) {
            *wrong += sample_differences(&table, i, *first, &batch.vectors[i], source->columns[i].dictionary) > 0;
        }
        *first += batch.rows;
    }
    return status;
}

static void check_all(void) {
    cln_dataset *dataset = NULL;
    cln_error err = {.message = ""};
    must_open(&dataset, &err);
    for (int pass = 0; pass < 2; pass++) { /* the second may be in the map */
        cln_batch_source *source = open_source(dataset, &err);
        size_t first = 0, wrong = 0;
        if (read_on(source, &first, &wrong, &err) != CLN_OK) fail_msg("%s", err.message);
        assert_int_equal(wrong, 0);
        assert_int_equal(first, ROWS);
        source->release(source);
    }
    cln_dataset_close(dataset);
}

static void values_are_the_same_with_and_without_a_map(void **state) {
    (void)state;
    static const char *const ways[] = {"never", "always", "again"};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(setenv("COLONNADE_MMAP", ways[i], 1), 0);
        check_all();
    }
    assert_int_equal(unsetenv("COLONNADE_MMAP"), 0);
}

static void cut_the_file(off_t size_bytes) {
    if (truncate(file, size_bytes) != 0) abort();
}

/* Nothing that was given out may be believed once the file was cut, and the
 * scan must not end as if nothing had happened. */
static void a_file_that_shrinks_is_an_error(void **state) {
    (void)state;
    cln_buffer whole = folder_read(file);
    size_t row = 0;
    assert_int_equal(setenv("COLONNADE_MMAP", "always", 1), 0);
    size_t batch_count = 1;
    for (size_t kept = 0; kept < batch_count; kept++) {
        cln_dataset *dataset = NULL;
        cln_error err = {.message = ""};
        must_open(&dataset, &err);
        cln_batch_source *source = open_source(dataset, &err);
        cln_batch batch = {.rows = 0};
        for (size_t i = 0; i < kept; i++) assert_int_equal(source->get_next(source, &batch, &err), CLN_OK);
        row += batch.rows;
        if (row < ROWS) batch_count = kept + 2; /* one more */
        cut_the_file(0);
        size_t first = 0, wrong = 0;
        for (int i = 0; kept > 0 && i < SAMPLE_COLUMNS; i++) {
            wrong += sample_differences(&table, i, 0, &batch.vectors[i], source->columns[i].dictionary);
        }
        assert_true(kept == 0 || wrong > 0); /* other rows, or what is gone: it was read, that is the point */
        assert_int_equal(read_on(source, &first, &wrong, &err), CLN_ERR_IO);
        assert_non_null(strstr(err.message, "p.h5"));
        source->release(source);
        cln_dataset_close(dataset);
        assert_int_equal(cln_file_replace(file, cln_buffer_span(&whole), false, NULL), CLN_OK);
    }
    assert_int_equal(unsetenv("COLONNADE_MMAP"), 0);
    assert_int_equal(row, ROWS); /* the last round cut the file behind the last batch */
    cln_buffer_clean_up(&whole);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_the_same_with_and_without_a_map),
        cmocka_unit_test(a_file_that_shrinks_is_an_error),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
