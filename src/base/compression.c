/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/compression.h"

#include "codec.h"
#include "colonnade/base/hash.h"
#include "colonnade/base/memory.h"

#include <stdlib.h>

typedef struct compressed_source {
    cln_byte_source source; /* first, so that its address is that of the whole */
    cln_byte_source *file;
    cln_decompression how;
    codec *codec;         /* NULL before the first read */
    unsigned char *input; /* one block */
    codec_io io;          /* what of the block is left */
    uint64_t file_offset; /* behind the block */
    uint64_t seen_bytes;  /* of the file */
    uint64_t position;    /* in the decompressed content */
    bool is_whole;        /* the content may end here */
} compressed_source;

const char *cln_compression_name(cln_compression compression) {
    static const char *const names[] = {"none", "gzip", "zstd"};
    return names[compression];
}

static bool begins_with(const unsigned char *bytes, size_t size, const char *mark, size_t mark_size) {
    return size >= mark_size && memcmp(bytes, mark, mark_size) == 0;
}

/* Some writers begin with a skippable frame. */
static bool is_zstd(const unsigned char *bytes, size_t size) {
    return begins_with(bytes, size, "\x28\xB5\x2F\xFD", 4) ||
           (size >= 4 && (bytes[0] & 0xF0) == 0x50 && begins_with(bytes + 1, size - 1, "\x2A\x4D\x18", 3));
}

cln_status cln_compression_detect(cln_byte_source *file, cln_compression *compression, cln_error *err) {
    unsigned char bytes[4];
    size_t size;
    CLN_TRY(cln_byte_source_read_some(file, 0, bytes, sizeof bytes, &size, err));
    *compression = begins_with(bytes, size, "\x1F\x8B\x08", 3) ? CLN_COMPRESSION_GZIP
                   : is_zstd(bytes, size)                      ? CLN_COMPRESSION_ZSTD
                                                               : CLN_COMPRESSION_NONE;
    return CLN_OK;
}

/* ---- Failures ---- */

static uint64_t input_offset(const compressed_source *c) {
    return c->file_offset - c->io.in_size;
}

static cln_status fail_damaged(const compressed_source *c, const char *why, cln_error *err) {
    const char *name = cln_compression_name(c->how.compression);
    return cln_fail(err, CLN_ERR_IO,
                    "%s is damaged: %s (%s) at byte %llu of the file, byte %llu of its decompressed content; fetch or "
                    "copy it again, '%s -t' tests it",
                    c->source.name, why, name, (unsigned long long)input_offset(c), (unsigned long long)c->position,
                    name);
}

static cln_status fail_memory_limit(const compressed_source *c, cln_error *err) {
    return cln_fail(err, CLN_ERR_IO,
                    "%s: at byte %llu its Zstandard data asks for a window of more than %llu MiB, the share of "
                    "--memory for it. Give more, as --memory 1G, or compress it with 'zstd -19' or less, without "
                    "--long",
                    c->source.name, (unsigned long long)input_offset(c),
                    (unsigned long long)(c->how.memory_bytes >> 20));
}

/* ---- Reading on ---- */

static cln_status open_codec(compressed_source *c, cln_error *err) {
    if (c->input == NULL) CLN_TRY(cln_new_array(&c->input, (size_t)CLN_CONTENT_BLOCK_BYTES, 1, err));
    if (c->how.compression == CLN_COMPRESSION_GZIP) return codec_open_gzip(&c->codec, err);
    return codec_open_zstd(&c->codec, c->how.memory_bytes, err);
}

static bool has_input(const compressed_source *c) {
    return c->io.in_size > 0 || c->file_offset < c->file->size_bytes;
}

static cln_status refill(compressed_source *c, cln_error *err) {
    const uint64_t left = c->file->size_bytes - c->file_offset;
    const size_t size = (size_t)(left < CLN_CONTENT_BLOCK_BYTES ? left : CLN_CONTENT_BLOCK_BYTES);
    CLN_TRY(c->file->read_at(c->file, c->file_offset, c->input, size, err));
    if (c->how.see != NULL && c->file_offset >= c->seen_bytes) {
        c->seen_bytes = c->file_offset + size;
        CLN_TRY(c->how.see(c->how.see_context, c->file_offset, cln_span_of((const char *)c->input, size), err));
    }
    c->io.in = c->input;
    c->io.in_size = size;
    c->file_offset += size;
    return CLN_OK;
}

/* One step of the decoder into the room that is left; *ended when there is
 * nothing more. */
