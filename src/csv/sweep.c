/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/csv/sweep.h"

#include "colonnade/base/memory.h"
#include "colonnade/base/profile.h"
#include "colonnade/csv/transition.h"

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

/* The item that is open behind the stripes seen so far. The same on all ranks. */
typedef struct open_item {
    int owner;
    uint64_t stripe;
    uint64_t offset;
    uint64_t record; /* its number */
} open_item;

/* What the composition says of one stripe. The same on all ranks. */
typedef struct stripe_plan {
    open_item open_before; /* valid when head_bytes > 0 or completes */
    uint64_t head_bytes;   /* bytes that belong to the item that was open before */
    uint64_t keep_bytes;   /* how many of them are kept, within the maximum record */
    uint64_t tail_bytes;   /* and how many at their end, when some are not */
    bool completes;        /* the item that was open before ends in this stripe */
    uint64_t first_record;
    cln_transition transition;
} stripe_plan;

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
    open_item open;
    /* This rank's. */
    cln_status status;
    uint64_t failed_record;
    cln_error *err;
    char *stripe_bytes;
    cln_buffer pending; /* the beginning of the open item, when this rank owns it */
    cln_buffer tail;    /* the last bytes of it, once some are not kept */
    round_message *messages;
    stripe_plan *plans;
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
    message->failed_record = s->failed_record;
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
        stripe_plan *plan = &s->plans[r];
        *plan = (stripe_plan){.open_before = s->open, .first_record = s->next_record, .transition = *t};
        const uint64_t size = range.end - range.begin;
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

/* Step 3, local: room for all that this rank will receive. */
static cln_status reserve_pending(sweep_state *s) {
    size_t need = 0;
    for (int r = 0; r < s->comm->size; r++) {
        if (s->plans[r].open_before.owner == s->comm->rank) need += (size_t)s->plans[r].keep_bytes;
    }
    const stripe_plan *own = &s->plans[s->comm->rank];
    const stripe_range range = range_of(s, s->comm->rank);
    if (own->transition.last_item != CLN_NO_POSITION) {
        need += (size_t)min_u64(range.end - range.begin - own->transition.last_item, s->sweep->max_record_bytes);
    }
    return cln_buffer_reserve(&s->pending, need, s->err);
}

static void take_run(sweep_state *s, const cln_csv_run *run) {
    if (s->status != CLN_OK || run->size_bytes == 0) return;
    s->status = s->sink->take(s->sink->context, run, &s->failed_record, s->err);
}

/* The open item of this rank is whole: size_bytes in the file. */
static void deliver_pending(sweep_state *s, const open_item *open, uint64_t end_offset) {
    const cln_csv_run run = {.stripe = open->stripe,
                             .offset = open->offset,
                             .first_record = open->record,
                             .bytes = cln_buffer_span(&s->pending),
                             .size_bytes = end_offset - open->offset,
                             .tail = cln_buffer_span(&s->tail)};
    take_run(s, &run);
    cln_buffer_clear(&s->pending);
    cln_buffer_clear(&s->tail);
}

/* The items that stand whole in this rank's stripe; what begins last and is
 * open goes to pending. */
static void deliver_stripe(sweep_state *s, const stripe_plan *plan, const stripe_range *range) {
    const cln_transition *t = &plan->transition;
    if (t->first_item == CLN_NO_POSITION) return;
    const cln_span bytes = scan_span(s, range);
    const bool is_open = t->end_state != CLN_CSV_START;
    const size_t whole_end = is_open ? (size_t)t->last_item : bytes.size;
    const size_t first = (size_t)t->first_item;
    const cln_csv_run run = {.stripe = range->number,
                             .offset = range->begin + first,
                             .first_record = plan->first_record,
                             .bytes = cln_span_of(bytes.data + first, whole_end - first),
                             .size_bytes = whole_end - first};
    take_run(s, &run);
    if (is_open && s->status == CLN_OK) {
        const size_t kept = (size_t)min_u64(bytes.size - whole_end, s->sweep->max_record_bytes);
        s->status = cln_buffer_append(&s->pending, bytes.data + whole_end, kept, s->err);
    }
}

/* Bytes at a place of rank r's head: from its own memory, or from r. */
static void receive_bytes(const sweep_state *s, int r, uint64_t place, char *to, size_t size) {
    if (size == 0) return;
    if (r == s->comm->rank) {
        const stripe_range range = range_of(s, r);
        memcpy(to, scan_span(s, &range).data + place, size);
        return;
    }
    const double lap = cln_profile_now();
    MPI_Recv(to, (int)size, MPI_BYTE, r, CLN_TAG_TAIL, s->comm->mpi, MPI_STATUS_IGNORE);
    (void)cln_profile_lap(CLN_PHASE_COMPOSE, lap);
}

/* Where a head's last bytes stand in it. */
static uint64_t tail_place(const stripe_plan *plan) {
    return plan->head_bytes - plan->tail_bytes;
}

/* The tail keeps its room for as many bytes again, to which new ones are added. */
static void shorten_tail(sweep_state *s) {
    if (s->tail.size <= CLN_TAIL_BYTES) return;
    memmove(s->tail.data, s->tail.data + (s->tail.size - CLN_TAIL_BYTES), CLN_TAIL_BYTES);
    s->tail.size = CLN_TAIL_BYTES;
}

