/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/csv/sweep.h"

#include "colonnade/base/memory.h"
#include "colonnade/base/profile.h"
#include "delivery.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* A stripe's head is one message, and MPI counts bytes with an int. */
#define STRIPE_BYTES_MAX ((uint64_t)1 << 30)
_Static_assert(STRIPE_BYTES_MAX <= INT_MAX, "counts of MPI");

/* What is read at once: half of a usual second-level cache, and a multiple of
 * what is hashed at once. */
#define PIECE_BYTES ((uint64_t)1 << 20)

/* What each rank tells the others in a round. Travels as bytes. */
typedef struct round_message {
    uint64_t failed_record;
    uint64_t status;
    uint64_t size_bytes; /* of the source, as far as the rank knows */
    cln_transition_function function;
} round_message;

typedef struct sweep_state {
    const cln_sweep *sweep;
    const cln_comm *comm;
    const cln_csv_sink *sink;
    uint64_t stripe_size_bytes;
    uint64_t round;
    int reader_count;    /* all ranks, or rank 0 alone for a stream */
    uint64_t size_bytes; /* of a stream unknown until its end was read */
    /* Composed so far, the same on all ranks. */
    uint8_t state;
    uint64_t next_record;
    cln_open_item open;
    /* This rank's. */
    cln_status status;
    cln_error *err;
    char *stripe_bytes;
    cln_delivery delivery;
    round_message *messages;
    cln_stripe_plan *plans;
} sweep_state;

typedef struct stripe_range {
    uint64_t number;
    uint64_t file_begin; /* where reading begins */
    uint64_t begin;      /* where scanning begins: not before the data */
    uint64_t end;
} stripe_range;

uint64_t cln_sweep_stripe_size(uint64_t file_bytes, uint64_t memory_bytes, int rank_count, uint64_t asked_bytes) {
    const uint64_t mebibyte = (uint64_t)1 << 20;
    if (asked_bytes != 0) {
        if (asked_bytes >= CLN_MAX_RECORD_BYTES) return CLN_MAX_RECORD_BYTES;
        if (file_bytes <= 64 * mebibyte) return asked_bytes;
        return (asked_bytes + mebibyte - 1) / mebibyte * mebibyte;
    }
    uint64_t size = 8 * mebibyte; /* rounds are few, and much of a stripe stays in the caches */
    if (size > memory_bytes / 16) size = memory_bytes / 16;
    const uint64_t share = file_bytes / (4 * (uint64_t)rank_count);
    if (size > share) size = share;
    if (size > mebibyte) return size / mebibyte * mebibyte;
    return size < (uint64_t)64 << 10 ? (uint64_t)64 << 10 : size;
}

static uint64_t min_u64(uint64_t a, uint64_t b) {
    return a < b ? a : b;
}

uint64_t cln_sweep_taken_stripe_size(uint64_t stripe_size_bytes, uint64_t max_record_bytes) {
    return min_u64(STRIPE_BYTES_MAX, min_u64(stripe_size_bytes, max_record_bytes));
}

static uint64_t round_begin(const sweep_state *s) {
    return s->round * (uint64_t)s->reader_count * s->stripe_size_bytes;
}

/* Empty behind the end, and for a rank that does not read. */
static stripe_range range_in_round(const sweep_state *s, uint64_t round, int rank) {
    stripe_range range = {.number = round * (uint64_t)s->reader_count + (uint64_t)rank};
    if (rank >= s->reader_count) return range;
    range.file_begin = min_u64(s->size_bytes, range.number * s->stripe_size_bytes);
    range.end = min_u64(s->size_bytes, range.file_begin + s->stripe_size_bytes);
    range.begin =
        min_u64(range.end, range.file_begin > s->sweep->data_offset ? range.file_begin : s->sweep->data_offset);
    return range;
}

static stripe_range range_of(const sweep_state *s, int rank) {
    return range_in_round(s, s->round, rank);
}

static cln_span scan_span(const sweep_state *s, const stripe_range *range) {
    return cln_span_of(s->stripe_bytes + (range->begin - range->file_begin), (size_t)(range->end - range->begin));
}

/* From a file: piece by piece, so that a piece is still in the caches when it
 * is seen. */
static cln_status read_pieces(sweep_state *s, const stripe_range *range) {
    cln_byte_source *source = s->sweep->source;
    for (uint64_t begin = range->file_begin; begin < range->end; begin += PIECE_BYTES) {
        char *piece = s->stripe_bytes + (begin - range->file_begin);
        const size_t size = (size_t)min_u64(PIECE_BYTES, range->end - begin);
        double lap = cln_profile_now();
        CLN_TRY(source->read_at(source, begin, piece, size, s->err));
        lap = cln_profile_lap(CLN_PHASE_READ, lap);
        if (s->sink->see != NULL) {
            CLN_TRY(s->sink->see(s->sink->see_context, begin, cln_span_of(piece, size), s->err));
        }
        (void)cln_profile_lap(CLN_PHASE_HASH, lap);
    }
    /* The next stripe comes while this one is decoded. */
    const stripe_range next = range_in_round(s, s->round + 1, s->comm->rank);
    cln_byte_source_will_read(source, next.file_begin, next.end - next.file_begin);
    return CLN_OK;
}

