/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Keys for object storage, looked for where other AWS programs look:
 *
 * 1. AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN
 * 2. the profile of AWS_PROFILE, or "default", in ~/.aws/credentials and
 *    ~/.aws/config (AWS_SHARED_CREDENTIALS_FILE, AWS_CONFIG_FILE)
 * 3. a container's address: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or _FULL_URI
 *    with AWS_CONTAINER_AUTHORIZATION_TOKEN or _TOKEN_FILE
 * 4. the metadata service of EC2, version 2 (AWS_EC2_METADATA_SERVICE_ENDPOINT
 *    for another address, AWS_EC2_METADATA_DISABLED=true for none)
 *
 * The first place that has any is taken; one that is there and broken is an
 * error, not a reason to go on with somebody else's keys. Those of 3 and 4
 * expire and are renewed some minutes before. No message has a secret in it,
 * and secrets are kept out of core dumps. All functions are local.
 */
#ifndef COLONNADE_NET_CREDENTIALS_H
#define COLONNADE_NET_CREDENTIALS_H

#include "colonnade/base/status.h"

#include <stdint.h>

typedef struct cln_credentials cln_credentials;

/* Valid until the next call of cln_credentials_keys. */
typedef struct cln_aws_keys {
    const char *access_key_id;
    const char *secret_access_key;
    const char *session_token; /* NULL: none */
    int64_t expires_at;        /* seconds since 1970; 0: never */
    const char *origin;        /* for messages: "the environment" */
} cln_aws_keys;

/* Nothing is looked for yet. The caller frees it. */
CLN_CHECKED cln_status cln_credentials_new(cln_credentials **credentials, cln_error *err);
void cln_credentials_free(cln_credentials *credentials); /* NULL does nothing */

/* The keys that hold now; it may ask a service for them, for some seconds. None
 * anywhere is CLN_ERR_USAGE and says where to put them. */
CLN_CHECKED cln_status cln_credentials_keys(cln_credentials *credentials, const cln_aws_keys **keys, cln_error *err);

/* Region and endpoint as the environment or the profile have them: AWS_REGION,
 * AWS_DEFAULT_REGION, AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, then "region" and
 * "endpoint_url" of the profile. Both are owned by the caller; NULL: neither. */
CLN_CHECKED cln_status cln_aws_find_region(char **region, cln_error *err);
CLN_CHECKED cln_status cln_aws_find_endpoint(char **endpoint, cln_error *err);

#endif
