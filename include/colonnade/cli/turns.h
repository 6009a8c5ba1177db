/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Text that the ranks make block by block, block b on rank b mod size, written
 * by rank 0 in the order of the blocks. A rank goes ahead of its turn until it
 * holds limit_bytes; then it waits until rank 0 asks for its block, and from
 * there sends as fast as it makes. So blocks may be of any size.
 *
 *   cln_turns_begin(&turns, block_count);
 *   make a part of block turns.block in turns.text; cln_turns_offer(&turns, err); ...
 *   cln_turns_end_block(&turns, err); and so on with the next turns.block, while
 *   turns.block < block_count and not turns.is_stopped
 *   after an error: cln_turns_fail(&turns)
 *   cln_agree()
 *
 * All functions are local in that the caller need not agree on their status,
 * but what they do on one rank waits for what they do on another: every rank
 * ends all of its blocks, stops or fails.
 */
#ifndef COLONNADE_CLI_TURNS_H
#define COLONNADE_CLI_TURNS_H

#include "colonnade/cli/sink.h"
#include "colonnade/par/comm.h"

typedef struct cln_turns {
    const cln_comm *comm;
    cln_sink *sink; /* borrowed; used on rank 0 only */
    size_t limit_bytes;
    cln_buffer text;      /* of this rank's block, not handed over yet */
    uint64_t block;       /* that this rank makes; at least block_count: none any more */
    uint64_t block_count; /* of all ranks */
    bool is_stopped;      /* another rank has failed: nothing more is wanted */
    bool has_turn;        /* rank 0 waits for the rest of this rank's block */
    char *piece;          /* rank 0: what another rank has sent */
} cln_turns;

/* The caller cleans up, also after a failure. */
CLN_CHECKED cln_status cln_turns_init(cln_turns *turns, const cln_comm *comm, cln_sink *sink, size_t limit_bytes,
                                      cln_error *err);
void cln_turns_clean_up(cln_turns *turns);

void cln_turns_begin(cln_turns *turns, uint64_t block_count); /* block_count must agree */

/* Hands the text over when there is much of it. */
CLN_CHECKED cln_status cln_turns_offer(cln_turns *turns, cln_error *err);

/* Hands the rest over and goes on to this rank's next block. */
CLN_CHECKED cln_status cln_turns_end_block(cln_turns *turns, cln_error *err);

/* This rank has failed: the others stop. */
void cln_turns_fail(cln_turns *turns);

#endif
