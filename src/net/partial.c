/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE /* fallocate */
#include "partial.h"

#include "colonnade/base/file.h"
#include "colonnade/base/memory.h"
#include "partial_state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { LOCK_ATTEMPTS = 10 };

static cln_status open_file(int *descriptor, const char *path, cln_error *err) {
    *descriptor = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
    return *descriptor < 0 ? cln_fail_errno(err, "cannot open %s", path) : CLN_OK;
}

static bool has_name(int descriptor, const char *path) {
    struct stat opened;
    struct stat named;
    return fstat(descriptor, &opened) == 0 && stat(path, &named) == 0 && opened.st_ino == named.st_ino &&
           opened.st_dev == named.st_dev;
}

/* Another process may remove the file between the opening and the lock. */
static cln_status open_locked(cln_partial *partial, cln_error *err) {
    for (int attempt = 0; attempt < LOCK_ATTEMPTS; attempt++) {
        CLN_TRY(open_file(&partial->state, partial->state_path, err));
        if (flock(partial->state, LOCK_EX | LOCK_NB) != 0) {
            if (errno != EWOULDBLOCK) return CLN_OK; /* a file system without locks */
            return cln_fail(err, CLN_ERR_IO, "another process is fetching to %s; wait until it has ended",
                            partial->path);
        }
        if (has_name(partial->state, partial->state_path)) return CLN_OK;
        (void)close(partial->state);
        partial->state = -1;
    }
    return cln_fail(err, CLN_ERR_IO, "%s changes all the time; is another process fetching?", partial->state_path);
}

cln_status cln_partial_open(cln_partial *partial, const char *path, const char *url, cln_error *err) {
    *partial = (cln_partial){.data = -1, .state = -1};
    cln_status status = cln_copy_string(&partial->path, path, err);
    if (status == CLN_OK) status = cln_format_string(&partial->state_path, err, "%s.state", path);
    if (status == CLN_OK) status = cln_copy_string(&partial->url, url, err);
    if (status == CLN_OK) status = open_locked(partial, err);
    if (status == CLN_OK) status = open_file(&partial->data, path, err);
    if (status == CLN_OK && !cln_partial_state_read(partial)) status = cln_partial_reset(partial, err);
    if (status != CLN_OK) cln_partial_close(partial);
    return status;
}

static void forget(cln_partial *partial) {
    cln_validators_clean_up(&partial->validators);
    free(partial->parts);
    partial->parts = NULL;
    partial->part_count = 0;
    partial->done_bytes = 0;
    partial->prefix_part = 0;
}

void cln_partial_close(cln_partial *partial) {
    const bool is_useful =
        partial->part_count > 0 && partial->done_bytes > 0 && cln_validators_strong(&partial->validators) != NULL;
    if (!is_useful && partial->data >= 0) {
        (void)unlink(partial->path);
        (void)unlink(partial->state_path);
    }
    if (partial->data >= 0) (void)close(partial->data);
    if (partial->state >= 0) (void)close(partial->state);
    forget(partial);
    free(partial->path);
    free(partial->state_path);
    free(partial->url);
    *partial = (cln_partial){.data = -1, .state = -1};
}

void cln_partial_discard(cln_partial *partial) {
    forget(partial);
    cln_partial_close(partial);
}

cln_status cln_partial_reset(cln_partial *partial, cln_error *err) {
    forget(partial);
    if (ftruncate(partial->state, 0) == 0 && ftruncate(partial->data, 0) == 0) return CLN_OK;
    return cln_fail_errno(err, "cannot empty %s", partial->path);
}

static cln_status check_room(const cln_partial *partial, cln_error *err) {
    struct statvfs disk;
    if (fstatvfs(partial->data, &disk) != 0) return CLN_OK; /* the writing will tell */
    const uint64_t free_bytes = (uint64_t)disk.f_bavail * disk.f_frsize;
    if (partial->size_bytes <= free_bytes) return CLN_OK;
    return cln_fail(err, CLN_ERR_IO, "%s has %llu bytes, but on the disk of %s only %llu are free", partial->url,
                    (unsigned long long)partial->size_bytes, partial->path, (unsigned long long)free_bytes);
}

/* Keeps the room, so that a disk that others fill is found now. Not every file system can. */
static cln_status reserve(const cln_partial *partial, cln_error *err) {
    if (partial->size_bytes == 0) return CLN_OK;
    CLN_TRY(check_room(partial, err));
#ifdef __linux__
    if (fallocate(partial->data, 0, 0, (off_t)partial->size_bytes) != 0 && errno == ENOSPC) {
        return cln_fail_errno(err, "cannot reserve %llu bytes for %s", (unsigned long long)partial->size_bytes,
                              partial->path);
    }
#endif
    return CLN_OK;
}

cln_status cln_partial_lay_out(cln_partial *partial, const cln_http_response *response, uint64_t size_bytes,
                               uint64_t part_bytes, cln_error *err) {
    CLN_TRY(cln_validators_take(&partial->validators, response, err));
    partial->size_bytes = size_bytes;
    partial->part_bytes = part_bytes;
    CLN_TRY(cln_partial_make_parts(partial, err));
    if (size_bytes != CLN_HTTP_TO_THE_END) CLN_TRY(reserve(partial, err));
    return cln_partial_state_write(partial, err);
}

cln_status cln_partial_write(cln_partial *partial, size_t part, const char *data, size_t size, cln_error *err) {
    cln_part *p = &partial->parts[part];
    if (size > p->size - p->done) {
        return cln_fail(err, CLN_ERR_IO, "%s sends more bytes than it said", partial->url);
    }
    CLN_TRY(cln_file_write_at(partial->data, partial->path, p->first + p->done, data, size, err));
    p->done += size;
    partial->done_bytes += size;
    return cln_partial_state_update(partial, part, err);
}

void cln_partial_end(cln_partial *partial) {
    if (partial->part_count != 1 || partial->size_bytes != CLN_HTTP_TO_THE_END) return;
    partial->size_bytes = partial->parts[0].done;
    partial->parts[0].size = partial->parts[0].done;
}

uint64_t cln_partial_prefix_bytes(cln_partial *partial) {
    size_t *at = &partial->prefix_part;
    while (*at + 1 < partial->part_count && partial->parts[*at].done == partial->parts[*at].size) ++*at;
    return partial->part_count == 0 ? 0 : partial->parts[*at].first + partial->parts[*at].done;
}

bool cln_partial_is_whole(const cln_partial *partial) {
    return partial->part_count > 0 && partial->size_bytes != CLN_HTTP_TO_THE_END &&
           partial->done_bytes == partial->size_bytes;
}
