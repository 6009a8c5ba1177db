/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What --profile prints.
 */
#ifndef COLONNADE_CLI_PROFILE_TABLE_H
#define COLONNADE_CLI_PROFILE_TABLE_H

#include "colonnade/cli/cli.h"

/* Collective; size_bytes must agree. Adds up the phases of base/profile.h over
 * the ranks and prints them on standard error, with nanoseconds of rank time
 * for each of the size_bytes that were read. */
CLN_CHECKED cln_status cln_cli_print_profile(const cln_cli *cli, uint64_t size_bytes, cln_error *err);

#endif
