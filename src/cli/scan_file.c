/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One file of colonnade scan, read by all ranks of a communicator.
 */
#include "colonnade/base/memory.h"
#include "colonnade/base/profile.h"
#include "colonnade/base/sample.h"
#include "colonnade/base/utf8.h"
#include "colonnade/cli/input.h"
#include "colonnade/csv/sweep.h"
#include "colonnade/csv/tally.h"
#include "colonnade/ingest/provenance.h"
#include "colonnade/ingest/schema.h"
#include "colonnade/par/progress.h"
#include "scan_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_ascii(cln_span bytes) {
    uint64_t seen = 0;
    size_t i = 0;
    for (; i + sizeof seen <= bytes.size; i += sizeof seen) {
        uint64_t word;
        memcpy(&word, bytes.data + i, sizeof word);
        seen |= word;
    }
    for (; i < bytes.size; i++) seen |= (unsigned char)bytes.data[i];
    return (seen & UINT64_C(0x8080808080808080)) == 0;
}

/* How a record's bytes become UTF-8. */
typedef enum record_encoding { AS_IT_IS, CONVERTED, UNDEFINED } record_encoding;

static cln_status judge_encoding(scan_job *job, cln_span raw, record_encoding *encoding, cln_error *err) {
    *encoding = AS_IT_IS;
    if (is_ascii(raw)) {
        job->facts.counts.records_ascii++;
        return CLN_OK;
    }
    if (cln_utf8_is_valid(raw)) {
        job->facts.counts.records_utf8++;
        return CLN_OK;
    }
    job->facts.counts.records_other++;
    *encoding = UNDEFINED;
    if (job->fallback != CLN_FALLBACK_WINDOWS_1252) return CLN_OK;
    bool is_defined;
    cln_buffer_clear(&job->utf8);
    CLN_TRY(cln_utf8_from_windows_1252(raw, &job->utf8, &is_defined, err));
    if (is_defined) *encoding = CONVERTED;
    return CLN_OK;
}

/* The same order of reasons as when the file is stored. */
static cln_reason judge_shape(const scan_job *job, const cln_record *record) {
    if (record->field_count > job->prologue.name_count) return CLN_REASON_TOO_MANY_FIELDS;
    if (record->is_unterminated) return CLN_REASON_UNTERMINATED;
    if (record->is_malformed) return CLN_REASON_MALFORMED;
    return record->field_count < job->prologue.name_count ? CLN_REASON_TOO_FEW_FIELDS : CLN_REASON_NONE;
}

static void count_record(scan_job *job, uint64_t number, uint64_t offset, uint64_t size_bytes, cln_reason reason) {
    cln_account_record(&job->facts.counts.account, size_bytes, reason);
    if ((int64_t)size_bytes > job->facts.greatest.record_bytes) job->facts.greatest.record_bytes = (int64_t)size_bytes;
    if (reason == CLN_REASON_NONE || (int64_t)number > job->facts.least.bad_record) return;
    job->facts.least.bad_record = (int64_t)number;
    job->facts.least.bad_offset = (int64_t)offset;
}

/* Only records that would be stored say what their columns hold. */
static cln_status survey_record(scan_job *job, const cln_record *record, record_encoding encoding, cln_error *err) {
    for (size_t column = 0; column < record->field_count; column++) {
        const cln_field *field = &job->block->fields[record->first_field + column];
        cln_span cell;
        CLN_TRY(cln_field_content(&job->automaton, job->block, field, &job->arena, &cell, err));
        if (encoding == CONVERTED) {
            bool is_defined;
            cln_buffer_clear(&job->utf8);
            CLN_TRY(cln_utf8_from_windows_1252(cell, &job->utf8, &is_defined, err));
            cell = cln_buffer_span(&job->utf8);
        }
        CLN_TRY(cln_survey_add(&job->survey, column, cell, err));
    }
    return CLN_OK;
}

static cln_status count_block(scan_job *job, bool all_ascii, cln_error *err) {
    const cln_record_block *block = job->block;
    cln_account_block(&job->facts.counts.account, block);
    for (size_t i = 0; i < block->record_count; i++) {
        const cln_record *record = &block->records[i];
        const int64_t fields = record->field_count;
        if (fields < job->facts.least.fields) job->facts.least.fields = fields;
        if (fields > job->facts.greatest.fields) job->facts.greatest.fields = fields;
        record_encoding encoding = AS_IT_IS;
        if (all_ascii) {
            job->facts.counts.records_ascii++;
        } else {
            CLN_TRY(judge_encoding(job, cln_record_raw(block, record), &encoding, err));
        }
        cln_reason reason = judge_shape(job, record);
        if (reason == CLN_REASON_NONE && encoding == UNDEFINED) reason = CLN_REASON_ENCODING;
        if (reason == CLN_REASON_NONE && job->wants_schema) CLN_TRY(survey_record(job, record, encoding, err));
        count_record(job, block->first_number + i, block->offset + record->begin, record->size, reason);
    }
    return CLN_OK;
}

