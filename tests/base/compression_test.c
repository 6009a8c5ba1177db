/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/compressed.h"
#include "base/temporary.h"
#include "colonnade/base/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { TEXT_BYTES = 300000 };
static const cln_compression both[] = {CLN_COMPRESSION_GZIP, CLN_COMPRESSION_ZSTD};

/* Text that compresses neither to nothing nor not at all. */
static char *make_text(void) {
    char *text = test_malloc(TEXT_BYTES);
    uint32_t seed = 1;
    for (size_t i = 0; i < TEXT_BYTES; i++) {
        seed = seed * 1664525 + 1013904223;
        text[i] = (char)(i % 37 == 0 ? '\n' : 'a' + (seed >> 28));
    }
    return text;
}

/* Reads all in pieces of the given size; contents is filled. */
static cln_status read_all(cln_byte_source *source, size_t piece_bytes, cln_buffer *contents, cln_error *err) {
    cln_buffer_clear(contents);
    for (size_t got = piece_bytes; got == piece_bytes; contents->size += got) {
        CLN_TRY(cln_buffer_reserve(contents, piece_bytes, err));
        CLN_TRY(
            cln_byte_source_read_some(source, contents->size, contents->data + contents->size, piece_bytes, &got, err));
    }
    return CLN_OK;
}

static cln_status unpack(cln_span packed, cln_compression compression, size_t piece_bytes, cln_buffer *contents,
                         cln_error *err) {
    cln_byte_source *source = open_packed(packed, compression);
    assert_non_null(source);
    const cln_status status = read_all(source, piece_bytes, contents, err);
    if (status == CLN_OK) assert_int_equal(source->size_bytes, contents->size);
    source->release(source);
    return status;
}

static cln_compression detected(const char *bytes, size_t size) {
    cln_byte_source *file;
    cln_compression compression;
    assert_int_equal(cln_byte_source_of_memory(&file, "a.csv", cln_span_of(bytes, size), NULL), CLN_OK);
    assert_int_equal(cln_compression_detect(file, &compression, NULL), CLN_OK);
    file->release(file);
    return compression;
}

static void recognises_first_bytes(void **state) {
    (void)state;
    assert_int_equal(detected("\x1F\x8B\x08\x00", 4), CLN_COMPRESSION_GZIP);
    assert_int_equal(detected("\x28\xB5\x2F\xFD", 4), CLN_COMPRESSION_ZSTD);
    assert_int_equal(detected("\x5A\x2A\x4D\x18", 4), CLN_COMPRESSION_ZSTD); /* a skippable frame */
    assert_int_equal(detected("\x60\x2A\x4D\x18", 4), CLN_COMPRESSION_NONE);
    assert_int_equal(detected("\x1F\x8B", 2), CLN_COMPRESSION_NONE);
    assert_int_equal(detected("a,b\n", 4), CLN_COMPRESSION_NONE);
    assert_int_equal(detected("", 0), CLN_COMPRESSION_NONE);
}

static void reads_on_over_members_and_frames(void **state) {
    (void)state;
    char *text = make_text();
    const size_t pieces[] = {1, 7, 4096, TEXT_BYTES - 1, TEXT_BYTES, TEXT_BYTES + 1, 4 * TEXT_BYTES};
    for (size_t k = 0; k < 2; k++) {
        cln_buffer packed, contents;
        cln_buffer_init(&packed, SIZE_MAX);
        cln_buffer_init(&contents, SIZE_MAX);
        assert_true(append_compressed(&packed, both[k], cln_span_of(text, 100000)));
        assert_true(append_compressed(&packed, both[k], cln_span_of(text, 0))); /* nothing, compressed */
        assert_true(append_compressed(&packed, both[k], cln_span_of(text + 100000, 1)));
        assert_true(append_compressed(&packed, both[k], cln_span_of(text + 100001, TEXT_BYTES - 100001)));
        for (size_t p = 0; p < sizeof pieces / sizeof *pieces; p++) {
            cln_error err;
            assert_int_equal(unpack(cln_buffer_span(&packed), both[k], pieces[p], &contents, &err), CLN_OK);
            assert_int_equal(contents.size, TEXT_BYTES);
            assert_memory_equal(contents.data, text, TEXT_BYTES);
        }
        cln_buffer_clean_up(&contents);
        cln_buffer_clean_up(&packed);
    }
    test_free(text);
}

