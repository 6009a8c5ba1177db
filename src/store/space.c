/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "space.h"

#include "colonnade/base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

static cln_status fail_full(const char *path, uint64_t size_bytes, cln_error *err) {
    return cln_fail_errno(err, "cannot take %" PRIu64 " bytes for %s (free some space there or choose another --store)",
                          size_bytes, path);
}

cln_status cln_check_room(const char *path, uint64_t size_bytes, cln_error *err) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && size_bytes > limit.rlim_cur) {
        errno = EFBIG;
        return fail_full(path, size_bytes, err);
    }
    const char *slash = strrchr(path, '/');
    char *folder;
    CLN_TRY(cln_copy_span(
        &folder, slash == NULL ? cln_span_of_string(".") : cln_span_of(path, (size_t)(slash - path + 1)), err));
    struct statvfs about;
    const bool is_known = statvfs(folder, &about) == 0 && about.f_blocks > 0;
    free(folder);
    if (!is_known || about.f_bavail >= size_bytes / about.f_frsize) return CLN_OK;
    errno = ENOSPC;
    return fail_full(path, size_bytes, err);
}

cln_status cln_allocate_file(const char *path, uint64_t size_bytes, cln_error *err) {
    const int descriptor = open(path, O_RDWR | O_CLOEXEC);
    if (descriptor < 0) return cln_fail_errno(err, "cannot open %s", path);
    int failure = size_bytes > 0 ? posix_fallocate(descriptor, 0, (off_t)size_bytes) : 0;
    if (close(descriptor) != 0 && failure == 0) failure = errno;
    errno = failure;
    return failure == 0 ? CLN_OK : fail_full(path, size_bytes, err);
}
