/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/ingest/ingest.h"

#include "colonnade/base/cleanup.h"
#include "colonnade/base/clock.h"
#include "colonnade/base/compression.h"
#include "colonnade/base/date.h"
#include "colonnade/base/memory.h"
#include "colonnade/base/profile.h"
#include "colonnade/ingest/content_hash.h"
#include "colonnade/ingest/draft.h"
#include "colonnade/ingest/finalise.h"
#include "colonnade/ingest/provenance.h"
#include "colonnade/ingest/publish.h"
#include "colonnade/net/input.h"
#include "colonnade/par/progress.h"

#include <stdio.h>
#include <string.h>

/* The share of the memory that staged blocks may take before they go to the
 * scratch folder. */
#define STAGE_SHARE 4

/* The share that decompressing may take; the rest is shared out as if it were all. */

/* A header that is longer is none. */
#define MAX_HEADER_BYTES ((uint64_t)1 << 20)

/* One file on its way to a draft. */
typedef struct ingest_job {
    const cln_comm *comm;
    const cln_ingest_request *request;
    uint64_t memory_bytes;
    cln_byte_source *file;   /* as it stands; borrowed from source when it is compressed */
    cln_byte_source *source; /* what is read */
    cln_compression compression;
    cln_prologue prologue;
    cln_schema schema;
    cln_publication publication;
    cln_automaton automaton;
    uint64_t stripe_size_bytes;
    uint64_t stripe_count;
    cln_stage stage;
    cln_decoder decoder;
    cln_content_hasher hasher;
    cln_final_tables tables;
    cln_draft *draft;
    cln_ingest_outcome *outcome; /* of the draft */
} ingest_job;

/* ---- Opening ---- */

/* All ranks must see the same file: on a cluster a folder may not be shared. */
static cln_status check_same_size(const ingest_job *job, cln_error *err) {
    int64_t low = (int64_t)job->file->size_bytes;
    int64_t high = low;
    cln_min_i64(job->comm, &low, 1);
    cln_max_i64(job->comm, &high, 1);
    int64_t versions[2] = {(int64_t)job->file->version, -(int64_t)job->file->version};
    cln_max_i64(job->comm, versions, 2);
    if (low == high && versions[0] == -versions[1]) return CLN_OK;
    if (low == high) {
        return cln_fail(err, CLN_ERR_IO, "%s was replaced while the ranks opened it; start again", job->request->path);
    }
    return cln_fail(err, CLN_ERR_IO,
                    "the ranks see different sizes of %s (%lld and %lld bytes); it must stand in a folder that all "
                    "nodes share, and must not change while it is read",
                    job->request->path, (long long)low, (long long)high);
}

/* Local. The file, and what decompresses it; its bytes are hashed as they are
 * read, for they are what is compared when the file comes again. */
static cln_status open_file(ingest_job *job, cln_error *err) {
    const cln_config *config = job->request->config;
    CLN_TRY(cln_input_open(&job->file, job->request->path, config == NULL ? NULL : &config->s3, err));
    CLN_TRY(cln_compression_detect(job->file, &job->compression, err));
    job->source = job->file;
    if (job->compression == CLN_COMPRESSION_NONE) return CLN_OK;
    const uint64_t memory_bytes = job->memory_bytes / CLN_DECOMPRESSION_SHARE;
    job->memory_bytes -= memory_bytes;
    const cln_decompression how = {.compression = job->compression,
                                   .memory_bytes = memory_bytes,
                                   .see = cln_content_hasher_see,
                                   .see_context = &job->hasher};
    return cln_byte_source_decompress(&job->source, job->file, &how, err);
}

static cln_status open_source(ingest_job *job, cln_error *err) {
    CLN_TRY_AGREED(job->comm, open_file(job, err), err);
    CLN_TRY_AGREED(job->comm, check_same_size(job, err), err);
    cln_stage_init(&job->stage, job->request->scratch_dir, job->memory_bytes / STAGE_SHARE);
    job->draft->facts.source_size_bytes = job->file->size_bytes;
    job->outcome->size_bytes = job->source->size_bytes;
    cln_status status = cln_publication_init(&job->publication, job->request, err);
    if (status == CLN_OK && job->comm->rank == 0) {
        status = cln_sidecar_of_input(&job->draft->sidecar, job->file, job->request->path, err);
        if (status == CLN_OK) status = cln_publication_look(&job->publication, job->request, &job->draft->sidecar, err);
    }
    return cln_agree(job->comm, status, err);
}

/* Warned of are files of which half fits another dataset; what fits it whole,
 * and cannot answer anything here, would only stand in the way. */
