/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the master says besides its manifest. All functions are local; what is
 * wrong becomes a finding.
 */
#ifndef COLONNADE_STORE_VERIFY_MASTER_H
#define COLONNADE_STORE_VERIFY_MASTER_H

#include "colonnade/store/dataset.h"
#include "findings.h"

/* There is a link for each partition of the manifest and no other; each leads
 * to the partition's file, as other programs follow it. Partitions of which
 * something was found already are not followed, and nothing is said when
 * another master has been published since. */
void cln_check_master_links(cln_findings *findings, const char *dataset_dir, const cln_manifest *manifest);

#endif
