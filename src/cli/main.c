/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * colonnade COMMAND: reads the command line, then either answers at once
 * (help, version) or runs the command on all ranks.
 */
#include "colonnade/base/cleanup.h"
#include "colonnade/base/log.h"
#include "colonnade/cli/run.h"
#include "colonnade/cli/texts.h"

#include <stdio.h>

static cln_status write_answer(const cln_options *options, cln_buffer *text, cln_error *err) {
    switch (options->request) {
    case CLN_REQUEST_VERSION:
        return cln_version_write(text, err);
    case CLN_REQUEST_MANUAL:
        return cln_manual_write(text, err);
    case CLN_REQUEST_COMPLETION:
        return cln_completion_write(text, err);
    case CLN_REQUEST_HELP:
    case CLN_REQUEST_RUN:
        break;
    }
    return cln_help_write(options->command, text, err);
}

/* What needs no MPI; printed by the first rank only. */
static cln_status answer(const cln_options *options, bool speaks, cln_error *err) {
    cln_buffer text;
    cln_buffer_init(&text, 1 << 20);
    cln_status status = write_answer(options, &text, err);
    if (status == CLN_OK && speaks && (fwrite(text.data, 1, text.size, stdout) != text.size || fflush(stdout) != 0)) {
        status = cln_fail_errno(err, "cannot write to standard output");
    }
    cln_buffer_clean_up(&text);
    return status;
}

/* A launcher ends all processes as soon as one has failed: the others must not
 * fail before the first has told why. */
static void wait_for_others(void) {
    cln_comm comm;
    cln_comm_start(&comm);
    MPI_Barrier(comm.mpi);
    cln_comm_stop(&comm);
}

int main(int argc, char **argv) {
    const bool speaks = cln_comm_launcher_rank() == 0;
    cln_log_init(speaks, false);
    cln_cleanup_install();
    cln_comm_prepare_environment();
    cln_error err = {0};
    cln_options *options = NULL;
    cln_status status = cln_options_parse(&options, argc, argv, &err);
    if (status == CLN_OK && options->request == CLN_REQUEST_RUN) {
        status = cln_cli_run(options);
    } else {
        if (status == CLN_OK) status = answer(options, speaks, &err);
        if (status != CLN_OK) {
            cln_error_print(&err);
            wait_for_others();
        }
    }
    cln_options_free(options);
    return (int)status;
}
