/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifdef __linux__
#define _GNU_SOURCE /* memfd_create */
#endif
#include "h5.h"
#include "space.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

/* When HDF5 1.10 cannot write while it closes a file, the identifier of the
 * half-closed file stays, and the process crashes when it ends. What remains
 * to be written of a file that is lost anyway goes to memory instead: a few
 * kilobytes of metadata. */
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

/* Before HDF5 writes what it holds back: a failure in the middle of that
 * cannot be recovered from, one before it can. */
static cln_status take_space(hid_t file, const char *path, cln_error *err) {
    hsize_t size_bytes;
    if (H5Fget_filesize(file, &size_bytes) < 0) return cln_h5_fail(err, "cannot tell the size of %s", path);
    return cln_allocate_file(path, size_bytes, err);
}

cln_status cln_h5_close_written(hid_t file, const char *path, cln_status status, cln_error *err) {
    if (status == CLN_OK) status = take_space(file, path, err);
    if (status != CLN_OK) divert(file);
    /* Closing reports success on a full disk; flushing does not. */
    if (H5Fflush(file, H5F_SCOPE_GLOBAL) < 0 && status == CLN_OK) status = cln_h5_fail(err, "cannot write %s", path);
    if (H5Fclose(file) < 0 && status == CLN_OK) status = cln_h5_fail(err, "cannot close %s", path);
    return status;
}
