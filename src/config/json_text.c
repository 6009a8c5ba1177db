/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "json_text.h"

#include "colonnade/base/utf8.h"
#include "json_syntax.h"

static cln_status fail_at(cln_error *err, const char *origin, cln_span text, size_t offset, const char *mistake) {
    size_t line = 1, column = 1; /* columns in characters */
    for (size_t i = 0; i < offset && i < text.size; i++) {
        if (text.data[i] == '\n') {
            line++;
            column = 1;
        } else if (((unsigned char)text.data[i] & 0xC0) != 0x80) {
            column++;
        }
    }
    return cln_fail(err, CLN_ERR_USAGE, "%s:%zu:%zu: %s", origin, line, column, mistake);
}

static cln_span without_byte_order_mark(cln_span text) {
    static const char mark[] = "\xEF\xBB\xBF";
    if (text.size < 3 || memcmp(text.data, mark, 3) != 0) return text;
    return cln_span_of(text.data + 3, text.size - 3);
}

static bool is_blank(cln_span text) {
    size_t size = 0;
    while (size < text.size && strchr(" \t\r\n", text.data[size]) != NULL && text.data[size] != '\0') size++;
    return size == text.size;
}

cln_status cln_json_parse(cJSON **root, cln_span text, const char *origin, cln_error *err) {
    size_t offset = 0;
    const char *end = NULL;
    *root = NULL;
    text = without_byte_order_mark(text);
    if (is_blank(text)) {
        return cln_fail(err, CLN_ERR_USAGE, "%s: the configuration is empty; write at least {\"datasets\": {}}",
                        origin);
    }
    if (!cln_utf8_is_valid(text)) {
        return cln_fail(err, CLN_ERR_USAGE, "%s: the configuration is not UTF-8; save it as UTF-8", origin);
    }
    const char *const mistake = cln_json_find_mistake(text, &offset);
    if (mistake != NULL) return fail_at(err, origin, text, offset, mistake);
    *root = cJSON_ParseWithLengthOpts(text.data, text.size, &end, 0);
    if (*root != NULL) return CLN_OK;
    /* Half of a surrogate pair, a number of hundreds of digits, or no memory. */
    offset = end == NULL ? 0 : (size_t)(end - text.data);
    return fail_at(err, origin, text, offset, "the value here or just before cannot be read");
}
