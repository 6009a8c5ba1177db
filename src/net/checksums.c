/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "checksums.h"

#include "sha256.h"

#include <string.h>
#include <strings.h>

enum { SHA256_BYTES = 32, MD5_BYTES = 16, BASE64_BYTES = 44, BINARY_BYTES = 33 };

/* Base64 of exactly `size` bytes at the beginning of text into hex; else hex stays "". */
static void take_base64(const char *text, size_t size, char *hex) {
    const size_t length = (size + 2) / 3 * 4;
    unsigned char bytes[BINARY_BYTES + 3];
    char copy[BASE64_BYTES + 1];
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
    if (strspn(text, alphabet) != length) return;
    memcpy(copy, text, length);
    copy[length] = '\0';
    if (EVP_DecodeBlock(bytes, (const unsigned char *)copy, (int)length) < (int)size) return;
    cln_hex(bytes, size, hex);
}

/* The value of NAME=... or NAME=:...: in a list; NULL: it has none. */
static const char *find_member(const char *list, const char *name) {
    const size_t size = strlen(name);
    for (const char *at = list; at != NULL; at = strchr(at, ',')) {
        at += strspn(at, ", ");
        if (strncasecmp(at, name, size) != 0 || at[size] != '=') continue;
        return at[size + 1] == ':' ? at + size + 2 : at + size + 1;
    }
    return NULL;
}

static void take_digest(cln_checksums *checksums, const cln_http_response *response, const char *header) {
    const char *list = cln_http_header_value(response, header);
    const char *value = list == NULL ? NULL : find_member(list, "sha-256");
    if (value != NULL) take_base64(value, SHA256_BYTES, checksums->sha256);
}

void cln_checksums_take(cln_checksums *checksums, const cln_http_response *response, bool is_whole) {
    *checksums = (cln_checksums){0};
    take_digest(checksums, response, "Digest");
    take_digest(checksums, response, "Repr-Digest");
    /* "...-N" would be a checksum of checksums of N parts. */
    const char *amazon = cln_http_header_value(response, "x-amz-checksum-sha256");
    if (amazon != NULL && strchr(amazon, '-') == NULL) take_base64(amazon, SHA256_BYTES, checksums->sha256);
    if (!is_whole) return;
    take_digest(checksums, response, "Content-Digest");
    const char *md5 = cln_http_header_value(response, "Content-MD5");
    if (md5 != NULL) take_base64(md5, MD5_BYTES, checksums->md5);
}

cln_status cln_checksums_verify(const cln_checksums *checksums, const char *path, const char *sha256, cln_error *err) {
    if (checksums->sha256[0] != '\0') {
        if (strcmp(checksums->sha256, sha256) == 0) return CLN_OK;
        return cln_fail(err, CLN_ERR_IO, "arrived damaged: its SHA-256 is %s, published is %s", sha256,
                        checksums->sha256);
    }
    if (checksums->md5[0] == '\0') return CLN_OK;
    char md5[CLN_MD5_TEXT_BYTES];
    CLN_TRY(cln_md5_file(path, md5, err));
    if (strcmp(checksums->md5, md5) == 0) return CLN_OK;
    return cln_fail(err, CLN_ERR_IO, "arrived damaged: its MD5 is %s, published is %s", md5, checksums->md5);
}
