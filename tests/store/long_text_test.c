/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Long texts come in batches that fit into memory, with their rows complete
 * and their checksums verified.
 */
#include "folder.h"
#include "sample.h"

#include <hdf5.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { LONG_ROWS = 400 };
#define LIMIT_BYTES ((uint64_t)4 << 20)

static const cln_comm alone = {.rank = 0, .size = 1};
static folder place;

/* Mostly 80 KB, one of 6 MB, some empty. */
static size_t size_of(size_t row) {
    if (row == 137) return 6000000;
    return row % 10 == 3 ? 0 : 80000 + row;
}

static char byte_of(size_t row, size_t i) {
    return (char)('a' + (row * 7 + i) % 26);
}

static cln_status write_file(const char *path, cln_error *err) {
    static uint64_t offsets[LONG_ROWS + 1];
    static int64_t records[LONG_ROWS];
    uint64_t nulls = 0;
    for (size_t row = 0; row < LONG_ROWS; row++) {
        offsets[row + 1] = offsets[row] + size_of(row);
        records[row] = (int64_t)row;
        nulls += size_of(row) == 0;
    }
    char *bytes = sample_room(offsets[LONG_ROWS], 1);
    for (size_t row = 0; row < LONG_ROWS; row++) {
        for (size_t i = 0; i < size_of(row); i++) bytes[offsets[row] + i] = byte_of(row, i);
    }
    const cln_stored_column columns[] = {{.name = "record", .type = CLN_TYPE_INTEGER, .max = LONG_ROWS - 1},
                                         {.name = "story",
                                          .type = CLN_TYPE_TEXT,
                                          .null_count = nulls,
                                          .text_size_bytes = offsets[LONG_ROWS],
                                          .text_size_max = 6000000}};
    const cln_stored_table stored = {.name = "columns", .rows = LONG_ROWS, .column_count = 2, .columns = columns};
    const cln_vector numbers = {.type = CLN_TYPE_INTEGER, .rows = LONG_ROWS, .integers = records};
    const cln_vector texts = {.type = CLN_TYPE_TEXT, .rows = LONG_ROWS, .offsets = offsets, .bytes = bytes};
    cln_partition_writer *writer;
    uint64_t size_bytes;
    CLN_TRY(cln_partition_writer_new(&writer, &alone, path, &stored, 1, err));
    cln_status status = cln_partition_writer_put(writer, 0, 0, 0, 0, &numbers, err);
    if (status == CLN_OK) status = cln_partition_writer_put(writer, 0, 1, 0, 0, &texts, err);
    free(bytes);
    if (status == CLN_OK) return cln_partition_writer_finish(writer, NULL, 0, false, &size_bytes, err);
    cln_partition_writer_abandon(writer);
    return status;
}

static int set_up(void **state) {
    (void)state;
    folder_make(&place);
    if (cln_file_make_dirs(folder_file(&place, "d/partitions"), NULL) != CLN_OK) return 1;
    if (write_file(folder_file(&place, "d/partitions/a.h5"), NULL) != CLN_OK) return 1;
    cln_manifest manifest = {.dataset = (char *)(uintptr_t) "d"};
    const cln_partition_info info = {
        .id = (char *)(uintptr_t) "a", .file = (char *)(uintptr_t) "partitions/a.h5", .rows = LONG_ROWS};
    const bool published = cln_manifest_put(&manifest, &info, NULL) == CLN_OK &&
                           cln_manifest_publish(&manifest, place.path, false, NULL) == CLN_OK;
    manifest.dataset = NULL;
    cln_manifest_clean_up(&manifest);
    return !published;
}

static int tear_down(void **state) {
    (void)state;
    folder_remove(&place);
    return 0;
}

static cln_dataset *open_scan(cln_batch_source **source) {
    static const char *const names[] = {"record", "story"};
    cln_dataset *dataset;
    assert_int_equal(cln_dataset_open(&dataset, &alone, place.path, "d", NULL), CLN_OK);
    assert_int_equal(cln_dataset_scan(dataset, "columns", -1, names, 2, source, NULL), CLN_OK);
    return dataset;
}

static bool is_row(size_t row, cln_span text) {
    if (text.size != size_of(row)) return false;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] != byte_of(row, i)) return false;
    }
    return true;
}

static void batches_of_long_texts_are_bounded(void **state) {
    (void)state;
    cln_batch_source *source;
    cln_dataset *dataset = open_scan(&source);
    size_t rows = 0, batches = 0, wrong = 0;
    cln_batch batch = {.rows = 0};
    cln_status status;
    while ((status = source->get_next(source, &batch, NULL)) == CLN_OK && batch.rows > 0) {
        const cln_vector *texts = &batch.vectors[1];
        assert_int_equal(texts->rows, batch.rows);
        assert_true(batch.rows == 1 || texts->offsets[batch.rows] - texts->offsets[0] <= LIMIT_BYTES);
        for (size_t i = 0; i < batch.rows; i++) {
            wrong +=
                batch.vectors[0].integers[i] != (int64_t)(rows + i) || !is_row(rows + i, cln_vector_text(texts, i));
        }
        rows += batch.rows;
        batches++;
    }
    assert_int_equal(status, CLN_OK);
    assert_int_equal(rows, LONG_ROWS);
    assert_int_equal(wrong, 0);
    assert_in_range(batches, 8, 20);
    source->release(source);
    cln_dataset_close(dataset);
}

/* A changed byte of the last text stops the first batch: what is given out was verified. */
static void no_batch_comes_from_a_damaged_block(void **state) {
    (void)state;
    const char *path = folder_file(&place, "d/partitions/a.h5");
    const hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    const hid_t data = H5Dopen2(file, "columns/story/data", H5P_DEFAULT);
    const uint64_t last = H5Dget_offset(data) + H5Dget_storage_size(data) - 1;
    (void)H5Dclose(data);
    (void)H5Fclose(file);
    FILE *opened = fopen(path, "r+b");
    assert_non_null(opened);
    assert_int_equal(fseek(opened, (long)last, SEEK_SET), 0);
    assert_int_equal(fputc('!', opened), '!');
    assert_int_equal(fclose(opened), 0);
    cln_batch_source *source;
    cln_dataset *dataset = open_scan(&source);
    cln_batch batch;
    cln_error err;
    assert_int_equal(source->get_next(source, &batch, &err), CLN_ERR_IO);
    assert_non_null(strstr(err.message, "'story'"));
    source->release(source);
    cln_dataset_close(dataset);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batches_of_long_texts_are_bounded),
        cmocka_unit_test(no_batch_comes_from_a_damaged_block),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