/* Counts plain records at the beginning of bytes; returns how many bytes those are. */
static size_t take_plain(scan_job *job, cln_span bytes, uint64_t *record_count) {
    cln_tally tally = {.automaton = &job->automaton, .expected_fields = job->prologue.name_count};
    const size_t taken = cln_tally_take(&tally, bytes);
    cln_account_add(&job->facts.counts.account, &tally.account);
    *record_count = tally.record_count;
    if (tally.record_count == 0) return taken;
    const int64_t fields = (int64_t)tally.expected_fields;
    job->facts.counts.records_ascii += tally.record_count;
    if (fields < job->facts.least.fields) job->facts.least.fields = fields;
    if (fields > job->facts.greatest.fields) job->facts.greatest.fields = fields;
    const int64_t record_bytes = (int64_t)tally.greatest_record_bytes;
    if (record_bytes > job->facts.greatest.record_bytes) job->facts.greatest.record_bytes = record_bytes;
    return taken;
}

static cln_status count_run(scan_job *job, const cln_csv_run *run, uint64_t *failed_record, cln_error *err) {
    if (run->size_bytes > run->bytes.size) { /* its fields are not known */
        count_record(job, run->first_record, run->offset, run->size_bytes, CLN_REASON_OVER_LONG);
        return CLN_OK;
    }
    if (job->facts.greatest.is_sample == 0) job->facts.greatest.is_sample = cln_sample_is_marked(run->bytes);
    *failed_record = run->first_record;
    const bool all_ascii = job->wants_schema && is_ascii(run->bytes); /* plain records are told apart without */
    cln_splitter splitter;
    cln_splitter_init(&splitter, &job->automaton, run->bytes, run->offset, run->first_record);
    for (;;) {
        if (!job->wants_schema) {
            uint64_t record_count;
            const cln_span rest = cln_span_of(run->bytes.data + splitter.position, run->bytes.size - splitter.position);
            splitter.position += take_plain(job, rest, &record_count);
            splitter.next_number += record_count;
        }
        bool more;
        CLN_TRY(cln_splitter_next(&splitter, job->block, &more, err));
        if (!more) return CLN_OK;
        CLN_TRY(count_block(job, all_ascii, err));
    }
}

static cln_status take(void *context, const cln_csv_run *run, uint64_t *failed_record, cln_error *err) {
    const double lap = cln_profile_now();
    const cln_status status = count_run(context, run, failed_record, err);
    (void)cln_profile_lap(CLN_PHASE_SPLIT, lap);
    return status;
}

static void show_progress(void *context, uint64_t done_bytes) {
    cln_progress_advance(context, done_bytes);
}

static cln_status sweep_file(scan_job *job, cln_error *err) {
    const cln_cli *cli = job->cli;
    char label[256];
    (void)snprintf(label, sizeof label, "scan %s", job->source->name);
    cln_progress progress;
    const bool is_stream = cln_byte_source_is_stream(job->source);
    cln_progress_init(&progress, label, is_stream ? 0 : job->source->size_bytes, CLN_PROGRESS_BYTES);
    const cln_sweep sweep = {
        .source = job->source,
        .automaton = &job->automaton,
        .data_offset = job->prologue.data_offset,
        .first_record = job->prologue.first_record,
        .stripe_size_bytes = cln_sweep_stripe_size(job->source->size_bytes, cli->settings.memory_bytes, cli->comm.size,
                                                   cli->settings.stripe_size_bytes),
        .max_record_bytes = CLN_MAX_RECORD_BYTES,
        .progress = show_progress,
        .progress_context = &progress,
    };
    const cln_csv_sink sink = {.context = job, .take = take};
    const cln_status status = cln_sweep_run(&sweep, &cli->comm, &sink, err);
    cln_progress_finish(&progress);
    return status;
}

