/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Bytes that can be read at any offset: a file today, ranges of a URL or an
 * object tomorrow, memory in tests. Some can only be streamed (compressed
 * files, base/compression.h): reading them on is cheap, going back means to
 * begin again, and nobody knows their size before their end. All functions
 * are local.
 */
#ifndef COLONNADE_BASE_BYTE_SOURCE_H
#define COLONNADE_BASE_BYTE_SOURCE_H

#include "colonnade/base/span.h"
#include "colonnade/base/status.h"

#include <stdbool.h>
#include <stdint.h>

/* The size of a stream whose end was not read yet. */
#define CLN_SIZE_UNKNOWN UINT64_MAX

typedef struct cln_byte_source cln_byte_source;
struct cln_byte_source {
    uint64_t size_bytes; /* when it was opened, or CLN_SIZE_UNKNOWN */
    uint64_t version;    /* differs where ranks opened different versions of an object; 0: size and time must do */
    const char *name;    /* for messages; lives as long as the source */
    /* Reads exactly size bytes at offset; fewer is an error that says that
     * the input shrank. */
    CLN_CHECKED cln_status (*read_at)(cln_byte_source *self, uint64_t offset, void *data, size_t size, cln_error *err);
    /* NULL but for streams; called by cln_byte_source_read_some. */
    CLN_CHECKED cln_status (*read_some)(cln_byte_source *self, uint64_t offset, void *data, size_t size, size_t *got,
                                        cln_error *err);
    /* May be NULL. Advice: these bytes will be read soon. Returns at once; what
     * can be brought nearer meanwhile comes while the caller computes. */
    void (*will_read)(cln_byte_source *self, uint64_t offset, uint64_t size);
    /* Fails when the input is no longer the one that was opened (its size or
     * time of modification changed). */
    CLN_CHECKED cln_status (*check_unchanged)(cln_byte_source *self, cln_error *err);
    void (*release)(cln_byte_source *self); /* closes and frees */
};

/* Reads size bytes at offset, or fewer (*got) where the source ends before;
 * from then on its size is known. */
CLN_CHECKED cln_status cln_byte_source_read_some(cln_byte_source *source, uint64_t offset, void *data, size_t size,
                                                 size_t *got, cln_error *err);

static inline void cln_byte_source_will_read(cln_byte_source *source, uint64_t offset, uint64_t size) {
    if (source->will_read != NULL && size > 0) source->will_read(source, offset, size);
}

static inline bool cln_byte_source_is_stream(const cln_byte_source *source) {
    return source->read_some != NULL;
}

/* Opens a regular file (a folder, a pipe or a missing file is CLN_ERR_IO
 * with advice). The caller releases *source. */
CLN_CHECKED cln_status cln_byte_source_open_file(cln_byte_source **source, const char *path, cln_error *err);

/* Borrows the bytes, which must outlive the source. */
CLN_CHECKED cln_status cln_byte_source_of_memory(cln_byte_source **source, const char *name, cln_span bytes,
                                                 cln_error *err);

#endif
