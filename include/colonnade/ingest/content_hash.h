/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The content hash of a file (base/hash.h), computed by all ranks: from the
 * stripes as a sweep reads them, or in a pass of its own.
 */
#ifndef COLONNADE_INGEST_CONTENT_HASH_H
#define COLONNADE_INGEST_CONTENT_HASH_H

#include "colonnade/base/byte_source.h"
#include "colonnade/base/hash.h"
#include "colonnade/par/comm.h"

/* Digests of the blocks that this rank has seen. */
typedef struct cln_content_hasher {
    size_t count;
    size_t capacity;
    struct cln_block_digest {
        uint64_t block;
        cln_digest digest;
    } * digests;
} cln_content_hasher;

void cln_content_hasher_init(cln_content_hasher *hasher);
void cln_content_hasher_clean_up(cln_content_hasher *hasher);

/* Whether stripes of this size consist of whole blocks, so that the sweep's
 * bytes can be hashed as they come. */
bool cln_content_hash_fits(uint64_t stripe_size_bytes);

/* Local. Bytes from a block's beginning, to a block's end or the file's. A see
 * function for csv/sweep.h; context is the hasher. */
CLN_CHECKED cln_status cln_content_hasher_see(void *context, uint64_t offset, cln_span bytes, cln_error *err);

/* Collective. The hash of the whole file, on all ranks, when together they
 * have seen each block once. */
CLN_CHECKED cln_status cln_content_hasher_finish(const cln_content_hasher *hasher, const cln_comm *comm,
                                                 uint64_t size_bytes, cln_digest *digest, cln_error *err);

/* Collective. Reads and hashes the file, each rank its share. */
CLN_CHECKED cln_status cln_content_hash_source(const cln_comm *comm, cln_byte_source *source, cln_digest *digest,
                                               cln_error *err);

#endif
