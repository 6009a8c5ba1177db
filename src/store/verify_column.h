/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Checks of one column, zone by zone. All functions are local; what is wrong
 * becomes a finding.
 */
#ifndef COLONNADE_STORE_VERIFY_COLUMN_H
#define COLONNADE_STORE_VERIFY_COLUMN_H

#include "column_file.h"
#include "findings.h"

typedef struct cln_column_check {
    cln_findings *findings;
    cln_place place; /* partition, table and column */
    cln_column_file file;
    bool is_open;
    uint64_t code_count;                /* category */
    int32_t exponent_min, exponent_max; /* double */
    cln_stored_block block;
    uint64_t zones, size_bytes; /* that were checked */
} cln_column_check;

void cln_column_check_init(cln_column_check *check, cln_findings *findings);
void cln_column_check_clean_up(cln_column_check *check);

/* Opens a column; with_dictionary: and checks what it has but once. Where
 * that fails the zones are not checked. */
void cln_column_check_open(cln_column_check *check, cln_partition_file *partition, cln_place place,
                           bool with_dictionary);
void cln_column_check_close(cln_column_check *check);

void cln_column_check_zone(cln_column_check *check, uint64_t zone);

/* The dictionary of a category is sorted, unique and UTF-8, and "categories"
 * holds the same for other readers. */
void cln_check_dictionary(cln_column_check *check, cln_partition_file *partition);

#endif
