/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/config/config.h"

#include "colonnade/base/memory.h"
#include "json_text.h"
#include "parts.h"

#include <string.h>

extern const unsigned char cln_config_builtin_json[];
extern const size_t cln_config_builtin_json_size;

static const cln_range memory_range = {67108864.0, 1e15}; /* 64 MiB at the least */

/* "" is a bucket that is not set, so that a configuration can show them all. */
static cln_status read_bucket(cln_reader *reader, const cJSON *value, const cln_field *field, void *object) {
    static const char scheme[] = "s3://";
    const char *const text = cJSON_IsString(value) ? value->valuestring : "?";
    if (text[0] == '\0') return CLN_OK;
    const char *const name = strncmp(text, scheme, strlen(scheme)) == 0 ? text + strlen(scheme) : "";
    const size_t size = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789.-");
    if (size < 3 || size > 63 || (name[size] != '\0' && name[size] != '/')) {
        return cln_reader_fail(reader,
                               "must be \"s3://BUCKET\" or \"s3://BUCKET/PREFIX\" (BUCKET: 3 to 63 of a-z, 0-9, "
                               "'.' and '-'), or \"\" for none");
    }
    return cln_take_text(reader, value, cln_member(object, field->offset));
}

#define BUCKET(role) (offsetof(cln_config, buckets) + (role) * sizeof(char *))
static const cln_field bucket_rows[] = {
    {"staging", read_bucket, BUCKET(CLN_BUCKET_STAGING), NULL, false},
    {"processed", read_bucket, BUCKET(CLN_BUCKET_PROCESSED), NULL, false},
    {"analysed", read_bucket, BUCKET(CLN_BUCKET_ANALYSED), NULL, false},
    {"work", read_bucket, BUCKET(CLN_BUCKET_WORK), NULL, false},
    {"logs", read_bucket, BUCKET(CLN_BUCKET_LOGS), NULL, false},
};
static const cln_fields bucket_fields = CLN_FIELDS(bucket_rows);

static cln_status read_boundaries(cln_reader *reader, const cJSON *value, const cln_field *field, void *object) {
    cln_config_source *const boundaries = cln_member(object, field->offset);
    CLN_TRY(cln_read_source(reader, value, boundaries));
    if (boundaries->first_year == 0) return CLN_OK;
    return cln_reader_fail(reader, "boundaries are one file: no {year}");
}

static const cln_field config_rows[] = {
    {"city", cln_read_text, offsetof(cln_config, city), NULL, false},
    {"store", cln_read_text, offsetof(cln_config, store_dir), NULL, false},
    {"staging", cln_read_text, offsetof(cln_config, staging_dir), NULL, false},
    {"report", cln_read_text, offsetof(cln_config, report_dir), NULL, false},
    {"fsync", cln_read_bool, offsetof(cln_config, fsync), NULL, false},
    {"memory", cln_read_size, offsetof(cln_config, memory_bytes), &memory_range, false},
    {"buckets", cln_read_inner, 0, &bucket_fields, false},
    {"s3", cln_read_inner, 0, &cln_s3_fields, false},
    {"fetch", cln_read_inner, 0, &cln_fetch_fields, false},
    {"questions", cln_read_inner, 0, &cln_question_fields, false},
    {"boundaries", read_boundaries, offsetof(cln_config, boundaries), NULL, false},
    {"datasets", cln_read_datasets, 0, NULL, true},
};
static const cln_fields config_fields = CLN_FIELDS(config_rows);

static cln_status default_text(char **text, const char *value, cln_error *err) {
    return *text != NULL ? CLN_OK : cln_copy_string(text, value, err);
}

static cln_status read_config(cln_reader *reader, const cJSON *root, cln_config *config) {
    config->fsync = true;
    cln_set_s3_defaults(&config->s3);
    config->fetch = cln_fetch_defaults;
    CLN_TRY(cln_read_object(reader, root, &config_fields, config));
    CLN_TRY(default_text(&config->city, "the city", reader->err));
    CLN_TRY(default_text(&config->store_dir, "store", reader->err));
    CLN_TRY(default_text(&config->staging_dir, "staging", reader->err));
    CLN_TRY(default_text(&config->report_dir, "report", reader->err));
    CLN_TRY(cln_check_s3(reader, &config->s3));
    return cln_check_questions(reader, config);
}

cln_status cln_config_parse(cln_config *config, cln_span text, const char *origin, cln_error *err) {
    cJSON *root;
    *config = (cln_config){0};
    CLN_TRY(cln_json_parse(&root, text, origin, err));
    cln_reader reader = {.origin = origin, .err = err};
    const cln_status status = read_config(&reader, root, config);
    cJSON_Delete(root);
    if (status != CLN_OK) cln_config_clean_up(config);
    return status;
}

cln_span cln_config_builtin(void) {
    return cln_span_of((const char *)cln_config_builtin_json, cln_config_builtin_json_size);
}
