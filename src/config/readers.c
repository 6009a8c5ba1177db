/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How single values are read; see fields.h. */
#include "colonnade/base/buffer.h"
#include "colonnade/base/memory.h"
#include "colonnade/config/config.h"
#include "fields.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { LISTING_MAX_BYTES = 4096 };

cln_status cln_take_text(cln_reader *reader, const cJSON *value, char **text) {
    if (!cJSON_IsString(value) || value->valuestring[0] == '\0') {
        return cln_reader_fail(reader, "must be a text that is not empty");
    }
    return cln_copy_string(text, value->valuestring, reader->err);
}

cln_status cln_read_text(cln_reader *reader, const cJSON *value, const cln_field *field, void *object) {
    return cln_take_text(reader, value, cln_member(object, field->offset));
}

cln_status cln_read_text_item(cln_reader *reader, const cJSON *value, void *item) {
    return cln_take_text(reader, value, item);
}

cln_status cln_read_bool(cln_reader *reader, const cJSON *value, const cln_field *field, void *object) {
    if (!cJSON_IsBool(value)) return cln_reader_fail(reader, "must be true or false");
    bool *const member = cln_member(object, field->offset);
    *member = cJSON_IsTrue(value) != 0;
    return CLN_OK;
}

static bool may_delimit(const char *text) {
    const unsigned char c = (unsigned char)text[0];
    return c != '\0' && text[1] == '\0' && c < 0x7F && c != '\n' && c != '\r';
}

cln_status cln_read_character(cln_reader *reader, const cJSON *value, const cln_field *field, void *object) {
    if (!cJSON_IsString(value) || !may_delimit(value->valuestring)) {
        return cln_reader_fail(reader, "must be a text of one ASCII character (\",\", \";\", \"\\t\"), not a line end");
    }
    char *const member = cln_member(object, field->offset);
    *member = value->valuestring[0];
    return CLN_OK;
}

cln_status cln_read_quote(cln_reader *reader, const cJSON *value, const cln_field *field, void *object) {
    if (!cJSON_IsString(value) || strcmp(value->valuestring, "none") != 0) {
        return cln_read_character(reader, value, field, object);
    }
    char *const member = cln_member(object, field->offset);
    *member = '\0';
    return CLN_OK;
}

cln_status cln_read_number(cln_reader *reader, const cJSON *value, const cln_field *field, void *object) {
    const cln_range *const range = field->detail;
    if (!cJSON_IsNumber(value) || !(value->valuedouble >= range->min && value->valuedouble <= range->max)) {
        return cln_reader_fail(reader, "must be a number from %g to %g", range->min, range->max);
    }
    double *const member = cln_member(object, field->offset);
    *member = value->valuedouble;
    return CLN_OK;
}

cln_status cln_read_integer(cln_reader *reader, const cJSON *value, const cln_field *field, void *object) {
    const cln_range *const range = field->detail;
    const bool in_range = cJSON_IsNumber(value) && value->valuedouble >= range->min && value->valuedouble <= range->max;
    if (!in_range || value->valuedouble != (double)(int)value->valuedouble) {
        return cln_reader_fail(reader, "must be a whole number from %.0f to %.0f", range->min, range->max);
    }
    int *const member = cln_member(object, field->offset);
    *member = (int)value->valuedouble;
    return CLN_OK;
}

/* A whole number that a double holds exactly. */
static bool size_of_number(const cJSON *value, uint64_t *size_bytes) {
    const double exact_max = 9007199254740992.0; /* 2^53 */
    if (!(value->valuedouble >= 0 && value->valuedouble <= exact_max)) return false;
    *size_bytes = (uint64_t)value->valuedouble;
    return (double)*size_bytes == value->valuedouble;
}