/* From a stream, which has a size when it ends in the stripe. */
static cln_status read_some(sweep_state *s, stripe_range *range) {
    const size_t size = (size_t)(range->end - range->file_begin);
    if (size == 0) return CLN_OK;
    size_t got;
    double lap = cln_profile_now();
    CLN_TRY(cln_byte_source_read_some(s->sweep->source, range->file_begin, s->stripe_bytes, size, &got, s->err));
    lap = cln_profile_lap(CLN_PHASE_READ, lap);
    if (got < size) s->size_bytes = range->file_begin + got;
    *range = range_of(s, s->comm->rank);
    if (got == 0 || s->sink->see == NULL) return CLN_OK;
    CLN_TRY(s->sink->see(s->sink->see_context, range->file_begin, cln_span_of(s->stripe_bytes, got), s->err));
    (void)cln_profile_lap(CLN_PHASE_HASH, lap);
    return CLN_OK;
}

/* Step 1, local: read this rank's stripe and scan it. */
static void read_and_scan(sweep_state *s, round_message *message) {
    stripe_range range = range_of(s, s->comm->rank);
    if (s->status == CLN_OK) {
        s->status = cln_byte_source_is_stream(s->sweep->source) ? read_some(s, &range) : read_pieces(s, &range);
    }
    const double lap = cln_profile_now();
    memset(message, 0, sizeof *message);
    if (s->status == CLN_OK) cln_transition_scan(s->sweep->automaton, scan_span(s, &range), &message->function);
    (void)cln_profile_lap(CLN_PHASE_SCAN, lap);
    message->status = (uint64_t)s->status;
    message->failed_record = s->delivery.failed_record;
    message->size_bytes = s->size_bytes;
}

/* When any rank has failed: all take the worst status and, among those, the
 * message about the earliest record. */
static cln_status agree_on_first(sweep_state *s) {
    int worst = 0;
    for (int r = 1; r < s->comm->size; r++) {
        const round_message *a = &s->messages[worst];
        const round_message *b = &s->messages[r];
        if (b->status > a->status || (b->status == a->status && b->failed_record < a->failed_record)) worst = r;
    }
    if (s->messages[worst].status == CLN_OK) return CLN_OK;
    MPI_Bcast(s->err->message, CLN_ERROR_MAX, MPI_CHAR, worst, s->comm->mpi);
    return (cln_status)s->messages[worst].status;
}

/* The item that begins last in the stripe, when it is open behind it. */
static void open_last_item(sweep_state *s, const stripe_range *range, int rank, const cln_transition *t) {
    if (t->end_state == CLN_CSV_START || t->last_item == CLN_NO_POSITION) return;
    s->open.owner = rank;
    s->open.stripe = range->number;
    s->open.offset = range->begin + t->last_item;
    /* Behind a CR the item may be a blank line; its number is then not used. */
    s->open.record = s->next_record > 0 ? s->next_record - 1 : 0;
}

/* Step 2, the same on all ranks: compose the functions in stripe order. */
static void compose(sweep_state *s) {
    for (int r = 0; r < s->comm->size; r++) {
        const stripe_range range = range_of(s, r);
        const cln_transition *t = &s->messages[r].function.of[s->state];
        cln_stripe_plan *plan = &s->plans[r];
        const uint64_t size = range.end - range.begin;
        *plan = (cln_stripe_plan){.stripe = range.number,
                                  .begin = range.begin,
                                  .size_bytes = size,
                                  .open_before = s->open,
                                  .first_record = s->next_record,
                                  .transition = *t};
        if (s->state != CLN_CSV_START && size > 0) {
            plan->head_bytes = t->first_item == CLN_NO_POSITION ? size : t->first_item;
            plan->completes = t->first_item != CLN_NO_POSITION || t->end_state == CLN_CSV_START;
            const uint64_t before = range.begin - s->open.offset;
            const uint64_t room = s->sweep->max_record_bytes > before ? s->sweep->max_record_bytes - before : 0;
            plan->keep_bytes = min_u64(plan->head_bytes, room);
            plan->tail_bytes = min_u64(plan->head_bytes - plan->keep_bytes, CLN_TAIL_BYTES);
        }
        s->next_record += t->record_count;
        open_last_item(s, &range, r, t);
        s->state = t->end_state;
    }
}

/* All ranks leave with the first error when any has one. */
static cln_status share_outcome(sweep_state *s) {
    round_message message;
    memset(&message, 0, sizeof message);
    message.status = (uint64_t)s->status;
    message.failed_record = s->delivery.failed_record;
    MPI_Allgather(&message, (int)sizeof message, MPI_BYTE, s->messages, (int)sizeof message, MPI_BYTE, s->comm->mpi);
    return agree_on_first(s);
}

