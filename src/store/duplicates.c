/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/store/duplicates.h"

#include "colonnade/base/cleanup.h"
#include "colonnade/base/file.h"
#include "colonnade/base/hash.h"
#include "colonnade/base/memory.h"
#include "colonnade/store/dataset_paths.h"
#include "duplicate_examples.h"
#include "live_file.h"
#include "manifest_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Digits of the digest in the file's name. */
enum { NAME_DIGITS = 16 };

/* One resolution on its way. */
typedef struct resolution {
    const cln_comm *comm;
    const cln_duplicate_options *options;
    cln_manifest *manifest; /* rank 0 */
    cln_dataset *dataset;
    cln_duplicate_search search;
    bool *is_unchecked;  /* of each partition */
    uint64_t duplicates; /* of all partitions */
    /* Rank 0: */
    cln_buffer rule;           /* as JSON */
    char *file;                /* relative to the dataset's folder */
    char *path, *temporary;    /* the file's, when it has its name and before */
    cln_live_rows written;     /* but for its name */
    cln_live_writer writer;    /* of the file */
    unsigned char *bits;       /* of the zones of a bucket */
    cln_partition_info *infos; /* with the new counts, for the writer; texts are borrowed */
    size_t partition;          /* whose zones come next */
} resolution;

/* ---- Looking ---- */

static cln_status take_key(cln_key_spec *spec, const cln_duplicate_rule *rule, cln_error *err) {
    spec->column_count = rule->column_count;
    CLN_TRY(cln_new_array(&spec->names, rule->column_count, sizeof *spec->names, err));
    CLN_TRY(cln_new_array(&spec->compares, rule->column_count, sizeof *spec->compares, err));
    for (size_t i = 0; i < rule->column_count; i++) {
        spec->names[i] = rule->columns[i].name;
        spec->compares[i] = rule->columns[i].compare;
    }
    return CLN_OK;
}

static cln_status prepare_search(resolution *job, cln_error *err) {
    const cln_manifest *manifest = cln_dataset_manifest(job->dataset);
    const cln_on_duplicate on_duplicate = manifest->rule.on_duplicate;
    job->search = (cln_duplicate_search){.comm = job->comm,
                                         .dataset = job->dataset,
                                         .keep_last = on_duplicate == CLN_DUPLICATES_KEEP_LAST,
                                         .wants_positions = on_duplicate != CLN_DUPLICATES_FAIL,
                                         .wants_examples = on_duplicate == CLN_DUPLICATES_FAIL,
                                         .scratch_dir = job->options->scratch_dir,
                                         .memory_bytes = job->options->memory_bytes};
    CLN_TRY(take_key(&job->search.spec, &manifest->rule, err));
    CLN_TRY(cln_positions_init(&job->search.positions, manifest, err));
    return cln_new_array(&job->is_unchecked, manifest->partition_count, sizeof *job->is_unchecked, err);
}

/* Whether any partition has all columns of the key. */
static bool find_unchecked(resolution *job) {
    const cln_key_spec *spec = &job->search.spec;
    bool any_checked = false;
    for (size_t p = 0; p < job->search.positions.partition_count; p++) {
        for (size_t c = 0; c < spec->column_count; c++) {
            if (!cln_dataset_has_column(job->dataset, "columns", p, spec->names[c])) job->is_unchecked[p] = true;
        }
        any_checked = any_checked || !job->is_unchecked[p];
    }
    return any_checked;
}

/* Collective. */
static cln_status look(resolution *job, cln_error *err) {
    CLN_TRY_AGREED(job->comm, prepare_search(job, err), err);
    if (!find_unchecked(job)) return CLN_OK;
    CLN_TRY(cln_duplicate_search_run(&job->search, err));
    for (size_t p = 0; p < job->search.positions.partition_count; p++) job->duplicates += job->search.counts[p];
    return CLN_OK;
}

/* ---- The file ---- */