cln_status cln_read_size(cln_reader *reader, const cJSON *value, const cln_field *field, void *object) {
    const cln_range *const range = field->detail;
    uint64_t size_bytes = 0;
    const bool is_size =
        (cJSON_IsString(value) && cln_config_parse_size(value->valuestring, &size_bytes, NULL) == CLN_OK) ||
        (cJSON_IsNumber(value) && size_of_number(value, &size_bytes));
    if (!is_size || (double)size_bytes < range->min || (double)size_bytes > range->max) {
        const bool is_small = range->min < 1048576.0;
        return cln_reader_fail(reader, "must be a size such as \"256M\" or a number of bytes, at least %.0f%s",
                               range->min / (is_small ? 1 : 1048576.0), is_small ? "" : "M");
    }
    uint64_t *const member = cln_member(object, field->offset);
    *member = size_bytes;
    return CLN_OK;
}

static cln_status list_choices(const cln_choices *choices, cln_buffer *out, cln_error *err) {
    for (size_t i = 0; i < choices->count; i++) {
        CLN_TRY(cln_buffer_append_format(out, err, "%s\"%s\"", i == 0 ? "" : ", ", choices->names[i]));
    }
    return cln_buffer_terminate(out, err);
}

static cln_status fail_choice(cln_reader *reader, const cln_choices *choices) {
    cln_buffer listing;
    cln_buffer_init(&listing, LISTING_MAX_BYTES);
    cln_status status = list_choices(choices, &listing, reader->err);
    if (status == CLN_OK) status = cln_reader_fail(reader, "must be one of %s", listing.data);
    cln_buffer_clean_up(&listing);
    return status;
}

static cln_status find_choice(cln_reader *reader, const cJSON *value, const cln_choices *choices, size_t *index) {
    for (size_t i = 0; cJSON_IsString(value) && i < choices->count; i++) {
        if (strcmp(value->valuestring, choices->names[i]) != 0) continue;
        *index = i;
        return CLN_OK;
    }
    return fail_choice(reader, choices);
}

cln_status cln_read_choice(cln_reader *reader, const cJSON *value, const cln_field *field, void *object) {
    size_t index = 0;
    CLN_TRY(find_choice(reader, value, field->detail, &index));
    const unsigned chosen = (unsigned)index; /* enums without negative values are unsigned */
    memcpy(cln_member(object, field->offset), &chosen, sizeof chosen);
    return CLN_OK;
}

cln_status cln_read_choice_bool(cln_reader *reader, const cJSON *value, const cln_field *field, void *object) {
    size_t index = 0;
    CLN_TRY(find_choice(reader, value, field->detail, &index));
    bool *const member = cln_member(object, field->offset);
    *member = index == 1;
    return CLN_OK;
}

cln_status cln_read_choice_text(cln_reader *reader, const cJSON *value, const cln_field *field, void *object) {
    size_t index = 0;
    CLN_TRY(find_choice(reader, value, field->detail, &index));
    char **const member = cln_member(object, field->offset);
    return cln_copy_string(member, value->valuestring, reader->err);
}

cln_status cln_read_list(cln_reader *reader, const cJSON *value, const cln_field *field, void *object) {
    const cln_list *const list = field->detail;
    if (!cJSON_IsArray(value)) return cln_reader_fail(reader, "must be %s, [...]", list->allowed);
    void *items = NULL;
    CLN_TRY(cln_new_array(&items, (size_t)cJSON_GetArraySize(value), list->item_bytes, reader->err));
    memcpy(cln_member(object, field->offset), &items, sizeof items);
    size_t *const count = cln_member(object, list->count_offset);
    *count = 0;
    for (const cJSON *child = value->child; child != NULL; child = child->next) {
        const size_t mark = cln_reader_enter_item(reader, *count);
        void *const item = (char *)items + *count * list->item_bytes;
        ++*count; /* first, so that a half-read item is cleaned up too */
        CLN_TRY(list->read_item(reader, child, item));
        cln_reader_leave(reader, mark);
    }
    return CLN_OK;
}
