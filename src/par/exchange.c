/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A bucket is a chain of chunks on each rank, kept in a spill (spill.h): whole
 * records, each behind its size, and where the chunk before stands, so that a
 * bucket takes as little memory for many chunks as for one. In a round each
 * rank sends every other the next piece of the chains that belong to it, from
 * the last chunk to the first; a record may be cut by the end of a piece, and
 * is put together again where it arrives.
 */
#include "colonnade/par/exchange.h"

#include "colonnade/base/memory.h"
#include "comm_internal.h"
#include "spill.h"

#include <stdlib.h>
#include <string.h>

/* Of the memory: a quarter for the chunks that are being filled, a half for
 * those that are full, a quarter for the messages of a round. */
enum { CHUNKS_SHARE = 4, SPILL_SHARE = 2, ROUND_SHARE = 4 };
enum { CHUNK_LEAST_BYTES = 64, CHUNK_MOST_BYTES = 256 << 10, PIECE_LEAST_BYTES = 32 };

/* Before each chunk in the spill. */
typedef struct chunk_head {
    uint64_t former; /* the position of the bucket's chunk before, plus 1; 0: there is none */
    uint64_t size;   /* of the records behind this */
} chunk_head;

typedef struct bucket {
    cln_buffer filling; /* a chunk, with its head, that is not in the spill yet */
    uint64_t last;      /* chunk in the spill, plus 1; 0: there is none */
} bucket;

/* How far the chains for one rank were sent. */
typedef struct cursor {
    size_t bucket;             /* whose chain is begun next */
    chunk_head chunk;          /* that is being sent */
    uint64_t position, offset; /* of its records in the spill, and how many bytes of them were sent */
    size_t owner_bucket;       /* that the chunk is of */
} cursor;

/* What arrived from one rank and is not a whole record yet. */
typedef struct arrival {
    size_t bucket;
    cln_buffer bytes;
} arrival;

/* Before each run of bytes of one bucket in a message. */
typedef struct run_head {
    uint32_t bucket;
    uint32_t size;
} run_head;

struct cln_exchange {
    cln_comm comm;
    cln_exchange_options options;
    size_t chunk_bytes;
    size_t piece_bytes; /* of a message from one rank to another */
    bucket *buckets;
    cln_exchange_size *sizes; /* of this rank's records, after settling of all ranks' */
    cln_spill spill;
    /* while delivering: */
    cursor *cursors; /* one for each rank, as the next three */
    arrival *arrivals;
    int *counts; /* sent, sent from, received, received at: of all ranks each */
    char *sent, *received;
};

/* ---- New and free ---- */

static uint64_t clamp(uint64_t value, uint64_t least, uint64_t most) {
    return value < least ? least : value > most ? most : value;
}

static void choose_sizes(cln_exchange *exchange) {
    const uint64_t memory = exchange->options.memory_bytes;
    const uint64_t ranks = (uint64_t)exchange->comm.size;
    exchange->chunk_bytes =
        (size_t)clamp(memory / CHUNKS_SHARE / exchange->options.bucket_count, CHUNK_LEAST_BYTES, CHUNK_MOST_BYTES);
    /* Both what is sent and what is received. All that a rank sends is counted with an int. */
    exchange->piece_bytes =
        (size_t)clamp(memory / ROUND_SHARE / 2 / ranks, PIECE_LEAST_BYTES, cln_comm_piece_bytes / ranks);
}

static cln_status allocate(cln_exchange *exchange, cln_error *err) {
    const size_t buckets = exchange->options.bucket_count, ranks = (size_t)exchange->comm.size;
    CLN_TRY(cln_new_array(&exchange->buckets, buckets, sizeof *exchange->buckets, err));
    for (size_t b = 0; b < buckets; b++) cln_buffer_init(&exchange->buckets[b].filling, SIZE_MAX);
    CLN_TRY(cln_new_array(&exchange->arrivals, ranks, sizeof *exchange->arrivals, err));
    for (size_t r = 0; r < ranks; r++) cln_buffer_init(&exchange->arrivals[r].bytes, SIZE_MAX);
    CLN_TRY(cln_new_array(&exchange->sizes, buckets, sizeof *exchange->sizes, err));
    CLN_TRY(cln_new_array(&exchange->cursors, ranks, sizeof *exchange->cursors, err));
    return cln_new_array(&exchange->counts, ranks, 4 * sizeof *exchange->counts, err);
}

