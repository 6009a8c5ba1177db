/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The transition function of a stripe of bytes: for each state that the
 * automaton may be in before the stripe's first byte, where it is behind the
 * last one and what happened between. Functions compose, so every rank scans
 * its own stripe without knowing what stands before it, and one exchange of
 * functions gives all of them the truth. All functions are local.
 */
#ifndef COLONNADE_CSV_TRANSITION_H
#define COLONNADE_CSV_TRANSITION_H

#include "colonnade/base/span.h"
#include "colonnade/csv/automaton.h"

#include <stdint.h>

#define CLN_NO_POSITION UINT64_MAX

typedef struct cln_transition {
    uint64_t record_count; /* records whose first byte is in the stripe */
    uint64_t first_item;   /* position of the first byte of the first item that begins in the stripe, or
                            * CLN_NO_POSITION: what stands before it belongs to an item of an earlier stripe */
    uint64_t last_item;    /* ... of the last item, or CLN_NO_POSITION */
    uint8_t end_state;     /* a cln_csv_state */
} cln_transition;

typedef struct cln_transition_function {
    cln_transition of[CLN_CSV_STATE_COUNT]; /* by the state before the stripe */
} cln_transition_function;

void cln_transition_scan(const cln_automaton *automaton, cln_span stripe, cln_transition_function *function);

#endif
