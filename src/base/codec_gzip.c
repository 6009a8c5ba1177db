/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "codec.h"

#include "colonnade/base/memory.h"

#include <stdlib.h>
#define ZLIB_CONST /* zlib does not change its input */
#include <zlib.h>

/* The largest window of the format, and a gzip header. */
enum { GZIP_WINDOW_BITS = 15 + 16 };

typedef enum gzip_place { GZIP_IN_MEMBER, GZIP_BEHIND_MEMBER, GZIP_IN_PADDING } gzip_place;

typedef struct gzip_codec {
    codec base; /* first, so that its address is that of the whole */
    z_stream stream;
    gzip_place place;
} gzip_codec;

/* Behind a member comes another one, or nothing; some writers fill up a block
 * with zeros, which gzip itself ignores. */
static codec_result step_behind_member(gzip_codec *gzip, codec_io *io, const char **why) {
    while (io->in_size > 0 && *io->in == 0) {
        gzip->place = GZIP_IN_PADDING;
        io->in++;
        io->in_size--;
    }
    if (io->in_size == 0) return CODEC_IS_WHOLE;
    if (gzip->place == GZIP_IN_PADDING) {
        *why = "other bytes behind the zeros that follow the compressed data";
        return CODEC_IS_DAMAGED;
    }
    (void)inflateReset(&gzip->stream); /* cannot fail on a stream that was initialised */
    gzip->place = GZIP_IN_MEMBER;
    return CODEC_WANTS_MORE;
}

static uInt bounded(size_t size) {
    return (uInt)(size < CODEC_STEP_BYTES ? size : CODEC_STEP_BYTES);
}

static codec_result step_in_member(gzip_codec *gzip, codec_io *io, const char **why) {
    z_stream *z = &gzip->stream;
    const uInt in_size = bounded(io->in_size);
    const uInt out_size = bounded(io->out_size);
    z->next_in = io->in;
    z->avail_in = in_size;
    z->next_out = io->out;
    z->avail_out = out_size;
    const int result = inflate(z, Z_NO_FLUSH);
    io->in += in_size - z->avail_in;
    io->in_size -= in_size - z->avail_in;
    io->out += out_size - z->avail_out;
    io->out_size -= out_size - z->avail_out;
    switch (result) {
    case Z_OK:
    case Z_BUF_ERROR: /* no progress was possible */
        return CODEC_WANTS_MORE;
    case Z_STREAM_END:
        gzip->place = GZIP_BEHIND_MEMBER;
        return CODEC_IS_WHOLE;
    case Z_MEM_ERROR:
        return CODEC_NO_MEMORY;
    default:
        *why = z->msg != NULL ? z->msg : "a preset dictionary, which gzip does not have";
        return CODEC_IS_DAMAGED;
    }
}

static codec_result gzip_step(codec *self, codec_io *io, const char **why) {
    gzip_codec *gzip = (gzip_codec *)self;
    return gzip->place == GZIP_IN_MEMBER ? step_in_member(gzip, io, why) : step_behind_member(gzip, io, why);
}

static void gzip_rewind(codec *self) {
    gzip_codec *gzip = (gzip_codec *)self;
    (void)inflateReset(&gzip->stream);
    gzip->place = GZIP_IN_MEMBER;
}

static void gzip_release(codec *self) {
    gzip_codec *gzip = (gzip_codec *)self;
    (void)inflateEnd(&gzip->stream);
    free(gzip);
}

cln_status codec_open_gzip(codec **opened, cln_error *err) {
    gzip_codec *gzip;
    CLN_TRY(cln_new_array(&gzip, 1, sizeof *gzip, err));
    gzip->base = (codec){.step = gzip_step, .rewind = gzip_rewind, .release = gzip_release};
    if (inflateInit2(&gzip->stream, GZIP_WINDOW_BITS) != Z_OK) {
        free(gzip);
        return cln_fail_memory(err, "reading gzip");
    }
    *opened = &gzip->base;
    return CLN_OK;
}
