/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "partial_state.h"

#include "colonnade/base/file.h"
#include "colonnade/base/memory.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Lines do not straddle pages, so a killed process leaves whole ones. */
enum { HEADER_BYTES = 16384, LINE_BYTES = 32, PARTS_MOST = 65536, BOOT_BYTES = 64 };

static const double exact_most = 9007199254740992.0; /* 2^53, the integers of a double */

cln_status cln_partial_make_parts(cln_partial *partial, cln_error *err) {
    const uint64_t size = partial->size_bytes;
    const bool is_known = size != CLN_HTTP_TO_THE_END;
    uint64_t bytes = partial->part_bytes;
    if (is_known && bytes < size / PARTS_MOST + 1) bytes = size / PARTS_MOST + 1;
    const uint64_t count = is_known && size > 0 ? (size - 1) / bytes + 1 : 1;
    CLN_TRY(cln_new_array(&partial->parts, (size_t)count, sizeof *partial->parts, err));
    partial->part_bytes = bytes;
    partial->part_count = (size_t)count;
    for (uint64_t i = 0; i < count; i++) {
        const uint64_t first = i * bytes;
        const uint64_t rest = size - first;
        partial->parts[i] = (cln_part){.first = first, .size = is_known && rest > bytes ? bytes : rest};
    }
    return CLN_OK;
}

/* Of this boot of this machine; empty where the system does not tell. */
static void read_boot(char boot[BOOT_BYTES]) {
    boot[0] = '\0';
    cln_buffer text;
    cln_buffer_init(&text, BOOT_BYTES);
    if (cln_file_read("/proc/sys/kernel/random/boot_id", &text, NULL) == CLN_OK && text.size > 0) {
        (void)snprintf(boot, BOOT_BYTES, "%.*s", (int)strcspn(text.data, "\n") % BOOT_BYTES, text.data);
    }
    cln_buffer_clean_up(&text);
}

static bool take_size(const cJSON *json, const char *name, uint64_t *size) {
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(json, name);
    if (!cJSON_IsNumber(value) || !(value->valuedouble >= 0 && value->valuedouble <= exact_most)) return false;
    *size = (uint64_t)value->valuedouble;
    return true;
}

static bool take_text(const cJSON *json, const char *name, char **text) {
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(json, name);
    if (cJSON_IsNull(value)) return true;
    return cJSON_IsString(value) && cln_copy_string(text, value->valuestring, NULL) == CLN_OK;
}

static bool is_text(const cJSON *json, const char *name, const char *text) {
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(json, name);
    return cJSON_IsString(value) && *text != '\0' && strcmp(value->valuestring, text) == 0;
}

static bool take_header(cln_partial *partial, const cJSON *json) {
    char boot[BOOT_BYTES];
    read_boot(boot);
    if (!is_text(json, "url", partial->url) || !is_text(json, "boot", boot)) return false;
    if (!take_size(json, "size_bytes", &partial->size_bytes) || !take_size(json, "part_bytes", &partial->part_bytes) ||
        partial->part_bytes == 0) {
        return false;
    }
    cln_validators *validators = &partial->validators;
    validators->is_old_enough = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(json, "is_old_enough"));
    return take_text(json, "etag", &validators->etag) && take_text(json, "last_modified", &validators->last_modified) &&
           cln_validators_strong(validators) != NULL;
}

static bool take_part(const cln_partial *partial, size_t part, uint64_t file_bytes) {
    char line[LINE_BYTES + 1] = "";
    const off_t offset = (off_t)(HEADER_BYTES + part * LINE_BYTES);
    if (pread(partial->state, line, LINE_BYTES, offset) != LINE_BYTES) return false;
    cln_part *p = &partial->parts[part];
    if (strspn(line, "0123456789") != LINE_BYTES - 1 || line[LINE_BYTES - 1] != '\n') return false;
    p->done = strtoull(line, NULL, 10);
    return p->done <= p->size && (p->done == 0 || p->first + p->done <= file_bytes);
}

