/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * SHA-256 of bytes that come piece by piece, and sums of whole files. All
 * functions are local.
 */
#ifndef COLONNADE_NET_SHA256_H
#define COLONNADE_NET_SHA256_H

#include "colonnade/net/download.h"

#include <openssl/evp.h>

typedef struct cln_sha256 {
    EVP_MD_CTX *context;
} cln_sha256;

CLN_CHECKED cln_status cln_sha256_init(cln_sha256 *hash, cln_error *err);
CLN_CHECKED cln_status cln_sha256_update(cln_sha256 *hash, const void *data, size_t size, cln_error *err);
CLN_CHECKED cln_status cln_sha256_finish(cln_sha256 *hash, char text[CLN_SHA256_TEXT_BYTES], cln_error *err);
void cln_sha256_clean_up(cln_sha256 *hash);

/* The same of bytes that are all there. */
CLN_CHECKED cln_status cln_sha256_bytes(const void *data, size_t size, char text[CLN_SHA256_TEXT_BYTES],
                                        cln_error *err);

/* MD5 of a file, in lower-case hex, as cln_sha256_file: some servers publish no better. */
CLN_CHECKED cln_status cln_md5_file(const char *path, char text[33], cln_error *err);

/* 2 * size lower-case digits and a NUL. */
void cln_hex(const unsigned char *bytes, size_t size, char *text);

#endif
