/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Running a command on all ranks.
 */
#ifndef COLONNADE_CLI_RUN_H
#define COLONNADE_CLI_RUN_H

#include "colonnade/cli/options.h"

/* Collective over all processes; must be called once. Starts MPI, shares the
 * configuration, runs the command, prints its message once and stops MPI.
 * Returns the status that all ranks agreed on. */
cln_status cln_cli_run(const cln_options *options);

#endif
