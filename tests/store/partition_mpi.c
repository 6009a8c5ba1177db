/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What ranks write together is the same file whatever their number and
 * however the rows come, and every rank reads its share of it.
 */
#include "folder.h"
#include "sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static cln_comm world;
static folder place;
static sample table;

/* Writes with the first `ranks` ranks; what all ranks know. */
static cln_status write_with(int ranks, const char *path, sample_split split, uint64_t *size_bytes, cln_error *err) {
    cln_comm part = {.rank = world.rank};
    MPI_Comm_split(world.mpi, world.rank < ranks ? 0 : MPI_UNDEFINED, world.rank, &part.mpi);
    cln_status status = CLN_OK;
    if (world.rank < ranks) {
        MPI_Comm_size(part.mpi, &part.size);
        status = sample_write(&table, &part, path, split, size_bytes, err);
        MPI_Comm_free(&part.mpi);
    }
    return cln_agree(&world, status, err);
}

static void same_bytes_for_any_ranks_and_pieces(void **state) {
    (void)state;
    static const sample_split splits[] = {{300000, false}, {1000, false}, {9973, true}, {70001, true}};
    const size_t split_count = sizeof splits / sizeof splits[0];
    cln_error err = {.message = ""};
    uint64_t different = 0, failed = 0;
    for (int ranks = 1; ranks <= world.size; ranks++) {
        for (size_t i = 0; i < split_count; i++) {
            const bool is_first = ranks == 1 && i == 0;
            const char *path = folder_file(&place, is_first ? "first.h5" : "other.h5");
            uint64_t size_bytes = 0;
            if (write_with(ranks, path, splits[i], &size_bytes, &err) != CLN_OK) failed++;
            if (world.rank != 0 || is_first || failed > 0) continue;
            different += !folder_same_bytes(folder_file(&place, "first.h5"), path);
            (void)unlink(path);
        }
    }
    cln_sum_u64(&world, &different, 1);
    assert_string_equal(err.message, "");
    assert_int_equal(failed, 0);
    assert_int_equal(different, 0);
}

static void publish(const char *dataset, cln_status *status, cln_error *err) {
    char *dir, *partitions, *path;
    if (cln_path_join(&dir, place.path, dataset, NULL) != CLN_OK ||
        cln_path_join(&partitions, dir, "partitions", NULL) != CLN_OK ||
        cln_path_join(&path, partitions, "p.0123.h5", NULL) != CLN_OK) {
        abort();
    }
    *status = world.rank == 0 ? cln_file_make_dirs(partitions, err) : CLN_OK;
    *status = cln_agree(&world, *status, err);
    cln_partition_info info = {
        .id = "p", .file = "partitions/p.0123.h5", .content_hash = "00", .origin = "here", .rows = table.rows};
    if (*status == CLN_OK)
        *status = sample_write(&table, &world, path, (sample_split){5000, false}, &info.size_bytes, err);
    if (*status == CLN_OK && world.rank == 0) {
        cln_manifest manifest = {.dataset = (char *)(uintptr_t)dataset};
        *status = cln_manifest_put(&manifest, &info, err);
        if (*status == CLN_OK) *status = cln_manifest_publish(&manifest, place.path, false, err);
        manifest.dataset = NULL;
        cln_manifest_clean_up(&manifest);
    }
    *status = cln_agree(&world, *status, err);
    free(path);
    free(partitions);
    free(dir);
}

/* Reads this rank's share: how many rows, and in how many columns they differ. */
static cln_status read_share(cln_batch_source *source, uint64_t counts[2], int64_t *first_record, int64_t *last_record,
                             cln_error *err) {
    for (;;) {
        cln_batch batch;
        CLN_TRY(source->get_next(source, &batch, err));
        if (batch.rows == 0) return CLN_OK;
        const size_t first = (size_t)batch.vectors[RECORD].integers[0] - 2;
        for (int i = 0; i < SAMPLE_COLUMNS; i++) {
            counts[1] += !batch.recorded[i] ||
                         sample_differences(&table, i, first, &batch.vectors[i], source->columns[i].dictionary) > 0;
        }
        if (counts[0] == 0) *first_record = batch.vectors[RECORD].integers[0];
        *last_record = batch.vectors[RECORD].integers[batch.rows - 1];
        counts[0] += batch.rows;
    }
}

