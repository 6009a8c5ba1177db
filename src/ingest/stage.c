/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE /* O_TMPFILE */
#include "colonnade/ingest/stage.h"

#include "colonnade/base/file.h"
#include "colonnade/base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

void cln_stage_init(cln_stage *stage, const char *scratch_dir, uint64_t memory_limit_bytes) {
    *stage = (cln_stage){.scratch_dir = scratch_dir, .memory_limit_bytes = memory_limit_bytes, .descriptor = -1};
    cln_buffer_init(&stage->memory, memory_limit_bytes);
}

void cln_stage_clean_up(cln_stage *stage) {
    cln_buffer_clean_up(&stage->memory);
    if (stage->descriptor >= 0) (void)close(stage->descriptor);
    stage->descriptor = -1;
}

/* A file that loses its name at once. A process killed between the two calls
 * leaves an empty file behind. */
static cln_status open_named_file(cln_stage *stage, cln_error *err) {
    char *path;
    CLN_TRY(cln_path_join(&path, stage->scratch_dir, "colonnade-stage-XXXXXX", err));
    stage->descriptor = mkstemp(path);
    cln_status status = CLN_OK;
    if (stage->descriptor < 0) {
        status = cln_fail_errno(err, "cannot make a scratch file in %s (see --scratch)", stage->scratch_dir);
    } else {
        (void)unlink(path);
    }
    free(path);
    return status;
}

/* The file never has a name, so nothing is left behind, however the process
 * ends. Network file systems and old kernels have no such files. */
static cln_status open_scratch_file(cln_stage *stage, cln_error *err) {
    stage->descriptor = open(stage->scratch_dir, O_TMPFILE | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (stage->descriptor >= 0) return CLN_OK;
    return open_named_file(stage, err);
}

cln_status cln_stage_append(cln_stage *stage, cln_span bytes, uint64_t *position, cln_error *err) {
    *position = stage->size_bytes;
    if (stage->descriptor < 0 && stage->memory.size + bytes.size <= stage->memory_limit_bytes) {
        CLN_TRY(cln_buffer_append_span(&stage->memory, bytes, err));
    } else {
        if (stage->descriptor < 0) CLN_TRY(open_scratch_file(stage, err));
        CLN_TRY(cln_file_write_at(stage->descriptor, "the scratch file (see --scratch)",
                                  stage->size_bytes - stage->memory.size, bytes.data, bytes.size, err));
    }
    stage->size_bytes += bytes.size;
    return CLN_OK;
}

cln_status cln_stage_read(const cln_stage *stage, uint64_t position, void *data, size_t size, cln_error *err) {
    char *to = data;
    if (position < stage->memory.size) {
        const size_t left = stage->memory.size - (size_t)position;
        const size_t count = size < left ? size : left;
        memcpy(to, stage->memory.data + position, count);
        to += count;
        position += count;
        size -= count;
    }
    uint64_t offset = position - stage->memory.size;
    while (size > 0) {
        const ssize_t got = pread(stage->descriptor, to, size, (off_t)offset);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return cln_fail_errno(err, "cannot read the scratch file in %s", stage->scratch_dir);
        if (got == 0) {
            return cln_fail(err, CLN_ERR_IO,
                            "the scratch file in %s ends too early; is its disk in order? (see --scratch)",
                            stage->scratch_dir);
        }
        to += got;
        offset += (uint64_t)got;
        size -= (size_t)got;
    }
    return CLN_OK;
}

/* The whole pages within [begin, end). */
static void release_memory(const cln_stage *stage, uint64_t begin, uint64_t end) {
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    const uintptr_t first = ((uintptr_t)stage->memory.data + (uintptr_t)begin + page - 1) / page * page;
    const uintptr_t last = ((uintptr_t)stage->memory.data + (uintptr_t)end) / page * page;
    if (first < last) (void)madvise((void *)first, last - first, MADV_DONTNEED);
}

void cln_stage_release(const cln_stage *stage, uint64_t position, uint64_t size_bytes) {
    const uint64_t end = position + size_bytes, kept = stage->memory.size;
    if (position < kept) release_memory(stage, position, end < kept ? end : kept);
    if (end <= kept || stage->descriptor < 0) return;
    const uint64_t begin = position < kept ? kept : position;
    /* File systems without holes refuse, and keep it until the end. */
    (void)fallocate(stage->descriptor, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)(begin - kept),
                    (off_t)(end - begin));
}
