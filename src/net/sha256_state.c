/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Only OpenSSL's older functions let the words be seen. They are no longer
 * recommended for new programs, and the newer ones have no such way. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "sha256_state.h"

#include <openssl/sha.h>
#include <string.h>

static SHA256_CTX context_of(const cln_sha256_state *state) {
    SHA256_CTX context;
    (void)SHA256_Init(&context);
    for (size_t i = 0; i < 8; i++) context.h[i] = state->words[i];
    const uint64_t bits = state->size_bytes * 8;
    context.Nl = (SHA_LONG)bits;
    context.Nh = (SHA_LONG)(bits >> 32);
    context.num = (unsigned)(state->size_bytes % sizeof state->block);
    memcpy(context.data, state->block, context.num);
    return context;
}

static void keep_context(cln_sha256_state *state, const SHA256_CTX *context) {
    for (size_t i = 0; i < 8; i++) state->words[i] = context->h[i];
    memcpy(state->block, context->data, context->num);
}

void cln_sha256_state_init(cln_sha256_state *state) {
    SHA256_CTX context;
    (void)SHA256_Init(&context);
    *state = (cln_sha256_state){0};
    keep_context(state, &context);
}

void cln_sha256_state_update(cln_sha256_state *state, const void *data, size_t size) {
    SHA256_CTX context = context_of(state);
    (void)SHA256_Update(&context, data, size);
    state->size_bytes += size;
    keep_context(state, &context);
}

void cln_sha256_state_digest(const cln_sha256_state *state, char text[CLN_SHA256_TEXT_BYTES]) {
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256_CTX context = context_of(state);
    (void)SHA256_Final(digest, &context);
    cln_hex(digest, sizeof digest, text);
}

void cln_sha256_state_save(const cln_sha256_state *state, char text[CLN_SHA256_STATE_TEXT_BYTES]) {
    unsigned char bytes[32];
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (unsigned char)(state->words[i / 4] >> (24 - 8 * (i % 4)));
    cln_hex(bytes, sizeof bytes, text);
}

bool cln_sha256_state_load(cln_sha256_state *state, uint64_t size_bytes, const char *text) {
    *state = (cln_sha256_state){.size_bytes = size_bytes};
    if (strlen(text) != 64 || strspn(text, "0123456789abcdef") != 64 || size_bytes % sizeof state->block != 0) {
        return false;
    }
    for (size_t i = 0; i < 64; i++) {
        const uint32_t digit = (uint32_t)(text[i] <= '9' ? text[i] - '0' : text[i] - 'a' + 10);
        state->words[i / 8] = state->words[i / 8] << 4 | digit;
    }
    return true;
}