cln_status cln_exchange_new(cln_exchange **exchange, const cln_comm *comm, const cln_exchange_options *options,
                            cln_error *err) {
    cln_exchange *made = calloc(1, sizeof *made);
    cln_status status = made == NULL ? cln_fail_memory(err, "exchanging records") : CLN_OK;
    if (made != NULL) {
        made->comm = *comm;
        made->options = *options;
        cln_spill_init(&made->spill, options->scratch_dir, options->memory_bytes / SPILL_SHARE);
        choose_sizes(made);
        status = allocate(made, err);
    }
    status = cln_agree(comm, status, err);
    if (status == CLN_OK) {
        *exchange = made;
    } else {
        cln_exchange_free(made);
    }
    return status;
}

static void free_messages(cln_exchange *exchange) {
    free(exchange->sent);
    free(exchange->received);
    exchange->sent = exchange->received = NULL;
}

void cln_exchange_free(cln_exchange *exchange) {
    if (exchange == NULL) return;
    for (size_t b = 0; exchange->buckets != NULL && b < exchange->options.bucket_count; b++) {
        cln_buffer_clean_up(&exchange->buckets[b].filling);
    }
    for (int r = 0; exchange->arrivals != NULL && r < exchange->comm.size; r++) {
        cln_buffer_clean_up(&exchange->arrivals[r].bytes);
    }
    free_messages(exchange);
    cln_spill_clean_up(&exchange->spill);
    free(exchange->buckets);
    free(exchange->arrivals);
    free(exchange->sizes);
    free(exchange->cursors);
    free(exchange->counts);
    free(exchange);
}

/* ---- Appending ---- */

static cln_status close_chunk(cln_exchange *exchange, bucket *in, cln_error *err) {
    if (in->filling.size <= sizeof(chunk_head)) return CLN_OK;
    const chunk_head head = {.former = in->last, .size = in->filling.size - sizeof head};
    memcpy(in->filling.data, &head, sizeof head);
    uint64_t position;
    CLN_TRY(cln_spill_append(&exchange->spill, cln_buffer_span(&in->filling), &position, err));
    in->last = position + 1;
    /* The room of a long record is not kept for every bucket that had one. */
    if (in->filling.capacity > 2 * exchange->chunk_bytes) cln_buffer_clean_up(&in->filling);
    cln_buffer_clear(&in->filling);
    return CLN_OK;
}

/* Room in the chunk that is being filled, which ends here when it would be too long. */
static cln_status make_room(cln_exchange *exchange, bucket *in, size_t size, cln_error *err) {
    static const chunk_head head;
    if (in->filling.size > 0 && in->filling.size + size > exchange->chunk_bytes)
        CLN_TRY(close_chunk(exchange, in, err));
    if (in->filling.size == 0) CLN_TRY(cln_buffer_append(&in->filling, &head, sizeof head, err));
    return cln_buffer_reserve(&in->filling, size, err);
}

cln_status cln_exchange_append(cln_exchange *exchange, size_t number, cln_span head, cln_span body, cln_error *err) {
    bucket *in = &exchange->buckets[number];
    const uint32_t size = (uint32_t)(head.size + body.size);
    if (size < body.size || size != head.size + body.size) {
        return cln_fail(err, CLN_ERR_DATA, "a value of %zu bytes is too long to be compared", body.size);
    }
    CLN_TRY(make_room(exchange, in, sizeof size + size, err));
    CLN_TRY(cln_buffer_append(&in->filling, &size, sizeof size, err));
    CLN_TRY(cln_buffer_append_span(&in->filling, head, err));
    CLN_TRY(cln_buffer_append_span(&in->filling, body, err));
    exchange->sizes[number].records++;
    exchange->sizes[number].bytes += sizeof size + size;
    return CLN_OK;
}

/* ---- Settling ---- */

static cln_status close_chunks(cln_exchange *exchange, cln_error *err) {
    for (size_t b = 0; b < exchange->options.bucket_count; b++) {
        CLN_TRY(close_chunk(exchange, &exchange->buckets[b], err));
        cln_buffer_clean_up(&exchange->buckets[b].filling);
    }
    return CLN_OK;
}

