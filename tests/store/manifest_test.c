/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The manifest names what a dataset holds; a store never names what is not
 * there.
 */
#include "folder.h"
#include "small.h"

#include <hdf5.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static folder place;

static int set_up(void **state) {
    (void)state;
    folder_make(&place);
    return cln_file_make_dirs(folder_file(&place, "d/partitions"), NULL) != CLN_OK;
}

static int tear_down(void **state) {
    (void)state;
    folder_remove(&place);
    return 0;
}

static cln_partition_info info_of(const char *id, const char *file) {
    return (cln_partition_info){.id = (char *)(uintptr_t)id,
                                .file = (char *)(uintptr_t)file,
                                .content_hash = (char *)(uintptr_t) "0123456789abcdef",
                                .origin = (char *)(uintptr_t) "https://example.org/\"a\"?b=\\\xc3\xa9",
                                .is_sample = true,
                                .rows = 1234567890123456,
                                .rejected = 3,
                                .source_size_bytes = UINT64_C(9007199254740991),
                                .size_bytes = 17};
}

static void make_file(const char *name) {
    assert_int_equal(cln_file_replace(folder_file(&place, name), cln_span_of_string("x"), false, NULL), CLN_OK);
}

static void a_missing_dataset_is_empty(void **state) {
    (void)state;
    cln_manifest manifest;
    bool exists = true;
    assert_int_equal(cln_manifest_read(&manifest, place.path, "none", &exists, NULL), CLN_OK);
    assert_false(exists);
    assert_int_equal(manifest.partition_count, 0);
    assert_string_equal(manifest.dataset, "none");
    cln_manifest_clean_up(&manifest);
    assert_int_equal(cln_manifest_read(&manifest, folder_file(&place, "no/such/store"), "d", &exists, NULL), CLN_OK);
    assert_false(exists);
    cln_manifest_clean_up(&manifest);
}

static void everything_comes_back_in_order(void **state) {
    (void)state;
    cln_manifest manifest;
    bool exists;
    cln_error err = {.message = ""};
    assert_int_equal(cln_manifest_read(&manifest, place.path, "d", &exists, &err), CLN_OK);
    static const char *const ids[] = {"b", "a", "B", "a b-c.d"};
    static const char *const files[] = {"partitions/b.1.h5", "partitions/a.1.h5", "partitions/B.1.h5",
                                        "partitions/a b-c.d.1.h5"};
    for (int i = 0; i < 4; i++) {
        char name[64];
        (void)snprintf(name, sizeof name, "d/%s", files[i]);
        make_file(name);
        const cln_partition_info info = info_of(ids[i], files[i]);
        assert_int_equal(cln_manifest_put(&manifest, &info, &err), CLN_OK);
    }
    assert_int_equal(cln_manifest_publish(&manifest, place.path, true, &err), CLN_OK);
    cln_manifest_clean_up(&manifest);
    assert_int_equal(cln_manifest_read(&manifest, place.path, "d", &exists, &err), CLN_OK);
    assert_true(exists);
    assert_int_equal(manifest.partition_count, 4);
    static const char *const order[] = {"B", "a", "a b-c.d", "b"};
    for (int i = 0; i < 4; i++) assert_string_equal(manifest.partitions[i].id, order[i]);
    const cln_partition_info *found = cln_manifest_find(&manifest, "a b-c.d");
    const cln_partition_info want = info_of("a b-c.d", "partitions/a b-c.d.1.h5");
    assert_non_null(found);
    assert_string_equal(found->file, want.file);
    assert_string_equal(found->origin, want.origin);
    assert_string_equal(found->content_hash, want.content_hash);
    assert_true(found->is_sample);
    assert_true(found->rows == want.rows && found->rejected == 3);
    assert_true(found->source_size_bytes == want.source_size_bytes && found->size_bytes == 17);
    assert_null(cln_manifest_find(&manifest, "c"));
    cln_manifest_clean_up(&manifest);
}

/* An id of the greatest length, with the digests that its file's name has besides. */
static void a_long_id_comes_back(void **state) {
    (void)state;
    char id[201], file[300], name[320];
    memset(id, 'x', 200);
    id[200] = '\0';
    assert_true(cln_path_is_safe_name(id));
    (void)snprintf(file, sizeof file, "partitions/%s.0123456789abcdef01234567.h5", id);
    (void)snprintf(name, sizeof name, "d/%s", file);
    make_file(name);
    cln_manifest manifest = {.dataset = (char[]){"d"}};
    cln_error err = {.message = ""};
    const cln_partition_info info = info_of(id, file);
    assert_int_equal(cln_manifest_put(&manifest, &info, &err), CLN_OK);
    assert_int_equal(cln_manifest_publish(&manifest, place.path, false, &err), CLN_OK);
    manifest.dataset = NULL;
    cln_manifest_clean_up(&manifest);
    bool exists;
    assert_int_equal(cln_manifest_read(&manifest, place.path, "d", &exists, &err), CLN_OK);
    assert_non_null(cln_manifest_find(&manifest, id));
    cln_manifest_clean_up(&manifest);
}

