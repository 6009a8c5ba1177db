/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/net/s3_files.h"

#include "colonnade/base/byte_source.h"
#include "colonnade/base/cleanup.h"
#include "colonnade/base/file.h"
#include "colonnade/base/log.h"
#include "colonnade/base/memory.h"
#include "s3_upload.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BLOCK_BYTES = 1 << 20, FETCH_BYTES = 16 << 20 };

/* ---- To the bucket ---- */

static cln_status fill(cln_s3_upload *upload, cln_byte_source *file, uint64_t *position, char *block, cln_error *err) {
    bool wait = false;
    while (!wait && *position < file->size_bytes) {
        const uint64_t left = file->size_bytes - *position;
        const size_t size = left < BLOCK_BYTES ? (size_t)left : BLOCK_BYTES;
        CLN_TRY(file->read_at(file, *position, block, size, err));
        CLN_TRY(cln_s3_upload_take(upload, block, size, &wait, err));
        if (!wait) *position += size;
    }
    return CLN_OK;
}

static cln_status pump(cln_s3_upload *upload, cln_byte_source *file, char *block, cln_error *err) {
    uint64_t position = 0;
    bool room = true;
    bool busy = true;
    for (;;) {
        if (cln_cleanup_signal() != 0) return cln_fail(err, CLN_ERR_IO, "interrupted");
        if (room) CLN_TRY(fill(upload, file, &position, block, err));
        if (position == file->size_bytes && !upload->is_ended) cln_s3_upload_end(upload);
        CLN_TRY(cln_s3_upload_advance(upload, &room, err));
        if (cln_s3_upload_is_sent(upload)) return CLN_OK;
        CLN_TRY(cln_http_pool_step(upload->s3->pool, 1, &busy, err));
    }
}

/* The metadata tell the hash that the file had before it was read for sending. */
static cln_status check_sent(const cln_s3_upload *upload, cln_byte_source *file, cln_error *err) {
    CLN_TRY(file->check_unchanged(file, err));
    char sha256[CLN_SHA256_TEXT_BYTES];
    cln_s3_upload_digest(upload, sha256);
    if (strcmp(sha256, upload->sha256) == 0) return CLN_OK;
    return cln_fail(err, CLN_ERR_IO, "%s changed while it was pushed; push it again", file->name);
}

static cln_status send_open(cln_s3 *s3, const char *bucket, const char *key, cln_byte_source *file, const char *sha256,
                            cln_error *err) {
    cln_s3_upload upload = {.s3 = s3, .bucket = bucket, .key = key, .mark = sha256, .sha256 = sha256};
    char *block = malloc(BLOCK_BYTES);
    if (block == NULL) return cln_fail_memory(err, "reading a file");
    cln_status status = cln_s3_part_bytes(s3, file->size_bytes, &upload.part_bytes, err);
    if (status == CLN_OK) status = cln_s3_upload_begin(&upload, err);
    if (status == CLN_OK) status = pump(&upload, file, block, err);
    if (status == CLN_OK) status = check_sent(&upload, file, err);
    if (status == CLN_OK) status = cln_s3_upload_complete(&upload, err);
    cln_error why;
    if (status != CLN_OK && upload.buffers != NULL && cln_s3_upload_abort(&upload, &why) != CLN_OK) {
        cln_warning("an upload that is of no use is left with the service: %s", why.message);
    }
    cln_s3_upload_clean_up(&upload);
    free(block);
    return status;
}

static cln_status send_file(cln_s3 *s3, const char *bucket, const char *key, const char *path, const char *sha256,
                            cln_error *err) {
    cln_byte_source *file;
    CLN_TRY(cln_byte_source_open_file(&file, path, err));
    const cln_status status = send_open(s3, bucket, key, file, sha256, err);
    file->release(file);
    return status;
}

cln_status cln_s3_put_file(cln_s3 *s3, const char *bucket, const char *key, const char *path, cln_s3_copy *copy,
                           uint64_t *size_bytes, cln_error *err) {
    char sha256[CLN_SHA256_TEXT_BYTES];
    cln_s3_info info;
    CLN_TRY(cln_sha256_file(path, sha256, err));
    CLN_TRY(cln_s3_head(s3, bucket, key, &info, err));
    const bool is_same = info.exists && info.sha256 != NULL && strcmp(info.sha256, sha256) == 0;
    cln_s3_info_clean_up(&info);
    *copy = is_same ? CLN_S3_SAME : CLN_S3_COPIED;
    cln_byte_source *file;
    CLN_TRY(cln_byte_source_open_file(&file, path, err));
    *size_bytes = file->size_bytes;
    file->release(file);
    return is_same ? CLN_OK : send_file(s3, bucket, key, path, sha256, err);
}

/* ---- And back ---- */

