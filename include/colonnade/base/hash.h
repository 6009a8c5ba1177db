/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Hashes and checksums. All functions are local.
 *
 * The content hash of a file is XXH3-128 over the concatenated XXH3-128
 * digests (canonical, big endian) of its 1 MiB blocks, followed by its length
 * as eight bytes, big endian: ranks digest blocks in any order, and the hash
 * never depends on them.
 */
#ifndef COLONNADE_BASE_HASH_H
#define COLONNADE_BASE_HASH_H

#include "colonnade/base/span.h"

#include <stdint.h>

#define CLN_CONTENT_BLOCK_BYTES ((uint64_t)1 << 20)
#define CLN_DIGEST_BYTES        16
#define CLN_DIGEST_TEXT_BYTES   33 /* hex digits and a NUL */

typedef struct cln_digest {
    unsigned char bytes[CLN_DIGEST_BYTES];
} cln_digest;

uint64_t cln_hash64(cln_span bytes); /* XXH3-64; for tables in memory, never stored */

/* Uses AVX2 where the processor has it. */
cln_digest cln_content_block_digest(cln_span block);
cln_digest cln_content_block_digest_portable(cln_span block);
/* digests: one for each block in order. */
cln_digest cln_content_hash(const cln_digest *digests, size_t count, uint64_t length_bytes);
void cln_digest_format(const cln_digest *digest, char text[CLN_DIGEST_TEXT_BYTES]);

/* CRC-32C (Castagnoli, as in RFC 3720), of bytes appended to what had the
 * checksum crc (0 for nothing). Uses SSE 4.2 where the processor has it. */
uint32_t cln_crc32c(uint32_t crc, const void *data, size_t size);
uint32_t cln_crc32c_portable(uint32_t crc, const void *data, size_t size);
/* The checksum of a followed by b from both checksums and the size of b. */
uint32_t cln_crc32c_combine(uint32_t crc_a, uint32_t crc_b, uint64_t size_b);

#endif
