/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
#include "colonnade/base/clock.h"
#include "s3_call.h"
#include "s3_xml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void copy_header(const cln_http_response *response, const char *name, char *text, size_t size) {
    const char *value = cln_http_header_value(response, name);
    if (value != NULL && text[0] == '\0') (void)snprintf(text, size, "%s", value);
}

void cln_s3_refusal_read(cln_s3_refusal *refusal, const cln_http_response *response) {
    *refusal = (cln_s3_refusal){0};
    cln_xml xml;
    if (response->body.size > 0 &&
        cln_xml_parse(&xml, cln_buffer_span(&response->body), "the answer", NULL) == CLN_OK) {
        if (cln_xml_is(xml.root, "Error")) {
            cln_xml_copy_text(xml.root, "Code", refusal->code, sizeof refusal->code);
            cln_xml_copy_text(xml.root, "Message", refusal->message, sizeof refusal->message);
            cln_xml_copy_text(xml.root, "Region", refusal->region, sizeof refusal->region);
            cln_xml_copy_text(xml.root, "ServerTime", refusal->server_time, sizeof refusal->server_time);
        }
        cln_xml_clean_up(&xml);
    }
    copy_header(response, "x-amz-bucket-region", refusal->region, sizeof refusal->region);
    copy_header(response, "Date", refusal->server_time, sizeof refusal->server_time);
}

bool cln_s3_refusal_is_passing(const cln_s3_refusal *refusal) {
    static const char *const codes[] = {"SlowDown",           "InternalError",        "RequestTimeout",
                                        "ServiceUnavailable", "RequestLimitExceeded", "Throttling",
                                        "OperationAborted"};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        if (strcmp(refusal->code, codes[i]) == 0) return true;
    }
    return false;
}

typedef struct advice {
    const char *code;
    const char *text;
} advice;

static const advice advices[] = {
    {"SignatureDoesNotMatch", "the secret key does not belong to the access key id; check both (a '+' or '/' is easily "
                              "lost), and the region"},
    {"InvalidAccessKeyId", "the access key id is unknown there; check it, and that the endpoint is the right one"},
    {"InvalidToken", "the session token does not belong to the keys; get new ones"},
    {"ExpiredToken", "the session token expired; get new keys, for example with 'aws sso login' or your usual way"},
    {"TokenRefreshRequired", "the session token expired; get new keys"},
    {"AccessDenied",
     "the keys do not allow it; ask the bucket's owner for s3:GetObject, s3:PutObject, s3:DeleteObject, "
     "s3:ListBucket and s3:AbortMultipartUpload"},
    {"NoSuchBucket", "there is no such bucket; check its name and the endpoint, or make it with --create"},
    {"BucketAlreadyExists", "somebody else has a bucket of that name; choose another"},
    {"NoSuchKey", "there is no such object"},
    {"PreconditionFailed", "the object was replaced while it was read; start again"},
    {"EntityTooLarge", "the object is too large for one request there; make s3.part_size smaller"},
    {"EntityTooSmall", "the service wants greater parts; make s3.part_size in the configuration greater"},
    {"InvalidBucketName", "buckets are called by 3 to 63 of a-z, 0-9, '.' and '-'"},
    {"BucketNotEmpty", "it still holds objects"},
    {"XAmzContentSHA256Mismatch", "the bytes changed on their way; try again"},
    {"BadDigest", "the bytes changed on their way; try again"},
    {"SlowDown", "the service is busy; try again later, or with fewer s3.parts_at_once"},
    {"ServiceUnavailable", "the service is busy; try again later"},
};

static const char *find_advice(const char *code) {
    for (size_t i = 0; i < sizeof advices / sizeof *advices; i++) {
        if (strcmp(advices[i].code, code) == 0) return advices[i].text;
    }
    return NULL;
}

/* What an answer without words means. */
static const char *code_of_status(long status) {
    switch (status) {
    case 403:
        return "AccessDenied";
    case 404:
        return "NoSuchKey";
    case 412:
        return "PreconditionFailed";
    case 503:
        return "SlowDown";
    default:
        return "";
    }
}

static void write_target(const cln_s3_call *call, char *text, size_t size) {
    (void)snprintf(text, size, CLN_S3_SCHEME "%s%s%.300s", call->bucket, call->key == NULL ? "" : "/",
                   call->key == NULL ? "" : call->key);
}

static cln_status fail_clock(const cln_s3_refusal *refusal, const char *target, cln_error *err) {
    char now[32];
    cln_clock_utc_text(now);
    return cln_fail(err, CLN_ERR_IO,
                    "%s: this machine's clock differs too much from the service's, so signatures are not accepted: it "
                    "is %s here and %s there; set the clock",
                    target, now, refusal->server_time[0] == '\0' ? "another time" : refusal->server_time);
}

static cln_status fail_region(const cln_s3_call *call, const char *target, cln_error *err) {
    const cln_s3_refusal *refusal = &call->refusal;
    if (refusal->region[0] == '\0') {
        return cln_fail(err, CLN_ERR_USAGE,
                        "%s: the bucket is in another region than %s, or behind another endpoint; say which by "
                        "s3.region in the configuration or AWS_REGION",
                        target, call->s3->region);
    }
    return cln_fail(err, CLN_ERR_USAGE,
                    "%s: the bucket is in the region %s, not in %s: set s3.region in the configuration, or AWS_REGION",
                    target, refusal->region, call->s3->region);
}

cln_status cln_s3_refusal_fail(const cln_s3_call *call, cln_error *err) {
    const cln_s3_refusal *refusal = &call->refusal;
    const long status = call->response.status;
    const char *code = refusal->code[0] != '\0' ? refusal->code : code_of_status(status);
    char target[512];
    write_target(call, target, sizeof target);
    if (strcmp(code, "RequestTimeTooSkewed") == 0) return fail_clock(refusal, target, err);
    if (status == 301 || status == 307 || strcmp(code, "AuthorizationHeaderMalformed") == 0 ||
        strcmp(code, "IllegalLocationConstraintException") == 0) {
        return fail_region(call, target, err);
    }
    const char *text = find_advice(code);
    return cln_fail(err, CLN_ERR_IO, "%s: %s (%s%sHTTP %ld)", target,
                    text != NULL                  ? text
                    : refusal->message[0] != '\0' ? refusal->message
                                                  : "the service refuses",
                    code, code[0] == '\0' ? "" : ", ", status);
}
