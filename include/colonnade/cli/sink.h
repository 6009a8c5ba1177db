/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where a command's result goes: standard output, or -o FILE by a temporary
 * name and a rename, so that the file is whole or absent. A sink takes
 * results that are too large for a buffer piece by piece.
 * All functions are local (rank 0).
 */
#ifndef COLONNADE_CLI_SINK_H
#define COLONNADE_CLI_SINK_H

#include "colonnade/cli/cli.h"

#include <stdio.h>

typedef struct cln_sink {
    FILE *stream;
    char *path;           /* NULL: standard output */
    char *temporary_path; /* NULL: written in place (standard output, a pipe, a device) */
} cln_sink;

/* After success the caller finishes or abandons the sink. */
CLN_CHECKED cln_status cln_sink_open(cln_sink *sink, const cln_cli *cli, cln_error *err);
CLN_CHECKED cln_status cln_sink_write(cln_sink *sink, cln_span bytes, cln_error *err);

/* Closes and renames; removes what was written on failure. */
CLN_CHECKED cln_status cln_sink_finish(cln_sink *sink, cln_error *err);
void cln_sink_abandon(cln_sink *sink);

#endif
