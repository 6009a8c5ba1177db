/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every record arrives once, whole, at the owner of its bucket, however small
 * the memory is. A finding is asserted after all ranks have heard of it.
 */
#include "colonnade/base/memory.h"
#include "colonnade/par/exchange.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { BUCKETS = 7, RECORDS = 400, LONGEST_BYTES = 3000 };

static cln_comm comm;
static cln_error err;

static bool all_ranks(bool finding) {
    int all = finding;
    MPI_Allreduce(MPI_IN_PLACE, &all, 1, MPI_INT, MPI_LAND, comm.mpi);
    return all != 0;
}

/* Record i of a rank: its size, its bytes and its bucket follow from both numbers. */
static uint32_t mixed(uint32_t rank, uint32_t i) {
    uint32_t x = rank * 2654435761U + i * 40503U + 12345U;
    x ^= x >> 15;
    x *= 2246822519U;
    return x ^ x >> 13;
}

static size_t record_size(uint32_t rank, uint32_t i) {
    const uint32_t x = mixed(rank, i);
    return x % 50 == 0 ? x % LONGEST_BYTES : x % 40; /* some have none, few are long */
}

static size_t record_bucket(uint32_t rank, uint32_t i, bool is_skewed) {
    return is_skewed ? 3 : mixed(i, rank) % BUCKETS;
}

static void fill_record(char *bytes, uint32_t rank, uint32_t i) {
    for (size_t k = 0; k < record_size(rank, i); k++) bytes[k] = (char)(mixed(rank, i) + k);
}

static cln_status append_all(cln_exchange *exchange, bool is_skewed) {
    char *bytes = malloc(LONGEST_BYTES);
    cln_status status = bytes == NULL ? CLN_ERR_INTERNAL : CLN_OK;
    for (uint32_t i = 0; i < RECORDS && status == CLN_OK; i++) {
        const uint32_t name[2] = {(uint32_t)comm.rank, i};
        fill_record(bytes, name[0], i);
        status = cln_exchange_append(exchange, record_bucket(name[0], i, is_skewed),
                                     cln_span_of((const char *)name, sizeof name),
                                     cln_span_of(bytes, record_size(name[0], i)), &err);
    }
    free(bytes);
    return status;
}

typedef struct arrivals {
    int owner;
    bool is_skewed, is_good;
    unsigned char *seen; /* ranks × RECORDS */
    uint64_t count;
    int fail_on_rank; /* at the first record */
} arrivals;

static cln_status take(void *context, size_t bucket, cln_span record, cln_error *error) {
    arrivals *a = context;
    uint32_t name[2];
    char expected[LONGEST_BYTES];
    if (comm.rank == a->fail_on_rank) return cln_fail(error, CLN_ERR_DATA, "rank %d is full", comm.rank);
    memcpy(name, record.data, sizeof name);
    const bool is_known = name[0] < (uint32_t)comm.size && name[1] < RECORDS;
    a->is_good = a->is_good && is_known;
    if (!is_known) return CLN_OK;
    fill_record(expected, name[0], name[1]);
    const cln_span body = cln_span_of(record.data + sizeof name, record.size - sizeof name);
    const int owner = a->owner == CLN_EXCHANGE_DEALT ? (int)bucket % comm.size : a->owner;
    a->is_good = a->is_good && owner == comm.rank && bucket == record_bucket(name[0], name[1], a->is_skewed) &&
                 cln_span_equal(body, cln_span_of(expected, record_size(name[0], name[1]))) &&
                 a->seen[name[0] * RECORDS + name[1]]++ == 0;
    a->count++;
    return CLN_OK;
}

static cln_status deliver_all(cln_exchange *exchange, arrivals *a, uint64_t portion_bytes, size_t *portions) {
    const cln_exchange_sink sink = {.context = a, .take = take};
    *portions = 0;
    for (size_t first = 0, end; first < BUCKETS; first = end) {
        end = cln_exchange_portion(exchange, first, portion_bytes);
        CLN_TRY(cln_exchange_deliver(exchange, first, end, &sink, &err));
        (*portions)++;
    }
    return CLN_OK;
}

static bool sizes_add_up(const cln_exchange *exchange) {
    uint64_t records = 0, bytes = 0, expected = 0;
    for (size_t b = 0; b < BUCKETS; b++) {
        records += cln_exchange_bucket_size(exchange, b).records;
        bytes += cln_exchange_bucket_size(exchange, b).bytes;
    }
    for (uint32_t r = 0; r < (uint32_t)comm.size; r++) {
        for (uint32_t i = 0; i < RECORDS; i++) expected += 4 + 8 + record_size(r, i);
    }
    return records == (uint64_t)comm.size * RECORDS && bytes == expected;
}

