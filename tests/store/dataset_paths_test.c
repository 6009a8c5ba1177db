/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where things of a dataset stand, and which names in its folders are ours.
 */
#include "colonnade/store/dataset_paths.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static void assert_path(cln_status status, char *path, const char *expected) {
    assert_int_equal(status, CLN_OK);
    assert_string_equal(path, expected);
    free(path);
}

static void everything_has_its_place(void **state) {
    (void)state;
    char *path = NULL;
    cln_status status = cln_dataset_dir(&path, "s", "d", NULL);
    assert_path(status, path, "s/d");
    status = cln_dataset_path(&path, "s/", "d", CLN_HISTORY_NAME, NULL);
    assert_path(status, path, "s/d/history.jsonl");
    status = cln_partition_temporary_path(&path, "s", "d", "2015", NULL);
    assert_path(status, path, "s/d/partitions/.tmp-2015.h5");
    status = cln_unpublished_path(&path, "s", "d", "2015", NULL);
    assert_path(status, path, "s/d/unpublished/2015.h5");
    status = cln_partition_file_stem(&path, "2015", cln_span_of("00ffee", 4), NULL);
    assert_path(status, path, "partitions/2015.00ff");
}

static void a_dataset_stays_in_the_store(void **state) {
    (void)state;
    static const char *const names[] = {"", ".", "..", "../d", "a/b", ".hidden", "-x"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *path;
        assert_int_equal(cln_dataset_path(&path, "s", names[i], CLN_LOCK_NAME, NULL), CLN_ERR_USAGE);
    }
}

static void partition_files_are_told_from_others(void **state) {
    (void)state;
    assert_true(cln_is_partition_name("2015.0123456789abcdef01234567.h5"));
    assert_true(cln_is_partition_name("a b.c.00.h5"));
    static const char *const others[] = {"2015.h5",         ".00.h5",       "2015.00.h5~", "2015..h5", "2015.0g.h5",
                                         ".tmp-2015.00.h5", "2015.00FF.h5", "00.h5",       "h5",       ""};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) assert_false(cln_is_partition_name(others[i]));
    assert_true(cln_is_partition_file("partitions/2015.00.h5"));
    assert_false(cln_is_partition_file("partitions/"));
    assert_false(cln_is_partition_file("partitions/../master.h5"));
    assert_false(cln_is_partition_file("partitions/.tmp-2015.h5"));
    assert_false(cln_is_partition_file("elsewhere/2015.00.h5"));
}

static void temporaries_are_told_from_others(void **state) {
    (void)state;
    assert_true(cln_is_temporary_name(".tmp-2015.h5"));
    assert_true(cln_is_temporary_name("history.jsonl.tmp-12"));
    assert_false(cln_is_temporary_name("notes.tmp-final"));
    assert_false(cln_is_temporary_name("notes.tmp-"));
    assert_false(cln_is_temporary_name("history.jsonl"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_has_its_place),
        cmocka_unit_test(a_dataset_stays_in_the_store),
        cmocka_unit_test(partition_files_are_told_from_others),
        cmocka_unit_test(temporaries_are_told_from_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
