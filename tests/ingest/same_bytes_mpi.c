/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The stored file is the same, byte for byte, for any number of ranks, any
 * stripe size, any memory and any size of the ranks' messages.
 */
#include "../../src/par/comm_internal.h"
#include "temp_store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static cln_config config;
static cln_error err;

/* A byte-order mark, every line end, quotes and line ends within quotes, blank
 * lines, misshapen records, bad cells, other encodings, an open quote. */
static const char nasty[] = "\xEF\xBB\xBFn,x,\"c\"\"d\",s,more\r\n"
                            "1,0.5,wet,\"a line\r\nand another\",m\r\n"
                            "\r\n"
                            "2,,\"Dry\",\"say \"\"hi\"\"\",m\n"
                            "\n\r"
                            "3,x,\"we\"t,text,m\n"
                            ",,,\"\"\"\"\"\",\n"
                            "4,1e3,caf\xE9,\x93quoted\x94,\xC3\xA9\r"
                            "bad,1,dry,it's 5\" wide,n\n"
                            "5,1\n"
                            "6,1,2,3,4,5,6\n"
                            "7,\x81,dry,,\n"
                            "  8  ,  -0.25,  wet  ,  text  ,  \n"
                            "\"9\",\"9\",\"9\",\"9\",\"9\"\n"
                            "\"\n\n\n\",,,\"\r\r\",\n"
                            "10,10,WET,\"\",m\r\n"
                            "11,11,\"open,m\n12,";

/* Ingests x.csv with the first `ranks` ranks into the store in_store; what all
 * ranks know. Ranks that do not take part wait. */
static cln_status ingest_on(int ranks, const char *in_store, uint64_t stripe_size_bytes, uint64_t memory_bytes) {
    const cln_config_dataset *declared = cln_config_find_dataset(&config, "d");
    cln_comm part = {.rank = world.rank};
    MPI_Comm_split(world.mpi, world.rank < ranks ? 0 : MPI_UNDEFINED, world.rank, &part.mpi);
    cln_status status = CLN_OK;
    if (world.rank < ranks) {
        MPI_Comm_size(part.mpi, &part.size);
        cln_ingest_request request = request_for(in_folder("x.csv"), "x", declared);
        request.store_dir = in_store;
        request.stripe_size_bytes = stripe_size_bytes;
        request.memory_bytes = memory_bytes;
        cln_ingest_outcome outcome;
        status = ingest_with(&part, &request, &outcome, &err);
        MPI_Comm_free(&part.mpi);
    }
    return cln_agree(&world, status, &err);
}

/* Rank 0: the bytes of the one partition in the store. */
static void read_partition(const char *in_store, cln_buffer *bytes) {
    cln_manifest manifest;
    bool exists;
    must(cln_manifest_read(&manifest, in_store, "d", &exists, NULL));
    char *path;
    must(cln_format_string(&path, NULL, "%s/d/%s", in_store, manifest.partitions[0].file));
    must(cln_file_read(path, bytes, NULL));
    free(path);
    cln_manifest_clean_up(&manifest);
}

/* Whether an ingest gives the expected bytes, which the first one sets. */
static bool same_bytes(cln_buffer *expected, int ranks, uint64_t stripe_size_bytes, uint64_t memory_bytes) {
    const char *in_store = in_folder("again");
    if (ingest_on(ranks, in_store, stripe_size_bytes, memory_bytes) != CLN_OK) return false;
    bool same = true;
    if (world.rank == 0) {
        cln_buffer bytes;
        cln_buffer_init(&bytes, SIZE_MAX);
        read_partition(in_store, &bytes);
        if (expected->size == 0) must(cln_buffer_append_span(expected, cln_buffer_span(&bytes), NULL));
        same = cln_span_equal(cln_buffer_span(expected), cln_buffer_span(&bytes));
        if (!same) fprintf(stderr, "%d ranks, stripes of %d bytes differ\n", ranks, (int)stripe_size_bytes);
        cln_buffer_clean_up(&bytes);
        temporary_remove_tree(in_store);
    }
    return root_finds(same);
}

