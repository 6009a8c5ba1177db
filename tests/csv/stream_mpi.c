/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A compressed file through prologue and sweep, on all ranks, against the
 * same bytes read plainly by one rank: the same records with the same numbers
 * and offsets, for any stripe size, and a size that all ranks know in the end.
 */
#include "base/compressed.h"
#include "colonnade/csv/prologue.h"
#include "colonnade/csv/sweep.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static cln_comm comm;

static bool all_ranks(bool finding) {
    int all = finding;
    MPI_Allreduce(MPI_IN_PLACE, &all, 1, MPI_INT, MPI_LAND, comm.mpi);
    return all != 0;
}

/* What a rank was given: the bytes, and where each run stood. */
typedef struct collected {
    cln_buffer bytes;
    uint64_t first_offset; /* UINT64_MAX before the first run */
    uint64_t next_offset;
    uint64_t next_record;
    bool in_order;
    uint64_t over_long;
    const cln_automaton *automaton;
} collected;

static cln_status take(void *context, const cln_csv_run *run, uint64_t *failed_record, cln_error *err) {
    collected *c = context;
    (void)failed_record;
    if (c->first_offset == UINT64_MAX) c->first_offset = c->next_offset = run->offset;
    c->in_order = c->in_order && run->offset == c->next_offset;
    c->next_offset = run->offset + run->size_bytes;
    if (run->size_bytes > run->bytes.size) {
        c->over_long++;
        c->next_record++;
        return CLN_OK;
    }
    cln_splitter splitter;
    cln_splitter_init(&splitter, c->automaton, run->bytes, run->offset, run->first_record);
    static cln_record_block block;
    cln_record_block_init(&block);
    cln_status status = CLN_OK;
    for (bool more = true; status == CLN_OK && more;) {
        status = cln_splitter_next(&splitter, &block, &more, err);
        if (!more || block.record_count == 0) continue; /* blank lines have no number */
        c->in_order = c->in_order && block.first_number == c->next_record;
        c->next_record += block.record_count;
    }
    cln_record_block_clean_up(&block);
    return status == CLN_OK ? cln_buffer_append_span(&c->bytes, run->bytes, err) : status;
}

typedef struct outcome {
    cln_status status;
    cln_error err;
    cln_prologue prologue;
    collected got;
    uint64_t size_bytes;
} outcome;

static void run(outcome *o, const cln_comm *ranks, cln_byte_source *source, uint64_t stripe_size, uint64_t max_record) {
    static cln_automaton automaton;
    const cln_dialect dialect = cln_dialect_default();
    cln_automaton_init(&automaton, &dialect);
    *o = (outcome){.got = {.first_offset = UINT64_MAX, .in_order = true, .automaton = &automaton}};
    cln_buffer_init(&o->got.bytes, SIZE_MAX);
    o->status = cln_prologue_read(&o->prologue, ranks, source, &dialect, 1 << 20, &o->err);
    if (o->status != CLN_OK) return;
    o->got.next_record = o->prologue.first_record;
    const cln_sweep sweep = {.source = source,
                             .automaton = &automaton,
                             .data_offset = o->prologue.data_offset,
                             .first_record = o->prologue.first_record,
                             .stripe_size_bytes = stripe_size,
                             .max_record_bytes = max_record};
    const cln_csv_sink sink = {.context = &o->got, .take = take};
    o->status = cln_sweep_run(&sweep, ranks, &sink, &o->err);
    o->size_bytes = source->size_bytes;
}

static void clean_up(outcome *o) {
    cln_prologue_clean_up(&o->prologue);
    cln_buffer_clean_up(&o->got.bytes);
}

/* Local: rank 0 has everything, the others have nothing, and all know the size. */
static bool same(const outcome *streamed, const outcome *plain, size_t size) {
    if (streamed->status != CLN_OK || plain->status != CLN_OK || streamed->size_bytes != size) return false;
    if (streamed->prologue.name_count != plain->prologue.name_count) return false;
    const collected *a = &streamed->got;
    const collected *b = &plain->got;
    if (comm.rank > 0) return a->first_offset == UINT64_MAX;
    return a->in_order && b->in_order && cln_span_equal(cln_buffer_span(&a->bytes), cln_buffer_span(&b->bytes)) &&
           a->first_offset == b->first_offset && a->next_offset == b->next_offset && a->next_record == b->next_record &&
           a->over_long == b->over_long;
}

/* Collective; the same on all ranks. */
static bool compare(cln_span text, cln_compression compression, uint64_t stripe_size, uint64_t max_record) {
    const cln_comm alone = {.mpi = MPI_COMM_SELF, .rank = 0, .size = 1};
    cln_buffer packed;
    cln_buffer_init(&packed, SIZE_MAX);
    bool good =
        append_compressed(&packed, compression, cln_span_of(text.data, text.size / 3)) &&
        append_compressed(&packed, compression, cln_span_of(text.data + text.size / 3, text.size - text.size / 3));
    cln_byte_source *source = open_packed(cln_buffer_span(&packed), compression);
    cln_byte_source *memory = NULL;
    good = good && source != NULL && cln_byte_source_of_memory(&memory, "text", text, NULL) == CLN_OK;
    if (all_ranks(good)) {
        outcome streamed, plain;
        run(&plain, &alone, memory, stripe_size, max_record);
        run(&streamed, &comm, source, stripe_size, max_record);
        good = same(&streamed, &plain, text.size);
        clean_up(&streamed);
        clean_up(&plain);
    }
    if (source != NULL) source->release(source);
    if (memory != NULL) memory->release(memory);
    cln_buffer_clean_up(&packed);
    return all_ranks(good);
}

