/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Compressed files: any bytes decompress to the same content, or fail in the
 * same way, in whatever pieces they are read and also after going back; and
 * what is compressed comes back.
 */
#include "base/compressed.h"
#include "fuzz.h"
#include "must.h"

#include <string.h>

enum { CONTENT_LIMIT = 1 << 18 };

/* What reading a stream from front to back gave. */
typedef struct content {
    cln_buffer bytes;
    cln_status status;
    cln_error err;
} content;

/* Up to the limit, in pieces. */
static void read_content(content *c, cln_byte_source *source, size_t piece) {
    cln_buffer_init(&c->bytes, SIZE_MAX);
    c->err.message[0] = '\0';
    c->status = CLN_OK;
    size_t got = piece;
    while (c->status == CLN_OK && got == piece && c->bytes.size < CONTENT_LIMIT) {
        must(cln_buffer_reserve(&c->bytes, piece, NULL));
        char *room = c->bytes.data + c->bytes.size;
        c->status = cln_byte_source_read_some(source, c->bytes.size, room, piece, &got, &c->err);
        FUZZ_CHECK(got <= piece);
        if (c->status == CLN_OK) c->bytes.size += got;
    }
    FUZZ_CHECK(c->status == CLN_OK || c->err.message[0] != '\0');
    if (c->status == CLN_OK && got < piece) FUZZ_CHECK(source->size_bytes == c->bytes.size);
}

static size_t min_size(size_t a, size_t b) {
    return a < b ? a : b;
}

/* Behind a failure, what the last piece held is not told. */
static void check_same(const content *a, const content *b) {
    FUZZ_CHECK(a->status == b->status);
    const size_t common = min_size(a->bytes.size, b->bytes.size);
    FUZZ_CHECK(common == 0 || memcmp(a->bytes.data, b->bytes.data, common) == 0);
    if (a->status == CLN_OK && common < CONTENT_LIMIT) FUZZ_CHECK(a->bytes.size == b->bytes.size);
}

/* Some bytes from the middle, then all of it again. */
static void check_going_back(cln_byte_source *source, const content *expected, size_t offset) {
    char found[16];
    size_t got;
    content again;
    cln_error err = {.message = ""};
    const size_t size = expected->bytes.size;
    if (size > 0) {
        offset %= size;
        const cln_status status = cln_byte_source_read_some(source, offset, found, sizeof found, &got, &err);
        if (status == CLN_OK) {
            FUZZ_CHECK(memcmp(found, expected->bytes.data + offset, min_size(got, size - offset)) == 0);
        }
    }
    read_content(&again, source, 4096);
    check_same(expected, &again);
    cln_buffer_clean_up(&again.bytes);
}

static void try_packed(cln_span packed, cln_compression compression, size_t piece, size_t offset) {
    cln_byte_source *source = open_packed(packed, compression);
    cln_byte_source *other = open_packed(packed, compression);
    content whole, pieces;
    FUZZ_CHECK(source != NULL && other != NULL);
    read_content(&whole, source, 4096);
    read_content(&pieces, other, piece);
    check_same(&whole, &pieces);
    check_going_back(source, &whole, offset);
    cln_buffer_clean_up(&whole.bytes);
    cln_buffer_clean_up(&pieces.bytes);
    source->release(source);
    other->release(other);
}

static void check_round_trip(cln_span bytes, cln_compression compression, size_t piece) {
    cln_buffer packed;
    cln_buffer_init(&packed, SIZE_MAX);
    FUZZ_CHECK(append_compressed(&packed, compression, bytes));
    cln_byte_source *file;
    cln_compression detected;
    must(cln_byte_source_of_memory(&file, "packed", cln_buffer_span(&packed), NULL));
    must(cln_compression_detect(file, &detected, NULL));
    FUZZ_CHECK(detected == compression);
    file->release(file);
    cln_byte_source *source = open_packed(cln_buffer_span(&packed), compression);
    FUZZ_CHECK(source != NULL);
    content found;
    read_content(&found, source, piece);
    FUZZ_CHECK(found.status == CLN_OK && cln_span_equal(cln_buffer_span(&found.bytes), bytes));
    cln_buffer_clean_up(&found.bytes);
    source->release(source);
    cln_buffer_clean_up(&packed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    cln_span input = fuzz_input(data, size);
    const unsigned choice = fuzz_take_byte(&input);
    const size_t piece = 1 + fuzz_take_byte(&input);
    const size_t offset = fuzz_take_below(&input, 65536);
    const cln_compression compression = choice & 1 ? CLN_COMPRESSION_ZSTD : CLN_COMPRESSION_GZIP;
    cln_compression detected;
    cln_byte_source *file;
    must(cln_byte_source_of_memory(&file, "file", input, NULL));
    must(cln_compression_detect(file, &detected, NULL));
    file->release(file);
    try_packed(input, detected != CLN_COMPRESSION_NONE ? detected : compression, piece, offset);
    check_round_trip(input, compression, piece);
    return 0;
}
