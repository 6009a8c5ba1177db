/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void cln_findings_add(cln_findings *findings, cln_place place, cln_status status, const char *format, ...) {
    findings->count++;
    if (place.partition >= 0) findings->of_partition[place.partition]++;
    if (status > findings->worst) findings->worst = status;
    if (findings->listed_count == CLN_FINDINGS_LISTED) return;
    cln_found *found = &findings->listed[findings->listed_count++];
    *found = (cln_found){.place = place, .status = (int32_t)status};
    if (place.column_name != NULL) (void)snprintf(found->column, sizeof found->column, "%s", place.column_name);
    found->place.column_name = NULL; /* it does not travel */
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(found->what, sizeof found->what, format, arguments);
    va_end(arguments);
}

static int compare(int64_t a, int64_t b) {
    return (a > b) - (a < b);
}

int cln_found_compare(const void *a, const void *b) {
    const cln_found *left = a, *right = b;
    const int64_t orders[] = {
        compare(left->place.partition, right->place.partition), compare(left->place.table, right->place.table),
        compare(left->place.column, right->place.column), compare(left->place.zone, right->place.zone),
        compare(left->place.first_row, right->place.first_row)};
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        if (orders[i] != 0) return (int)orders[i];
    }
    return strcmp(left->what, right->what);
}