/* Whether all records arrive; *portions is how many deliveries it took. */
static bool all_arrive(uint64_t memory_bytes, int owner, bool is_skewed, uint64_t portion_bytes, size_t *portions) {
    const char *scratch = getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp";
    const cln_exchange_options options = {
        .scratch_dir = scratch, .memory_bytes = memory_bytes, .bucket_count = BUCKETS, .owner = owner};
    arrivals a = {.owner = owner, .is_skewed = is_skewed, .is_good = true, .fail_on_rank = -1};
    cln_exchange *exchange;
    if (cln_exchange_new(&exchange, &comm, &options, &err) != CLN_OK) return false;
    a.seen = calloc((size_t)comm.size * RECORDS, 1);
    cln_status status = cln_agree(&comm, append_all(exchange, is_skewed), &err);
    if (status == CLN_OK) status = cln_exchange_settle(exchange, &err);
    const bool add_up = sizes_add_up(exchange);
    if (status == CLN_OK) status = deliver_all(exchange, &a, portion_bytes, portions);
    cln_exchange_free(exchange);
    free(a.seen);
    cln_sum_u64(&comm, &a.count, 1);
    return all_ranks(status == CLN_OK && add_up && a.is_good && a.count == (uint64_t)comm.size * RECORDS);
}

static void everything_arrives_once_at_its_owner(void **state) {
    (void)state;
    static const uint64_t memories[] = {1, 1 << 10, 20000, 16 << 20};
    size_t portions;
    for (size_t m = 0; m < 4; m++) {
        assert_true(all_arrive(memories[m], CLN_EXCHANGE_DEALT, false, UINT64_MAX, &portions));
        assert_int_equal(portions, 1);
        assert_true(all_arrive(memories[m], 0, false, UINT64_MAX, &portions));
        assert_true(all_arrive(memories[m], comm.size - 1, true, UINT64_MAX, &portions));
    }
}

static void portions_are_as_small_as_asked(void **state) {
    (void)state;
    size_t portions;
    assert_true(all_arrive(4096, CLN_EXCHANGE_DEALT, false, 1, &portions));
    assert_int_equal(portions, (BUCKETS + comm.size - 1) / comm.size);
    assert_true(all_arrive(4096, 0, false, 1, &portions));
    assert_int_equal(portions, BUCKETS);
}

static void one_that_cannot_take_more_ends_it_for_all(void **state) {
    (void)state;
    const cln_exchange_options options = {
        .scratch_dir = "/tmp", .memory_bytes = 1000, .bucket_count = BUCKETS, .owner = CLN_EXCHANGE_DEALT};
    for (int failing = 0; failing < comm.size; failing++) {
        arrivals a = {.owner = CLN_EXCHANGE_DEALT, .is_good = true, .fail_on_rank = failing};
        cln_exchange *exchange;
        size_t portions;
        char expected[64];
        a.seen = calloc((size_t)comm.size * RECORDS, 1);
        assert_int_equal(cln_exchange_new(&exchange, &comm, &options, &err), CLN_OK);
        cln_status status = append_all(exchange, false);
        if (status == CLN_OK) status = cln_exchange_settle(exchange, &err);
        if (status == CLN_OK) status = deliver_all(exchange, &a, UINT64_MAX, &portions);
        cln_exchange_free(exchange);
        free(a.seen);
        (void)snprintf(expected, sizeof expected, "rank %d is full", failing);
        assert_true(all_ranks(status == CLN_ERR_DATA && strcmp(err.message, expected) == 0));
    }
}

static void a_scratch_folder_that_is_missing_is_told(void **state) {
    (void)state;
    const cln_exchange_options options = {
        .scratch_dir = "/no/such/folder", .memory_bytes = 1000, .bucket_count = 1, .owner = 0};
    cln_exchange *exchange;
    assert_int_equal(cln_exchange_new(&exchange, &comm, &options, &err), CLN_OK);
    cln_status status = CLN_OK;
    for (int i = 0; i < 1000 && status == CLN_OK; i++) {
        status = cln_exchange_append(exchange, 0, cln_span_of_string("head"), cln_span_of_string("body"), &err);
    }
    cln_exchange_free(exchange);
    assert_true(all_ranks(status == CLN_ERR_IO && strstr(err.message, "/no/such/folder") != NULL));
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_arrives_once_at_its_owner),
        cmocka_unit_test(portions_are_as_small_as_asked),
        cmocka_unit_test(one_that_cannot_take_more_ends_it_for_all),
        cmocka_unit_test(a_scratch_folder_that_is_missing_is_told),
    };
    cln_comm_prepare_environment();
    cln_comm_start(&comm);
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    cln_comm_stop(&comm);
    return failed;
}
