/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The sweep of all ranks against the reference: the same records with the
 * same numbers and places, each once, for any stripe size. Each rank compares
 * what it gets; what it found is asserted after all ranks have heard of it.
 */
#include "colonnade/csv/sweep.h"

#include "rank_counts.h"
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

/* ---- A sink that compares ---- */

typedef struct checker {
    const reference *expected;
    const cln_automaton *automaton;
    cln_span bytes; /* of the whole file */
    uint64_t stripe_size;
    uint64_t max_record;
    uint64_t first_number;
    cln_record_block *block;
    cln_buffer text;
    cln_buffer arena;
    /* Found: */
    bool good;
    uint64_t end_offset; /* of the last run */
    uint64_t round;
    uint64_t takes_in_round;
    uint64_t *seen; /* how often each record came */
    cln_account account;
    uint64_t seen_bytes;
} checker;

static void check_that(checker *c, bool finding) {
    c->good = c->good && finding;
}

static void check_over_long(checker *c, const cln_csv_run *run) {
    const uint64_t i = run->first_record - c->first_number;
    check_that(c, run->bytes.size == c->max_record && i < c->expected->record_count);
    if (!c->good) return;
    const reference_record *record = &c->expected->records[i];
    check_that(c, record->offset == run->offset && record->size == run->size_bytes);
    const size_t tail = run->size_bytes < CLN_TAIL_BYTES ? (size_t)run->size_bytes : (size_t)CLN_TAIL_BYTES;
    const cln_span end = cln_span_of(c->bytes.data + run->offset + run->size_bytes - tail, tail);
    check_that(c, cln_span_equal(run->tail, end));
    c->seen[i]++;
    cln_account_record(&c->account, run->size_bytes, CLN_REASON_OVER_LONG);
}

static void check_records(checker *c, const cln_csv_run *run) {
    cln_splitter splitter;
    cln_splitter_init(&splitter, c->automaton, run->bytes, run->offset, run->first_record);
    for (bool more = true; more && c->good;) {
        must(cln_splitter_next(&splitter, c->block, &more, NULL));
        cln_account_block(&c->account, c->block);
        for (size_t i = 0; i < c->block->record_count && c->good; i++) {
            const uint64_t at = c->block->first_number + i - c->first_number;
            check_that(c, at < c->expected->record_count);
            if (!c->good) break;
            cln_buffer_clear(&c->text);
            describe_block_record(&c->text, c->automaton, c->block, i, &c->arena);
            check_that(c, cln_span_equal(cln_buffer_span(&c->text), reference_text(c->expected, at)));
            check_that(c, c->block->records[i].size <= c->max_record);
            cln_account_record(&c->account, c->block->records[i].size, CLN_REASON_NONE);
            c->seen[at]++;
        }
    }
}

static cln_status checker_take(void *context, const cln_csv_run *run, uint64_t *failed_record, cln_error *err) {
    checker *c = context;
    (void)failed_record;
    (void)err;
    const uint64_t ranks = (uint64_t)comm.size;
    check_that(c, run->offset >= c->end_offset && run->offset + run->size_bytes <= c->bytes.size);
    check_that(c, memcmp(run->bytes.data, c->bytes.data + run->offset, run->bytes.size) == 0);
    /* It belongs to the rank that read its first byte, and only one that
     * began earlier comes late, before all others. */
    check_that(c, run->stripe == run->offset / c->stripe_size && run->stripe % ranks == (uint64_t)comm.rank);
    check_that(c, run->stripe / ranks == c->round || (run->stripe / ranks < c->round && c->takes_in_round == 0));
    c->end_offset = run->offset + run->size_bytes;
    c->takes_in_round++;
    if (run->size_bytes > run->bytes.size) {
        check_over_long(c, run);
    } else {
        check_records(c, run);
    }
    return CLN_OK;
}

static cln_status checker_see(void *context, uint64_t offset, cln_span bytes, cln_error *err) {
    checker *c = context;
    (void)err;
    check_that(c, offset % c->stripe_size == 0 && offset / c->stripe_size % (uint64_t)comm.size == (uint64_t)comm.rank);
    check_that(c, memcmp(bytes.data, c->bytes.data + offset, bytes.size) == 0);
    c->seen_bytes += bytes.size;
    return CLN_OK;
}

static cln_status checker_end_round(void *context, cln_error *err) {
    checker *c = context;
    (void)err;
    c->round++;
    c->takes_in_round = 0;
    return CLN_OK;
}

