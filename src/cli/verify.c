/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * colonnade verify: all ranks read everything; rank 0 tells what is wrong.
 */
#include "colonnade/store/verify.h"

#include "colonnade/base/log.h"
#include "colonnade/base/sample.h"
#include "colonnade/cli/cli.h"
#include "colonnade/cli/store_datasets.h"

#include <inttypes.h>
#include <string.h>

/* What was found in all datasets so far. */
typedef struct verify_job {
    const cln_cli *cli;
    cln_table table; /* rank 0 */
    uint64_t finding_count;
    cln_status worst;
} verify_job;

static cln_status add_row(cln_table *table, const char *dataset, const cln_verified_partition *partition,
                          cln_error *err) {
    cln_cell *cells;
    CLN_TRY(cln_table_add_row(table, &cells, err));
    CLN_TRY(cln_cell_set_text(&cells[0], cln_span_of_string(dataset), err));
    CLN_TRY(cln_cell_set_text(&cells[1], cln_span_of_string(partition->id), err));
    cln_cell_set_integer(&cells[2], (int64_t)partition->rows);
    cln_cell_set_integer(&cells[3], (int64_t)partition->zones);
    cln_cell_set_integer(&cells[4], (int64_t)partition->size_bytes);
    cln_cell_set_integer(&cells[5], (int64_t)partition->findings);
    return partition->is_sample ? cln_cell_set_text(&cells[6], cln_span_of_string(CLN_SAMPLE_LABEL), err) : CLN_OK;
}

/* "dataset 'd', partition 'p', column 'c', zone 0, row 1: what" */
static cln_status append_finding(const char *dataset, const cln_finding *finding, cln_buffer *text, cln_error *err) {
    CLN_TRY(cln_buffer_append_format(text, err, "dataset '%s'", dataset));
    if (finding->partition[0] != '\0') {
        CLN_TRY(cln_buffer_append_format(text, err, ", partition '%s'", finding->partition));
    }
    if (strcmp(finding->table, "rejects") == 0) CLN_TRY(cln_buffer_append_string(text, ", rejects", err));
    if (finding->column[0] != '\0') {
        CLN_TRY(cln_buffer_append_format(text, err, ", column '%s'", finding->column));
    }
    if (finding->zone >= 0) {
        CLN_TRY(cln_buffer_append_format(text, err, ", zone %" PRId64 ", row %" PRId64, finding->zone + 1,
                                         finding->first_row + 1));
    }
    CLN_TRY(cln_buffer_append_format(text, err, ": %s", finding->what));
    return cln_buffer_terminate(text, err);
}

static cln_status tell(const char *dataset, const cln_verification *verification, cln_error *err) {
    cln_buffer text;
    cln_buffer_init(&text, SIZE_MAX);
    cln_status status = CLN_OK;
    for (size_t i = 0; status == CLN_OK && i < verification->listed_count; i++) {
        cln_buffer_clear(&text);
        status = append_finding(dataset, &verification->listed[i], &text, err);
        if (status == CLN_OK) cln_warning("%s", text.data);
    }
    cln_buffer_clean_up(&text);
    if (verification->finding_count > verification->listed_count) {
        cln_warning("dataset '%s': and %" PRIu64 " more", dataset,
                    verification->finding_count - verification->listed_count);
    }
    for (size_t i = 0; i < verification->unneeded_count; i++) {
        cln_note("dataset '%s' does not need %s; 'colonnade clean' removes it", dataset, verification->unneeded[i]);
    }
    return status;
}

/* Local (rank 0). */
static cln_status take(verify_job *job, const char *dataset, const cln_verification *verification, cln_error *err) {
    for (size_t i = 0; i < verification->partition_count; i++) {
        CLN_TRY(add_row(&job->table, dataset, &verification->partitions[i], err));
    }
    return tell(dataset, verification, err);
}

/* Collective. A dataset that cannot be read keeps nobody from the next. */
static cln_status verify_dataset(verify_job *job, const char *dataset, cln_error *err) {
    const cln_comm *comm = &job->cli->comm;
    cln_verification verification;
    cln_status status = cln_dataset_verify(&verification, comm, job->cli->settings.store_dir, dataset, err);
    if (status == CLN_ERR_IO) {
        cln_warning("%s", err->message);
        job->finding_count++;
        job->worst = CLN_ERR_IO;
        status = CLN_OK;
    } else if (status == CLN_OK) {
        job->finding_count += verification.finding_count;
        if (verification.worst > job->worst) job->worst = verification.worst;
        status = cln_agree(comm, comm->rank == 0 ? take(job, dataset, &verification, err) : CLN_OK, err);
    }
    cln_verification_clean_up(&verification);
    return status;
}

static cln_status conclude(const verify_job *job, cln_error *err) {
    const cln_cli *cli = job->cli;
    if (cli->comm.rank == 0) CLN_TRY(cln_cli_print(cli, &job->table, err));
    if (job->worst == CLN_OK) return CLN_OK;
    return cln_fail(err, job->worst,
                    "%" PRIu64 " fault%s found in the store '%s'; ingest the sources of the partitions again with "
                    "--replace",
                    job->finding_count, job->finding_count == 1 ? " was" : "s were", cli->settings.store_dir);
}

static cln_status verify_all(const cln_cli *cli, const cln_folder_list *datasets, cln_error *err) {
    static const char *const columns[] = {"dataset", "partition", "rows", "zones", "size_bytes", "faults", "sample"};
    verify_job job = {.cli = cli};
    cln_status status = cln_table_init(&job.table, NULL, columns, sizeof columns / sizeof *columns, err);
    status = cln_agree(&cli->comm, status, err);
    for (size_t i = 0; status == CLN_OK && i < datasets->count; i++) {
        status = verify_dataset(&job, datasets->names[i], err);
    }
    if (status == CLN_OK) status = conclude(&job, err);
    cln_table_clean_up(&job.table);
    return status;
}

cln_status cln_command_verify(cln_cli *cli, cln_error *err) {
    cln_folder_list datasets;
    CLN_TRY(cln_cli_share_published(&datasets, cli, err));
    const cln_status status = cln_agree(&cli->comm, verify_all(cli, &datasets, err), err);
    cln_folder_clean_up(&datasets);
    return status;
}
