/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The FILE of a command, which every rank reads a part of.
 */
#ifndef COLONNADE_CLI_INPUT_H
#define COLONNADE_CLI_INPUT_H

#include "colonnade/base/byte_source.h"
#include "colonnade/cli/cli.h"
#include "colonnade/ingest/provenance.h"

/* Collective. Opens the file on every rank, or on none; a compressed one is a
 * stream, which rank 0 reads. The caller releases *source. */
CLN_CHECKED cln_status cln_cli_open_input(const cln_cli *cli, const char *path, cln_byte_source **source,
                                          cln_error *err);

/* Collective. Fails when the file changed since any rank opened it. */
CLN_CHECKED cln_status cln_cli_check_input(const cln_comm *comm, cln_byte_source *source, cln_error *err);

/* Local. What FILE.meta.json says, of an object what the one beside it does;
 * the caller cleans *sidecar up. */
CLN_CHECKED cln_status cln_cli_read_sidecar(const cln_cli *cli, const char *path, cln_sidecar *sidecar, cln_error *err);

#endif
