/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * remove --all --s3: what Colonnade made in the configured buckets is listed
 * and, when that is agreed, deleted. Private to remove. Local.
 */
#ifndef COLONNADE_CLI_REMOVE_BUCKETS_H
#define COLONNADE_CLI_REMOVE_BUCKETS_H

#include "colonnade/cli/cli.h"

CLN_CHECKED cln_status cln_remove_from_buckets(const cln_cli *cli, cln_error *err);

#endif
