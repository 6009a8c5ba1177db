/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Compresses bytes for tests, with the libraries that colonnade_base links to.
 */
#ifndef COLONNADE_TESTS_BASE_COMPRESSED_H
#define COLONNADE_TESTS_BASE_COMPRESSED_H

#include "colonnade/base/buffer.h"
#include "colonnade/base/compression.h"

#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

/* Appends one gzip member. */
static inline bool append_gzip(cln_buffer *packed, cln_span bytes) {
    z_stream z = {0};
    if (deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) return false;
    const size_t bound = deflateBound(&z, (uLong)bytes.size);
    bool good = cln_buffer_reserve(packed, bound, NULL) == CLN_OK;
    z.next_in = (unsigned char *)(uintptr_t)bytes.data;
    z.avail_in = (uInt)bytes.size;
    z.next_out = (unsigned char *)packed->data + packed->size;
    z.avail_out = (uInt)bound;
    good = good && deflate(&z, Z_FINISH) == Z_STREAM_END;
    packed->size += bound - z.avail_out;
    (void)deflateEnd(&z);
    return good;
}

/* Appends one frame with a checksum; window_log 0: chosen, and the frame then tells its size. */
static inline bool append_zstd(cln_buffer *packed, cln_span bytes, int window_log) {
    const size_t bound = ZSTD_compressBound(bytes.size);
    if (cln_buffer_reserve(packed, bound, NULL) != CLN_OK) return false;
    ZSTD_CCtx *context = ZSTD_createCCtx();
    (void)ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    ZSTD_inBuffer in = {bytes.data, bytes.size, 0};
    ZSTD_outBuffer out = {packed->data + packed->size, bound, 0};
    size_t left = 1;
    if (window_log != 0) {
        (void)ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window_log);
        left = ZSTD_compressStream2(context, &out, &in, ZSTD_e_flush); /* its size is not known beforehand */
    }
    left = ZSTD_compressStream2(context, &out, &in, ZSTD_e_end);
    packed->size += out.pos;
    (void)ZSTD_freeCCtx(context);
    return left == 0;
}

static inline bool append_compressed(cln_buffer *packed, cln_compression compression, cln_span bytes) {
    return compression == CLN_COMPRESSION_GZIP ? append_gzip(packed, bytes) : append_zstd(packed, bytes, 0);
}

/* A stream over packed bytes, which must outlive it; NULL on failure. */
static inline cln_byte_source *open_packed(cln_span packed, cln_compression compression) {
    cln_byte_source *file;
    cln_byte_source *source = NULL;
    const cln_decompression how = {.compression = compression, .memory_bytes = (uint64_t)8 << 20};
    if (cln_byte_source_of_memory(&file, "packed.csv", packed, NULL) != CLN_OK) return NULL;
    if (cln_byte_source_decompress(&source, file, &how, NULL) != CLN_OK) file->release(file);
    return source;
}

#endif
