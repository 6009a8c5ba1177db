/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What columns hold, from all records of a file or, merged, of several: the
 * type that every value fits, the formats of its dates, how many cells are null,
 * and how many values are distinct, up to a limit. Each rank surveys the records
 * that it sees; the join gives rank 0 the whole, which depends on the records
 * and the number of columns alone.
 */
#ifndef COLONNADE_CSV_SURVEY_H
#define COLONNADE_CSV_SURVEY_H

#include "colonnade/base/string_table.h"
#include "colonnade/csv/inference.h"

/* Distinct values beyond which a column of words is no category, as when it is
 * stored. Where there are very many columns, in one file or in all that are
 * merged, each gets less. */
#define CLN_SURVEY_DISTINCT_COUNT ((size_t)4096)
#define CLN_SURVEY_DISTINCT_BYTES ((size_t)64 << 10)

typedef struct cln_survey_column {
    cln_inference inference; /* of numbers and booleans */
    uint64_t null_count;
    uint32_t dead_orders;                   /* bits of cln_date_order: some value is no date of this order */
    uint32_t formats[CLN_DATE_ORDER_COUNT]; /* bits of formats by which its values were read */
    cln_string_table distinct;              /* empty when there are too many */
    bool has_many;
    const struct cln_survey_column *known; /* whose distinct values are left out here; or NULL */
} cln_survey_column;

typedef struct cln_survey {
    size_t column_count;
    size_t capacity; /* of columns */
    size_t distinct_count_limit, distinct_bytes_limit;
    cln_survey_column *columns;
} cln_survey;

/* Local. The caller cleans up. */
CLN_CHECKED cln_status cln_survey_init(cln_survey *survey, size_t column_count, cln_error *err);
void cln_survey_clean_up(cln_survey *survey);

/* Local. One cell, in UTF-8; an empty or blank one is null. */
CLN_CHECKED cln_status cln_survey_add(cln_survey *survey, size_t column, cln_span cell, cln_error *err);

/* Local. Adds columns of which nothing is known yet, of which the last has
 * the number column_count - 1. sharing_count: how many columns there will be as
 * far as is known, when others have been merged into them; it may grow, and the
 * share of each in distinct values then becomes less. What has been found beyond
 * it is given up by the join. */
CLN_CHECKED cln_status cln_survey_extend(cln_survey *survey, size_t column_count, size_t sharing_count, cln_error *err);

/* Local. A column of which nothing is known yet shall leave out the distinct
 * values that another survey has of its column `of`, which it will be merged
 * into: until then the other must stay as it is. */
void cln_survey_leave_out(cln_survey *survey, size_t column, const cln_survey *other, size_t of);

/* Local. Moves here what another survey, of no more columns than this one has,
 * or this one itself found in its column `from`, of which nothing is known
 * afterwards: values are never in memory twice. In whatever order and parts
 * they come, the joined survey is that of all of them. */
CLN_CHECKED cln_status cln_survey_merge(cln_survey *survey, size_t column, cln_survey *other, size_t from,
                                        cln_error *err);

/* Collective. Brings all ranks' findings to rank 0; elsewhere the survey is of
 * no use afterwards. */
CLN_CHECKED cln_status cln_survey_join(cln_survey *survey, const cln_comm *comm, cln_error *err);

/* What a column is, of a joined survey. */
typedef struct cln_survey_finding {
    bool has_type; /* false: there are no values */
    cln_type type;
    int formats[CLN_INFERENCE_FORMATS]; /* timestamp: indices of formats, at least one */
    size_t format_count;
    bool is_ambiguous; /* every value fits with day and month exchanged as well */
    uint64_t value_count, null_count;
    uint64_t distinct_count; /* when not has_many */
    bool has_many;           /* more distinct values than the limit */
} cln_survey_finding;

/* Local. */
cln_survey_finding cln_survey_find(const cln_survey *survey, size_t column);

#endif
