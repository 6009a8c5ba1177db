/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the targets share that read CSV: the dialect that an input asks for.
 */
#ifndef COLONNADE_TESTS_FUZZ_CSV_FUZZ_H
#define COLONNADE_TESTS_FUZZ_CSV_FUZZ_H

#include "csv/reference.h"
#include "fuzz.h"

static inline cln_dialect fuzz_take_dialect(cln_span *input) {
    static const unsigned char delimiters[] = {',', ';', '\t', 'x'};
    const unsigned choice = fuzz_take_byte(input);
    cln_dialect dialect = cln_dialect_default();
    dialect.takes_nuls = true;
    dialect.delimiter = delimiters[choice & 3];
    if (choice & 4) dialect.quote = '\'';
    if (choice & 8) dialect.has_quote = false;
    if (choice & 16) dialect.newlines_in_quotes = false;
    if (choice & 32) dialect.fallback = CLN_FALLBACK_NONE;
    if (choice & 64) dialect.has_header = false;
    if (choice & 128) dialect.skip_lines = 2;
    return dialect;
}

#endif
