/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/store/verify.h"

#include "colonnade/base/file.h"
#include "colonnade/base/folder.h"
#include "colonnade/base/memory.h"
#include "colonnade/store/dataset_paths.h"
#include "dataset_state.h"
#include "rest_crc.h"
#include "verify_column.h"
#include "verify_master.h"
#include "verify_partition.h"
#include "verify_report.h"

#include <stdlib.h>
#include <string.h>

/* Zones of a column that one rank checks before the next has its turn: so few
 * that columns of a million rows are shared, too. */
#define UNIT_ZONES ((uint64_t)4)

typedef struct verify_job {
    const cln_comm *comm;
    const char *store_dir, *name;
    char *dir;
    cln_manifest manifest;
    cln_live_file live;
    bool has_live;
    cln_verify_counts counts;
    cln_findings *findings;
    cln_column_check column;
    uint64_t unit; /* counted over the dataset, the same on all ranks */
} verify_job;

static cln_place place_of(size_t partition) {
    return (cln_place){.partition = (int32_t)partition, .table = -1, .column = -1, .zone = -1, .first_row = -1};
}

static const cln_place nowhere = {.partition = -1, .table = -1, .column = -1, .zone = -1, .first_row = -1};

/* ---- One partition ---- */

/* Units go to the ranks in turn, so that each has about the same to do. */
static void check_column(verify_job *job, cln_partition_file *file, cln_place place) {
    const uint64_t zones = cln_zone_count(file->tables[place.table].rows);
    bool was_tried = false;
    uint64_t zone = 0;
    do {
        const uint64_t end = zones - zone < UNIT_ZONES ? zones : zone + UNIT_ZONES;
        if (job->unit++ % (uint64_t)job->comm->size == (uint64_t)job->comm->rank) {
            if (!was_tried) cln_column_check_open(&job->column, file, place, zone == 0);
            was_tried = true;
            for (uint64_t i = zone; i < end; i++) cln_column_check_zone(&job->column, i);
        }
        zone = end;
    } while (zone < zones);
    if (was_tried) cln_column_check_close(&job->column);
}

static void check_columns(verify_job *job, cln_partition_file *file, size_t partition) {
    for (size_t t = 0; t < CLN_TABLE_COUNT; t++) {
        for (size_t c = 0; c < file->tables[t].column_count; c++) {
            cln_place place = place_of(partition);
            place.table = (int32_t)t;
            place.column = (int32_t)c;
            place.column_name = file->tables[t].columns[c].name;
            check_column(job, file, place);
        }
    }
}

/* Which rows count, where some do not. */
static void check_live_bits(verify_job *job, size_t partition) {
    const cln_partition_info *info = &job->manifest.partitions[partition];
    const bool is_mine = partition % (size_t)job->comm->size == (size_t)job->comm->rank;
    if (info->duplicates == 0 || !job->has_live || !is_mine) return;
    cln_live_bits *bits = malloc(sizeof *bits);
    cln_error err = {.message = ""};
    cln_status status = bits == NULL ? cln_fail_memory(&err, "reading which rows count") : CLN_OK;
    if (bits != NULL) {
        cln_live_bits_init(bits);
        status = cln_live_bits_enter(bits, &job->live, info, &err);
        for (uint64_t zone = 0; status == CLN_OK && zone < cln_zone_count(info->rows); zone++) {
            const uint64_t left = info->rows - zone * CLN_ZONE_ROWS;
            status = cln_live_bits_check(bits, zone, (size_t)(left < CLN_ZONE_ROWS ? left : CLN_ZONE_ROWS), &err);
        }
        cln_live_bits_leave(bits);
        free(bits);
    }
    if (status != CLN_OK) cln_findings_add(job->findings, place_of(partition), CLN_ERR_DATA, "%s", err.message);
}

/* Everything in the file but the values: what other programs read of it, too. */
static void check_rest(verify_job *job, const cln_partition_file *file, size_t partition) {
    const cln_partition_info *info = &job->manifest.partitions[partition];
    const bool is_mine = partition % (size_t)job->comm->size == (size_t)job->comm->rank;
    if (!info->has_rest_crc || !is_mine) return;
    uint32_t crc = 0;
    cln_error err = {.message = ""};
    const cln_status status = cln_rest_crc32c(file->file, file->path, file->size_bytes, &crc, &err);
    if (status != CLN_OK) {
        cln_findings_add(job->findings, place_of(partition), CLN_ERR_IO, "%s", err.message);
    } else if (crc != info->rest_crc32c) {
        cln_findings_add(job->findings, place_of(partition), CLN_ERR_DATA,
                         "what its file holds besides values (names, types, attributes, zones, dictionaries) does not "
                         "have the checksum that the master tells");
    }
}

