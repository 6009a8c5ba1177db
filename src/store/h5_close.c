/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifdef __linux__
#define _GNU_SOURCE /* memfd_create */
#endif
#include "h5.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

/* Where a full disk or a failing one keeps HDF5 from writing, closing fails,
 * and HDF5 1.10 then crashes when the process ends, because the identifier of
 * the half-closed file stays. The rest of a file that is lost anyway goes to
 * memory instead: a few kilobytes of metadata. */
static void divert(hid_t file) {
#ifdef __linux__
    void *handle = NULL;
    if (H5Fget_vfd_handle(file, H5P_DEFAULT, &handle) < 0 || handle == NULL) return;
    const int memory = memfd_create("colonnade", MFD_CLOEXEC);
    if (memory < 0) return;
    (void)dup3(memory, *(int *)handle, O_CLOEXEC);
    (void)close(memory);
#else
    (void)file;
#endif
}

cln_status cln_h5_close_written(hid_t file, const char *path, cln_status status, cln_error *err) {
    /* Closing reports success on a full disk; flushing does not. */
    if (status == CLN_OK && H5Fflush(file, H5F_SCOPE_GLOBAL) < 0) status = cln_h5_fail(err, "cannot write %s", path);
    if (status != CLN_OK) divert(file);
    if (H5Fclose(file) < 0 && status == CLN_OK) status = cln_h5_fail(err, "cannot close %s", path);
    return status;
}
