/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/csv/inference.h"

#include "colonnade/base/number.h"
#include "colonnade/base/vectorise.h"

#include <math.h>
#include <string.h>

enum { CANDIDATE_INTEGER = 1, CANDIDATE_DOUBLE = 2, CANDIDATE_BOOLEAN = 4, CANDIDATE_FIRST_FORMAT = 8 };

/* Of integers, of doubles, and of the times in each format. */
enum { RANGE_COUNT = 2 + CLN_INFERENCE_FORMATS };

_Static_assert(CLN_INFERENCE_FORMATS <= 28, "a bit of 32 for each candidate, and no shift by 32");

static const struct {
    const char *pattern;
    cln_date_order order;
    bool is_utc;
} known[CLN_INFERENCE_FORMATS] = {
    {"%Y-%m-%d %H:%M:%S", CLN_DATE_YEAR_FIRST, false},
    {"%Y-%m-%d", CLN_DATE_YEAR_FIRST, false},
    {"%Y-%m-%dT%H:%M:%S", CLN_DATE_YEAR_FIRST, false},
    {"%Y-%m-%d %H:%M", CLN_DATE_YEAR_FIRST, false},
    {"%Y-%m-%dT%H:%M", CLN_DATE_YEAR_FIRST, false},
    {"%Y-%m-%d %H:%M:%S.%f", CLN_DATE_YEAR_FIRST, false},
    {"%Y-%m-%dT%H:%M:%S.%f", CLN_DATE_YEAR_FIRST, false},
    {"%Y-%m-%dT%H:%M:%SZ", CLN_DATE_YEAR_FIRST, true},
    {"%Y-%m-%dT%H:%M:%S.%fZ", CLN_DATE_YEAR_FIRST, true},
    {"%Y-%m-%d %H:%M:%S+00", CLN_DATE_YEAR_FIRST, true},
    {"%Y/%m/%d %H:%M:%S", CLN_DATE_YEAR_FIRST, false},
    {"%Y/%m/%d %H:%M:%S+00", CLN_DATE_YEAR_FIRST, true},
    {"%Y/%m/%d", CLN_DATE_YEAR_FIRST, false},
    {"%m/%d/%Y %I:%M:%S %p", CLN_DATE_MONTH_FIRST, false},
    {"%m/%d/%Y %H:%M", CLN_DATE_MONTH_FIRST, false},
    {"%m/%d/%Y", CLN_DATE_MONTH_FIRST, false},
    {"%m/%d/%Y %H:%M:%S", CLN_DATE_MONTH_FIRST, false},
    {"%m/%d/%Y %I:%M %p", CLN_DATE_MONTH_FIRST, false},
    {"%m-%d-%Y", CLN_DATE_MONTH_FIRST, false},
    {"%d/%m/%Y %H:%M:%S", CLN_DATE_DAY_FIRST, false},
    {"%d/%m/%Y %H:%M", CLN_DATE_DAY_FIRST, false},
    {"%d/%m/%Y", CLN_DATE_DAY_FIRST, false},
    {"%d.%m.%Y %H:%M:%S", CLN_DATE_DAY_FIRST, false},
    {"%d.%m.%Y %H:%M", CLN_DATE_DAY_FIRST, false},
    {"%d.%m.%Y", CLN_DATE_DAY_FIRST, false},
    {"%d-%m-%Y", CLN_DATE_DAY_FIRST, false},
};

/* Compiled once; the patterns are constants, so this cannot fail. */
static const cln_date_format *formats(void) {
    static cln_date_format compiled[CLN_INFERENCE_FORMATS];
    static bool is_compiled = false;
    if (!is_compiled) {
        for (int f = 0; f < CLN_INFERENCE_FORMATS; f++) {
            if (cln_date_format_compile(&compiled[f], known[f].pattern, known[f].is_utc, NULL) != CLN_OK) return NULL;
        }
        is_compiled = true;
    }
    return compiled;
}

const cln_date_format *cln_inference_format(int index) {
    return &formats()[index];
}

cln_date_order cln_inference_format_order(int index) {
    return known[index].order;
}

void cln_value_range_init(cln_value_range *range) {
    *range = (cln_value_range){INT64_MAX, INT64_MIN, INT64_MAX, INT64_MIN};
}

