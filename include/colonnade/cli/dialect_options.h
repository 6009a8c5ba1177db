/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The options that say how a file writes its records, which every command
 * that takes a FILE shares: --delimiter, --quote, --encoding, --header,
 * --no-header, --newlines-in-quotes and --skip-lines.
 */
#ifndef COLONNADE_CLI_DIALECT_OPTIONS_H
#define COLONNADE_CLI_DIALECT_OPTIONS_H

#include "colonnade/cli/cli.h"
#include "colonnade/csv/dialect.h"

/* Local; the same on every rank. Changes what was given on the command line
 * and leaves the rest. A value that does not make sense is CLN_ERR_USAGE. */
CLN_CHECKED cln_status cln_cli_dialect(const cln_cli *cli, cln_dialect *dialect, cln_error *err);

#endif
