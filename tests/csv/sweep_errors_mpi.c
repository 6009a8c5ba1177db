/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * When a rank fails in the middle of a sweep, all ranks leave it with the
 * same message. What each rank found is asserted after all have heard of it.
 */
#include "colonnade/csv/sweep.h"

#include "reference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static cln_comm comm;

static bool all_ranks(bool finding) {
    int all = finding;
    MPI_Allreduce(MPI_IN_PLACE, &all, 1, MPI_INT, MPI_LAND, comm.mpi);
    return all != 0;
}

/* ---- Sinks that fail ---- */

typedef struct failing {
    uint64_t every; /* records whose number is a multiple of it fail, from `from` on */
    uint64_t from;
    bool at_round_end;
    uint64_t rounds;
} failing;

static cln_status failing_take(void *context, const cln_csv_run *run, uint64_t *failed_record, cln_error *err) {
    const failing *f = context;
    cln_automaton automaton;
    const cln_dialect dialect = cln_dialect_default();
    cln_automaton_init(&automaton, &dialect);
    reference r;
    reference_read(&r, &automaton, run->bytes, run->offset, run->first_record);
    const size_t count = r.record_count;
    reference_clean_up(&r);
    for (uint64_t number = run->first_record; number < run->first_record + count; number++) {
        if (number < f->from || number % f->every != 0) continue;
        *failed_record = number;
        return cln_fail(err, CLN_ERR_DATA, "record %llu is bad", (unsigned long long)number);
    }
    return CLN_OK;
}

/* As one in which ranks send to each other: they must all be here. Then only rank 0 finds that it cannot write. */
static cln_status failing_end_round(void *context, cln_error *err) {
    failing *f = context;
    f->rounds++;
    MPI_Barrier(comm.mpi);
    if (f->at_round_end && comm.rank == 0) return cln_fail(err, CLN_ERR_IO, "the disk is full");
    return CLN_OK;
}

static const char *const some_records = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\nm\nn\no\np\nq\nr\ns\nt\nu\nv\nw\n";

static cln_status run_failing(failing *f, bool with_end_round, uint64_t stripe_size, cln_byte_source *source,
                              cln_error *err) {
    cln_automaton automaton;
    const cln_dialect dialect = cln_dialect_default();
    cln_automaton_init(&automaton, &dialect);
    const cln_sweep sweep = {.source = source,
                             .automaton = &automaton,
                             .first_record = 1,
                             .stripe_size_bytes = stripe_size,
                             .max_record_bytes = 1000};
    const cln_csv_sink sink = {
        .context = f, .take = failing_take, .end_round = with_end_round ? failing_end_round : NULL};
    return cln_sweep_run(&sweep, &comm, &sink, err);
}

static void the_first_bad_record_in_the_file_is_told(void **state) {
    (void)state;
    cln_byte_source *source;
    must(cln_byte_source_of_memory(&source, "memory", cln_span_of_string(some_records), NULL));
    bool good = true;
    for (uint64_t stripe_size = 1; stripe_size < 50; stripe_size++) {
        for (uint64_t from = 1; from <= 24; from++) {
            failing f = {.every = 1, .from = from};
            cln_error err = {.message = ""};
            char expected[64];
            (void)snprintf(expected, sizeof expected, "record %d is bad", (int)from);
            const cln_status status = run_failing(&f, from % 2 == 0, stripe_size, source, &err);
            const bool is_told =
                from > 23 ? status == CLN_OK : status == CLN_ERR_DATA && strcmp(err.message, expected) == 0;
            good = good && is_told;
        }
    }
    source->release(source);
    assert_true(all_ranks(good));
}

static void an_error_at_the_end_of_a_round_ends_the_sweep_on_all_ranks(void **state) {
    (void)state;
    cln_byte_source *source;
    must(cln_byte_source_of_memory(&source, "memory", cln_span_of_string(some_records), NULL));
    failing f = {.every = 1, .from = 1000, .at_round_end = true};
    cln_error err = {.message = ""};
    const cln_status status = run_failing(&f, true, 2, source, &err);
    source->release(source);
    assert_true(all_ranks(status == CLN_ERR_IO && f.rounds == 1 && strcmp(err.message, "the disk is full") == 0));
}

