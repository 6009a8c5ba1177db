/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What objects say of themselves: metadata by which Colonnade knows its own.
 */
#ifndef COLONNADE_NET_S3_META_H
#define COLONNADE_NET_S3_META_H

#include "s3_call.h"

#define CLN_S3_META_PREFIX "x-amz-meta-"
#define CLN_S3_META_OWNER  "colonnade" /* of every object that Colonnade made */
#define CLN_S3_META_SHA256 "sha256"
#define CLN_S3_META_UPLOAD "colonnade-upload"

enum { CLN_S3_META_MOST = 8, CLN_S3_META_NAME_BYTES = 64 };

/* Room for the names of headers while the call lasts. */
typedef struct cln_s3_meta_names {
    char texts[CLN_S3_META_MOST][CLN_S3_META_NAME_BYTES];
} cln_s3_meta_names;

/* At most CLN_S3_META_MOST, and the owner. */
void cln_s3_call_add_meta(cln_s3_call *call, const cln_s3_meta *meta, size_t count, cln_s3_meta_names *names);

#endif