static void any_ranks_and_stripes(void **state) {
    (void)state;
    write_file("x.csv", cln_span_of(nasty, sizeof nasty - 1));
    cln_buffer expected;
    cln_buffer_init(&expected, SIZE_MAX);
    bool good = true;
    for (uint64_t stripe = 64; good && stripe >= 1; stripe -= stripe > 24 ? 5 : 1) {
        for (int ranks = 1; good && ranks <= world.size; ranks++) {
            good = same_bytes(&expected, ranks, stripe, 64 << 20);
        }
    }
    cln_buffer_clean_up(&expected);
    assert_string_equal(err.message, "");
    assert_true(good);
}

/* Large enough that blocks go to the stage within a stripe, and from there to
 * the scratch folder. */
static void any_memory(void **state) {
    (void)state;
    cln_buffer file;
    cln_buffer_init(&file, SIZE_MAX);
    must(cln_buffer_append_string(&file, "n,x,c,s,more\n", NULL));
    for (int i = 0; i < 30000; i++) {
        must(cln_buffer_append_format(&file, NULL, "%d,%d.%d,k%d,text %d,m%d\n", i, i, i % 7, i % 9, i, i % 5000));
    }
    write_file("x.csv", cln_buffer_span(&file));
    cln_buffer_clean_up(&file);
    cln_buffer expected;
    cln_buffer_init(&expected, SIZE_MAX);
    bool good = true;
    const uint64_t memories[] = {256 << 20, 1 << 20, 100000, 1000};
    for (int m = 0; good && m < 4; m++) {
        for (int ranks = 1; good && ranks <= world.size; ranks++) good = same_bytes(&expected, ranks, 0, memories[m]);
        good = good && same_bytes(&expected, world.size, 1 << 20, memories[m]);
    }
    cln_buffer_clean_up(&expected);
    assert_string_equal(err.message, "");
    assert_true(good);
}

/* As if INT_MAX were so small that every transfer of dictionaries, digests,
 * rows and sums takes many messages. */
static void any_size_of_messages(void **state) {
    (void)state;
    cln_buffer file;
    cln_buffer_init(&file, SIZE_MAX);
    must(cln_buffer_append_string(&file, "n,x,c,s,more\n", NULL));
    for (int i = 0; i < 3000; i++) {
        must(cln_buffer_append_format(&file, NULL, "%d,%d.5,k%d,text %d,m%d\n", i, i, i % 900, i, i % 700));
    }
    must(cln_buffer_append_span(&file, cln_span_of(nasty + 3, sizeof nasty - 4), NULL));
    write_file("x.csv", cln_buffer_span(&file));
    cln_buffer_clean_up(&file);
    cln_buffer expected;
    cln_buffer_init(&expected, SIZE_MAX);
    bool good = same_bytes(&expected, world.size, 1000, 64 << 20);
    const size_t usual = cln_comm_piece_bytes;
    for (size_t piece = 8; good && piece <= 512; piece *= 64) {
        cln_comm_piece_bytes = piece;
        good = same_bytes(&expected, world.size, 1000, 64 << 20);
    }
    cln_comm_piece_bytes = usual;
    cln_buffer_clean_up(&expected);
    assert_string_equal(err.message, "");
    assert_true(good);
}

int main(void) {
    cln_comm_prepare_environment();
    cln_comm_start(&world);
    parse_dataset(&config, "{\"name\":\"n\",\"type\":\"integer\"},"
                           "{\"name\":\"x\",\"type\":\"double\"},"
                           "{\"name\":\"c\",\"type\":\"category\",\"aliases\":[\"c_d\"],\"fold\":\"upper\"},"
                           "{\"name\":\"s\",\"type\":\"text\"}");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(any_ranks_and_stripes, make_store, remove_store),
        cmocka_unit_test_setup_teardown(any_memory, make_store, remove_store),
        cmocka_unit_test_setup_teardown(any_size_of_messages, make_store, remove_store),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    cln_config_clean_up(&config);
    cln_comm_stop(&world);
    return failed;
}