/* ---- Sources that fail ---- */

typedef struct broken_source {
    cln_byte_source source;
    uint64_t bad_from;
} broken_source;

static cln_status broken_read_at(cln_byte_source *self, uint64_t offset, void *data, size_t size, cln_error *err) {
    if (offset + size > ((broken_source *)self)->bad_from) return cln_fail(err, CLN_ERR_IO, "byte is gone");
    memset(data, 'x', size);
    return CLN_OK;
}

static void a_read_error_on_one_rank_is_everybodys(void **state) {
    (void)state;
    bool good = true;
    for (uint64_t bad_from = 0; bad_from < 100; bad_from += 9) {
        broken_source broken = {.source = {.size_bytes = 100, .name = "broken", .read_at = broken_read_at},
                                .bad_from = bad_from};
        failing f = {.every = 1, .from = 1000};
        cln_error err = {.message = ""};
        const cln_status status = run_failing(&f, true, 10, &broken.source, &err);
        good = good && status == CLN_ERR_IO && strcmp(err.message, "byte is gone") == 0;
    }
    assert_true(all_ranks(good));
}

static void a_file_that_grows_while_ranks_open_it_is_refused(void **state) {
    (void)state;
    broken_source growing = {.source = {.name = "growing.csv", .read_at = broken_read_at}, .bad_from = 1000};
    growing.source.size_bytes = 100 + (uint64_t)comm.rank;
    failing f = {.every = 1, .from = 1000};
    cln_error err = {.message = ""};
    const cln_status status = run_failing(&f, true, 10, &growing.source, &err);
    const bool good = comm.size == 1 ? status == CLN_OK
                                     : status == CLN_ERR_IO && strstr(err.message, "growing.csv has 100 bytes") != NULL;
    assert_true(all_ranks(good));
}

/* ---- The size of stripes ---- */

static void stripe_sizes(void **state) {
    (void)state;
    const uint64_t kib = 1024;
    const uint64_t mib = kib * kib;
    assert_int_equal(cln_sweep_stripe_size(10 * 1024 * mib, 256 * mib, 4, 0), 8 * mib);
    assert_int_equal(cln_sweep_stripe_size(10 * 1024 * mib, 64 * mib, 4, 0), 4 * mib);
    assert_int_equal(cln_sweep_stripe_size(100 * mib, 256 * mib, 4, 0), 6 * mib);
    assert_int_equal(cln_sweep_stripe_size(8 * mib, 256 * mib, 4, 0), 512 * kib);
    assert_int_equal(cln_sweep_stripe_size(100, 256 * mib, 4, 0), 64 * kib);
    assert_int_equal(cln_sweep_stripe_size(0, 256 * mib, 1, 0), 64 * kib);
    /* Asked for: */
    assert_int_equal(cln_sweep_stripe_size(100, 256 * mib, 4, 1), 1);
    assert_int_equal(cln_sweep_stripe_size(65 * mib, 256 * mib, 4, 1), mib);
    assert_int_equal(cln_sweep_stripe_size(65 * mib, 256 * mib, 4, 3 * mib + 1), 4 * mib);
    assert_int_equal(cln_sweep_stripe_size(65 * mib, 256 * mib, 4, UINT64_MAX), 16 * mib);
    assert_int_equal(cln_sweep_stripe_size(100, 256 * mib, 4, UINT64_MAX), 16 * mib);
}

int main(void) {
    cln_comm_prepare_environment();
    cln_comm_start(&comm);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_bad_record_in_the_file_is_told),
        cmocka_unit_test(an_error_at_the_end_of_a_round_ends_the_sweep_on_all_ranks),
        cmocka_unit_test(a_read_error_on_one_rank_is_everybodys),
        cmocka_unit_test(a_file_that_grows_while_ranks_open_it_is_refused),
        cmocka_unit_test(stripe_sizes),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    cln_comm_stop(&comm);
    return failed;
}
