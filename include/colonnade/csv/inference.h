/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The type of a column that nothing declares, from all of its values: each
 * value strikes out the types that it does not fit, and what all ranks leave
 * is the type. All functions are local but cln_inference_join.
 */
#ifndef COLONNADE_CSV_INFERENCE_H
#define COLONNADE_CSV_INFERENCE_H

#include "colonnade/base/date.h"
#include "colonnade/base/span.h"
#include "colonnade/column/type.h"
#include "colonnade/par/comm.h"

#include <stdbool.h>
#include <stdint.h>

/* The date formats that are tried, in this order; docs/detection.md lists them. */
enum { CLN_INFERENCE_FORMATS = 26 };

/* How a date begins. What all values of a column fit in both of the last two
 * orders is taken for the month first. */
typedef enum cln_date_order { CLN_DATE_YEAR_FIRST, CLN_DATE_MONTH_FIRST, CLN_DATE_DAY_FIRST } cln_date_order;

enum { CLN_DATE_ORDER_COUNT = CLN_DATE_DAY_FIRST + 1 };

const cln_date_format *cln_inference_format(int index);
cln_date_order cln_inference_format_order(int index);

/* Range and number of values of a column, as the store wants them. */
typedef struct cln_value_range {
    int64_t min, max;                   /* integral types; min > max without values */
    int64_t exponent_min, exponent_max; /* doubles; see store/partition_writer.h; INT64_MAX and INT64_MIN without */
} cln_value_range;

void cln_value_range_init(cln_value_range *range);
void cln_value_range_add_integer(cln_value_range *range, int64_t value);
void cln_value_range_add_double(cln_value_range *range, double value);
/* Many, of which NaN are null; returns how many those are. */
uint64_t cln_value_range_add_doubles(cln_value_range *range, const double *values, size_t count);
/* Makes room for the values of another range. */
void cln_value_range_merge(cln_value_range *range, const cln_value_range *other);
/* Collective. Over all ranks, on all ranks. */
void cln_value_range_join(const cln_comm *comm, cln_value_range *range);

typedef struct cln_inference {
    uint32_t candidates; /* bits: integer, double, boolean, then one for each format */
    uint64_t value_count;
    cln_value_range integers, doubles;
    cln_value_range times[CLN_INFERENCE_FORMATS];
} cln_inference;

void cln_inference_init(cln_inference *inference);

/* One value that is not null, trimmed. What would not come back the same is no
 * number: leading zeros ("00217"), integers beyond 64 bits, and integers
 * beyond 2^53 in a column of doubles. */
void cln_inference_add(cln_inference *inference, cln_span value);

/* What is left by the values of both. */
void cln_inference_merge(cln_inference *inference, const cln_inference *other);

/* Collective. */
void cln_inference_join(const cln_comm *comm, cln_inference *inference);

/* The type that all values fit: integer, double, boolean or timestamp (whose
 * format *format then is, with its range in *range); false when they fit none
 * of these, or there is no value. */
bool cln_inference_result(const cln_inference *inference, cln_type *type, const cln_date_format **format,
                          cln_value_range *range);

#endif
