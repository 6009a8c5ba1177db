/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Object storage that speaks S3: Amazon's, or another's behind an endpoint.
 * Every request is signed (sigv4.h), bodies by their SHA-256, and repeated when
 * the service is busy or the connection breaks (retry.h). What it refuses
 * becomes a message that says what to do; none has a secret in it.
 *
 * One cln_s3 is used by one thread; the functions here wait for their answers.
 * Keys are as they are: nothing in them is encoded, and "a//../b" is a key.
 * All functions are local.
 */
#ifndef COLONNADE_NET_S3_H
#define COLONNADE_NET_S3_H

#include "colonnade/base/buffer.h"
#include "colonnade/config/config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLN_S3_SCHEME         "s3://"
#define CLN_S3_BUCKET_BYTES   64   /* with a NUL */
#define CLN_S3_KEY_MOST_BYTES 1024 /* without one */

typedef struct cln_s3 cln_s3;

/* Region and endpoint are the configuration's, else those of the environment
 * and of the profile (credentials.h). Nothing is asked yet. The caller frees it. */
CLN_CHECKED cln_status cln_s3_new(cln_s3 **s3, const cln_config_s3 *config, cln_error *err);
void cln_s3_free(cln_s3 *s3); /* NULL does nothing */

/* "s3://BUCKET/KEY" in its parts. */
typedef struct cln_s3_place {
    char bucket[CLN_S3_BUCKET_BYTES];
    const char *key; /* borrowed from the address; "" for the whole bucket */
} cln_s3_place;

bool cln_s3_is_address(const char *text);
/* What is no such address is CLN_ERR_USAGE. */
CLN_CHECKED cln_status cln_s3_parse_address(cln_s3_place *place, const char *address, cln_error *err);

/* The signed request for an object, for whoever sends it himself within some
 * minutes: its address and the lines of its headers, at most
 * CLN_S3_SIGNED_LINES, all owned by the caller. The lines hold the session
 * token; a range or a condition may be added to them. */
enum { CLN_S3_SIGNED_LINES = 4 };
CLN_CHECKED cln_status cln_s3_sign_get(cln_s3 *s3, const char *address, char **url, char **lines, size_t *line_count,
                                       cln_error *err);

typedef struct cln_s3_meta { /* "x-amz-meta-NAME"; printable ASCII */
    const char *name;        /* in lower case */
    const char *value;
} cln_s3_meta;

/* What is known of an object. */
typedef struct cln_s3_info {
    bool exists;
    bool is_ours; /* its metadata say that Colonnade made it */
    uint64_t size_bytes;
    char *etag; /* with its quotes */
    char *last_modified;
    char *sha256; /* of the metadata "sha256"; NULL: none */
    char *upload; /* of the metadata "colonnade-upload"; NULL: none */
} cln_s3_info;

/* An object that is not there is no error. The caller cleans *info up. */
CLN_CHECKED cln_status cln_s3_head(cln_s3 *s3, const char *bucket, const char *key, cln_s3_info *info, cln_error *err);
void cln_s3_info_clean_up(cln_s3_info *info);

/* A whole object of at most body->size_limit bytes, appended; *exists false:
 * there is none. */
CLN_CHECKED cln_status cln_s3_get(cln_s3 *s3, const char *bucket, const char *key, cln_buffer *body, bool *exists,
                                  cln_error *err);

/* Exactly size bytes from offset of the object that has the ETag; another
 * object in its place is CLN_ERR_IO. Long ranges are cut and asked for side by
 * side. */
CLN_CHECKED cln_status cln_s3_get_range(cln_s3 *s3, const char *bucket, const char *key, const char *etag,
                                        uint64_t offset, void *data, size_t size, cln_error *err);

/* Writes an object in one request, with its SHA-256 among the metadata. */
CLN_CHECKED cln_status cln_s3_put(cln_s3 *s3, const char *bucket, const char *key, cln_span body,
                                  const cln_s3_meta *meta, size_t meta_count, cln_error *err);

/* Deletes objects, up to a thousand with each request; those that are not
 * there are no error. */
CLN_CHECKED cln_status cln_s3_delete(cln_s3 *s3, const char *bucket, const char *const *keys, size_t count,
                                     cln_error *err);

typedef struct cln_s3_object {
    char *key;
    uint64_t size_bytes;
    char *etag;
} cln_s3_object;

typedef struct cln_s3_list {
    cln_s3_object *objects; /* in bytewise order of their keys */
    size_t count;
    size_t capacity;
} cln_s3_list;

/* All objects whose keys begin so, page by page; at most objects_most (0: any
 * number). The caller cleans the list up, also after a failure. */
CLN_CHECKED cln_status cln_s3_list_objects(cln_s3 *s3, const char *bucket, const char *prefix, size_t objects_most,
                                           cln_s3_list *list, cln_error *err);
void cln_s3_list_clean_up(cln_s3_list *list);

CLN_CHECKED cln_status cln_s3_bucket_exists(cln_s3 *s3, const char *bucket, bool *exists, cln_error *err);
CLN_CHECKED cln_status cln_s3_bucket_create(cln_s3 *s3, const char *bucket, cln_error *err);
/* Only an empty one can be deleted. */
CLN_CHECKED cln_status cln_s3_bucket_delete(cln_s3 *s3, const char *bucket, cln_error *err);

#endif
