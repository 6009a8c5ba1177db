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

/* What the parts of all files together may take. */
typedef struct cln_part_memory {
    uint64_t left_bytes;
    uint64_t share_bytes; /* of one file; two parts of the usual size fit */
    size_t waiting_count; /* files that need more than is left */
} cln_part_memory;

typedef struct cln_s3_fetch {
    const cln_fetch_job *job;
    size_t index; /* of the job */
    const cln_fetch_s3_target *target;
    cln_part_memory *memory;
    uint64_t held_bytes; /* of it */
    bool is_waiting;     /* for more of it, and holds none meanwhile */
    cln_fetch_keys keys;
    cln_origin known; /* of the newest version */
} cln_s3_fetch;

/* fetch_s3_memory.c: for parts of that size; false: not yet. */
bool cln_fetch_take_memory(cln_s3_fetch *fetch, uint64_t part_bytes);
/* The share of a file that begins; false: not yet. */
bool cln_fetch_take_share(cln_s3_fetch *fetch);
void cln_fetch_return_memory(cln_s3_fetch *fetch);

typedef enum cln_pass_end {
    CLN_PASS_DONE,
    CLN_PASS_SAME,          /* the newest version of the day is the one */
    CLN_PASS_OTHER_VERSION, /* the source changed on the way: begin again */
    CLN_PASS_FAILED,        /* by the source; reason says why */
} cln_pass_end;

/* How a comparison or a pass ended. */
typedef struct cln_pass_outcome {
    cln_pass_end end;
    bool is_missing;
    cln_error reason;
} cln_pass_outcome;

/* fetch_s3_keys.c */
CLN_CHECKED cln_status cln_fetch_keys_find(cln_s3_fetch *fetch, cln_error *err);
void cln_s3_fetch_clean_up(cln_s3_fetch *fetch);

/* fetch_s3_compare.c: reads the source and keeps nothing: is it the newest
 * version? Not to be moved while it runs. */
typedef struct cln_fetch_comparison {
    cln_s3_fetch *fetch;
    cln_stream stream;
    cln_sha256 hash;
    bool is_hashing;
} cln_fetch_comparison;

CLN_CHECKED cln_status cln_fetch_comparison_begin(cln_fetch_comparison *comparison, cln_s3_fetch *fetch,
                                                  const char *url, cln_error *err);
/* Between two steps of the pool. */
void cln_fetch_comparison_step(cln_fetch_comparison *comparison, bool *is_over, bool *has_moved);
CLN_CHECKED cln_status cln_fetch_comparison_finish(cln_fetch_comparison *comparison, cln_pass_outcome *outcome,
                                                   cln_error *err);
void cln_fetch_comparison_clean_up(cln_fetch_comparison *comparison);

enum { CLN_UPLOAD_MARK_BYTES = 33 }; /* hex digits and a NUL */

/* fetch_s3_pass.c: one attempt to bring one address into the bucket. Not to be
 * moved while it runs. */
typedef struct cln_pass {
    cln_s3_fetch *fetch;
    const char *url;
    cln_stream stream;
    cln_s3_upload upload;
    cln_upload_state former; /* of an earlier run */
    char mark[CLN_UPLOAD_MARK_BYTES];
    cln_s3_call state_call;
    cln_buffer state_text;
    bool is_saving;
    bool has_state;       /* the service has one */
    unsigned saved_parts; /* as the state that is saved has them; UINT_MAX: none is */
    bool has_read;        /* whether there is a former one */
    bool can_resume;
    bool is_begun;
    bool is_done; /* nothing of it is under way any more */
    bool has_room;
} cln_pass;

void cln_fetch_pass_begin(cln_pass *pass, cln_s3_fetch *fetch, const char *url);
/* Between two steps of the pool. *has_moved: there is more to do at once. */
CLN_CHECKED cln_status cln_fetch_pass_step(cln_pass *pass, bool *is_over, bool *has_moved, cln_error *err);
/* After the last step: what came of it; publishes what is whole. */
CLN_CHECKED cln_status cln_fetch_pass_finish(cln_pass *pass, cln_fetch_result *result, cln_pass_outcome *outcome,
                                             cln_error *err);
/* What is not done is left for the next run, or given up. */
void cln_fetch_pass_clean_up(cln_pass *pass);

#endif