typedef struct arrival {
    cln_s3 *s3;
    const char *bucket;
    const char *key;
    const cln_s3_info *info;
    char *temporary_path;
} arrival;

static cln_status write_ranges(const arrival *a, int descriptor, char *block, cln_error *err) {
    for (uint64_t offset = 0; offset < a->info->size_bytes; offset += FETCH_BYTES) {
        if (cln_cleanup_signal() != 0) return cln_fail(err, CLN_ERR_IO, "interrupted");
        const uint64_t left = a->info->size_bytes - offset;
        const size_t size = left < FETCH_BYTES ? (size_t)left : FETCH_BYTES;
        CLN_TRY(cln_s3_get_range(a->s3, a->bucket, a->key, a->info->etag, offset, block, size, err));
        CLN_TRY(cln_file_write_at(descriptor, a->temporary_path, offset, block, size, err));
    }
    return CLN_OK;
}

/* What another process of the same number left is replaced; a link is never written through. */
static int create_temporary(const char *path) {
    (void)unlink(path);
    return open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
}

static cln_status write_file(const arrival *a, bool sync, cln_error *err) {
    char *block = malloc(FETCH_BYTES);
    if (block == NULL) return cln_fail_memory(err, "fetching an object");
    const int descriptor = create_temporary(a->temporary_path);
    cln_status status = CLN_OK;
    if (descriptor < 0) status = cln_fail_errno(err, "cannot create %s", a->temporary_path);
    if (status == CLN_OK) status = write_ranges(a, descriptor, block, err);
    if (status == CLN_OK && sync && fsync(descriptor) != 0) {
        status = cln_fail_errno(err, "cannot write to %s", a->temporary_path);
    }
    if (descriptor >= 0 && close(descriptor) != 0 && status == CLN_OK) {
        status = cln_fail_errno(err, "cannot write to %s", a->temporary_path);
    }
    free(block);
    return status;
}

static cln_status check_bytes(const arrival *a, cln_error *err) {
    char sha256[CLN_SHA256_TEXT_BYTES];
    if (a->info->sha256 == NULL) return CLN_OK;
    CLN_TRY(cln_sha256_file(a->temporary_path, sha256, err));
    if (strcmp(sha256, a->info->sha256) == 0) return CLN_OK;
    return cln_fail(err, CLN_ERR_IO, "s3://%s/%s does not have the SHA-256 that its metadata tell; push it again",
                    a->bucket, a->key);
}

static cln_status receive(arrival *a, const char *path, bool sync, cln_error *err) {
    CLN_TRY(cln_cleanup_register_path(a->temporary_path, err));
    cln_status status = write_file(a, sync, err);
    if (status == CLN_OK) status = check_bytes(a, err);
    if (status == CLN_OK && rename(a->temporary_path, path) != 0) {
        status = cln_fail_errno(err, "cannot create %s", path);
    }
    if (status != CLN_OK) (void)unlink(a->temporary_path);
    cln_cleanup_unregister_path(a->temporary_path);
    return status;
}

static bool has_same_bytes(const char *path, const cln_s3_info *info) {
    char sha256[CLN_SHA256_TEXT_BYTES];
    return info->sha256 != NULL && cln_file_exists(path) && cln_sha256_file(path, sha256, NULL) == CLN_OK &&
           strcmp(sha256, info->sha256) == 0;
}

static cln_status get_known(cln_s3 *s3, const char *bucket, const char *key, const char *path, bool sync,
                            const cln_s3_info *info, cln_s3_copy *copy, cln_error *err) {
    if (!info->exists) return cln_fail(err, CLN_ERR_IO, "there is no object s3://%s/%s", bucket, key);
    *copy = has_same_bytes(path, info) ? CLN_S3_SAME : CLN_S3_COPIED;
    if (*copy == CLN_S3_SAME) return CLN_OK;
    arrival a = {.s3 = s3, .bucket = bucket, .key = key, .info = info};
    const cln_span folder = cln_span_of(path, (size_t)(cln_path_name(path).data - path));
    CLN_TRY(cln_format_string(&a.temporary_path, err, "%.*s.tmp-%s.%ld", (int)folder.size, folder.data,
                              path + folder.size, (long)getpid()));
    const cln_status status = receive(&a, path, sync, err);
    free(a.temporary_path);
    return status;
}

cln_status cln_s3_get_file(cln_s3 *s3, const char *bucket, const char *key, const char *path, bool sync,
                           cln_s3_copy *copy, uint64_t *size_bytes, cln_error *err) {
    cln_s3_info info;
    CLN_TRY(cln_s3_head(s3, bucket, key, &info, err));
    *size_bytes = info.size_bytes;
    const cln_status status = get_known(s3, bucket, key, path, sync, &info, copy, err);
    cln_s3_info_clean_up(&info);
    return status;
}
