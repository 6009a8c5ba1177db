/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/hash.h"

/* Inlined, so that hashing the short texts of cells costs no second call. */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "hash_avx2.h"

_Static_assert(sizeof(XXH128_canonical_t) == CLN_DIGEST_BYTES, "a digest holds an XXH3-128");

uint64_t cln_hash64(cln_span bytes) {
    return XXH3_64bits(bytes.data, bytes.size);
}

static cln_digest digest_of(XXH128_hash_t hash) {
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, hash);
    cln_digest digest;
    memcpy(digest.bytes, &canonical, sizeof digest.bytes);
    return digest;
}

cln_digest cln_content_block_digest_portable(cln_span block) {
    return digest_of(XXH3_128bits(block.data, block.size));
}

cln_digest cln_content_block_digest(cln_span block) {
    XXH128_hash_t hash;
    if (!cln_hash_block_avx2(block, &hash.low64, &hash.high64)) return cln_content_block_digest_portable(block);
    return digest_of(hash);
}

cln_digest cln_content_hash(const cln_digest *digests, size_t count, uint64_t length_bytes) {
    unsigned char length[8];
    for (size_t i = 0; i < sizeof length; i++) length[i] = (unsigned char)(length_bytes >> (56 - 8 * i));
    XXH3_state_t state;
    XXH3_INITSTATE(&state);
    (void)XXH3_128bits_reset(&state);
    for (size_t i = 0; i < count; i++) (void)XXH3_128bits_update(&state, digests[i].bytes, CLN_DIGEST_BYTES);
    (void)XXH3_128bits_update(&state, length, sizeof length);
    return digest_of(XXH3_128bits_digest(&state));
}

void cln_digest_format(const cln_digest *digest, char text[CLN_DIGEST_TEXT_BYTES]) {
    static const char hex[] = "0123456789abcdef";
    for (size_t i = 0; i < CLN_DIGEST_BYTES; i++) {
        text[2 * i] = hex[digest->bytes[i] >> 4];
        text[2 * i + 1] = hex[digest->bytes[i] & 15];
    }
    text[CLN_DIGEST_TEXT_BYTES - 1] = '\0';
}
