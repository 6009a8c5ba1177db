/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A recent text has the code that it was kept with, and no other text has it.
 */
#include "../../src/ingest/recent_texts.h"

#include "harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { TEXT_COUNT = 500, LONGEST = 70 };

/* Texts that differ in one byte, in length, or in NULs at their end, each in
 * memory of exactly its size. */
static void make_texts(cln_span texts[TEXT_COUNT]) {
    for (size_t i = 0; i < TEXT_COUNT; i++) {
        const size_t size = i % LONGEST, odd = i * 7 % (size + 1);
        char *text = malloc(size == 0 ? 1 : size);
        assert_non_null(text);
        for (size_t b = 0; b < size; b++) text[b] = (char)(b == odd ? i / LONGEST : 0);
        texts[i] = cln_span_of(text, size);
    }
}

/* The code of the first text that equals it. */
static uint32_t first_equal(const cln_span texts[TEXT_COUNT], cln_span text) {
    for (uint32_t i = 0;; i++) {
        if (cln_span_equal(texts[i], text)) return i;
    }
}

/* How many are found of those that were kept just before. */
static size_t check_kernels(const cln_recent_kernels *kernels, const cln_span texts[TEXT_COUNT]) {
    struct cln_recent_texts *recent = NULL;
    must(cln_recent_texts_fit(&recent, 0, NULL));
    recent->kernels = kernels;
    size_t found = 0;
    for (uint32_t i = 0; i < TEXT_COUNT; i++) {
        if (i == TEXT_COUNT / 2) must(cln_recent_texts_fit(&recent, TEXT_COUNT, NULL));
        kernels->keep(recent, texts[i], first_equal(texts, texts[i]));
        for (uint32_t other = 0; other <= i; other += other + 9 < i ? 9 : 1) {
            uint32_t code;
            if (kernels->find(recent, &texts[other], 1, &code) == 0) continue;
            assert_int_equal(code, first_equal(texts, texts[other]));
            found += other == i;
        }
    }
    cln_recent_texts_free(recent);
    return found;
}

static void every_processor_finds_what_was_kept(void **state) {
    (void)state;
    cln_span texts[TEXT_COUNT];
    make_texts(texts);
    assert_in_range(check_kernels(&cln_recent_kernels_portable, texts), TEXT_COUNT * 32 / LONGEST, TEXT_COUNT);
    if (cln_recent_kernels_avx512() == NULL)
        print_message("SKIPPED: this processor has no AVX-512 with AES\n");
    else
        assert_in_range(check_kernels(cln_recent_kernels_avx512(), texts), TEXT_COUNT * 64 / LONGEST, TEXT_COUNT);
    for (size_t i = 0; i < TEXT_COUNT; i++) free((char *)texts[i].data);
}

/* A run ends at the first text that is not known. */
static void a_run_ends_at_what_is_new(void **state) {
    (void)state;
    struct cln_recent_texts *recent = NULL;
    must(cln_recent_texts_fit(&recent, 0, NULL));
    const cln_span texts[] = {cln_span_of("DRY", 3), cln_span_of("WET", 3), cln_span_of("ICY", 3)};
    recent->kernels->keep(recent, texts[0], 4);
    recent->kernels->keep(recent, texts[1], CLN_NULL_STRING);
    uint32_t codes[3];
    assert_int_equal(recent->kernels->find(recent, texts, 3, codes), 2);
    assert_int_equal(codes[0], 4);
    assert_int_equal(codes[1], CLN_NULL_STRING);
    cln_recent_texts_free(recent);
}

/* With the kernels of this processor, too. */
static void check_all(void (*check)(const cln_recent_kernels *)) {
    check(&cln_recent_kernels_portable);
    if (cln_recent_kernels_avx512() == NULL)
        print_message("SKIPPED: this processor has no AVX-512 with AES\n");
    else
        check(cln_recent_kernels_avx512());
}

/* Texts of the same slot evict each other until there is more room; then all
 * are found. */
static void check_crowd(const cln_recent_kernels *kernels) {
    enum { CROWD = 40 };
    char names[CROWD][8];
    cln_span texts[CROWD];
    struct cln_recent_texts *recent = NULL;
    must(cln_recent_texts_fit(&recent, 0, NULL));
    recent->kernels = kernels;
    for (int i = 0; i < CROWD; i++) texts[i] = cln_span_of(names[i], (size_t)snprintf(names[i], 8, "%d", i));
    size_t misses = 0, growths = 0;
    for (uint32_t turn = 0; turn < 4000 * CROWD; turn++) {
        const uint32_t i = turn % CROWD;
        uint32_t code;
        if (recent->kernels->find(recent, &texts[i], 1, &code) == 1) {
            assert_int_equal(code, i);
            continue;
        }
        misses++;
        recent->kernels->keep(recent, texts[i], i);
        if (!cln_recent_texts_are_crowded(recent)) continue;
        growths++;
        must(cln_recent_texts_fit(&recent, recent->slot_count, NULL));
    }
    assert_true(growths > 0 && recent->slot_count > CLN_RECENT_FEWEST);
    assert_true(misses < 4000 * CROWD / 10);
    cln_recent_texts_free(recent);
}

static void a_crowd_gets_more_room(void **state) {
    (void)state;
    check_all(check_crowd);
}

/* NULs are what stands behind each text that is kept, and in slots without. */
static void check_nuls(const cln_recent_kernels *kernels) {
    static const char nuls[256];
    struct cln_recent_texts *recent = NULL;
    must(cln_recent_texts_fit(&recent, 0, NULL));
    recent->kernels = kernels;
    for (size_t size = 0; size < sizeof nuls; size++) {
        const cln_span text = cln_span_of(nuls, size);
        uint32_t code;
        assert_int_equal(kernels->find(recent, &text, 1, &code), 0);
        kernels->keep(recent, text, (uint32_t)size);
        if (kernels->find(recent, &text, 1, &code) == 1) assert_int_equal(code, size);
    }
    cln_recent_texts_free(recent);
}

static void nuls_are_texts_like_others(void **state) {
    (void)state;
    check_all(check_nuls);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_processor_finds_what_was_kept),
        cmocka_unit_test(a_run_ends_at_what_is_new),
        cmocka_unit_test(a_crowd_gets_more_room),
        cmocka_unit_test(nuls_are_texts_like_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
