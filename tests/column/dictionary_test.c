/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/column/dictionary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { TEXTS_MAX = 16 };

static cln_dictionary build(const char *const *texts, size_t count, int32_t *codes) {
    cln_span spans[TEXTS_MAX] = {{0}};
    for (size_t i = 0; i < count; i++) spans[i] = cln_span_of_string(texts[i]);
    cln_dictionary dictionary;
    assert_int_equal(cln_dictionary_build(&dictionary, spans, count, codes, NULL), CLN_OK);
    return dictionary;
}

static void assert_texts(const cln_dictionary *dictionary, const char *const *texts, size_t count) {
    assert_int_equal(dictionary->count, count);
    for (size_t i = 0; i < count; i++) {
        assert_true(cln_span_equal(cln_dictionary_text(dictionary, i), cln_span_of_string(texts[i])));
    }
}

static void sorts_bytewise_and_drops_repetitions(void **state) {
    (void)state;
    static const char *const texts[] = {"b", "caf\xc3\xa9", "a", "B", "b", "ab", "caf", "a"};
    static const char *const sorted[] = {"B", "a", "ab", "b", "caf", "caf\xc3\xa9"};
    static const int32_t expected[] = {3, 5, 1, 0, 3, 2, 4, 1};
    int32_t codes[8];
    cln_dictionary dictionary = build(texts, 8, codes);
    assert_texts(&dictionary, sorted, 6);
    assert_memory_equal(codes, expected, sizeof expected);
    cln_dictionary_clean_up(&dictionary);
}

static void sorts_any_bytes_as_unsigned(void **state) {
    (void)state;
    const cln_span texts[] = {cln_span_of("\xff", 1), cln_span_of("a\0b", 3), cln_span_of("a", 1),
                              cln_span_of("a\0", 2)};
    int32_t codes[4];
    cln_dictionary dictionary;
    assert_int_equal(cln_dictionary_build(&dictionary, texts, 4, codes, NULL), CLN_OK);
    static const int32_t expected[] = {3, 2, 0, 1};
    assert_memory_equal(codes, expected, sizeof expected);
    assert_true(cln_span_equal(cln_dictionary_text(&dictionary, 1), cln_span_of("a\0", 2)));
    cln_dictionary_clean_up(&dictionary);
}

static void merges_and_tells_the_new_codes(void **state) {
    (void)state;
    static const char *const left[] = {"DRY", "ICY", "SNOWY"};
    static const char *const right[] = {"FOG", "ICY", "WET", "AT NIGHT"};
    static const char *const both[] = {"AT NIGHT", "DRY", "FOG", "ICY", "SNOWY", "WET"};
    static const int32_t expected_left[] = {1, 3, 4};
    static const int32_t expected_right[] = {0, 2, 3, 5};
    cln_dictionary a = build(left, 3, NULL);
    cln_dictionary b = build(right, 4, NULL);
    cln_dictionary merged;
    int32_t remap_a[3];
    int32_t remap_b[4];
    assert_int_equal(cln_dictionary_merge(&merged, &a, &b, remap_a, remap_b, NULL), CLN_OK);
    assert_texts(&merged, both, 6);
    assert_memory_equal(remap_a, expected_left, sizeof remap_a);
    assert_memory_equal(remap_b, expected_right, sizeof remap_b);
    cln_dictionary_clean_up(&merged);
    assert_int_equal(cln_dictionary_merge(&merged, &b, &a, NULL, NULL, NULL), CLN_OK);
    assert_texts(&merged, both, 6);
    cln_dictionary_clean_up(&merged);
    cln_dictionary_clean_up(&a);
    cln_dictionary_clean_up(&b);
}

static void merges_with_nothing(void **state) {
    (void)state;
    static const char *const texts[] = {"DRY", "WET"};
    cln_dictionary a = build(texts, 2, NULL);
    cln_dictionary none = {0}; /* also what nobody has built */
    cln_dictionary merged;
    int32_t remap[2];
    assert_int_equal(cln_dictionary_merge(&merged, &none, &a, NULL, remap, NULL), CLN_OK);
    assert_texts(&merged, texts, 2);
    assert_int_equal(remap[1], 1);
    cln_dictionary_clean_up(&merged);
    assert_int_equal(cln_dictionary_merge(&merged, &none, &none, NULL, NULL, NULL), CLN_OK);
    assert_int_equal(merged.count, 0);
    cln_dictionary_clean_up(&merged);
    cln_dictionary_clean_up(&a);
}

static cln_buffer pack(const cln_dictionary *dictionary) {
    cln_buffer bytes;
    cln_buffer_init(&bytes, 1 << 20);
    assert_int_equal(cln_dictionary_pack(dictionary, &bytes, NULL), CLN_OK);
    return bytes;
}

