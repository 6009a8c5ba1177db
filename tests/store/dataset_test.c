/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Partitions that differ read as one dataset: one type and one dictionary for
 * each column, and what a partition never recorded is told from null.
 */
#include "folder.h"
#include "small.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const small_column year_2015[] = {
    {"record", CLN_TYPE_INTEGER, "", {"2", "3", "4"}},
    {"condition", CLN_TYPE_CATEGORY, "condition", {"wet", "dry", ""}},
    {"district", CLN_TYPE_INTEGER, "", {"3", "", "-1"}},
    {"address", CLN_TYPE_CATEGORY, "", {"1 Main St", "", "2 Elm St"}},
    {"happened", CLN_TYPE_TIMESTAMP, "", {"1420070400", "", "-86400"}},
    {"fatal", CLN_TYPE_BOOLEAN, "", {"1", "0", ""}},
    {.name = NULL},
};
static const small_column year_2016[] = {
    {"record", CLN_TYPE_INTEGER, "", {"2", "3"}},
    {"condition", CLN_TYPE_CATEGORY, "", {"icy", "wet"}},
    {"district", CLN_TYPE_DOUBLE, "", {"2.5", ""}},
    {"address", CLN_TYPE_TEXT, "", {"", "9 Oak St"}},
    {"happened", CLN_TYPE_TEXT, "", {"soon", ""}},
    {"light", CLN_TYPE_CATEGORY, "light", {"", "DARK"}},
    {.name = NULL},
};
/* Every value null: nothing of the columns takes space. */
static const small_column year_2017[] = {
    {"record", CLN_TYPE_INTEGER, "", {"2", "3"}}, {"condition", CLN_TYPE_CATEGORY, "", {"", ""}},
    {"district", CLN_TYPE_INTEGER, "", {"", ""}}, {"address", CLN_TYPE_TEXT, "", {"", ""}},
    {"fatal", CLN_TYPE_BOOLEAN, "", {"", ""}},    {.name = NULL},
};

static folder place;

static int set_up(void **state) {
    (void)state;
    folder_make(&place);
    cln_error err;
    /* Not in the order of ids. */
    if (small_publish(place.path, "accidents", "2016", year_2016, 2, &err) != CLN_OK ||
        small_publish(place.path, "accidents", "2015", year_2015, 3, &err) != CLN_OK ||
        small_publish(place.path, "accidents", "2017", year_2017, 2, &err) != CLN_OK) {
        return 1;
    }
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    folder_remove(&place);
    return 0;
}

static cln_dataset *open_accidents(void) {
    cln_dataset *dataset = NULL;
    cln_error err = {.message = ""};
    const cln_status status = cln_dataset_open(&dataset, &small_comm, place.path, "accidents", &err);
    assert_string_equal(err.message, "");
    assert_int_equal(status, CLN_OK);
    return dataset;
}

static void categories_get_one_dictionary(void **state) {
    (void)state;
    cln_dataset *dataset = open_accidents();
    assert_string_equal(small_column_text(dataset, -1, "condition"), "category: 2015 wet|dry| 2016 icy|wet 2017 |");
    const char *name = "condition";
    cln_batch_source *source;
    assert_int_equal(cln_dataset_scan(dataset, "columns", -1, &name, 1, &source, NULL), CLN_OK);
    assert_int_equal(source->columns[0].dictionary->count, 3);
    source->release(source);
    cln_dataset_close(dataset);
}

static void types_widen_where_partitions_differ(void **state) {
    (void)state;
    cln_dataset *dataset = open_accidents();
    assert_string_equal(small_column_text(dataset, -1, "district"), "double: 2015 3||-1 2016 2.5| 2017 |");
    assert_string_equal(small_column_text(dataset, -1, "address"),
                        "text: 2015 1 Main St||2 Elm St 2016 |9 Oak St 2017 |");
    assert_string_equal(small_column_text(dataset, -1, "happened"),
                        "text: 2015 2015-01-01 00:00:00||1969-12-31 00:00:00 2016 soon| 2017 ?|?");
    cln_dataset_close(dataset);
}

