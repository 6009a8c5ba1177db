/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What another run needs to go on with an upload: a small object of JSON
 * beside the one that is to be, since the service tells of an upload under way
 * only which parts it has. Local.
 */
#ifndef COLONNADE_NET_UPLOAD_STATE_H
#define COLONNADE_NET_UPLOAD_STATE_H

#include "s3_upload.h"
#include "validators.h"

#define CLN_UPLOAD_STATE_SUFFIX ".upload"

typedef struct cln_upload_state {
    char *url; /* of the source */
    char *key; /* of the object */
    char *upload_id;
    char *mark;
    cln_validators validators; /* of the source */
    uint64_t part_bytes;
    unsigned first_midstate; /* hash[0] is that of the first so many parts */
    char **hashes;
    size_t hash_count;
} cln_upload_state;

/* As JSON, appended: the upload as it is, and the last hashes of its parts. */
CLN_CHECKED cln_status cln_upload_state_write(cln_buffer *text, const char *url, const cln_validators *validators,
                                              const cln_s3_upload *upload, cln_error *err);
/* *is_whole false: the text is no such state. The caller cleans up in any case. */
CLN_CHECKED cln_status cln_upload_state_parse(cln_upload_state *state, cln_span text, bool *is_whole, cln_error *err);
void cln_upload_state_clean_up(cln_upload_state *state);

/* The hash of the first `parts` parts; false: the state has none. */
bool cln_upload_state_hash(const cln_upload_state *state, unsigned parts, cln_sha256_state *hash);

/* upload_list.c */
bool cln_upload_state_is_key(const char *key);
/* The uploads under way below a prefix: ours are those that a state beside the object names; the service tells of
 * no upload who began it. The caller cleans both lists up, also after a failure. */
CLN_CHECKED cln_status cln_uploads_read(cln_s3 *s3, const char *bucket, const char *prefix, cln_s3_upload_list *ours,
                                        cln_s3_upload_list *foreign, cln_error *err);
/* Gives ours up, and leaves the others. */
CLN_CHECKED cln_status cln_uploads_abort_ours(cln_s3 *s3, const char *bucket, const char *prefix, size_t *our_count,
                                              size_t *foreign_count, cln_error *err);

#endif
