/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The sweep: all ranks read a file together, in rounds of stripes. In round k
 * rank r reads stripe k·P + r, scans it, and the ranks exchange transition
 * functions; composed in order they give every stripe its true starting state
 * and record number. A record belongs to the rank that read its first byte;
 * what of it stands in later stripes is sent there, across rounds if need be.
 * Each byte is read once, and the sequence of records is that of one serial
 * automaton, for any number of ranks and any stripe size. A stream (a
 * compressed file) is read by rank 0 alone, stripe by stripe, while the others
 * wait.
 */
#ifndef COLONNADE_CSV_SWEEP_H
#define COLONNADE_CSV_SWEEP_H

#include "colonnade/base/byte_source.h"
#include "colonnade/csv/automaton.h"
#include "colonnade/par/comm.h"

#include <stdint.h>

/* A record longer than this is not kept whole (but never changes the state). */
#define CLN_MAX_RECORD_BYTES ((uint64_t)16 << 20)

/* Of such a record the end is kept, too. */
#define CLN_TAIL_BYTES ((uint64_t)512)

/* Whole items, with consecutive record numbers. */
typedef struct cln_csv_run {
    uint64_t stripe;       /* the stripe in which the run begins */
    uint64_t offset;       /* of its first byte in the file */
    uint64_t first_record; /* the number of its first record */
    cln_span bytes;
    uint64_t size_bytes; /* in the file; more than bytes.size for a single over-long record, of which bytes is the
                          * beginning */
    cln_span tail;       /* ... and this the end: its last CLN_TAIL_BYTES, or all of it when it is shorter */
} cln_csv_run;

/* What takes the records. On each rank runs come in the order of the file. */
typedef struct cln_csv_sink {
    void *context;
    /* Local. The run's bytes are valid during the call. May set
     * failed_record, so that of several ranks' errors the first in the file
     * is told. */
    CLN_CHECKED cln_status (*take)(void *context, const cln_csv_run *run, uint64_t *failed_record, cln_error *err);
    /* Local, may be NULL. All bytes of each stripe that this rank reads, the
     * prologue's included, in pieces of 1 MiB but for the last of a stripe. */
    void *see_context;
    CLN_CHECKED cln_status (*see)(void *context, uint64_t offset, cln_span bytes, cln_error *err);
    /* Collective, may be NULL. Behind each round, and once behind the last
     * record, when no rank has failed; what it returns need not agree. All
     * records that any later round delivers stand behind those of this one,
     * but for at most one, which began in this round and is delivered first,
     * with its stripe's number. */
    CLN_CHECKED cln_status (*end_round)(void *context, cln_error *err);
} cln_csv_sink;

typedef struct cln_sweep {
    cln_byte_source *source;
    const cln_automaton *automaton;
    uint64_t data_offset;       /* where the records begin */
    uint64_t first_record;      /* the number of the first one */
    uint64_t stripe_size_bytes; /* taken as max_record_bytes (or 1 GiB) when it is more, so that whether a record is
                                 * over-long never depends on it */
    uint64_t max_record_bytes;  /* at least 1 */
    /* Local on rank 0, may be NULL: told after each round how far the sweep is. */
    void (*progress)(void *context, uint64_t done_bytes);
    void *progress_context;
} cln_sweep;

/* Local. The stripe size for a file: 8 MiB or so, at most 1/16 of the memory
 * and 1/(4 × ranks) of the file, at least 64 KiB; above 1 MiB a multiple of
 * it. asked_bytes, when not 0, wins, up to CLN_MAX_RECORD_BYTES, rounded up to
 * a multiple of 1 MiB for files above 64 MiB and for streams, whose size is
 * CLN_SIZE_UNKNOWN. */
uint64_t cln_sweep_stripe_size(uint64_t file_bytes, uint64_t memory_bytes, int rank_count, uint64_t asked_bytes);

/* Local. The stripe size that a sweep takes for the one that it is given:
 * stripes are numbered by it. */
uint64_t cln_sweep_taken_stripe_size(uint64_t stripe_size_bytes, uint64_t max_record_bytes);

/* Collective; everything but the sinks' contents must agree (sources of
 * different sizes are CLN_ERR_IO); err must not be NULL. Behind a stream its
 * source's size is known on all ranks. Calls sink->take for every item of the file exactly once, on one rank. When a
 * rank fails, all ranks leave with the worst status and, among those, the error with the lowest failed_record. */
CLN_CHECKED cln_status cln_sweep_run(const cln_sweep *sweep, const cln_comm *comm, const cln_csv_sink *sink,
                                     cln_error *err);

#endif
