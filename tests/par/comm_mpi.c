/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A rank's finding is only asserted after all ranks have heard of it: an
 * assertion that failed on one rank alone would leave the others waiting.
 */
#include "colonnade/par/comm.h"

#include "../../src/par/comm_internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static cln_comm comm;

static bool all_ranks(bool finding) {
    int all = finding;
    MPI_Allreduce(MPI_IN_PLACE, &all, 1, MPI_INT, MPI_LAND, comm.mpi);
    return all != 0;
}

static void agrees_when_all_is_well(void **state) {
    (void)state;
    cln_error err = {.message = "untouched"};
    const cln_status status = cln_agree(&comm, CLN_OK, &err);
    assert_true(all_ranks(status == CLN_OK && strcmp(err.message, "untouched") == 0));
}

/* Every status at every rank: all ranks leave with that rank's words. */
static void agrees_on_the_one_failure(void **state) {
    (void)state;
    bool good = true;
    for (int failing = 0; failing < comm.size; failing++) {
        for (int worst = CLN_ERR_DATA; worst <= CLN_ERR_INTERNAL; worst++) {
            cln_error err = {.message = "nothing to tell"};
            cln_status local = CLN_OK;
            if (comm.rank == failing) local = cln_fail(&err, (cln_status)worst, "rank %d, status %d", failing, worst);
            char expected[64];
            (void)snprintf(expected, sizeof expected, "rank %d, status %d", failing, worst);
            const cln_status agreed = cln_agree(&comm, local, &err);
            good = good && (int)agreed == worst && strcmp(err.message, expected) == 0;
        }
    }
    assert_true(all_ranks(good));
}

static void agrees_on_the_worst_and_then_on_the_lowest_rank(void **state) {
    (void)state;
    cln_error err;
    /* Rank 0 has the mildest failure, all others the same worse one. */
    const cln_status local =
        cln_fail(&err, comm.rank == 0 && comm.size > 1 ? CLN_ERR_DATA : CLN_ERR_IO, "the words of rank %d", comm.rank);
    const cln_status agreed = cln_agree(&comm, local, &err);
    const char *expected = comm.size > 1 ? "the words of rank 1" : "the words of rank 0";
    assert_true(all_ranks(agreed == CLN_ERR_IO && strcmp(err.message, expected) == 0));
}

static cln_status leave_together(cln_status local, bool *stayed, cln_error *err) {
    CLN_TRY_AGREED(&comm, local, err);
    *stayed = true;
    return CLN_OK;
}

static void leaves_by_the_same_door(void **state) {
    (void)state;
    cln_error err = {.message = ""};
    bool stayed = false;
    const cln_status failing = comm.rank == comm.size - 1 ? cln_fail(&err, CLN_ERR_USAGE, "last") : CLN_OK;
    cln_status status = leave_together(failing, &stayed, &err);
    assert_true(all_ranks(status == CLN_ERR_USAGE && !stayed && strcmp(err.message, "last") == 0));
    status = leave_together(CLN_OK, &stayed, &err);
    assert_true(all_ranks(status == CLN_OK && stayed));
}

static char pattern(uint64_t i, int seed) {
    return (char)(i * 31 + (uint64_t)seed * 7 + i / 251);
}

static cln_buffer patterned(size_t size, int seed) {
    cln_buffer buffer;
    cln_buffer_init(&buffer, 1 << 20);
    cln_error err;
    bool good = cln_buffer_reserve(&buffer, size, &err) == CLN_OK;
    for (size_t i = 0; good && i < size; i++) buffer.data[i] = pattern(i, seed);
    buffer.size = good ? size : 0;
    return buffer;
}

static bool has_pattern(const char *data, size_t size, int seed) {
    for (size_t i = 0; i < size; i++) {
        if (data[i] != pattern(i, seed)) return false;
    }
    return true;
}

static void broadcasts_from_any_root(void **state) {
    (void)state;
    static const size_t sizes[] = {0, 1, 15, 16, 17, 1000};
    bool good = true;
    for (int root = 0; root < comm.size; root++) {
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            /* The others hold something else, of another size. */
            cln_buffer buffer = comm.rank == root ? patterned(sizes[i], root) : patterned(40, 99);
            cln_error err;
            good = good && cln_broadcast_buffer(&comm, &buffer, root, &err) == CLN_OK;
            good = good && buffer.size == sizes[i] && has_pattern(buffer.data, buffer.size, root);
            cln_buffer_clean_up(&buffer);
        }
    }
    assert_true(all_ranks(good));
}

/* Where a rank cannot take the bytes, no rank goes on. */
static void broadcast_agrees_on_a_rank_without_room(void **state) {
    (void)state;
    if (comm.size == 1) skip();
    cln_buffer buffer = patterned(comm.rank == 0 ? 4096 : 0, 1);
    if (comm.rank == comm.size - 1) buffer.size_limit = 100;
    cln_error err = {.message = ""};
    const cln_status status = cln_broadcast_buffer(&comm, &buffer, 0, &err);
    cln_buffer_clean_up(&buffer);
    assert_true(all_ranks(status == CLN_ERR_INTERNAL && strstr(err.message, "100 bytes") != NULL));
}

