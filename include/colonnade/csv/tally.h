/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The account of plain records without knowing where their fields are: of
 * ASCII, with the expected number of fields, quotes only where they should be.
 * Whatever else comes is left to the splitter. All functions are local.
 */
#ifndef COLONNADE_CSV_TALLY_H
#define COLONNADE_CSV_TALLY_H

#include "colonnade/csv/account.h"

typedef struct cln_tally {
    const cln_automaton *automaton;
    size_t expected_fields;
    uint64_t record_count; /* of plain records, all of them counted as stored */
    uint64_t greatest_record_bytes;
    cln_account account;
} cln_tally;

/* Counts the items at the beginning of bytes, which are whole items; returns
 * how many bytes it has counted: up to the first record that is not plain, or
 * to one near the end. */
size_t cln_tally_take(cln_tally *tally, cln_span bytes);

#endif
