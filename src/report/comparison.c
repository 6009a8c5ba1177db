/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/report/comparison.h"

#include "colonnade/base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void cln_comparison_clean_up(cln_comparison *comparison) {
    free(comparison->items);
    *comparison = (cln_comparison){0};
}

const char *cln_compared_label(const cln_compared_area *area) {
    if (area->accidents == NULL) return area->calls->label;
    if (area->calls == NULL || cln_area_has_capital(cln_span_of_string(area->accidents->label))) {
        return area->accidents->label;
    }
    return area->calls->label;
}

static const cln_compared_area alone = {.accident_share = NAN, .call_share = NAN, .difference = NAN};

static void join(cln_comparison *comparison, const cln_areas *accidents, const cln_areas *calls) {
    for (size_t i = 0; i < accidents->count; i++) {
        cln_compared_area joined = {.accidents = &accidents->items[i],
                                    .calls = cln_areas_find(calls, accidents->items[i].key)};
        if (joined.calls == NULL) continue;
        joined.accident_share = cln_ratio(joined.accidents->count, accidents->located);
        joined.call_share = cln_ratio(joined.calls->count, calls->located);
        joined.difference = joined.call_share - joined.accident_share;
        comparison->items[comparison->count++] = joined;
    }
    comparison->joined = comparison->count;
}

static void list_lonely(cln_comparison *comparison, const cln_areas *accidents, const cln_areas *calls) {
    for (size_t i = 0; i < accidents->count; i++) {
        if (cln_areas_find(calls, accidents->items[i].key) != NULL) continue;
        comparison->items[comparison->count] = alone;
        comparison->items[comparison->count++].accidents = &accidents->items[i];
    }
    for (size_t i = 0; i < calls->count; i++) {
        if (cln_areas_find(accidents, calls->items[i].key) != NULL) continue;
        comparison->items[comparison->count] = alone;
        comparison->items[comparison->count++].calls = &calls->items[i];
    }
}

static int compare_joined(const void *left, const void *right) {
    const cln_compared_area *a = left, *b = right;
    const double x = fabs(a->difference), y = fabs(b->difference);
    if (x != y) return x > y ? -1 : 1;
    return strcmp(a->accidents->key, b->accidents->key);
}

static cln_status correlate(cln_comparison *comparison, cln_error *err) {
    double *shares;
    const size_t count = comparison->joined;
    CLN_TRY(cln_new_array(&shares, 2 * count, sizeof *shares, err));
    for (size_t i = 0; i < count; i++) {
        shares[i] = (double)comparison->items[i].accidents->count;
        shares[count + i] = (double)comparison->items[i].calls->count;
    }
    comparison->correlation = cln_rank_correlation_of(shares, shares + count, count);
    free(shares);
    return CLN_OK;
}

cln_status cln_comparison_compute(cln_comparison *comparison, const cln_areas *accidents, const cln_areas *calls,
                                  cln_error *err) {
    *comparison = (cln_comparison){0};
    CLN_TRY(cln_new_array(&comparison->items, accidents->count + calls->count, sizeof *comparison->items, err));
    join(comparison, accidents, calls);
    if (comparison->joined > 0) {
        qsort(comparison->items, comparison->joined, sizeof *comparison->items, compare_joined);
    }
    list_lonely(comparison, accidents, calls);
    return correlate(comparison, err);
}