/* The same rule, partitions and files give the same name; and the same bytes. */
static cln_status name_file(resolution *job, cln_error *err) {
    cln_buffer text;
    cln_buffer_init(&text, SIZE_MAX);
    cln_status status = cln_buffer_append_span(&text, cln_buffer_span(&job->rule), err);
    for (size_t p = 0; p < job->manifest->partition_count && status == CLN_OK; p++) {
        const cln_partition_info *info = &job->manifest->partitions[p];
        status = cln_buffer_append_format(&text, err, "\n%s\n%s\n%" PRIu64, info->id, info->file, info->rows);
    }
    const cln_digest digest = cln_content_block_digest(cln_buffer_span(&text));
    cln_buffer_clean_up(&text);
    char digits[CLN_DIGEST_TEXT_BYTES];
    cln_digest_format(&digest, digits);
    CLN_TRY(status);
    return cln_format_string(&job->file, err, CLN_LIVE_DIR "/mask.%.*s" CLN_PARTITION_SUFFIX, NAME_DIGITS, digits);
}

static cln_status make_paths(resolution *job, cln_error *err) {
    const cln_duplicate_options *options = job->options;
    char *folder;
    CLN_TRY(cln_buffer_append_string(&job->rule, "{", err));
    CLN_TRY(cln_duplicate_rule_to_text(&job->manifest->rule, &job->rule, err));
    CLN_TRY(cln_buffer_append_string(&job->rule, "}", err));
    CLN_TRY(name_file(job, err));
    CLN_TRY(cln_dataset_path(&job->path, options->store_dir, options->dataset, job->file, err));
    CLN_TRY(cln_dataset_path(&folder, options->store_dir, options->dataset, CLN_LIVE_DIR, err));
    cln_status status = cln_file_make_dirs(folder, err);
    if (status == CLN_OK) {
        status = cln_format_string(&job->temporary, err, "%s/" CLN_TEMPORARY_MARK "mask-%ld%s", folder, (long)getpid(),
                                   CLN_PARTITION_SUFFIX);
    }
    free(folder);
    return status;
}

static cln_status take_counts(resolution *job, cln_error *err) {
    const cln_manifest *manifest = job->manifest;
    CLN_TRY(cln_new_array(&job->infos, manifest->partition_count, sizeof *job->infos, err));
    for (size_t p = 0; p < manifest->partition_count; p++) {
        job->infos[p] = manifest->partitions[p];
        job->infos[p].duplicates = job->search.counts[p];
    }
    return CLN_OK;
}

/* Rank 0. */
static cln_status begin_file(resolution *job, cln_error *err) {
    CLN_TRY(make_paths(job, err));
    CLN_TRY(take_counts(job, err));
    CLN_TRY(cln_new_array(&job->bits, (size_t)job->search.zones_per_bucket, CLN_ZONE_BITS_BYTES, err));
    CLN_TRY(cln_cleanup_register_path(job->temporary, err));
    (void)unlink(job->temporary); /* of a dead process with the same number */
    return cln_live_writer_open(&job->writer, job->temporary, cln_buffer_span(&job->rule), err);
}

static cln_status take_duplicate(void *context, size_t bucket, cln_span record, cln_error *err) {
    resolution *job = context;
    uint64_t position;
    memcpy(&position, record.data, sizeof position);
    const uint64_t bit = position - bucket * job->search.zones_per_bucket * CLN_ZONE_ROWS;
    const unsigned char mask = (unsigned char)(1U << bit % 8);
    if ((job->bits[bit / 8] & mask) == 0) return cln_fail(err, CLN_ERR_INTERNAL, "a row is a duplicate twice");
    job->bits[bit / 8] &= (unsigned char)~mask;
    return CLN_OK;
}

