/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/ingest/publish.h"

#include "colonnade/base/cleanup.h"
#include "colonnade/base/escape.h"
#include "colonnade/base/file.h"
#include "colonnade/base/log.h"
#include "colonnade/base/memory.h"
#include "colonnade/store/dataset_paths.h"
#include "colonnade/store/duplicates.h"
#include "colonnade/store/removal.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROWS_DIGITS = 16, SOURCE_DIGITS = 8 };

cln_status cln_publication_init(cln_publication *publication, const cln_ingest_request *request, cln_error *err) {
    *publication = (cln_publication){0};
    cln_status status = cln_partition_temporary_path(&publication->temporary_path, request->store_dir,
                                                     request->dataset_name, request->partition, err);
    if (status == CLN_OK) {
        status = cln_unpublished_path(&publication->rejects_path, request->store_dir, request->dataset_name,
                                      request->partition, err);
    }
    if (status != CLN_OK) cln_publication_clean_up(publication);
    return status;
}

void cln_publication_clean_up(cln_publication *publication) {
    free(publication->temporary_path);
    free(publication->rejects_path);
    free(publication->former_file);
    free(publication->replaced_file);
    free(publication->former_live_file);
    free(publication->file);
    cln_manifest_clean_up(&publication->manifest);
    *publication = (cln_publication){0};
}

/* A source may have several addresses, of which fetch took another one before. */
static bool is_address(const cln_sidecar *sidecar, const char *origin) {
    if (sidecar->url == NULL || sidecar->json == NULL) return false;
    cJSON *json = cJSON_Parse(sidecar->json);
    bool is_one = false;
    const cJSON *address;
    cJSON_ArrayForEach(address, cJSON_GetObjectItemCaseSensitive(json, "addresses")) {
        if (cJSON_IsString(address) && strcmp(address->valuestring, origin) == 0) is_one = true;
    }
    cJSON_Delete(json);
    return is_one;
}

cln_status cln_publication_look(cln_publication *publication, const cln_ingest_request *request,
                                const cln_sidecar *sidecar, cln_error *err) {
    publication->origin = sidecar->url != NULL ? sidecar->url : cln_path_name(request->path).data;
    bool exists;
    CLN_TRY(cln_manifest_read(&publication->manifest, request->store_dir, request->dataset_name, &exists, err));
    publication->former = cln_manifest_find(&publication->manifest, request->partition);
    if (publication->former == NULL || request->replace ||
        strcmp(publication->former->origin, publication->origin) == 0 ||
        is_address(sidecar, publication->former->origin)) {
        return CLN_OK;
    }
    return cln_fail(err, CLN_ERR_USAGE,
                    "%s: the partition \"%s\" of %s came from %s, and this file from %s. Give it another name with "
                    "--as NAME, or replace the partition with --replace",
                    request->path, request->partition, request->dataset_name, publication->former->origin,
                    publication->origin);
}

bool cln_publication_is_worth_hashing(const cln_publication *publication, const cln_ingest_request *request,
                                      uint64_t size_bytes) {
    return publication->former != NULL && !request->replace && publication->former->source_size_bytes == size_bytes;
}

/* What the rest of the name follows. */
static cln_status name_rows(char **name, const cln_ingest_request *request, const cln_digest *content,
                            const cln_digest *recipe, cln_error *err) {
    char both[2 * CLN_DIGEST_BYTES];
    memcpy(both, content->bytes, CLN_DIGEST_BYTES);
    memcpy(both + CLN_DIGEST_BYTES, recipe->bytes, CLN_DIGEST_BYTES);
    const cln_digest digest = cln_content_block_digest(cln_span_of(both, sizeof both));
    char digits[CLN_DIGEST_TEXT_BYTES];
    cln_digest_format(&digest, digits);
    return cln_partition_file_stem(name, request->partition, cln_span_of(digits, ROWS_DIGITS), err);
}

/* Of what the partition tells besides its rows. */
static cln_status digest_source(cln_digest *digest, const cln_ingest_request *request, const cln_sidecar *sidecar,
                                cln_error *err) {
    cln_buffer text;
    cln_buffer_init(&text, SIZE_MAX);
    cln_status status = cln_buffer_append_string(&text, sidecar->json == NULL ? "" : sidecar->json, err);
    if (status == CLN_OK) status = cln_reject_limits_to_json(request, &text, err);
    *digest = cln_content_block_digest(cln_buffer_span(&text));
    cln_buffer_clean_up(&text);
    return status;
}

