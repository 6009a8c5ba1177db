/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

cln_status cln_sync_file(const char *path, cln_error *err) {
    const int descriptor = open(path, O_RDWR | O_CLOEXEC);
    if (descriptor < 0) return cln_fail_errno(err, "cannot open %s", path);
    int failure = fsync(descriptor) != 0 ? errno : 0;
    if (close(descriptor) != 0 && failure == 0) failure = errno;
    errno = failure;
    return failure == 0 ? CLN_OK : cln_fail_errno(err, "cannot bring %s to the device", path);
}
