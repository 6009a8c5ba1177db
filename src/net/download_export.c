/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/file.h"
#include "download_parts.h"

#include <stdlib.h>

static void ask_again(void *context) {
    cln_download_ask(context);
}

void cln_download_heed(cln_download *d, const cln_http_response *response, cln_span body) {
    cln_error error = {0};
    double delay_seconds = 0;
    cln_status status = cln_export_heed(&d->export, response, body, &delay_seconds, &error);
    if (status == CLN_OK && delay_seconds == 0) {
        cln_download_ask(d);
        return;
    }
    if (status == CLN_OK) status = cln_http_call_later(d->pool, delay_seconds, ask_again, d, &error);
    if (status != CLN_OK) cln_download_over(d, CLN_DOWNLOAD_FAILED, status, &error);
}

cln_status cln_download_looks_like_message(cln_download *d, cln_buffer *body, bool *is_message, cln_error *err) {
    const cln_download_result *result = d->result;
    *is_message = false;
    if (result->size_bytes > body->size_limit || result->head_size == 0 || result->head[0] != '{') return CLN_OK;
    CLN_TRY(cln_file_read(d->partial.path, body, err));
    cln_export_state state;
    char *address = NULL;
    CLN_TRY(cln_export_judge(cln_buffer_span(body), &state, &address, err));
    free(address);
    *is_message = state != CLN_EXPORT_NONE;
    return CLN_OK;
}
