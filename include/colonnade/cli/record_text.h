/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Records of any bytes as lines of UTF-8 text: as JSON (one array of strings)
 * or as CSV. All functions are local.
 */
#ifndef COLONNADE_CLI_RECORD_TEXT_H
#define COLONNADE_CLI_RECORD_TEXT_H

#include "colonnade/base/buffer.h"
#include "colonnade/csv/record_block.h"

#include <stdbool.h>

typedef struct cln_record_text {
    const cln_automaton *automaton; /* borrowed */
    cln_fallback fallback;
    bool as_csv; /* else JSON */
    cln_buffer content;
    cln_buffer utf8;
} cln_record_text;

void cln_record_text_init(cln_record_text *text, const cln_automaton *automaton, cln_fallback fallback, bool as_csv);
void cln_record_text_clean_up(cln_record_text *text);

/* Appends one record as one line. A record that is not UTF-8 is converted by
 * the fallback; where there is none, or where it does not define all of the
 * record's bytes, those that are not UTF-8 become U+FFFD. */
CLN_CHECKED cln_status cln_record_text_append(cln_record_text *text, const cln_record_block *block,
                                              const cln_record *record, cln_buffer *line, cln_error *err);

/* The part of a cut record that does not end within a UTF-8 sequence, so that
 * where it was cut does not change its encoding. */
cln_span cln_without_cut_sequence(cln_span bytes);

#endif
