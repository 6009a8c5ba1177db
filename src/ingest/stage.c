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

/* Blocks of narrow columns are small, and each write has its price. */
#define TAIL_BYTES ((size_t)1 << 20)

void cln_stage_init(cln_stage *stage, const char *scratch_dir, uint64_t memory_limit_bytes) {
    *stage = (cln_stage){.scratch_dir = scratch_dir, .memory_limit_bytes = memory_limit_bytes, .descriptor = -1};
    cln_buffer_init(&stage->memory, memory_limit_bytes);
    cln_buffer_init(&stage->tail, TAIL_BYTES);
}

void cln_stage_clean_up(cln_stage *stage) {
    cln_buffer_clean_up(&stage->memory);
    cln_buffer_clean_up(&stage->tail);
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

/* Behind the memory, where the tail begins. */
static uint64_t file_bytes(const cln_stage *stage) {
    return stage->size_bytes - stage->memory.size - stage->tail.size;
}

/* Bytes that follow the scratch file's end, in one write. */
static cln_status write_behind(const cln_stage *stage, cln_span bytes, cln_error *err) {
    return cln_file_write_at(stage->descriptor, "the scratch file (see --scratch)", file_bytes(stage), bytes.data,
                             bytes.size, err);
}

static cln_status spill(cln_stage *stage, cln_span bytes, cln_error *err) {
    if (stage->descriptor < 0) CLN_TRY(open_scratch_file(stage, err));
    if (bytes.size > TAIL_BYTES - stage->tail.size) {
        CLN_TRY(write_behind(stage, cln_buffer_span(&stage->tail), err));
        cln_buffer_clear(&stage->tail);
    }
    if (bytes.size > TAIL_BYTES) return write_behind(stage, bytes, err);
    return cln_buffer_append_span(&stage->tail, bytes, err);
}

cln_status cln_stage_append(cln_stage *stage, cln_span bytes, uint64_t *position, cln_error *err) {
    *position = stage->size_bytes;
    if (stage->descriptor < 0 && stage->memory.size + bytes.size <= stage->memory_limit_bytes) {
        CLN_TRY(cln_buffer_append_span(&stage->memory, bytes, err));
    } else {
        CLN_TRY(spill(stage, bytes, err));
    }
    stage->size_bytes += bytes.size;
    return CLN_OK;
}

static cln_status read_file(const cln_stage *stage, uint64_t offset, char *to, size_t size, cln_error *err) {
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

/* How many of size bytes at position stand before end. */
static size_t count_before(uint64_t position, size_t size, uint64_t end) {
    if (position >= end) return 0;
    return end - position < size ? (size_t)(end - position) : size;
}

cln_status cln_stage_read(const cln_stage *stage, uint64_t position, void *data, size_t size, cln_error *err) {
    char *to = data;
    const uint64_t file_begin = stage->memory.size, tail_begin = file_begin + file_bytes(stage);
    const size_t kept = count_before(position, size, file_begin);
    if (kept > 0) memcpy(to, stage->memory.data + position, kept);
    const uint64_t behind = position + kept;
    const size_t filed = count_before(behind, size - kept, tail_begin);
    if (filed > 0) CLN_TRY(read_file(stage, behind - file_begin, to + kept, filed, err));
    const size_t left = size - kept - filed;
    if (left > 0) memcpy(to + kept + filed, stage->tail.data + (behind + filed - tail_begin), left);
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
