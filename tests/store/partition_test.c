/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What stands in a partition file, and what its writer refuses.
 */
#include "../../src/store/layout.h"
#include "folder.h"
#include "sample.h"
#include "small.h"

#include "colonnade/base/hash.h"

#include <hdf5.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/resource.h>

#include <cmocka.h>

static folder place;
static sample table;
static hid_t file;

static int set_up(void **state) {
    (void)state;
    folder_make(&place);
    sample_init(&table, 70000);
    uint64_t size_bytes;
    const char *path = folder_file(&place, "sample.h5");
    if (sample_write(&table, &small_comm, path, (sample_split){table.rows, false}, &size_bytes, NULL) != CLN_OK) {
        return 1;
    }
    file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    return file < 0;
}

static int tear_down(void **state) {
    (void)state;
    (void)H5Fclose(file);
    sample_clean_up(&table);
    folder_remove(&place);
    return 0;
}

static void check_stored(const char *path, H5T_class_t class, size_t width, uint64_t length) {
    const hid_t dataset = H5Dopen2(file, path, H5P_DEFAULT);
    assert_true(dataset >= 0);
    const hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset);
    assert_int_equal(H5Tget_class(type), class);
    assert_int_equal(H5Tget_size(type), width);
    assert_int_equal(H5Sget_simple_extent_npoints(space), length);
    (void)H5Sclose(space);
    (void)H5Tclose(type);
    (void)H5Dclose(dataset);
}

static void values_take_the_least_width(void **state) {
    (void)state;
    check_stored("columns/record", H5T_INTEGER, 4, 70000);
    check_stored("columns/small", H5T_INTEGER, 1, 70000);
    check_stored("columns/severity/values", H5T_INTEGER, 2, 70000);
    check_stored("columns/severity/mask", H5T_ENUM, 1, 70000);
    check_stored("columns/huge_ids/values", H5T_INTEGER, 8, 70000);
    check_stored("columns/flag", H5T_ENUM, 1, 70000);
    check_stored("columns/maybe/values", H5T_ENUM, 1, 70000);
    check_stored("columns/longitude", H5T_FLOAT, 8, 70000);
    check_stored("columns/happened", H5T_INTEGER, 4, 70000);
    check_stored("columns/area/codes", H5T_INTEGER, 2, 70000);
    check_stored("columns/area/categories", H5T_STRING, H5Tget_size(H5T_C_S1) * sizeof(char *), 300);
    check_stored("columns/condition/codes", H5T_INTEGER, 1, 70000);
    check_stored("columns/address/sizes", H5T_INTEGER, 1, 70000);
    check_stored("columns/address/data", H5T_INTEGER, 1, table.columns[ADDRESS].text_size_bytes);
    check_stored("columns/summary/sizes", H5T_INTEGER, 1, 70000);
    check_stored("columns/summary/codes", H5T_INTEGER, 1, 70000);
    check_stored("columns/summary/data", H5T_INTEGER, 1, table.columns[SUMMARY].text_size_bytes);
}

static void widths_change_at_the_bounds_of_types(void **state) {
    (void)state;
    assert_int_equal(cln_signed_width(INT8_MIN, INT8_MAX), 1);
    assert_int_equal(cln_signed_width(0, INT8_MAX + 1), 2);
    assert_int_equal(cln_signed_width(INT8_MIN - 1, 0), 2);
    assert_int_equal(cln_signed_width(INT16_MIN, INT16_MAX), 2);
    assert_int_equal(cln_signed_width(0, INT16_MAX + 1), 4);
    assert_int_equal(cln_signed_width(INT16_MIN - 1, 0), 4);
    assert_int_equal(cln_signed_width(INT32_MIN, INT32_MAX), 4);
    assert_int_equal(cln_signed_width(0, (int64_t)INT32_MAX + 1), 8);
    assert_int_equal(cln_signed_width((int64_t)INT32_MIN - 1, 0), 8);
    assert_int_equal(cln_size_width(UINT8_MAX), 1);
    assert_int_equal(cln_size_width(UINT8_MAX + 1), 2);
    assert_int_equal(cln_size_width(UINT16_MAX), 2);
    assert_int_equal(cln_size_width(UINT16_MAX + 1), 4);
    assert_int_equal(cln_time_width((int64_t)INT32_MIN + 1, INT32_MAX), 4);
    assert_int_equal(cln_time_width(INT32_MIN, 0), 8); /* that is the null */
    assert_int_equal(cln_time_width(0, (int64_t)INT32_MAX + 1), 8);
}