static cln_status refuse_rival(const ingest_job *job, cln_error *err) {
    const cln_ingest_request *request = job->request;
    const cln_schema_rival *rival = &job->outcome->rival;
    if (!rival->is_certain) return CLN_OK;
    const char *other = request->config->datasets[rival->number - 1].name;
    return cln_fail(err, CLN_ERR_DATA,
                    "%s is a file of '%s', which declares all of its %zu columns; '%s' declares %zu of them, but "
                    "not its time. Nothing was published; give 'colonnade ingest %s %s'",
                    request->path, other, rival->column_count, request->dataset_name, rival->declared_count, other,
                    request->path);
}

static cln_status match_schema(ingest_job *job, cln_error *err) {
    const cln_ingest_request *request = job->request;
    if (job->prologue.name_count == 0) {
        return cln_fail(err, CLN_ERR_DATA, "%s holds no header and no records; there is nothing to store",
                        request->path);
    }
    CLN_TRY(cln_prologue_check_names(&job->prologue, request->path, err));
    CLN_TRY(cln_schema_match(&job->schema, request->dataset, &job->prologue, request->infer_types, request->path, err));
    job->outcome->rival = cln_schema_find_rival(request->config, request->dataset, &job->prologue);
    CLN_TRY(refuse_rival(job, err));
    CLN_TRY(cln_set_time_zone(job->schema.time_zone, err));
    return cln_recipe_digest(request, &job->schema, &job->draft->facts.recipe, err);
}

/* ---- Unchanged? ---- */

/* Collective. When the former partition has the file's length, the file is
 * hashed: same content and same recipe, and there is nothing to do. */
static cln_status check_unchanged(ingest_job *job, cln_error *err) {
    int worth_hashing = 0;
    if (job->comm->rank == 0) {
        worth_hashing = cln_publication_is_worth_hashing(&job->publication, job->request, job->file->size_bytes);
    }
    MPI_Bcast(&worth_hashing, 1, MPI_INT, 0, job->comm->mpi);
    if (!worth_hashing) return CLN_OK;
    CLN_TRY(cln_content_hash_source(job->comm, job->file, &job->draft->facts.content, err));
    uint64_t answer[3] = {0};
    if (job->comm->rank == 0 && cln_publication_is_unchanged(&job->publication, job->request, &job->draft->sidecar,
                                                             &job->draft->facts.content, &job->draft->facts.recipe)) {
        answer[0] = 1;
        answer[1] = job->publication.former->rows;
        answer[2] = job->publication.former->is_sample;
    }
    MPI_Bcast(answer, 3, MPI_UINT64_T, 0, job->comm->mpi);
    if (answer[0]) job->outcome->result = CLN_INGEST_UNCHANGED;
    job->outcome->rows = answer[1];
    job->outcome->is_sample = answer[2] != 0;
    return CLN_OK;
}

/* ---- Reading ---- */

static void show_progress(void *context, uint64_t done_bytes) {
    cln_progress_advance(context, done_bytes);
}

static cln_status prepare_reading(ingest_job *job, cln_error *err) {
    const cln_ingest_request *request = job->request;
    cln_automaton_init(&job->automaton, &request->dialect);
    const uint64_t stripe_size_bytes =
        cln_sweep_stripe_size(job->source->size_bytes, job->memory_bytes, job->comm->size, request->stripe_size_bytes);
    job->stripe_size_bytes = cln_sweep_taken_stripe_size(stripe_size_bytes, request->policy.max_record_bytes);
    return cln_decoder_init(&job->decoder, &job->automaton, &job->schema, request->dialect.fallback, request->policy,
                            request->path, &job->stage, err);
}

/* Collective. What was not hashed while it was read is read for it. */
static cln_status hash_file(ingest_job *job, bool is_hashed, cln_error *err) {
    cln_digest *content = &job->draft->facts.content;
    if (!is_hashed) return cln_content_hash_source(job->comm, job->file, content, err);
    return cln_content_hasher_finish(&job->hasher, job->comm, job->file->size_bytes, content, err);
}

/* Collective. Every record is decoded and staged on the rank that owns it. */
static cln_status sweep(ingest_job *job, cln_error *err) {
    const bool is_compressed = job->compression != CLN_COMPRESSION_NONE;
    const bool hash_stripes = !is_compressed && cln_content_hash_fits(job->stripe_size_bytes);
    const cln_csv_sink sink = {.context = &job->decoder,
                               .take = cln_decoder_take,
                               .see_context = &job->hasher,
                               .see = hash_stripes ? cln_content_hasher_see : NULL};
    cln_progress progress;
    cln_progress_init(&progress, job->request->path, is_compressed ? 0 : job->source->size_bytes, CLN_PROGRESS_BYTES);
    const cln_sweep sweep = {.source = job->source,
                             .automaton = &job->automaton,
                             .data_offset = job->prologue.data_offset,
                             .first_record = job->prologue.first_record,
                             .stripe_size_bytes = job->stripe_size_bytes,
                             .max_record_bytes = job->request->policy.max_record_bytes,
                             .progress = show_progress,
                             .progress_context = &progress};
    const cln_status status = cln_sweep_run(&sweep, job->comm, &sink, err);
    cln_progress_finish(&progress);
    if (status != CLN_OK) return status;
    const uint64_t size = job->source->size_bytes; /* of a stream known by now */
    job->outcome->size_bytes = size;
    job->stripe_count = size / job->stripe_size_bytes + (size % job->stripe_size_bytes != 0);
    return hash_file(job, is_compressed || hash_stripes, err);
}

