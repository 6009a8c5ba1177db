/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/cli/input.h"

#include "colonnade/base/compression.h"
#include "colonnade/base/log.h"

cln_status cln_cli_open_input(const cln_cli *cli, const char *path, cln_byte_source **source, cln_error *err) {
    const uint64_t memory_bytes = cli->settings.memory_bytes / CLN_DECOMPRESSION_SHARE;
    const cln_status opened = cln_byte_source_open(source, path, memory_bytes, err);
    const cln_status status = cln_agree(&cli->comm, opened, err);
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