/* Without an end_round nothing waits for the other ranks here, and the next
 * round's message tells them of a failure early enough. */
static cln_status end_round(sweep_state *s) {
    if (s->sink->end_round == NULL) return CLN_OK;
    CLN_TRY(share_outcome(s));
    s->status = s->sink->end_round(s->sink->context, s->err);
    return CLN_OK;
}

static cln_status run_round(sweep_state *s) {
    round_message message;
    read_and_scan(s, &message);
    const double lap = cln_profile_now();
    MPI_Allgather(&message, (int)sizeof message, MPI_BYTE, s->messages, (int)sizeof message, MPI_BYTE, s->comm->mpi);
    CLN_TRY(agree_on_first(s));
    s->size_bytes = s->messages[0].size_bytes;
    compose(s);
    CLN_TRY_AGREED(s->comm, cln_delivery_reserve(&s->delivery, s->plans), s->err);
    (void)cln_profile_lap(CLN_PHASE_COMPOSE, lap);
    const stripe_range own = range_of(s, s->comm->rank);
    s->status = cln_delivery_run(&s->delivery, s->plans, scan_span(s, &own));
    return end_round(s);
}

/* The end of the file ends what is open; then the last errors are told. */
static cln_status finish(sweep_state *s) {
    if (s->status == CLN_OK && s->state != CLN_CSV_START && s->open.owner == s->comm->rank) {
        s->status = cln_delivery_end(&s->delivery, &s->open, s->size_bytes);
    }
    CLN_TRY(end_round(s));
    return share_outcome(s);
}

/* Ranks that see different sizes would do different numbers of rounds, and
 * wait for each other for ever. */
static cln_status agree_on_size(const sweep_state *s) {
    const cln_byte_source *source = s->sweep->source;
    const int64_t size = cln_byte_source_is_stream(source) ? -1 : (int64_t)source->size_bytes;
    int64_t bounds[2] = {size, -size};
    cln_max_i64(s->comm, bounds, 2);
    if (bounds[0] == -bounds[1]) return CLN_OK;
    if (bounds[1] == 1) {
        return cln_fail(s->err, CLN_ERR_IO,
                        "%s is compressed for one rank and not for another; it must stand in a folder that all nodes "
                        "share, and must not change while it is read",
                        source->name);
    }
    return cln_fail(s->err, CLN_ERR_IO,
                    "%s has %" PRId64 " bytes for one rank and %" PRId64
                    " for another; start again when nothing writes to it any more",
                    source->name, -bounds[1], bounds[0]);
}

static cln_status run_rounds(sweep_state *s) {
    CLN_TRY(agree_on_size(s));
    for (s->round = 0; round_begin(s) < s->size_bytes; s->round++) {
        CLN_TRY(run_round(s));
        if (s->comm->rank == 0 && s->sweep->progress != NULL) {
            s->sweep->progress(s->sweep->progress_context, range_of(s, s->reader_count - 1).end);
        }
    }
    s->sweep->source->size_bytes = s->size_bytes;
    return finish(s);
}

cln_status cln_sweep_run(const cln_sweep *sweep, const cln_comm *comm, const cln_csv_sink *sink, cln_error *err) {
    sweep_state s = {.sweep = sweep,
                     .comm = comm,
                     .sink = sink,
                     .stripe_size_bytes =
                         cln_sweep_taken_stripe_size(sweep->stripe_size_bytes, sweep->max_record_bytes),
                     .state = CLN_CSV_START,
                     .next_record = sweep->first_record,
                     .err = err};
    const bool is_stream = cln_byte_source_is_stream(sweep->source);
    s.reader_count = is_stream ? 1 : comm->size;
    s.size_bytes = is_stream ? CLN_SIZE_UNKNOWN : sweep->source->size_bytes;
    const size_t ranks = (size_t)comm->size;
    cln_status status = cln_delivery_init(&s.delivery, comm, sink, sweep->max_record_bytes, err);
    if (status == CLN_OK) status = cln_new_array(&s.messages, ranks, sizeof *s.messages, err);
    if (status == CLN_OK) status = cln_new_array(&s.plans, ranks, sizeof *s.plans, err);
    const uint64_t stripe_bytes = comm->rank < s.reader_count ? min_u64(s.stripe_size_bytes, s.size_bytes) : 0;
    if (status == CLN_OK) status = cln_new_array(&s.stripe_bytes, (size_t)stripe_bytes, 1, err);
    status = cln_agree(comm, status, err);
    if (status == CLN_OK) status = run_rounds(&s);
    cln_delivery_clean_up(&s.delivery);
    free(s.stripe_bytes);
    free(s.plans);
    free(s.messages);
    return status;
}
