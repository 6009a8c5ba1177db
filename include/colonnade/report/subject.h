/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A dataset as the questions see it: what its rows are called, and which
 * column plays which role. A dataset that is not declared or not in the store
 * is no error: the questions that need it say so.
 */
#ifndef COLONNADE_REPORT_SUBJECT_H
#define COLONNADE_REPORT_SUBJECT_H

#include "colonnade/config/config.h"
#include "colonnade/query/plan.h"
#include "colonnade/report/coverage.h"
#include "colonnade/store/dataset.h"

typedef struct cln_subject {
    const char *name;                 /* of the dataset; NULL: the configuration declares none */
    const char *unit;                 /* "accidents" */
    const cln_config_dataset *config; /* NULL when the dataset is not declared */
    cln_dataset *dataset;             /* NULL: not there, and missing says why */
    char missing[CLN_ERROR_MAX];
    bool is_sample;
    int64_t rows;
    const cln_dataset_column *columns; /* of the store */
    size_t column_count;
} cln_subject;

/* Collective; arguments must agree. name may be NULL. `purpose` is the key of
 * the configuration that names the dataset ("accidents"), and the unit where
 * none is declared. A store that is damaged is an error. */
CLN_CHECKED cln_status cln_subject_open(cln_subject *subject, const cln_comm *comm, const cln_config *config,
                                        const char *name, const char *purpose, const char *store_dir, cln_error *err);
void cln_subject_close(cln_subject *subject); /* local */

/* Local. The position-th column of the store with the role: as the
 * configuration declares them, then as the store has them. NULL: no more. */
const cln_dataset_column *cln_subject_column(const cln_subject *subject, cln_role role, size_t position);

/* Local. How the column is called in titles. */
const char *cln_subject_title(const cln_subject *subject, const char *column);

/* Local. The column with the role if it can be grouped (a time: is a
 * timestamp). Otherwise NULL, with what is missing in reason. */
const char *cln_subject_need(const cln_subject *subject, cln_role role, char *reason, size_t reason_bytes);

/* Collective. Runs the plan over the dataset; see cln_query_run. */
CLN_CHECKED cln_status cln_subject_query(const cln_subject *subject, const cln_comm *comm, const cln_plan *plan,
                                         cln_table *result, cln_error *err);

/* Collective. On rank 0 *coverage becomes what the partitions cover that record
 * the time and (when it is not NULL) the other column; empty elsewhere. The
 * caller cleans it up. */
CLN_CHECKED cln_status cln_subject_coverage(const cln_subject *subject, const cln_comm *comm, const char *time,
                                            const char *other, cln_coverage *coverage, cln_error *err);

#endif
