/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/file.h"

#include "colonnade/base/cleanup.h"
#include "colonnade/base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static ssize_t read_some(int descriptor, void *data, size_t size) {
    ssize_t got;
    do {
        got = read(descriptor, data, size);
    } while (got < 0 && errno == EINTR);
    return got;
}

/* Up to the end of the file; one byte more than the limit tells a file that is too large. */
static cln_status read_all(int descriptor, const char *path, cln_buffer *contents, cln_error *err) {
    char block[16384];
    for (;;) {
        const ssize_t got = read_some(descriptor, block, sizeof block);
        if (got < 0) return cln_fail_errno(err, "cannot read %s", path);
        if (got == 0) return CLN_OK;
        if ((size_t)got > contents->size_limit - contents->size) {
            return cln_fail(err, CLN_ERR_IO, "%s is larger than the %zu bytes that such a file may have", path,
                            contents->size_limit);
        }
        CLN_TRY(cln_buffer_append(contents, block, (size_t)got, err));
    }
}

cln_status cln_file_read(const char *path, cln_buffer *contents, cln_error *err) {
    cln_buffer_clear(contents);
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return cln_fail_errno(err, "cannot open %s", path);
    struct stat info;
    cln_status status;
    if (fstat(descriptor, &info) == 0 && S_ISDIR(info.st_mode)) {
        status = cln_fail(err, CLN_ERR_IO, "%s is a folder; a file is needed", path);
    } else {
        status = read_all(descriptor, path, contents, err);
    }
    (void)close(descriptor);
    return status;
}

cln_status cln_file_write_at(int descriptor, const char *path, uint64_t offset, const void *data, size_t size,
                             cln_error *err) {
    const char *next = data;
    while (size > 0) {
        const ssize_t written = pwrite(descriptor, next, size, (off_t)offset);
        if (written < 0 && errno == EINTR) continue;
        if (written == 0) errno = EIO; /* would be tried forever */
        if (written <= 0) {
            return cln_fail_errno(err, "cannot write %zu bytes at byte %llu of %s", size, (unsigned long long)offset,
                                  path);
        }
        next += written;
        size -= (size_t)written;
        offset += (uint64_t)written;
    }
    return CLN_OK;
}

cln_status cln_file_resolve(char **target, bool *is_special, const char *path, cln_error *err) {
    struct stat info, link;
    *target = NULL;
    const bool exists = stat(path, &info) == 0;
    const bool is_link = lstat(path, &link) == 0 && S_ISLNK(link.st_mode);
    *is_special = exists && !S_ISREG(info.st_mode);
    if (exists && S_ISDIR(info.st_mode)) {
        return cln_fail(err, CLN_ERR_IO, "cannot write to %s: it is a folder; name a file", path);
    }
    if (is_link && !exists) {
        return cln_fail(err, CLN_ERR_IO, "cannot write to %s: it is a symbolic link to nothing; remove it", path);
    }
    if (!is_link || *is_special) return cln_copy_string(target, path, err);
    *target = realpath(path, NULL);
    return *target != NULL ? CLN_OK : cln_fail_errno(err, "cannot write to %s", path);
}

static cln_status write_temporary(const char *temporary, cln_span contents, bool sync, cln_error *err) {
    const int descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (descriptor < 0) return cln_fail_errno(err, "cannot create %s", temporary);
    cln_status status = cln_file_write_at(descriptor, temporary, 0, contents.data, contents.size, err);
    if (status == CLN_OK && sync && fsync(descriptor) != 0) status = cln_fail_errno(err, "cannot sync %s", temporary);
    /* Network file systems tell of a full disk only here. */
    if (close(descriptor) != 0 && status == CLN_OK) status = cln_fail_errno(err, "cannot close %s", temporary);
    return status;
}

static cln_status sync_folder_of(const char *path, cln_error *err) {
    const char *slash = strrchr(path, '/');
    if (slash == NULL) return cln_file_sync_dir(".", err);
    char *folder;
    CLN_TRY(cln_copy_span(&folder, cln_span_of(path, slash == path ? 1 : (size_t)(slash - path)), err));
    const cln_status status = cln_file_sync_dir(folder, err);
    free(folder);
    return status;
}

cln_status cln_file_replace(const char *path, cln_span contents, bool sync, cln_error *err) {
    char *temporary;
    CLN_TRY(cln_format_string(&temporary, err, "%s.tmp-%ld", path, (long)getpid()));
    cln_status status = cln_cleanup_register_path(temporary, err);
    if (status == CLN_OK) status = write_temporary(temporary, contents, sync, err);
    if (status == CLN_OK && rename(temporary, path) != 0) {
        status = cln_fail_errno(err, "cannot rename %s to %s", temporary, path);
    }
    if (status != CLN_OK) (void)unlink(temporary); /* it may not exist; the first error is the one to tell */
    cln_cleanup_unregister_path(temporary);
    free(temporary);
    if (status == CLN_OK && sync) status = sync_folder_of(path, err);
    return status;
}

static cln_status make_dir(const char *path, cln_error *err) {
    struct stat info;
    /* Looked up first: on a read-only parent mkdir would not say that the folder exists. */
    if (stat(path, &info) != 0 && mkdir(path, 0777) == 0) return CLN_OK;
    const int failure = errno; /* tells more than that the folder is still not there */
    if (stat(path, &info) != 0) {
        errno = failure;
        return cln_fail_errno(err, "cannot make the folder %s", path);
    }
    if (S_ISDIR(info.st_mode)) return CLN_OK;
    return cln_fail(err, CLN_ERR_IO, "cannot make the folder %s: a file has that name", path);
}

cln_status cln_file_make_dirs(const char *path, cln_error *err) {
    char *partial;
    CLN_TRY(cln_copy_string(&partial, path, err));
    cln_status status = CLN_OK;
    for (char *c = partial; *c != '\0' && status == CLN_OK; c++) {
        if (*c != '/' || c == partial) continue;
        *c = '\0';
        status = make_dir(partial, err);
        *c = '/';
    }
    if (status == CLN_OK) status = make_dir(partial, err);
    free(partial);
    return status;
}

cln_status cln_file_sync_dir(const char *path, cln_error *err) {
    const int descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return cln_fail_errno(err, "cannot open the folder %s", path);
    cln_status status = CLN_OK;
    /* EINVAL: a file system that has no such operation. */
    if (fsync(descriptor) != 0 && errno != EINVAL) status = cln_fail_errno(err, "cannot sync the folder %s", path);
    (void)close(descriptor);
    return status;
}

bool cln_file_is_dir(const char *path) {
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

bool cln_file_exists(const char *path) {
    struct stat info;
    return stat(path, &info) == 0;
}