static bool gathered_is_right(const cln_buffer *gathered, const uint64_t *sizes, size_t unit) {
    size_t offset = 0;
    bool good = true;
    for (int rank = 0; rank < comm.size; rank++) {
        const size_t size = unit * (size_t)(rank % 3);
        good = good && sizes[rank] == size && offset + size <= gathered->size;
        good = good && has_pattern(gathered->data + offset, size, rank);
        offset += size;
    }
    return good && gathered->size == offset;
}

static void gathers_in_rank_order(void **state) {
    (void)state;
    static const size_t units[] = {0, 1, 16, 37, 500};
    uint64_t *sizes = calloc((size_t)comm.size, sizeof *sizes);
    bool good = sizes != NULL;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        for (int root = 0; root < comm.size; root++) {
            cln_buffer own = patterned(units[i] * (size_t)(comm.rank % 3), comm.rank); /* rank 0 gives nothing */
            cln_buffer gathered = patterned(9, 5);                                     /* what was in it goes away */
            cln_error err;
            good = cln_gather_bytes(&comm, cln_buffer_span(&own), root, &gathered, sizes, &err) == CLN_OK && good;
            good = good && (comm.rank == root ? gathered_is_right(&gathered, sizes, units[i]) : gathered.size == 0);
            cln_buffer_clean_up(&own);
            cln_buffer_clean_up(&gathered);
        }
    }
    free(sizes);
    assert_true(all_ranks(good));
}

static void gather_agrees_on_a_root_without_room(void **state) {
    (void)state;
    cln_buffer own = patterned(4096, 1);
    cln_buffer gathered;
    cln_buffer_init(&gathered, 100);
    cln_error err = {.message = ""};
    const cln_status status = cln_gather_bytes(&comm, cln_buffer_span(&own), 0, &gathered, NULL, &err);
    cln_buffer_clean_up(&own);
    cln_buffer_clean_up(&gathered);
    assert_true(all_ranks(status == CLN_ERR_INTERNAL && strstr(err.message, "100 bytes") != NULL));
}

enum { VALUES = 29 }; /* no multiple of what a piece holds */

static void reduces_each_element(void **state) {
    (void)state;
    uint64_t sums[VALUES];
    int64_t minima[VALUES];
    int64_t maxima[VALUES];
    for (int i = 0; i < VALUES; i++) {
        sums[i] = (uint64_t)(i + comm.rank) << 40;
        minima[i] = i - comm.rank;
        maxima[i] = comm.rank - i;
    }
    cln_sum_u64(&comm, sums, VALUES);
    cln_min_i64(&comm, minima, VALUES);
    cln_max_i64(&comm, maxima, VALUES);
    bool good = true;
    for (int i = 0; i < VALUES; i++) {
        good = good && sums[i] == (uint64_t)(i * comm.size + comm.size * (comm.size - 1) / 2) << 40;
        good = good && minima[i] == i - (comm.size - 1);
        good = good && maxima[i] == comm.size - 1 - i;
    }
    cln_sum_u64(&comm, NULL, 0);
    assert_true(all_ranks(good));
}

static void sends_around_a_ring(void **state) {
    (void)state;
    if (comm.size == 1) skip();
    const int next = (comm.rank + 1) % comm.size;
    const int former = (comm.rank + comm.size - 1) % comm.size;
    enum { BYTES = 333 };
    char got[BYTES] = {0};
    cln_buffer own = patterned(BYTES, comm.rank);
    if (comm.rank == 0) cln_send_bytes(&comm, next, 3, own.data, BYTES);
    cln_receive_bytes(&comm, former, 3, got, BYTES);
    if (comm.rank != 0) cln_send_bytes(&comm, next, 3, own.data, BYTES);
    cln_buffer_clean_up(&own);
    assert_true(all_ranks(has_pattern(got, BYTES, former)));
}

static void knows_its_rank_before_mpi(void **state) {
    (void)state;
    cln_error err;
    assert_true(all_ranks(cln_comm_launcher_rank() == comm.rank));
    assert_true(all_ranks(cln_comm_check_launch(&comm, &err) == CLN_OK));
}

#define TRANSFERS                                                                                                      \
    cmocka_unit_test(broadcasts_from_any_root), cmocka_unit_test(broadcast_agrees_on_a_rank_without_room),             \
        cmocka_unit_test(gathers_in_rank_order), cmocka_unit_test(gather_agrees_on_a_root_without_room),               \
        cmocka_unit_test(reduces_each_element), cmocka_unit_test(sends_around_a_ring)

int main(void) {
    const struct CMUnitTest agreements[] = {
        cmocka_unit_test(agrees_when_all_is_well),
        cmocka_unit_test(agrees_on_the_one_failure),
        cmocka_unit_test(agrees_on_the_worst_and_then_on_the_lowest_rank),
        cmocka_unit_test(leaves_by_the_same_door),
        cmocka_unit_test(knows_its_rank_before_mpi),
    };
    const struct CMUnitTest transfers[] = {TRANSFERS};
    cln_comm_prepare_environment();
    cln_comm_start(&comm);
    int failed = cmocka_run_group_tests_name("agreement", agreements, NULL, NULL);
    failed += cmocka_run_group_tests_name("transfers", transfers, NULL, NULL);
    cln_comm_piece_bytes = 16; /* as if INT_MAX were that small */
    failed += cmocka_run_group_tests_name("transfers in pieces", transfers, NULL, NULL);
    cln_comm_stop(&comm);
    return failed;
}