/* The account that the reference gives when it rejects over-long records,
 * whose fields and line ends nobody counts. */
static void expect_account(const checker *c, cln_account *expected) {
    *expected = c->expected->account;
    expected->records_stored = expected->bytes_stored = 0;
    expected->records_read = 0;
    for (size_t i = 0; i < c->expected->record_count; i++) {
        const uint64_t size = c->expected->records[i].size;
        cln_account_record(expected, size, size > c->max_record ? CLN_REASON_OVER_LONG : CLN_REASON_NONE);
    }
}

static bool account_is_right(checker *c) {
    cln_account expected;
    expect_account(c, &expected);
    cln_account_sum(&comm, &c->account);
    if (expected.records_rejected == 0) return accounts_are_equal(&c->account, &expected);
    return c->account.bytes_rejected == expected.bytes_rejected && c->account.bytes_stored == expected.bytes_stored &&
           c->account.bytes_blank == expected.bytes_blank && c->account.blank_lines == expected.blank_lines;
}

static void checker_init(checker *c) {
    memset(c, 0, sizeof *c);
    must(cln_new_array(&c->block, 1, sizeof *c->block, NULL));
    cln_record_block_init(c->block);
    cln_buffer_init(&c->text, SIZE_MAX);
    cln_buffer_init(&c->arena, SIZE_MAX);
}

static void checker_clean_up(checker *c) {
    cln_record_block_clean_up(c->block);
    free(c->block);
    cln_buffer_clean_up(&c->text);
    cln_buffer_clean_up(&c->arena);
}

/* One sweep of bytes; collective. `before` bytes at the front are not data. */
static bool sweep_is_right(checker *c, const cln_automaton *automaton, cln_span bytes, size_t before,
                           uint64_t stripe_size, uint64_t max_record) {
    reference r;
    reference_read(&r, automaton, cln_span_of(bytes.data + before, bytes.size - before), before, 3);
    c->expected = &r;
    c->automaton = automaton;
    c->bytes = bytes;
    c->stripe_size = stripe_size < max_record ? stripe_size : max_record;
    c->max_record = max_record;
    c->first_number = 3;
    c->good = true;
    c->end_offset = c->round = c->takes_in_round = c->seen_bytes = 0;
    memset(&c->account, 0, sizeof c->account);
    must(cln_new_array(&c->seen, r.record_count, sizeof *c->seen, NULL));
    cln_byte_source *source;
    must(cln_byte_source_of_memory(&source, "memory", bytes, NULL));
    const cln_sweep sweep = {.source = source,
                             .automaton = automaton,
                             .data_offset = before,
                             .first_record = 3,
                             .stripe_size_bytes = stripe_size,
                             .max_record_bytes = max_record};
    const cln_csv_sink sink = {
        .context = c, .take = checker_take, .see_context = c, .see = checker_see, .end_round = checker_end_round};
    cln_error err = {.message = ""};
    const cln_status status = cln_sweep_run(&sweep, &comm, &sink, &err);
    cln_sum_u64(&comm, c->seen, r.record_count);
    for (size_t i = 0; i < r.record_count; i++) check_that(c, c->seen[i] == 1);
    cln_sum_u64(&comm, &c->seen_bytes, 1);
    check_that(c, status == CLN_OK && account_is_right(c) && c->seen_bytes == bytes.size);
    source->release(source);
    free(c->seen);
    reference_clean_up(&r);
    return c->good;
}

/* ---- Strings of all kinds ---- */

/* More ranks than processors take long; each number of ranks has its own strings. */
static bool is_slow(void) {
    return comm.size > 3;
}

static int round_count(int of_few_ranks) {
    return is_slow() ? of_few_ranks / 30 : of_few_ranks;
}

/* At every stripe size. */
static void random_strings(void **state) {
    (void)state;
    checker c;
    checker_init(&c);
    random_source random = {2024 + (uint64_t)comm.size};
    bool good = true;
    for (int round = 0; round < round_count(1000); round++) {
        const cln_dialect dialect = tried_dialect(round % TRIED_DIALECT_COUNT);
        cln_automaton automaton;
        cln_automaton_init(&automaton, &dialect);
        char text[24];
        const size_t size = random_below(&random, sizeof text + 1);
        random_text(&random, &dialect, text, size, 1 + random_below(&random, 3));
        const size_t before = random_below(&random, 4) == 0 ? random_below(&random, size + 1) : 0;
        for (uint64_t stripe = 1; stripe <= size + 1; stripe++) {
            const bool one = sweep_is_right(&c, &automaton, cln_span_of(text, size), before, stripe, 1000);
            if (!one && good) fprintf(stderr, "string %d differs at stripes of %d bytes\n", round, (int)stripe);
            good = good && one;
        }
    }
    checker_clean_up(&c);
    assert_true(all_ranks(good));
}

