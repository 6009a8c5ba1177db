/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fields.h"

#include "colonnade/base/buffer.h"
#include "colonnade/config/nearest.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MESSAGE_MAX_BYTES = 768, LISTING_MAX_BYTES = 4096, KEY_COUNT_MAX = 32 };

cln_status cln_reader_fail(cln_reader *reader, const char *format, ...) {
    char message[MESSAGE_MAX_BYTES];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    const char *const separator = reader->path[0] == '\0' ? "" : ": ";
    return cln_fail(reader->err, CLN_ERR_USAGE, "%s: %s%s%s", reader->origin, reader->path, separator, message);
}

static bool is_plain_key(const char *key) {
    for (const char *c = key; *c != '\0'; c++) {
        if (!isalnum((unsigned char)*c) && *c != '_' && *c != '-') return false;
    }
    return key[0] != '\0';
}

size_t cln_reader_enter_key(cln_reader *reader, const char *key) {
    const size_t mark = strlen(reader->path);
    const size_t room = sizeof reader->path - mark;
    const char *const dot = mark == 0 ? "" : ".";
    if (is_plain_key(key)) {
        (void)snprintf(reader->path + mark, room, "%s%s", dot, key);
    } else {
        (void)snprintf(reader->path + mark, room, "%s\"%s\"", dot, key);
    }
    return mark;
}

size_t cln_reader_enter_item(cln_reader *reader, size_t index) {
    const size_t mark = strlen(reader->path);
    (void)snprintf(reader->path + mark, sizeof reader->path - mark, "[%zu]", index);
    return mark;
}

void cln_reader_leave(cln_reader *reader, size_t mark) {
    reader->path[mark] = '\0';
}

static const cln_field *find_field(const cln_fields *fields, const char *key) {
    for (size_t i = 0; i < fields->count; i++) {
        if (strcmp(fields->items[i].key, key) == 0) return &fields->items[i];
    }
    return NULL;
}

static cln_status list_keys(const cln_fields *fields, cln_buffer *out, cln_error *err) {
    for (size_t i = 0; i < fields->count; i++) {
        CLN_TRY(cln_buffer_append_format(out, err, "%s%s", i == 0 ? "" : ", ", fields->items[i].key));
    }
    return cln_buffer_terminate(out, err);
}

/* The reader stands at the unknown key. */
static cln_status fail_unknown_key(cln_reader *reader, const cln_fields *fields, const char *key) {
    const char *keys[KEY_COUNT_MAX];
    size_t count = 0;
    for (; count < fields->count && count < KEY_COUNT_MAX; count++) keys[count] = fields->items[count].key;
    const char *const nearest = cln_nearest_name(key, keys, count);
    cln_buffer listing;
    cln_buffer_init(&listing, LISTING_MAX_BYTES);
    cln_status status = list_keys(fields, &listing, reader->err);
    if (status == CLN_OK && nearest != NULL) {
        status = cln_reader_fail(reader, "unknown key; did you mean \"%s\"? Allowed here: %s", nearest, listing.data);
    } else if (status == CLN_OK) {
        status = cln_reader_fail(reader, "unknown key; allowed here: %s", listing.data);
    }
    cln_buffer_clean_up(&listing);
    return status;
}

static cln_status check_required(cln_reader *reader, const cJSON *value, const cln_fields *fields) {
    for (size_t i = 0; i < fields->count; i++) {
        const cln_field *const field = &fields->items[i];
        if (field->required && cJSON_GetObjectItemCaseSensitive(value, field->key) == NULL) {
            return cln_reader_fail(reader, "the key \"%s\" is missing", field->key);
        }
    }
    return CLN_OK;
}

cln_status cln_check_object(cln_reader *reader, const cJSON *value) {
    if (!cJSON_IsObject(value)) return cln_reader_fail(reader, "must be an object, {...}");
    for (const cJSON *child = value->child; child != NULL; child = child->next) {
        for (const cJSON *other = child->next; other != NULL; other = other->next) {
            if (strcmp(child->string, other->string) != 0) continue;
            (void)cln_reader_enter_key(reader, child->string);
            return cln_reader_fail(reader, "this key stands twice; keep one of the two");
        }
    }
    return CLN_OK;
}

cln_status cln_read_object(cln_reader *reader, const cJSON *value, const cln_fields *fields, void *object) {
    CLN_TRY(cln_check_object(reader, value));
    for (const cJSON *child = value->child; child != NULL; child = child->next) {
        const cln_field *const field = find_field(fields, child->string);
        const size_t mark = cln_reader_enter_key(reader, child->string);
        if (field == NULL) return fail_unknown_key(reader, fields, child->string);
        CLN_TRY(field->read(reader, child, field, object));
        cln_reader_leave(reader, mark);
    }
    return check_required(reader, value, fields);
}

cln_status cln_read_inner(cln_reader *reader, const cJSON *value, const cln_field *field, void *object) {
    return cln_read_object(reader, value, field->detail, object);
}
