/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The usual spellings: an optional minus, up to 19 digits, perhaps a point
 * among them. A number is one vector, so that nothing branches on its length but
 * the choice between two vectors.
 */
#include "colonnade/base/number.h"

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))

#include "decimal.h"

#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi2,bmi,bmi2,popcnt")))

enum { SHORT_BYTES = 16, VECTOR_BYTES = 32, MOST_DIGITS = 19 };

typedef struct plain_number {
    uint64_t digits;   /* read as one integer */
    uint32_t size;     /* how many digits */
    uint32_t fraction; /* of which stand behind the point */
    bool is_negative;
    bool is_plain; /* otherwise nothing else of it is true */
} plain_number;

/* The value of 32 digits, of which the first 13 are zero: pairs become
 * hundreds, those tens of thousands, and those eight digits each. */
TARGET static inline uint64_t join_digits(__m256i digits) {
    const __m256i tens = _mm256_set1_epi16(0x010A);
    const __m256i hundreds = _mm256_set1_epi32(0x00010064);
    const __m256i ten_thousands = _mm256_set1_epi32(0x00012710);
    const __m256i pairs = _mm256_maddubs_epi16(digits, tens);
    const __m256i fours = _mm256_madd_epi16(pairs, hundreds);
    const __m256i packed = _mm256_packus_epi32(fours, fours); /* within each lane */
    const __m256i eights = _mm256_madd_epi16(packed, ten_thousands);
    const uint64_t last = (uint64_t)_mm256_extract_epi64(eights, 2);
    const uint64_t first = (uint64_t)_mm256_extract_epi64(eights, 0) >> 32;
    return first * UINT64_C(10000000000000000) + (last & UINT32_MAX) * UINT64_C(100000000) + (last >> 32);
}

/* A number of up to VECTOR_BYTES. Bytes behind the text are not read. */
TARGET static inline plain_number take_long(const char *text, size_t size) {
    const uint32_t all = _bzhi_u32(UINT32_MAX, (uint32_t)size);
    const __m256i bytes = _mm256_maskz_loadu_epi8(all, text);
    const __m256i values = _mm256_sub_epi8(bytes, _mm256_set1_epi8('0'));
    const uint32_t digits = _mm256_mask_cmple_epu8_mask(all, values, _mm256_set1_epi8(9));
    const uint32_t point = _mm256_cmpeq_epi8_mask(bytes, _mm256_set1_epi8('.'));
    const uint32_t minus = _mm256_cmpeq_epi8_mask(bytes, _mm256_set1_epi8('-')) & 1;
    const uint32_t digit_count = (uint32_t)__builtin_popcount(digits);
    plain_number number = {.size = digit_count, .is_negative = minus != 0};
    number.is_plain = size <= VECTOR_BYTES && (digits | point | minus) == all && (point & (point - 1)) == 0 &&
                      digit_count - 1 < MOST_DIGITS;
    /* The digits close up, and move to the end of the vector. */
    const uint32_t last = digit_count == 0 ? 0 : UINT32_MAX << (VECTOR_BYTES - digit_count);
    number.digits = join_digits(_mm256_maskz_expand_epi8(last, _mm256_maskz_compress_epi8(digits, values)));
    number.fraction = (uint32_t)__builtin_popcount(digits & ~(point - 1)); /* none without a point */
    return number;
}

/* A number of up to SHORT_BYTES: with fewer bytes a shuffle closes up the
 * digits, and moves them to the end, in one step. */
