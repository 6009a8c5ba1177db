/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One rank's share of a query: its rows filtered, grouped and aggregated; and
 * the way of these groups to rank 0. All functions are local.
 */
#ifndef COLONNADE_QUERY_LOCAL_H
#define COLONNADE_QUERY_LOCAL_H

#include "colonnade/base/string_table.h"
#include "colonnade/query/bind.h"
#include "colonnade/query/groups.h"

typedef struct cln_local_groups {
    cln_groups groups;
    cln_string_table texts[CLN_PLAN_MAX_KEYS]; /* for keys whose words are codes of the rank's own */
} cln_local_groups;

CLN_CHECKED cln_status cln_local_groups_init(cln_local_groups *local, const cln_bound_plan *bound, cln_error *err);
void cln_local_groups_clean_up(cln_local_groups *local);

/* Takes every batch of the source in. */
CLN_CHECKED cln_status cln_local_groups_scan(cln_local_groups *local, const cln_bound_plan *bound,
                                             cln_batch_source *source, cln_error *err);

/* Appends the groups to a message. */
CLN_CHECKED cln_status cln_local_groups_pack(const cln_local_groups *local, const cln_bound_plan *bound,
                                             cln_buffer *message, cln_error *err);

/* What rank 0 makes of all messages: groups whose words are comparable, since
 * texts became codes of sorted dictionaries. */
typedef struct cln_merged_groups {
    cln_groups groups;
    cln_dictionary texts[CLN_PLAN_MAX_KEYS]; /* empty for other keys */
} cln_merged_groups;

CLN_CHECKED cln_status cln_merged_groups_unpack(cln_merged_groups *merged, const cln_bound_plan *bound,
                                                cln_span messages, cln_error *err);
void cln_merged_groups_clean_up(cln_merged_groups *merged);

/* Adds the groups to a table that has the plan's columns, in key order. */
CLN_CHECKED cln_status cln_merged_groups_tabulate(const cln_merged_groups *merged, const cln_bound_plan *bound,
                                                  cln_table *table, cln_error *err);

#endif