/* Collective. A file that one rank cannot open is checked by none. */
static void check_partition(verify_job *job, size_t partition) {
    const cln_partition_info *info = &job->manifest.partitions[partition];
    cln_partition_file file;
    cln_error err = {.message = ""};
    const cln_status status = cln_agree(job->comm, cln_partition_file_open(&file, job->dir, info, &err), &err);
    if (status == CLN_OK) {
        cln_partition_file_prefer_map(&file);
        if (job->comm->rank == 0) {
            cln_check_partition_texts(job->findings, place_of(partition), &file, info, job->name);
        }
        check_columns(job, &file, partition);
        check_live_bits(job, partition);
        check_rest(job, &file, partition);
    } else if (job->comm->rank == 0) {
        cln_findings_add(job->findings, place_of(partition), CLN_ERR_IO, "%s", err.message);
    }
    cln_partition_file_close(&file);
    job->counts.zones[partition] = job->column.zones;
    job->counts.sizes_bytes[partition] = job->column.size_bytes;
    job->column.zones = job->column.size_bytes = 0;
}

/* ---- The dataset ---- */

/* Collective. A file that one rank cannot open is checked by none. */
static void open_live_file(verify_job *job) {
    cln_error err = {.message = ""};
    const cln_status opened = cln_live_file_open(&job->live, job->dir, &job->manifest, &err);
    job->has_live = cln_agree(job->comm, opened, &err) == CLN_OK;
    if (!job->has_live && job->comm->rank == 0) cln_findings_add(job->findings, nowhere, CLN_ERR_IO, "%s", err.message);
}

/* Rank 0. The file of rows that count as a whole, where its parts are whole. */
static void check_live_file(verify_job *job) {
    const cln_live_rows *live = &job->manifest.live;
    if (!job->has_live || !live->has_crc || live->file == NULL) return;
    uint32_t crc = 0;
    cln_error err = {.message = ""};
    if (cln_whole_file_crc32c(job->live.path, live->size_bytes, &crc, &err) != CLN_OK) {
        cln_findings_add(job->findings, nowhere, CLN_ERR_IO, "%s", err.message);
    } else if (crc != live->crc32c) {
        cln_findings_add(job->findings, nowhere, CLN_ERR_DATA,
                         "the list of rows that count, %s, does not have the checksum that the master tells; it is "
                         "made anew when one of the dataset's sources is ingested again with --replace",
                         job->live.path);
    }
}

/* Local. */
static cln_status prepare(verify_job *job, cln_error *err) {
    CLN_TRY(cln_verify_counts_init(&job->counts, job->manifest.partition_count, err));
    job->findings = calloc(1, sizeof *job->findings);
    if (job->findings == NULL) return cln_fail_memory(err, "verifying a dataset");
    job->findings->of_partition = job->counts.findings;
    cln_column_check_init(&job->column, job->findings);
    return cln_dataset_dir(&job->dir, job->store_dir, job->name, err);
}

static cln_status verify(verify_job *job, cln_verification *verification, cln_error *err) {
    CLN_TRY(cln_manifest_share(&job->manifest, job->comm, job->store_dir, job->name, false, NULL, err));
    CLN_TRY_AGREED(job->comm, prepare(job, err), err);
    open_live_file(job);
    for (size_t i = 0; i < job->manifest.partition_count; i++) check_partition(job, i);
    if (job->comm->rank == 0) {
        check_live_file(job);
        cln_check_master_links(job->findings, job->dir, &job->manifest);
    }
    CLN_TRY(cln_verification_gather(verification, job->comm, &job->manifest, &job->counts, job->findings, err));
    const bool is_root = job->comm->rank == 0;
    CLN_TRY_AGREED(
        job->comm,
        is_root ? cln_verification_look_for_unneeded(verification, job->store_dir, &job->manifest, err) : CLN_OK, err);
    return CLN_OK;
}

cln_status cln_dataset_verify(cln_verification *verification, const cln_comm *comm, const char *store_dir,
                              const char *dataset, cln_error *err) {
    cln_error spare;
    if (err == NULL) err = &spare; /* the ranks agree on its message */
    *verification = (cln_verification){0};
    verify_job job = {.comm = comm, .store_dir = store_dir, .name = dataset};
    const cln_status status = verify(&job, verification, err);
    if (job.findings != NULL) cln_column_check_clean_up(&job.column);
    if (job.dir != NULL) cln_live_file_close(&job.live);
    free(job.findings);
    cln_verify_counts_clean_up(&job.counts);
    cln_manifest_clean_up(&job.manifest);
    free(job.dir);
    return status;
}