/* Whether the shares (first and last record of each rank) follow each other. */
static bool shares_follow(int64_t first, int64_t last) {
    const int64_t own[2] = {first, last};
    int64_t *all = sample_room((size_t)world.size, sizeof own);
    MPI_Allgather(own, 2, MPI_INT64_T, all, 2, MPI_INT64_T, world.mpi);
    int64_t next = 2;
    bool follow = true;
    for (int rank = 0; rank < world.size; rank++) {
        const int64_t *share = &all[(size_t)rank * 2];
        if (share[0] > share[1]) continue; /* without rows */
        follow = follow && share[0] == next;
        next = share[1] + 1;
    }
    free(all);
    return follow && next == (int64_t)table.rows + 2;
}

static void every_row_comes_back_to_one_rank(void **state) {
    (void)state;
    cln_error err = {.message = ""};
    cln_status status;
    publish("roundtrip", &status, &err);
    assert_string_equal(err.message, "");
    cln_dataset *dataset = NULL;
    assert_int_equal(cln_dataset_open(&dataset, &world, place.path, "roundtrip", &err), CLN_OK);
    const char *names[SAMPLE_COLUMNS];
    for (int i = 0; i < SAMPLE_COLUMNS; i++) names[i] = table.columns[i].name;
    cln_batch_source *source = NULL;
    assert_int_equal(cln_dataset_scan(dataset, "columns", -1, names, SAMPLE_COLUMNS, &source, &err), CLN_OK);
    uint64_t counts[2] = {0, 0};
    int64_t first = INT64_MAX, last = INT64_MIN;
    status = cln_agree(&world, read_share(source, counts, &first, &last, &err), &err);
    cln_sum_u64(&world, counts, 2);
    const bool follow = shares_follow(first, last);
    source->release(source);
    cln_dataset_close(dataset);
    assert_string_equal(err.message, "");
    assert_int_equal(status, CLN_OK);
    assert_int_equal(counts[0], table.rows);
    assert_int_equal(counts[1], 0);
    assert_true(follow);
}

static void a_second_file_of_the_name_is_refused(void **state) {
    (void)state;
    cln_error err = {.message = ""};
    uint64_t size_bytes;
    const char *path = folder_file(&place, "refused.h5");
    assert_int_equal(sample_write(&table, &world, path, (sample_split){50000, false}, &size_bytes, &err), CLN_OK);
    assert_int_equal(sample_write(&table, &world, path, (sample_split){50000, false}, &size_bytes, &err), CLN_ERR_IO);
    assert_non_null(strstr(err.message, "refused.h5"));
}

/* As on a cluster whose nodes have folders of their own. */
static void a_folder_that_a_rank_does_not_see_is_told_to_all(void **state) {
    (void)state;
    if (world.size == 1) return;
    cln_error err = {.message = ""};
    uint64_t size_bytes;
    const bool is_last = world.rank == world.size - 1;
    const char *path = folder_file(&place, is_last ? "elsewhere/own.h5" : "own.h5");
    assert_int_equal(sample_write(&table, &world, path, (sample_split){50000, false}, &size_bytes, &err), CLN_ERR_IO);
    assert_non_null(strstr(err.message, "all nodes share"));
}

int main(int argc, char **argv) {
    (void)argc;
    (void)argv;
    cln_comm_prepare_environment();
    cln_comm_start(&world);
    if (world.rank == 0) folder_make(&place);
    MPI_Bcast(&place, sizeof place, MPI_BYTE, 0, world.mpi);
    sample_init(&table, 200000); /* four blocks: three ranks get unequal shares */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_bytes_for_any_ranks_and_pieces),
        cmocka_unit_test(every_row_comes_back_to_one_rank),
        cmocka_unit_test(a_second_file_of_the_name_is_refused),
        cmocka_unit_test(a_folder_that_a_rank_does_not_see_is_told_to_all),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    sample_clean_up(&table);
    MPI_Barrier(world.mpi);
    if (world.rank == 0) folder_remove(&place);
    cln_comm_stop(&world);
    return failed;
}