/* Collective. The account of the whole file, checked: every byte and every
 * record is in exactly one of its parts. */
static cln_status settle_account(ingest_job *job, cln_error *err) {
    cln_status status = cln_decoder_end(&job->decoder, err);
    if (status == CLN_OK) status = job->source->check_unchanged(job->source, err);
    CLN_TRY_AGREED(job->comm, status, err);
    if (job->comm->rank == 0) cln_account_prologue(&job->decoder.account, &job->prologue);
    job->outcome->account = job->decoder.account;
    cln_account_sum(job->comm, &job->outcome->account);
    CLN_TRY_AGREED(job->comm,
                   cln_account_check(&job->outcome->account, job->source->size_bytes, job->request->path, err), err);
    int64_t is_sample = job->decoder.is_sample || job->draft->sidecar.is_sample;
    cln_max_i64(job->comm, &is_sample, 1);
    job->outcome->is_sample = is_sample != 0;
    job->outcome->rows = job->outcome->account.records_stored;
    return CLN_OK;
}

static bool has_too_many_rejects(const ingest_job *job) {
    const cln_account *account = &job->outcome->account;
    if (job->request->allow_rejects) return false;
    return (double)account->records_rejected > job->request->max_reject_rate * (double)account->records_read;
}

/* ---- Writing ---- */

/* Rank 0: the texts on the partition's root. */
static cln_status describe(const ingest_job *job, cln_buffer texts[3], cln_error *err) {
    char content[CLN_DIGEST_TEXT_BYTES];
    cln_digest_format(&job->draft->facts.content, content);
    const cln_source_file file = {.content_hash = content,
                                  .size_bytes = job->file->size_bytes,
                                  .compression = job->compression,
                                  .content_bytes = job->source->size_bytes};
    CLN_TRY(cln_provenance_to_json(job->request, &job->draft->sidecar, &job->schema, &job->prologue, &file,
                                   job->outcome->is_sample, &texts[0], err));
    CLN_TRY(cln_account_to_json(&job->outcome->account, &texts[1], err));
    return cln_schema_to_json(&job->schema, &texts[2], err);
}

/* Collective. Finishes the writer, also after a local error. */
static cln_status finish_partition(ingest_job *job, cln_partition_writer *writer, uint64_t *size_bytes,
                                   cln_error *err) {
    cln_buffer texts[3];
    for (int t = 0; t < 3; t++) cln_buffer_init(&texts[t], SIZE_MAX);
    cln_status status = CLN_OK;
    if (job->comm->rank == 0) status = describe(job, texts, err);
    status = cln_agree(job->comm, status, err);
    if (status == CLN_OK) {
        const cln_stored_attribute attributes[3] = {{"provenance", cln_buffer_span(&texts[0])},
                                                    {"account", cln_buffer_span(&texts[1])},
                                                    {"schema", cln_buffer_span(&texts[2])}};
        status = cln_partition_writer_finish(writer, attributes, 3, job->request->fsync, size_bytes, err);
    } else {
        cln_partition_writer_abandon(writer);
    }
    for (int t = 0; t < 3; t++) cln_buffer_clean_up(&texts[t]);
    return status;
}

static cln_status note_demoted(ingest_job *job, cln_error *err) {
    cln_buffer *warnings = &job->draft->warnings;
    for (size_t c = 0; c < job->schema.column_count; c++) {
        if (!cln_final_tables_is_demoted(&job->tables, c)) continue;
        job->outcome->account.columns_demoted++;
        CLN_TRY(cln_buffer_append_format(
            warnings, err,
            "%s: column \"%s\" is declared a category, but has more than %d distinct values or %d KiB of them, "
            "or one with a NUL byte; it is stored as text. Declare it as text",
            job->request->path, job->schema.columns[c].name, CLN_DECLARED_CATEGORY_COUNT,
            (int)(CLN_DECLARED_CATEGORY_BYTES >> 10)));
        CLN_TRY(cln_buffer_append_char(warnings, '\0', err));
    }
    return CLN_OK;
}