static void nulls_alone_take_no_space(void **state) {
    (void)state;
    static const char *const paths[] = {
        "columns/no_integer/values", "columns/no_integer/mask",   "columns/no_boolean/values", "columns/no_double",
        "columns/no_time",           "columns/no_category/codes", "columns/no_text/sizes",     "columns/no_text/data"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        const hid_t dataset = H5Dopen2(file, paths[i], H5P_DEFAULT);
        assert_true(dataset >= 0);
        assert_int_equal(H5Dget_storage_size(dataset), 0);
        (void)H5Dclose(dataset);
    }
}

/* Programs that know nothing of us read nulls where nothing is stored. */
static void unstored_values_read_as_nulls(void **state) {
    (void)state;
    static int64_t values[70000];
    const hid_t time = H5Dopen2(file, "columns/no_time", H5P_DEFAULT);
    assert_true(H5Dread(time, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    assert_true(values[0] == INT32_MIN && values[69999] == INT32_MIN);
    (void)H5Dclose(time);
    const hid_t codes = H5Dopen2(file, "columns/no_category/codes", H5P_DEFAULT);
    assert_true(H5Dread(codes, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    assert_true(values[0] == -1 && values[69999] == -1);
    (void)H5Dclose(codes);
}

typedef struct read_zone {
    uint64_t first_row, nulls;
    int64_t min, max;
    double least, greatest;
    uint64_t first_byte;
    uint32_t crc32c, crc32c_mask, crc32c_data, crc32c_codes;
} read_zone;

static void read_zones(const char *column, read_zone zones[2], bool is_double) {
    char path[128];
    (void)snprintf(path, sizeof path, "zones/columns/%s", column);
    const hid_t dataset = H5Dopen2(file, path, H5P_DEFAULT);
    assert_true(dataset >= 0);
    const hid_t type = H5Tcreate(H5T_COMPOUND, sizeof(read_zone));
    (void)H5Tinsert(type, "first_row", HOFFSET(read_zone, first_row), H5T_NATIVE_UINT64);
    (void)H5Tinsert(type, "nulls", HOFFSET(read_zone, nulls), H5T_NATIVE_UINT64);
    (void)H5Tinsert(type, "min", is_double ? HOFFSET(read_zone, least) : HOFFSET(read_zone, min),
                    is_double ? H5T_NATIVE_DOUBLE : H5T_NATIVE_INT64);
    (void)H5Tinsert(type, "max", is_double ? HOFFSET(read_zone, greatest) : HOFFSET(read_zone, max),
                    is_double ? H5T_NATIVE_DOUBLE : H5T_NATIVE_INT64);
    (void)H5Tinsert(type, "crc32c", HOFFSET(read_zone, crc32c), H5T_NATIVE_UINT32);
    (void)H5Tinsert(type, "crc32c_mask", HOFFSET(read_zone, crc32c_mask), H5T_NATIVE_UINT32);
    (void)H5Tinsert(type, "crc32c_data", HOFFSET(read_zone, crc32c_data), H5T_NATIVE_UINT32);
    (void)H5Tinsert(type, "crc32c_codes", HOFFSET(read_zone, crc32c_codes), H5T_NATIVE_UINT32);
    (void)H5Tinsert(type, "first_byte", HOFFSET(read_zone, first_byte), H5T_NATIVE_UINT64);
    memset(zones, 0, 2 * sizeof *zones);
    assert_true(H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, zones) >= 0);
    (void)H5Tclose(type);
    (void)H5Dclose(dataset);
}

/* Against bytes read by HDF5 alone. */
static uint32_t crc_of(const char *path, uint64_t first, uint64_t count, size_t width) {
    const hid_t dataset = H5Dopen2(file, path, H5P_DEFAULT);
    const hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset);
    const hsize_t start[1] = {first}, size[1] = {count};
    const hid_t memory = H5Screate_simple(1, size, NULL);
    (void)H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, size, NULL);
    char *bytes = sample_room(count, width);
    assert_true(H5Dread(dataset, type, memory, space, H5P_DEFAULT, bytes) >= 0);
    const uint32_t crc = cln_crc32c(0, bytes, count * width);
    free(bytes);
    (void)H5Sclose(memory);
    (void)H5Sclose(space);
    (void)H5Tclose(type);
    (void)H5Dclose(dataset);
    return crc;
}

static void zones_tell_of_their_rows(void **state) {
    (void)state;
    read_zone zones[2];
    read_zones("severity", zones, false);
    for (size_t z = 0; z < 2; z++) {
        const size_t first = z * 65536, end = z == 0 ? 65536 : table.rows;
        read_zone want = {.min = INT64_MAX, .max = INT64_MIN};
        for (size_t i = first; i < end; i++) {
            const int64_t value = table.integers[SEVERITY][i];
            want.nulls += value == CLN_NULL_INTEGER;
            if (value == CLN_NULL_INTEGER) continue;
            if (value < want.min) want.min = value;
            if (value > want.max) want.max = value;
        }
        assert_int_equal(zones[z].first_row, first);
        assert_int_equal(zones[z].nulls, want.nulls);
        assert_int_equal(zones[z].min, want.min);
        assert_int_equal(zones[z].max, want.max);
        assert_int_equal(zones[z].crc32c, crc_of("columns/severity/values", first, end - first, 2));
        assert_int_equal(zones[z].crc32c_mask, crc_of("columns/severity/mask", first, end - first, 1));
    }
    read_zones("longitude", zones, true);
    double least = INFINITY, greatest = -INFINITY;
    for (size_t i = 65536; i < table.rows; i++) {
        least = fmin(least, table.doubles[LONGITUDE][i]);
        greatest = fmax(greatest, table.doubles[LONGITUDE][i]);
    }
    assert_true(zones[1].least == least && zones[1].greatest == greatest);
    assert_int_equal(zones[1].crc32c, crc_of("columns/longitude", 65536, 70000 - 65536, 8));
}

static void zones_of_texts_cover_both_parts(void **state) {
    (void)state;
    read_zone zones[2];
    read_zones("address", zones, false);
    const uint64_t *offsets = table.offsets[ADDRESS];
    assert_int_equal(zones[0].crc32c, crc_of("columns/address/sizes", 0, 65536, 1));
    assert_int_equal(zones[1].crc32c, crc_of("columns/address/sizes", 65536, 70000 - 65536, 1));
    assert_int_equal(zones[0].first_byte, 0);
    assert_int_equal(zones[1].first_byte, offsets[65536]);
    assert_int_equal(zones[0].crc32c_data, crc_of("columns/address/data", 0, offsets[65536], 1));
    assert_int_equal(zones[1].crc32c_data,
                     crc_of("columns/address/data", offsets[65536], offsets[70000] - offsets[65536], 1));
    assert_int_equal(zones[1].nulls, 1116);
    read_zones("summary", zones, false);
    assert_int_equal(zones[0].crc32c_codes, crc_of("columns/summary/codes", 0, 65536, 1));
    assert_int_equal(zones[1].crc32c_codes, crc_of("columns/summary/codes", 65536, 70000 - 65536, 1));
    assert_int_equal(zones[1].first_byte, table.offsets[SUMMARY][65536]);
}

static void any_number_of_rows_comes_back(void **state) {
    (void)state;
    static const size_t counts[] = {0, 1, 65535, 65536, 65537};
    for (size_t k = 0; k < sizeof counts / sizeof counts[0]; k++) {
        sample rows;
        sample_init(&rows, counts[k]);
        cln_error err = {.message = ""};
        char id[32], path[64];
        (void)snprintf(id, sizeof id, "n%zu", counts[k]);
        (void)snprintf(path, sizeof path, "n/partitions/%s.h5", id);
        cln_partition_info info = {.id = id, .file = path + 2, .content_hash = id, .origin = id, .rows = counts[k]};
        assert_int_equal(cln_file_make_dirs(folder_file(&place, "n/partitions"), &err), CLN_OK);
        assert_int_equal(sample_write(&rows, &small_comm, folder_file(&place, path), (sample_split){10000, true},
                                      &info.size_bytes, &err),
                         CLN_OK);
        cln_manifest manifest = {.dataset = (char *)(uintptr_t) "n"};
        assert_int_equal(cln_manifest_put(&manifest, &info, &err), CLN_OK);
        assert_int_equal(cln_manifest_publish(&manifest, place.path, false, &err), CLN_OK);
        manifest.dataset = NULL;
        cln_manifest_clean_up(&manifest);
        cln_dataset *dataset;
        assert_int_equal(cln_dataset_open(&dataset, &small_comm, place.path, "n", &err), CLN_OK);
        assert_string_equal(cln_dataset_attribute(dataset, 0, "provenance"), "{\"sample\":true}");
        assert_null(cln_dataset_attribute(dataset, 0, "nothing"));
        size_t seen = 0;
        for (int i = 0; i < SAMPLE_COLUMNS; i++) {
            cln_batch_source *source;
            assert_int_equal(cln_dataset_scan(dataset, "columns", -1, &rows.columns[i].name, 1, &source, &err), CLN_OK);
            cln_batch batch;
            for (seen = 0; source->get_next(source, &batch, &err) == CLN_OK && batch.rows > 0; seen += batch.rows) {
                assert_int_equal(sample_differences(&rows, i, seen, &batch.vectors[0], source->columns[0].dictionary),
                                 0);
            }
            source->release(source);
            assert_int_equal(seen, counts[k]);
        }
        cln_dataset_close(dataset);
        sample_clean_up(&rows);
    }
}

/* Attributes beyond 64 KiB stand elsewhere in the file than small ones. */
static void long_attributes_come_back(void **state) {
    (void)state;
    static char text[300001];
    memset(text, 'j', sizeof text - 1);
    const cln_stored_column column = {.name = "record", .type = CLN_TYPE_INTEGER};
    const cln_stored_table tables[] = {{.name = "columns", .column_count = 1, .columns = &column}};
    const cln_stored_attribute attribute = {.name = "account", .text = cln_span_of_string(text)};
    cln_error err = {.message = ""};
    cln_partition_writer *writer;
    assert_int_equal(cln_file_make_dirs(folder_file(&place, "long/partitions"), &err), CLN_OK);
    assert_int_equal(
        cln_partition_writer_new(&writer, &small_comm, folder_file(&place, "long/partitions/a.h5"), tables, 1, &err),
        CLN_OK);
    uint64_t size_bytes;
    assert_int_equal(cln_partition_writer_finish(writer, &attribute, 1, true, &size_bytes, &err), CLN_OK);
    assert_true(size_bytes > 300000);
    cln_manifest manifest = {.dataset = (char *)(uintptr_t) "long"};
    const cln_partition_info info = {
        .id = (char *)(uintptr_t) "a", .file = (char *)(uintptr_t) "partitions/a.h5", .size_bytes = size_bytes};
    assert_int_equal(cln_manifest_put(&manifest, &info, &err), CLN_OK);
    assert_int_equal(cln_manifest_publish(&manifest, place.path, false, &err), CLN_OK);
    manifest.dataset = NULL;
    cln_manifest_clean_up(&manifest);
    cln_dataset *dataset;
    assert_int_equal(cln_dataset_open(&dataset, &small_comm, place.path, "long", &err), CLN_OK);
    assert_string_equal(cln_dataset_attribute(dataset, 0, "account"), text);
    cln_dataset_close(dataset);
}

/* A writer of one column of four rows whose description is the caller's. */
static cln_partition_writer *open_writer(cln_stored_column column, const char *name) {
    column.name = "value";
    const cln_stored_table tables[] = {{.name = "columns", .rows = 4, .column_count = 1, .columns = &column}};
    cln_partition_writer *writer = NULL;
    assert_int_equal(cln_partition_writer_new(&writer, &small_comm, folder_file(&place, name), tables, 1, NULL),
                     CLN_OK);
    return writer;
}

static void wrong_values_are_refused(void **state) {
    (void)state;
    static const int64_t beyond[] = {1, 2, 300, 4}, with_null[] = {1, CLN_NULL_INTEGER, 2, 3};
    static const int32_t codes[] = {0, 1, 2, -2};
    static const uint64_t five_bytes[] = {0, 1, 6, 7, 8};
    const struct {
        cln_stored_column column;
        cln_vector vector;
        const char *says;
    } cases[] = {
        {{.type = CLN_TYPE_INTEGER, .min = 1, .max = 4},
         {.type = CLN_TYPE_INTEGER, .rows = 4, .integers = beyond},
         "300"},
        {{.type = CLN_TYPE_INTEGER, .min = 1, .max = 4},
         {.type = CLN_TYPE_INTEGER, .rows = 4, .integers = with_null},
         "null"},
        {{.type = CLN_TYPE_BOOLEAN, .min = 0, .max = 1},
         {.type = CLN_TYPE_BOOLEAN, .rows = 4, .integers = beyond},
         "300"},
        {{.type = CLN_TYPE_INTEGER, .null_count = 4},
         {.type = CLN_TYPE_INTEGER, .rows = 4, .integers = with_null},
         "without values"},
        {{.type = CLN_TYPE_CATEGORY, .dictionary = &table.conditions, .dictionary_count = 3},
         {.type = CLN_TYPE_CATEGORY, .rows = 4, .codes = codes},
         "-2"},
        {{.type = CLN_TYPE_TIMESTAMP, .min = 1, .max = 4},
         {.type = CLN_TYPE_TIMESTAMP, .rows = 4, .integers = beyond},
         "300"},
        {{.type = CLN_TYPE_TEXT, .text_size_bytes = 8, .text_size_max = 4},
         {.type = CLN_TYPE_TEXT, .rows = 4, .offsets = five_bytes, .bytes = "abcdefgh"},
         "longer"},
        {{.type = CLN_TYPE_TEXT,
          .text_size_bytes = 8,
          .text_size_max = 5,
          .dictionary = &table.conditions,
          .dictionary_count = 3},
         {.type = CLN_TYPE_TEXT, .rows = 4, .offsets = five_bytes, .bytes = "abcdefgh", .codes = codes},
         "number"},
        {{.type = CLN_TYPE_DOUBLE}, {.type = CLN_TYPE_INTEGER, .rows = 4, .integers = beyond}, "type"},
        {{.type = CLN_TYPE_INTEGER, .min = 1, .max = 300},
         {.type = CLN_TYPE_INTEGER, .rows = 5, .integers = beyond},
         "rows"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cln_error err;
        cln_partition_writer *writer = open_writer(cases[i].column, "refused.h5");
        assert_int_equal(cln_partition_writer_put(writer, 0, 0, 0, 0, &cases[i].vector, &err), CLN_ERR_INTERNAL);
        assert_non_null(strstr(err.message, cases[i].says));
        assert_non_null(strstr(err.message, "'value'"));
        uint64_t size_bytes;
        assert_int_equal(cln_partition_writer_finish(writer, NULL, 0, false, &size_bytes, &err), CLN_ERR_INTERNAL);
        assert_int_equal(unlink(folder_file(&place, "refused.h5")), 0);
    }
}

static void rows_put_twice_or_never_are_refused(void **state) {
    (void)state;
    static const int64_t values[] = {1, 2, 3, 4};
    const cln_vector two = {.type = CLN_TYPE_INTEGER, .rows = 2, .integers = values};
    const uint64_t places[][3] = {{0, 0, 9}, {0, 1, 9}, {2, 9, 9}, {0, 2, 1}};
    for (size_t i = 0; i < 4; i++) {
        cln_partition_writer *writer =
            open_writer((cln_stored_column){.type = CLN_TYPE_INTEGER, .min = 1, .max = 4}, "twice.h5");
        for (size_t k = 0; k < 3 && places[i][k] != 9; k++) {
            assert_int_equal(cln_partition_writer_put(writer, 0, 0, places[i][k], 0, &two, NULL), CLN_OK);
        }
        cln_error err;
        uint64_t size_bytes;
        assert_int_equal(cln_partition_writer_finish(writer, NULL, 0, false, &size_bytes, &err), CLN_ERR_INTERNAL);
        assert_non_null(strstr(err.message, "'value'"));
        assert_int_equal(unlink(folder_file(&place, "twice.h5")), 0);
    }
}

/* Found before a row is written, and nothing is left. */
static void too_little_space_fails_at_once(void **state) {
    (void)state;
    (void)signal(SIGXFSZ, SIG_IGN);
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    const struct rlimit small = {.rlim_cur = 100000, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    const cln_stored_table tables[] = {
        {.name = "columns", .rows = table.rows, .column_count = SAMPLE_COLUMNS, .columns = table.columns}};
    cln_partition_writer *writer;
    cln_error err = {.message = ""};
    const char *path = folder_file(&place, "full.h5");
    const cln_status status = cln_partition_writer_new(&writer, &small_comm, path, tables, 1, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(status, CLN_ERR_IO);
    assert_non_null(strstr(err.message, "full.h5"));
    assert_false(cln_file_exists(path));
}

static void a_folder_that_is_missing_is_named(void **state) {
    (void)state;
    const cln_stored_column column = {.name = "record", .type = CLN_TYPE_INTEGER};
    const cln_stored_table tables[] = {{.name = "columns", .column_count = 1, .columns = &column}};
    cln_partition_writer *writer;
    cln_error err;
    const char *path = folder_file(&place, "no/such/folder.h5");
    assert_int_equal(cln_partition_writer_new(&writer, &small_comm, path, tables, 1, &err), CLN_ERR_IO);
    assert_non_null(strstr(err.message, "no/such/folder.h5"));
    assert_non_null(strstr(err.message, "No such file"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_take_the_least_width),    cmocka_unit_test(widths_change_at_the_bounds_of_types),
        cmocka_unit_test(nulls_alone_take_no_space),      cmocka_unit_test(unstored_values_read_as_nulls),
        cmocka_unit_test(zones_tell_of_their_rows),       cmocka_unit_test(zones_of_texts_cover_both_parts),
        cmocka_unit_test(any_number_of_rows_comes_back),  cmocka_unit_test(long_attributes_come_back),
        cmocka_unit_test(wrong_values_are_refused),       cmocka_unit_test(rows_put_twice_or_never_are_refused),
        cmocka_unit_test(too_little_space_fails_at_once), cmocka_unit_test(a_folder_that_is_missing_is_named),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
