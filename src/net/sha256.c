/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sha256.h"

#include <stdio.h>
#include <stdlib.h>

enum { READ_BYTES = 1 << 18 };

static cln_status fail_hash(cln_error *err) {
    return cln_fail(err, CLN_ERR_INTERNAL, "OpenSSL cannot compute SHA-256 or MD5 on this machine");
}

static cln_status init(cln_sha256 *hash, const EVP_MD *method, cln_error *err) {
    hash->context = EVP_MD_CTX_new();
    if (hash->context != NULL && EVP_DigestInit_ex(hash->context, method, NULL) == 1) return CLN_OK;
    cln_sha256_clean_up(hash);
    return fail_hash(err);
}

cln_status cln_sha256_init(cln_sha256 *hash, cln_error *err) {
    return init(hash, EVP_sha256(), err);
}

cln_status cln_sha256_update(cln_sha256 *hash, const void *data, size_t size, cln_error *err) {
    return EVP_DigestUpdate(hash->context, data, size) == 1 ? CLN_OK : fail_hash(err);
}

void cln_hex(const unsigned char *bytes, size_t size, char *text) {
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < size; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 15];
    }
    text[2 * size] = '\0';
}

cln_status cln_sha256_finish(cln_sha256 *hash, char text[CLN_SHA256_TEXT_BYTES], cln_error *err) {
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    if (EVP_DigestFinal_ex(hash->context, bytes, &size) != 1) return fail_hash(err);
    cln_hex(bytes, size, text);
    return CLN_OK;
}

cln_status cln_sha256_bytes(const void *data, size_t size, char text[CLN_SHA256_TEXT_BYTES], cln_error *err) {
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned digest_size = 0;
    if (EVP_Digest(data, size, bytes, &digest_size, EVP_sha256(), NULL) != 1) return fail_hash(err);
    cln_hex(bytes, digest_size, text);
    return CLN_OK;
}

void cln_sha256_clean_up(cln_sha256 *hash) {
    EVP_MD_CTX_free(hash->context);
    hash->context = NULL;
}

static cln_status hash_stream(cln_sha256 *hash, FILE *stream, const char *path, cln_error *err) {
    char *block = malloc(READ_BYTES);
    if (block == NULL) return cln_fail_memory(err, "hashing a file");
    cln_status status = CLN_OK;
    size_t size;
    while (status == CLN_OK && (size = fread(block, 1, READ_BYTES, stream)) > 0) {
        status = cln_sha256_update(hash, block, size, err);
    }
    if (status == CLN_OK && ferror(stream)) status = cln_fail_errno(err, "cannot read %s", path);
    free(block);
    return status;
}

static cln_status hash_file(const char *path, const EVP_MD *method, char *text, cln_error *err) {
    FILE *stream = fopen(path, "re");
    if (stream == NULL) return cln_fail_errno(err, "cannot open %s", path);
    cln_sha256 hash;
    cln_status status = init(&hash, method, err);
    if (status == CLN_OK) {
        status = hash_stream(&hash, stream, path, err);
        if (status == CLN_OK) status = cln_sha256_finish(&hash, text, err);
        cln_sha256_clean_up(&hash);
    }
    (void)fclose(stream);
    return status;
}

cln_status cln_sha256_file(const char *path, char text[CLN_SHA256_TEXT_BYTES], cln_error *err) {
    return hash_file(path, EVP_sha256(), text, err);
}

cln_status cln_md5_file(const char *path, char text[33], cln_error *err) {
    return hash_file(path, EVP_md5(), text, err);
}
