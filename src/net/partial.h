/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A file on its way: PATH holds the bytes that are there, at their places, and
 * PATH.state says which they are, so that a later process goes on where one
 * was killed. The state is 16 KiB of JSON (address, validators, size, size of
 * a part, the boot of the machine) and blanks, then a line of 32 bytes for
 * each part with the number of its bytes that are there, which is written
 * after them. Both are in the memory of the system as soon as they are
 * written, so a killed process loses nothing; a machine that goes down may,
 * and so what was written before another boot is not trusted.
 *
 * The state is locked while a process works on it. Private to the net layer.
 * All functions are local.
 */
#ifndef COLONNADE_NET_PARTIAL_H
#define COLONNADE_NET_PARTIAL_H

#include "validators.h"

#define CLN_PARTIAL_SUFFIX       ".part"
#define CLN_PARTIAL_STATE_SUFFIX ".part.state"

typedef struct cln_part {
    uint64_t first; /* byte */
    uint64_t size;  /* CLN_HTTP_TO_THE_END: nobody knows, of a single part */
    uint64_t done;  /* bytes from first on that are there */
} cln_part;

typedef struct cln_partial {
    char *path;
    char *state_path;
    char *url;
    int data; /* descriptors; -1: not open */
    int state;
    cln_validators validators;
    uint64_t size_bytes; /* CLN_HTTP_TO_THE_END: not known */
    uint64_t part_bytes;
    cln_part *parts;
    size_t part_count;   /* 0: nothing is known of the file yet */
    uint64_t done_bytes; /* of all parts */
    size_t prefix_part;  /* those before it are whole */
} cln_partial;

/* Opens or creates both files, path ends in CLN_PARTIAL_SUFFIX. What is there
 * of the same address is taken over, all else is forgotten. CLN_ERR_IO also
 * when another process works on it. */
CLN_CHECKED cln_status cln_partial_open(cln_partial *partial, const char *path, const char *url, cln_error *err);

/* Leaves both files to a later run; they go away where nothing useful is in them. */
void cln_partial_close(cln_partial *partial);

/* Forgets all bytes, and what is known. */
CLN_CHECKED cln_status cln_partial_reset(cln_partial *partial, cln_error *err);

/* Of an empty one: what the first answer tells. Fails when the disk has not
 * enough room; what the file needs is reserved. */
CLN_CHECKED cln_status cln_partial_lay_out(cln_partial *partial, const cln_http_response *response, uint64_t size_bytes,
                                           uint64_t part_bytes, cln_error *err);

/* The next bytes of a part; more than it has is CLN_ERR_IO. */
CLN_CHECKED cln_status cln_partial_write(cln_partial *partial, size_t part, const char *data, size_t size,
                                         cln_error *err);

/* The end of a file whose size was not known. */
void cln_partial_end(cln_partial *partial);

/* From the beginning on, without a gap. */
uint64_t cln_partial_prefix_bytes(cln_partial *partial);
bool cln_partial_is_whole(const cln_partial *partial);

/* Both files go away. */
void cln_partial_discard(cln_partial *partial);

#endif