cln_status cln_exchange_settle(cln_exchange *exchange, cln_error *err) {
    CLN_TRY_AGREED(&exchange->comm, close_chunks(exchange, err), err);
    _Static_assert(sizeof(cln_exchange_size) == 2 * sizeof(uint64_t), "sizes are summed as numbers");
    cln_sum_u64(&exchange->comm, &exchange->sizes[0].records, 2 * exchange->options.bucket_count);
    return CLN_OK;
}

cln_exchange_size cln_exchange_bucket_size(const cln_exchange *exchange, size_t number) {
    return exchange->sizes[number];
}

static int owner_of(const cln_exchange *exchange, size_t number) {
    if (exchange->options.owner != CLN_EXCHANGE_DEALT) return exchange->options.owner;
    return (int)(number % (size_t)exchange->comm.size);
}

size_t cln_exchange_portion(const cln_exchange *exchange, size_t first, uint64_t limit_bytes) {
    const bool is_dealt = exchange->options.owner == CLN_EXCHANGE_DEALT;
    const size_t stride = is_dealt ? (size_t)exchange->comm.size : 1;
    uint64_t fullest = 0; /* an upper bound: the sum of the greatest of each row of buckets */
    size_t end = first;
    while (end < exchange->options.bucket_count) {
        uint64_t greatest = 0;
        size_t next = end;
        for (; next < end + stride && next < exchange->options.bucket_count; next++) {
            if (exchange->sizes[next].bytes > greatest) greatest = exchange->sizes[next].bytes;
        }
        if (end > first && fullest + greatest > limit_bytes) break;
        fullest += greatest;
        end = next;
    }
    return end;
}

/* ---- Sending ---- */

static cln_status enter_chunk(const cln_exchange *exchange, cursor *at, uint64_t number, cln_error *err) {
    CLN_TRY(cln_spill_read(&exchange->spill, number - 1, &at->chunk, sizeof at->chunk, err));
    at->position = number - 1 + sizeof at->chunk;
    at->offset = 0;
    return CLN_OK;
}

/* Moves on to bytes that are still to be sent to the rank; *found is false at the end. */
static cln_status find_bytes(const cln_exchange *exchange, cursor *at, int to, size_t end, bool *found,
                             cln_error *err) {
    while (at->offset == at->chunk.size) {
        uint64_t next = at->chunk.former;
        while (next == 0 && at->bucket < end) {
            at->owner_bucket = at->bucket++;
            if (owner_of(exchange, at->owner_bucket) == to) next = exchange->buckets[at->owner_bucket].last;
        }
        *found = next != 0;
        if (!*found) return CLN_OK;
        CLN_TRY(enter_chunk(exchange, at, next, err));
    }
    *found = true;
    return CLN_OK;
}

/* The next message to a rank, of at most piece_bytes. */
static cln_status fill_message(cln_exchange *exchange, int to, size_t end, char *message, int *size, cln_error *err) {
    cursor *at = &exchange->cursors[to];
    size_t used = 0;
    while (exchange->piece_bytes - used > sizeof(run_head)) {
        bool found;
        CLN_TRY(find_bytes(exchange, at, to, end, &found, err));
        if (!found) break;
        const uint64_t room = exchange->piece_bytes - used - sizeof(run_head), left = at->chunk.size - at->offset;
        const run_head head = {.bucket = (uint32_t)at->owner_bucket, .size = (uint32_t)(left < room ? left : room)};
        memcpy(message + used, &head, sizeof head);
        used += sizeof head;
        CLN_TRY(cln_spill_read(&exchange->spill, at->position + at->offset, message + used, head.size, err));
        used += head.size;
        at->offset += head.size;
    }
    *size = (int)used;
    return CLN_OK;
}

static cln_status fill_messages(cln_exchange *exchange, size_t end, cln_error *err) {
    const int ranks = exchange->comm.size;
    for (int to = 0; to < ranks; to++) {
        const size_t place = (size_t)to * exchange->piece_bytes;
        exchange->counts[ranks + to] = (int)place;
        CLN_TRY(fill_message(exchange, to, end, exchange->sent + place, &exchange->counts[to], err));
    }
    return CLN_OK;
}

/* ---- Receiving ---- */

