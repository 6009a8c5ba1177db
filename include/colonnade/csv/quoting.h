/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the automaton does on groups of 64 bytes, from their masks, where quotes
 * stand only where RFC 4180 has them: opening ones at the beginning of a field,
 * closing ones at its end, doubled ones between. Anything else (a stray quote,
 * text behind a closing one) is not clean, and the caller steps through these
 * 64 bytes with the automaton itself, so the result is the automaton's by
 * construction. All functions are local.
 */
#ifndef COLONNADE_CSV_QUOTING_H
#define COLONNADE_CSV_QUOTING_H

#include "colonnade/csv/automaton.h"

/* As many whole groups of the bytes as are looked at together. */
static inline size_t cln_group_count(size_t size_bytes) {
    const size_t groups = size_bytes / CLN_MASK_BYTES;
    return groups < CLN_MASK_GROUPS ? groups : CLN_MASK_GROUPS;
}

/* Groups that are looked at together. */
typedef struct cln_groups {
    cln_masks masks;
    cln_structure structure;
    size_t count; /* of the clean ones, which come first */
} cln_groups;

/* The state behind a clean group. */
static inline uint8_t cln_structure_end_state(const cln_masks *m, const cln_structure *s, size_t group) {
    const uint64_t last = (uint64_t)1 << 63;
    if (s->quoted[group] & last) return CLN_CSV_QUOTED;
    if (m->quote[group] & last) return CLN_CSV_QUOTE;
    if (m->delimiter[group] & last) return CLN_CSV_FIELD;
    if (m->lf[group] & last) return CLN_CSV_START;
    return m->cr[group] & last ? CLN_CSV_CR : CLN_CSV_UNQUOTED;
}

/* Looks at count groups that begin in state. */
static inline void cln_groups_find(const cln_automaton *a, const char *bytes, size_t count, uint8_t state,
                                   cln_groups *groups) {
    a->kernels->classify(bytes, count, a->quote, a->has_quote, a->delimiter, &groups->masks);
    groups->count = a->kernels->structure(&groups->masks, count, state, a->newlines_in_quotes, &groups->structure);
}

/* The state behind the clean groups, of which there are some. */
static inline uint8_t cln_groups_end_state(const cln_groups *groups) {
    return cln_structure_end_state(&groups->masks, &groups->structure, groups->count - 1);
}

#endif
