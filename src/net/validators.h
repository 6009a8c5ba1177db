/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What tells one version of a file from another: ETag and Last-Modified (RFC
 * 9110, 8.8). Private to the net layer. All functions are local.
 */
#ifndef COLONNADE_NET_VALIDATORS_H
#define COLONNADE_NET_VALIDATORS_H

#include "colonnade/net/http.h"

typedef struct cln_validators {
    char *etag; /* NULL where the server says nothing */
    char *last_modified;
    bool is_old_enough; /* the date is a strong validator: the file was not changed within the second of the answer */
} cln_validators;

/* Those of an answer in the place of what *validators was. */
CLN_CHECKED cln_status cln_validators_take(cln_validators *validators, const cln_http_response *response,
                                           cln_error *err);
void cln_validators_clean_up(cln_validators *validators);

/* What If-Range may hold, borrowed: a strong ETag, else a date that is strong; NULL: neither. */
const char *cln_validators_strong(const cln_validators *validators);

/* Whether a part of an answer is of the same version. */
bool cln_validators_agree(const cln_validators *validators, const cln_http_response *response);

#endif
