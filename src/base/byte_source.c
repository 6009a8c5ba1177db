/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/byte_source.h"

#include "colonnade/base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct file_source {
    cln_byte_source source; /* first, so that its address is that of the whole */
    char *path;
    int descriptor;
    struct stat opened; /* as the file was then */
} file_source;

typedef struct memory_source {
    cln_byte_source source; /* first */
    char *name;
    cln_span bytes;
} memory_source;

cln_status cln_byte_source_read_some(cln_byte_source *source, uint64_t offset, void *data, size_t size, size_t *got,
                                     cln_error *err) {
    if (source->read_some != NULL) return source->read_some(source, offset, data, size, got, err);
    const uint64_t left = offset < source->size_bytes ? source->size_bytes - offset : 0;
    *got = left < size ? (size_t)left : size;
    return *got == 0 ? CLN_OK : source->read_at(source, offset, data, *got, err);
}

static cln_status fail_shrank(const file_source *file, uint64_t end, cln_error *err) {
    return cln_fail(err, CLN_ERR_IO,
                    "%s shrank while it was read: it had %llu bytes when it was opened and now ends at byte %llu; "
                    "start again when nothing writes to it any more",
                    file->path, (unsigned long long)file->source.size_bytes, (unsigned long long)end);
}

static cln_status file_read_at(cln_byte_source *self, uint64_t offset, void *data, size_t size, cln_error *err) {
    const file_source *file = (const file_source *)self;
    char *next = data;
    while (size > 0) {
        if (offset >= self->size_bytes) return fail_shrank(file, self->size_bytes, err);
        const ssize_t got = pread(file->descriptor, next, size, (off_t)offset);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) {
            return cln_fail_errno(err, "cannot read %zu bytes at byte %llu of %s", size, (unsigned long long)offset,
                                  file->path);
        }
        if (got == 0) return fail_shrank(file, offset, err);
        next += got;
        size -= (size_t)got;
        offset += (uint64_t)got;
    }
    return CLN_OK;
}

static void file_will_read(cln_byte_source *self, uint64_t offset, uint64_t size) {
    const file_source *file = (const file_source *)self;
    (void)posix_fadvise(file->descriptor, (off_t)offset, (off_t)size, POSIX_FADV_WILLNEED);
}

static bool same_content(const struct stat *a, const struct stat *b) {
    return a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
           a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static cln_status file_check_unchanged(cln_byte_source *self, cln_error *err) {
    const file_source *file = (const file_source *)self;
    static const char advice[] = "start again when nothing writes to it any more";
    struct stat held;
    struct stat named;
    if (fstat(file->descriptor, &held) != 0) return cln_fail_errno(err, "cannot look at %s", file->path);
    if (!same_content(&file->opened, &held)) {
        return cln_fail(err, CLN_ERR_IO,
                        "%s changed while it was read: it had %lld bytes when it was opened and has %lld now; %s",
                        file->path, (long long)file->opened.st_size, (long long)held.st_size, advice);
    }
    if (stat(file->path, &named) != 0) return cln_fail_errno(err, "%s went away while it was read", file->path);
    if (named.st_dev != held.st_dev || named.st_ino != held.st_ino) {
        return cln_fail(err, CLN_ERR_IO, "%s was replaced by another file while it was read; %s", file->path, advice);
    }
    return CLN_OK;
}

static void file_release(cln_byte_source *self) {
    file_source *file = (file_source *)self;
    if (file->descriptor >= 0) (void)close(file->descriptor);
    free(file->path);
    free(file);
}

static cln_status fail_open(const char *path, cln_error *err) {
    if (errno == ENOENT && strcmp(path, "-") == 0) {
        return cln_fail(err, CLN_ERR_IO,
                        "standard input cannot be read, for all ranks read a file together; save it to a file and "
                        "name that");
    }
    switch (errno) {
    case ENOENT:
        return cln_fail(err, CLN_ERR_IO, "there is no file %s; check its name and the folder", path);
    case EACCES:
        return cln_fail(err, CLN_ERR_IO, "%s may not be read by this user; change its permissions or its owner", path);
    default:
        return cln_fail_errno(err, "cannot open %s", path);
    }
}

static cln_status check_regular(const char *path, mode_t mode, cln_error *err) {
    if (S_ISREG(mode)) return CLN_OK;
    if (S_ISDIR(mode)) {
        return cln_fail(err, CLN_ERR_IO, "%s is a folder; name the files in it, as in %s/*.csv", path, path);
    }
    if (S_ISFIFO(mode)) {
        return cln_fail(err, CLN_ERR_IO,
                        "%s is a pipe, which can be read only from front to back; save it to a file first", path);
    }
    return cln_fail(err, CLN_ERR_IO, "%s is a device, not a file; save its bytes to a file first", path);
}

static cln_status open_descriptor(file_source *file, cln_error *err) {
    /* Not blocking, so that a pipe without a writer is refused at once; a regular file does not care. */
    file->descriptor = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file->descriptor < 0) return fail_open(file->path, err);
    if (fstat(file->descriptor, &file->opened) != 0) return cln_fail_errno(err, "cannot look at %s", file->path);
    CLN_TRY(check_regular(file->path, file->opened.st_mode, err));
    file->source.size_bytes = (uint64_t)file->opened.st_size;
    (void)posix_fadvise(file->descriptor, 0, 0, POSIX_FADV_SEQUENTIAL); /* advice: without it the reads are slower */
    return CLN_OK;
}

