/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Partitions and datasets that go: who reads them finishes, what is not ours
 * stays, and nothing else is lost.
 */
#include "colonnade/store/removal.h"

#include "folder.h"
#include "small.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const small_column rows_of_2015[] = {
    {"record", CLN_TYPE_INTEGER, "", {"2", "3"}}, {"city", CLN_TYPE_CATEGORY, "", {"x", "y"}}, {.name = NULL}};
static const small_column rows_of_2016[] = {
    {"record", CLN_TYPE_INTEGER, "", {"2"}}, {"city", CLN_TYPE_CATEGORY, "", {"z"}}, {.name = NULL}};

static folder place;

static int set_up(void **state) {
    (void)state;
    folder_make(&place);
    if (small_publish(place.path, "d", "2015", rows_of_2015, 2, NULL) != CLN_OK ||
        small_publish(place.path, "d", "2016", rows_of_2016, 1, NULL) != CLN_OK ||
        cln_file_make_dirs(folder_file(&place, "d/unpublished"), NULL) != CLN_OK) {
        return 1;
    }
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    folder_remove(&place);
    return 0;
}

static void write_text(const char *name, const char *text) {
    assert_int_equal(cln_file_replace(folder_file(&place, name), cln_span_of_string(text), false, NULL), CLN_OK);
}

static void remove_found(const cln_removal *found) {
    cln_left_files left;
    cln_error err = {.message = ""};
    if (cln_removal_carry_out(found, place.path, false, &left, &err) != CLN_OK) fail_msg("%s", err.message);
    assert_int_equal(left.count, 0);
    cln_left_files_clean_up(&left);
    assert_false(cln_file_exists(folder_file(&place, "d/lock")));
}

/* id: NULL for the whole dataset. */
static void look_and_remove(const char *id) {
    cln_removal found;
    assert_int_equal(cln_removal_look(&found, place.path, "d", &id, id == NULL ? 0 : 1, NULL), CLN_OK);
    remove_found(&found);
    cln_removal_clean_up(&found);
}

static cln_dataset *open_dataset(void) {
    cln_dataset *dataset;
    cln_error err = {.message = ""};
    if (cln_dataset_open(&dataset, &small_comm, place.path, "d", &err) != CLN_OK) fail_msg("%s", err.message);
    return dataset;
}

static void a_partition_goes_and_its_readers_finish(void **state) {
    (void)state;
    cln_dataset *reader = open_dataset();
    look_and_remove("2015");
    cln_dataset *later = open_dataset();
    assert_string_equal(small_column_text(later, -1, "city"), "category: 2016 z");
    cln_dataset_close(later);
    assert_true(cln_file_exists(folder_file(&place, "d/partitions/2015.00ff.h5")));
    assert_string_equal(small_column_text(reader, -1, "city"), "category: 2015 x|y 2016 z");

    cln_freed freed;
    assert_int_equal(cln_dataset_clean(place.path, "d", &freed, NULL), CLN_OK);
    assert_int_equal(freed.file_count, 1);
    assert_true(freed.size_bytes > 0);
    assert_false(cln_file_exists(folder_file(&place, "d/partitions/2015.00ff.h5")));
    assert_true(cln_file_exists(folder_file(&place, "d/partitions/2016.00ff.h5")));
    assert_string_equal(small_column_text(reader, -1, "record"), "integer: 2015 2|3 2016 2");
    cln_dataset_close(reader);
}

static void a_partition_of_any_age_is_kept_for_readers(void **state) {
    (void)state;
    look_and_remove("2016");
    assert_int_equal(cln_dataset_lock(place.path, "d", NULL), CLN_OK);
    cln_dataset_unlock(place.path, "d");
    assert_true(cln_file_exists(folder_file(&place, "d/partitions/2016.00ff.h5")));
}

static void the_last_partition_leaves_an_empty_dataset(void **state) {
    (void)state;
    look_and_remove("2015");
    look_and_remove("2016");
    cln_dataset *dataset = open_dataset();
    assert_int_equal(cln_dataset_manifest(dataset)->partition_count, 0);
    cln_dataset_close(dataset);
    look_and_remove(NULL);
    assert_false(cln_file_exists(folder_file(&place, "d/.")));
}

static void a_whole_dataset_goes_and_its_readers_finish(void **state) {
    (void)state;
    write_text("d/unpublished/2017.h5", "x");
    write_text("d/partitions/.tmp-2018.h5", "x");
    cln_dataset *reader = open_dataset();
    look_and_remove(NULL);
    assert_false(cln_file_exists(folder_file(&place, "d/.")));
    assert_string_equal(small_column_text(reader, -1, "city"), "category: 2015 x|y 2016 z");
    cln_dataset_close(reader);
}

