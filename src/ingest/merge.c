/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/ingest/merge.h"

#include "colonnade/base/memory.h"

#include <stdlib.h>

typedef struct merge_state {
    const cln_comm *comm;
    size_t count_limit;
    uint64_t bytes_limit;
    cln_dictionary dictionary; /* of the part of the tree below this rank */
    int32_t *order;            /* this rank's texts, sorted */
    bool is_over;
} merge_state;

/* From the place of each text among the sorted ones, all of them distinct. */
static cln_status keep_order(merge_state *m, const int32_t *places, size_t count, cln_error *err) {
    CLN_TRY(cln_new_array(&m->order, count, sizeof *m->order, err));
    for (size_t i = 0; i < count; i++) m->order[places[i]] = (int32_t)i;
    return CLN_OK;
}

static cln_status build_local(merge_state *m, const cln_string_table *local, cln_error *err) {
    cln_span *texts = NULL;
    int32_t *places = NULL;
    cln_status status = cln_new_array(&texts, local->count, sizeof *texts, err);
    if (status == CLN_OK) status = cln_new_array(&places, local->count, sizeof *places, err);
    for (size_t i = 0; status == CLN_OK && i < local->count; i++) texts[i] = cln_string_table_text(local, i);
    if (status == CLN_OK) status = cln_dictionary_build(&m->dictionary, texts, local->count, places, err);
    if (status == CLN_OK) status = keep_order(m, places, local->count, err);
    free(places);
    free(texts);
    return status;
}

/* Both lists are sorted, and all of the one is in the other. */
static void find_codes(const merge_state *m, const cln_string_table *local, const cln_dictionary *merged,
                       int32_t *codes) {
    size_t code = 0;
    for (size_t k = 0; m->order != NULL && k < local->count; k++) { /* without texts there is no order */
        const size_t i = (size_t)m->order[k];
        while (!cln_span_equal(cln_dictionary_text(merged, code), cln_string_table_text(local, i))) code++;
        codes[i] = (int32_t)code;
    }
}

static void judge(merge_state *m) {
    const cln_dictionary *d = &m->dictionary;
    if (d->count > m->count_limit || (d->count > 0 && d->offsets[d->count] > m->bytes_limit)) m->is_over = true;
}

/* Sends what is below this rank, if the other rank has room for it; a failed
 * rank and one over the limits send nothing but that. */
static cln_status send_up(merge_state *m, int to, cln_status status, cln_error *err) {
    cln_buffer bytes;
    cln_buffer_init(&bytes, SIZE_MAX);
    if (status == CLN_OK && !m->is_over) status = cln_dictionary_pack(&m->dictionary, &bytes, err);
    if (status != CLN_OK) cln_buffer_clear(&bytes);
    const uint64_t head[2] = {bytes.size, m->is_over};
    cln_send_bytes(m->comm, to, CLN_TAG_MERGE, head, sizeof head);
    if (bytes.size > 0) {
        uint64_t has_room;
        cln_receive_bytes(m->comm, to, CLN_TAG_MERGE, &has_room, sizeof has_room);
        if (has_room != 0) cln_send_bytes(m->comm, to, CLN_TAG_MERGE, bytes.data, bytes.size);
    }
    cln_buffer_clean_up(&bytes);
    return status;
}

static cln_status merge_received(merge_state *m, cln_span bytes, cln_error *err) {
    cln_dictionary other, merged;
    CLN_TRY(cln_dictionary_unpack(&other, bytes, err));
    const cln_status status = cln_dictionary_merge(&merged, &m->dictionary, &other, NULL, NULL, err);
    cln_dictionary_clean_up(&other);
    if (status != CLN_OK) return status;
    cln_dictionary_clean_up(&m->dictionary);
    m->dictionary = merged;
    judge(m);
    return CLN_OK;
}

/* Also when nothing can be done with them any more: the sender waits. */
static cln_status receive_dictionary(merge_state *m, int from, uint64_t size, cln_buffer *bytes, cln_error *err) {
    const cln_status status = cln_buffer_reserve(bytes, (size_t)size, err);
    const uint64_t has_room = status == CLN_OK;
    cln_send_bytes(m->comm, from, CLN_TAG_MERGE, &has_room, sizeof has_room);
    if (status != CLN_OK) return status;
    cln_receive_bytes(m->comm, from, CLN_TAG_MERGE, bytes->data, size);
    bytes->size = (size_t)size;
    return CLN_OK;
}

static cln_status receive_below(merge_state *m, int from, cln_status status, cln_error *err) {
    uint64_t head[2];
    cln_receive_bytes(m->comm, from, CLN_TAG_MERGE, head, sizeof head);
    if (head[1] != 0) m->is_over = true;
    if (head[0] == 0) return status;
    cln_buffer bytes;
    cln_buffer_init(&bytes, SIZE_MAX);
    cln_error why;
    const cln_status received = receive_dictionary(m, from, head[0], &bytes, status == CLN_OK ? err : &why);
    if (status == CLN_OK) status = received;
    if (status == CLN_OK && !m->is_over) status = merge_received(m, cln_buffer_span(&bytes), err);
    cln_buffer_clean_up(&bytes);
    return status;
}

static cln_status climb(merge_state *m, cln_status status, cln_error *err) {
    const int rank = m->comm->rank;
    for (int step = 1; step < m->comm->size; step *= 2) {
        if (rank % (2 * step) == step) return send_up(m, rank - step, status, err);
        if (rank + step < m->comm->size) status = receive_below(m, rank + step, status, err);
    }
    return status;
}

/* Rank 0's dictionary to all. */
static cln_status share(merge_state *m, cln_dictionary *merged, cln_error *err) {
    cln_buffer bytes;
    cln_buffer_init(&bytes, SIZE_MAX);
    cln_status status = CLN_OK;
    if (m->comm->rank == 0) status = cln_dictionary_pack(&m->dictionary, &bytes, err);
    status = cln_agree(m->comm, status, err);
    if (status == CLN_OK) status = cln_broadcast_buffer(m->comm, &bytes, 0, err);
    if (status == CLN_OK) {
        status = cln_agree(m->comm, cln_dictionary_unpack(merged, cln_buffer_span(&bytes), err), err);
    }
    cln_buffer_clean_up(&bytes);
    return status;
}

cln_status cln_merge_strings(const cln_comm *comm, const cln_string_table *local, size_t count_limit,
                             uint64_t bytes_limit, cln_dictionary *merged, int32_t *codes, bool *is_over,
                             cln_error *err) {
    *merged = (cln_dictionary){0};
    merge_state m = {.comm = comm, .count_limit = count_limit, .bytes_limit = bytes_limit};
    cln_status status = build_local(&m, local, err);
    if (status == CLN_OK) judge(&m);
    status = climb(&m, status, err);
    status = cln_agree(comm, status, err);
    int over = m.is_over;
    MPI_Bcast(&over, 1, MPI_INT, 0, comm->mpi);
    *is_over = over != 0;
    if (status == CLN_OK && !*is_over) status = share(&m, merged, err);
    if (status == CLN_OK && !*is_over && codes != NULL) find_codes(&m, local, merged, codes);
    free(m.order);
    cln_dictionary_clean_up(&m.dictionary);
    return status;
}
