/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whole ingests of small files into a store that is gone after the test, and
 * what stands in it as text. Collective, but where something else is said;
 * only rank 0 knows the texts, and what it finds is told to all ranks.
 */
#ifndef COLONNADE_TESTS_INGEST_TEMP_STORE_H
#define COLONNADE_TESTS_INGEST_TEMP_STORE_H

#include "colonnade/base/file.h"
#include "colonnade/ingest/ingest.h"
#include "colonnade/store/dataset.h"

#include "base/temporary.h"
#include "harness.h"

#include <math.h>

static cln_comm world;
static char folder[TEMPORARY_PATH_BYTES];
static char store[TEMPORARY_PATH_BYTES + 16];

static inline bool all_ranks(bool finding) {
    int all = finding;
    MPI_Allreduce(MPI_IN_PLACE, &all, 1, MPI_INT, MPI_LAND, world.mpi);
    return all != 0;
}

/* What rank 0 found, on all ranks. */
static inline bool root_finds(bool finding) {
    int found = finding;
    MPI_Bcast(&found, 1, MPI_INT, 0, world.mpi);
    return found != 0;
}

static inline int make_store(void **state) {
    if (world.rank == 0) {
        void *made = NULL;
        if (temporary_folder_make(&made) != 0) abort();
        (void)snprintf(folder, sizeof folder, "%s", (char *)made);
        free(made);
    }
    MPI_Bcast(folder, sizeof folder, MPI_CHAR, 0, world.mpi);
    (void)snprintf(store, sizeof store, "%s/store", folder);
    *state = NULL;
    return 0;
}

static inline int remove_store(void **state) {
    (void)state;
    MPI_Barrier(world.mpi);
    if (world.rank == 0) temporary_remove_tree(folder);
    return 0;
}

/* FOLDER/NAME in one of four rooms that are used in turn. Local. */
static inline const char *in_folder(const char *name) {
    static char rooms[4][2 * TEMPORARY_PATH_BYTES];
    static unsigned next;
    char *room = rooms[next++ % 4];
    (void)snprintf(room, sizeof rooms[0], "%s/%s", folder, name);
    return room;
}

static inline void write_file(const char *name, cln_span bytes) {
    if (world.rank == 0) must(cln_file_replace(in_folder(name), bytes, false, NULL));
    MPI_Barrier(world.mpi);
}

/* NAME.csv of the folder as partition NAME of the dataset "d". */
static inline cln_ingest_request request_for(const char *path, const char *partition,
                                             const cln_config_dataset *dataset) {
    return (cln_ingest_request){.store_dir = store,
                                .scratch_dir = folder,
                                .dataset_name = "d",
                                .dataset = dataset,
                                .path = path,
                                .partition = partition,
                                .dialect = cln_dialect_default(),
                                .policy = {.max_record_bytes = CLN_MAX_RECORD_BYTES},
                                .infer_types = dataset == NULL,
                                .allow_rejects = true,
                                .max_reject_rate = 0.01,
                                .memory_bytes = 64 << 20};
}

static inline cln_status ingest_with(const cln_comm *comm, const cln_ingest_request *request,
                                     cln_ingest_outcome *outcome, cln_error *err) {
    cln_status status = CLN_OK;
    if (comm->rank == 0) status = cln_dataset_lock(request->store_dir, request->dataset_name, err);
    status = cln_agree(comm, status, err);
    if (status != CLN_OK) return status;
    status = cln_ingest_file(comm, request, outcome, err);
    if (comm->rank == 0) cln_dataset_unlock(request->store_dir, request->dataset_name);
    MPI_Barrier(comm->mpi);
    return status;
}

/* Writes bytes as x.csv and ingests them as partition x. */
static inline cln_status ingest_bytes(cln_span bytes, const cln_config_dataset *dataset, cln_ingest_outcome *outcome,
                                      cln_error *err) {
    write_file("x.csv", bytes);
    const cln_ingest_request request = request_for(in_folder("x.csv"), "x", dataset);
    return ingest_with(&world, &request, outcome, err);
}

/* ---- What stands in the store ---- */

