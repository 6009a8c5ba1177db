/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The part of fetch that brings files into a bucket (--to). Private to fetch.
 * Local.
 */
#ifndef COLONNADE_CLI_FETCH_TO_H
#define COLONNADE_CLI_FETCH_TO_H

#include "colonnade/cli/cli.h"
#include "colonnade/net/fetch.h"

/* Runs the jobs, several at a time; as cln_fetch_run. limits are those of the sources; names are those of the jobs'
 * items. */
CLN_CHECKED cln_status cln_fetch_to_bucket(const cln_cli *cli, const char *date, const cln_download_limits *limits,
                                           const cln_fetch_job *jobs, const char *const *names, size_t count,
                                           cln_fetch_result *results, cln_error *err);

/* --abort: gives up the uploads of the datasets that are under way, and says how many there were. */
CLN_CHECKED cln_status cln_fetch_abort(const cln_cli *cli, const cln_fetch_job *jobs, size_t count, cln_error *err);

#endif
