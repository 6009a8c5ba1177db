/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "codec.h"

#include "colonnade/base/memory.h"

#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>

typedef struct zstd_codec {
    codec base; /* first, so that its address is that of the whole */
    ZSTD_DCtx *context;
} zstd_codec;

static codec_result zstd_step(codec *self, codec_io *io, const char **why) {
    const zstd_codec *zstd = (const zstd_codec *)self;
    ZSTD_inBuffer in = {.src = io->in, .size = io->in_size};
    ZSTD_outBuffer out = {.dst = io->out, .size = io->out_size};
    const size_t result = ZSTD_decompressStream(zstd->context, &out, &in);
    io->in += in.pos;
    io->in_size -= in.pos;
    io->out += out.pos;
    io->out_size -= out.pos;
    if (!ZSTD_isError(result)) return result == 0 ? CODEC_IS_WHOLE : CODEC_WANTS_MORE;
    switch (ZSTD_getErrorCode(result)) {
    case ZSTD_error_frameParameter_windowTooLarge:
        return CODEC_WANTS_MEMORY;
    case ZSTD_error_memory_allocation:
        return CODEC_NO_MEMORY;
    default:
        *why = ZSTD_getErrorName(result);
        return CODEC_IS_DAMAGED;
    }
}

static void zstd_rewind(codec *self) {
    const zstd_codec *zstd = (const zstd_codec *)self;
    (void)ZSTD_DCtx_reset(zstd->context, ZSTD_reset_session_only); /* cannot fail for a session */
}

static void zstd_release(codec *self) {
    zstd_codec *zstd = (zstd_codec *)self;
    (void)ZSTD_freeDCtx(zstd->context);
    free(zstd);
}

/* The largest window that fits; zstd -1 ... -19 need at most 2^23 bytes. */
static int window_log(uint64_t memory_bytes) {
    const ZSTD_bounds bounds = ZSTD_dParam_getBounds(ZSTD_d_windowLogMax);
    int log = bounds.lowerBound;
    while (log < bounds.upperBound && (uint64_t)2 << log <= memory_bytes) log++;
    return log;
}

cln_status codec_open_zstd(codec **opened, uint64_t memory_bytes, cln_error *err) {
    zstd_codec *zstd;
    CLN_TRY(cln_new_array(&zstd, 1, sizeof *zstd, err));
    zstd->base = (codec){.step = zstd_step, .rewind = zstd_rewind, .release = zstd_release};
    zstd->context = ZSTD_createDCtx();
    if (zstd->context == NULL ||
        ZSTD_isError(ZSTD_DCtx_setParameter(zstd->context, ZSTD_d_windowLogMax, window_log(memory_bytes)))) {
        zstd_release(&zstd->base);
        return cln_fail_memory(err, "reading Zstandard");
    }
    *opened = &zstd->base;
    return CLN_OK;
}