static inline void append_cell(cln_buffer *text, const cln_vector *vector, const cln_dictionary *dictionary,
                               size_t row) {
    char number[32] = "-";
    cln_span cell = text_of(number);
    switch (vector->type) {
    case CLN_TYPE_DOUBLE:
        if (!isnan(vector->doubles[row])) cln_format_double(vector->doubles[row], number);
        cell = text_of(number);
        break;
    case CLN_TYPE_CATEGORY:
        if (vector->codes[row] != CLN_NULL_CODE) cell = cln_dictionary_text(dictionary, (size_t)vector->codes[row]);
        break;
    case CLN_TYPE_TEXT:
        if (cln_vector_text(vector, row).size > 0) cell = cln_vector_text(vector, row);
        break;
    default:
        if (vector->integers[row] != CLN_NULL_INTEGER) {
            (void)snprintf(number, sizeof number, "%" PRId64, vector->integers[row]);
        }
        cell = text_of(number);
    }
    must(cln_buffer_append_span(text, cell, NULL));
}

static inline void append_rows(cln_buffer *text, cln_batch_source *source) {
    for (;;) {
        cln_batch batch;
        must(source->get_next(source, &batch, NULL));
        if (batch.rows == 0) return;
        for (size_t row = 0; row < batch.rows; row++) {
            for (size_t c = 0; c < source->column_count; c++) {
                if (c > 0) must(cln_buffer_append_char(text, '|', NULL));
                append_cell(text, &batch.vectors[c], source->columns[c].dictionary, row);
            }
            must(cln_buffer_append_char(text, '\n', NULL));
        }
    }
}

/* On rank 0: a line "name:type ..." and a line for each row, - for null.
 * Elsewhere nothing. The caller cleans text up. */
static inline void read_table(cln_dataset *dataset, const char *table, cln_buffer *text) {
    const cln_dataset_column *columns;
    size_t count;
    must(cln_dataset_columns(dataset, table, &columns, &count, NULL));
    const char **names;
    must(cln_new_array(&names, count, sizeof *names, NULL));
    cln_buffer own;
    cln_buffer_init(&own, SIZE_MAX);
    for (size_t c = 0; c < count; c++) {
        names[c] = columns[c].name;
        if (world.rank > 0) continue;
        must(cln_buffer_append_format(&own, NULL, "%s%s:%s", c == 0 ? "" : " ", names[c],
                                      cln_type_name(columns[c].type)));
    }
    if (world.rank == 0) must(cln_buffer_append_char(&own, '\n', NULL));
    cln_batch_source *source;
    cln_error err;
    must(cln_dataset_scan(dataset, table, -1, names, count, &source, &err));
    append_rows(&own, source);
    source->release(source);
    free(names);
    cln_buffer_init(text, SIZE_MAX);
    must(cln_gather_bytes(&world, cln_buffer_span(&own), 0, text, NULL, &err));
    must(cln_buffer_terminate(text, NULL));
    cln_buffer_clean_up(&own);
}

/* Whether the table reads as expected; where it does not, rank 0 shows it. */
static inline bool reads_as(cln_dataset *dataset, const char *table, const char *expected) {
    cln_buffer text;
    read_table(dataset, table, &text);
    const bool same = world.rank != 0 || strcmp(text.data, expected) == 0;
    if (!same) fprintf(stderr, "found:\n%s\nexpected:\n%s\n", text.data, expected);
    cln_buffer_clean_up(&text);
    return all_ranks(same);
}

static inline cln_dataset *open_dataset(void) {
    cln_dataset *dataset;
    cln_error err = {.message = ""};
    const cln_status status = cln_dataset_open(&dataset, &world, store, "d", &err);
    if (status != CLN_OK) fprintf(stderr, "%s\n", err.message);
    must(status);
    return dataset;
}

static inline bool columns_read_as(const char *expected) {
    cln_dataset *dataset = open_dataset();
    const bool same = reads_as(dataset, "columns", expected);
    cln_dataset_close(dataset);
    return same;
}

static inline bool rejects_read_as(const char *expected) {
    cln_dataset *dataset = open_dataset();
    const bool same = reads_as(dataset, "rejects", expected);
    cln_dataset_close(dataset);
    return same;
}

#endif
