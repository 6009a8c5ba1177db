/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * "s3": where object storage is and how much of it happens at once. */
#include "parts.h"

#include <string.h>

enum { MIB = 1 << 20 };

static const char *const path_style_names[] = {"auto", "true", "false"};

/* S3 takes parts of 5 MiB to 5 GiB, and what is signed must be in memory. */
static const cln_range part_range = {5.0 * MIB, 1024.0 * MIB};
static const cln_range memory_range = {10.0 * MIB, 16384.0 * MIB};
static const cln_range parts_range = {1, 64};
static const cln_range retry_range = {0, 100};
static const cln_range delay_range = {0, 3600};

static cln_status read_endpoint(cln_reader *reader, const cJSON *value, const cln_field *field, void *object) {
    const char *text = cJSON_IsString(value) ? value->valuestring : "?";
    if (text[0] == '\0') return CLN_OK;
    const char *host = strncmp(text, "https://", 8) == 0 ? text + 8 : strncmp(text, "http://", 7) == 0 ? text + 7 : "";
    const size_t size = strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]");
    if (size == 0 || (host[size] != '\0' && strcmp(host + size, "/") != 0)) {
        return cln_reader_fail(reader, "must be \"https://HOST\" or \"https://HOST:PORT\" (or http://), or \"\" for "
                                       "Amazon's own");
    }
    return cln_take_text(reader, value, cln_member(object, field->offset));
}

static cln_status read_region(cln_reader *reader, const cJSON *value, const cln_field *field, void *object) {
    const char *text = cJSON_IsString(value) ? value->valuestring : "?";
    if (text[0] == '\0') return CLN_OK;
    if (text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")] != '\0' ||
        strlen(text) > 64) {
        return cln_reader_fail(reader, "must be the name of a region, as \"eu-central-1\", or \"\" for the "
                                       "environment's");
    }
    return cln_take_text(reader, value, cln_member(object, field->offset));
}

/* "auto", true or false. */
static cln_status read_path_style(cln_reader *reader, const cJSON *value, const cln_field *field, void *object) {
    cln_path_style *const style = cln_member(object, field->offset);
    if (cJSON_IsBool(value)) {
        *style = cJSON_IsTrue(value) ? CLN_PATH_STYLE_ALWAYS : CLN_PATH_STYLE_NEVER;
        return CLN_OK;
    }
    for (size_t i = 0; cJSON_IsString(value) && i < CLN_COUNT(path_style_names); i++) {
        if (strcmp(value->valuestring, path_style_names[i]) != 0) continue;
        *style = (cln_path_style)i;
        return CLN_OK;
    }
    return cln_reader_fail(reader, "must be \"auto\", true or false");
}

#define S3(member) offsetof(cln_config, s3.member)
static const cln_field s3_rows[] = {
    {"endpoint", read_endpoint, S3(endpoint), NULL, false},
    {"region", read_region, S3(region), NULL, false},
    {"path_style", read_path_style, S3(path_style), NULL, false},
    {"part_size", cln_read_size, S3(part_size_bytes), &part_range, false},
    {"parts_at_once", cln_read_integer, S3(parts_at_once), &parts_range, false},
    {"memory", cln_read_size, S3(memory_bytes), &memory_range, false},
    {"retries", cln_read_integer, S3(retries), &retry_range, false},
    {"backoff", cln_read_number, S3(backoff_seconds), &delay_range, false},
};
const cln_fields cln_s3_fields = CLN_FIELDS(s3_rows);

void cln_set_s3_defaults(cln_config_s3 *s3) {
    s3->part_size_bytes = CLN_S3_PART_SIZE_DEFAULT_BYTES;
    s3->parts_at_once = CLN_S3_PARTS_AT_ONCE_DEFAULT;
    s3->memory_bytes = CLN_S3_MEMORY_DEFAULT_BYTES;
    s3->retries = CLN_S3_RETRIES_DEFAULT;
    s3->backoff_seconds = CLN_S3_BACKOFF_DEFAULT_SECONDS;
}

cln_status cln_check_s3(cln_reader *reader, const cln_config_s3 *s3) {
    if (s3->part_size_bytes <= s3->memory_bytes / 2) return CLN_OK;
    const size_t mark = cln_reader_enter_key(reader, "s3");
    const cln_status status =
        cln_reader_fail(reader, "\"memory\" must hold two parts at least: it is %.0f bytes, and \"part_size\" %.0f",
                        (double)s3->memory_bytes, (double)s3->part_size_bytes);
    cln_reader_leave(reader, mark);
    return status;
}