static cln_status write_temporary(ingest_job *job, cln_error *err) {
    cln_status status = CLN_OK;
    if (job->comm->rank == 0) status = cln_cleanup_register_path(job->publication.temporary_path, err);
    CLN_TRY_AGREED(job->comm, status, err);
    const double finalise = cln_profile_now();
    CLN_TRY(cln_final_tables_init(&job->tables, job->comm, &job->decoder, job->stripe_count, err));
    (void)cln_profile_lap(CLN_PHASE_FINALISE, finalise);
    CLN_TRY_AGREED(job->comm, note_demoted(job, err), err);
    cln_give_memory_back();
    const bool only_rejects = job->outcome->result == CLN_INGEST_REFUSED;
    cln_partition_writer *writer;
    CLN_TRY(
        cln_final_tables_write(&job->tables, job->comm, job->publication.temporary_path, only_rejects, &writer, err));
    job->outcome->account.cells_renamed = cln_final_tables_renamed(&job->tables, job->comm);
    const double finish = cln_profile_now();
    CLN_TRY(finish_partition(job, writer, &job->draft->facts.partition_size_bytes, err));
    status = CLN_OK;
    if (job->comm->rank == 0) {
        status =
            cln_partition_rest_crc32c(job->publication.temporary_path, &job->draft->facts.partition_rest_crc32c, err);
    }
    CLN_TRY_AGREED(job->comm, status, err);
    (void)cln_profile_lap(CLN_PHASE_FINISH, finish);
    return CLN_OK;
}

/* Collective. */
static cln_status write_partition(ingest_job *job, cln_error *err) {
    if (has_too_many_rejects(job)) job->outcome->result = CLN_INGEST_REFUSED;
    const cln_status status = write_temporary(job, err);
    if (status != CLN_OK && job->comm->rank == 0) cln_publication_discard(&job->publication);
    return status;
}

/* ---- The whole ---- */

/* Collective. */
static cln_status run(ingest_job *job, cln_error *err) {
    const cln_ingest_request *request = job->request;
    uint64_t max_header_bytes = request->policy.max_record_bytes;
    if (request->dialect.has_header && max_header_bytes > MAX_HEADER_BYTES) max_header_bytes = MAX_HEADER_BYTES;
    CLN_TRY(open_source(job, err));
    CLN_TRY(cln_prologue_read(&job->prologue, job->comm, job->source, &request->dialect, max_header_bytes, err));
    CLN_TRY_AGREED(job->comm, match_schema(job, err), err);
    CLN_TRY(check_unchanged(job, err));
    if (job->outcome->result == CLN_INGEST_UNCHANGED) return CLN_OK;
    CLN_TRY_AGREED(job->comm, prepare_reading(job, err), err);
    CLN_TRY(sweep(job, err));
    CLN_TRY(settle_account(job, err));
    return write_partition(job, err);
}

static void clean_up(ingest_job *job) {
    cln_final_tables_clean_up(&job->tables);
    cln_content_hasher_clean_up(&job->hasher);
    if (job->decoder.schema != NULL) cln_decoder_clean_up(&job->decoder);
    cln_stage_clean_up(&job->stage);
    cln_publication_clean_up(&job->publication);
    cln_schema_clean_up(&job->schema);
    cln_prologue_clean_up(&job->prologue);
    if (job->source != NULL) {
        job->source->release(job->source);
    } else if (job->file != NULL) {
        job->file->release(job->file);
    }
}

cln_status cln_draft_make(cln_draft *draft, const cln_comm *comm, const cln_ingest_request *request, cln_error *err) {
    const double started = cln_clock_seconds();
    draft->facts.outcome = (cln_ingest_outcome){.result = CLN_INGEST_PUBLISHED};
    ingest_job job = {.comm = comm,
                      .request = request,
                      .memory_bytes = request->memory_bytes,
                      .draft = draft,
                      .outcome = &draft->facts.outcome};
    cln_stage_init(&job.stage, request->scratch_dir, 0);
    cln_content_hasher_init(&job.hasher);
    const cln_status status = run(&job, err);
    clean_up(&job);
    job.outcome->seconds = cln_clock_seconds() - started;
    return status;
}

/* Collective. */
static cln_status make_and_publish(cln_draft *draft, const cln_comm *comm, const cln_ingest_request *request,
                                   cln_error *err) {
    const double started = cln_clock_seconds();
    CLN_TRY(cln_draft_make(draft, comm, request, err));
    const cln_status status = cln_draft_publish(draft, comm, request, &draft->facts.outcome.duplicates, err);
    draft->facts.outcome.seconds = cln_clock_seconds() - started;
    return status;
}

cln_status cln_ingest_file(const cln_comm *comm, const cln_ingest_request *request, cln_ingest_outcome *outcome,
                           cln_error *err) {
    cln_draft draft;
    cln_draft_init(&draft);
    const cln_status status = make_and_publish(&draft, comm, request, err);
    *outcome = draft.facts.outcome;
    cln_draft_clean_up(&draft);
    return status;
}
