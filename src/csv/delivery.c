/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "delivery.h"

#include "colonnade/base/profile.h"

#include <string.h>

static uint64_t min_u64(uint64_t a, uint64_t b) {
    return a < b ? a : b;
}

cln_status cln_delivery_init(cln_delivery *d, const cln_comm *comm, const cln_csv_sink *sink, uint64_t max_record_bytes,
                             cln_error *err) {
    *d = (cln_delivery){
        .comm = comm, .sink = sink, .max_record_bytes = max_record_bytes, .failed_record = UINT64_MAX, .err = err};
    cln_buffer_init(&d->pending, SIZE_MAX);
    cln_buffer_init(&d->tail, 2 * CLN_TAIL_BYTES);
    return cln_buffer_reserve(&d->tail, 2 * CLN_TAIL_BYTES, err);
}

void cln_delivery_clean_up(cln_delivery *d) {
    cln_buffer_clean_up(&d->pending);
    cln_buffer_clean_up(&d->tail);
}

cln_status cln_delivery_reserve(cln_delivery *d, const cln_stripe_plan *plans) {
    size_t need = 0;
    for (int r = 0; r < d->comm->size; r++) {
        if (plans[r].open_before.owner == d->comm->rank) need += (size_t)plans[r].keep_bytes;
    }
    const cln_stripe_plan *own = &plans[d->comm->rank];
    if (own->transition.last_item != CLN_NO_POSITION) {
        need += (size_t)min_u64(own->size_bytes - own->transition.last_item, d->max_record_bytes);
    }
    return cln_buffer_reserve(&d->pending, need, d->err);
}

static void take_run(cln_delivery *d, const cln_csv_run *run) {
    if (d->status != CLN_OK || run->size_bytes == 0) return;
    d->status = d->sink->take(d->sink->context, run, &d->failed_record, d->err);
}

/* The open item of this rank is whole: size_bytes in the file. */
static void deliver_pending(cln_delivery *d, const cln_open_item *open, uint64_t end_offset) {
    const cln_csv_run run = {.stripe = open->stripe,
                             .offset = open->offset,
                             .first_record = open->record,
                             .bytes = cln_buffer_span(&d->pending),
                             .size_bytes = end_offset - open->offset,
                             .tail = cln_buffer_span(&d->tail)};
    take_run(d, &run);
    cln_buffer_clear(&d->pending);
    cln_buffer_clear(&d->tail);
}

/* The items that stand whole in this rank's stripe; what begins last and is
 * open goes to pending. */
static void deliver_stripe(cln_delivery *d, const cln_stripe_plan *plan, cln_span data) {
    const cln_transition *t = &plan->transition;
    if (t->first_item == CLN_NO_POSITION) return;
    const bool is_open = t->end_state != CLN_CSV_START;
    const size_t whole_end = is_open ? (size_t)t->last_item : data.size;
    const size_t first = (size_t)t->first_item;
    const cln_csv_run run = {.stripe = plan->stripe,
                             .offset = plan->begin + first,
                             .first_record = plan->first_record,
                             .bytes = cln_span_of(data.data + first, whole_end - first),
                             .size_bytes = whole_end - first};
    take_run(d, &run);
    if (is_open && d->status == CLN_OK) {
        const size_t kept = (size_t)min_u64(data.size - whole_end, d->max_record_bytes);
        d->status = cln_buffer_append(&d->pending, data.data + whole_end, kept, d->err);
    }
}

/* Bytes at a place of rank r's head: from its own memory, or from r. */
static void receive_bytes(const cln_delivery *d, int r, cln_span data, uint64_t place, char *to, size_t size) {
    if (size == 0) return;
    if (r == d->comm->rank) {
        memcpy(to, data.data + place, size);
        return;
    }
    const double lap = cln_profile_now();
    MPI_Recv(to, (int)size, MPI_BYTE, r, CLN_TAG_TAIL, d->comm->mpi, MPI_STATUS_IGNORE);
    (void)cln_profile_lap(CLN_PHASE_COMPOSE, lap);
}

/* Where a head's last bytes stand in it. */
static uint64_t tail_place(const cln_stripe_plan *plan) {
    return plan->head_bytes - plan->tail_bytes;
}

/* The tail keeps its room for as many bytes again, to which new ones are added. */
static void shorten_tail(cln_delivery *d) {
    if (d->tail.size <= CLN_TAIL_BYTES) return;
    memmove(d->tail.data, d->tail.data + (d->tail.size - CLN_TAIL_BYTES), CLN_TAIL_BYTES);
    d->tail.size = CLN_TAIL_BYTES;
}

static void receive_tail(cln_delivery *d, int r, cln_span data, const cln_stripe_plan *plan) {
    if (plan->tail_bytes == 0) return;
    if (d->tail.size == 0) { /* up to here everything is in pending */
        const size_t size = (size_t)min_u64(d->pending.size, CLN_TAIL_BYTES);
        memcpy(d->tail.data, d->pending.data + (d->pending.size - size), size);
        d->tail.size = size;
    }
    receive_bytes(d, r, data, tail_place(plan), d->tail.data + d->tail.size, (size_t)plan->tail_bytes);
    d->tail.size += (size_t)plan->tail_bytes;
    shorten_tail(d);
}

/* Appends the head of rank r's stripe to pending, and what is not kept of it
 * to the tail. */
static void receive_head(cln_delivery *d, int r, cln_span data, const cln_stripe_plan *plan) {
    receive_bytes(d, r, data, 0, d->pending.data + d->pending.size, (size_t)plan->keep_bytes); /* reserved */
    d->pending.size += (size_t)plan->keep_bytes;
    receive_tail(d, r, data, plan);
}

/* Sends what is kept of this rank's head to its owner. */
static void send_head(const cln_delivery *d, const cln_stripe_plan *own, const char *head, MPI_Request requests[2]) {
    const int owner = own->open_before.owner;
    requests[0] = requests[1] = MPI_REQUEST_NULL;
    if (owner == d->comm->rank) return;
    if (own->keep_bytes > 0) {
        MPI_Isend(head, (int)own->keep_bytes, MPI_BYTE, owner, CLN_TAG_TAIL, d->comm->mpi, &requests[0]);
    }
    if (own->tail_bytes > 0) {
        MPI_Isend(head + tail_place(own), (int)own->tail_bytes, MPI_BYTE, owner, CLN_TAG_TAIL, d->comm->mpi,
                  &requests[1]);
    }
}

cln_status cln_delivery_run(cln_delivery *d, const cln_stripe_plan *plans, cln_span data) {
    const int me = d->comm->rank;
    MPI_Request requests[2];
    send_head(d, &plans[me], data.data, requests);
    for (int r = 0; r < d->comm->size; r++) {
        const cln_stripe_plan *plan = &plans[r];
        if (plan->head_bytes + plan->completes > 0 && plan->open_before.owner == me) {
            receive_head(d, r, data, plan);
            if (plan->completes) deliver_pending(d, &plan->open_before, plan->begin + plan->head_bytes);
        }
        if (r == me) deliver_stripe(d, plan, data);
    }
    const double lap = cln_profile_now();
    MPI_Waitall(2, requests, MPI_STATUSES_IGNORE);
    (void)cln_profile_lap(CLN_PHASE_COMPOSE, lap);
    return d->status;
}

cln_status cln_delivery_end(cln_delivery *d, const cln_open_item *open, uint64_t end_offset) {
    deliver_pending(d, open, end_offset);
    return d->status;
}
