/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Compressed files as byte sources. gzip and Zstandard are recognised by
 * their first bytes, never by a name. What is read is the decompressed
 * content: concatenated members and frames are read on as one, checksums are
 * verified, and data that is damaged or ends too early is CLN_ERR_IO. Memory
 * is bounded however far the data expands. All functions are local.
 */
#ifndef COLONNADE_BASE_COMPRESSION_H
#define COLONNADE_BASE_COMPRESSION_H

#include "colonnade/base/byte_source.h"

typedef enum cln_compression {
    CLN_COMPRESSION_NONE,
    CLN_COMPRESSION_GZIP,
    CLN_COMPRESSION_ZSTD,
} cln_compression;

/* Decompression may take this part of a rank's memory: an eighth. */
enum { CLN_DECOMPRESSION_SHARE = 8 };

/* "none", "gzip", "zstd". */
const char *cln_compression_name(cln_compression compression);

/* From the first bytes of the source, which must not be a stream. */
CLN_CHECKED cln_status cln_compression_detect(cln_byte_source *file, cln_compression *compression, cln_error *err);

typedef struct cln_decompression {
    cln_compression compression;
    uint64_t memory_bytes; /* for the decoder's window; a file that needs more is refused with advice */
    /* May be NULL. Sees each byte of the compressed file once, in order, in
     * pieces that begin at multiples of 1 MiB. */
    CLN_CHECKED cln_status (*see)(void *context, uint64_t offset, cln_span bytes, cln_error *err);
    void *see_context;
} cln_decompression;

/* A stream of what file decompresses to. On success it owns file, and the
 * caller releases *source. Nothing large is allocated before the first read. */
CLN_CHECKED cln_status cln_byte_source_decompress(cln_byte_source **source, cln_byte_source *file,
                                                  const cln_decompression *how, cln_error *err);

/* Decompresses file where it is compressed (memory_bytes as above), else *source
 * is file itself. On success *source owns file. */
CLN_CHECKED cln_status cln_byte_source_decompress_any(cln_byte_source **source, cln_byte_source *file,
                                                      uint64_t memory_bytes, cln_error *err);

#endif
