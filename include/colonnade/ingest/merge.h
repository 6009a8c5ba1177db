/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One dictionary from those of all ranks, over a binomial tree of sorted
 * lists of distinct texts.
 */
#ifndef COLONNADE_INGEST_MERGE_H
#define COLONNADE_INGEST_MERGE_H

#include "colonnade/base/string_table.h"
#include "colonnade/column/dictionary.h"
#include "colonnade/par/comm.h"

/* Collective; the limits must agree. merged becomes, on all ranks, the sorted
 * union of the ranks' texts; when it has more than count_limit texts or
 * bytes_limit bytes, *is_over is true and merged is empty. codes (may be NULL)
 * has room for as many numbers as local has texts, which are then their codes
 * in merged. The caller cleans merged up. */
CLN_CHECKED cln_status cln_merge_strings(const cln_comm *comm, const cln_string_table *local, size_t count_limit,
                                         uint64_t bytes_limit, cln_dictionary *merged, int32_t *codes, bool *is_over,
                                         cln_error *err);

#endif