/* The whole name, relative to the dataset's folder. */
static cln_status name_file(char **file, const cln_ingest_request *request, const cln_published *published,
                            cln_error *err) {
    cln_digest digest;
    CLN_TRY(digest_source(&digest, request, published->sidecar, err));
    char digits[CLN_DIGEST_TEXT_BYTES];
    cln_digest_format(&digest, digits);
    char *rows;
    CLN_TRY(name_rows(&rows, request, published->content, published->recipe, err));
    const cln_status status = cln_format_string(file, err, "%s%.*s" CLN_PARTITION_SUFFIX, rows, SOURCE_DIGITS, digits);
    free(rows);
    return status;
}

/* With the size that the manifest tells: a file that was cut is none. */
static bool is_there(const cln_publication *publication, const cln_ingest_request *request) {
    const cln_partition_info *former = publication->former;
    char *path;
    if (cln_dataset_path(&path, request->store_dir, request->dataset_name, former->file, NULL) != CLN_OK) return false;
    struct stat about;
    const bool is_whole = stat(path, &about) == 0 && (uint64_t)about.st_size == former->size_bytes;
    free(path);
    return is_whole;
}

bool cln_publication_is_unchanged(const cln_publication *publication, const cln_ingest_request *request,
                                  const cln_sidecar *sidecar, const cln_digest *content, const cln_digest *recipe) {
    const cln_partition_info *former = publication->former;
    if (former == NULL || request->replace || strcmp(former->origin, publication->origin) != 0) return false;
    if (sidecar->is_sample && !former->is_sample) return false;
    char *rows;
    if (name_rows(&rows, request, content, recipe, NULL) != CLN_OK) return false;
    const bool same = strncmp(rows, former->file, strlen(rows)) == 0;
    free(rows);
    return same && is_there(publication, request);
}

static cln_status append_published(const cln_publication *publication, const cln_ingest_request *request,
                                   const cln_published *published, cln_buffer *json, cln_error *err) {
    char content[CLN_DIGEST_TEXT_BYTES];
    cln_digest_format(published->content, content);
    CLN_TRY(cln_buffer_append_string(json, ",\"partition\":", err));
    CLN_TRY(cln_escape_json(cln_span_of_string(request->partition), json, err));
    CLN_TRY(cln_buffer_append_string(json, ",\"file\":", err));
    CLN_TRY(cln_escape_json(cln_span_of_string(publication->file), json, err));
    CLN_TRY(cln_buffer_append_string(json, ",\"replaced\":", err));
    if (publication->replaced_file == NULL) {
        CLN_TRY(cln_buffer_append_string(json, "null", err));
    } else {
        CLN_TRY(cln_escape_json(cln_span_of_string(publication->replaced_file), json, err));
    }
    CLN_TRY(cln_buffer_append_string(json, ",\"origin\":", err));
    CLN_TRY(cln_escape_json(cln_span_of_string(publication->origin), json, err));
    return cln_buffer_append_format(json, err, ",\"content_hash\":\"%s\",\"rows\":%" PRIu64 ",\"rejected\":%" PRIu64,
                                    content, published->rows, published->rejected);
}

/* published: NULL when nothing but the rule for duplicates changed. */
static cln_status append_history(const cln_publication *publication, const cln_ingest_request *request,
                                 const cln_published *published, cln_buffer *json, cln_error *err) {
    const cln_on_duplicate rule = publication->manifest.rule.on_duplicate;
    CLN_TRY(cln_buffer_append_format(json, err, "{\"action\":\"%s\"", published == NULL ? "rule" : "ingest"));
    if (published != NULL) CLN_TRY(append_published(publication, request, published, json, err));
    if (published == NULL || rule != CLN_DUPLICATES_UNSET) {
        const char *name = cln_on_duplicate_name(rule == CLN_DUPLICATES_UNSET ? CLN_DUPLICATES_ALLOW : rule);
        CLN_TRY(cln_buffer_append_format(json, err, ",\"on_duplicate\":\"%s\"", name));
    }
    CLN_TRY(cln_buffer_append_string(json, "}", err));
    return cln_buffer_terminate(json, err);
}

