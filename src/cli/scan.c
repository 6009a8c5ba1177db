/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * colonnade scan: the account of files without storing them, one after the
 * other, each by all ranks, or compressed ones each by one rank; or one schema
 * that fits all of them.
 */
#include "colonnade/base/log.h"
#include "colonnade/base/memory.h"
#include "colonnade/base/profile.h"
#include "colonnade/cli/dialect_options.h"
#include "colonnade/cli/profile_table.h"
#include "scan_parts.h"

#include <stdlib.h>
#include <string.h>

/* The files of one command on their way. */
typedef struct scan_run {
    cln_cli *cli;
    cln_file_list list;
    cln_fallback fallback;
    bool wants_schema;
    scan_facts *facts; /* of each file */
    scan_union joint;  /* when wants_schema */
    cln_status worst;
    cln_error worst_error;
} scan_run;

/* ---- Which files ---- */

/* By name, whatever folder a file is in and however that is spelt. */
static int compare_items(const void *a, const void *b) {
    const cln_file_item *x = a;
    const cln_file_item *y = b;
    const int order = strcmp(x->name, y->name);
    return order != 0 ? order : strcmp(x->path, y->path);
}

/* Rank 0. A schema must not depend on the order in which files are given. */
static cln_status list_files(scan_run *run, cln_error *err) {
    const cln_cli *cli = run->cli;
    for (size_t i = 0; i < cli->argument_count; i++) {
        CLN_TRY(cln_file_list_add_argument(&run->list, cli->arguments[i], err));
    }
    CLN_TRY(cln_file_list_check_once(&run->list, err));
    if (run->wants_schema) qsort(run->list.items, run->list.count, sizeof *run->list.items, compare_items);
    if (run->list.count > 1 && cli->comm.size > 1) cln_file_list_look(&run->list, cli);
    return CLN_OK;
}

/* ---- One file, or several ---- */

/* The worst error is the command's; others are told when they come. */
static void note_failure(scan_run *run, cln_status status, const cln_error *why) {
    const bool is_worst = status > run->worst;
    if (run->worst != CLN_OK) cln_warning("%s", is_worst ? run->worst_error.message : why->message);
    if (!is_worst) return;
    run->worst = status;
    run->worst_error = *why;
}

/* How a file fared where it was read; the names of its columns follow. Travels
 * as bytes. */
typedef struct outcome {
    uint64_t status;
    cln_error err;
    cln_error sidecar_warning;
    scan_facts facts;
    uint64_t names_bytes;
} outcome;

/* Collective; everything but the survey must agree. A file that cannot be read
 * does not keep the others from it; want of memory does. */
static cln_status take_outcome(scan_run *run, size_t i, const outcome *o, cln_span names, cln_survey *survey,
                               cln_error *err) {
    const cln_file_item *item = &run->list.items[i];
    if (o->sidecar_warning.message[0] != '\0') cln_warning("%s", o->sidecar_warning.message);
    if (o->status == CLN_ERR_INTERNAL) {
        *err = o->err;
        return CLN_ERR_INTERNAL;
    }
    if (o->status != CLN_OK) {
        note_failure(run, (cln_status)o->status, &o->err);
        return CLN_OK;
    }
    run->facts[i] = o->facts;
    run->facts[i].is_known = true;
    if (!run->wants_schema) return CLN_OK;
    cln_cli_note_detection(item->path, &o->facts.detection);
    const cln_status status = cln_scan_union_add(&run->joint, item, &o->facts, names, survey, err);
    return cln_agree(&run->cli->comm, status, err);
}

/* Collective over the ranks of cli. */
static void read_file(const scan_run *run, const cln_cli *cli, size_t i, scan_job *job, outcome *o) {
    job->cli = cli;
    job->path = run->list.items[i].path;
    job->fallback = run->fallback;
    job->wants_schema = run->wants_schema;
    job->joint = &run->joint;
    memset(o, 0, sizeof *o);
    o->status = (uint64_t)cln_scan_file(job, &o->err);
    o->sidecar_warning = job->sidecar_warning;
    o->facts = job->facts;
    o->names_bytes = job->names.size;
}

/* Collective. */
static cln_status scan_one(scan_run *run, size_t i, cln_error *err) {
    scan_job job;
    outcome o;
    cln_scan_job_init(&job);
    read_file(run, run->cli, i, &job, &o);
    const cln_status status = take_outcome(run, i, &o, cln_buffer_span(&job.names), &job.survey, err);
    cln_scan_job_clean_up(&job);
    return status;
}

/* Collective. All ranks' outcomes in their order, to all ranks. */
static cln_status share_outcomes(const cln_comm *comm, cln_span own, cln_buffer *all, cln_error *err) {
    CLN_TRY(cln_gather_bytes(comm, own, 0, all, NULL, err));
    return cln_broadcast_buffer(comm, all, 0, err);
}