/* Rank 0. The zones of a bucket that are of partitions with duplicates. */
static cln_status put_zones(resolution *job, size_t bucket, cln_error *err) {
    const cln_duplicate_search *search = &job->search;
    const cln_positions *positions = &search->positions;
    const uint64_t first = bucket * search->zones_per_bucket;
    for (uint64_t zone = first; zone < first + search->zones_per_bucket; zone++) {
        while (job->partition < positions->partition_count && zone >= positions->first_zones[job->partition + 1]) {
            job->partition++;
        }
        if (job->partition == positions->partition_count) return CLN_OK;
        const cln_partition_info *info = &job->infos[job->partition];
        if (info->duplicates == 0) continue;
        if (zone == positions->first_zones[job->partition]) CLN_TRY(cln_live_writer_begin(&job->writer, info, err));
        CLN_TRY(cln_live_writer_put(&job->writer, job->bits + (zone - first) * CLN_ZONE_BITS_BYTES, err));
    }
    return CLN_OK;
}

/* Collective. */
static cln_status fill_file(resolution *job, cln_error *err) {
    const cln_duplicate_search *search = &job->search;
    const cln_exchange_sink sink = {.context = job, .take = take_duplicate};
    for (size_t b = 0; b < search->bucket_count; b++) {
        if (job->comm->rank == 0) memset(job->bits, 0xff, (size_t)search->zones_per_bucket * CLN_ZONE_BITS_BYTES);
        CLN_TRY(cln_exchange_deliver(search->found, b, b + 1, &sink, err));
        cln_error why;
        cln_status status = job->comm->rank == 0 ? put_zones(job, b, &why) : CLN_OK;
        if (status != CLN_OK) status = cln_fail(err, status, "cannot write %s: %s", job->temporary, why.message);
        CLN_TRY(cln_agree(job->comm, status, err));
    }
    return CLN_OK;
}

/* The master that names the file comes later, so the name must last before. */
static cln_status give_name(resolution *job, cln_error *err) {
    if (rename(job->temporary, job->path) != 0) {
        return cln_fail_errno(err, "cannot rename %s to %s", job->temporary, job->path);
    }
    cln_cleanup_unregister_path(job->temporary);
    if (!job->options->sync) return CLN_OK;
    char *folder;
    const cln_duplicate_options *options = job->options;
    CLN_TRY(cln_dataset_path(&folder, options->store_dir, options->dataset, CLN_LIVE_DIR, err));
    const cln_status status = cln_file_sync_dir(folder, err);
    free(folder);
    return status;
}

static cln_status end_file(resolution *job, cln_status status, cln_error *err) {
    status = cln_live_writer_close(&job->writer, status, job->options->sync, &job->written, err);
    if (status == CLN_OK) status = give_name(job, err);
    if (status != CLN_OK && job->temporary != NULL) {
        (void)unlink(job->temporary);
        cln_cleanup_unregister_path(job->temporary);
    }
    return status;
}

/* Collective. */
static cln_status write_file(resolution *job, cln_error *err) {
    const bool is_root = job->comm->rank == 0;
    cln_status status = cln_agree(job->comm, is_root ? begin_file(job, err) : CLN_OK, err);
    if (status == CLN_OK) status = fill_file(job, err);
    if (is_root) status = end_file(job, status, err);
    return cln_agree(job->comm, status, err);
}

/* ---- What came of it ---- */

/* Rank 0. */
static void take_outcome(resolution *job) {
    cln_manifest *manifest = job->manifest;
    free(manifest->live.file);
    manifest->live = job->written;
    manifest->live.file = job->file;
    job->file = NULL;
    for (size_t p = 0; p < manifest->partition_count; p++) {
        manifest->partitions[p].duplicates = job->search.counts == NULL ? 0 : job->search.counts[p];
        manifest->partitions[p].is_unchecked = job->is_unchecked[p];
    }
}

