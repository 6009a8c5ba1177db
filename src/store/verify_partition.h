/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Checks of what a partition says of itself. All functions are local; what is
 * wrong becomes a finding.
 */
#ifndef COLONNADE_STORE_VERIFY_PARTITION_H
#define COLONNADE_STORE_VERIFY_PARTITION_H

#include "findings.h"
#include "partition_file.h"

/* The account's sums, and account, provenance and schema against the
 * manifest and the table of rows. */
void cln_check_partition_texts(cln_findings *findings, cln_place place, cln_partition_file *file,
                               const cln_partition_info *info, const char *dataset);

#endif
