/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/clock.h"
#include "colonnade/base/escape.h"
#include "colonnade/base/memory.h"
#include "colonnade/store/dataset.h"
#include "colonnade/store/dataset_paths.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE_LIMIT_BYTES ((size_t)16 << 20)

static cln_status append_context(cln_buffer *line, cln_error *err) {
    char now[32], host[256] = "unknown";
    cln_clock_utc_text(now);
    (void)gethostname(host, sizeof host - 1);
    const struct passwd *user = getpwuid(geteuid());
    CLN_TRY(cln_buffer_append_format(line, err, "{\"time\":\"%s\",\"host\":", now));
    CLN_TRY(cln_escape_json(cln_span_of_string(host), line, err));
    CLN_TRY(cln_buffer_append_string(line, ",\"user\":", err));
    CLN_TRY(cln_escape_json(cln_span_of_string(user == NULL ? "unknown" : user->pw_name), line, err));
    return cln_buffer_append_string(line, ",\"version\":\"" COLONNADE_VERSION "\"", err);
}

/* The object on one line, without its braces. */
static cln_status append_members(cln_buffer *line, const char *json_object, cln_error *err) {
    cJSON *object = cJSON_Parse(json_object);
    const bool is_object = cJSON_IsObject(object);
    const bool is_empty = is_object && object->child == NULL;
    cJSON_Delete(object);
    if (!is_object) return cln_fail(err, CLN_ERR_INTERNAL, "an entry of the history is not a JSON object");
    char *text;
    CLN_TRY(cln_copy_string(&text, json_object, err));
    cJSON_Minify(text);
    cln_status status = is_empty ? CLN_OK : cln_buffer_append_char(line, ',', err);
    if (status == CLN_OK) status = cln_buffer_append_string(line, text + 1, err); /* with the closing brace */
    if (status == CLN_OK) status = cln_buffer_append_char(line, '\n', err);
    free(text);
    return status;
}

/* One write of one line: lines of several processes do not mix. */
static cln_status append_to_file(const char *path, cln_span line, cln_error *err) {
    const int descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (descriptor < 0) return cln_fail_errno(err, "cannot open %s", path);
    errno = ENOSPC; /* of a write that was cut short */
    cln_status status = CLN_OK;
    if (write(descriptor, line.data, line.size) != (ssize_t)line.size)
        status = cln_fail_errno(err, "cannot append to %s", path);
    if (close(descriptor) != 0 && status == CLN_OK) status = cln_fail_errno(err, "cannot close %s", path);
    return status;
}

cln_status cln_dataset_record_history(const char *store_dir, const char *dataset, const char *json_object,
                                      cln_error *err) {
    char *path;
    CLN_TRY(cln_dataset_path(&path, store_dir, dataset, CLN_HISTORY_NAME, err));
    cln_buffer line;
    cln_buffer_init(&line, LINE_LIMIT_BYTES);
    cln_status status = append_context(&line, err);
    if (status == CLN_OK) status = append_members(&line, json_object, err);
    if (status == CLN_OK) status = append_to_file(path, cln_buffer_span(&line), err);
    cln_buffer_clean_up(&line);
    free(path);
    return status;
}
