/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "verify_report.h"

#include "colonnade/base/file.h"
#include "colonnade/base/folder.h"
#include "colonnade/base/memory.h"
#include "colonnade/base/utf8.h"
#include "colonnade/store/dataset_paths.h"
#include "layout.h"

#include <stdlib.h>
#include <string.h>

cln_status cln_verify_counts_init(cln_verify_counts *counts, size_t count, cln_error *err) {
    counts->count = count;
    CLN_TRY(cln_new_array(&counts->findings, 3 * count, sizeof *counts->findings, err));
    counts->zones = counts->findings + count;
    counts->sizes_bytes = counts->zones + count;
    return CLN_OK;
}

void cln_verify_counts_clean_up(cln_verify_counts *counts) {
    free(counts->findings);
    *counts = (cln_verify_counts){0};
}

void cln_verification_clean_up(cln_verification *verification) {
    for (size_t i = 0; i < verification->partition_count; i++) free(verification->partitions[i].id);
    for (size_t i = 0; i < verification->listed_count; i++) {
        free(verification->listed[i].partition);
        free(verification->listed[i].table);
        free(verification->listed[i].column);
        free(verification->listed[i].what);
    }
    for (size_t i = 0; i < verification->unneeded_count; i++) free(verification->unneeded[i]);
    free(verification->partitions);
    free(verification->listed);
    free(verification->unneeded);
    *verification = (cln_verification){0};
}

/* ---- Findings ---- */

static cln_status new_finding(cln_verification *verification, cln_finding **finding, cln_error *err) {
    CLN_TRY(cln_grow_array(&verification->listed, &verification->listed_capacity, verification->listed_count + 1,
                           sizeof *verification->listed, err));
    *finding = &verification->listed[verification->listed_count++];
    **finding = (cln_finding){.zone = -1, .first_row = -1};
    return CLN_OK;
}

static cln_status fill_finding(cln_finding *finding, cln_status status, const char *partition, const cln_found *found,
                               const char *what, cln_error *err) {
    const bool has_table = found != NULL && found->place.table >= 0;
    finding->status = status;
    if (found != NULL) {
        finding->zone = found->place.zone;
        finding->first_row = found->place.first_row;
    }
    CLN_TRY(cln_copy_string(&finding->partition, partition, err));
    CLN_TRY(cln_copy_string(&finding->table, has_table ? cln_table_names[found->place.table] : "", err));
    CLN_TRY(cln_copy_string(&finding->column, found == NULL ? "" : found->column, err));
    return cln_copy_string(&finding->what, what, err);
}

cln_status cln_verification_add(cln_verification *verification, cln_status kind, const char *partition,
                                const char *what, cln_error *err) {
    cln_finding *finding;
    CLN_TRY(new_finding(verification, &finding, err));
    CLN_TRY(fill_finding(finding, kind, partition, NULL, what, err));
    verification->finding_count++;
    if (kind > verification->worst) verification->worst = kind;
    for (size_t i = 0; i < verification->partition_count; i++) {
        if (strcmp(verification->partitions[i].id, partition) == 0) verification->partitions[i].findings++;
    }
    return CLN_OK;
}

static cln_status take_findings(cln_verification *verification, const cln_manifest *manifest, cln_buffer *all,
                                cln_error *err) {
    cln_found *found = (cln_found *)(void *)all->data;
    const size_t count = all->size / sizeof *found;
    if (count > 1) qsort(found, count, sizeof *found, cln_found_compare);
    for (size_t i = 0; i < count && verification->listed_count < CLN_FINDINGS_LISTED; i++) {
        const int32_t partition = found[i].place.partition;
        cln_finding *finding;
        CLN_TRY(new_finding(verification, &finding, err));
        CLN_TRY(fill_finding(finding, (cln_status)found[i].status,
                             partition < 0 ? "" : manifest->partitions[partition].id, &found[i], found[i].what, err));
    }
    return CLN_OK;
}

