/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/cli/turns.h"

#include "colonnade/base/memory.h"

#include <stdlib.h>

#define PIECE_BYTES ((uint64_t)1 << 20)

/* What rank 0 says to a rank whose block is the next. */
typedef enum turn_word { TURN_GO = 1, TURN_STOP } turn_word;

/* What the rank says then before each piece of its text. */
typedef enum piece_state { PIECE_MORE = 1, PIECE_LAST, PIECE_FAILED } piece_state;

typedef struct piece_header {
    uint64_t state;
    uint64_t size_bytes;
} piece_header;

cln_status cln_turns_init(cln_turns *turns, const cln_comm *comm, cln_sink *sink, size_t limit_bytes, cln_error *err) {
    *turns = (cln_turns){.comm = comm, .sink = sink, .limit_bytes = limit_bytes};
    cln_buffer_init(&turns->text, SIZE_MAX);
    return comm->rank == 0 ? cln_new_array(&turns->piece, (size_t)PIECE_BYTES, 1, err) : CLN_OK;
}

void cln_turns_clean_up(cln_turns *turns) {
    cln_buffer_clean_up(&turns->text);
    free(turns->piece);
    *turns = (cln_turns){0};
}

void cln_turns_begin(cln_turns *turns, uint64_t block_count) {
    turns->block = (uint64_t)turns->comm->rank;
    turns->block_count = block_count;
    turns->has_turn = turns->comm->rank == 0;
}

/* ---- Ranks other than 0 ---- */

static void wait_for_turn(cln_turns *turns) {
    if (turns->has_turn || turns->is_stopped) return;
    uint64_t word = 0;
    cln_receive_bytes(turns->comm, 0, CLN_TAG_OUTPUT, &word, sizeof word);
    turns->has_turn = word == TURN_GO;
    turns->is_stopped = word == TURN_STOP;
}

static void send_piece(cln_turns *turns, piece_state state, cln_span bytes) {
    const piece_header header = {(uint64_t)state, bytes.size};
    cln_send_bytes(turns->comm, 0, CLN_TAG_OUTPUT, &header, sizeof header);
    if (bytes.size > 0) cln_send_bytes(turns->comm, 0, CLN_TAG_OUTPUT, bytes.data, bytes.size);
}

static void send_text(cln_turns *turns, bool is_end) {
    wait_for_turn(turns);
    const char *next = turns->text.data;
    size_t left = turns->is_stopped ? 0 : turns->text.size;
    while (left > 0) {
        const size_t size = left < PIECE_BYTES ? left : (size_t)PIECE_BYTES;
        send_piece(turns, PIECE_MORE, cln_span_of(next, size));
        next += size;
        left -= size;
    }
    if (is_end && !turns->is_stopped) send_piece(turns, PIECE_LAST, cln_span_of("", 0));
    cln_buffer_clear(&turns->text);
}

/* ---- Rank 0 ---- */

static cln_status write_text(cln_turns *turns, cln_error *err) {
    const cln_status status = cln_sink_write(turns->sink, cln_buffer_span(&turns->text), err);
    cln_buffer_clear(&turns->text);
    return status;
}

/* Whose next block, counted from this one, is still to come gets the word that
 * nothing is wanted any more. */
static void stop_from(cln_turns *turns, uint64_t block, int except) {
    const uint64_t size = (uint64_t)turns->comm->size;
    for (uint64_t next = block; next < block + size && next < turns->block_count; next++) {
        const int rank = (int)(next % size);
        const uint64_t word = TURN_STOP;
        if (rank != 0 && rank != except) cln_send_bytes(turns->comm, rank, CLN_TAG_OUTPUT, &word, sizeof word);
    }
    turns->is_stopped = true;
}

/* Takes all of it, also when nothing can be written any more: the sender waits
 * for that. */
static cln_status take_block(cln_turns *turns, uint64_t block, cln_error *err) {
    const int rank = (int)(block % (uint64_t)turns->comm->size);
    const uint64_t word = TURN_GO;
    cln_status status = CLN_OK;
    cln_send_bytes(turns->comm, rank, CLN_TAG_OUTPUT, &word, sizeof word);
    piece_header header;
    do {
        cln_receive_bytes(turns->comm, rank, CLN_TAG_OUTPUT, &header, sizeof header);
        if (header.size_bytes == 0) continue;
        cln_receive_bytes(turns->comm, rank, CLN_TAG_OUTPUT, turns->piece, header.size_bytes);
        const cln_span piece = cln_span_of(turns->piece, (size_t)header.size_bytes);
        if (status == CLN_OK) status = cln_sink_write(turns->sink, piece, err);
    } while (header.state == PIECE_MORE);
    if (header.state == PIECE_FAILED || status != CLN_OK) {
        stop_from(turns, block + 1, header.state == PIECE_FAILED ? rank : -1);
    }
    return status;
}

/* The blocks of the others up to the next of its own. */
static cln_status take_others(cln_turns *turns, cln_error *err) {
    const uint64_t end = turns->block + (uint64_t)turns->comm->size;
    for (uint64_t b = turns->block + 1; b < end && b < turns->block_count && !turns->is_stopped; b++) {
        CLN_TRY(take_block(turns, b, err));
    }
    return CLN_OK;
}

/* ---- All ranks ---- */

cln_status cln_turns_offer(cln_turns *turns, cln_error *err) {
    if (turns->text.size < turns->limit_bytes) return CLN_OK;
    if (turns->comm->rank == 0) return write_text(turns, err);
    send_text(turns, false);
    return CLN_OK;
}

cln_status cln_turns_end_block(cln_turns *turns, cln_error *err) {
    if (turns->comm->rank == 0) {
        CLN_TRY(write_text(turns, err));
        CLN_TRY(take_others(turns, err));
    } else {
        send_text(turns, true);
        turns->has_turn = false;
    }
    turns->block += (uint64_t)turns->comm->size;
    return CLN_OK;
}

void cln_turns_fail(cln_turns *turns) {
    if (turns->is_stopped || turns->block >= turns->block_count) return;
    if (turns->comm->rank == 0) {
        stop_from(turns, turns->block + 1, -1);
        return;
    }
    wait_for_turn(turns);
    if (!turns->is_stopped) send_piece(turns, PIECE_FAILED, cln_span_of("", 0));
    turns->is_stopped = true;
}
