/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A plan bound to the columns of a source: names became positions, and types
 * are known to fit. A bound plan borrows the plan and the source. All
 * functions are local.
 */
#ifndef COLONNADE_QUERY_BIND_H
#define COLONNADE_QUERY_BIND_H

#include "colonnade/query/plan.h"

#define CLN_PLAN_MAX_FILTERS    8
#define CLN_PLAN_MAX_KEYS       8
#define CLN_PLAN_MAX_AGGREGATES 32

/* How a key's value becomes a word. */
typedef enum cln_key_form {
    CLN_KEY_FORM_INTEGER, /* the value itself */
    CLN_KEY_FORM_CODE,    /* the code of the source's dictionary */
    CLN_KEY_FORM_TEXT,    /* the code of a local string table */
    CLN_KEY_FORM_YEAR,
    CLN_KEY_FORM_MONTH,
    CLN_KEY_FORM_PARTITION, /* the code of a local string table */
} cln_key_form;

typedef struct cln_bound_key {
    cln_key_form form;
    size_t column;                    /* of the source; not used for a partition */
    const cln_dictionary *dictionary; /* CLN_KEY_FORM_CODE */
} cln_bound_key;

typedef struct cln_bound_plan {
    const cln_plan *plan;
    size_t filter_columns[CLN_PLAN_MAX_FILTERS];
    cln_bound_key keys[CLN_PLAN_MAX_KEYS];
    size_t aggregate_columns[CLN_PLAN_MAX_AGGREGATES];
} cln_bound_plan;

/* A column that the source does not have is CLN_ERR_USAGE that names those
 * that it has; so is a type that the filter, key or aggregate cannot use, and
 * a plan beyond the limits above. */
CLN_CHECKED cln_status cln_plan_bind(cln_bound_plan *bound, const cln_plan *plan, const cln_batch_source *source,
                                     cln_error *err);

/* Whether the key's words are codes of a string table of the rank's own. */
static inline bool cln_key_form_is_local_text(cln_key_form form) {
    return form == CLN_KEY_FORM_TEXT || form == CLN_KEY_FORM_PARTITION;
}

#endif
