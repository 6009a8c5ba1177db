/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rounds of blocks: in round k rank r makes block k * ranks + r. The sizes of
 * a round's blocks, known to all ranks, give each block its offset; where the
 * file has to reach a size, the first block that reaches it is cut at the row
 * that does, and later ones are dropped.
 */
#include "colonnade/generate/generate.h"

#include "colonnade/base/cleanup.h"
#include "colonnade/base/file.h"
#include "colonnade/base/memory.h"
#include "colonnade/base/number.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK_ROWS      ((size_t)4096) /* 1 to 2.5 MB */
#define BLOCK_MAX_BYTES ((size_t)1 << 28)
#define SIDECAR_ENDING  ".meta.json"

typedef struct writing {
    const cln_comm *comm;
    const cln_generate_spec *spec;
    cln_generator *generator;
    char *target; /* rank 0: where the file goes, behind symbolic links */
    char *temporary_path;
    int descriptor; /* -1: not open */
    cln_buffer block;
    size_t *ends;          /* of the block's rows */
    uint64_t *round_sizes; /* of each rank's block */
    uint64_t rows;         /* written in all rounds so far */
    uint64_t size_bytes;   /* of header and those rows */
} writing;

static bool makes_boundaries(const cln_generate_spec *spec) {
    return strcmp(spec->dataset, "boundaries") == 0;
}

static cln_status check_spec(const cln_generate_spec *spec, cln_error *err) {
    if (spec->path == NULL || spec->path[0] == '\0') {
        return cln_fail(err, CLN_ERR_USAGE, "generated data needs a file to go to; name it with -o FILE");
    }
    if (spec->rows > CLN_GENERATE_MAX_ROWS) {
        return cln_fail(err, CLN_ERR_USAGE, "%llu rows are more than can be generated (at most 2^40)",
                        (unsigned long long)spec->rows);
    }
    return CLN_OK;
}

/* Rank 0 alone. The file is written by several ranks at several places, and
 * has a sidecar; a pipe and a device could take neither. */
static cln_status find_target(const cln_generate_spec *spec, char **target, cln_error *err) {
    bool is_special;
    CLN_TRY(cln_file_resolve(target, &is_special, spec->path, err));
    if (!is_special) return CLN_OK;
    return cln_fail(err, CLN_ERR_IO, "'%s' is a pipe or a device, and generated data needs a file; name one with -o",
                    spec->path);
}

/* ---- Local phases ---- */

static cln_status open_local(writing *w, cln_error *err) {
    CLN_TRY(check_spec(w->spec, err));
    CLN_TRY(cln_generator_open(&w->generator, w->spec, err));
    CLN_TRY(cln_new_array(&w->ends, BLOCK_ROWS, sizeof *w->ends, err));
    return cln_new_array(&w->round_sizes, (size_t)w->comm->size, sizeof *w->round_sizes, err);
}

