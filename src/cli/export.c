/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * colonnade export: rows of a dataset back out, in the order of the store, the
 * same bytes for any number of ranks.
 */
#include "colonnade/base/log.h"
#include "colonnade/base/memory.h"
#include "colonnade/base/sample.h"
#include "colonnade/base/string_table.h"
#include "colonnade/cli/cli.h"
#include "colonnade/cli/turns.h"
#include "colonnade/store/dataset.h"
#include "export_times.h"
#include "row_text.h"

#include <stdlib.h>
#include <string.h>

/* Of the memory, for text that waits for its turn; a buffer may have twice the room. */
enum { TEXT_SHARE = 16 };

#define TABLE "columns"

typedef struct export_job {
    cln_cli *cli;
    bool as_csv;
    cln_dataset *dataset;
    bool *is_wanted; /* of each partition */
    const char **columns;
    size_t column_count;
    char *names; /* what --columns gave, cut into names */
    cln_row_text text;
    cln_turns turns;
    cln_sink sink; /* rank 0 */
} export_job;

/* ---- What is wanted ---- */

/* Rows are no table that fits a terminal; CSV is the default. */
static cln_status choose_format(export_job *job, cln_error *err) {
    const cln_cli *cli = job->cli;
    if (cln_option_given(cli->options, "format") && cli->settings.format == CLN_OUTPUT_TABLE) {
        return cln_fail(err, CLN_ERR_USAGE, "rows are exported as csv or json, not as a table; write --format csv");
    }
    job->as_csv = cli->settings.format != CLN_OUTPUT_JSON;
    return CLN_OK;
}

static cln_status want_partition(export_job *job, cln_span id, cln_error *err) {
    const cln_manifest *manifest = cln_dataset_manifest(job->dataset);
    for (size_t i = 0; i < manifest->partition_count; i++) {
        if (!cln_span_equal(id, cln_span_of_string(manifest->partitions[i].id))) continue;
        job->is_wanted[i] = true;
        return CLN_OK;
    }
    return cln_fail(err, CLN_ERR_USAGE, "the dataset '%s' has no partition '%.*s'; 'colonnade info %s' lists them",
                    manifest->dataset, (int)id.size, id.data, manifest->dataset);
}

/* Up to a comma; *rest is what follows it, NULL at the end. */
static cln_span next_name(const char **rest) {
    const char *begin = *rest;
    const char *comma = strchr(begin, ',');
    *rest = comma == NULL ? NULL : comma + 1;
    return comma == NULL ? cln_span_of_string(begin) : cln_span_of(begin, (size_t)(comma - begin));
}

static cln_status choose_partitions(export_job *job, cln_error *err) {
    const size_t count = cln_dataset_manifest(job->dataset)->partition_count;
    CLN_TRY(cln_new_array(&job->is_wanted, count, sizeof *job->is_wanted, err));
    const char *rest = cln_option(job->cli->options, "partition");
    for (size_t i = 0; rest == NULL && i < count; i++) job->is_wanted[i] = true;
    /* A name may have a comma in it, if it stands alone. */
    if (rest != NULL && want_partition(job, cln_span_of_string(rest), NULL) == CLN_OK) return CLN_OK;
    while (rest != NULL) CLN_TRY(want_partition(job, next_name(&rest), err));
    return CLN_OK;
}

/* Those of one partition that are new. */
static cln_status take_columns_of(export_job *job, size_t partition, cln_string_table *known, cln_error *err) {
    const char *name;
    for (size_t i = 0; (name = cln_dataset_partition_column(job->dataset, TABLE, partition, i)) != NULL; i++) {
        uint32_t code;
        const size_t before = known->count;
        CLN_TRY(cln_string_table_intern(known, cln_span_of_string(name), &code, err));
        if (known->count > before && strcmp(name, "record") != 0) job->columns[job->column_count++] = name;
    }
    return CLN_OK;
}

/* All but the record numbers, which a file that is read again gets anew; in
 * the order in which the wanted partitions have them, so that one partition's
 * columns keep theirs. */
static cln_status take_all_columns(export_job *job, cln_error *err) {
    const cln_dataset_column *columns;
    size_t most;
    CLN_TRY(cln_dataset_columns(job->dataset, TABLE, &columns, &most, err));
    CLN_TRY(cln_new_array(&job->columns, most, sizeof *job->columns, err));
    cln_string_table known;
    cln_string_table_init(&known, SIZE_MAX);
    cln_status status = CLN_OK;
    for (size_t i = 0; status == CLN_OK && i < cln_dataset_manifest(job->dataset)->partition_count; i++) {
        if (job->is_wanted[i]) status = take_columns_of(job, i, &known, err);
    }
    cln_string_table_clean_up(&known);
    return status;
}

static cln_status add_column(export_job *job, const char *name, cln_error *err) {
    for (size_t i = 0; i < job->column_count; i++) {
        if (strcmp(job->columns[i], name) == 0) {
            return cln_fail(err, CLN_ERR_USAGE, "--columns names '%s' twice; leave one of them", name);
        }
    }
    job->columns[job->column_count++] = name;
    return CLN_OK;
}

/* A name that no partition has is refused when the scan is opened. */
static cln_status choose_columns(export_job *job, cln_error *err) {
    const char *given = cln_option(job->cli->options, "columns");
    if (given == NULL) return take_all_columns(job, err);
    CLN_TRY(cln_copy_string(&job->names, given, err));
    CLN_TRY(cln_new_array(&job->columns, strlen(given) + 1, sizeof *job->columns, err));
    char *name = job->names;
    for (char *comma; (comma = strchr(name, ',')) != NULL; name = comma + 1) {
        *comma = '\0';
        CLN_TRY(add_column(job, name, err));
    }
    return add_column(job, name, err);
}

