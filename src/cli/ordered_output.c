/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/cli/ordered_output.h"

#include "colonnade/base/memory.h"

#include <stdlib.h>
#include <string.h>

#define PIECE_BYTES ((uint64_t)1 << 20)

cln_status cln_ordered_output_init(cln_ordered_output *output, const cln_comm *comm, cln_sink *sink, cln_error *err) {
    *output = (cln_ordered_output){.comm = comm, .sink = sink};
    cln_buffer_init(&output->text, SIZE_MAX);
    CLN_TRY(cln_buffer_reserve(&output->text, (size_t)PIECE_BYTES, err));
    if (comm->rank != 0) return CLN_OK;
    CLN_TRY(cln_new_array(&output->gathered, (size_t)comm->size, sizeof *output->gathered, err));
    const size_t arrival_most = (size_t)comm->size * CLN_ORDERED_PARTS;
    CLN_TRY(cln_new_array(&output->arrivals, arrival_most, sizeof *output->arrivals, err));
    return cln_new_array(&output->piece, (size_t)PIECE_BYTES, 1, err);
}

void cln_ordered_output_clean_up(cln_ordered_output *output) {
    cln_buffer_clean_up(&output->text);
    free(output->gathered);
    free(output->arrivals);
    free(output->piece);
}

static void close_part(cln_ordered_output *output) {
    cln_ordered_parts *parts = &output->parts;
    if (parts->count == 0) return;
    uint64_t before = 0;
    for (uint64_t i = 0; i + 1 < parts->count; i++) before += parts->size_bytes[i];
    parts->size_bytes[parts->count - 1] = output->text.size - before;
}

cln_status cln_ordered_output_begin(cln_ordered_output *output, uint64_t stripe, cln_error *err) {
    cln_ordered_parts *parts = &output->parts;
    if (parts->count > 0 && parts->stripes[parts->count - 1] == stripe) return CLN_OK;
    close_part(output);
    if (parts->count == CLN_ORDERED_PARTS) {
        return cln_fail(err, CLN_ERR_INTERNAL, "a rank made text of more than %d stripes in one round",
                        CLN_ORDERED_PARTS);
    }
    parts->stripes[parts->count++] = stripe;
    return CLN_OK;
}

static uint64_t piece_of(uint64_t left) {
    return left < PIECE_BYTES ? left : PIECE_BYTES;
}

static void send_text(const cln_ordered_output *output) {
    const char *next = output->text.data;
    for (uint64_t i = 0; i < output->parts.count; i++) {
        for (uint64_t left = output->parts.size_bytes[i]; left > 0;) {
            const uint64_t size = piece_of(left);
            cln_send_bytes(output->comm, 0, CLN_TAG_OUTPUT, next, size);
            next += size;
            left -= size;
        }
    }
}

static int compare_arrivals(const void *a, const void *b) {
    const cln_ordered_arrival *x = a;
    const cln_ordered_arrival *y = b;
    return (x->stripe > y->stripe) - (x->stripe < y->stripe);
}

static size_t order_arrivals(const cln_ordered_output *output) {
    size_t count = 0;
    for (int r = 0; r < output->comm->size; r++) {
        const cln_ordered_parts *parts = &output->gathered[r];
        for (uint64_t i = 0; i < parts->count; i++) {
            output->arrivals[count++] = (cln_ordered_arrival){parts->stripes[i], parts->size_bytes[i], r};
        }
    }
    qsort(output->arrivals, count, sizeof *output->arrivals, compare_arrivals);
    return count;
}

/* Takes all of it, also when nothing can be written any more: the sender waits
 * for that. */
static void take_arrival(const cln_ordered_output *output, const cln_ordered_arrival *arrival, cln_status *status,
                         cln_error *err) {
    for (uint64_t left = arrival->size_bytes; left > 0;) {
        const uint64_t size = piece_of(left);
        cln_receive_bytes(output->comm, arrival->rank, CLN_TAG_OUTPUT, output->piece, size);
        if (*status == CLN_OK) *status = cln_sink_write(output->sink, cln_span_of(output->piece, (size_t)size), err);
        left -= size;
    }
}

static cln_status write_arrivals(const cln_ordered_output *output, cln_error *err) {
    cln_status status = CLN_OK;
    const size_t count = order_arrivals(output);
    size_t own_used = 0;
    for (size_t i = 0; i < count; i++) {
        const cln_ordered_arrival *arrival = &output->arrivals[i];
        if (arrival->rank != 0) {
            take_arrival(output, arrival, &status, err);
            continue;
        }
        const cln_span own = cln_span_of(output->text.data + own_used, (size_t)arrival->size_bytes);
        own_used += own.size;
        if (status == CLN_OK) status = cln_sink_write(output->sink, own, err);
    }
    return status;
}

cln_status cln_ordered_output_flush(cln_ordered_output *output, cln_error *err) {
    close_part(output);
    MPI_Gather(&output->parts, (int)sizeof output->parts, MPI_BYTE, output->gathered, (int)sizeof output->parts,
               MPI_BYTE, 0, output->comm->mpi);
    cln_status status = CLN_OK;
    if (output->comm->rank == 0) {
        status = write_arrivals(output, err);
    } else {
        send_text(output);
    }
    output->parts = (cln_ordered_parts){0};
    cln_buffer_clear(&output->text);
    return status;
}
