/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/query/local.h"

#include <stdlib.h>

static cln_status init_result(cln_table *result, const cln_plan *plan, cln_error *err) {
    const char *labels[CLN_PLAN_MAX_KEYS + CLN_PLAN_MAX_AGGREGATES];
    for (size_t k = 0; k < plan->key_count; k++) labels[k] = plan->keys[k].label;
    for (size_t a = 0; a < plan->aggregate_count; a++) labels[plan->key_count + a] = plan->aggregates[a].label;
    return cln_table_init(result, NULL, labels, plan->key_count + plan->aggregate_count, err);
}

/* Local: everything up to the message for rank 0. */
static cln_status make_message(const cln_bound_plan *bound, cln_batch_source *source, cln_buffer *message,
                               cln_error *err) {
    cln_local_groups local;
    cln_status status = cln_local_groups_init(&local, bound, err);
    if (status == CLN_OK) status = cln_local_groups_scan(&local, bound, source, err);
    if (status == CLN_OK) status = cln_local_groups_pack(&local, bound, message, err);
    cln_local_groups_clean_up(&local);
    return status;
}

/* Local, on rank 0: the table from all ranks' messages. */
static cln_status make_table(const cln_bound_plan *bound, cln_span messages, cln_table *result, cln_error *err) {
    cln_merged_groups merged;
    cln_status status = cln_merged_groups_unpack(&merged, bound, messages, err);
    if (status == CLN_OK) status = cln_merged_groups_tabulate(&merged, bound, result, err);
    cln_merged_groups_clean_up(&merged);
    return status;
}

static cln_status run(const cln_comm *comm, const cln_plan *plan, cln_batch_source *source, cln_buffer *message,
                      cln_buffer *messages, cln_table *result, cln_error *err) {
    cln_bound_plan bound;
    cln_status status = cln_plan_bind(&bound, plan, source, err);
    if (status == CLN_OK) status = init_result(result, plan, err);
    if (status == CLN_OK) status = make_message(&bound, source, message, err);
    CLN_TRY_AGREED(comm, status, err);
    CLN_TRY(cln_gather_bytes(comm, cln_buffer_span(message), 0, messages, NULL, err));
    if (comm->rank == 0) status = make_table(&bound, cln_buffer_span(messages), result, err);
    return cln_agree(comm, status, err);
}

cln_status cln_query_run(const cln_comm *comm, const cln_plan *plan, cln_batch_source *source, cln_table *result,
                         cln_error *err) {
    cln_error unwanted;
    cln_buffer message, messages;
    *result = (cln_table){0};
    cln_buffer_init(&message, SIZE_MAX);
    cln_buffer_init(&messages, SIZE_MAX);
    const cln_status status = run(comm, plan, source, &message, &messages, result, err != NULL ? err : &unwanted);
    cln_buffer_clean_up(&message);
    cln_buffer_clean_up(&messages);
    return status;
}
