/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE /* O_TMPFILE */
#include "spill.h"

#include "colonnade/base/file.h"
#include "colonnade/base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void cln_spill_init(cln_spill *spill, const char *scratch_dir, uint64_t memory_limit_bytes) {
    *spill = (cln_spill){.scratch_dir = scratch_dir, .descriptor = -1};
    cln_buffer_init(&spill->memory, (size_t)memory_limit_bytes);
}

void cln_spill_clean_up(cln_spill *spill) {
    cln_buffer_clean_up(&spill->memory);
    if (spill->descriptor >= 0) (void)close(spill->descriptor);
    spill->descriptor = -1;
}

/* Network file systems and old kernels have no files that never had a name. */
static cln_status open_scratch_file(cln_spill *spill, cln_error *err) {
    spill->descriptor = open(spill->scratch_dir, O_TMPFILE | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (spill->descriptor >= 0) return CLN_OK;
    char *path;
    CLN_TRY(cln_path_join(&path, spill->scratch_dir, "colonnade-spill-XXXXXX", err));
    spill->descriptor = mkstemp(path);
    cln_status status = CLN_OK;
    if (spill->descriptor < 0) {
        status = cln_fail_errno(err, "cannot make a scratch file in %s (see --scratch)", spill->scratch_dir);
    } else {
        (void)unlink(path);
    }
    free(path);
    return status;
}

cln_status cln_spill_append(cln_spill *spill, cln_span bytes, uint64_t *position, cln_error *err) {
    *position = spill->size_bytes;
    if (spill->descriptor < 0 && bytes.size <= spill->memory.size_limit - spill->memory.size) {
        CLN_TRY(cln_buffer_append_span(&spill->memory, bytes, err));
    } else {
        if (spill->descriptor < 0) CLN_TRY(open_scratch_file(spill, err));
        CLN_TRY(cln_file_write_at(spill->descriptor, "the scratch file (see --scratch)",
                                  spill->size_bytes - spill->memory.size, bytes.data, bytes.size, err));
    }
    spill->size_bytes += bytes.size;
    return CLN_OK;
}

static cln_status read_file(const cln_spill *spill, uint64_t offset, char *to, size_t size, cln_error *err) {
    while (size > 0) {
        const ssize_t got = pread(spill->descriptor, to, size, (off_t)offset);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return cln_fail_errno(err, "cannot read the scratch file in %s", spill->scratch_dir);
        if (got == 0) {
            return cln_fail(err, CLN_ERR_IO,
                            "the scratch file in %s ends too early; is its disk in order? (see --scratch)",
                            spill->scratch_dir);
        }
        to += got;
        offset += (uint64_t)got;
        size -= (size_t)got;
    }
    return CLN_OK;
}

cln_status cln_spill_read(const cln_spill *spill, uint64_t position, void *data, size_t size, cln_error *err) {
    char *to = data;
    if (position < spill->memory.size) {
        const size_t left = spill->memory.size - (size_t)position;
        const size_t count = size < left ? size : left;
        memcpy(to, spill->memory.data + position, count);
        to += count;
        position += count;
        size -= count;
    }
    return read_file(spill, position - spill->memory.size, to, size, err);
}
