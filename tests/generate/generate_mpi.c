/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whole files, written by all ranks: the same bytes as one rank alone writes,
 * the rule of sizes, the sidecar, and what is left after a failure.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "colonnade/base/file.h"
#include "colonnade/generate/generate.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static cln_comm world;
static char folder[64]; /* the same on all ranks */

/* What rank 0 found, on every rank, so that all fail or none. */
static bool agreed(bool found) {
    int value = found;
    MPI_Bcast(&value, 1, MPI_INT, 0, world.mpi);
    return value != 0;
}

static const char *in_folder(const char *name) {
    static char paths[4][384];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static bool same_files(const char *a, const char *b) {
    cln_buffer first, second;
    cln_buffer_init(&first, SIZE_MAX);
    cln_buffer_init(&second, SIZE_MAX);
    const bool read = cln_file_read(a, &first, NULL) == CLN_OK && cln_file_read(b, &second, NULL) == CLN_OK;
    const bool same = read && first.size > 0 && cln_span_equal(cln_buffer_span(&first), cln_buffer_span(&second));
    cln_buffer_clean_up(&first);
    cln_buffer_clean_up(&second);
    return same;
}

static bool generate_alone(cln_generate_spec spec, const char *path) {
    const cln_comm alone = {.mpi = MPI_COMM_SELF, .rank = 0, .size = 1};
    cln_error err = {{0}};
    spec.path = path;
    return cln_generate(&alone, &spec, NULL, &err) == CLN_OK;
}

/* Whether all ranks together write what rank 0 writes alone. */
static bool same_alone_and_together(cln_generate_spec spec) {
    cln_error err = {{0}};
    cln_generate_result result;
    spec.path = in_folder("together.csv");
    bool same = cln_generate(&world, &spec, &result, &err) == CLN_OK;
    if (world.rank == 0) same = same && generate_alone(spec, in_folder("alone.csv"));
    if (world.rank == 0) same = same && same_files(spec.path, in_folder("alone.csv"));
    return agreed(same);
}

static void test_ranks_do_not_matter(void **state) {
    (void)state;
    const cln_generate_spec specs[] = {
        {.dataset = "traffic_accidents", .vintage = "2014", .rows = 20001, .seed = 5},
        {.dataset = "traffic_accidents", .rows = 8192, .seed = 5, .dirt_rate = 0.2},
        {.dataset = "traffic_accidents", .vintage = "2014", .size_bytes = 3000000, .seed = 5},
        {.dataset = "service_requests_311", .rows = 1, .seed = 5},
        {.dataset = "service_requests_311", .rows = 0, .seed = 5},
        {.dataset = "service_requests_311", .vintage = "2024", .size_bytes = 5000000, .seed = 5, .dirt_rate = 0.01},
        {.dataset = "boundaries"},
    };
    for (size_t i = 0; i < sizeof specs / sizeof specs[0]; i++) assert_true(same_alone_and_together(specs[i]));
}

/* The file with result.rows rows reaches the size; with one less it does not. */
static bool size_rule_holds(const char *vintage, uint64_t size_bytes) {
    cln_error err = {{0}};
    cln_generate_result by_size, fewer;
    cln_generate_spec spec = {.dataset = "traffic_accidents", .vintage = vintage, .size_bytes = size_bytes, .seed = 9};
    spec.path = in_folder("sized.csv");
    if (cln_generate(&world, &spec, &by_size, &err) != CLN_OK) return false;
    spec.size_bytes = 0;
    spec.rows = by_size.rows - 1;
    spec.path = in_folder("fewer.csv");
    if (cln_generate(&world, &spec, &fewer, &err) != CLN_OK) return false;
    return by_size.size_bytes >= size_bytes && fewer.size_bytes < size_bytes && fewer.rows + 1 == by_size.rows;
}

static void test_size_rule(void **state) {
    (void)state;
    assert_true(agreed(size_rule_holds(NULL, 2000000)));
    assert_true(agreed(size_rule_holds("2014", 1000000)));
    /* A target that a record's end hits exactly is reached by it. */
    cln_error err = {{0}};
    cln_generate_result by_rows = {0}, by_size = {0};
    cln_generate_spec spec = {.dataset = "traffic_accidents", .vintage = "2014", .rows = 4096, .seed = 9};
    spec.path = in_folder("sized.csv");
    cln_status status = cln_generate(&world, &spec, &by_rows, &err);
    assert_int_equal(status, CLN_OK);
    spec.size_bytes = by_rows.size_bytes;
    spec.rows = 0;
    status = cln_generate(&world, &spec, &by_size, &err);
    assert_int_equal(status, CLN_OK);
    assert_int_equal(by_size.rows, 4096);
    assert_int_equal(by_size.size_bytes, by_rows.size_bytes);
}

static bool sidecar_is(const char *path, const char *expected) {
    cln_buffer text;
    cln_buffer_init(&text, SIZE_MAX);
    bool same = cln_file_read(path, &text, NULL) == CLN_OK && cln_buffer_terminate(&text, NULL) == CLN_OK;
    same = same && strcmp(text.data, expected) == 0;
    cln_buffer_clean_up(&text);
    return same;
}

static void test_sidecar(void **state) {
    (void)state;
    cln_error err = {{0}};
    const cln_generate_spec spec = {
        .dataset = "service_requests_311", .rows = 10, .seed = 4, .dirt_rate = 0.25, .path = in_folder("calls.csv")};
    assert_int_equal(cln_generate(&world, &spec, NULL, &err), CLN_OK);
    assert_true(agreed(world.rank != 0 ||
                       sidecar_is(in_folder("calls.csv.meta.json"),
                                  "{\n  \"sample\": true,\n  \"generator\": {\n    \"dataset\": "
                                  "\"service_requests_311\",\n    \"vintage\": \"2015\",\n    \"seed\": 4,\n"
                                  "    \"rows\": 10,\n    \"dirt\": 0.25,\n    \"version\": \"" COLONNADE_VERSION
                                  "\"\n  }\n}\n")));
}

static size_t count_files(void) {
    size_t count = 0;
    DIR *dir = opendir(folder);
    if (dir == NULL) return 0;
    for (const struct dirent *entry; (entry = readdir(dir)) != NULL;) count += entry->d_name[0] != '.';
    closedir(dir);
    return count;
}

static void test_failures_leave_nothing(void **state) {
    (void)state;
    cln_error err = {{0}};
    MPI_Barrier(world.mpi);
    const size_t before = count_files();
    cln_generate_spec spec = {.dataset = "traffic_accidents", .rows = 10, .path = in_folder("missing/a.csv")};
    const cln_status no_folder = cln_generate(&world, &spec, NULL, &err);
    const bool names_file = strstr(err.message, "missing/a.csv") != NULL;
    spec.path = in_folder("b.csv");
    spec.vintage = "1850";
    const cln_status no_vintage = cln_generate(&world, &spec, NULL, &err);
    spec.vintage = NULL;
    spec.path = folder; /* cannot be replaced by a file */
    const cln_status no_file = cln_generate(&world, &spec, NULL, &err);
    assert_int_equal(no_folder, CLN_ERR_IO);
    assert_true(agreed(names_file));
    assert_int_equal(no_vintage, CLN_ERR_USAGE);
    assert_int_equal(no_file, CLN_ERR_IO);
    MPI_Barrier(world.mpi);
    assert_true(agreed(count_files() == before));
}

static void remove_folder(void) {
    DIR *dir = opendir(folder);
    if (dir == NULL) return;
    for (const struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (entry->d_name[0] != '.') unlink(in_folder(entry->d_name));
    }
    closedir(dir);
    rmdir(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ranks_do_not_matter),
        cmocka_unit_test(test_size_rule),
        cmocka_unit_test(test_sidecar),
        cmocka_unit_test(test_failures_leave_nothing),
    };
    cln_comm_prepare_environment();
    cln_comm_start(&world);
    strcpy(folder, "generate-test-XXXXXX");
    if (world.rank == 0 && mkdtemp(folder) == NULL) folder[0] = '\0';
    MPI_Bcast(folder, sizeof folder, MPI_CHAR, 0, world.mpi);
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    MPI_Barrier(world.mpi);
    if (world.rank == 0) remove_folder();
    cln_comm_stop(&world);
    return failed;
}
