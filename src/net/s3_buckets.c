/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "s3_call.h"

#include <stdio.h>
#include <string.h>

cln_status cln_s3_bucket_exists(cln_s3 *s3, const char *bucket, bool *exists, cln_error *err) {
    cln_s3_call call = {.method = "HEAD", .bucket = bucket, .may_be_missing = true};
    const cln_status status = cln_s3_call_perform(s3, &call, err);
    *exists = status == CLN_OK && call.response.status != 404;
    cln_s3_call_clean_up(&call);
    return status;
}

/* The region must be said, but for the oldest one, where it must not. */
cln_status cln_s3_bucket_create(cln_s3 *s3, const char *bucket, cln_error *err) {
    char body[256] = "";
    if (strcmp(s3->region, "us-east-1") != 0) {
        (void)snprintf(body, sizeof body,
                       "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
                       "<LocationConstraint>%.64s</LocationConstraint></CreateBucketConfiguration>",
                       s3->region);
    }
    cln_s3_call call = {.method = "PUT", .bucket = bucket, .body = cln_span_of_string(body)};
    cln_status status = cln_s3_call_perform(s3, &call, err);
    if (status != CLN_OK && strcmp(call.refusal.code, "BucketAlreadyOwnedByYou") == 0) status = CLN_OK;
    cln_s3_call_clean_up(&call);
    return status;
}

cln_status cln_s3_bucket_delete(cln_s3 *s3, const char *bucket, cln_error *err) {
    cln_s3_call call = {.method = "DELETE", .bucket = bucket};
    const cln_status status = cln_s3_call_perform(s3, &call, err);
    cln_s3_call_clean_up(&call);
    return status;
}