/* Brings all ranks' findings together. */
static void combine(scan_job *job) {
    _Static_assert(sizeof job->facts.counts % sizeof(uint64_t) == 0, "counts only");
    const cln_comm *comm = &job->cli->comm;
    if (comm->rank == 0) cln_account_prologue(&job->facts.counts.account, &job->prologue);
    cln_sum_u64(comm, (uint64_t *)&job->facts.counts, sizeof job->facts.counts / sizeof(uint64_t));
    cln_min_i64(comm, (int64_t *)&job->facts.least, sizeof job->facts.least / sizeof(int64_t));
    cln_max_i64(comm, (int64_t *)&job->facts.greatest, sizeof job->facts.greatest / sizeof(int64_t));
}

/* ---- All of it ---- */

/* Rank 0. A sidecar that cannot be read is no business of the account. */
static void read_sidecar(scan_job *job) {
    cln_sidecar sidecar;
    if (job->cli->comm.rank != 0) return;
    if (cln_cli_read_sidecar(job->cli, job->path, &sidecar, &job->sidecar_warning) != CLN_OK) return;
    if (sidecar.is_sample) job->facts.greatest.is_sample = 1;
    cln_sidecar_clean_up(&sidecar);
}

static cln_status copy_names(scan_job *job, cln_error *err) {
    for (size_t i = 0; i < job->prologue.name_count; i++) {
        const char *name = job->prologue.names[i];
        CLN_TRY(cln_buffer_append(&job->names, name, strlen(name) + 1, err));
    }
    return CLN_OK;
}

static cln_status prepare(scan_job *job, cln_error *err) {
    CLN_TRY(cln_new_array(&job->block, 1, sizeof *job->block, err));
    cln_record_block_init(job->block);
    job->facts.column_count = job->prologue.name_count;
    job->facts.has_header = job->prologue.header_bytes > 0;
    if (!job->wants_schema) return CLN_OK;
    CLN_TRY(cln_prologue_check_names(&job->prologue, job->path, err));
    if (job->prologue.name_count > CLN_MAX_COLUMNS) {
        return cln_fail(err, CLN_ERR_DATA, "%s has %zu columns; at most %d are stored. Is --delimiter right?",
                        job->path, job->prologue.name_count, CLN_MAX_COLUMNS);
    }
    CLN_TRY(copy_names(job, err));
    CLN_TRY(cln_survey_init(&job->survey, job->prologue.name_count, err));
    return cln_scan_union_lend(job->joint, job->facts.has_header, cln_buffer_span(&job->names), &job->survey, err);
}

static cln_status scan(scan_job *job, cln_error *err) {
    const cln_comm *comm = &job->cli->comm;
    CLN_TRY(cln_cli_detect(job->cli, job->source, job->fallback, &job->facts.detection, err));
    cln_automaton_init(&job->automaton, &job->facts.detection.dialect);
    CLN_TRY(
        cln_prologue_read(&job->prologue, comm, job->source, &job->facts.detection.dialect, CLN_MAX_RECORD_BYTES, err));
    CLN_TRY_AGREED(comm, prepare(job, err), err);
    read_sidecar(job);
    CLN_TRY(sweep_file(job, err));
    combine(job);
    CLN_TRY(cln_cli_check_input(comm, job->source, err));
    job->facts.size_bytes = job->source->size_bytes;
    return cln_account_check(&job->facts.counts.account, job->source->size_bytes, job->path, err);
}

void cln_scan_job_init(scan_job *job) {
    memset(job, 0, sizeof *job); /* the facts travel as bytes */
    job->facts.least = (scan_least){INT64_MAX, INT64_MAX, INT64_MAX};
    job->facts.greatest = (scan_greatest){-1, 0, 0};
    cln_buffer_init(&job->names, SIZE_MAX);
    cln_buffer_init(&job->utf8, SIZE_MAX);
    cln_buffer_init(&job->arena, SIZE_MAX);
}

void cln_scan_job_clean_up(scan_job *job) {
    cln_survey_clean_up(&job->survey);
    cln_buffer_clean_up(&job->names);
    cln_buffer_clean_up(&job->utf8);
    cln_buffer_clean_up(&job->arena);
    if (job->block != NULL) cln_record_block_clean_up(job->block);
    free(job->block);
    cln_prologue_clean_up(&job->prologue);
}

cln_status cln_scan_file(scan_job *job, cln_error *err) {
    CLN_TRY(cln_cli_open_input(job->cli, job->path, &job->source, err));
    const cln_status status = scan(job, err);
    job->source->release(job->source);
    job->source = NULL;
    return cln_agree(&job->cli->comm, status, err);
}
