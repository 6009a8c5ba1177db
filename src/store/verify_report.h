/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From what the ranks found to one verification on rank 0.
 */
#ifndef COLONNADE_STORE_VERIFY_REPORT_H
#define COLONNADE_STORE_VERIFY_REPORT_H

#include "colonnade/store/dataset.h"
#include "colonnade/store/verify.h"
#include "findings.h"

/* Of one rank, one number for each partition. */
typedef struct cln_verify_counts {
    size_t count;
    uint64_t *findings, *zones, *sizes_bytes; /* parts of one array */
} cln_verify_counts;

CLN_CHECKED cln_status cln_verify_counts_init(cln_verify_counts *counts, size_t count, cln_error *err); /* local */
void cln_verify_counts_clean_up(cln_verify_counts *counts);                                             /* local */

/* Collective; manifest must agree. */
CLN_CHECKED cln_status cln_verification_gather(cln_verification *verification, const cln_comm *comm,
                                               const cln_manifest *manifest, cln_verify_counts *counts,
                                               const cln_findings *findings, cln_error *err);

/* Local (rank 0). Files of partitions and of live rows that the manifest does not name. */
CLN_CHECKED cln_status cln_verification_look_for_unneeded(cln_verification *verification, const char *store_dir,
                                                          const cln_manifest *manifest, cln_error *err);

#endif