static cln_buffer pack_sample(void) {
    static const char *const texts[] = {"", "Baker", "Five Points", "caf\xc3\xa9"};
    cln_dictionary dictionary = build(texts, 4, NULL);
    cln_buffer bytes = pack(&dictionary);
    cln_dictionary_clean_up(&dictionary);
    return bytes;
}

static void packs_and_unpacks(void **state) {
    (void)state;
    static const char *const texts[] = {"", "Baker", "Five Points", "caf\xc3\xa9"};
    cln_buffer bytes = pack_sample();
    cln_dictionary dictionary;
    assert_int_equal(cln_dictionary_unpack(&dictionary, cln_buffer_span(&bytes), NULL), CLN_OK);
    assert_texts(&dictionary, texts, 4);
    cln_dictionary_clean_up(&dictionary);
    cln_buffer_clean_up(&bytes);
    const cln_dictionary none = {0};
    bytes = pack(&none);
    assert_int_equal(cln_dictionary_unpack(&dictionary, cln_buffer_span(&bytes), NULL), CLN_OK);
    assert_int_equal(dictionary.count, 0);
    cln_dictionary_clean_up(&dictionary);
    cln_buffer_clean_up(&bytes);
}

static void refuses_every_cut(void **state) {
    (void)state;
    cln_buffer bytes = pack_sample();
    for (size_t size = 0; size < bytes.size; size++) {
        char *cut = malloc(size == 0 ? 1 : size); /* of its own, so that a read beyond it is seen */
        assert_non_null(cut);
        memcpy(cut, bytes.data, size);
        cln_dictionary dictionary;
        cln_error err;
        assert_int_equal(cln_dictionary_unpack(&dictionary, cln_span_of(cut, size), &err), CLN_ERR_IO);
        assert_int_equal(dictionary.count, 0);
        free(cut);
    }
    assert_int_equal(cln_buffer_append_char(&bytes, 'x', NULL), CLN_OK);
    cln_dictionary dictionary;
    assert_int_equal(cln_dictionary_unpack(&dictionary, cln_buffer_span(&bytes), NULL), CLN_ERR_IO);
    cln_buffer_clean_up(&bytes);
}

static void assert_numbers_refused(const uint64_t *numbers, size_t count) {
    cln_dictionary dictionary;
    assert_int_equal(
        cln_dictionary_unpack(&dictionary, cln_span_of((const char *)numbers, count * sizeof *numbers), NULL),
        CLN_ERR_IO);
}

static void refuses_sizes_that_overflow(void **state) {
    (void)state;
    assert_numbers_refused((const uint64_t[]){UINT64_MAX}, 1);
    assert_numbers_refused((const uint64_t[]){UINT64_MAX / 8, 0}, 2);
    assert_numbers_refused((const uint64_t[]){1, UINT64_MAX}, 2);
    assert_numbers_refused((const uint64_t[]){2, UINT64_MAX, 1}, 3);             /* together 0 */
    assert_numbers_refused((const uint64_t[]){2, 4, 4, 0x6161616161616161u}, 4); /* the same text twice */
}

/* Damaged bytes are refused or give a sorted dictionary; nothing is read beyond them. */
static void survives_damaged_bytes(void **state) {
    (void)state;
    cln_buffer bytes = pack_sample();
    uint32_t random = 7;
    for (int round = 0; round < 20000; round++) {
        random = random * 1664525u + 1013904223u;
        const size_t place = (random >> 8) % bytes.size;
        const char former = bytes.data[place];
        bytes.data[place] = (char)(former ^ (1 << (random >> 29)));
        cln_dictionary dictionary;
        if (cln_dictionary_unpack(&dictionary, cln_buffer_span(&bytes), NULL) == CLN_OK) {
            cln_buffer again = pack(&dictionary);
            assert_true(cln_span_equal(cln_buffer_span(&again), cln_buffer_span(&bytes)));
            for (size_t i = 1; i < dictionary.count; i++) {
                assert_true(
                    cln_span_compare(cln_dictionary_text(&dictionary, i - 1), cln_dictionary_text(&dictionary, i)) < 0);
            }
            cln_buffer_clean_up(&again);
            cln_dictionary_clean_up(&dictionary);
        }
        bytes.data[place] = former;
    }
    cln_buffer_clean_up(&bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sorts_bytewise_and_drops_repetitions),
        cmocka_unit_test(sorts_any_bytes_as_unsigned),
        cmocka_unit_test(merges_and_tells_the_new_codes),
        cmocka_unit_test(merges_with_nothing),
        cmocka_unit_test(packs_and_unpacks),
        cmocka_unit_test(refuses_every_cut),
        cmocka_unit_test(refuses_sizes_that_overflow),
        cmocka_unit_test(survives_damaged_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
