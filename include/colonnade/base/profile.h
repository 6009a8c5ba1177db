/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where the time of an ingest or a scan goes: a stop watch for each phase of the work.
 * Off, it costs a test of a flag. It belongs to the process; all functions are
 * local. Nothing that is stored or answered depends on it.
 */
#ifndef COLONNADE_BASE_PROFILE_H
#define COLONNADE_BASE_PROFILE_H

#include "colonnade/base/clock.h"

#include <stdbool.h>

typedef enum cln_phase {
    CLN_PHASE_READ,     /* bytes from the file */
    CLN_PHASE_HASH,     /* content hash */
    CLN_PHASE_SCAN,     /* transition functions */
    CLN_PHASE_COMPOSE,  /* exchange of functions and heads, waiting for the other ranks included */
    CLN_PHASE_ENCODING, /* is it UTF-8 */
    CLN_PHASE_SPLIT,    /* fields */
    CLN_PHASE_JUDGE,    /* which records are stored; the account */
    CLN_PHASE_INTEGER,  /* decoding, by type */
    CLN_PHASE_DOUBLE,
    CLN_PHASE_BOOLEAN,
    CLN_PHASE_TIMESTAMP,
    CLN_PHASE_CATEGORY,
    CLN_PHASE_TEXT,
    CLN_PHASE_STAGE,    /* encoded blocks to the stage */
    CLN_PHASE_FINALISE, /* offsets and dictionaries over all ranks */
    CLN_PHASE_CONVERT,  /* staged blocks to what is stored */
    CLN_PHASE_WRITE,    /* to the partition's file */
    CLN_PHASE_FINISH,   /* zone maps, attributes, syncing */
} cln_phase;

enum { CLN_PHASE_COUNT = CLN_PHASE_FINISH + 1 };

extern bool cln_profile_is_on;
extern double cln_profile_seconds[CLN_PHASE_COUNT];

/* "read", "hash", ... */
const char *cln_phase_name(cln_phase phase);

/* Zero, and on. */
void cln_profile_start(void);

/* The time now, to be given to cln_profile_lap; 0 when off. */
static inline double cln_profile_now(void) {
    return cln_profile_is_on ? cln_clock_seconds() : 0.0;
}

/* Adds the time since `since` to a phase; returns the time now. */
static inline double cln_profile_lap(cln_phase phase, double since) {
    if (!cln_profile_is_on) return 0.0;
    const double now = cln_clock_seconds();
    cln_profile_seconds[phase] += now - since;
    return now;
}

#endif
