/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/report/report.h"
#include "colonnade/cli/cli.h"

/* Local, on rank 0. */
static cln_status publish(const cln_cli *cli, cln_report *report, const char *dir, cln_error *err) {
    cln_buffer text;
    cln_buffer_init(&text, SIZE_MAX);
    cln_status status = cln_report_write(report, dir, err);
    if (status == CLN_OK) status = cln_report_print(report, dir, cli->settings.format, &text, err);
    if (status == CLN_OK) status = cln_cli_write(cli, cln_buffer_span(&text), err);
    cln_buffer_clean_up(&text);
    return status;
}

static const char *choose_dir(const cln_cli *cli) {
    const char *given = cln_option(cli->options, "out");
    if (given != NULL) return given;
    return cli->config.report_dir != NULL ? cli->config.report_dir : "report";
}

cln_status cln_command_report(cln_cli *cli, cln_error *err) {
    bool selected[CLN_QUESTION_COUNT];
    CLN_TRY_AGREED(&cli->comm, cln_questions_select(cli->arguments, cli->argument_count, selected, err), err);
    cln_report report;
    cln_status status = cln_report_run(&report, &cli->comm, &cli->config, cli->settings.store_dir, selected, err);
    if (status == CLN_OK) {
        if (cli->comm.rank == 0) status = publish(cli, &report, choose_dir(cli), err);
        status = cln_agree(&cli->comm, status, err);
    }
    cln_report_clean_up(&report);
    return status;
}
