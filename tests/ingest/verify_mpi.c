/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A store with a single bit flipped, at many places, and a file cut at many
 * sizes: each is found; of the master, or is in what nobody reads. And no crash.
 */
#include "colonnade/store/verify.h"

#include "temp_store.h"

#include <fcntl.h>
#include <hdf5.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* HDF5 1.10 loses memory of its own when it meets damaged metadata; the leak
 * checker, where it is built in, asks here. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) {
    return "leak:libhdf5\n";
}

static cln_config config, keyed;
static char damaged[4 * TEMPORARY_PATH_BYTES]; /* the file that is damaged; the same on all ranks */
static uint64_t damaged_size_bytes;
static cln_buffer original; /* rank 0: what the whole store reads as */

/* What Colonnade reads of the dataset, on rank 0; on all whether it can. */
static bool read_everything(cln_buffer *text) {
    cln_dataset *dataset;
    cln_error err = {.message = ""};
    cln_buffer_init(text, SIZE_MAX);
    if (cln_dataset_open(&dataset, &world, store, "d", &err) != CLN_OK) return false;
    static const char *const tables[] = {"columns", "rejects"}, *const texts[] = {"account", "provenance", "schema"};
    for (size_t i = 0; i < 2; i++) {
        cln_buffer table;
        read_table(dataset, tables[i], &table);
        if (world.rank == 0) must(cln_buffer_append_span(text, cln_buffer_span(&table), NULL));
        cln_buffer_clean_up(&table);
    }
    for (size_t i = 0; i < 3; i++) {
        const char *attribute = cln_dataset_attribute(dataset, 0, texts[i]);
        must(cln_buffer_append_string(text, attribute == NULL ? "none" : attribute, NULL));
    }
    cln_dataset_close(dataset);
    return true;
}

/* Whether anything is found; findings tell where, on rank 0. */
static cln_status verify(cln_verification *verification) {
    cln_error err = {.message = ""};
    const cln_status status = cln_dataset_verify(verification, &world, store, "d", &err);
    return status != CLN_OK ? status : verification->worst;
}

static cln_status verify_only(void) {
    cln_verification verification;
    const cln_status status = verify(&verification);
    cln_verification_clean_up(&verification);
    return status;
}

static bool reads_as_before(void) {
    cln_buffer text;
    const bool can_be_read = read_everything(&text);
    const bool same =
        can_be_read && (world.rank != 0 || cln_span_equal(cln_buffer_span(&text), cln_buffer_span(&original)));
    cln_buffer_clean_up(&text);
    return all_ranks(same);
}

/* Rank 0. */
static void flip(uint64_t place, int bit) {
    const int file = open(damaged, O_RDWR | O_CLOEXEC);
    char byte;
    if (file < 0 || pread(file, &byte, 1, (off_t)place) != 1) abort();
    byte = (char)(byte ^ (1 << bit));
    if (pwrite(file, &byte, 1, (off_t)place) != 1 || close(file) != 0) abort();
}

static void flip_together(uint64_t place, int bit) {
    MPI_Barrier(world.mpi);
    if (world.rank == 0) flip(place, bit);
    MPI_Barrier(world.mpi);
}

/* A store of one partition that has columns of all forms and rejects. */
static int make_data(void **state) {
    (void)make_store(state);
    cln_buffer text;
    cln_buffer_init(&text, SIZE_MAX);
    must(cln_buffer_append_string(&text, "n,m,x,c,b,t,s,u,none\n", NULL));
    for (int i = 0; i < 60; i++) {
        must(cln_buffer_append_format(&text, NULL,
                                      "%d,%s,%d.25,kind%d,%s,2015-01-%02d 00:00:00,text %d,text number %d,\n", 1000 * i,
                                      i % 3 == 0 ? "" : "7", i, i % 5, i % 4 == 0 ? "" : "true", i % 28 + 1, i, i % 4));
    }
    must(cln_buffer_append_string(&text, "bad,1,1,a,true,never,\xE9,,\n1,2\n", NULL));
    cln_ingest_outcome outcome;
    cln_error err;
    must(ingest_bytes(cln_buffer_span(&text), cln_config_find_dataset(&config, "d"), &outcome, &err));
    cln_buffer_clean_up(&text);
    return read_everything(&original) ? 0 : 1;
}

static int remove_data(void **state) {
    cln_buffer_clean_up(&original);
    return remove_store(state);
}

/* Rows with two duplicates in the first of two zones. */
static int make_duplicates(void **state) {
    (void)make_store(state);
    cln_buffer text;
    cln_buffer_init(&text, SIZE_MAX);
    must(cln_buffer_append_string(&text, "n\n7\n7\n7\n", NULL));
    for (int i = 0; i < 70000; i++) must(cln_buffer_append_format(&text, NULL, "%d\n", 100 + i));
    cln_ingest_outcome outcome;
    cln_error err;
    must(ingest_bytes(cln_buffer_span(&text), cln_config_find_dataset(&keyed, "d"), &outcome, &err));
    cln_buffer_clean_up(&text);
    return read_everything(&original) && outcome.duplicates.own == 2 ? 0 : 1;
}

typedef enum which_file { PARTITION, MASTER, MASK } which_file;

static void choose_file(which_file which) {
    cln_dataset *dataset = open_dataset();
    const cln_manifest *manifest = cln_dataset_manifest(dataset);
    const char *file = which == MASTER ? "master.h5"
                       : which == MASK ? manifest->live.file
                                       : manifest->partitions[0].file;
    (void)snprintf(damaged, sizeof damaged, "%s/d/%s", store, file);
    cln_dataset_close(dataset);
    struct stat about;
    if (stat(damaged, &about) != 0) abort();
    damaged_size_bytes = (uint64_t)about.st_size;
}