cln_status cln_byte_source_open_file(cln_byte_source **source, const char *path, cln_error *err) {
    *source = NULL;
    file_source *file;
    CLN_TRY(cln_new_array(&file, 1, sizeof *file, err));
    file->descriptor = -1;
    file->source.read_at = file_read_at;
    file->source.will_read = file_will_read;
    file->source.check_unchanged = file_check_unchanged;
    file->source.release = file_release;
    cln_status status = cln_copy_string(&file->path, path, err);
    if (status == CLN_OK) status = open_descriptor(file, err);
    if (status != CLN_OK) {
        file_release(&file->source);
        return status;
    }
    file->source.name = file->path;
    *source = &file->source;
    return CLN_OK;
}

static cln_status memory_read_at(cln_byte_source *self, uint64_t offset, void *data, size_t size, cln_error *err) {
    const memory_source *memory = (const memory_source *)self;
    if (offset > self->size_bytes || size > self->size_bytes - offset) {
        return cln_fail(err, CLN_ERR_IO, "%s has only %llu bytes; %zu bytes at byte %llu were asked for", self->name,
                        (unsigned long long)self->size_bytes, size, (unsigned long long)offset);
    }
    if (size > 0) memcpy(data, memory->bytes.data + offset, size);
    return CLN_OK;
}

static cln_status memory_check_unchanged(cln_byte_source *self, cln_error *err) {
    (void)self;
    (void)err;
    return CLN_OK;
}

static void memory_release(cln_byte_source *self) {
    memory_source *memory = (memory_source *)self;
    free(memory->name);
    free(memory);
}

cln_status cln_byte_source_of_memory(cln_byte_source **source, const char *name, cln_span bytes, cln_error *err) {
    *source = NULL;
    memory_source *memory;
    CLN_TRY(cln_new_array(&memory, 1, sizeof *memory, err));
    const cln_status status = cln_copy_string(&memory->name, name, err);
    if (status != CLN_OK) {
        free(memory);
        return status;
    }
    memory->bytes = bytes;
    memory->source = (cln_byte_source){.size_bytes = bytes.size,
                                       .name = memory->name,
                                       .read_at = memory_read_at,
                                       .check_unchanged = memory_check_unchanged,
                                       .release = memory_release};
    *source = &memory->source;
    return CLN_OK;
}
