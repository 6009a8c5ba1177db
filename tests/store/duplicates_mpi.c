/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Duplicates among more rows than a zone has, found by all ranks with little
 * memory or much: the rows that count are those of a plain search, and the
 * file that says so has the same bytes. A finding is asserted after all ranks
 * have heard of it.
 */
#include "colonnade/base/memory.h"
#include "colonnade/store/dataset_paths.h"
#include "colonnade/store/duplicates.h"
#include "colonnade/store/partition_writer.h"
#include "folder.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { PARTITIONS = 4, KEYS = 60000, NO_KEY = KEYS };

static const char *const ids[PARTITIONS] = {"2015", "2016", "all", "old"};
/* The last one has no key. */
static const size_t row_counts[PARTITIONS] = {70001, 3000, 131072, 100};

static cln_comm comm;
static const cln_comm alone = {.mpi = MPI_COMM_SELF, .rank = 0, .size = 1};
static folder place;
static cln_error err;

static bool all_ranks(bool finding) {
    int all = finding;
    MPI_Allreduce(MPI_IN_PLACE, &all, 1, MPI_INT, MPI_LAND, comm.mpi);
    return all != 0;
}

/* The key of a row; every thirteenth or so has none. */
static uint32_t key_of(size_t partition, size_t row) {
    uint32_t x = (uint32_t)row * 2654435761U + (uint32_t)partition * 40503U + 7U;
    x ^= x >> 15;
    x *= 2246822519U;
    x ^= x >> 13;
    return x % 13 == 0 ? NO_KEY : x / 13 % KEYS;
}

/* ---- What is searched ---- */

typedef struct table {
    int64_t *records;
    uint64_t *offsets;
    cln_buffer texts;
    uint64_t null_count; /* of the texts */
} table;

static void make_table(table *made, size_t partition) {
    const size_t rows = row_counts[partition];
    made->records = calloc(rows, sizeof *made->records);
    made->offsets = calloc(rows + 1, sizeof *made->offsets);
    made->null_count = 0;
    cln_buffer_init(&made->texts, SIZE_MAX);
    if (cln_buffer_reserve(&made->texts, 1, NULL) != CLN_OK) abort();
    for (size_t i = 0; i < rows; i++) {
        const uint32_t key = key_of(partition, i);
        made->records[i] = (int64_t)i + 2;
        if (key != NO_KEY && cln_buffer_append_format(&made->texts, NULL, "%s%u%s", partition == 1 ? "0" : "", key,
                                                      i % 2 == 0 ? ".0" : "") != CLN_OK) {
            abort();
        }
        made->offsets[i + 1] = made->texts.size;
        made->null_count += key == NO_KEY;
    }
}

static cln_status write_file(const char *path, const table *from, size_t partition, uint64_t *size_bytes) {
    const size_t rows = row_counts[partition];
    const cln_stored_column columns[] = {
        {.name = "record", .type = CLN_TYPE_INTEGER, .min = 2, .max = (int64_t)rows + 1, .role = "", .source_name = ""},
        {.name = partition == PARTITIONS - 1 ? "note" : "id",
         .type = CLN_TYPE_TEXT,
         .null_count = from->null_count,
         .text_size_bytes = from->texts.size,
         .text_size_max = from->texts.size,
         .role = "",
         .source_name = ""}};
    const cln_stored_table stored = {.name = "columns", .rows = rows, .column_count = 2, .columns = columns};
    const cln_vector records = {.type = CLN_TYPE_INTEGER, .rows = rows, .integers = from->records};
    const cln_vector texts = {.type = CLN_TYPE_TEXT, .rows = rows, .offsets = from->offsets, .bytes = from->texts.data};
    cln_partition_writer *writer;
    CLN_TRY(cln_partition_writer_new(&writer, &alone, path, &stored, 1, &err));
    CLN_TRY(cln_partition_writer_put(writer, 0, 0, 0, 0, &records, &err));
    CLN_TRY(cln_partition_writer_put(writer, 0, 1, 0, 0, &texts, &err));
    return cln_partition_writer_finish(writer, NULL, 0, false, size_bytes, &err);
}

static cln_status add_partition(cln_manifest *manifest, size_t partition) {
    char file[64], path[512];
    table made;
    (void)snprintf(file, sizeof file, "partitions/%s.0f.h5", ids[partition]);
    (void)snprintf(path, sizeof path, "%s/d/%s", place.path, file);
    cln_partition_info info = {.id = (char *)(uintptr_t)ids[partition], .file = file, .rows = row_counts[partition]};
    make_table(&made, partition);
    cln_status status = write_file(path, &made, partition, &info.size_bytes);
    if (status == CLN_OK) status = cln_manifest_put(manifest, &info, &err);
    free(made.records);
    free(made.offsets);
    cln_buffer_clean_up(&made.texts);
    return status;
}