/* How many places are tried: COLONNADE_TEST_PLACES, or few. */
static uint64_t count_places(uint64_t otherwise) {
    const char *text = getenv("COLONNADE_TEST_PLACES");
    const uint64_t count = text == NULL ? otherwise : strtoull(text, NULL, 10);
    return count < damaged_size_bytes ? count : damaged_size_bytes;
}

static void flip_everywhere(uint64_t place_count, bool may_be_unread) {
    uint64_t found = 0, unread = 0, missed = 0;
    for (uint64_t i = 0; i < place_count; i++) {
        const uint64_t place = i * damaged_size_bytes / place_count;
        flip_together(place, (int)(i % 8));
        if (verify_only() != CLN_OK) {
            found++;
        } else if (reads_as_before()) {
            unread++;
        } else {
            missed++;
            if (world.rank == 0) fprintf(stderr, "missed: bit %d of byte %d\n", (int)(i % 8), (int)place);
        }
        flip_together(place, (int)(i % 8));
    }
    if (world.rank == 0) {
        printf("%d places: %d found, %d in what is not read\n", (int)place_count, (int)found, (int)unread);
    }
    assert_int_equal(missed, 0);
    assert_true(may_be_unread || unread == 0);
    assert_true(found > 0);
    assert_int_equal(verify_only(), CLN_OK);
}

static void a_flipped_bit_of_a_partition_is_found(void **state) {
    (void)state;
    choose_file(PARTITION);
    flip_everywhere(count_places(world.size == 1 ? 200 : 30), false);
}

static void a_flipped_bit_of_the_master_is_found(void **state) {
    (void)state;
    choose_file(MASTER);
    flip_everywhere(count_places(world.size == 1 ? 50 : 10), true);
}

static void a_flipped_bit_of_a_mask_is_found(void **state) {
    (void)state;
    choose_file(MASK);
    flip_everywhere(count_places(world.size == 1 ? 50 : 10), false);
}

/* The master's manifest stays as it is. */
static void relink(const char *target) {
    if (world.rank == 0) {
        const hid_t file = H5Fopen(damaged, H5F_ACC_RDWR, H5P_DEFAULT);
        if (H5Ldelete(file, "partitions/x", H5P_DEFAULT) < 0) abort();
        if (target != NULL && H5Lcreate_external(target, "/", file, "partitions/x", H5P_DEFAULT, H5P_DEFAULT) < 0)
            abort();
        if (H5Fclose(file) < 0) abort();
    }
    MPI_Barrier(world.mpi);
}

static void a_link_that_leads_elsewhere_is_found(void **state) {
    (void)state;
    choose_file(MASTER);
    relink("partitions/y.h5");
    assert_int_equal(verify_only(), CLN_ERR_DATA);
    assert_true(reads_as_before()); /* but not by other programs */
}

static void a_link_that_is_gone_is_found(void **state) {
    (void)state;
    choose_file(MASTER);
    relink(NULL);
    assert_int_equal(verify_only(), CLN_ERR_DATA);
}

static void a_cut_file_is_found(void **state) {
    (void)state;
    choose_file(PARTITION);
    cln_buffer whole;
    cln_buffer_init(&whole, SIZE_MAX);
    must(cln_file_read(damaged, &whole, NULL));
    MPI_Barrier(world.mpi);
    for (uint64_t kept = 0; kept < damaged_size_bytes; kept += 1 + damaged_size_bytes / 15) {
        if (world.rank == 0 && truncate(damaged, (off_t)kept) != 0) abort();
        MPI_Barrier(world.mpi);
        assert_int_equal(verify_only(), CLN_ERR_IO);
        if (world.rank == 0) must(cln_file_replace(damaged, cln_buffer_span(&whole), false, NULL));
        MPI_Barrier(world.mpi);
    }
    cln_buffer_clean_up(&whole);
    assert_int_equal(verify_only(), CLN_OK);
}

int main(void) {
    cln_comm_prepare_environment();
    cln_comm_start(&world);
    parse_dataset(&config, "{\"name\":\"n\",\"type\":\"integer\"},{\"name\":\"m\",\"type\":\"integer\"},"
                           "{\"name\":\"x\",\"type\":\"double\"},{\"name\":\"c\",\"type\":\"category\"},"
                           "{\"name\":\"b\",\"type\":\"boolean\"},{\"name\":\"t\",\"type\":\"timestamp\"},"
                           "{\"name\":\"s\",\"type\":\"text\"},{\"name\":\"u\",\"type\":\"text\"},{\"name\":\"none\","
                           "\"type\":\"integer\"}");
    const cln_span rule =
        text_of("{\"datasets\": {\"d\": {\"on_duplicate\": \"keep-first\", \"columns\": [{\"name\": \"n\", "
                "\"type\": \"integer\", \"role\": \"key\"}]}}}");
    must(cln_config_parse(&keyed, rule, "test", NULL));
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_flipped_bit_of_a_partition_is_found, make_data, remove_data),
        cmocka_unit_test_setup_teardown(a_flipped_bit_of_the_master_is_found, make_data, remove_data),
        cmocka_unit_test_setup_teardown(a_flipped_bit_of_a_mask_is_found, make_duplicates, remove_data),
        cmocka_unit_test_setup_teardown(a_link_that_leads_elsewhere_is_found, make_data, remove_data),
        cmocka_unit_test_setup_teardown(a_link_that_is_gone_is_found, make_data, remove_data),
        cmocka_unit_test_setup_teardown(a_cut_file_is_found, make_data, remove_data),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    cln_config_clean_up(&config);
    cln_config_clean_up(&keyed);
    cln_comm_stop(&world);
    return failed;
}
