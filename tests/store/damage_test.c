/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A damaged store is an error that says where, never a wrong value and never
 * a crash.
 */
#include "folder.h"
#include "sample.h"

#include <hdf5.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* HDF5 1.10 loses memory of its own when it meets damaged metadata; the leak
 * checker, where it is built in, asks here. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) {
    return "leak:libhdf5\n";
}

static const cln_comm alone = {.rank = 0, .size = 1};
static folder place;
static sample table;
static char file[512], master[512];

static cln_status publish(uint64_t rows, uint64_t size_bytes, cln_error *err) {
    cln_partition_info info = {.id = (char *)(uintptr_t) "2015",
                               .file = (char *)(uintptr_t) "partitions/2015.00ff.h5",
                               .content_hash = (char *)(uintptr_t) "00ff",
                               .origin = (char *)(uintptr_t) "a.csv",
                               .rows = rows,
                               .size_bytes = size_bytes};
    cln_manifest manifest;
    bool exists;
    CLN_TRY(cln_manifest_read(&manifest, place.path, "d", &exists, err));
    cln_status status = cln_manifest_put(&manifest, &info, err);
    if (status == CLN_OK) status = cln_manifest_publish(&manifest, place.path, false, err);
    cln_manifest_clean_up(&manifest);
    return status;
}

static int set_up(void **state) {
    (void)state;
    folder_make(&place);
    sample_init(&table, 66000);
    (void)snprintf(file, sizeof file, "%s/d/partitions/2015.00ff.h5", place.path);
    (void)snprintf(master, sizeof master, "%s/d/master.h5", place.path);
    uint64_t size_bytes;
    return cln_file_make_dirs(folder_file(&place, "d/partitions"), NULL) != CLN_OK ||
           sample_write(&table, &alone, file, (sample_split){table.rows, false}, &size_bytes, NULL) != CLN_OK ||
           publish(table.rows, size_bytes, NULL) != CLN_OK;
}

static int tear_down(void **state) {
    (void)state;
    sample_clean_up(&table);
    folder_remove(&place);
    return 0;
}

static cln_status scan_columns(cln_dataset *dataset, size_t *wrong, cln_error *err) {
    const char *names[SAMPLE_COLUMNS];
    for (int i = 0; i < SAMPLE_COLUMNS; i++) names[i] = table.columns[i].name;
    cln_batch_source *source;
    CLN_TRY(cln_dataset_scan(dataset, "columns", -1, names, SAMPLE_COLUMNS, &source, err));
    size_t first = 0;
    cln_batch batch = {.rows = 0};
    cln_status status;
    while ((status = source->get_next(source, &batch, err)) == CLN_OK && batch.rows > 0) {
        for (int i = 0; i < SAMPLE_COLUMNS; i++) {
            *wrong += !batch.recorded[i] ||
                      sample_differences(&table, i, first, &batch.vectors[i], source->columns[i].dictionary) > 0;
        }
        first += batch.rows;
    }
    source->release(source);
    return status;
}

/* Reads everything; wrong counts the blocks whose values are not what was stored. */
static cln_status read_all(size_t *wrong, cln_error *err) {
    *wrong = 0;
    err->message[0] = '\0';
    cln_dataset *dataset;
    CLN_TRY(cln_dataset_open(&dataset, &alone, place.path, "d", err));
    const cln_status status = scan_columns(dataset, wrong, err);
    cln_dataset_close(dataset);
    return status;
}

static unsigned char change_byte(const char *path, uint64_t offset, unsigned char with) {
    FILE *opened = fopen(path, "r+b");
    if (opened == NULL || fseek(opened, (long)offset, SEEK_SET) != 0) abort();
    const int before = fgetc(opened);
    if (fseek(opened, (long)offset, SEEK_SET) != 0 || fputc(before ^ with, opened) == EOF) abort();
    if (fclose(opened) != 0) abort();
    return (unsigned char)before;
}

static uint64_t place_of(const char *dataset) {
    const hid_t opened = H5Fopen(file, H5F_ACC_RDONLY, H5P_DEFAULT);
    const hid_t values = H5Dopen2(opened, dataset, H5P_DEFAULT);
    const haddr_t offset = H5Dget_offset(values);
    (void)H5Dclose(values);
    (void)H5Fclose(opened);
    assert_true(offset != HADDR_UNDEF);
    return offset;
}

static void the_whole_file_reads(void **state) {
    (void)state;
    size_t wrong;
    cln_error err;
    assert_int_equal(read_all(&wrong, &err), CLN_OK);
    assert_int_equal(wrong, 0);
}