static cln_status take_records(arrival *from, const cln_exchange_sink *sink, cln_error *err) {
    const cln_buffer *bytes = &from->bytes;
    size_t done = 0;
    uint32_t size;
    while (bytes->size - done >= sizeof size) {
        memcpy(&size, bytes->data + done, sizeof size);
        if (bytes->size - done - sizeof size < size) break;
        CLN_TRY(sink->take(sink->context, from->bucket, cln_span_of(bytes->data + done + sizeof size, size), err));
        done += sizeof size + size;
    }
    if (done > 0) memmove(from->bytes.data, from->bytes.data + done, bytes->size - done);
    from->bytes.size -= done;
    return CLN_OK;
}

static cln_status take_message(arrival *from, cln_span message, const cln_exchange_sink *sink, cln_error *err) {
    while (message.size > 0) {
        run_head head;
        memcpy(&head, message.data, sizeof head);
        from->bucket = head.bucket;
        CLN_TRY(cln_buffer_append(&from->bytes, message.data + sizeof head, head.size, err));
        CLN_TRY(take_records(from, sink, err));
        message = cln_span_of(message.data + sizeof head + head.size, message.size - sizeof head - head.size);
    }
    return CLN_OK;
}

static cln_status take_messages(cln_exchange *exchange, const cln_exchange_sink *sink, cln_error *err) {
    const int ranks = exchange->comm.size;
    for (int from = 0; from < ranks; from++) {
        const cln_span message = cln_span_of(exchange->received + exchange->counts[3 * ranks + from],
                                             (size_t)exchange->counts[2 * ranks + from]);
        CLN_TRY(take_message(&exchange->arrivals[from], message, sink, err));
    }
    return CLN_OK;
}

/* ---- Delivering ---- */

/* Collective. */
static void swap_messages(cln_exchange *exchange) {
    const int ranks = exchange->comm.size;
    int *sent = exchange->counts, *sent_from = sent + ranks, *received = sent_from + ranks, *at = received + ranks;
    MPI_Alltoall(sent, 1, MPI_INT, received, 1, MPI_INT, exchange->comm.mpi);
    for (int from = 0, place = 0; from < ranks; from++) {
        at[from] = place;
        place += received[from];
    }
    MPI_Alltoallv(exchange->sent, sent, sent_from, MPI_BYTE, exchange->received, received, at, MPI_BYTE,
                  exchange->comm.mpi);
}

/* Collective. A failure of taking is agreed on before the next round's messages. */
static cln_status run_rounds(cln_exchange *exchange, size_t end, const cln_exchange_sink *sink, cln_error *err) {
    cln_status status = CLN_OK;
    for (;;) {
        if (status == CLN_OK) status = fill_messages(exchange, end, err);
        CLN_TRY(cln_agree(&exchange->comm, status, err));
        uint64_t total = 0;
        for (int to = 0; to < exchange->comm.size; to++) total += (uint64_t)exchange->counts[to];
        cln_sum_u64(&exchange->comm, &total, 1);
        if (total == 0) return CLN_OK;
        if (exchange->comm.size > 1) {
            swap_messages(exchange);
            status = take_messages(exchange, sink, err);
        } else {
            const cln_span own = cln_span_of(exchange->sent, (size_t)exchange->counts[0]);
            status = take_message(&exchange->arrivals[0], own, sink, err);
        }
    }
}

static cln_status prepare(cln_exchange *exchange, size_t first, cln_error *err) {
    const size_t ranks = (size_t)exchange->comm.size;
    for (size_t r = 0; r < ranks; r++) {
        exchange->cursors[r] = (cursor){.bucket = first};
        cln_buffer_clear(&exchange->arrivals[r].bytes);
    }
    CLN_TRY(cln_new_array(&exchange->sent, ranks, exchange->piece_bytes, err));
    return cln_new_array(&exchange->received, ranks, exchange->piece_bytes, err);
}

cln_status cln_exchange_deliver(cln_exchange *exchange, size_t first, size_t end, const cln_exchange_sink *sink,
                                cln_error *err) {
    cln_status status = cln_agree(&exchange->comm, prepare(exchange, first, err), err);
    if (status == CLN_OK) status = run_rounds(exchange, end, sink, err);
    free_messages(exchange);
    return status;
}