static void over_long_records(void **state) {
    (void)state;
    checker c;
    checker_init(&c);
    random_source random = {77 + (uint64_t)comm.size};
    bool good = true;
    for (int round = 0; round < round_count(500); round++) {
        const cln_dialect dialect = tried_dialect(round % TRIED_DIALECT_COUNT);
        cln_automaton automaton;
        cln_automaton_init(&automaton, &dialect);
        char text[40];
        const size_t size = random_below(&random, sizeof text + 1);
        random_text(&random, &dialect, text, size, 4);
        const uint64_t max_record = 2 + random_below(&random, 7);
        for (uint64_t stripe = 1; stripe <= 12; stripe += 1 + stripe / 3) {
            const bool one = sweep_is_right(&c, &automaton, cln_span_of(text, size), 0, stripe, max_record);
            if (!one && good) fprintf(stderr, "string %d differs at stripes of %d bytes\n", round, (int)stripe);
            good = good && one;
        }
    }
    checker_clean_up(&c);
    assert_true(all_ranks(good));
}

/* Longer files, in which lanes merge and records go over stripes and rounds. */
static void long_strings(void **state) {
    (void)state;
    enum { SIZE = 20000 };
    static char text[SIZE];
    checker c;
    checker_init(&c);
    random_source random = {5 + (uint64_t)comm.size};
    static const uint64_t rarities[] = {3, 40, 1000, 6000};
    static const uint64_t stripes[] = {61, 300, 4096, 7000, 30000};
    bool good = true;
    for (int round = 0; round < 4 + round_count(36); round++) {
        const cln_dialect dialect = tried_dialect(round % TRIED_DIALECT_COUNT);
        cln_automaton automaton;
        cln_automaton_init(&automaton, &dialect);
        if (round % 2 == 0) {
            random_text(&random, &dialect, text, SIZE, rarities[round / 2 % 4]);
        } else {
            random_csv(&random, &dialect, text, SIZE, rarities[round / 2 % 4]);
        }
        for (size_t s = 0; s < sizeof stripes / sizeof stripes[0]; s++) {
            good = sweep_is_right(&c, &automaton, cln_span_of(text, SIZE), 0, stripes[s], 100000) && good;
            good = sweep_is_right(&c, &automaton, cln_span_of(text, SIZE), 0, stripes[s], 900) && good;
        }
    }
    checker_clean_up(&c);
    assert_true(all_ranks(good));
}

/* One record over hundreds of stripes and many rounds, between short ones. */
static void a_record_over_many_rounds(void **state) {
    (void)state;
    enum { LONG = 5000 };
    cln_buffer bytes;
    cln_buffer_init(&bytes, SIZE_MAX);
    must(cln_buffer_append_string(&bytes, "a,b\r\n1,\"", NULL));
    for (int i = 0; i < LONG; i++) must(cln_buffer_append_string(&bytes, i % 7 == 0 ? "\"\"" : "x\r\n", NULL));
    must(cln_buffer_append_string(&bytes, "\"\r\n\r\nlast", NULL));
    const cln_dialect dialect = cln_dialect_default();
    cln_automaton automaton;
    cln_automaton_init(&automaton, &dialect);
    checker c;
    checker_init(&c);
    bool good = true;
    static const uint64_t stripes[] = {1, 7, 64, 1000};
    for (size_t s = is_slow(); s < sizeof stripes / sizeof stripes[0]; s++) {
        good = sweep_is_right(&c, &automaton, cln_buffer_span(&bytes), 0, stripes[s], 1 << 20) && good;
        good = sweep_is_right(&c, &automaton, cln_buffer_span(&bytes), 5, stripes[s], 3000) && good;
    }
    checker_clean_up(&c);
    cln_buffer_clean_up(&bytes);
    assert_true(all_ranks(good));
}

int main(void) {
    cln_comm_prepare_environment();
    cln_comm world;
    cln_comm_start(&world);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_strings),
        cmocka_unit_test(over_long_records),
        cmocka_unit_test(long_strings),
        cmocka_unit_test(a_record_over_many_rounds),
    };
    int failed = 0;
    RUN_ON_RANK_COUNTS(tests, &comm, &world, failed);
    cln_comm_stop(&world);
    return failed;
}
