/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "page.h"

#include <string.h>
#include <strings.h>

static bool has_prefix(cln_span text, const char *prefix) {
    const size_t size = strlen(prefix);
    return text.size >= size && strncasecmp(text.data, prefix, size) == 0;
}

static cln_span skip_mark_and_blanks(cln_span head) {
    if (has_prefix(head, "\xef\xbb\xbf")) head = cln_span_of(head.data + 3, head.size - 3);
    while (head.size > 0 && memchr(" \t\r\n", head.data[0], 4) != NULL) {
        head = cln_span_of(head.data + 1, head.size - 1);
    }
    return head;
}

cln_status cln_refuse_page(const char *url, const char *content_type, cln_span head, bool is_csv, cln_error *err) {
    const cln_span type = cln_span_of_string(content_type == NULL ? "" : content_type);
    const cln_span text = skip_mark_and_blanks(head);
    if (head.size == 0) return cln_fail(err, CLN_ERR_IO, "%s answers with an empty file", url);
    if (has_prefix(type, "text/html") || has_prefix(text, "<!doctype") || has_prefix(text, "<html") ||
        has_prefix(text, "<?xml")) {
        return cln_fail(err, CLN_ERR_IO, "%s answers with a web page, not with the file", url);
    }
    if (is_csv &&
        (has_prefix(type, "application/json") || has_prefix(text, "{\"error\"") || has_prefix(text, "{\"status\""))) {
        return cln_fail(err, CLN_ERR_IO, "%s answers with a message (%.*s), not with a CSV file", url,
                        (int)(text.size < 80 ? text.size : 80), text.data);
    }
    return CLN_OK;
}