void cln_value_range_add_integer(cln_value_range *range, int64_t value) {
    if (value < range->min) range->min = value;
    if (value > range->max) range->max = value;
}

void cln_value_range_add_double(cln_value_range *range, double value) {
    if (value == 0.0 || !isfinite(value)) return;
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    const int biased = (int)(bits >> 52 & 0x7FF);
    const uint64_t fraction = bits & (((uint64_t)1 << 52) - 1);
    const uint64_t significand = biased == 0 ? fraction : fraction | (uint64_t)1 << 52;
    const int unit = (biased == 0 ? 1 : biased) - 1075; /* weight of the significand's last bit: 2^unit */
    const int64_t low = unit + __builtin_ctzll(significand);
    const int64_t high = unit + 64 - __builtin_clzll(significand);
    if (low < range->exponent_min) range->exponent_min = low;
    if (high > range->exponent_max) range->exponent_max = high;
}

/* Whether every value, nulls aside, is a multiple of 1 / scale, a power of two
 * from 1 up, so that the product is exact or infinite, and less than limit. */
CLN_VECTORISED static bool are_within(const double *values, size_t count, double scale, double limit) {
    unsigned outside = 0;
    for (size_t i = 0; i < count; i++) {
        const double scaled = values[i] * scale;
        const unsigned is_multiple = scaled == __builtin_floor(scaled);
        const unsigned is_less = __builtin_fabs(values[i]) < limit;
        const unsigned is_null = values[i] != values[i];
        outside |= (~(is_multiple & is_less) & ~is_null) & 1;
    }
    return outside == 0;
}

CLN_VECTORISED static uint64_t count_nans(const double *values, size_t count) {
    uint64_t nans = 0;
    for (size_t i = 0; i < count; i++) nans += values[i] != values[i];
    return nans;
}

/* After a few values most lie within what was seen, which is quick to see. */
uint64_t cln_value_range_add_doubles(cln_value_range *range, const double *values, size_t count) {
    const bool is_quick = range->exponent_min <= 0 && range->exponent_min >= -1023 && range->exponent_max <= 1023;
    if (!is_quick ||
        !are_within(values, count, ldexp(1.0, -(int)range->exponent_min), ldexp(1.0, (int)range->exponent_max))) {
        for (size_t i = 0; i < count; i++) cln_value_range_add_double(range, values[i]);
    }
    return count_nans(values, count);
}

void cln_value_range_merge(cln_value_range *range, const cln_value_range *other) {
    if (other->min < range->min) range->min = other->min;
    if (other->max > range->max) range->max = other->max;
    if (other->exponent_min < range->exponent_min) range->exponent_min = other->exponent_min;
    if (other->exponent_max > range->exponent_max) range->exponent_max = other->exponent_max;
}

void cln_inference_init(cln_inference *inference) {
    inference->candidates = ((uint32_t)CANDIDATE_FIRST_FORMAT << CLN_INFERENCE_FORMATS) - 1;
    inference->value_count = 0;
    cln_value_range_init(&inference->integers);
    cln_value_range_init(&inference->doubles);
    for (int f = 0; f < CLN_INFERENCE_FORMATS; f++) cln_value_range_init(&inference->times[f]);
}

static bool has_leading_zero(cln_span value) {
    size_t i = value.size > 0 && (value.data[0] == '-' || value.data[0] == '+') ? 1 : 0;
    return i + 1 < value.size && value.data[i] == '0' && value.data[i + 1] >= '0' && value.data[i + 1] <= '9';
}

static bool is_all_digits(cln_span value) {
    for (size_t i = value.data[0] == '-' || value.data[0] == '+'; i < value.size; i++) {
        if (value.data[i] < '0' || value.data[i] > '9') return false;
    }
    return true;
}

static bool is_exact_double(int64_t integer) {
    const int64_t limit = (int64_t)1 << 53;
    return integer >= -limit && integer <= limit;
}

static void strike(cln_inference *inference, uint32_t candidates) {
    inference->candidates &= ~candidates;
}

