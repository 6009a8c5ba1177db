/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Servers answer with a page or an error object, and status 200, where the
 * file is not.
 */
#include "place.h"

#include <string.h>
#include <strings.h>

static bool has_prefix(const char *text, size_t size, const char *prefix) {
    const size_t prefix_size = strlen(prefix);
    return size >= prefix_size && strncasecmp(text, prefix, prefix_size) == 0;
}

static bool has_any_prefix(cln_span text, const char *const *prefixes, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (has_prefix(text.data, text.size, prefixes[i])) return true;
    }
    return false;
}

/* What stands at the beginning of a file, without a byte-order mark and blanks. */
static cln_span beginning_of(const cln_download_result *download) {
    cln_span head = cln_span_of(download->head, download->head_size);
    if (has_prefix(head.data, head.size, "\xef\xbb\xbf")) head = cln_span_of(head.data + 3, head.size - 3);
    while (head.size > 0 && memchr(" \t\r\n", *head.data, 4) != NULL) head = cln_span_of(head.data + 1, head.size - 1);
    return head;
}

/* A header of a CSV file may begin with a brace, but hardly goes on with a quote and a colon behind a word. */
static bool is_json_object(cln_span head) {
    if (head.size < 2 || head.data[0] != '{') return false;
    size_t at = 1;
    while (at < head.size && memchr(" \t\r\n", head.data[at], 4) != NULL) at++;
    if (at < head.size && head.data[at] == '}') return true;
    if (at == head.size || head.data[at] != '"') return false;
    const char *end = memchr(head.data + at + 1, '"', head.size - at - 1);
    if (end == NULL) return false;
    const char *stop = head.data + head.size;
    for (end++; end < stop && memchr(" \t\r\n", *end, 4) != NULL;) end++;
    return end < stop && *end == ':';
}

cln_status cln_refuse_page(const cln_download_result *download, const char *url, bool is_csv, cln_error *err) {
    static const char *const page_types[] = {"text/html", "application/xhtml"};
    static const char *const message_types[] = {"application/json", "application/problem", "application/xml",
                                                "text/xml"};
    static const char *const pages[] = {"<!doctype", "<html", "<head", "<body", "<script", "<title"};
    static const char *const messages[] = {"<?xml", "<error", "<exceptionreport", "<serviceexception", "<soap"};
    static const char *const errors[] = {"{\"error\"", "{\"status\"", "{\"message\"", "{\"code\""};
    const cln_span type = cln_span_of_string(download->content_type == NULL ? "" : download->content_type);
    const cln_span head = beginning_of(download);
    if (has_any_prefix(type, page_types, 2) || has_any_prefix(head, pages, sizeof pages / sizeof *pages)) {
        return cln_fail(err, CLN_ERR_IO, "%s answers with a web page, not with the file", url);
    }
    const bool is_message = has_any_prefix(head, messages, sizeof messages / sizeof *messages) ||
                            has_any_prefix(head, errors, sizeof errors / sizeof *errors) ||
                            (is_csv && (has_any_prefix(type, message_types, 4) || is_json_object(head)));
    if (is_message) {
        return cln_fail(err, CLN_ERR_IO, "%s answers with a message (%.*s), not with the file", url,
                        (int)(head.size < 80 ? head.size : 80), head.data);
    }
    if (download->size_bytes == 0) return cln_fail(err, CLN_ERR_IO, "%s answers with an empty file", url);
    return CLN_OK;
}