static void cuts_what_one_rank_cuts(void **state) {
    static const char *const texts[] = {
        "",
        "\n",
        "\xEF\xBB\xBF",
        "a,b",
        "a,b\n",
        "a,b\r\n1,2\r\n\r\n3,\"x\ny\"\r\n",
        "\xEF\xBB\xBF\n\na,b\n1,2\n\n\n3,4\r5,6\n\n",
        "a,b\n1,\"open quote\n3,4\n",
        "a,b\n1,2\n\"longer than the maximum record, which is kept to twenty bytes\",x\n3,4\n",
    };
    (void)state;
    bool good = true;
    for (size_t t = 0; t < sizeof texts / sizeof *texts; t++) {
        for (uint64_t stripe = 1; stripe < 40; stripe++) {
            const cln_span text = cln_span_of_string(texts[t]);
            good = compare(text, CLN_COMPRESSION_GZIP, stripe, 20) && good;
            good = compare(text, CLN_COMPRESSION_ZSTD, stripe, 1 << 20) && good;
        }
    }
    assert_true(good);
}

static void ends_where_a_stripe_ends(void **state) {
    (void)state;
    cln_buffer text;
    cln_buffer_init(&text, SIZE_MAX);
    bool good = cln_buffer_append_string(&text, "id,n\n", NULL) == CLN_OK;
    while (good && text.size < (3 << 16)) good = cln_buffer_append_string(&text, "1234567,\"9\n0\"\n", NULL) == CLN_OK;
    for (size_t cut = 0; cut < 2; cut++) {
        const cln_span whole = cln_span_of(text.data, (3 << 16) - cut);
        good = compare(whole, CLN_COMPRESSION_GZIP, 1 << 16, 1 << 20) && good;
        good = compare(whole, CLN_COMPRESSION_ZSTD, 1 << 15, 1 << 20) && good;
    }
    cln_buffer_clean_up(&text);
    assert_true(good);
}

/* All ranks leave, by the same door, when rank 0 finds damage in the middle. */
static void tells_all_ranks_of_damage(void **state) {
    (void)state;
    cln_buffer text, packed;
    cln_buffer_init(&text, SIZE_MAX);
    cln_buffer_init(&packed, SIZE_MAX);
    bool good = true;
    for (int i = 0; good && i < 20000; i++) good = cln_buffer_append_format(&text, NULL, "%d,%d\n", i, i * i) == CLN_OK;
    good = good && append_gzip(&packed, cln_buffer_span(&text));
    packed.size -= 9; /* its checksum, its size, and a byte of the data */
    cln_byte_source *source = open_packed(cln_buffer_span(&packed), CLN_COMPRESSION_GZIP);
    outcome o;
    run(&o, &comm, source, 4096, 1 << 20);
    good = good && o.status == CLN_ERR_IO && strstr(o.err.message, "packed.csv is damaged: it ends too early") != NULL;
    clean_up(&o);
    source->release(source);
    cln_buffer_clean_up(&packed);
    cln_buffer_clean_up(&text);
    assert_true(all_ranks(good));
}

static void tells_of_ranks_that_see_other_files(void **state) {
    (void)state;
    cln_buffer packed;
    cln_buffer_init(&packed, SIZE_MAX);
    bool good = append_gzip(&packed, cln_span_of_string("a,b\n1,2\n"));
    cln_byte_source *source = NULL;
    if (comm.rank == 0) {
        source = open_packed(cln_buffer_span(&packed), CLN_COMPRESSION_GZIP);
    } else {
        good = cln_byte_source_of_memory(&source, "plain.csv", cln_span_of_string("a,b\n1,2\n"), NULL) == CLN_OK;
    }
    outcome o;
    run(&o, &comm, source, 4096, 1 << 20);
    if (comm.size == 1) {
        good = good && o.status == CLN_OK;
    } else {
        good = good && o.status == CLN_ERR_IO && strstr(o.err.message, "is compressed for one rank") != NULL;
    }
    clean_up(&o);
    source->release(source);
    cln_buffer_clean_up(&packed);
    assert_true(all_ranks(good));
}

int main(void) {
    cln_comm_prepare_environment();
    cln_comm_start(&comm);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuts_what_one_rank_cuts),
        cmocka_unit_test(ends_where_a_stripe_ends),
        cmocka_unit_test(tells_all_ranks_of_damage),
        cmocka_unit_test(tells_of_ranks_that_see_other_files),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    cln_comm_stop(&comm);
    return failed;
}