static bool take_parts(cln_partial *partial) {
    struct stat info;
    if (fstat(partial->data, &info) != 0 || cln_partial_make_parts(partial, NULL) != CLN_OK) return false;
    for (size_t i = 0; i < partial->part_count; i++) {
        if (!take_part(partial, i, (uint64_t)info.st_size)) return false;
        partial->done_bytes += partial->parts[i].done;
    }
    return true;
}

/* All was there, but it was not published: the answer that brings the last
 * byte again tells whether this is still the version that is sent. */
static void ask_for_last_byte(cln_partial *partial) {
    partial->parts[partial->part_count - 1].done--;
    partial->done_bytes--;
}

bool cln_partial_state_read(cln_partial *partial) {
    char *header = calloc(1, HEADER_BYTES + 1);
    if (header == NULL) return false;
    const ssize_t got = pread(partial->state, header, HEADER_BYTES, 0);
    cJSON *json = got == HEADER_BYTES ? cJSON_Parse(header) : NULL;
    free(header);
    const bool is_good = json != NULL && take_header(partial, json) && take_parts(partial);
    cJSON_Delete(json);
    if (is_good && cln_partial_is_whole(partial)) ask_for_last_byte(partial);
    return is_good;
}

static bool add_text(cJSON *json, const char *name, const char *text) {
    return (text == NULL ? cJSON_AddNullToObject(json, name) : cJSON_AddStringToObject(json, name, text)) != NULL;
}

static char *print_header(const cln_partial *partial) {
    char boot[BOOT_BYTES];
    read_boot(boot);
    cJSON *json = cJSON_CreateObject();
    const bool is_whole = json != NULL && add_text(json, "url", partial->url) && add_text(json, "boot", boot) &&
                          add_text(json, "etag", partial->validators.etag) &&
                          add_text(json, "last_modified", partial->validators.last_modified) &&
                          cJSON_AddBoolToObject(json, "is_old_enough", partial->validators.is_old_enough) != NULL &&
                          cJSON_AddNumberToObject(json, "size_bytes", (double)partial->size_bytes) != NULL &&
                          cJSON_AddNumberToObject(json, "part_bytes", (double)partial->part_bytes) != NULL;
    char *text = is_whole ? cJSON_PrintUnformatted(json) : NULL;
    cJSON_Delete(json);
    return text;
}

/* A file of unknown size, or one that cannot be told from another version, is
 * not gone on with: its state stays empty. */
cln_status cln_partial_state_write(const cln_partial *partial, cln_error *err) {
    if (partial->size_bytes == CLN_HTTP_TO_THE_END || cln_validators_strong(&partial->validators) == NULL)
        return CLN_OK;
    char *text = print_header(partial);
    if (text == NULL) return cln_fail_memory(err, "writing the state of a transfer");
    cln_status status = CLN_OK;
    const size_t size = strlen(text);
    if (size < HEADER_BYTES) {
        char header[HEADER_BYTES];
        memset(header, ' ', sizeof header);
        memcpy(header, text, size);
        header[sizeof header - 1] = '\n';
        status = cln_file_write_at(partial->state, partial->state_path, 0, header, sizeof header, err);
    }
    cJSON_free(text);
    for (size_t i = 0; status == CLN_OK && i < partial->part_count; i++) {
        status = cln_partial_state_update(partial, i, err);
    }
    return status;
}

cln_status cln_partial_state_update(const cln_partial *partial, size_t part, cln_error *err) {
    char line[LINE_BYTES + 1];
    (void)snprintf(line, sizeof line, "%0*" PRIu64 "\n", LINE_BYTES - 1, partial->parts[part].done);
    const uint64_t offset = HEADER_BYTES + (uint64_t)part * LINE_BYTES;
    return cln_file_write_at(partial->state, partial->state_path, offset, line, LINE_BYTES, err);
}
