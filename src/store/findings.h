/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a rank found wrong, as it is sent to rank 0. All functions are local.
 */
#ifndef COLONNADE_STORE_FINDINGS_H
#define COLONNADE_STORE_FINDINGS_H

#include "colonnade/base/status.h"

#include <stddef.h>
#include <stdint.h>

/* More of them tell nothing new. */
enum { CLN_FINDINGS_LISTED = 200 };

/* Where something is. Negative: nowhere so precise. */
typedef struct cln_place {
    int32_t partition, table, column;
    int64_t zone, first_row;
    const char *column_name; /* NULL: of no column */
} cln_place;

typedef struct cln_found {
    cln_place place;
    int32_t status;
    char column[160]; /* its name, cut where it is longer */
    char what[480];
} cln_found;

typedef struct cln_findings {
    uint64_t count; /* also of those that are not listed */
    cln_status worst;
    uint64_t *of_partition; /* borrowed; how many findings each has */
    size_t listed_count;
    cln_found listed[CLN_FINDINGS_LISTED];
} cln_findings;

void cln_findings_add(cln_findings *findings, cln_place place, cln_status status, const char *format, ...)
    CLN_PRINTF(4, 5);

/* In order of place. */
int cln_found_compare(const void *a, const void *b);

#endif
