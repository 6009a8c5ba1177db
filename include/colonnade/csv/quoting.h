/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the automaton does on 64 bytes, from their masks, where quotes stand
 * only where RFC 4180 has them: opening ones at the beginning of a field,
 * closing ones at its end, doubled ones between. Anything else (a stray quote,
 * text behind a closing one) is not clean, and the caller steps through these
 * 64 bytes with the automaton itself, so the result is the automaton's by
 * construction. All functions are local.
 */
#ifndef COLONNADE_CSV_QUOTING_H
#define COLONNADE_CSV_QUOTING_H

#include "colonnade/csv/automaton.h"
#include "colonnade/csv/masks.h"

#include <stdbool.h>

typedef struct cln_structure {
    uint64_t delimiters; /* that end fields */
    uint64_t line_ends;  /* that end items: CR and LF outside quotes, but for the LF of CRLF */
    uint64_t items;      /* first bytes of items */
    uint64_t records;    /* first bytes of records */
    uint64_t openings;   /* first quotes of quoted fields */
    uint64_t doubled;    /* second quotes of doubled ones */
    bool has_quotes;
    uint8_t end_state;
} cln_structure;

static inline uint8_t cln_structure_end_state(const cln_masks *m, uint64_t quoted) {
    const uint64_t last = (uint64_t)1 << 63;
    if (quoted & last) return CLN_CSV_QUOTED;
    if (m->quote & last) return CLN_CSV_QUOTE;
    if (m->delimiter & last) return CLN_CSV_FIELD;
    if (m->lf & last) return CLN_CSV_START;
    return m->cr & last ? CLN_CSV_CR : CLN_CSV_UNQUOTED;
}

/* The structure of 64 bytes that begin in state; false when they are not clean. */
static inline bool cln_structure_of(const cln_masks *m, uint8_t state, bool newlines_in_quotes, cln_structure *s) {
    const uint64_t quoted = m->parity ^ (state == CLN_CSV_QUOTED ? UINT64_MAX : 0); /* behind each byte */
    const uint64_t quoted_before = quoted << 1 | (state == CLN_CSV_QUOTED);
    const uint64_t line_ends = (m->lf | m->cr) & ~quoted_before;
    const uint64_t delimiters = m->delimiter & ~quoted_before;
    const uint64_t structural = line_ends | delimiters;
    const uint64_t opening = m->quote & ~quoted_before;
    const uint64_t closing = m->quote & quoted_before;
    const bool begins_field = state == CLN_CSV_START || state == CLN_CSV_CR || state == CLN_CSV_FIELD;
    const uint64_t behind_structural = structural << 1 | begins_field;
    const uint64_t behind_closing = closing << 1 | (state == CLN_CSV_QUOTE);
    const uint64_t stray = (opening & ~(behind_structural | behind_closing)) |
                           (behind_closing & ~(structural | m->quote)) |
                           (newlines_in_quotes ? 0 : (m->lf | m->cr) & quoted_before);
    if (stray != 0) return false;
    const uint64_t behind_line_end = line_ends << 1 | (state == CLN_CSV_START || state == CLN_CSV_CR);
    const uint64_t behind_cr = (m->cr & ~quoted_before) << 1 | (state == CLN_CSV_CR);
    s->delimiters = delimiters;
    s->line_ends = line_ends & ~(m->lf & behind_cr);
    s->items = behind_line_end & ~(m->lf & behind_cr);
    s->records = s->items & ~line_ends;
    s->openings = opening & ~behind_closing;
    s->doubled = opening & behind_closing;
    s->has_quotes = m->quote != 0;
    s->end_state = cln_structure_end_state(m, quoted);
    return true;
}

#endif