/* Collective. */
static cln_status take_outcomes(scan_run *run, size_t first, size_t count, cln_span all, scan_job *job,
                                cln_error *err) {
    const char *next = all.data;
    for (size_t i = 0; i < count; i++) {
        outcome o;
        memcpy(&o, next, sizeof o);
        const cln_span names = cln_span_of(next + sizeof o, (size_t)o.names_bytes);
        cln_survey *survey = (size_t)run->cli->comm.rank == i ? &job->survey : NULL;
        CLN_TRY(take_outcome(run, first + i, &o, names, survey, err));
        next += sizeof o + names.size;
    }
    return CLN_OK;
}

/* Collective. Compressed files, of which rank i reads the i-th alone. */
static cln_status scan_several(scan_run *run, size_t first, size_t count, cln_error *err) {
    const cln_comm *comm = &run->cli->comm;
    cln_cli alone = *run->cli;
    alone.comm = (cln_comm){.mpi = MPI_COMM_SELF, .rank = 0, .size = 1};
    scan_job job;
    cln_buffer own;
    cln_buffer all;
    cln_scan_job_init(&job);
    cln_buffer_init(&own, SIZE_MAX);
    cln_buffer_init(&all, SIZE_MAX);
    cln_status status = CLN_OK;
    if ((size_t)comm->rank < count) {
        outcome o;
        read_file(run, &alone, first + (size_t)comm->rank, &job, &o);
        status = cln_buffer_append(&own, &o, sizeof o, err);
        if (status == CLN_OK) status = cln_buffer_append_span(&own, cln_buffer_span(&job.names), err);
    }
    status = cln_agree(comm, status, err);
    if (status == CLN_OK) status = share_outcomes(comm, cln_buffer_span(&own), &all, err);
    if (status == CLN_OK) status = take_outcomes(run, first, count, cln_buffer_span(&all), &job, err);
    cln_buffer_clean_up(&all);
    cln_buffer_clean_up(&own);
    cln_scan_job_clean_up(&job);
    return status;
}

/* Collective. */
static cln_status scan_all(scan_run *run, cln_error *err) {
    const size_t ranks = (size_t)run->cli->comm.size;
    for (size_t i = 0; i < run->list.count;) {
        const size_t compressed = cln_file_list_compressed_count(&run->list, i, ranks);
        if (compressed < 2) {
            CLN_TRY(scan_one(run, i, err));
            i++;
        } else {
            CLN_TRY(scan_several(run, i, compressed, err));
            i += compressed;
        }
    }
    return CLN_OK;
}

/* ---- The command ---- */

/* Rank 0. */
static cln_status print(const scan_run *run, cln_error *err) {
    if (run->wants_schema) {
        CLN_TRY(cln_scan_warn_left_out(&run->list, run->facts, err));
        CLN_TRY(cln_scan_union_warn(&run->joint, err));
        return cln_scan_print_schema(run->cli, &run->joint, err);
    }
    if (run->list.count > 1) return cln_scan_print_files(run->cli, &run->list, run->facts, err);
    return cln_scan_print_findings(run->cli, run->list.items[0].path, run->facts, err);
}

/* Collective. What there is to say of the files that could be read. */
static cln_status tell(scan_run *run, cln_error *err) {
    const cln_comm *comm = &run->cli->comm;
    uint64_t size_bytes = 0;
    bool any_known = false;
    for (size_t i = 0; i < run->list.count; i++) {
        any_known = any_known || run->facts[i].is_known;
        if (run->facts[i].is_known) size_bytes += run->facts[i].size_bytes;
    }
    if (!any_known) return CLN_OK;
    if (run->wants_schema) CLN_TRY(cln_scan_union_join(&run->joint, comm, err));
    CLN_TRY_AGREED(comm, comm->rank == 0 ? print(run, err) : CLN_OK, err);
    return cln_profile_is_on ? cln_cli_print_profile(run->cli, size_bytes, err) : CLN_OK;
}

/* Collective. */
static cln_status scan_and_tell(scan_run *run, cln_error *err) {
    const cln_comm *comm = &run->cli->comm;
    const cln_status made = comm->rank == 0 ? list_files(run, err) : CLN_OK;
    CLN_TRY(cln_file_list_share(&run->list, comm, made, err));
    CLN_TRY_AGREED(comm, cln_new_array(&run->facts, run->list.count, sizeof *run->facts, err), err);
    cln_status status = scan_all(run, err);
    if (status == CLN_OK) status = tell(run, err);
    if (status != CLN_OK) note_failure(run, status, err);
    *err = run->worst_error;
    return run->worst;
}

cln_status cln_command_scan(cln_cli *cli, cln_error *err) {
    scan_run run = {.cli = cli, .wants_schema = cln_option_given(cli->options, "schema")};
    cln_dialect dialect = cln_dialect_default();
    CLN_TRY(cln_cli_dialect(cli, &dialect, err));
    run.fallback = dialect.fallback;
    cln_scan_union_init(&run.joint);
    if (cln_option_given(cli->options, "profile")) cln_profile_start();
    const cln_status status = scan_and_tell(&run, err);
    cln_scan_union_clean_up(&run.joint);
    free(run.facts);
    cln_file_list_clean_up(&run.list);
    return status;
}