static int make_store(void **state) {
    (void)state;
    cln_manifest manifest = {0};
    cln_status status = CLN_OK;
    if (comm.rank == 0) {
        folder_make(&place);
        status = cln_file_make_dirs(folder_file(&place, "d/partitions"), &err);
        if (status == CLN_OK) status = cln_copy_string(&manifest.dataset, "d", &err);
        for (size_t p = PARTITIONS; p-- > 0 && status == CLN_OK;) status = add_partition(&manifest, p);
        if (status == CLN_OK) status = cln_manifest_publish(&manifest, place.path, false, &err);
        cln_manifest_clean_up(&manifest);
    }
    MPI_Bcast(place.path, sizeof place.path, MPI_CHAR, 0, comm.mpi);
    status = cln_agree(&comm, status, &err);
    if (status != CLN_OK) print_error("%s\n", err.message);
    return status != CLN_OK;
}

static int remove_store(void **state) {
    (void)state;
    MPI_Barrier(comm.mpi);
    if (comm.rank == 0) folder_remove(&place);
    return 0;
}

/* ---- The search and its plain twin ---- */

/* Collective over `by`. The manifest with the rows that count by the rule, published by rank 0. */
static cln_status resolve(const cln_comm *by, cln_on_duplicate on_duplicate, uint64_t memory_bytes) {
    cln_key_column column = {.name = (char *)(uintptr_t) "id", .compare = CLN_COMPARE_NUMBER};
    const cln_duplicate_rule rule = {.on_duplicate = on_duplicate, .column_count = 1, .columns = &column};
    const cln_duplicate_rule none = {0};
    const cln_duplicate_options options = {
        .store_dir = place.path, .dataset = "d", .scratch_dir = place.path, .memory_bytes = memory_bytes};
    cln_manifest manifest = {0};
    bool exists;
    cln_status status = CLN_OK;
    if (by->rank == 0) {
        status = cln_manifest_read(&manifest, place.path, "d", &exists, &err);
        if (status == CLN_OK)
            status = cln_manifest_set_rule(&manifest, &none, &err); /* so that it is looked for anew */
        if (status == CLN_OK) status = cln_manifest_set_rule(&manifest, &rule, &err);
    }
    status = cln_agree(by, status, &err);
    if (status == CLN_OK) status = cln_duplicates_resolve(by, &manifest, &options, &err);
    if (status == CLN_OK && by->rank == 0) status = cln_manifest_publish(&manifest, place.path, false, &err);
    cln_manifest_clean_up(&manifest);
    return cln_agree(by, status, &err);
}

/* Whether each row counts: bytes of all partitions, one after another. */
static unsigned char *expected_rows(bool keep_last, size_t *count) {
    unsigned char *live, **winners = calloc(KEYS, sizeof *winners);
    *count = 0;
    for (size_t p = 0; p < PARTITIONS; p++) *count += row_counts[p];
    live = malloc(*count);
    memset(live, 1, *count);
    unsigned char *row = live;
    for (size_t p = 0; p < PARTITIONS - 1; p++) {
        for (size_t i = 0; i < row_counts[p]; i++, row++) {
            const uint32_t key = key_of(p, i);
            if (key == NO_KEY) continue;
            if (winners[key] == NULL || keep_last) {
                if (winners[key] != NULL) *winners[key] = 0;
                winners[key] = row;
            } else {
                *row = 0;
            }
        }
    }
    free(winners);
    return live;
}

static size_t first_of(const char *id) {
    size_t first = 0;
    for (size_t p = 0; strcmp(ids[p], id) != 0; p++) first += row_counts[p];
    return first;
}

/* Collective. Which rows a scan gives, on all ranks; false when it fails or gives one twice. */
static bool scan_rows(unsigned char *seen) {
    cln_dataset *dataset;
    cln_batch_source *source;
    cln_batch batch = {.rows = 0};
    const char *names[] = {"record", "id"};
    if (cln_dataset_open(&dataset, &comm, place.path, "d", &err) != CLN_OK) return false;
    if (cln_dataset_scan(dataset, "columns", -1, names, 2, &source, &err) != CLN_OK) return false;
    cln_status status;
    bool is_good = true;
    while ((status = source->get_next(source, &batch, &err)) == CLN_OK && batch.rows > 0) {
        for (size_t i = 0; i < batch.rows; i++) {
            is_good = is_good && seen[first_of(batch.partition) + (size_t)batch.vectors[0].integers[i] - 2]++ == 0;
        }
    }
    source->release(source);
    cln_dataset_close(dataset);
    return is_good && status == CLN_OK;
}

