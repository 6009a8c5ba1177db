/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * SHA-256 that can be put down at the end of a block of 64 bytes and taken up
 * again by another process: FIPS 180-4 hands nothing else from block to block
 * than eight words. Local; cannot fail.
 */
#ifndef COLONNADE_NET_SHA256_STATE_H
#define COLONNADE_NET_SHA256_STATE_H

#include "sha256.h"

#include <stdbool.h>
#include <stdint.h>

/* The eight words as hex digits, and a NUL. */
#define CLN_SHA256_STATE_TEXT_BYTES 65

typedef struct cln_sha256_state {
    uint32_t words[8];
    uint64_t size_bytes;
    unsigned char block[64]; /* what does not fill a block yet */
} cln_sha256_state;

void cln_sha256_state_init(cln_sha256_state *state);
void cln_sha256_state_update(cln_sha256_state *state, const void *data, size_t size);
/* The hash of all bytes so far; the state goes on. */
void cln_sha256_state_digest(const cln_sha256_state *state, char text[CLN_SHA256_TEXT_BYTES]);

/* size_bytes is a multiple of 64 in both. False: the text is none. */
void cln_sha256_state_save(const cln_sha256_state *state, char text[CLN_SHA256_STATE_TEXT_BYTES]);
bool cln_sha256_state_load(cln_sha256_state *state, uint64_t size_bytes, const char *text);

#endif
