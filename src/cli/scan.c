/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * colonnade scan: the account of a file without storing it.
 */
#include "colonnade/base/memory.h"
#include "colonnade/base/utf8.h"
#include "colonnade/cli/cli.h"
#include "colonnade/cli/dialect_options.h"
#include "colonnade/cli/input.h"
#include "colonnade/csv/prologue.h"
#include "colonnade/csv/sweep.h"
#include "colonnade/par/progress.h"

#include <stdio.h>
#include <stdlib.h>

/* Sums over all ranks. A record is "stored" in the account when it is well-formed. */
typedef struct scan_counts {
    cln_account account;
    uint64_t records_ascii;
    uint64_t records_utf8; /* beyond ASCII */
    uint64_t records_other;
} scan_counts;

/* Extremes over all ranks; INT64_MAX for a least one of nothing, -1 for a
 * greatest one. */
typedef struct scan_least {
    int64_t fields;
    int64_t bad_record; /* the first that is not well-formed: its number and its place */
    int64_t bad_offset;
} scan_least;

typedef struct scan_greatest {
    int64_t fields;
    int64_t record_bytes;
} scan_greatest;

typedef struct scan_job {
    cln_cli *cli;
    cln_byte_source *source;
    cln_dialect dialect;
    cln_automaton automaton;
    cln_prologue prologue;
    cln_record_block *block;
    cln_buffer utf8;
    scan_counts counts;
    scan_least least;
    scan_greatest greatest;
} scan_job;

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

/* Counts the record's encoding; *is_defined is false when it cannot be read. */
static cln_status judge_encoding(scan_job *job, cln_span raw, bool *is_defined, cln_error *err) {
    *is_defined = true;
    if (is_ascii(raw)) {
        job->counts.records_ascii++;
        return CLN_OK;
    }
    if (cln_utf8_is_valid(raw)) {
        job->counts.records_utf8++;
        return CLN_OK;
    }
    job->counts.records_other++;
    *is_defined = job->dialect.fallback == CLN_FALLBACK_WINDOWS_1252;
    if (!*is_defined) return CLN_OK;
    cln_buffer_clear(&job->utf8);
    return cln_utf8_from_windows_1252(raw, &job->utf8, is_defined, err);
}

/* The same order of reasons as when the file is stored. */
static cln_reason judge_shape(const scan_job *job, const cln_record *record) {
    if (record->field_count > job->prologue.name_count) return CLN_REASON_TOO_MANY_FIELDS;
    if (record->is_unterminated) return CLN_REASON_UNTERMINATED;
    if (record->is_malformed) return CLN_REASON_MALFORMED;
    return record->field_count < job->prologue.name_count ? CLN_REASON_TOO_FEW_FIELDS : CLN_REASON_NONE;
}

static void count_record(scan_job *job, uint64_t number, uint64_t offset, uint64_t size_bytes, cln_reason reason) {
    cln_account_record(&job->counts.account, size_bytes, reason);
    if ((int64_t)size_bytes > job->greatest.record_bytes) job->greatest.record_bytes = (int64_t)size_bytes;
    if (reason == CLN_REASON_NONE || (int64_t)number > job->least.bad_record) return;
    job->least.bad_record = (int64_t)number;
    job->least.bad_offset = (int64_t)offset;
}

static cln_status count_block(scan_job *job, bool all_ascii, cln_error *err) {
    const cln_record_block *block = job->block;
    cln_account_block(&job->counts.account, block);
    for (size_t i = 0; i < block->record_count; i++) {
        const cln_record *record = &block->records[i];
        const int64_t fields = record->field_count;
        if (fields < job->least.fields) job->least.fields = fields;
        if (fields > job->greatest.fields) job->greatest.fields = fields;
        bool is_defined = true;
        if (all_ascii) {
            job->counts.records_ascii++;
        } else {
            CLN_TRY(judge_encoding(job, cln_record_raw(block, record), &is_defined, err));
        }
        cln_reason reason = judge_shape(job, record);
        if (reason == CLN_REASON_NONE && !is_defined) reason = CLN_REASON_ENCODING;
        count_record(job, block->first_number + i, block->offset + record->begin, record->size, reason);
    }
    return CLN_OK;
}