static void receive_tail(sweep_state *s, int r, const stripe_plan *plan) {
    if (plan->tail_bytes == 0) return;
    if (s->tail.size == 0) { /* up to here everything is in pending */
        const size_t size = (size_t)min_u64(s->pending.size, CLN_TAIL_BYTES);
        memcpy(s->tail.data, s->pending.data + (s->pending.size - size), size);
        s->tail.size = size;
    }
    receive_bytes(s, r, tail_place(plan), s->tail.data + s->tail.size, (size_t)plan->tail_bytes);
    s->tail.size += (size_t)plan->tail_bytes;
    shorten_tail(s);
}

/* Appends the head of rank r's stripe to pending, and what is not kept of it
 * to the tail. */
static void receive_head(sweep_state *s, int r, const stripe_plan *plan) {
    receive_bytes(s, r, 0, s->pending.data + s->pending.size, (size_t)plan->keep_bytes); /* reserved in step 3 */
    s->pending.size += (size_t)plan->keep_bytes;
    receive_tail(s, r, plan);
}

/* Sends what is kept of this rank's head to its owner. */
static void send_head(const sweep_state *s, const stripe_plan *own, MPI_Request requests[2]) {
    requests[0] = requests[1] = MPI_REQUEST_NULL;
    if (own->open_before.owner == s->comm->rank) return;
    const stripe_range range = range_of(s, s->comm->rank);
    const char *head = scan_span(s, &range).data;
    if (own->keep_bytes > 0) {
        MPI_Isend(head, (int)own->keep_bytes, MPI_BYTE, own->open_before.owner, CLN_TAG_TAIL, s->comm->mpi,
                  &requests[0]);
    }
    if (own->tail_bytes > 0) {
        MPI_Isend(head + tail_place(own), (int)own->tail_bytes, MPI_BYTE, own->open_before.owner, CLN_TAG_TAIL,
                  s->comm->mpi, &requests[1]);
    }
}

/* Step 4: heads go to the owners of their items, and every item that is whole
 * goes to the sink, in the order of the file. */
static void exchange_and_deliver(sweep_state *s) {
    const int me = s->comm->rank;
    MPI_Request requests[2];
    const stripe_plan *own = &s->plans[me];
    const stripe_range own_range = range_of(s, me);
    send_head(s, own, requests);
    for (int r = 0; r < s->comm->size; r++) {
        const stripe_plan *plan = &s->plans[r];
        if (plan->head_bytes + plan->completes > 0 && plan->open_before.owner == me) {
            receive_head(s, r, plan);
            if (plan->completes) deliver_pending(s, &plan->open_before, range_of(s, r).begin + plan->head_bytes);
        }
        if (r == me) deliver_stripe(s, plan, &own_range);
    }
    const double lap = cln_profile_now();
    MPI_Waitall(2, requests, MPI_STATUSES_IGNORE);
    (void)cln_profile_lap(CLN_PHASE_COMPOSE, lap);
}

/* All ranks leave with the first error when any has one. */
static cln_status share_outcome(sweep_state *s) {
    round_message message;
    memset(&message, 0, sizeof message);
    message.status = (uint64_t)s->status;
    message.failed_record = s->failed_record;
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
    CLN_TRY_AGREED(s->comm, reserve_pending(s), s->err);
    (void)cln_profile_lap(CLN_PHASE_COMPOSE, lap);
    exchange_and_deliver(s);
    return end_round(s);
}

/* The end of the file ends what is open; then the last errors are told. */
static cln_status finish(sweep_state *s) {
    if (s->state != CLN_CSV_START && s->open.owner == s->comm->rank) {
        deliver_pending(s, &s->open, s->size_bytes);
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
                     .failed_record = UINT64_MAX,
                     .err = err};
    const bool is_stream = cln_byte_source_is_stream(sweep->source);
    s.reader_count = is_stream ? 1 : comm->size;
    s.size_bytes = is_stream ? CLN_SIZE_UNKNOWN : sweep->source->size_bytes;
    cln_buffer_init(&s.pending, SIZE_MAX);
    cln_buffer_init(&s.tail, 2 * CLN_TAIL_BYTES);
    const size_t ranks = (size_t)comm->size;
    cln_status status = cln_new_array(&s.messages, ranks, sizeof *s.messages, err);
    if (status == CLN_OK) status = cln_new_array(&s.plans, ranks, sizeof *s.plans, err);
    const uint64_t stripe_bytes = comm->rank < s.reader_count ? min_u64(s.stripe_size_bytes, s.size_bytes) : 0;
    if (status == CLN_OK) status = cln_new_array(&s.stripe_bytes, (size_t)stripe_bytes, 1, err);
    if (status == CLN_OK) status = cln_buffer_reserve(&s.tail, 2 * CLN_TAIL_BYTES, err);
    status = cln_agree(comm, status, err);
    if (status == CLN_OK) status = run_rounds(&s);
    cln_buffer_clean_up(&s.pending);
    cln_buffer_clean_up(&s.tail);
    free(s.stripe_bytes);
    free(s.plans);
    free(s.messages);
    return status;
}
