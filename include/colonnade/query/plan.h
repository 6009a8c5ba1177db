/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A plan says what is asked of a batch source: filters, group keys and
 * aggregates. It is a plain value; questions are plans, and so will every
 * other way to ask be. Running one is the same on any source and any number
 * of ranks: each rank scans, filters and groups its share, then the groups
 * are reduced. The answer does not depend on the number of ranks.
 */
#ifndef COLONNADE_QUERY_PLAN_H
#define COLONNADE_QUERY_PLAN_H

#include "colonnade/column/batch.h"
#include "colonnade/column/table.h"
#include "colonnade/par/comm.h"

typedef enum cln_key_kind {
    CLN_KEY_VALUE,     /* a category's text, an integer or a boolean */
    CLN_KEY_YEAR,      /* of a timestamp */
    CLN_KEY_MONTH,     /* 1..12 */
    CLN_KEY_PARTITION, /* the partition's id; column is not used */
} cln_key_kind;

typedef struct cln_key {
    cln_key_kind kind;
    const char *column;
    const char *label; /* the result's column name */
} cln_key;

/* Keeps rows whose value lies in [low, high); nulls and columns that a
 * partition does not record never pass. */
typedef struct cln_filter {
    const char *column; /* integral types */
    int64_t low, high;
} cln_filter;

typedef enum cln_aggregate_kind {
    CLN_AGGREGATE_COUNT, /* rows of the group; column is not used */
    CLN_AGGREGATE_MIN,   /* integral types; null without values */
    CLN_AGGREGATE_MAX,
    CLN_AGGREGATE_SUM, /* integer; a sum beyond 64 bits is CLN_ERR_DATA */
} cln_aggregate_kind;

typedef struct cln_aggregate {
    cln_aggregate_kind kind;
    const char *column;
    const char *label;
} cln_aggregate;

typedef struct cln_plan {
    const cln_filter *filters;
    size_t filter_count;
    const cln_key *keys; /* none: one row over everything */
    size_t key_count;
    const cln_aggregate *aggregates;
    size_t aggregate_count;
} cln_plan;

/* The text of a key whose column a partition does not record. Its groups are
 * apart from null keys, which are null cells. */
#define CLN_NOT_RECORDED "(not recorded)"

/* Collective; plan must agree, source is each rank's share. On rank 0 *result
 * becomes a table with a column for each key, then for each aggregate, groups
 * in key order (numbers by value, texts bytewise, nulls, then not recorded);
 * elsewhere it has no rows. The caller cleans it up on every rank. */
CLN_CHECKED cln_status cln_query_run(const cln_comm *comm, const cln_plan *plan, cln_batch_source *source,
                                     cln_table *result, cln_error *err);

/* Local. The columns that a plan reads, each once: fills names (room for
 * filter_count + key_count + aggregate_count) and returns how many. */
size_t cln_plan_columns(const cln_plan *plan, const char **names);

#endif