static void strike_numbers(cln_inference *inference, cln_span value) {
    const uint32_t numbers = CANDIDATE_INTEGER | CANDIDATE_DOUBLE;
    if ((inference->candidates & numbers) == 0) return;
    int64_t integer;
    double number;
    if (has_leading_zero(value) || !cln_parse_double(value, &number)) {
        strike(inference, numbers);
        return;
    }
    cln_value_range_add_double(&inference->doubles, number);
    if (cln_parse_integer(value, &integer)) {
        cln_value_range_add_integer(&inference->integers, integer);
        if (!is_exact_double(integer)) strike(inference, CANDIDATE_DOUBLE);
    } else {
        strike(inference, is_all_digits(value) ? numbers : CANDIDATE_INTEGER);
    }
}

void cln_inference_add(cln_inference *inference, cln_span value) {
    inference->value_count++;
    if (inference->candidates == 0) return;
    strike_numbers(inference, value);
    int64_t parsed;
    if ((inference->candidates & CANDIDATE_BOOLEAN) && !cln_parse_boolean(value, &parsed)) {
        strike(inference, CANDIDATE_BOOLEAN);
    }
    for (int f = 0; f < CLN_INFERENCE_FORMATS; f++) {
        const uint32_t bit = (uint32_t)CANDIDATE_FIRST_FORMAT << f;
        if ((inference->candidates & bit) == 0) continue;
        if (cln_date_parse(&formats()[f], value, &parsed))
            cln_value_range_add_integer(&inference->times[f], parsed);
        else
            strike(inference, bit);
    }
}

void cln_inference_merge(cln_inference *inference, const cln_inference *other) {
    inference->candidates &= other->candidates;
    inference->value_count += other->value_count;
    cln_value_range_merge(&inference->integers, &other->integers);
    cln_value_range_merge(&inference->doubles, &other->doubles);
    for (int f = 0; f < CLN_INFERENCE_FORMATS; f++) cln_value_range_merge(&inference->times[f], &other->times[f]);
}

static void join_ranges(const cln_comm *comm, cln_value_range *const *ranges, size_t count) {
    int64_t low[2 * RANGE_COUNT];
    int64_t high[2 * RANGE_COUNT];
    for (size_t i = 0; i < count; i++) {
        low[2 * i] = ranges[i]->min;
        low[2 * i + 1] = ranges[i]->exponent_min;
        high[2 * i] = ranges[i]->max;
        high[2 * i + 1] = ranges[i]->exponent_max;
    }
    cln_min_i64(comm, low, 2 * count);
    cln_max_i64(comm, high, 2 * count);
    for (size_t i = 0; i < count; i++) {
        *ranges[i] = (cln_value_range){low[2 * i], high[2 * i], low[2 * i + 1], high[2 * i + 1]};
    }
}

void cln_value_range_join(const cln_comm *comm, cln_value_range *range) {
    join_ranges(comm, &range, 1);
}

void cln_inference_join(const cln_comm *comm, cln_inference *inference) {
    MPI_Allreduce(MPI_IN_PLACE, &inference->candidates, 1, MPI_UINT32_T, MPI_BAND, comm->mpi);
    cln_sum_u64(comm, &inference->value_count, 1);
    cln_value_range *ranges[RANGE_COUNT] = {&inference->integers, &inference->doubles};
    for (int f = 0; f < CLN_INFERENCE_FORMATS; f++) ranges[2 + f] = &inference->times[f];
    join_ranges(comm, ranges, RANGE_COUNT);
}

bool cln_inference_result(const cln_inference *inference, cln_type *type, const cln_date_format **format,
                          cln_value_range *range) {
    *format = NULL;
    if (inference->value_count == 0) return false;
    if (inference->candidates & CANDIDATE_INTEGER) {
        *type = CLN_TYPE_INTEGER;
        *range = inference->integers;
        return true;
    }
    if (inference->candidates & CANDIDATE_DOUBLE) {
        *type = CLN_TYPE_DOUBLE;
        *range = inference->doubles;
        return true;
    }
    if (inference->candidates & CANDIDATE_BOOLEAN) {
        *type = CLN_TYPE_BOOLEAN;
        *range = (cln_value_range){0, 1, INT64_MAX, INT64_MIN};
        return true;
    }
    for (int f = 0; f < CLN_INFERENCE_FORMATS; f++) {
        if ((inference->candidates & ((uint32_t)CANDIDATE_FIRST_FORMAT << f)) == 0) continue;
        *type = CLN_TYPE_TIMESTAMP;
        *format = &formats()[f];
        *range = inference->times[f];
        return true;
    }
    return false;
}
