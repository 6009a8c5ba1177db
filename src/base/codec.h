/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the decompressor of one format does with a piece of input and some room
 * for output. All functions are local.
 */
#ifndef COLONNADE_BASE_CODEC_H
#define COLONNADE_BASE_CODEC_H

#include "colonnade/base/compression.h"

/* Advanced by what a step consumed and produced. */
typedef struct codec_io {
    const unsigned char *in;
    size_t in_size;
    unsigned char *out;
    size_t out_size;
} codec_io;

typedef enum codec_result {
    CODEC_WANTS_MORE, /* input, or room */
    CODEC_IS_WHOLE,   /* a member or frame ended, and nothing is pending: the data may end here */
    CODEC_IS_DAMAGED,
    CODEC_WANTS_MEMORY, /* a larger window than is allowed */
    CODEC_NO_MEMORY,
} codec_result;

typedef struct codec codec;
struct codec {
    /* On CODEC_IS_DAMAGED *why says what was found. */
    codec_result (*step)(codec *self, codec_io *io, const char **why);
    void (*rewind)(codec *self); /* as new */
    void (*release)(codec *self);
};

/* Bytes that a step takes or gives at the most, for libraries that count with an unsigned int. */
#define CODEC_STEP_BYTES ((size_t)1 << 30)

CLN_CHECKED cln_status codec_open_gzip(codec **opened, cln_error *err);
CLN_CHECKED cln_status codec_open_zstd(codec **opened, uint64_t memory_bytes, cln_error *err);

#endif
