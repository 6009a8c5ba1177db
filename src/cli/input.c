/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/cli/input.h"

#include "colonnade/base/compression.h"
#include "colonnade/base/log.h"
#include "colonnade/net/input.h"
#include "colonnade/net/s3.h"

static cln_status open_local(const cln_cli *cli, const char *path, cln_byte_source **source, cln_error *err) {
    cln_byte_source *file;
    CLN_TRY(cln_input_open(&file, path, &cli->config.s3, err));
    const uint64_t memory_bytes = cli->settings.memory_bytes / CLN_DECOMPRESSION_SHARE;
    const cln_status status = cln_byte_source_decompress_any(source, file, memory_bytes, err);
    if (status != CLN_OK) file->release(file);
    return status;
}

/* Collective. An object may be replaced between the first rank and the last. */
static cln_status check_same_version(const cln_comm *comm, const cln_byte_source *source, const char *path,
                                     cln_error *err) {
    int64_t low = (int64_t)source->version;
    int64_t high = low;
    cln_min_i64(comm, &low, 1);
    cln_max_i64(comm, &high, 1);
    if (low == high) return CLN_OK;
    return cln_fail(err, CLN_ERR_IO, "%s was replaced while the ranks opened it; start again", path);
}

cln_status cln_cli_open_input(const cln_cli *cli, const char *path, cln_byte_source **source, cln_error *err) {
    const cln_status opened = open_local(cli, path, source, err);
    cln_status status = cln_agree(&cli->comm, opened, err);
    if (status == CLN_OK) status = check_same_version(&cli->comm, *source, path, err);
    if (status != CLN_OK && opened == CLN_OK) {
        (*source)->release(*source);
        *source = NULL;
    }
    if (status == CLN_OK && cln_byte_source_is_stream(*source) && cli->comm.size > 1) {
        cln_note("%s is compressed: one rank reads it, and the others wait", path);
    }
    return status;
}

cln_status cln_cli_check_input(const cln_comm *comm, cln_byte_source *source, cln_error *err) {
    return cln_agree(comm, source->check_unchanged(source, err), err);
}

cln_status cln_cli_read_sidecar(const cln_cli *cli, const char *path, cln_sidecar *sidecar, cln_error *err) {
    if (!cln_s3_is_address(path)) return cln_sidecar_read(sidecar, path, err);
    *sidecar = (cln_sidecar){0};
    cln_byte_source *object;
    CLN_TRY(cln_input_open(&object, path, &cli->config.s3, err));
    const cln_status status = cln_sidecar_of_input(sidecar, object, path, err);
    object->release(object);
    return status;
}