static void nothing_compressed_is_nothing(void **state) {
    (void)state;
    for (size_t k = 0; k < 2; k++) {
        cln_buffer packed, contents;
        cln_buffer_init(&packed, SIZE_MAX);
        cln_buffer_init(&contents, SIZE_MAX);
        assert_true(append_compressed(&packed, both[k], cln_span_of("", 0)));
        assert_int_equal(unpack(cln_buffer_span(&packed), both[k], 100, &contents, NULL), CLN_OK);
        assert_int_equal(contents.size, 0);
        cln_buffer_clean_up(&contents);
        cln_buffer_clean_up(&packed);
    }
}

static void reads_at_any_offset(void **state) {
    (void)state;
    char *text = make_text();
    for (size_t k = 0; k < 2; k++) {
        cln_buffer packed;
        cln_buffer_init(&packed, SIZE_MAX);
        assert_true(append_compressed(&packed, both[k], cln_span_of(text, TEXT_BYTES)));
        cln_byte_source *source = open_packed(cln_buffer_span(&packed), both[k]);
        assert_int_equal(source->size_bytes, CLN_SIZE_UNKNOWN);
        const uint64_t offsets[] = {200000, 5, 299990, 0, 299990, 100};
        for (size_t i = 0; i < sizeof offsets / sizeof *offsets; i++) {
            char data[10];
            assert_int_equal(source->read_at(source, offsets[i], data, sizeof data, NULL), CLN_OK);
            assert_memory_equal(data, text + offsets[i], sizeof data);
        }
        cln_error err;
        char data[10];
        assert_int_equal(source->read_at(source, 299991, data, sizeof data, &err), CLN_ERR_IO);
        assert_non_null(strstr(err.message, "packed.csv has only 300000 bytes when decompressed"));
        assert_int_equal(source->size_bytes, TEXT_BYTES);
        size_t got = 1;
        assert_int_equal(cln_byte_source_read_some(source, 400000, data, sizeof data, &got, &err), CLN_OK);
        assert_int_equal(got, 0);
        source->release(source);
        cln_buffer_clean_up(&packed);
    }
    test_free(text);
}

/* Every beginning of a file but the whole is an error, wherever it is cut. */
static void refuses_every_truncation(void **state) {
    (void)state;
    for (size_t k = 0; k < 2; k++) {
        cln_buffer packed, contents;
        cln_buffer_init(&packed, SIZE_MAX);
        cln_buffer_init(&contents, SIZE_MAX);
        assert_true(append_compressed(&packed, both[k], cln_span_of_string("id,name\n1,first\n2,second\n")));
        const size_t member_bytes = packed.size;
        assert_true(append_compressed(&packed, both[k], cln_span_of_string("3,third\n")));
        for (size_t size = 4; size < packed.size; size++) {
            cln_error err;
            const cln_status status = unpack(cln_span_of(packed.data, size), both[k], 5, &contents, &err);
            assert_int_equal(status, size == member_bytes ? CLN_OK : CLN_ERR_IO);
            if (status == CLN_OK) continue;
            assert_non_null(strstr(err.message, "packed.csv is damaged: it ends too early"));
            assert_non_null(strstr(err.message, both[k] == CLN_COMPRESSION_GZIP ? "gzip -t" : "zstd -t"));
        }
        cln_buffer_clean_up(&contents);
        cln_buffer_clean_up(&packed);
    }
}

/* A flipped bit is an error, or does not matter (a time in a header). */
static void no_flipped_bit_changes_what_is_read(void **state) {
    (void)state;
    const cln_span text = cln_span_of_string("id,name\n1,first\n2,second\n3,second\n4,second\n");
    for (size_t k = 0; k < 2; k++) {
        cln_buffer packed, contents;
        cln_buffer_init(&packed, SIZE_MAX);
        cln_buffer_init(&contents, SIZE_MAX);
        assert_true(append_compressed(&packed, both[k], text));
        size_t refused = 0;
        for (size_t bit = 0; bit < 8 * packed.size; bit++) {
            packed.data[bit / 8] = (char)(packed.data[bit / 8] ^ (1 << bit % 8));
            cln_error err;
            const cln_status status = unpack(cln_buffer_span(&packed), both[k], 5, &contents, &err);
            if (status == CLN_OK && contents.size > 0) {
                assert_true(cln_span_equal(cln_buffer_span(&contents), text));
            } else if (status != CLN_OK) {
                assert_int_equal(status, CLN_ERR_IO);
                refused++;
            }
            packed.data[bit / 8] = (char)(packed.data[bit / 8] ^ (1 << bit % 8));
        }
        assert_true(refused > 4 * packed.size);
        cln_buffer_clean_up(&contents);
        cln_buffer_clean_up(&packed);
    }
}

