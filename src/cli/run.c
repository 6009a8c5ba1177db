/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/cli/run.h"

#include "colonnade/base/log.h"
#include "colonnade/cli/settings.h"
#include "colonnade/store/dataset.h"

#include <unistd.h>

enum { CONFIG_LIMIT_BYTES = 32 << 20 };

/* Says once how to use a machine of which one core would be busy. */
static void advise_cores(const cln_cli *cli) {
    const cln_command *command = cli->options->command;
    if (!command->is_parallel || cli->comm.size > 1 || !cln_log_is_interactive()) return;
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    if (cores < 2) return;
    cln_note("one of %ld cores is used; 'mpirun -n %ld colonnade %s ...' uses all", cores, cores, command->name);
}

/* Collective. */
static cln_status run_command(cln_cli *cli, cln_error *err) {
    const bool reads_damage = cln_option_given(cli->options, "read-damaged");
    cln_allow_damage(reads_damage);
    cln_status status = cln_agree(&cli->comm, cli->options->command->run(cli, err), err);
    if (!reads_damage) return status;
    cln_error untold;
    const cln_status told = cln_tell_damage(&cli->comm, &untold);
    if (status == CLN_OK && told != CLN_OK) {
        *err = untold;
        status = told;
    }
    return status;
}

/* Collective. Every rank gets rank 0's bytes, so all resolve the same. */
static cln_status prepare(cln_cli *cli, cln_buffer *packed, cln_error *err) {
    CLN_TRY(cln_comm_check_launch(&cli->comm, err));
    cln_status status = CLN_OK;
    if (cli->comm.rank == 0) status = cln_settings_collect(cli->options, packed, err);
    CLN_TRY(cln_agree(&cli->comm, status, err));
    CLN_TRY(cln_broadcast_buffer(&cli->comm, packed, 0, err));
    status = cln_settings_resolve(&cli->settings, &cli->config, packed, err);
    cln_log_init(cli->comm.rank == 0, cli->settings.quiet);
    return cln_agree(&cli->comm, status, err);
}

cln_status cln_cli_run(const cln_options *options) {
    cln_cli cli = {.options = options, .argument_count = options->argument_count, .arguments = options->arguments};
    cln_comm_start(&cli.comm);
    cln_log_init(cli.comm.rank == 0, false);
    cln_error err = {0};
    cln_buffer packed;
    cln_buffer_init(&packed, CONFIG_LIMIT_BYTES);
    cln_status status = prepare(&cli, &packed, &err);
    if (status == CLN_OK) {
        advise_cores(&cli);
        status = run_command(&cli, &err);
    }
    if (status != CLN_OK) cln_error_print(&err);
    cln_config_clean_up(&cli.config);
    cln_buffer_clean_up(&packed);
    cln_comm_stop(&cli.comm);
    return status;
}