static void what_was_not_recorded_is_not_null(void **state) {
    (void)state;
    cln_dataset *dataset = open_accidents();
    assert_string_equal(small_column_text(dataset, -1, "fatal"), "boolean: 2015 1|0| 2016 ?|? 2017 |");
    assert_string_equal(small_column_text(dataset, -1, "light"), "category: 2015 ?|?|? 2016 |DARK 2017 ?|?");
    assert_true(cln_dataset_has_column(dataset, "columns", 1, "light"));
    assert_false(cln_dataset_has_column(dataset, "columns", 0, "light"));
    cln_dataset_close(dataset);
}

static void one_partition_has_the_types_of_all(void **state) {
    (void)state;
    cln_dataset *dataset = open_accidents();
    assert_string_equal(small_column_text(dataset, 0, "district"), "double: 2015 3||-1");
    assert_string_equal(small_column_text(dataset, 1, "condition"), "category: 2016 icy|wet");
    cln_dataset_close(dataset);
}

static void columns_are_united_in_order(void **state) {
    (void)state;
    cln_dataset *dataset = open_accidents();
    const cln_dataset_column *columns;
    size_t count;
    assert_int_equal(cln_dataset_columns(dataset, "columns", &columns, &count, NULL), CLN_OK);
    static const char *const names[] = {"record", "condition", "district", "address", "happened", "fatal", "light"};
    assert_int_equal(count, sizeof names / sizeof names[0]);
    for (size_t i = 0; i < count; i++) assert_string_equal(columns[i].name, names[i]);
    assert_string_equal(columns[1].role, "condition");
    assert_string_equal(columns[6].role, "light");
    assert_int_equal(columns[3].type, CLN_TYPE_TEXT);
    assert_int_equal(cln_dataset_columns(dataset, "rejects", &columns, &count, NULL), CLN_OK);
    assert_int_equal(count, 0);
    cln_dataset_close(dataset);
}

static void unknown_names_are_refused(void **state) {
    (void)state;
    cln_dataset *dataset = open_accidents();
    const char *name = "colour";
    cln_batch_source *source;
    cln_error err;
    assert_int_equal(cln_dataset_scan(dataset, "columns", -1, &name, 1, &source, &err), CLN_ERR_USAGE);
    assert_non_null(strstr(err.message, "colour"));
    assert_non_null(strstr(err.message, "colonnade info accidents"));
    cln_dataset_close(dataset);
    assert_int_equal(cln_dataset_open(&dataset, &small_comm, place.path, "crimes", &err), CLN_ERR_USAGE);
    assert_non_null(strstr(err.message, "colonnade ingest crimes"));
    assert_int_equal(cln_dataset_open(&dataset, &small_comm, place.path, "../accidents", &err), CLN_ERR_USAGE);
}

static void a_dataset_in_use_outlives_its_replacement(void **state) {
    (void)state;
    cln_error err = {.message = ""};
    static const small_column other[] = {{"record", CLN_TYPE_INTEGER, "", {"7"}}, {.name = NULL}};
    assert_int_equal(small_publish(place.path, "replaced", "a", year_2016, 2, &err), CLN_OK);
    cln_dataset *old;
    assert_int_equal(cln_dataset_open(&old, &small_comm, place.path, "replaced", &err), CLN_OK);
    assert_int_equal(small_publish(place.path, "replaced", "b", other, 1, &err), CLN_OK);
    cln_dataset *young;
    assert_int_equal(cln_dataset_open(&young, &small_comm, place.path, "replaced", &err), CLN_OK);
    assert_string_equal(small_column_text(old, -1, "record"), "integer: a 2|3");
    assert_string_equal(small_column_text(young, -1, "record"), "integer: a 2|3 b 7");
    cln_dataset_close(old);
    cln_dataset_close(young);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(categories_get_one_dictionary),
        cmocka_unit_test(types_widen_where_partitions_differ),
        cmocka_unit_test(what_was_not_recorded_is_not_null),
        cmocka_unit_test(one_partition_has_the_types_of_all),
        cmocka_unit_test(columns_are_united_in_order),
        cmocka_unit_test(unknown_names_are_refused),
        cmocka_unit_test(a_dataset_in_use_outlives_its_replacement),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
