/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "validators.h"

#include "colonnade/base/memory.h"

#include <stdlib.h>
#include <string.h>

void cln_validators_clean_up(cln_validators *validators) {
    free(validators->etag);
    free(validators->last_modified);
    *validators = (cln_validators){0};
}

static cln_status copy_header(char **copy, const cln_http_response *response, const char *name, cln_error *err) {
    const char *value = cln_http_header_value(response, name);
    return value == NULL || *value == '\0' ? CLN_OK : cln_copy_string(copy, value, err);
}

/* RFC 9110, 8.8.2.2: a date is strong when it is at least one second before that of the answer. */
static bool is_old_enough(const cln_http_response *response) {
    const int64_t changed = cln_http_date_seconds(cln_http_header_value(response, "Last-Modified"));
    const int64_t answered = cln_http_date_seconds(cln_http_header_value(response, "Date"));
    return changed >= 0 && answered > changed;
}

cln_status cln_validators_take(cln_validators *validators, const cln_http_response *response, cln_error *err) {
    cln_validators_clean_up(validators);
    CLN_TRY(copy_header(&validators->etag, response, "ETag", err));
    validators->is_old_enough = is_old_enough(response);
    return copy_header(&validators->last_modified, response, "Last-Modified", err);
}

const char *cln_validators_strong(const cln_validators *validators) {
    if (validators->etag != NULL && strncmp(validators->etag, "W/", 2) != 0) return validators->etag;
    return validators->is_old_enough ? validators->last_modified : NULL;
}

/* A part need not repeat the date where it has the ETag (RFC 9110, 15.3.7). */
bool cln_validators_agree(const cln_validators *validators, const cln_http_response *response) {
    const char *etag = cln_http_header_value(response, "ETag");
    const char *last_modified = cln_http_header_value(response, "Last-Modified");
    if (validators->etag != NULL) {
        if (etag == NULL || strcmp(etag, validators->etag) != 0) return false;
        return last_modified == NULL || validators->last_modified == NULL ||
               strcmp(last_modified, validators->last_modified) == 0;
    }
    return validators->last_modified != NULL && last_modified != NULL &&
           strcmp(last_modified, validators->last_modified) == 0;
}
