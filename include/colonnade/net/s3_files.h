/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whole files of this machine to objects and back. Both ways what is there
 * already, by its SHA-256, is not transferred again; an object carries its own
 * in its metadata. All functions are local.
 */
#ifndef COLONNADE_NET_S3_FILES_H
#define COLONNADE_NET_S3_FILES_H

#include "colonnade/net/s3.h"

typedef enum cln_s3_copy {
    CLN_S3_COPIED,
    CLN_S3_SAME, /* it was there already */
} cln_s3_copy;

/* The file at path becomes the object, in parts when it is large. */
CLN_CHECKED cln_status cln_s3_put_file(cln_s3 *s3, const char *bucket, const char *key, const char *path,
                                       cln_s3_copy *copy, uint64_t *size_bytes, cln_error *err);

/* The object becomes the file at path, by a temporary name and a rename; its
 * folder is there. What arrived is checked against the object's SHA-256. A
 * missing object is CLN_ERR_IO. */
CLN_CHECKED cln_status cln_s3_get_file(cln_s3 *s3, const char *bucket, const char *key, const char *path, bool sync,
                                       cln_s3_copy *copy, uint64_t *size_bytes, cln_error *err);

#endif
