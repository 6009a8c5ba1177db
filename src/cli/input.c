/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/cli/input.h"

cln_status cln_cli_open_input(const cln_comm *comm, const char *path, cln_byte_source **source, cln_error *err) {
    const cln_status opened = cln_byte_source_open_file(source, path, err);
    const cln_status status = cln_agree(comm, opened, err);
    if (status != CLN_OK && opened == CLN_OK) {
        (*source)->release(*source);
        *source = NULL;
    }
    return status;
}

cln_status cln_cli_check_input(const cln_comm *comm, cln_byte_source *source, cln_error *err) {
    return cln_agree(comm, source->check_unchanged(source, err), err);
}
