/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The parts of bringing a source into a bucket. Private to fetch_s3*.c. Local.
 */
#ifndef COLONNADE_NET_FETCH_S3_PARTS_H
#define COLONNADE_NET_FETCH_S3_PARTS_H

#include "colonnade/net/fetch_to_s3.h"
#include "sidecar.h"
#include "stream.h"
#include "upload_state.h"

/* The keys of one item. */
typedef struct cln_fetch_keys {
    cln_s3_place place;
    char *folder;     /* "PREFIX/DATASET/DATE/" */
    char *newest_key; /* of the versions of the day; NULL: none */
    char *next_key;
    char *state_key;
} cln_fetch_keys;

typedef struct cln_s3_fetch {
    const cln_fetch_item *item;
    const cln_fetch_s3_target *target;
    cln_fetch_keys keys;
    cln_origin known; /* of the newest version */
} cln_s3_fetch;

typedef enum cln_pass_end {
    CLN_PASS_DONE,
    CLN_PASS_SAME,          /* the newest version of the day is the one */
    CLN_PASS_OTHER_VERSION, /* the source changed on the way: begin again */
    CLN_PASS_FAILED,        /* by the source; reason says why */
} cln_pass_end;

/* fetch_s3_keys.c */
CLN_CHECKED cln_status cln_fetch_keys_find(cln_s3_fetch *fetch, cln_error *err);
void cln_s3_fetch_clean_up(cln_s3_fetch *fetch);

/* fetch_s3_compare.c: reads the source and keeps nothing: is it the newest version? */
CLN_CHECKED cln_status cln_fetch_compare(cln_s3_fetch *fetch, const char *url, cln_pass_end *end, bool *is_missing,
                                         cln_error *reason, cln_error *err);

/* fetch_s3_pass.c: one attempt to bring one address into the bucket. */
CLN_CHECKED cln_status cln_fetch_pass(cln_s3_fetch *fetch, const char *url, cln_fetch_result *result, cln_pass_end *end,
                                      bool *is_missing, cln_error *reason, cln_error *err);

/* CLN_OK, or the error that a signal is. */
CLN_CHECKED cln_status cln_fetch_check_signal(cln_error *err);

#endif