static void an_id_is_replaced_not_added(void **state) {
    (void)state;
    cln_manifest manifest = {0};
    cln_partition_info info = info_of("x", "partitions/x.1.h5");
    assert_int_equal(cln_manifest_put(&manifest, &info, NULL), CLN_OK);
    info.rows = 5;
    info.file = (char *)(uintptr_t) "partitions/x.2.h5";
    assert_int_equal(cln_manifest_put(&manifest, &info, NULL), CLN_OK);
    assert_int_equal(manifest.partition_count, 1);
    assert_string_equal(manifest.partitions[0].file, "partitions/x.2.h5");
    assert_int_equal(manifest.partitions[0].rows, 5);
    cln_manifest_clean_up(&manifest);
}

/* The former master stays when the new one would name a file that is not there. */
static void a_missing_partition_is_not_published(void **state) {
    (void)state;
    static const small_column columns[] = {{"record", CLN_TYPE_INTEGER, "", {"2"}}, {.name = NULL}};
    cln_error err = {.message = ""};
    assert_int_equal(small_publish(place.path, "kept", "a", columns, 1, &err), CLN_OK);
    cln_manifest manifest;
    bool exists;
    assert_int_equal(cln_manifest_read(&manifest, place.path, "kept", &exists, &err), CLN_OK);
    const cln_partition_info info = info_of("b", "partitions/b.none.h5");
    assert_int_equal(cln_manifest_put(&manifest, &info, &err), CLN_OK);
    assert_int_equal(cln_manifest_publish(&manifest, place.path, false, &err), CLN_ERR_IO);
    assert_non_null(strstr(err.message, "b.none.h5"));
    cln_manifest_clean_up(&manifest);
    assert_int_equal(cln_manifest_read(&manifest, place.path, "kept", &exists, &err), CLN_OK);
    assert_int_equal(manifest.partition_count, 1);
    cln_manifest_clean_up(&manifest);
}

static void names_that_leave_the_folder_are_refused(void **state) {
    (void)state;
    cln_manifest manifest;
    bool exists;
    assert_int_equal(cln_manifest_read(&manifest, place.path, "../d", &exists, NULL), CLN_ERR_USAGE);
    assert_int_equal(cln_manifest_read(&manifest, place.path, "", &exists, NULL), CLN_ERR_USAGE);
    assert_int_equal(cln_file_make_dirs(folder_file(&place, "evil/partitions"), NULL), CLN_OK);
    make_file("outside.h5");
    manifest = (cln_manifest){.dataset = (char *)(uintptr_t) "evil"};
    const cln_partition_info info = info_of("a", "../outside.h5");
    assert_int_equal(cln_manifest_put(&manifest, &info, NULL), CLN_OK);
    cln_error err;
    assert_int_equal(cln_manifest_publish(&manifest, place.path, false, &err), CLN_ERR_IO);
    assert_false(cln_file_exists(folder_file(&place, "evil/master.h5")));
    manifest.dataset = NULL;
    cln_manifest_clean_up(&manifest);
}

/* Other programs follow the links of the master to the rows. */
static void the_master_links_to_the_partitions(void **state) {
    (void)state;
    static const small_column columns[] = {{"record", CLN_TYPE_INTEGER, "", {"2", "3"}}, {.name = NULL}};
    cln_error err = {.message = ""};
    assert_int_equal(small_publish(place.path, "linked", "2015", columns, 2, &err), CLN_OK);
    const hid_t file = H5Fopen(folder_file(&place, "linked/master.h5"), H5F_ACC_RDONLY, H5P_DEFAULT);
    assert_true(file >= 0);
    const hid_t records = H5Dopen2(file, "partitions/2015/columns/record", H5P_DEFAULT);
    assert_true(records >= 0);
    int64_t values[2] = {0, 0};
    assert_true(H5Dread(records, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    assert_int_equal(values[0], 2);
    assert_int_equal(values[1], 3);
    (void)H5Dclose(records);
    (void)H5Fclose(file);
}

static void the_same_manifest_is_the_same_file(void **state) {
    (void)state;
    static const small_column columns[] = {{"record", CLN_TYPE_INTEGER, "", {"2"}}, {.name = NULL}};
    cln_error err = {.message = ""};
    assert_int_equal(cln_file_make_dirs(folder_file(&place, "other/same/partitions"), NULL), CLN_OK);
    assert_int_equal(small_publish(place.path, "same", "a", columns, 1, &err), CLN_OK);
    assert_int_equal(small_publish(place.path, "same", "b", columns, 1, &err), CLN_OK);
    /* In the other order, in another folder. */
    assert_int_equal(small_publish(folder_file(&place, "other"), "same", "b", columns, 1, &err), CLN_OK);
    assert_int_equal(small_publish(folder_file(&place, "other"), "same", "a", columns, 1, &err), CLN_OK);
    assert_true(folder_same_bytes(folder_file(&place, "same/master.h5"), folder_file(&place, "other/same/master.h5")));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_missing_dataset_is_empty),
        cmocka_unit_test(everything_comes_back_in_order),
        cmocka_unit_test(a_long_id_comes_back),
        cmocka_unit_test(an_id_is_replaced_not_added),
        cmocka_unit_test(a_missing_partition_is_not_published),
        cmocka_unit_test(names_that_leave_the_folder_are_refused),
        cmocka_unit_test(the_master_links_to_the_partitions),
        cmocka_unit_test(the_same_manifest_is_the_same_file),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
