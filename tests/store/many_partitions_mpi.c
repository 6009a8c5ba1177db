/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A dataset of many partitions: rank 0 alone looks at all of them, ranks open
 * what they read, and nobody holds many files open.
 */
#include "folder.h"
#include "small.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { PARTITIONS = 40, OPEN_AT_MOST = 16 };

static cln_comm world;
static folder place;

static cln_status publish_all(cln_error *err) {
    for (int i = 0; i < PARTITIONS; i++) {
        char id[16], record[16], condition[32];
        (void)snprintf(id, sizeof id, "p%02d", i);
        (void)snprintf(record, sizeof record, "%d", 1000 + i);
        (void)snprintf(condition, sizeof condition, "condition %d", i * 7 % PARTITIONS);
        const small_column columns[] = {{"record", CLN_TYPE_INTEGER, "", {"2", record}},
                                        {"condition", CLN_TYPE_CATEGORY, "condition", {condition, "dry"}},
                                        {i % 2 == 0 ? "even" : "odd", CLN_TYPE_TEXT, "", {"", id}},
                                        {.name = NULL}};
        CLN_TRY(small_publish(place.path, "d", id, columns, 2, err));
    }
    return CLN_OK;
}

static int set_up(void **state) {
    (void)state;
    cln_error err = {.message = ""};
    cln_status status = CLN_OK;
    if (world.rank == 0) {
        folder_make(&place);
        status = publish_all(&err);
    }
    MPI_Bcast(&place, sizeof place, MPI_BYTE, 0, world.mpi);
    return cln_agree(&world, status, &err) != CLN_OK;
}

static int tear_down(void **state) {
    (void)state;
    MPI_Barrier(world.mpi);
    if (world.rank == 0) folder_remove(&place);
    return 0;
}

/* Of the dataset's folder, by this process. */
static size_t count_open_files(void) {
    DIR *listing = opendir("/proc/self/fd");
    if (listing == NULL) return 0;
    size_t count = 0;
    const struct dirent *entry;
    while ((entry = readdir(listing)) != NULL) {
        char name[512], target[PATH_MAX] = "";
        (void)snprintf(name, sizeof name, "/proc/self/fd/%s", entry->d_name);
        count += readlink(name, target, sizeof target - 1) > 0 && strstr(target, "/d/partitions/") != NULL;
    }
    (void)closedir(listing);
    return count;
}

/* Every row, once: the second of partition i has the number 1000 + i. */
static void take_batch(const cln_batch *batch, const cln_dictionary *dictionary, uint64_t *seen, uint64_t *wrong) {
    const int partition = atoi(batch->partition + 1);
    char expected[32];
    (void)snprintf(expected, sizeof expected, "condition %d", partition * 7 % PARTITIONS);
    *wrong += batch->rows != 2 || batch->vectors[0].integers[1] != 1000 + partition;
    *wrong += !cln_span_equal(cln_dictionary_text(dictionary, (size_t)batch->vectors[1].codes[0]),
                              cln_span_of_string(expected));
    *wrong += batch->recorded[2] != (partition % 2 == 0);
    seen[partition] += batch->rows;
}

/* Three times: from the second on values are read where they are mapped. */
static void scan_all(cln_dataset *dataset, uint64_t *seen, uint64_t *wrong) {
    static const char *const names[] = {"record", "condition", "even"};
    for (int round = 0; round < 3; round++) {
        cln_batch_source *source;
        if (cln_dataset_scan(dataset, "columns", -1, names, 3, &source, NULL) != CLN_OK) abort();
        *wrong += round == 0 && world.rank != 0 && count_open_files() != 0;
        cln_batch batch = {.rows = 0};
        while (source->get_next(source, &batch, NULL) == CLN_OK && batch.rows > 0) {
            take_batch(&batch, source->columns[1].dictionary, seen, wrong);
            *wrong += count_open_files() > OPEN_AT_MOST + 1;
        }
        source->release(source);
        *wrong += count_open_files() > OPEN_AT_MOST;
    }
}

static void describe(cln_dataset *dataset, uint64_t *wrong) {
    const cln_dataset_column *columns;
    size_t column_count;
    if (cln_dataset_columns(dataset, "columns", &columns, &column_count, NULL) != CLN_OK) abort();
    *wrong += column_count != 4 || strcmp(columns[1].role, "condition") != 0;
    *wrong += !cln_dataset_has_column(dataset, "columns", 39, "odd");
}

/* What is wrong on any rank is counted, for ranks that stop would leave the others waiting. */
static void each_rank_opens_what_it_reads(void **state) {
    (void)state;
    cln_error err = {.message = ""};
    cln_dataset *dataset;
    assert_int_equal(cln_dataset_open(&dataset, &world, place.path, "d", &err), CLN_OK);
    uint64_t seen[PARTITIONS + 1] = {0}, *wrong = &seen[PARTITIONS];
    *wrong += count_open_files() > (world.rank == 0 ? OPEN_AT_MOST : 0);
    describe(dataset, wrong);
    scan_all(dataset, seen, wrong);
    cln_dataset_close(dataset);
    *wrong += count_open_files() != 0;
    cln_sum_u64(&world, seen, PARTITIONS + 1);
    assert_int_equal(seen[PARTITIONS], 0);
    for (int i = 0; i < PARTITIONS; i++) assert_int_equal(seen[i], 3 * 2);
}

/* What rank 0 finds wrong is known to all. */
static void a_partition_that_is_missing_is_told_by_all(void **state) {
    (void)state;
    if (world.rank == 0) (void)unlink(folder_file(&place, "d/partitions/p31.00ff.h5"));
    MPI_Barrier(world.mpi);
    cln_error err = {.message = ""};
    cln_dataset *dataset;
    assert_int_equal(cln_dataset_open(&dataset, &world, place.path, "d", &err), CLN_ERR_IO);
    assert_non_null(strstr(err.message, "'p31'"));
}

int main(void) {
    cln_comm_prepare_environment();
    cln_comm_start(&world);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_rank_opens_what_it_reads, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_partition_that_is_missing_is_told_by_all, set_up, tear_down),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    cln_comm_stop(&world);
    return failed;
}
