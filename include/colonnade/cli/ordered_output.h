/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Text that all ranks make while they sweep a file, written by rank 0 in the
 * order of the file. Each rank keeps what it made in a round; behind the round
 * rank 0 takes it piece by piece, so that it never holds the others' text.
 */
#ifndef COLONNADE_CLI_ORDERED_OUTPUT_H
#define COLONNADE_CLI_ORDERED_OUTPUT_H

#include "colonnade/cli/sink.h"
#include "colonnade/par/comm.h"

enum { CLN_ORDERED_PARTS = 2 };

/* What a rank has of one round: of the stripe before, whose last record took
 * until now to be whole, and of its own stripe. Travels as bytes. */
typedef struct cln_ordered_parts {
    uint64_t count;
    uint64_t stripes[CLN_ORDERED_PARTS];
    uint64_t size_bytes[CLN_ORDERED_PARTS];
} cln_ordered_parts;

/* A rank's part on its way to rank 0. */
typedef struct cln_ordered_arrival {
    uint64_t stripe;
    uint64_t size_bytes;
    int rank;
} cln_ordered_arrival;

typedef struct cln_ordered_output {
    const cln_comm *comm;
    cln_sink *sink;  /* borrowed; used on rank 0 only */
    cln_buffer text; /* of this round */
    cln_ordered_parts parts;
    /* On rank 0 only: */
    cln_ordered_parts *gathered; /* one for each rank */
    cln_ordered_arrival *arrivals;
    char *piece; /* what another rank has sent */
} cln_ordered_output;

/* Local. The caller cleans up, also after a failure. */
CLN_CHECKED cln_status cln_ordered_output_init(cln_ordered_output *output, const cln_comm *comm, cln_sink *sink,
                                               cln_error *err);
void cln_ordered_output_clean_up(cln_ordered_output *output);

/* Local. What is appended to output->text from here on stands in the stripe.
 * Stripes come in ascending order, at most CLN_ORDERED_PARTS in a round. */
CLN_CHECKED cln_status cln_ordered_output_begin(cln_ordered_output *output, uint64_t stripe, cln_error *err);

/* Collective. Writes what all ranks have, in the order of the stripes. Only
 * rank 0 can fail, and the other ranks do not learn of it here. */
CLN_CHECKED cln_status cln_ordered_output_flush(cln_ordered_output *output, cln_error *err);

#endif
