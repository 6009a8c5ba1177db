/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One partition file as a dataset of its own.
 */
#include "colonnade/base/file.h"
#include "colonnade/base/memory.h"
#include "dataset_state.h"

#include <stdlib.h>

/* The manifest that nobody has written: what the name and the file tell. */
static cln_status describe_file(cln_manifest *manifest, const char *path, cln_error *err) {
    CLN_TRY(cln_copy_string(&manifest->dataset, "", err));
    CLN_TRY(cln_new_array(&manifest->partitions, 1, sizeof *manifest->partitions, err));
    manifest->partition_count = 1;
    cln_partition_info *info = &manifest->partitions[0];
    info->rows = CLN_ROWS_UNKNOWN;
    CLN_TRY(cln_copy_span(&info->id, cln_path_stem(path), err));
    CLN_TRY(cln_copy_span(&info->file, cln_path_name(path), err));
    CLN_TRY(cln_copy_string(&info->content_hash, "", err));
    return cln_copy_string(&info->origin, "", err);
}

static cln_status open_file(cln_dataset *dataset, const char *path, cln_error *err) {
    CLN_TRY(describe_file(&dataset->manifest, path, err));
    const size_t dir_size = (size_t)(cln_path_name(path).data - path);
    CLN_TRY(cln_copy_span(&dataset->dir, dir_size == 0 ? cln_span_of_string(".") : cln_span_of(path, dir_size), err));
    cln_partition_info *info = &dataset->manifest.partitions[0];
    CLN_TRY(cln_new_array(&dataset->partitions, 1, sizeof *dataset->partitions, err));
    dataset->open_count = 1;
    CLN_TRY(cln_partition_file_open(&dataset->partitions[0], dataset->dir, info, err));
    info->rows = dataset->partitions[0].tables[0].rows;
    info->size_bytes = dataset->partitions[0].size_bytes;
    return CLN_OK;
}

cln_status cln_dataset_open_file(cln_dataset **dataset, const cln_comm *comm, const char *path, cln_error *err) {
    cln_error spare;
    if (err == NULL) err = &spare; /* the ranks agree on its message */
    cln_dataset *made = calloc(1, sizeof *made);
    const cln_status allocated = made == NULL ? cln_fail_memory(err, "opening a partition") : CLN_OK;
    const cln_status agreed = cln_agree(comm, allocated, err);
    if (agreed != CLN_OK || made == NULL) {
        free(made);
        return agreed;
    }
    made->comm = *comm;
    const cln_status status = cln_agree(comm, open_file(made, path, err), err);
    if (status != CLN_OK) {
        cln_dataset_close(made);
        return status;
    }
    *dataset = made;
    return CLN_OK;
}