static cln_status step(compressed_source *c, bool *ended, cln_error *err) {
    if (c->io.in_size == 0 && has_input(c)) CLN_TRY(refill(c, err));
    if (c->io.in == NULL) c->io.in = c->input; /* of an empty file; decoders advance, if only by nothing */
    const size_t in_before = c->io.in_size;
    const size_t out_before = c->io.out_size;
    const char *why = "";
    const codec_result result = c->codec->step(c->codec, &c->io, &why);
    c->position += out_before - c->io.out_size;
    switch (result) {
    case CODEC_IS_DAMAGED:
        return fail_damaged(c, why, err);
    case CODEC_WANTS_MEMORY:
        return fail_memory_limit(c, err);
    case CODEC_NO_MEMORY:
        return cln_fail_memory(err, "decompressing");
    default:
        break;
    }
    const bool moved = c->io.in_size != in_before || c->io.out_size != out_before;
    if (moved) c->is_whole = result == CODEC_IS_WHOLE;
    if (moved || has_input(c)) return CLN_OK;
    *ended = true;
    return c->is_whole ? CLN_OK : fail_damaged(c, "it ends too early", err);
}

static void rewind_source(compressed_source *c) {
    c->codec->rewind(c->codec);
    c->io = (codec_io){0};
    c->file_offset = 0;
    c->position = 0;
    c->is_whole = false;
}

/* Fills the room, unless the content ends before. */
static cln_status read_on(compressed_source *c, void *data, size_t size, size_t *got, cln_error *err) {
    c->io.out = data;
    c->io.out_size = size;
    cln_status status = CLN_OK;
    bool ended = false;
    while (status == CLN_OK && !ended && c->io.out_size > 0) status = step(c, &ended, err);
    *got = size - c->io.out_size;
    if (ended && status == CLN_OK) c->source.size_bytes = c->position;
    return status;
}

static cln_status read_some(cln_byte_source *self, uint64_t offset, void *data, size_t size, size_t *got,
                            cln_error *err) {
    compressed_source *c = (compressed_source *)self;
    *got = 0;
    if (offset >= self->size_bytes) return CLN_OK;
    if (c->codec == NULL) CLN_TRY(open_codec(c, err));
    if (offset < c->position) rewind_source(c);
    while (c->position < offset && size > 0) {
        const uint64_t before = offset - c->position;
        CLN_TRY(read_on(c, data, before < size ? (size_t)before : size, got, err));
        if (*got > 0) continue;
        return CLN_OK; /* it ends before offset */
    }
    return read_on(c, data, size, got, err);
}

static cln_status read_at(cln_byte_source *self, uint64_t offset, void *data, size_t size, cln_error *err) {
    size_t got;
    CLN_TRY(read_some(self, offset, data, size, &got, err));
    if (got == size) return CLN_OK;
    return cln_fail(err, CLN_ERR_IO, "%s has only %llu bytes when decompressed; %zu bytes at byte %llu were asked for",
                    self->name, (unsigned long long)self->size_bytes, size, (unsigned long long)offset);
}

/* ---- Opening ---- */

static cln_status check_unchanged(cln_byte_source *self, cln_error *err) {
    const compressed_source *c = (const compressed_source *)self;
    return c->file->check_unchanged(c->file, err);
}

static void release(cln_byte_source *self) {
    compressed_source *c = (compressed_source *)self;
    if (c->codec != NULL) c->codec->release(c->codec);
    c->file->release(c->file);
    free(c->input);
    free(c);
}

cln_status cln_byte_source_decompress(cln_byte_source **source, cln_byte_source *file, const cln_decompression *how,
                                      cln_error *err) {
    compressed_source *c;
    CLN_TRY(cln_new_array(&c, 1, sizeof *c, err));
    c->file = file;
    c->how = *how;
    c->source = (cln_byte_source){.size_bytes = CLN_SIZE_UNKNOWN,
                                  .name = file->name,
                                  .read_at = read_at,
                                  .read_some = read_some,
                                  .check_unchanged = check_unchanged,
                                  .release = release};
    *source = &c->source;
    return CLN_OK;
}

cln_status cln_byte_source_decompress_any(cln_byte_source **source, cln_byte_source *file, uint64_t memory_bytes,
                                          cln_error *err) {
    cln_decompression how = {.memory_bytes = memory_bytes};
    CLN_TRY(cln_compression_detect(file, &how.compression, err));
    if (how.compression != CLN_COMPRESSION_NONE) return cln_byte_source_decompress(source, file, &how, err);
    *source = file;
    return CLN_OK;
}