static cln_status take(void *context, const cln_csv_run *run, uint64_t *failed_record, cln_error *err) {
    scan_job *job = context;
    if (run->size_bytes > run->bytes.size) { /* its fields are not known */
        count_record(job, run->first_record, run->offset, run->size_bytes, CLN_REASON_OVER_LONG);
        return CLN_OK;
    }
    *failed_record = run->first_record;
    const bool all_ascii = is_ascii(run->bytes);
    cln_splitter splitter;
    cln_splitter_init(&splitter, &job->automaton, run->bytes, run->offset, run->first_record);
    for (;;) {
        bool more;
        CLN_TRY(cln_splitter_next(&splitter, job->block, &more, err));
        if (!more) return CLN_OK;
        CLN_TRY(count_block(job, all_ascii, err));
    }
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
    _Static_assert(sizeof job->counts % sizeof(uint64_t) == 0, "counts only");
    const cln_comm *comm = &job->cli->comm;
    if (comm->rank == 0) cln_account_prologue(&job->counts.account, &job->prologue);
    cln_sum_u64(comm, (uint64_t *)&job->counts, sizeof job->counts / sizeof(uint64_t));
    cln_min_i64(comm, (int64_t *)&job->least, sizeof job->least / sizeof(int64_t));
    cln_max_i64(comm, (int64_t *)&job->greatest, sizeof job->greatest / sizeof(int64_t));
}

/* ---- What is printed ---- */

typedef struct finding {
    const char *name;
    int64_t value;
    bool is_known;
} finding;

static cln_status add_row(cln_table *table, finding row, cln_error *err) {
    cln_cell *cells;
    CLN_TRY(cln_table_add_row(table, &cells, err));
    CLN_TRY(cln_cell_set_text(&cells[0], cln_span_of_string(row.name), err));
    if (row.is_known) cln_cell_set_integer(&cells[1], row.value);
    return CLN_OK;
}

static cln_status add_count(cln_table *table, const char *name, uint64_t count, cln_error *err) {
    return add_row(table, (finding){name, (int64_t)count, true}, err);
}

static cln_status add_bytes(cln_table *table, const cln_account *account, cln_error *err) {
    CLN_TRY(add_count(table, "bytes", cln_account_bytes(account), err));
    CLN_TRY(add_count(table, "bytes: byte-order mark", account->bytes_bom, err));
    CLN_TRY(add_count(table, "bytes: header", account->bytes_header, err));
    CLN_TRY(add_count(table, "bytes: well-formed records", account->bytes_stored, err));
    CLN_TRY(add_count(table, "bytes: other records", account->bytes_rejected, err));
    return add_count(table, "bytes: blank lines", account->bytes_blank, err);
}

static cln_status add_records(cln_table *table, const scan_job *job, cln_error *err) {
    const cln_account *account = &job->counts.account;
    CLN_TRY(add_count(table, "records", account->records_read, err));
    CLN_TRY(add_count(table, "records: well-formed", account->records_stored, err));
    for (int reason = CLN_REASON_MALFORMED; reason <= CLN_REASON_OVER_LONG; reason++) {
        char name[80];
        (void)snprintf(name, sizeof name, "records: %s", cln_reason_text((cln_reason)reason));
        CLN_TRY(add_count(table, name, account->rejected_for[reason], err));
    }
    const bool has_bad = account->records_rejected > 0;
    CLN_TRY(add_row(table, (finding){"first record that is not well-formed", job->least.bad_record, has_bad}, err));
    CLN_TRY(add_row(table, (finding){"its offset in the file", job->least.bad_offset, has_bad}, err));
    CLN_TRY(add_count(table, "encoding: records in ASCII", job->counts.records_ascii, err));
    CLN_TRY(add_count(table, "encoding: records in UTF-8 beyond ASCII", job->counts.records_utf8, err));
    CLN_TRY(add_count(table, "encoding: records that are not UTF-8", job->counts.records_other, err));
    return add_count(table, "longest record in bytes", (uint64_t)job->greatest.record_bytes, err);
}