static void a_changed_byte_names_partition_column_and_rows(void **state) {
    (void)state;
    static const struct {
        const char *dataset, *column;
        uint64_t byte;
        const char *rows;
    } cases[] = {
        {"columns/small", "'small'", 5, "rows 1 to 65536"},
        {"columns/small", "'small'", 65536, "rows 65537 to 66000"},
        {"columns/severity/values", "'severity'", 131071, "rows 1 to 65536"},
        {"columns/severity/mask", "'severity'", 65999, "rows 65537 to 66000"},
        {"columns/longitude", "'longitude'", 7, "rows 1 to 65536"},
        {"columns/happened", "'happened'", 65536 * 4, "rows 65537 to 66000"},
        {"columns/condition/codes", "'condition'", 0, "rows 1 to 65536"},
        {"columns/address/sizes", "'address'", 65999, "rows 65537 to 66000"},
        {"columns/summary/sizes", "'summary'", 65999, "rows 65537 to 66000"},
        {"columns/summary/codes", "'summary'", 7, "rows 1 to 65536"},
        {"columns/summary/data", "'summary'", 1, "rows 1 to 65536"},
        {"columns/address/data", "'address'", 100, "rows 1 to 65536"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const uint64_t offset = place_of(cases[i].dataset) + cases[i].byte;
        size_t wrong;
        cln_error err;
        (void)change_byte(file, offset, 0x10);
        assert_int_equal(read_all(&wrong, &err), CLN_ERR_IO);
        (void)change_byte(file, offset, 0x10);
        assert_int_equal(wrong, 0);
        assert_non_null(strstr(err.message, cases[i].column));
        assert_non_null(strstr(err.message, "'2015'"));
        assert_non_null(strstr(err.message, cases[i].rows));
        assert_non_null(strstr(err.message, "checksum"));
    }
}

static void a_changed_dictionary_is_an_error(void **state) {
    (void)state;
    const uint64_t offset = place_of("columns/area/dictionary") + 3000;
    size_t wrong;
    cln_error err;
    (void)change_byte(file, offset, 1);
    assert_int_equal(read_all(&wrong, &err), CLN_ERR_IO);
    (void)change_byte(file, offset, 1);
    assert_non_null(strstr(err.message, "'area'"));
    assert_non_null(strstr(err.message, "dictionary"));
}

/* Any byte at all: the same values or an error, but no other values. */
static void no_changed_byte_changes_a_value(void **state) {
    (void)state;
    const char *const paths[] = {file, master};
    for (size_t p = 0; p < 2; p++) {
        cln_buffer bytes = folder_read(paths[p]);
        const uint64_t size = bytes.size;
        cln_buffer_clean_up(&bytes);
        uint64_t random = 12345;
        for (int i = 0; i < 60; i++) {
            random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            /* Most of the file is values; its metadata stands in the first and last kilobytes. */
            const uint64_t range = i % 3 == 0 ? size : size < 60000 ? size : 60000;
            const uint64_t offset = i % 3 == 1 ? size - 1 - (random >> 33) % range : (random >> 33) % range;
            size_t wrong;
            cln_error err;
            const unsigned char with = (unsigned char)(1u << (random >> 61));
            (void)change_byte(paths[p], offset, with);
            const cln_status status = read_all(&wrong, &err);
            (void)change_byte(paths[p], offset, with);
            assert_int_equal(wrong, 0);
            assert_true(status == CLN_OK || (status == CLN_ERR_IO && err.message[0] != '\0'));
        }
    }
}

static void a_cut_file_is_an_error(void **state) {
    (void)state;
    cln_buffer bytes = folder_read(file);
    static const size_t cuts[] = {0, 1, 100, 5000, 400000};
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        size_t wrong;
        cln_error err;
        const size_t left = bytes.size - cuts[i] - 1;
        assert_int_equal(truncate(file, i == 0 ? 0 : (off_t)left), 0);
        assert_int_equal(read_all(&wrong, &err), CLN_ERR_IO);
        assert_non_null(strstr(err.message, "2015.00ff.h5"));
        assert_int_equal(cln_file_replace(file, cln_buffer_span(&bytes), false, &err), CLN_OK);
    }
    cln_buffer_clean_up(&bytes);
}

static void another_file_in_its_place_is_an_error(void **state) {
    (void)state;
    cln_buffer bytes = folder_read(file);
    size_t wrong;
    cln_error err;
    assert_int_equal(unlink(file), 0);
    assert_int_equal(read_all(&wrong, &err), CLN_ERR_IO);
    assert_non_null(strstr(err.message, "missing"));
    char *noise = sample_room(bytes.size, 1);
    memset(noise, 'x', bytes.size);
    assert_int_equal(cln_file_replace(file, cln_span_of(noise, bytes.size), false, &err), CLN_OK);
    assert_int_equal(read_all(&wrong, &err), CLN_ERR_IO);
    assert_non_null(strstr(err.message, "2015.00ff.h5"));
    assert_int_equal(cln_file_replace(file, cln_buffer_span(&bytes), false, &err), CLN_OK);
    free(noise);
    /* The master speaks of other rows or another size. */
    assert_int_equal(publish(table.rows + 1, bytes.size, &err), CLN_OK);
    assert_int_equal(read_all(&wrong, &err), CLN_ERR_IO);
    assert_non_null(strstr(err.message, "rows"));
    assert_int_equal(publish(table.rows, bytes.size - 1, &err), CLN_OK);
    assert_int_equal(read_all(&wrong, &err), CLN_ERR_IO);
    assert_non_null(strstr(err.message, "bytes"));
    assert_int_equal(publish(table.rows, bytes.size, &err), CLN_OK);
    assert_int_equal(read_all(&wrong, &err), CLN_OK);
    cln_buffer_clean_up(&bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_whole_file_reads),
        cmocka_unit_test(a_changed_byte_names_partition_column_and_rows),
        cmocka_unit_test(a_changed_dictionary_is_an_error),
        cmocka_unit_test(no_changed_byte_changes_a_value),
        cmocka_unit_test(a_cut_file_is_an_error),
        cmocka_unit_test(another_file_in_its_place_is_an_error),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
