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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_processor_finds_what_was_kept),
        cmocka_unit_test(a_run_ends_at_what_is_new),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
