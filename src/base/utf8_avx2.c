/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each byte is judged by its own high half and both halves of the byte before
 * it: three tables, of which each bit stands for one mistake that all three
 * have to agree on (Keiser and Lemire, Validating UTF-8 In Less Than One
 * Instruction Per Byte, 2021).
 */
#include "colonnade/base/utf8.h"

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))

#include <immintrin.h>
#include <string.h>

#define TARGET __attribute__((target("avx2")))

enum { VECTOR_BYTES = 32 };

enum {
    TOO_SHORT = 1,        /* a lead or ASCII where a continuation should be */
    TOO_LONG = 2,         /* a continuation behind ASCII */
    OVERLONG_3 = 4,       /* E0 and less than A0 */
    TOO_LARGE = 8,        /* F4 and more than 8F */
    SURROGATE = 16,       /* ED and more than 9F */
    OVERLONG_2 = 32,      /* C0, C1 */
    TOO_LARGE_1000 = 64,  /* F5 and more */
    OVERLONG_4 = 64,      /* F0 and less than 90 */
    TWO_CONTINUED = -128, /* a continuation behind a continuation: right in longer sequences only */
    ANY_LOW = TOO_SHORT | TOO_LONG | TWO_CONTINUED,
    LARGE = ANY_LOW | TOO_LARGE | TOO_LARGE_1000,
    CONTINUED = TOO_LONG | OVERLONG_2 | TWO_CONTINUED,
};

typedef struct checker {
    __m256i before; /* the vector before */
    __m256i error;
} checker;

TARGET static inline __m256i look_up(__m256i halves, const int8_t table[16]) {
    const __m128i half = _mm_loadu_si128((const __m128i *)(const void *)table);
    return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(half), halves);
}

TARGET static inline __m256i high_half(__m256i bytes) {
    return _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(0x0F));
}

/* Mistakes of two neighbouring bytes; the highest bit also stands where a
 * third or fourth byte of a sequence is continued. */
TARGET static inline __m256i judge_pairs(__m256i bytes, __m256i one_before) {
    static const int8_t of_first_high[16] = {TOO_LONG,
                                             TOO_LONG,
                                             TOO_LONG,
                                             TOO_LONG,
                                             TOO_LONG,
                                             TOO_LONG,
                                             TOO_LONG,
                                             TOO_LONG,
                                             TWO_CONTINUED,
                                             TWO_CONTINUED,
                                             TWO_CONTINUED,
                                             TWO_CONTINUED,
                                             TOO_SHORT | OVERLONG_2,
                                             TOO_SHORT,
                                             TOO_SHORT | OVERLONG_3 | SURROGATE,
                                             TOO_SHORT | TOO_LARGE | TOO_LARGE_1000 | OVERLONG_4};
    static const int8_t of_first_low[16] = {ANY_LOW | OVERLONG_3 | OVERLONG_2 | OVERLONG_4,
                                            ANY_LOW | OVERLONG_2,
                                            ANY_LOW,
                                            ANY_LOW,
                                            ANY_LOW | TOO_LARGE,
                                            LARGE,
                                            LARGE,
                                            LARGE,
                                            LARGE,
                                            LARGE,
                                            LARGE,
                                            LARGE,
                                            LARGE,
                                            LARGE | SURROGATE,
                                            LARGE,
                                            LARGE};
    static const int8_t of_second_high[16] = {TOO_SHORT,
                                              TOO_SHORT,
                                              TOO_SHORT,
                                              TOO_SHORT,
                                              TOO_SHORT,
                                              TOO_SHORT,
                                              TOO_SHORT,
                                              TOO_SHORT,
                                              CONTINUED | OVERLONG_3 | TOO_LARGE_1000 | OVERLONG_4,
                                              CONTINUED | OVERLONG_3 | TOO_LARGE,
                                              CONTINUED | SURROGATE | TOO_LARGE,
                                              CONTINUED | SURROGATE | TOO_LARGE,
                                              TOO_SHORT,
                                              TOO_SHORT,
                                              TOO_SHORT,
                                              TOO_SHORT};
    const __m256i first_high = look_up(high_half(one_before), of_first_high);
    const __m256i first_low = look_up(_mm256_and_si256(one_before, _mm256_set1_epi8(0x0F)), of_first_low);
    const __m256i second_high = look_up(high_half(bytes), of_second_high);
    return _mm256_and_si256(_mm256_and_si256(first_high, first_low), second_high);
}

/* The bytes that stand `by` places earlier. */
#define EARLIER(bytes, before, by) _mm256_alignr_epi8(bytes, _mm256_permute2x128_si256(before, bytes, 0x21), 16 - (by))

TARGET static inline void take(checker *c, __m256i bytes) {
    const __m256i pairs = judge_pairs(bytes, EARLIER(bytes, c->before, 1));
    /* The highest bit stays in bytes that are from E0 and from F0 up. */
    const __m256i third = _mm256_subs_epu8(EARLIER(bytes, c->before, 2), _mm256_set1_epi8(0xE0 - 0x80));
    const __m256i fourth = _mm256_subs_epu8(EARLIER(bytes, c->before, 3), _mm256_set1_epi8(0xF0 - 0x80));
    const __m256i continued = _mm256_and_si256(_mm256_or_si256(third, fourth), _mm256_set1_epi8((char)0x80));
    c->error = _mm256_or_si256(c->error, _mm256_xor_si256(continued, pairs));
    c->before = bytes;
}

TARGET static inline __m256i load(const char *bytes) {
    return _mm256_loadu_si256((const __m256i *)(const void *)bytes);
}

/* Whether four vectors are ASCII. */
TARGET static inline bool are_ascii(const char *bytes) {
    const __m256i first = _mm256_or_si256(load(bytes), load(bytes + VECTOR_BYTES));
    const __m256i last = _mm256_or_si256(load(bytes + 2 * VECTOR_BYTES), load(bytes + 3 * VECTOR_BYTES));
    return _mm256_movemask_epi8(_mm256_or_si256(first, last)) == 0;
}

TARGET static bool is_valid(cln_span text) {
    checker c = {.before = _mm256_setzero_si256(), .error = _mm256_setzero_si256()};
    size_t i = 0;
    while (text.size - i >= VECTOR_BYTES) {
        const bool is_fresh = _mm256_movemask_epi8(c.before) == 0;
        if (is_fresh && text.size - i >= (size_t)4 * VECTOR_BYTES && are_ascii(text.data + i)) {
            i += (size_t)4 * VECTOR_BYTES;
            continue;
        }
        take(&c, load(text.data + i));
        i += VECTOR_BYTES;
    }
    char rest[VECTOR_BYTES] = {0}; /* at least one NUL ends what is open */
    if (text.size > i) memcpy(rest, text.data + i, text.size - i);
    take(&c, load(rest));
    return _mm256_testz_si256(c.error, c.error) != 0;
}

cln_utf8_check *cln_utf8_check_avx2(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") ? is_valid : NULL;
}

#else

cln_utf8_check *cln_utf8_check_avx2(void) {
    return NULL;
}

#endif