/* The store is as it should be by now, so that this is only warned of. */
static void write_history(const cln_publication *publication, const cln_ingest_request *request,
                          const cln_published *published) {
    cln_error err;
    cln_buffer json;
    cln_buffer_init(&json, SIZE_MAX);
    cln_status status = append_history(publication, request, published, &json, &err);
    if (status == CLN_OK) {
        status = cln_dataset_record_history(request->store_dir, request->dataset_name, json.data, &err);
    }
    cln_buffer_clean_up(&json);
    if (status != CLN_OK) cln_warning("%s", err.message);
}

/* The folder that a file is in: the file's new name must last before the
 * master tells it. */
static cln_status sync_folder(const char *path, cln_error *err) {
    char *folder;
    CLN_TRY(cln_copy_span(&folder, cln_span_of(path, (size_t)(strrchr(path, '/') - path)), err));
    const cln_status status = cln_file_sync_dir(folder, err);
    free(folder);
    return status;
}

/* ---- What is to be ---- */

/* Which rule for duplicates holds from now on. */
static cln_status take_rule(cln_publication *publication, const cln_ingest_request *request, cln_error *err) {
    cln_manifest *manifest = &publication->manifest;
    cln_duplicate_rule rule;
    CLN_TRY(cln_duplicate_rule_choose(&rule, request->on_duplicate, request->dataset, manifest, err));
    if (!cln_duplicate_rule_equal(&rule, &manifest->rule)) publication->has_changed = true;
    const cln_status status = cln_manifest_set_rule(manifest, &rule, err);
    cln_duplicate_rule_clean_up(&rule);
    return status;
}

static cln_status put_partition(cln_publication *publication, const cln_ingest_request *request,
                                const cln_published *published, cln_error *err) {
    char content[CLN_DIGEST_TEXT_BYTES];
    cln_digest_format(published->content, content);
    char *id = NULL, *origin = NULL;
    cln_status status = cln_copy_string(&id, request->partition, err);
    if (status == CLN_OK) status = cln_copy_string(&origin, publication->origin, err);
    const cln_partition_info info = {.id = id,
                                     .file = publication->file,
                                     .content_hash = content,
                                     .origin = origin,
                                     .is_sample = published->is_sample,
                                     .rows = published->rows,
                                     .rejected = published->rejected,
                                     .source_size_bytes = published->source_size_bytes,
                                     .size_bytes = published->size_bytes,
                                     .has_rest_crc = true,
                                     .rest_crc32c = published->rest_crc32c};
    if (status == CLN_OK) status = cln_manifest_put(&publication->manifest, &info, err);
    free(id);
    free(origin);
    return status;
}

cln_status cln_publication_prepare(cln_publication *publication, const cln_ingest_request *request,
                                   const cln_published *published, cln_error *err) {
    const char *live_file = publication->manifest.live.file;
    if (live_file != NULL) CLN_TRY(cln_copy_string(&publication->former_live_file, live_file, err));
    CLN_TRY(take_rule(publication, request, err));
    if (published == NULL) return CLN_OK;
    CLN_TRY(name_file(&publication->file, request, published, err));
    const cln_partition_info *former = publication->former;
    publication->former = NULL; /* the manifest changes */
    publication->has_changed = true;
    if (former != NULL) CLN_TRY(cln_copy_string(&publication->replaced_file, former->file, err));
    if (former != NULL && strcmp(former->file, publication->file) != 0) {
        CLN_TRY(cln_copy_string(&publication->former_file, former->file, err));
    }
    return put_partition(publication, request, published, err);
}

cln_status cln_publication_resolve(cln_publication *publication, const cln_comm *comm,
                                   const cln_ingest_request *request, bool is_new, cln_error *err) {
    char *pending = NULL;
    const char *name = cln_path_name(publication->temporary_path).data;
    cln_status status = cln_agree(comm, cln_format_string(&pending, err, CLN_PARTITIONS_DIR "/%s", name), err);
    const cln_duplicate_options options = {.store_dir = request->store_dir,
                                           .dataset = request->dataset_name,
                                           .scratch_dir = request->scratch_dir,
                                           .memory_bytes = request->memory_bytes,
                                           .sync = request->fsync,
                                           .pending_id = is_new ? request->partition : NULL,
                                           .pending_file = is_new ? pending : NULL};
    if (status == CLN_OK) status = cln_duplicates_resolve(comm, &publication->manifest, &options, err);
    free(pending);
    return status;
}