/* Rank 0. */
static cln_status tell_duplicates(resolution *job, cln_error *err) {
    static const cln_comm alone = {.mpi = MPI_COMM_SELF, .rank = 0, .size = 1};
    const cln_duplicate_options *options = job->options;
    cln_dataset *own;
    CLN_TRY(cln_dataset_open_draft(&own, &alone, options->store_dir, options->dataset, job->manifest,
                                   options->pending_id, options->pending_file, err));
    const cln_status status = cln_fail_of_duplicates(&job->search, own, err);
    cln_dataset_close(own);
    return status;
}

/* Collective. */
static cln_status resolve(resolution *job, cln_error *err) {
    const bool is_root = job->comm->rank == 0;
    CLN_TRY(look(job, err));
    const bool fails = cln_dataset_manifest(job->dataset)->rule.on_duplicate == CLN_DUPLICATES_FAIL;
    if (job->duplicates > 0 && fails) {
        return cln_agree(job->comm, is_root ? tell_duplicates(job, err) : CLN_OK, err);
    }
    if (job->duplicates > 0) CLN_TRY(write_file(job, err));
    if (is_root) take_outcome(job);
    return CLN_OK;
}

static void clean_up(resolution *job) {
    cln_duplicate_search_clean_up(&job->search);
    if (job->dataset != NULL) cln_dataset_close(job->dataset);
    cln_buffer_clean_up(&job->rule);
    free(job->is_unchecked);
    free(job->file);
    free(job->path);
    free(job->temporary);
    free(job->bits);
    free(job->infos);
}

cln_status cln_duplicates_resolve(const cln_comm *comm, cln_manifest *manifest, const cln_duplicate_options *options,
                                  cln_error *err) {
    cln_error spare;
    if (err == NULL) err = &spare; /* the ranks agree on its message */
    int64_t is_stale = comm->rank == 0 && manifest->live.is_stale;
    cln_max_i64(comm, &is_stale, 1);
    if (!is_stale) return CLN_OK;
    resolution job = {.comm = comm, .options = options, .manifest = manifest};
    cln_buffer_init(&job.rule, SIZE_MAX);
    cln_live_writer_init(&job.writer);
    cln_status status = cln_dataset_open_draft(&job.dataset, comm, options->store_dir, options->dataset, manifest,
                                               options->pending_id, options->pending_file, err);
    if (status == CLN_OK) status = resolve(&job, err);
    clean_up(&job);
    return status;
}

/* ---- Whole rows ---- */

/* Of the memory: blocks of all columns at once take the rest. */
enum { WHOLE_ROWS_SHARE = 4 };

static cln_status take_all_columns(cln_duplicate_search *search, cln_error *err) {
    const cln_dataset_column *columns;
    size_t count;
    CLN_TRY(cln_dataset_columns(search->dataset, "columns", &columns, &count, err));
    CLN_TRY(cln_new_array(&search->spec.names, count, sizeof *search->spec.names, err));
    CLN_TRY(cln_new_array(&search->spec.compares, count, sizeof *search->spec.compares, err));
    for (size_t c = 0; c < count; c++) { /* the number of a record is no part of it */
        if (strcmp(columns[c].name, "record") != 0) search->spec.names[search->spec.column_count++] = columns[c].name;
    }
    return cln_positions_init(&search->positions, cln_dataset_manifest(search->dataset), err);
}

cln_status cln_duplicates_count_rows(cln_dataset *dataset, const cln_comm *comm, const char *scratch_dir,
                                     uint64_t memory_bytes, uint64_t *counts, cln_error *err) {
    cln_duplicate_search search = {.comm = comm,
                                   .dataset = dataset,
                                   .spec = {.whole_rows = true},
                                   .scratch_dir = scratch_dir,
                                   .memory_bytes = memory_bytes / WHOLE_ROWS_SHARE};
    cln_status status = cln_agree(comm, take_all_columns(&search, err), err);
    if (status == CLN_OK) status = cln_duplicate_search_run(&search, err);
    if (status == CLN_OK) memcpy(counts, search.counts, search.positions.partition_count * sizeof *counts);
    cln_duplicate_search_clean_up(&search);
    return status;
}