static void refuses_what_is_not_compressed_behind(void **state) {
    (void)state;
    for (size_t k = 0; k < 2; k++) {
        cln_buffer packed, contents;
        cln_buffer_init(&packed, SIZE_MAX);
        cln_buffer_init(&contents, SIZE_MAX);
        assert_true(append_compressed(&packed, both[k], cln_span_of_string("id\n1\n")));
        assert_int_equal(cln_buffer_append_string(&packed, "2\n3\n", NULL), CLN_OK);
        cln_error err;
        assert_int_equal(unpack(cln_buffer_span(&packed), both[k], 100, &contents, &err), CLN_ERR_IO);
        assert_non_null(strstr(err.message, "packed.csv is damaged"));
        assert_non_null(strstr(err.message, "byte 5 of its decompressed content"));
        cln_buffer_clean_up(&contents);
        cln_buffer_clean_up(&packed);
    }
}

/* Tape blocks are filled up with zeros, and gzip ignores them. */
static void zeros_may_follow_gzip(void **state) {
    (void)state;
    cln_buffer packed, contents;
    cln_buffer_init(&packed, SIZE_MAX);
    cln_buffer_init(&contents, SIZE_MAX);
    assert_true(append_gzip(&packed, cln_span_of_string("id\n1\n")));
    assert_int_equal(cln_buffer_append(&packed, "\0\0\0\0\0", 5, NULL), CLN_OK);
    assert_int_equal(unpack(cln_buffer_span(&packed), CLN_COMPRESSION_GZIP, 2, &contents, NULL), CLN_OK);
    assert_int_equal(contents.size, 5);
    assert_true(append_gzip(&packed, cln_span_of_string("2\n")));
    cln_error err;
    assert_int_equal(unpack(cln_buffer_span(&packed), CLN_COMPRESSION_GZIP, 2, &contents, &err), CLN_ERR_IO);
    assert_non_null(strstr(err.message, "behind the zeros"));
    cln_buffer_clean_up(&contents);
    cln_buffer_clean_up(&packed);
}

static void refuses_a_window_beyond_the_memory(void **state) {
    (void)state;
    char *text = make_text();
    cln_buffer packed, contents;
    cln_buffer_init(&packed, SIZE_MAX);
    cln_buffer_init(&contents, SIZE_MAX);
    assert_true(append_zstd(&packed, cln_span_of(text, TEXT_BYTES), 23)); /* 8 MiB: what is allowed here */
    assert_int_equal(unpack(cln_buffer_span(&packed), CLN_COMPRESSION_ZSTD, 1000, &contents, NULL), CLN_OK);
    cln_buffer_clear(&packed);
    assert_true(append_zstd(&packed, cln_span_of(text, TEXT_BYTES), 24));
    cln_error err;
    assert_int_equal(unpack(cln_buffer_span(&packed), CLN_COMPRESSION_ZSTD, 1000, &contents, &err), CLN_ERR_IO);
    assert_non_null(strstr(err.message, "--memory"));
    cln_buffer_clean_up(&contents);
    cln_buffer_clean_up(&packed);
    test_free(text);
}

typedef struct witness {
    uint64_t next;
    bool good;
} witness;

static cln_status see(void *context, uint64_t offset, cln_span bytes, cln_error *err) {
    witness *w = context;
    (void)err;
    w->good = w->good && offset == w->next && offset % CLN_CONTENT_BLOCK_BYTES == 0;
    w->next += bytes.size;
    return CLN_OK;
}