static cln_status take_partitions(cln_verification *verification, const cln_manifest *manifest,
                                  const cln_verify_counts *counts, cln_error *err) {
    CLN_TRY(cln_new_array(&verification->partitions, counts->count, sizeof *verification->partitions, err));
    for (size_t i = 0; i < counts->count; i++) {
        cln_verified_partition *partition = &verification->partitions[i];
        verification->partition_count = i + 1;
        CLN_TRY(cln_copy_string(&partition->id, manifest->partitions[i].id, err));
        partition->rows = manifest->partitions[i].rows;
        partition->zones = counts->zones[i];
        partition->size_bytes = counts->sizes_bytes[i];
        partition->findings = counts->findings[i];
        partition->is_sample = manifest->partitions[i].is_sample;
    }
    return CLN_OK;
}

cln_status cln_verification_gather(cln_verification *verification, const cln_comm *comm, const cln_manifest *manifest,
                                   cln_verify_counts *counts, const cln_findings *findings, cln_error *err) {
    int64_t worst = findings->worst;
    cln_max_i64(comm, &worst, 1);
    verification->worst = (cln_status)worst;
    verification->finding_count = findings->count;
    cln_sum_u64(comm, &verification->finding_count, 1);
    if (counts->count > 0) cln_sum_u64(comm, counts->findings, 3 * counts->count);
    cln_buffer all;
    cln_buffer_init(&all, SIZE_MAX);
    const cln_span own = cln_span_of((const char *)findings->listed, findings->listed_count * sizeof *findings->listed);
    cln_status status = cln_gather_bytes(comm, own, 0, &all, NULL, err);
    if (status == CLN_OK && comm->rank == 0) {
        status = take_partitions(verification, manifest, counts, err);
        if (status == CLN_OK) status = take_findings(verification, manifest, &all, err);
    }
    cln_buffer_clean_up(&all);
    return cln_agree(comm, status, err);
}

/* ---- Files that nobody needs ---- */

static bool is_named(const cln_manifest *manifest, const char *file) {
    for (size_t i = 0; i < manifest->partition_count; i++) {
        if (strcmp(manifest->partitions[i].file, file) == 0) return true;
    }
    return manifest->live.file != NULL && strcmp(manifest->live.file, file) == 0;
}

static cln_status take_unneeded(cln_verification *verification, const cln_manifest *manifest, const char *folder,
                                const char *name, cln_error *err) {
    char *file;
    CLN_TRY(cln_path_join(&file, folder, name, err));
    if (is_named(manifest, file)) {
        free(file);
        return CLN_OK;
    }
    cln_status status = cln_grow_array(&verification->unneeded, &verification->unneeded_capacity,
                                       verification->unneeded_count + 1, sizeof *verification->unneeded, err);
    if (status == CLN_OK) {
        verification->unneeded[verification->unneeded_count++] = file;
    } else {
        free(file);
    }
    return status;
}

static cln_status look_in(cln_verification *verification, const char *store_dir, const cln_manifest *manifest,
                          const char *folder, cln_error *err) {
    char *path;
    CLN_TRY(cln_dataset_path(&path, store_dir, manifest->dataset, folder, err));
    cln_folder_list names;
    cln_status status = cln_folder_read(&names, path, CLN_PARTITION_SUFFIX, err);
    free(path);
    CLN_TRY(status);
    for (size_t i = 0; status == CLN_OK && i < names.count; i++) {
        status = take_unneeded(verification, manifest, folder, names.names[i], err);
    }
    cln_folder_clean_up(&names);
    return status;
}

cln_status cln_verification_look_for_unneeded(cln_verification *verification, const char *store_dir,
                                              const cln_manifest *manifest, cln_error *err) {
    CLN_TRY(look_in(verification, store_dir, manifest, CLN_PARTITIONS_DIR, err));
    return look_in(verification, store_dir, manifest, CLN_LIVE_DIR, err);
}