static cln_status add_fields(cln_table *table, const scan_job *job, cln_error *err) {
    const cln_account *account = &job->counts.account;
    const bool has_fields = account->fields > 0;
    CLN_TRY(add_count(table, "columns", job->prologue.name_count, err));
    CLN_TRY(add_count(table, "fields", account->fields, err));
    CLN_TRY(add_row(table, (finding){"fields: fewest in a record", job->least.fields, has_fields}, err));
    CLN_TRY(add_row(table, (finding){"fields: most in a record", job->greatest.fields, has_fields}, err));
    CLN_TRY(add_count(table, "fields: quoted", account->fields_quoted, err));
    CLN_TRY(add_count(table, "quotes in unquoted text", account->quotes_literal, err));
    CLN_TRY(add_count(table, "blank lines", account->blank_lines, err));
    CLN_TRY(add_count(table, "line ends: LF", account->line_ends[CLN_LINE_END_LF], err));
    CLN_TRY(add_count(table, "line ends: CRLF", account->line_ends[CLN_LINE_END_CRLF], err));
    CLN_TRY(add_count(table, "line ends: CR", account->line_ends[CLN_LINE_END_CR], err));
    return add_count(table, "line ends: none", account->line_ends[CLN_LINE_END_NONE], err);
}

static cln_status print_findings(const scan_job *job, cln_error *err) {
    static const char *const columns[] = {"finding", "value"};
    cln_table table;
    CLN_TRY(cln_table_init(&table, job->source->name, columns, 2, err));
    cln_status status = add_bytes(&table, &job->counts.account, err);
    if (status == CLN_OK) status = add_records(&table, job, err);
    if (status == CLN_OK) status = add_fields(&table, job, err);
    if (status == CLN_OK) status = cln_cli_print(job->cli, &table, err);
    cln_table_clean_up(&table);
    return status;
}

/* ---- The command ---- */

static cln_status run_scan(scan_job *job, cln_error *err) {
    const cln_comm *comm = &job->cli->comm;
    CLN_TRY(cln_prologue_read(&job->prologue, comm, job->source, &job->dialect, CLN_MAX_RECORD_BYTES, err));
    CLN_TRY_AGREED(comm, cln_new_array(&job->block, 1, sizeof *job->block, err), err);
    CLN_TRY(sweep_file(job, err));
    combine(job);
    CLN_TRY(cln_cli_check_input(comm, job->source, err));
    CLN_TRY(cln_account_check(&job->counts.account, job->source->size_bytes, job->source->name, err));
    return cln_agree(comm, comm->rank == 0 ? print_findings(job, err) : CLN_OK, err);
}

cln_status cln_command_scan(cln_cli *cli, cln_error *err) {
    scan_job job = {
        .cli = cli, .dialect = cln_dialect_default(), .least = {INT64_MAX, INT64_MAX, INT64_MAX}, .greatest = {-1, 0}};
    CLN_TRY(cln_cli_dialect(cli, &job.dialect, err));
    CLN_TRY(cln_cli_open_input(cli, cli->arguments[0], &job.source, err));
    cln_automaton_init(&job.automaton, &job.dialect);
    cln_buffer_init(&job.utf8, SIZE_MAX);
    const cln_status status = run_scan(&job, err);
    cln_buffer_clean_up(&job.utf8);
    if (job.block != NULL) cln_record_block_clean_up(job.block);
    free(job.block);
    cln_prologue_clean_up(&job.prologue);
    job.source->release(job.source);
    return status;
}