/* Bytes that do not compress, so that the file has several blocks. */
static void shows_each_byte_of_the_file_once(void **state) {
    const size_t size = 2500000;
    char *noise = test_malloc(size);
    uint64_t seed = 1;
    for (size_t i = 0; i < size; i++) {
        seed = seed * 6364136223846793005U + 1442695040888963407U;
        noise[i] = (char)(seed >> 56);
    }
    cln_buffer packed;
    cln_buffer_init(&packed, SIZE_MAX);
    assert_true(append_gzip(&packed, cln_span_of(noise, size)));
    const char *path = temporary_path(state, "noise.gz");
    assert_int_equal(cln_file_replace(path, cln_buffer_span(&packed), false, NULL), CLN_OK);
    cln_byte_source *file;
    cln_byte_source *source;
    assert_int_equal(cln_byte_source_open_file(&file, path, NULL), CLN_OK);
    witness w = {.good = true};
    const cln_decompression how = {.compression = CLN_COMPRESSION_GZIP, .see = see, .see_context = &w};
    assert_int_equal(cln_byte_source_decompress(&source, file, &how, NULL), CLN_OK);
    cln_buffer contents;
    cln_buffer_init(&contents, SIZE_MAX);
    char head[1000];
    assert_int_equal(source->read_at(source, 1500000, head, sizeof head, NULL), CLN_OK);
    assert_int_equal(read_all(source, 65536, &contents, NULL), CLN_OK);
    assert_int_equal(contents.size, size);
    assert_memory_equal(contents.data, noise, size);
    assert_true(w.good);
    assert_int_equal(w.next, packed.size);
    assert_int_equal(source->check_unchanged(source, NULL), CLN_OK);
    assert_int_equal(truncate(path, 1000000), 0);
    assert_int_equal(source->check_unchanged(source, NULL), CLN_ERR_IO);
    assert_int_equal(read_all(source, 65536, &contents, NULL), CLN_ERR_IO);
    source->release(source);
    cln_buffer_clean_up(&contents);
    cln_buffer_clean_up(&packed);
    test_free(noise);
}

static cln_byte_source *open_any(const char *path) {
    cln_byte_source *file, *source;
    assert_int_equal(cln_byte_source_open_file(&file, path, NULL), CLN_OK);
    assert_int_equal(cln_byte_source_decompress_any(&source, file, (uint64_t)8 << 20, NULL), CLN_OK);
    return source;
}

static void decompresses_what_is_compressed(void **state) {
    cln_buffer packed;
    cln_buffer_init(&packed, SIZE_MAX);
    assert_true(append_zstd(&packed, cln_span_of_string("id\n1\n"), 0));
    const char *path = temporary_path(state, "named-as-text.csv");
    assert_int_equal(cln_file_replace(path, cln_buffer_span(&packed), false, NULL), CLN_OK);
    char data[5];
    cln_byte_source *source = open_any(path);
    assert_true(cln_byte_source_is_stream(source));
    assert_int_equal(source->read_at(source, 0, data, 5, NULL), CLN_OK);
    assert_memory_equal(data, "id\n1\n", 5);
    source->release(source);
    assert_int_equal(cln_file_replace(path, cln_span_of("id\n1\n", 5), false, NULL), CLN_OK);
    source = open_any(path);
    assert_false(cln_byte_source_is_stream(source));
    assert_int_equal(source->size_bytes, 5);
    source->release(source);
    cln_buffer_clean_up(&packed);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recognises_first_bytes),
        cmocka_unit_test(reads_on_over_members_and_frames),
        cmocka_unit_test(nothing_compressed_is_nothing),
        cmocka_unit_test(reads_at_any_offset),
        cmocka_unit_test(refuses_every_truncation),
        cmocka_unit_test(no_flipped_bit_changes_what_is_read),
        cmocka_unit_test(refuses_what_is_not_compressed_behind),
        cmocka_unit_test(zeros_may_follow_gzip),
        cmocka_unit_test(refuses_a_window_beyond_the_memory),
        cmocka_unit_test_setup_teardown(shows_each_byte_of_the_file_once, temporary_folder_make,
                                        temporary_folder_remove),
        cmocka_unit_test_setup_teardown(decompresses_what_is_compressed, temporary_folder_make,
                                        temporary_folder_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