static void what_is_not_ours_stays(void **state) {
    (void)state;
    write_text("d/notes.txt", "x");
    write_text("d/partitions/2015.h5.bak", "x");
    cln_removal found;
    assert_int_equal(cln_removal_look(&found, place.path, "d", NULL, 0, NULL), CLN_OK);
    cln_left_files left;
    assert_int_equal(cln_removal_carry_out(&found, place.path, false, &left, NULL), CLN_OK);
    assert_int_equal(left.count, 2);
    for (size_t i = 0; i < left.count; i++) assert_true(cln_file_exists(left.paths[i]));
    cln_left_files_clean_up(&left);
    cln_removal_clean_up(&found);
    assert_false(cln_file_exists(folder_file(&place, "d/master.h5")));
    assert_false(cln_file_exists(folder_file(&place, "d/partitions/2015.00ff.h5")));
    assert_false(cln_file_exists(folder_file(&place, "d/history.jsonl")));
    assert_false(cln_dataset_is_there(place.path, "e"));
}

static void only_what_was_shown_is_removed(void **state) {
    (void)state;
    cln_removal found;
    assert_int_equal(cln_removal_look(&found, place.path, "d", NULL, 0, NULL), CLN_OK);
    assert_int_equal(found.item_count, 2);
    assert_int_equal(small_publish(place.path, "d", "2017", rows_of_2016, 1, NULL), CLN_OK);
    cln_left_files left;
    cln_error err = {.message = ""};
    assert_int_equal(cln_removal_carry_out(&found, place.path, false, &left, &err), CLN_ERR_IO);
    assert_non_null(strstr(err.message, "nothing of it was removed"));
    cln_left_files_clean_up(&left);
    cln_removal_clean_up(&found);
    cln_dataset *dataset = open_dataset();
    assert_int_equal(cln_dataset_manifest(dataset)->partition_count, 3);
    cln_dataset_close(dataset);
}

static void names_that_are_not_there_are_refused(void **state) {
    (void)state;
    static const char *const both[] = {"2015", "1999"};
    cln_removal found;
    cln_error err = {.message = ""};
    assert_int_equal(cln_removal_look(&found, place.path, "d", both, 2, &err), CLN_ERR_USAGE);
    assert_non_null(strstr(err.message, "1999"));
    cln_removal_clean_up(&found);
    assert_int_equal(cln_removal_look(&found, place.path, "../d", NULL, 0, &err), CLN_ERR_USAGE);
    cln_removal_clean_up(&found);
    cln_freed freed;
    assert_int_equal(cln_dataset_clean(place.path, "other", &freed, &err), CLN_ERR_USAGE);
    assert_false(cln_file_exists(folder_file(&place, "other")));
}

static void a_damaged_dataset_can_be_removed_as_a_whole(void **state) {
    (void)state;
    write_text("d/master.h5", "no HDF5");
    static const char *const id = "2015";
    cln_removal found;
    assert_int_equal(cln_removal_look(&found, place.path, "d", &id, 1, NULL), CLN_ERR_IO);
    cln_removal_clean_up(&found);
    look_and_remove(NULL);
    assert_false(cln_file_exists(folder_file(&place, "d/.")));
}

/* Who cannot tell what is needed must not delete the only copy of it. */
static void without_a_master_partition_files_stay(void **state) {
    (void)state;
    write_text("d/partitions/.tmp-2018.h5", "four");
    assert_int_equal(remove(folder_file(&place, "d/master.h5")), 0);
    cln_freed freed;
    assert_int_equal(cln_dataset_clean(place.path, "d", &freed, NULL), CLN_OK);
    assert_int_equal(freed.file_count, 1);
    assert_int_equal(freed.size_bytes, 4);
    assert_int_equal(freed.unnamed_count, 2);
    assert_true(cln_file_exists(folder_file(&place, "d/partitions/2015.00ff.h5")));
}

static void a_busy_dataset_is_left_alone(void **state) {
    (void)state;
    assert_int_equal(cln_dataset_lock(place.path, "d", NULL), CLN_OK);
    write_text("d/partitions/.tmp-2018.h5", "x");
    cln_freed freed;
    cln_error err = {.message = ""};
    assert_int_equal(cln_dataset_clean(place.path, "d", &freed, &err), CLN_ERR_IO);
    cln_removal found;
    assert_int_equal(cln_removal_look(&found, place.path, "d", NULL, 0, NULL), CLN_OK);
    cln_left_files left;
    assert_int_equal(cln_removal_carry_out(&found, place.path, false, &left, &err), CLN_ERR_IO);
    assert_non_null(strstr(err.message, "is being written by"));
    cln_removal_clean_up(&found);
    assert_true(cln_file_exists(folder_file(&place, "d/partitions/.tmp-2018.h5")));
    assert_true(cln_file_exists(folder_file(&place, "d/lock")));
    cln_dataset_unlock(place.path, "d");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_partition_goes_and_its_readers_finish, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_partition_of_any_age_is_kept_for_readers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_last_partition_leaves_an_empty_dataset, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_whole_dataset_goes_and_its_readers_finish, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_not_ours_stays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(only_what_was_shown_is_removed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_that_are_not_there_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_damaged_dataset_can_be_removed_as_a_whole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(without_a_master_partition_files_stay, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_busy_dataset_is_left_alone, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
