/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bucket_role.h"

#include "colonnade/base/memory.h"

#include <stdlib.h>
#include <string.h>

const char *cln_bucket_role_name(cln_bucket role) {
    static const char *const names[] = {"staging", "processed", "analysed", "work", "logs"};
    return names[role];
}

cln_status cln_bucket_find(const cln_cli *cli, cln_bucket role, cln_s3_place *place, cln_error *err) {
    const char *address = cli->config.buckets[role];
    if (address != NULL) return cln_s3_parse_address(place, address, err);
    const char *name = cln_bucket_role_name(role);
    return cln_fail(err, CLN_ERR_USAGE,
                    "the configuration has no bucket with the role '%s'; set buckets.%s to \"s3://BUCKET/PREFIX\"",
                    name, name);
}

const char *cln_bucket_report_dir(const cln_cli *cli) {
    const char *given = cln_option(cli->options, "out");
    return given != NULL ? given : cli->config.report_dir;
}

cln_status cln_bucket_key(const cln_s3_place *place, const char *name, char **key, cln_error *err) {
    const size_t size = strlen(place->key);
    return cln_format_string(key, err, "%s%s%s", place->key, size > 0 && place->key[size - 1] != '/' ? "/" : "", name);
}

cln_status cln_bucket_copy_begin(cln_bucket_copy *copy, const cln_cli *cli, cln_error *err) {
    static const char *const columns[] = {"file", "outcome", "size_bytes", "object"};
    *copy = (cln_bucket_copy){.cli = cli};
    CLN_TRY(cln_table_init(&copy->table, NULL, columns, sizeof columns / sizeof *columns, err));
    const cln_status status = cln_s3_new(&copy->s3, &cli->config.s3, err);
    if (status != CLN_OK) cln_table_clean_up(&copy->table);
    return status;
}

cln_status cln_bucket_copy_end(cln_bucket_copy *copy, cln_status status, cln_error *err) {
    if (status == CLN_OK) status = cln_cli_print(copy->cli, &copy->table, err);
    cln_table_clean_up(&copy->table);
    cln_s3_free(copy->s3);
    return status;
}

static cln_status add_row(cln_bucket_copy *copy, const char *path, const char *outcome, uint64_t size_bytes,
                          const char *bucket, const char *key, cln_error *err) {
    cln_cell *cells;
    char *address;
    CLN_TRY(cln_format_string(&address, err, CLN_S3_SCHEME "%s/%s", bucket, key));
    cln_status status = cln_table_add_row(&copy->table, &cells, err);
    if (status == CLN_OK) status = cln_cell_set_text(&cells[0], cln_span_of_string(path), err);
    if (status == CLN_OK) status = cln_cell_set_text(&cells[1], cln_span_of_string(outcome), err);
    if (status == CLN_OK) {
        cln_cell_set_integer(&cells[2], (int64_t)size_bytes);
        status = cln_cell_set_text(&cells[3], cln_span_of_string(address), err);
    }
    free(address);
    return status;
}

cln_status cln_bucket_put(cln_bucket_copy *copy, const cln_s3_place *place, const char *name, const char *path,
                          cln_error *err) {
    char *key;
    cln_s3_copy outcome = CLN_S3_SAME;
    uint64_t size_bytes = 0;
    CLN_TRY(cln_bucket_key(place, name, &key, err));
    cln_status status = cln_s3_put_file(copy->s3, place->bucket, key, path, &outcome, &size_bytes, err);
    if (status == CLN_OK) {
        status =
            add_row(copy, path, outcome == CLN_S3_SAME ? "unchanged" : "pushed", size_bytes, place->bucket, key, err);
    }
    free(key);
    return status;
}

cln_status cln_bucket_get(cln_bucket_copy *copy, const cln_s3_place *place, const char *name, const char *path,
                          const char *arrival_path, cln_error *err) {
    char *key;
    cln_s3_copy outcome = CLN_S3_SAME;
    uint64_t size_bytes = 0;
    CLN_TRY(cln_bucket_key(place, name, &key, err));
    cln_status status = cln_s3_get_file(copy->s3, place->bucket, key, arrival_path, copy->cli->config.fsync, &outcome,
                                        &size_bytes, err);
    if (status == CLN_OK) {
        status =
            add_row(copy, path, outcome == CLN_S3_SAME ? "unchanged" : "pulled", size_bytes, place->bucket, key, err);
    }
    free(key);
    return status;
}
