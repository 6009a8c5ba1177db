/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * FILE.meta.json beside a fetched file: where it came from. Local.
 */
#ifndef COLONNADE_NET_SIDECAR_H
#define COLONNADE_NET_SIDECAR_H

#include "colonnade/net/download.h"
#include "colonnade/net/fetch.h"

#define CLN_SIDECAR_SUFFIX ".meta.json"

typedef struct cln_origin {
    char *url; /* NULL where something is not told, as the others */
    char *final_url;
    char *etag;
    char *last_modified;
    char *same_as; /* DATE/NAME of the dataset's staging folder, where the bytes are that this file does not have */
    char sha256[CLN_SHA256_TEXT_BYTES];
    uint64_t size_bytes;
    bool is_sample;
} cln_origin;

/* What path.meta.json says. Empty, and no error, where it is not there or not
 * one of ours: the file then has no known origin. The caller cleans it up. */
CLN_CHECKED cln_status cln_origin_read(cln_origin *origin, const char *path, cln_error *err);
void cln_origin_clean_up(cln_origin *origin);

/* Writes path.meta.json by a temporary name and a rename: the addresses of the
 * item stand in it, for a file from one of those is from the same source.
 * When the address is a file of this machine whose own sidecar marks it as a
 * sample, the mark is carried on. */
CLN_CHECKED cln_status cln_origin_write(const cln_origin *origin, const char *path, const cln_fetch_item *item,
                                        cln_error *err);

/* The same as a text, which the caller frees, and from one. */
CLN_CHECKED cln_status cln_origin_print(const cln_origin *origin, const cln_fetch_item *item, char **text,
                                        cln_error *err);
CLN_CHECKED cln_status cln_origin_parse(cln_origin *origin, cln_span text, cln_error *err);

#endif
