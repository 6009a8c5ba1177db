/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FIXED_BYTES (2 * (size_t)CLN_CONTENT_BLOCK_BYTES + 12345)

static char *make_fixed_input(void) {
    char *bytes = malloc(FIXED_BYTES);
    assert_non_null(bytes);
    for (size_t i = 0; i < FIXED_BYTES; i++) bytes[i] = (char)(i * 31 + i / 251);
    return bytes;
}

/* The blocks' digests are made in the order that first and step give. */
static void hash_in_order(const char *bytes, size_t size, size_t first, size_t step, char text[CLN_DIGEST_TEXT_BYTES]) {
    const size_t block_bytes = (size_t)CLN_CONTENT_BLOCK_BYTES;
    const size_t count = (size + block_bytes - 1) / block_bytes;
    cln_digest digests[8];
    assert_true(count <= 8);
    for (size_t i = 0, block = first; i < count; i++, block = (block + step) % count) {
        const size_t offset = block * block_bytes;
        const size_t left = size - offset;
        digests[block] = cln_content_block_digest(cln_span_of(bytes + offset, left < block_bytes ? left : block_bytes));
    }
    const cln_digest hash = cln_content_hash(digests, count, size);
    cln_digest_format(&hash, text);
}

/* The constants come from another implementation (python-xxhash); stores
 * hold such hashes, so they may never change. */
static void the_content_hash_never_changes(void **state) {
    (void)state;
    char *bytes = make_fixed_input();
    char text[CLN_DIGEST_TEXT_BYTES];
    for (size_t first = 0; first < 3; first++) {
        for (size_t step = 1; step < 3; step++) {
            hash_in_order(bytes, FIXED_BYTES, first, step, text);
            assert_string_equal(text, "f0a8b5d577ebc1445e8259020a03b544");
        }
    }
    bytes[FIXED_BYTES - 1] ^= 1;
    hash_in_order(bytes, FIXED_BYTES, 0, 1, text);
    assert_string_not_equal(text, "f0a8b5d577ebc1445e8259020a03b544");
    free(bytes);
    hash_in_order("colonnade\n", 10, 0, 1, text);
    assert_string_equal(text, "b75028d19ec24118e6dfac61e8f04869");
    const cln_digest nothing = cln_content_hash(NULL, 0, 0);
    cln_digest_format(&nothing, text);
    assert_string_equal(text, "2c0a8a99dc147d5445c3b49d035665b2");
}

static void digests_are_xxh3(void **state) {
    (void)state;
    char text[CLN_DIGEST_TEXT_BYTES];
    const cln_digest digest = cln_content_block_digest(cln_span_of_string("colonnade"));
    cln_digest_format(&digest, text);
    assert_string_equal(text, "ad30c1874c7466417b973af1a7965514");
    assert_true(cln_hash64(cln_span_of_string("colonnade")) == UINT64_C(0x6f5f6341f94921d0));
    assert_true(cln_hash64(cln_span_of(NULL, 0)) == cln_hash64(cln_span_of_string("")));
}

static void both_ways_give_the_same_digest(void **state) {
    (void)state;
    char *bytes = make_fixed_input();
    for (size_t size = 0; size < FIXED_BYTES; size += 1 + size / 3) {
        const cln_span block = cln_span_of(bytes + size % 7, size - size / 7);
        const cln_digest best = cln_content_block_digest(block);
        const cln_digest portable = cln_content_block_digest_portable(block);
        assert_memory_equal(best.bytes, portable.bytes, CLN_DIGEST_BYTES);
    }
    free(bytes);
}

/* RFC 3720, B.4, and the usual check value. */
static void crc32c_has_the_published_values(void **state) {
    (void)state;
    unsigned char bytes[32];
    memset(bytes, 0, sizeof bytes);
    assert_int_equal(cln_crc32c(0, bytes, 32), 0x8A9136AA);
    memset(bytes, 0xFF, sizeof bytes);
    assert_int_equal(cln_crc32c(0, bytes, 32), 0x62A8AB43);
    for (unsigned i = 0; i < 32; i++) bytes[i] = (unsigned char)i;
    assert_int_equal(cln_crc32c(0, bytes, 32), 0x46DD794E);
    for (unsigned i = 0; i < 32; i++) bytes[i] = (unsigned char)(31 - i);
    assert_int_equal(cln_crc32c(0, bytes, 32), 0x113FDB5C);
    static const unsigned char iscsi_read[48] = {
        0x01, 0xC0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x14, 0x00, 0x00, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x00, 0x14, 0x00, 0x00, 0x00, 0x18,
        0x28, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00};
    assert_int_equal(cln_crc32c(0, iscsi_read, 48), 0xD9963A56);
    assert_int_equal(cln_crc32c(0, "123456789", 9), 0xE3069283);
    assert_int_equal(cln_crc32c(0, "", 0), 0);
    assert_int_equal(cln_crc32c_portable(0, "123456789", 9), 0xE3069283);
}

static void both_ways_give_the_same_checksum(void **state) {
    (void)state;
    char *bytes = make_fixed_input();
    for (size_t size = 0; size < 300; size++) {
        for (size_t offset = 0; offset < 9; offset++) {
            const uint32_t before = (uint32_t)(size * 2654435761u);
            assert_int_equal(cln_crc32c(before, bytes + offset, size),
                             cln_crc32c_portable(before, bytes + offset, size));
        }
    }
    for (size_t size = 3 * 1024 - 9; size < 10 * 1024; size += 1 + size % 13) {
        assert_int_equal(cln_crc32c(7, bytes + size % 9, size), cln_crc32c_portable(7, bytes + size % 9, size));
    }
    assert_int_equal(cln_crc32c(0, bytes, FIXED_BYTES), cln_crc32c_portable(0, bytes, FIXED_BYTES));
    free(bytes);
}

static void checksums_continue_and_combine(void **state) {
    (void)state;
    char *bytes = make_fixed_input();
    const uint32_t whole = cln_crc32c(0, bytes, FIXED_BYTES);
    for (size_t split = 0; split <= FIXED_BYTES; split += split < 200 ? 1 : 40009) {
        const uint32_t a = cln_crc32c(0, bytes, split);
        const uint32_t b = cln_crc32c(0, bytes + split, FIXED_BYTES - split);
        assert_int_equal(cln_crc32c(a, bytes + split, FIXED_BYTES - split), whole);
        assert_int_equal(cln_crc32c_combine(a, b, FIXED_BYTES - split), whole);
    }
    /* Three parts, in either grouping, one of them empty. */
    const uint32_t a = cln_crc32c(0, bytes, 1000);
    const uint32_t b = cln_crc32c(0, bytes + 1000, 777);
    const uint32_t c = cln_crc32c(0, bytes + 1777, 5555);
    const uint32_t left = cln_crc32c_combine(cln_crc32c_combine(a, b, 777), c, 5555);
    const uint32_t right = cln_crc32c_combine(a, cln_crc32c_combine(b, c, 5555), 777 + 5555);
    assert_int_equal(left, cln_crc32c(0, bytes, 7332));
    assert_int_equal(right, left);
    assert_int_equal(cln_crc32c_combine(left, 0, 0), left);
    assert_int_equal(cln_crc32c_combine(0, left, 7332), left);
    free(bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_content_hash_never_changes),   cmocka_unit_test(digests_are_xxh3),
        cmocka_unit_test(both_ways_give_the_same_digest),   cmocka_unit_test(crc32c_has_the_published_values),
        cmocka_unit_test(both_ways_give_the_same_checksum), cmocka_unit_test(checksums_continue_and_combine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
