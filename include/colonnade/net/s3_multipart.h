/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Uploads in parts: begun, looked at, completed, given up. Until it is
 * completed nothing is visible of an object, and its parts cost money. The
 * parts themselves are sent by upload.h. All functions are local.
 */
#ifndef COLONNADE_NET_S3_MULTIPART_H
#define COLONNADE_NET_S3_MULTIPART_H

#include "colonnade/net/s3.h"

enum { CLN_S3_PARTS_MOST = 10000 };

typedef struct cln_s3_part {
    unsigned number; /* from 1 */
    uint64_t size_bytes;
    char *etag;
} cln_s3_part;

typedef struct cln_s3_part_list {
    cln_s3_part *parts; /* in the order of their numbers */
    size_t count;
    size_t capacity;
} cln_s3_part_list;

/* Begins an upload; *upload_id is owned by the caller. Where an answer was lost
 * the service may have begun several: the others are given up. */
CLN_CHECKED cln_status cln_s3_multipart_create(cln_s3 *s3, const char *bucket, const char *key, const cln_s3_meta *meta,
                                               size_t meta_count, char **upload_id, cln_error *err);

/* The parts that the service has; *exists false: it knows no such upload. The
 * caller cleans the list up, also after a failure. */
CLN_CHECKED cln_status cln_s3_multipart_list(cln_s3 *s3, const char *bucket, const char *key, const char *upload_id,
                                             cln_s3_part_list *list, bool *exists, cln_error *err);
/* Adds a copy of the ETag. */
CLN_CHECKED cln_status cln_s3_part_list_add(cln_s3_part_list *list, unsigned number, uint64_t size_bytes,
                                            const char *etag, cln_error *err);
void cln_s3_part_list_clean_up(cln_s3_part_list *list);

/* Makes the object of all parts of the list. mark is the object's metadata
 * "colonnade-upload": should the answer be lost, it tells that the object is
 * the one that was meant. */
CLN_CHECKED cln_status cln_s3_multipart_complete(cln_s3 *s3, const char *bucket, const char *key, const char *upload_id,
                                                 const cln_s3_part_list *list, const char *mark, cln_error *err);

/* Gives an upload up, with all of its parts. One that is not there is no error. */
CLN_CHECKED cln_status cln_s3_multipart_abort(cln_s3 *s3, const char *bucket, const char *key, const char *upload_id,
                                              cln_error *err);

typedef struct cln_s3_upload_list {
    struct {
        char *key;
        char *upload_id;
        int64_t begun_seconds; /* since 1970 UTC, by the service's clock; INT64_MIN: it does not say */
    } * uploads;
    size_t count;
    size_t capacity;
} cln_s3_upload_list;

/* The uploads under way whose keys begin so. The caller cleans the list up,
 * also after a failure. */
CLN_CHECKED cln_status cln_s3_multipart_list_uploads(cln_s3 *s3, const char *bucket, const char *prefix,
                                                     cln_s3_upload_list *list, cln_error *err);
void cln_s3_upload_list_clean_up(cln_s3_upload_list *list);

#endif
