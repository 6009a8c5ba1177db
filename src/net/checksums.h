/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Checksums that a server publishes with a file: Repr-Digest and
 * Content-Digest (RFC 9530), Digest (RFC 3230), x-amz-checksum-sha256, and
 * Content-MD5 (RFC 1864). Private to the net layer. All functions are local.
 */
#ifndef COLONNADE_NET_CHECKSUMS_H
#define COLONNADE_NET_CHECKSUMS_H

#include "colonnade/net/download.h"
#include "colonnade/net/http.h"

#define CLN_MD5_TEXT_BYTES 33

typedef struct cln_checksums { /* lower-case hex; "" where none is published */
    char sha256[CLN_SHA256_TEXT_BYTES];
    char md5[CLN_MD5_TEXT_BYTES];
} cln_checksums;

/* is_whole: the answer holds the whole file, so what is said of its content is said of the file. */
void cln_checksums_take(cln_checksums *checksums, const cln_http_response *response, bool is_whole);

/* CLN_ERR_IO where the file of that SHA-256 is not what was published; reads it where only its MD5 is. */
CLN_CHECKED cln_status cln_checksums_verify(const cln_checksums *checksums, const char *path, const char *sha256,
                                            cln_error *err);

#endif
