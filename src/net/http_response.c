/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the headers of an answer say.
 */
#include "http_transfer.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *cln_http_header_value(const cln_http_response *response, const char *name) {
    for (size_t i = 0; i < response->header_count; i++) {
        if (strcasecmp(response->headers[i].name, name) == 0) return response->headers[i].value;
    }
    return NULL;
}

void cln_http_response_clean_up(cln_http_response *response) {
    cln_http_forget_headers(response);
    free(response->headers);
    free(response->final_url);
    cln_buffer_clean_up(&response->body);
    *response = (cln_http_response){0};
}

/* Digits into a number; false where there are none, or too many. */
static bool take_number(const char **text, uint64_t *number) {
    const char *c = *text;
    *number = 0;
    for (; *c >= '0' && *c <= '9'; c++) {
        if (*number > (UINT64_MAX >> 1) / 10) return false;
        *number = *number * 10 + (uint64_t)(*c - '0');
    }
    const bool some = c != *text;
    *text = c;
    return some;
}

bool cln_http_content_range(const cln_http_response *response, uint64_t *first, uint64_t *last, uint64_t *total) {
    const char *text = cln_http_header_value(response, "Content-Range");
    if (response->status != 206 || text == NULL || strncasecmp(text, "bytes ", 6) != 0) return false;
    text += 6;
    text += strspn(text, " ");
    if (!take_number(&text, first) || *text++ != '-' || !take_number(&text, last) || *text++ != '/') return false;
    if (strcmp(text, "*") == 0) {
        *total = CLN_HTTP_TO_THE_END;
    } else if (!take_number(&text, total) || *text != '\0') {
        return false;
    }
    return *first <= *last && *last < *total;
}

bool cln_http_content_length(const cln_http_response *response, uint64_t *size_bytes) {
    const char *text = cln_http_header_value(response, "Content-Length");
    return text != NULL && take_number(&text, size_bytes) && *text == '\0';
}

int64_t cln_http_date_seconds(const char *text) {
    return text == NULL ? -1 : (int64_t)curl_getdate(text, NULL);
}
