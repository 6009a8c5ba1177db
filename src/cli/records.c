/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * colonnade records: every record as it was cut, in the order of the file.
 */
#include "colonnade/base/log.h"
#include "colonnade/base/memory.h"
#include "colonnade/cli/cli.h"
#include "colonnade/cli/detection.h"
#include "colonnade/cli/dialect_options.h"
#include "colonnade/cli/input.h"
#include "colonnade/cli/ordered_output.h"
#include "colonnade/cli/record_text.h"
#include "colonnade/csv/prologue.h"
#include "colonnade/csv/sweep.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* The text of a stripe stands in memory beside it and is as a rule longer. */
enum { TEXT_SHARE = 4 };

typedef struct records_job {
    cln_cli *cli;
    cln_byte_source *source;
    cln_dialect dialect;
    cln_automaton automaton;
    cln_record_text text;
    cln_record_block *block;
    cln_sink sink; /* rank 0 */
    cln_ordered_output output;
    uint64_t over_long_count;
} records_job;

static cln_status append_run(records_job *job, const cln_csv_run *run, cln_span bytes, cln_error *err) {
    cln_splitter splitter;
    cln_splitter_init(&splitter, &job->automaton, bytes, run->offset, run->first_record);
    for (bool more = true;;) {
        CLN_TRY(cln_splitter_next(&splitter, job->block, &more, err));
        if (!more) return CLN_OK;
        for (size_t i = 0; i < job->block->record_count; i++) {
            CLN_TRY(cln_record_text_append(&job->text, job->block, &job->block->records[i], &job->output.text, err));
        }
    }
}

static cln_status take(void *context, const cln_csv_run *run, uint64_t *failed_record, cln_error *err) {
    records_job *job = context;
    cln_span bytes = run->bytes;
    if (run->size_bytes > run->bytes.size) {
        job->over_long_count++;
        bytes = cln_without_cut_sequence(bytes);
    }
    *failed_record = run->first_record;
    CLN_TRY(cln_ordered_output_begin(&job->output, run->stripe, err));
    return append_run(job, run, bytes, err);
}

static cln_status end_round(void *context, cln_error *err) {
    records_job *job = context;
    return cln_ordered_output_flush(&job->output, err);
}

static cln_status sweep_records(records_job *job, cln_error *err) {
    const cln_cli *cli = job->cli;
    uint64_t offset;
    CLN_TRY(cln_records_offset_read(&offset, &cli->comm, job->source, &job->dialect, err));
    const cln_sweep sweep = {
        .source = job->source,
        .automaton = &job->automaton,
        .data_offset = offset,
        .first_record = 1,
        .stripe_size_bytes = cln_sweep_stripe_size(job->source->size_bytes, cli->settings.memory_bytes / TEXT_SHARE,
                                                   cli->comm.size, cli->settings.stripe_size_bytes),
        .max_record_bytes = CLN_MAX_RECORD_BYTES,
    };
    const cln_csv_sink sink = {.context = job, .take = take, .end_round = end_round};
    CLN_TRY(cln_sweep_run(&sweep, &cli->comm, &sink, err));
    return cln_cli_check_input(&cli->comm, job->source, err);
}

static cln_status prepare(records_job *job, cln_error *err) {
    CLN_TRY(cln_new_array(&job->block, 1, sizeof *job->block, err));
    cln_record_block_init(job->block);
    CLN_TRY(cln_ordered_output_init(&job->output, &job->cli->comm, &job->sink, err));
    return job->cli->comm.rank == 0 ? cln_sink_open(&job->sink, job->cli, err) : CLN_OK;
}

static cln_status finish_output(records_job *job, cln_status status, cln_error *err) {
    if (job->cli->comm.rank == 0 && job->sink.stream != NULL) {
        if (status == CLN_OK) {
            status = cln_sink_finish(&job->sink, err);
        } else {
            cln_sink_abandon(&job->sink);
        }
    }
    return cln_agree(&job->cli->comm, status, err);
}

static void warn_over_long(records_job *job) {
    cln_sum_u64(&job->cli->comm, &job->over_long_count, 1);
    if (job->over_long_count == 0) return;
    cln_warning("%s: of %" PRIu64 " records longer than %" PRIu64
                " bytes only the beginning was printed; are --delimiter and --quote right?",
                job->source->name, job->over_long_count, CLN_MAX_RECORD_BYTES);
}

static cln_status print_records(records_job *job, cln_error *err) {
    const cln_comm *comm = &job->cli->comm;
    cln_status status = cln_agree(comm, prepare(job, err), err);
    if (status == CLN_OK) status = sweep_records(job, err);
    status = finish_output(job, status, err);
    if (status == CLN_OK) warn_over_long(job);
    cln_ordered_output_clean_up(&job->output);
    if (job->block != NULL) cln_record_block_clean_up(job->block);
    free(job->block);
    cln_record_text_clean_up(&job->text);
    return status;
}

/* Records have no common columns, so they are no table; JSON is the default. */
static cln_status choose_format(const cln_cli *cli, bool *as_csv, cln_error *err) {
    const char *format = cln_option(cli->options, "format");
    if (format != NULL && cli->settings.format == CLN_OUTPUT_TABLE) {
        return cln_fail(err, CLN_ERR_USAGE, "records are printed as json or csv, not as a table; write --format csv");
    }
    *as_csv = cli->settings.format == CLN_OUTPUT_CSV;
    return CLN_OK;
}

/* Collective. What stands behind the table is left out as if the file ended
 * there. A stream is
 * printed to its end. */
static cln_status detect_table(records_job *job, cln_error *err) {
    cln_detection detection;
    CLN_TRY(cln_cli_detect(job->cli, job->source, job->dialect.fallback, &detection, err));
    cln_cli_note_detection(job->source->name, &detection);
    job->dialect = detection.dialect;
    if (!cln_byte_source_is_stream(job->source)) job->source->size_bytes = detection.footer_offset;
    return CLN_OK;
}

cln_status cln_command_records(cln_cli *cli, cln_error *err) {
    records_job job = {.cli = cli, .dialect = cln_dialect_default()};
    CLN_TRY(cln_cli_dialect(cli, &job.dialect, err));
    bool as_csv = false;
    CLN_TRY(choose_format(cli, &as_csv, err));
    CLN_TRY(cln_cli_open_input(cli, cli->arguments[0], &job.source, err));
    cln_status status = cln_option_given(cli->options, "detect") ? detect_table(&job, err) : CLN_OK;
    if (status == CLN_OK) {
        cln_automaton_init(&job.automaton, &job.dialect);
        cln_record_text_init(&job.text, &job.automaton, job.dialect.fallback, as_csv);
        status = print_records(&job, err);
    }
    job.source->release(job.source);
    return status;
}