/* ---- Rows ---- */

static cln_status append_batch(export_job *job, const cln_batch *batch, cln_error *err) {
    for (size_t row = 0; row < batch->rows && !job->turns.is_stopped; row++) {
        CLN_TRY(cln_row_text_append(&job->text, batch, row, &job->turns.text, err));
        CLN_TRY(cln_turns_offer(&job->turns, err));
    }
    return CLN_OK;
}

static cln_status append_blocks(export_job *job, cln_batch_source *source, cln_error *err) {
    cln_turns *turns = &job->turns;
    while (!turns->is_stopped) {
        cln_batch batch;
        CLN_TRY(source->get_next(source, &batch, err));
        const uint64_t block = batch.rows == 0 ? turns->block_count : cln_dataset_scan_block(source);
        while (turns->block < block && !turns->is_stopped) CLN_TRY(cln_turns_end_block(turns, err));
        if (batch.rows == 0) break;
        CLN_TRY(append_batch(job, &batch, err));
    }
    return CLN_OK;
}

/* Collective. In the partition's own types: text needs no common one, and an
 * integer that became a double would lose digits. */
static cln_status export_partition(export_job *job, size_t partition, cln_error *err) {
    const cln_scan_options options = {.table = TABLE,
                                      .partition = (int)partition,
                                      .columns = job->columns,
                                      .column_count = job->column_count,
                                      .with_duplicates = cln_option_given(job->cli->options, "with-duplicates"),
                                      .in_own_types = true,
                                      .in_turn = true};
    cln_batch_source *source;
    CLN_TRY(cln_dataset_scan_with(job->dataset, &options, &source, err));
    cln_turns_begin(&job->turns, cln_dataset_block_count(job->dataset, TABLE, partition));
    cln_status status = cln_row_text_enter(&job->text, source, err);
    if (status == CLN_OK) status = append_blocks(job, source, err);
    if (status != CLN_OK) cln_turns_fail(&job->turns);
    source->release(source);
    return cln_agree(&job->cli->comm, status, err);
}

/* ---- The command ---- */

static cln_status prepare(export_job *job, cln_error *err) {
    const cln_cli *cli = job->cli;
    CLN_TRY(choose_partitions(job, err));
    CLN_TRY(choose_columns(job, err));
    CLN_TRY(cln_row_text_init(&job->text, job->as_csv, job->columns, job->column_count, err));
    const size_t limit_bytes = (size_t)(cli->settings.memory_bytes / TEXT_SHARE);
    CLN_TRY(cln_turns_init(&job->turns, &cli->comm, &job->sink, limit_bytes, err));
    if (cli->comm.rank != 0) return CLN_OK;
    CLN_TRY(cln_sink_open(&job->sink, cli, err));
    return job->as_csv ? cln_row_text_header(job->columns, job->column_count, &job->turns.text, err) : CLN_OK;
}

/* The file stays data, so that it can be read again: what it is, is said beside it. */
static void say_sample(const export_job *job) {
    const cln_manifest *manifest = cln_dataset_manifest(job->dataset);
    for (size_t i = 0; i < manifest->partition_count; i++) {
        if (!job->is_wanted[i] || !manifest->partitions[i].is_sample) continue;
        cln_warning("%s, partition %s: %s", manifest->dataset, manifest->partitions[i].id, CLN_SAMPLE_LABEL);
    }
}

/* Rank 0. */
static void warn_of_times(const export_job *job) {
    if (job->cli->comm.rank != 0) return;
    for (size_t i = 0; i < cln_dataset_manifest(job->dataset)->partition_count; i++) {
        if (job->is_wanted[i]) cln_warn_of_utc_times(job->dataset, i, job->columns, job->column_count);
    }
}

static cln_status export_partitions(export_job *job, cln_error *err) {
    for (size_t i = 0; i < cln_dataset_manifest(job->dataset)->partition_count; i++) {
        if (job->is_wanted[i]) CLN_TRY(export_partition(job, i, err));
    }
    return CLN_OK;
}

/* What is left in the buffer is the header of a table without rows. */
static cln_status finish_output(export_job *job, cln_status status, cln_error *err) {
    if (job->sink.stream != NULL) {
        if (status == CLN_OK) status = cln_sink_write(&job->sink, cln_buffer_span(&job->turns.text), err);
        if (status == CLN_OK) {
            status = cln_sink_finish(&job->sink, err);
        } else {
            cln_sink_abandon(&job->sink);
        }
    }
    return cln_agree(&job->cli->comm, status, err);
}

static cln_status export_dataset(export_job *job, cln_error *err) {
    cln_status status = cln_agree(&job->cli->comm, prepare(job, err), err);
    if (status == CLN_OK) {
        say_sample(job);
        warn_of_times(job);
        status = export_partitions(job, err);
    }
    status = finish_output(job, status, err);
    cln_turns_clean_up(&job->turns);
    cln_row_text_clean_up(&job->text);
    free(job->columns);
    free(job->names);
    free(job->is_wanted);
    return status;
}

cln_status cln_command_export(cln_cli *cli, cln_error *err) {
    export_job job = {.cli = cli};
    CLN_TRY(choose_format(&job, err));
    CLN_TRY(cln_dataset_open(&job.dataset, &cli->comm, cli->settings.store_dir, cli->arguments[0], err));
    const cln_status status = export_dataset(&job, err);
    cln_dataset_close(job.dataset);
    return status;
}