static bool finds_the_same(bool keep_last) {
    size_t count;
    unsigned char *expected = expected_rows(keep_last, &count);
    unsigned char *seen = calloc(count, 1);
    bool is_good = scan_rows(seen);
    MPI_Allreduce(MPI_IN_PLACE, seen, (int)count, MPI_UNSIGNED_CHAR, MPI_SUM, comm.mpi);
    is_good = is_good && memcmp(seen, expected, count) == 0;
    free(expected);
    free(seen);
    return all_ranks(is_good);
}

/* Rank 0. The bytes of the file, and of the master that names it. */
static void read_bytes(cln_buffer *bytes) {
    cln_manifest manifest;
    bool exists;
    cln_buffer_init(bytes, SIZE_MAX);
    if (comm.rank != 0) return;
    if (cln_manifest_read(&manifest, place.path, "d", &exists, &err) != CLN_OK || manifest.live.file == NULL) abort();
    char *path;
    if (cln_dataset_path(&path, place.path, "d", manifest.live.file, NULL) != CLN_OK) abort();
    cln_buffer master;
    *bytes = folder_read(path);
    master = folder_read(folder_file(&place, "d/master.h5"));
    if (cln_buffer_append_span(bytes, cln_buffer_span(&master), NULL) != CLN_OK) abort();
    cln_buffer_clean_up(&master);
    free(path);
    cln_manifest_clean_up(&manifest);
}

static void counts_and_bytes_are_the_same(cln_on_duplicate on_duplicate) {
    static const uint64_t memories[] = {30000, 1 << 20, 64 << 20};
    cln_buffer first, again;
    assert_int_equal(cln_agree(&comm, comm.rank == 0 ? resolve(&alone, on_duplicate, 64 << 20) : CLN_OK, &err), CLN_OK);
    read_bytes(&first);
    for (size_t m = 0; m < sizeof memories / sizeof *memories; m++) {
        assert_int_equal(resolve(&comm, on_duplicate, memories[m]), CLN_OK);
        assert_true(finds_the_same(on_duplicate == CLN_DUPLICATES_KEEP_LAST));
        read_bytes(&again);
        assert_true(all_ranks(cln_span_equal(cln_buffer_span(&first), cln_buffer_span(&again))));
        cln_buffer_clean_up(&again);
    }
    cln_buffer_clean_up(&first);
}

static void the_first_of_each_key_counts(void **state) {
    (void)state;
    counts_and_bytes_are_the_same(CLN_DUPLICATES_KEEP_FIRST);
}

static void the_last_of_each_key_counts(void **state) {
    (void)state;
    counts_and_bytes_are_the_same(CLN_DUPLICATES_KEEP_LAST);
}

/* The examples are the first, whichever rank found them. */
static void failing_says_the_same(void **state) {
    (void)state;
    char message[CLN_ERROR_MAX];
    cln_status status = comm.rank == 0 ? resolve(&alone, CLN_DUPLICATES_FAIL, 64 << 20) : CLN_ERR_DATA;
    assert_true(all_ranks(status == CLN_ERR_DATA));
    (void)snprintf(message, sizeof message, "%s", err.message);
    MPI_Bcast(message, sizeof message, MPI_CHAR, 0, comm.mpi);
    status = resolve(&comm, CLN_DUPLICATES_FAIL, 100000);
    assert_true(all_ranks(status == CLN_ERR_DATA && strcmp(err.message, message) == 0));
    assert_non_null(strstr(message, " of \"2015\" and record "));
}

static void equal_rows_are_counted_the_same(void **state) {
    (void)state;
    uint64_t counts[2][PARTITIONS];
    cln_dataset *dataset;
    for (int m = 0; m < 2; m++) {
        assert_int_equal(cln_dataset_open(&dataset, &comm, place.path, "d", &err), CLN_OK);
        assert_int_equal(
            cln_duplicates_count_rows(dataset, &comm, place.path, m == 0 ? 100000 : 64 << 20, counts[m], &err), CLN_OK);
        cln_dataset_close(dataset);
    }
    assert_true(all_ranks(memcmp(counts[0], counts[1], sizeof counts[0]) == 0));
    /* The rows of "old" have a column of their own, and some are equal; record numbers are no part of a row. */
    assert_true(all_ranks(counts[0][0] > 0 && counts[0][2] > counts[0][0]));
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_of_each_key_counts),
        cmocka_unit_test(the_last_of_each_key_counts),
        cmocka_unit_test(failing_says_the_same),
        cmocka_unit_test(equal_rows_are_counted_the_same),
    };
    cln_comm_prepare_environment();
    cln_comm_start(&comm);
    const int failed = cmocka_run_group_tests(tests, make_store, remove_store);
    cln_comm_stop(&comm);
    return failed;
}
