/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The command line: one table of commands and one of options drive the
 * parser, --help, the manual page and shell completion. Each command is one
 * file with one function, which is collective.
 */
#ifndef COLONNADE_CLI_CLI_H
#define COLONNADE_CLI_CLI_H

#include "colonnade/base/buffer.h"
#include "colonnade/config/config.h"
#include "colonnade/output/print.h"
#include "colonnade/par/comm.h"

#include <stdbool.h>
#include <stdint.h>

/* The common options, resolved: option, COLONNADE_* environment,
 * configuration, default. */
typedef struct cln_settings {
    const char *config_path; /* NULL: built in */
    const char *store_dir;
    const char *staging_dir;
    const char *scratch_dir;
    cln_output_format format;
    bool format_given;          /* --format or its variable was given */
    const char *output_path;    /* -o; NULL: standard output */
    uint64_t memory_bytes;      /* per rank; at least 64 MiB */
    uint64_t stripe_size_bytes; /* 0: chosen by size and memory */
    bool quiet;
} cln_settings;

typedef struct cln_options cln_options; /* what was given on the command line */

/* The value of an option without its dashes ("as", "max-reject-rate"), NULL
 * when it was not given; the name must be in the table. */
const char *cln_option(const cln_options *options, const char *name);
bool cln_option_given(const cln_options *options, const char *name);

typedef struct cln_cli {
    cln_comm comm;
    cln_config config;
    cln_settings settings;
    const cln_options *options;
    size_t argument_count; /* what is left behind the command: datasets, files */
    const char *const *arguments;
} cln_cli;

/* A command: collective; returns the status that becomes the exit status, the
 * same on all ranks, with the message in err. */
typedef cln_status cln_command_function(cln_cli *cli, cln_error *err);

cln_command_function cln_command_clean;
cln_command_function cln_command_export;
cln_command_function cln_command_fetch;
cln_command_function cln_command_generate;
cln_command_function cln_command_info;
cln_command_function cln_command_ingest;
cln_command_function cln_command_pull;
cln_command_function cln_command_push;
cln_command_function cln_command_records;
cln_command_function cln_command_rejects;
cln_command_function cln_command_remove;
cln_command_function cln_command_report;
cln_command_function cln_command_scan;
cln_command_function cln_command_verify;

/* Local (rank 0). Writes out to -o FILE (by a temporary name and rename) or to
 * standard output. */
CLN_CHECKED cln_status cln_cli_write(const cln_cli *cli, cln_span out, cln_error *err);

/* Local (rank 0). Prints a table in the format of the settings. */
CLN_CHECKED cln_status cln_cli_print(const cln_cli *cli, const cln_table *table, cln_error *err);

#endif
