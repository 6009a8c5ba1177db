/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The texts that are made from the tables of commands and options.
 * All functions are local and append to text.
 */
#ifndef COLONNADE_CLI_TEXTS_H
#define COLONNADE_CLI_TEXTS_H

#include "colonnade/cli/options.h"

/* `colonnade COMMAND --help`, or `colonnade --help` when command is NULL. */
CLN_CHECKED cln_status cln_help_write(const cln_command *command, cln_buffer *text, cln_error *err);

/* One line: "colonnade ingest [OPTION...] DATASET [FILE...]". */
CLN_CHECKED cln_status cln_synopsis_write(const cln_command *command, cln_buffer *text, cln_error *err);

/* colonnade(1) for man. */
CLN_CHECKED cln_status cln_manual_write(cln_buffer *text, cln_error *err);

/* Completion for bash. */
CLN_CHECKED cln_status cln_completion_write(cln_buffer *text, cln_error *err);

/* The version of the program and of every library in it, as loaded where the
 * library can tell. */
CLN_CHECKED cln_status cln_version_write(cln_buffer *text, cln_error *err);

#endif
