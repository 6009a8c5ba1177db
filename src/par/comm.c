/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/par/comm.h"

#include "colonnade/base/cleanup.h"
#include "comm_internal.h"

#include <string.h>

size_t cln_comm_piece_bytes = (size_t)1 << 30;

static int piece_of(uint64_t left) {
    return (int)(left < cln_comm_piece_bytes ? left : cln_comm_piece_bytes);
}

void cln_comm_start(cln_comm *comm) {
    int provided;
    /* The launcher of Open MPI 4 waits for ever when a rank dies while it shakes hands with it. */
    cln_cleanup_hold();
    /* Libraries below may start threads of their own (name resolution); only this one calls MPI. */
    MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided);
    cln_cleanup_release();
    comm->mpi = MPI_COMM_WORLD;
    MPI_Comm_rank(comm->mpi, &comm->rank);
    MPI_Comm_size(comm->mpi, &comm->size);
}

void cln_comm_stop(cln_comm *comm) {
    comm->mpi = MPI_COMM_NULL;
    MPI_Finalize();
}

cln_status cln_broadcast_buffer(const cln_comm *comm, cln_buffer *buffer, int root, cln_error *err) {
    uint64_t size = buffer->size;
    MPI_Bcast(&size, 1, MPI_UINT64_T, root, comm->mpi);
    cln_status local = CLN_OK;
    if (comm->rank != root) {
        cln_buffer_clear(buffer);
        local = cln_buffer_reserve(buffer, (size_t)size, err);
    }
    CLN_TRY(cln_agree(comm, local, err));
    for (uint64_t done = 0; done < size;) {
        const int piece = piece_of(size - done);
        MPI_Bcast(buffer->data + done, piece, MPI_BYTE, root, comm->mpi);
        done += (uint64_t)piece;
    }
    buffer->size = (size_t)size;
    return CLN_OK;
}

static void reduce_in_place(const cln_comm *comm, void *values, size_t count, MPI_Datatype type, MPI_Op op) {
    if (comm->size == 1) return;
    const size_t item_bytes = 8; /* of every type used below */
    for (size_t done = 0; done < count;) {
        const int piece = piece_of((count - done) * item_bytes) / (int)item_bytes;
        MPI_Allreduce(MPI_IN_PLACE, (char *)values + done * item_bytes, piece, type, op, comm->mpi);
        done += (size_t)piece;
    }
}

void cln_sum_u64(const cln_comm *comm, uint64_t *values, size_t count) {
    reduce_in_place(comm, values, count, MPI_UINT64_T, MPI_SUM);
}

void cln_min_i64(const cln_comm *comm, int64_t *values, size_t count) {
    reduce_in_place(comm, values, count, MPI_INT64_T, MPI_MIN);
}

void cln_max_i64(const cln_comm *comm, int64_t *values, size_t count) {
    reduce_in_place(comm, values, count, MPI_INT64_T, MPI_MAX);
}

static cln_status reserve_gathered(const cln_comm *comm, const uint64_t *sizes, cln_buffer *gathered, cln_error *err) {
    uint64_t total = 0;
    for (int rank = 0; rank < comm->size; rank++) total += sizes[rank];
    return cln_buffer_reserve(gathered, (size_t)total, err);
}

static void receive_gathered(const cln_comm *comm, cln_span own, const uint64_t *sizes, cln_buffer *gathered) {
    for (int rank = 0; rank < comm->size; rank++) {
        if (sizes[rank] == 0) continue;
        char *place = gathered->data + gathered->size;
        if (rank == comm->rank) {
            memcpy(place, own.data, own.size);
        } else {
            cln_receive_bytes(comm, rank, CLN_TAG_GATHER, place, sizes[rank]);
        }
        gathered->size += (size_t)sizes[rank];
    }
}

cln_status cln_gather_bytes(const cln_comm *comm, cln_span bytes, int root, cln_buffer *gathered, uint64_t *sizes,
                            cln_error *err) {
    cln_buffer own_sizes;
    cln_buffer_init(&own_sizes, SIZE_MAX);
    cln_buffer_clear(gathered);
    cln_status status = cln_buffer_reserve(&own_sizes, (size_t)comm->size * sizeof(uint64_t), err);
    status = cln_agree(comm, status, err);
    if (status == CLN_OK) {
        uint64_t *all_sizes = (uint64_t *)(void *)own_sizes.data;
        const uint64_t own_size = bytes.size;
        MPI_Allgather(&own_size, 1, MPI_UINT64_T, all_sizes, 1, MPI_UINT64_T, comm->mpi);
        if (sizes != NULL) memcpy(sizes, all_sizes, (size_t)comm->size * sizeof *sizes);
        if (comm->rank == root) status = reserve_gathered(comm, all_sizes, gathered, err);
        status = cln_agree(comm, status, err);
        if (status == CLN_OK && comm->rank == root) receive_gathered(comm, bytes, all_sizes, gathered);
        if (status == CLN_OK && comm->rank != root) cln_send_bytes(comm, root, CLN_TAG_GATHER, bytes.data, bytes.size);
    }
    cln_buffer_clean_up(&own_sizes);
    return status;
}

void cln_send_bytes(const cln_comm *comm, int to, int tag, const void *data, uint64_t size) {
    for (uint64_t done = 0; done < size;) {
        const int piece = piece_of(size - done);
        MPI_Send((const char *)data + done, piece, MPI_BYTE, to, tag, comm->mpi);
        done += (uint64_t)piece;
    }
}

void cln_receive_bytes(const cln_comm *comm, int from, int tag, void *data, uint64_t size) {
    for (uint64_t done = 0; done < size;) {
        const int piece = piece_of(size - done);
        MPI_Recv((char *)data + done, piece, MPI_BYTE, from, tag, comm->mpi, MPI_STATUS_IGNORE);
        done += (uint64_t)piece;
    }
}