/* Rank 0 alone: the temporary file with the header in it. */
static cln_status create_file(writing *w, cln_error *err) {
    CLN_TRY(find_target(w->spec, &w->target, err));
    CLN_TRY(cln_format_string(&w->temporary_path, err, "%s.tmp-%ld", w->target, (long)getpid()));
    CLN_TRY(cln_cleanup_register_path(w->temporary_path, err));
    w->descriptor = open(w->temporary_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (w->descriptor < 0) {
        return cln_fail_errno(err, "cannot create '%s' (does the folder exist, and may you write there?)",
                              w->spec->path);
    }
    const cln_span header = cln_generator_header(w->generator);
    return cln_file_write_at(w->descriptor, w->spec->path, 0, header.data, header.size, err);
}

static cln_status open_shared_file(writing *w, cln_error *err) {
    w->descriptor = open(w->temporary_path, O_WRONLY | O_CLOEXEC);
    if (w->descriptor >= 0) return CLN_OK;
    return cln_fail_errno(err, "rank %d cannot open '%s' (all ranks must see the same folder)", w->comm->rank,
                          w->temporary_path);
}

static uint64_t block_first_row(const writing *w, uint64_t round, int rank) {
    return (round * (uint64_t)w->comm->size + (uint64_t)rank) * BLOCK_ROWS + 1;
}

/* Rows of the block that begins with row first. */
static size_t block_row_count(const writing *w, uint64_t first) {
    if (w->spec->size_bytes > 0) return BLOCK_ROWS;
    if (first > w->spec->rows) return 0;
    const uint64_t left = w->spec->rows - first + 1;
    return left < BLOCK_ROWS ? (size_t)left : BLOCK_ROWS;
}

static cln_status make_block(writing *w, uint64_t first, size_t count, cln_error *err) {
    cln_buffer_clear(&w->block);
    return cln_generator_append_rows(w->generator, first, count, &w->block, w->ends, err);
}

/* How many rows of this rank's block, which would stand at offset, the file
 * needs to reach its size. */
static size_t rows_needed(const writing *w, uint64_t offset, size_t count) {
    if (w->spec->size_bytes == 0) return count;
    /* The final line end that is left out does not count. */
    const uint64_t target = w->spec->size_bytes + cln_generator_trimmed_end(w->generator);
    size_t needed = 0;
    uint64_t reached = offset;
    while (needed < count && reached < target) reached = offset + w->ends[needed++];
    return needed;
}

/* ---- Collective phases ---- */

static cln_status create_shared_file(writing *w, cln_error *err) {
    cln_buffer name;
    cln_buffer_init(&name, 65536);
    cln_status status = CLN_OK;
    if (w->comm->rank == 0) {
        status = create_file(w, err);
        if (status == CLN_OK) status = cln_buffer_append_string(&name, w->temporary_path, err);
    }
    status = cln_agree(w->comm, status, err);
    if (status == CLN_OK) status = cln_broadcast_buffer(w->comm, &name, 0, err);
    if (status == CLN_OK) {
        cln_status local = CLN_OK;
        if (w->comm->rank > 0) {
            local = cln_copy_span(&w->temporary_path, cln_buffer_span(&name), err);
            if (local == CLN_OK) local = open_shared_file(w, err);
        }
        status = cln_agree(w->comm, local, err);
    }
    cln_buffer_clean_up(&name);
    return status;
}

/* Makes this round's blocks, learns where they go, and writes them. */
static cln_status write_round(writing *w, uint64_t round, bool *done, cln_error *err) {
    const uint64_t first = block_first_row(w, round, w->comm->rank);
    const size_t count = block_row_count(w, first);
    CLN_TRY_AGREED(w->comm, make_block(w, first, count, err), err);
    uint64_t offset = w->size_bytes;
    const uint64_t block_size = w->block.size;
    MPI_Allgather(&block_size, 1, MPI_UINT64_T, w->round_sizes, 1, MPI_UINT64_T, w->comm->mpi);
    for (int rank = 0; rank < w->comm->rank; rank++) offset += w->round_sizes[rank];
    const size_t needed = rows_needed(w, offset, count);
    const size_t needed_bytes = needed == 0 ? 0 : w->ends[needed - 1];
    CLN_TRY_AGREED(w->comm, cln_file_write_at(w->descriptor, w->spec->path, offset, w->block.data, needed_bytes, err),
                   err);
    uint64_t sums[3] = {needed, needed_bytes, needed < BLOCK_ROWS};
    cln_sum_u64(w->comm, sums, 3);
    w->rows += sums[0];
    w->size_bytes += sums[1];
    *done = sums[2] > 0;
    return CLN_OK;
}

static cln_status write_rows(writing *w, cln_error *err) {
    bool done = false;
    w->size_bytes = cln_generator_header(w->generator).size;
    for (uint64_t round = 0; !done; round++) CLN_TRY(write_round(w, round, &done, err));
    return CLN_OK;
}

/* ---- Rank 0: the end ---- */

static cln_status write_sidecar(const cln_generate_spec *spec, const char *target, const cln_generate_result *result,
                                cln_error *err) {
    const bool has_vintage = result->vintage[0] != '\0';
    const char *quote = has_vintage ? "\"" : "";
    char dirt[32];
    char *path = NULL;
    cln_buffer text;
    cln_buffer_init(&text, 65536);
    cln_format_double(spec->dirt_rate, dirt);
    cln_status status = cln_buffer_append_format(
        &text, err,
        "{\n  \"sample\": true,\n  \"generator\": {\n    \"dataset\": \"%s\",\n    \"vintage\": %s%s%s,\n"
        "    \"seed\": %llu,\n    \"rows\": %llu,\n    \"dirt\": %s,\n    \"version\": \"%s\"\n  }\n}\n",
        spec->dataset, quote, has_vintage ? result->vintage : "null", quote, (unsigned long long)spec->seed,
        (unsigned long long)result->rows, dirt, COLONNADE_VERSION);
    if (status == CLN_OK) status = cln_format_string(&path, err, "%s" SIDECAR_ENDING, target);
    if (status == CLN_OK) status = cln_file_replace(path, cln_buffer_span(&text), false, err);
    free(path);
    cln_buffer_clean_up(&text);
    return status;
}

static cln_status close_file(writing *w, cln_error *err) {
    const int descriptor = w->descriptor;
    w->descriptor = -1;
    if (close(descriptor) == 0) return CLN_OK;
    return cln_fail_errno(err, "cannot write '%s'", w->spec->path);
}

/* The sidecar first: at no instant does the file stand without it. */
static cln_status publish(writing *w, const cln_generate_result *result, cln_error *err) {
    if (ftruncate(w->descriptor, (off_t)result->size_bytes) != 0) {
        return cln_fail_errno(err, "cannot set the size of '%s'", w->spec->path);
    }
    CLN_TRY(close_file(w, err));
    CLN_TRY(write_sidecar(w->spec, w->target, result, err));
    if (rename(w->temporary_path, w->target) != 0) {
        return cln_fail_errno(err, "cannot rename '%s' to '%s'", w->temporary_path, w->spec->path);
    }
    cln_cleanup_unregister_path(w->temporary_path);
    return CLN_OK;
}

static cln_status finish(writing *w, cln_generate_result *result, cln_error *err) {
    result->vintage = cln_generator_vintage(w->generator);
    result->rows = w->rows;
    /* A header alone keeps its line end. */
    result->size_bytes = w->size_bytes - (w->rows > 0 ? cln_generator_trimmed_end(w->generator) : 0);
    cln_status local = CLN_OK;
    if (w->comm->rank > 0) local = close_file(w, err);
    CLN_TRY(cln_agree(w->comm, local, err));
    if (w->comm->rank == 0) local = publish(w, result, err);
    return cln_agree(w->comm, local, err);
}

static void clean_up(writing *w, bool failed) {
    if (w->descriptor >= 0) close(w->descriptor);
    if (failed && w->comm->rank == 0 && w->temporary_path != NULL) {
        unlink(w->temporary_path);
        cln_cleanup_unregister_path(w->temporary_path);
    }
    cln_generator_close(w->generator);
    cln_buffer_clean_up(&w->block);
    free(w->target);
    free(w->temporary_path);
    free(w->ends);
    free(w->round_sizes);
}

static cln_status generate_rows(const cln_comm *comm, const cln_generate_spec *spec, cln_generate_result *result,
                                cln_error *err) {
    writing w = {.comm = comm, .spec = spec, .descriptor = -1};
    cln_buffer_init(&w.block, BLOCK_MAX_BYTES);
    cln_status status = cln_agree(comm, open_local(&w, err), err);
    if (status == CLN_OK) status = create_shared_file(&w, err);
    if (status == CLN_OK) status = write_rows(&w, err);
    if (status == CLN_OK) status = finish(&w, result, err);
    clean_up(&w, status != CLN_OK);
    return status;
}

static cln_status write_boundaries(const cln_generate_spec *spec, cln_generate_result *result, cln_error *err) {
    char *target = NULL;
    cln_buffer text;
    cln_buffer_init(&text, (size_t)1 << 20);
    cln_status status = check_spec(spec, err);
    if (status == CLN_OK) status = find_target(spec, &target, err);
    if (status == CLN_OK) status = cln_generate_append_boundaries(&text, err);
    result->size_bytes = text.size;
    if (status == CLN_OK) status = write_sidecar(spec, target, result, err);
    if (status == CLN_OK) status = cln_file_replace(target, cln_buffer_span(&text), false, err);
    cln_buffer_clean_up(&text);
    free(target);
    return status;
}

static cln_status generate_boundaries(const cln_comm *comm, const cln_generate_spec *spec, cln_generate_result *result,
                                      cln_error *err) {
    cln_status local = CLN_OK;
    *result = (cln_generate_result){.vintage = "", .rows = CLN_SAMPLE_AREA_COUNT};
    if (comm->rank == 0) local = write_boundaries(spec, result, err);
    CLN_TRY(cln_agree(comm, local, err));
    MPI_Bcast(&result->size_bytes, 1, MPI_UINT64_T, 0, comm->mpi);
    return CLN_OK;
}

cln_status cln_generate(const cln_comm *comm, const cln_generate_spec *spec, cln_generate_result *result,
                        cln_error *err) {
    cln_generate_result own = {0};
    cln_generate_result *const to = result != NULL ? result : &own;
    return makes_boundaries(spec) ? generate_boundaries(comm, spec, to, err) : generate_rows(comm, spec, to, err);
}
