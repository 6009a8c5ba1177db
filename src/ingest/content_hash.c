/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/ingest/content_hash.h"

#include "colonnade/base/memory.h"
#include "colonnade/base/profile.h"

#include <stdlib.h>
#include <string.h>

void cln_content_hasher_init(cln_content_hasher *hasher) {
    *hasher = (cln_content_hasher){0};
}

void cln_content_hasher_clean_up(cln_content_hasher *hasher) {
    free(hasher->digests);
    cln_content_hasher_init(hasher);
}

bool cln_content_hash_fits(uint64_t stripe_size_bytes) {
    return stripe_size_bytes % CLN_CONTENT_BLOCK_BYTES == 0;
}

cln_status cln_content_hasher_see(void *context, uint64_t offset, cln_span bytes, cln_error *err) {
    cln_content_hasher *hasher = context;
    const size_t block_bytes = (size_t)CLN_CONTENT_BLOCK_BYTES;
    for (size_t i = 0; i < bytes.size; i += block_bytes) {
        CLN_TRY(cln_grow_array(&hasher->digests, &hasher->capacity, hasher->count + 1, sizeof *hasher->digests, err));
        const size_t size = bytes.size - i < block_bytes ? bytes.size - i : block_bytes;
        struct cln_block_digest *entry = &hasher->digests[hasher->count++];
        entry->block = (offset + i) / CLN_CONTENT_BLOCK_BYTES;
        entry->digest = cln_content_block_digest(cln_span_of(bytes.data + i, size));
    }
    return CLN_OK;
}

/* Root: puts the digests of all ranks in order and hashes them. */
static cln_status combine(const cln_buffer *gathered, uint64_t size_bytes, cln_digest *digest, cln_error *err) {
    const size_t count = (size_t)((size_bytes + CLN_CONTENT_BLOCK_BYTES - 1) / CLN_CONTENT_BLOCK_BYTES);
    if (gathered->size != count * sizeof(struct cln_block_digest)) {
        return cln_fail(err, CLN_ERR_INTERNAL, "the content hash covers %zu of %zu blocks",
                        gathered->size / sizeof(struct cln_block_digest), count);
    }
    cln_digest *ordered;
    CLN_TRY(cln_new_array(&ordered, count, sizeof *ordered, err));
    for (size_t i = 0; i < count; i++) {
        struct cln_block_digest entry;
        memcpy(&entry, gathered->data + i * sizeof entry, sizeof entry);
        ordered[entry.block] = entry.digest;
    }
    *digest = cln_content_hash(ordered, count, size_bytes);
    free(ordered);
    return CLN_OK;
}

cln_status cln_content_hasher_finish(const cln_content_hasher *hasher, const cln_comm *comm, uint64_t size_bytes,
                                     cln_digest *digest, cln_error *err) {
    cln_buffer gathered;
    cln_buffer_init(&gathered, SIZE_MAX);
    const cln_span own = cln_span_of((const char *)hasher->digests, hasher->count * sizeof *hasher->digests);
    cln_status status = cln_gather_bytes(comm, own, 0, &gathered, NULL, err);
    if (status == CLN_OK) {
        if (comm->rank == 0) status = combine(&gathered, size_bytes, digest, err);
        status = cln_agree(comm, status, err);
    }
    if (status == CLN_OK) MPI_Bcast(digest->bytes, CLN_DIGEST_BYTES, MPI_BYTE, 0, comm->mpi);
    cln_buffer_clean_up(&gathered);
    return status;
}

/* Local: every ranks-th block. */
static cln_status hash_share(const cln_comm *comm, cln_byte_source *source, cln_content_hasher *hasher,
                             cln_error *err) {
    cln_buffer block;
    cln_buffer_init(&block, (size_t)CLN_CONTENT_BLOCK_BYTES);
    cln_status status = cln_buffer_reserve(&block, (size_t)CLN_CONTENT_BLOCK_BYTES, err);
    const uint64_t step = (uint64_t)comm->size * CLN_CONTENT_BLOCK_BYTES;
    uint64_t offset = (uint64_t)comm->rank * CLN_CONTENT_BLOCK_BYTES;
    for (; status == CLN_OK && offset < source->size_bytes; offset += step) {
        const uint64_t left = source->size_bytes - offset;
        const size_t size = (size_t)(left < CLN_CONTENT_BLOCK_BYTES ? left : CLN_CONTENT_BLOCK_BYTES);
        const double lap = cln_profile_now();
        status = source->read_at(source, offset, block.data, size, err);
        const double hash = cln_profile_lap(CLN_PHASE_READ, lap);
        if (status == CLN_OK) status = cln_content_hasher_see(hasher, offset, cln_span_of(block.data, size), err);
        (void)cln_profile_lap(CLN_PHASE_HASH, hash);
    }
    cln_buffer_clean_up(&block);
    return status;
}

cln_status cln_content_hash_source(const cln_comm *comm, cln_byte_source *source, cln_digest *digest, cln_error *err) {
    cln_content_hasher hasher;
    cln_content_hasher_init(&hasher);
    cln_status status = cln_agree(comm, hash_share(comm, source, &hasher, err), err);
    if (status == CLN_OK) status = cln_content_hasher_finish(&hasher, comm, source->size_bytes, digest, err);
    cln_content_hasher_clean_up(&hasher);
    return status;
}