TARGET static inline plain_number take_short(const char *text, size_t size) {
    const __mmask16 all = (__mmask16)_bzhi_u32(UINT16_MAX, (uint32_t)size);
    const __m128i bytes = _mm_maskz_loadu_epi8(all, text);
    const __m128i values = _mm_sub_epi8(bytes, _mm_set1_epi8('0'));
    const __m128i are_digits = _mm_cmpeq_epi8(values, _mm_min_epu8(values, _mm_set1_epi8(9)));
    const uint32_t digits = (uint32_t)_mm_movemask_epi8(are_digits);
    const uint32_t point = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('.')));
    const uint32_t minus = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('-'))) & 1;
    const uint32_t point_place = _tzcnt_u32(point | 1 << SHORT_BYTES);
    const uint32_t behind_point = (uint32_t)size - 1 - point_place;
    plain_number number = {.size = (uint32_t)__builtin_popcount(digits),
                           .fraction = point == 0 ? 0 : behind_point,
                           .is_negative = minus != 0};
    number.is_plain = ((digits | point | minus) == all) & ((point & (point - 1)) == 0) & (digits != 0);
    /* Where the bytes of the end come from: those in front of the point from
     * one further to the front. A place before the text gives zero. */
    const __m128i places = _mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    const __m128i moved = _mm_sub_epi8(places, _mm_set1_epi8((char)(SHORT_BYTES - size + (point != 0))));
    const __m128i at_or_behind = _mm_cmpgt_epi8(moved, _mm_set1_epi8((char)(point_place - 1)));
    const __m128i from = _mm_sub_epi8(moved, at_or_behind);
    const __m128i end = _mm_shuffle_epi8(_mm_and_si128(values, are_digits), from);
    const __m128i pairs = _mm_maddubs_epi16(end, _mm_set1_epi16(0x010A));
    const __m128i fours = _mm_madd_epi16(pairs, _mm_set1_epi32(0x00010064));
    const __m128i eights = _mm_madd_epi16(_mm_packus_epi32(fours, fours), _mm_set1_epi32(0x00012710));
    const uint64_t both = (uint64_t)_mm_cvtsi128_si64(eights);
    number.digits = (both & UINT32_MAX) * UINT64_C(100000000) + (both >> 32);
    return number;
}

TARGET static inline plain_number take_plain(const char *text, size_t size) {
    return size <= SHORT_BYTES ? take_short(text, size) : take_long(text, size);
}

TARGET static size_t parse_integers(const cln_span *texts, size_t count, int64_t null, int64_t *values) {
    for (size_t i = 0; i < count; i++) {
        const size_t size = texts[i].size;
        const plain_number number = take_plain(texts[i].data, size);
        const bool is_integer =
            number.is_plain && number.size + number.is_negative == size && number.digits <= (uint64_t)INT64_MAX;
        if (size != 0 && !is_integer) return i;
        const int64_t magnitude = (int64_t)number.digits;
        const int64_t value = number.is_negative ? -magnitude : magnitude;
        values[i] = size == 0 ? null : value;
    }
    return count;
}

/* The sign goes to its bit without a branch, for it cannot be guessed. */
TARGET static size_t parse_doubles(const cln_span *texts, size_t count, double null, double *values) {
    for (size_t i = 0; i < count; i++) {
        const size_t size = texts[i].size;
        const plain_number number = take_plain(texts[i].data, size);
        if (size != 0 && !number.is_plain) return i;
        const int64_t exponent = -(int64_t)number.fraction;
        double value;
        if (!cln_decimal_by_one_operation(number.digits, exponent, &value) &&
            (number.digits == 0 || !cln_decimal_by_product(number.digits, exponent, &value))) {
            return i;
        }
        uint64_t bits;
        memcpy(&bits, &value, sizeof bits);
        bits ^= (uint64_t)number.is_negative << 63;
        memcpy(&value, &bits, sizeof bits);
        values[i] = size == 0 ? null : value;
    }
    return count;
}

const cln_number_kernels *cln_number_kernels_avx512(void) {
    static const cln_number_kernels kernels = {
        .name = "AVX-512", .parse_integers = parse_integers, .parse_doubles = parse_doubles};
    __builtin_cpu_init();
    const bool has_all = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi2") &&
                         __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
                         __builtin_cpu_supports("popcnt");
    return has_all ? &kernels : NULL;
}

#else

const cln_number_kernels *cln_number_kernels_avx512(void) {
    return NULL;
}

#endif