/* ---- Publishing ---- */

static void begin_graces(const cln_publication *publication, const cln_ingest_request *request) {
    const char *const files[] = {publication->former_file, publication->former_live_file};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        if (files[i] != NULL) cln_begin_grace(request->store_dir, request->dataset_name, files[i]);
    }
}

/* The master did not come: a file that none names goes again. */
static void withdraw(const cln_publication *publication, const cln_ingest_request *request, const char *path) {
    cln_manifest now;
    bool exists;
    if (cln_manifest_read(&now, request->store_dir, request->dataset_name, &exists, NULL) != CLN_OK) return;
    bool is_named = false;
    for (size_t i = 0; exists && i < now.partition_count; i++) {
        is_named |= strcmp(now.partitions[i].file, publication->file) == 0;
    }
    cln_manifest_clean_up(&now);
    if (!is_named) (void)unlink(path);
}

/* The file under its final name, then the master that names it. */
static cln_status move_and_publish(const cln_publication *publication, const cln_ingest_request *request,
                                   cln_error *err) {
    char *path;
    CLN_TRY(cln_dataset_path(&path, request->store_dir, request->dataset_name, publication->file, err));
    cln_status status = CLN_OK;
    if (rename(publication->temporary_path, path) != 0) {
        status = cln_fail_errno(err, "cannot rename %s to %s", publication->temporary_path, path);
    } else {
        cln_cleanup_unregister_path(publication->temporary_path);
        if (request->fsync) status = sync_folder(path, err);
        if (status == CLN_OK) {
            status = cln_manifest_publish(&publication->manifest, request->store_dir, request->fsync, err);
        }
        if (status != CLN_OK) withdraw(publication, request, path);
    }
    free(path);
    return status;
}

/* Rows that stand in two partitions count twice in every answer, unless a rule
 * for duplicates keeps them from it. */
static void warn_of_twin(const cln_publication *publication, const cln_ingest_request *request,
                         const cln_digest *digest) {
    const cln_partition_info *own = cln_manifest_find(&publication->manifest, request->partition);
    if (publication->manifest.rule.on_duplicate != CLN_DUPLICATES_UNSET && own != NULL && !own->is_unchecked) return;
    char content[CLN_DIGEST_TEXT_BYTES];
    cln_digest_format(digest, content);
    const cln_manifest *manifest = &publication->manifest;
    for (size_t i = 0; i < manifest->partition_count; i++) {
        const cln_partition_info *other = &manifest->partitions[i];
        if (strcmp(other->id, request->partition) == 0 || strcmp(other->content_hash, content) != 0) continue;
        cln_warning("%s has the same bytes as the file of the partition \"%s\" (%s): its rows are in %s twice now, as "
                    "\"%s\" too, and count twice",
                    request->path, other->id, other->origin, request->dataset_name, request->partition);
        return;
    }
}

cln_status cln_publication_publish(cln_publication *publication, const cln_ingest_request *request,
                                   const cln_published *published, cln_error *err) {
    begin_graces(publication, request);
    CLN_TRY(move_and_publish(publication, request, err));
    if (published->rows > 0) warn_of_twin(publication, request, published->content);
    (void)unlink(publication->rejects_path); /* of an earlier ingest that did not pass */
    write_history(publication, request, published);
    return CLN_OK;
}

cln_status cln_publication_renew(cln_publication *publication, const cln_ingest_request *request, cln_error *err) {
    if (!publication->has_changed) return CLN_OK;
    begin_graces(publication, request);
    CLN_TRY(cln_manifest_publish(&publication->manifest, request->store_dir, request->fsync, err));
    write_history(publication, request, NULL);
    return CLN_OK;
}

cln_status cln_publication_keep_rejects(const cln_publication *publication, cln_error *err) {
    if (rename(publication->temporary_path, publication->rejects_path) != 0) {
        return cln_fail_errno(err, "cannot keep the list of rejects as %s", publication->rejects_path);
    }
    cln_cleanup_unregister_path(publication->temporary_path);
    return CLN_OK;
}

void cln_publication_discard(const cln_publication *publication) {
    (void)unlink(publication->temporary_path);
    cln_cleanup_unregister_path(publication->temporary_path);
}
