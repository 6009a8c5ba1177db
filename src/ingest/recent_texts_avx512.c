/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A text is one vector, of 16, 32 or 64 bytes: a load that reaches over the end
 * of a cache line takes the next one, too, so texts get loads that are as short
 * as the longest one that was kept allows. A shorter vector stands for one of 64
 * bytes with zeros behind it.
 */
#include "recent_texts.h"

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))

#include <immintrin.h>
#include <stdbool.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,aes,bmi2")))

enum { SHORT_BYTES = 16, MIDDLE_BYTES = 32 };

/* Bytes behind the text are zero, and are not read. */
TARGET static inline __mmask64 mask_of(size_t size) {
    return _bzhi_u64(UINT64_MAX, (uint32_t)size);
}

/* Rounds of AES mix the bytes of a lane; the product mixes the lanes. */
TARGET static inline size_t slot_of_lanes(__m128i first_lanes, __m128i last_lanes, size_t size, size_t mask) {
    const __m128i mixed = _mm_aesenc_si128(first_lanes, last_lanes);
    const uint64_t folded = (uint64_t)_mm_cvtsi128_si64(mixed) ^ (uint64_t)_mm_extract_epi64(mixed, 1);
    return (size_t)((folded + size) * 0x9E3779B97F4A7C15u >> 48) & mask;
}

TARGET static inline __m128i no_lanes(void) {
    return _mm_aesenc_si128(_mm_setzero_si128(), _mm_setzero_si128());
}

TARGET static inline size_t slot_of_short(__m128i text, size_t size, size_t mask) {
    return slot_of_lanes(_mm_aesenc_si128(text, _mm_setzero_si128()), no_lanes(), size, mask);
}

TARGET static inline size_t slot_of_middle(__m256i text, size_t size, size_t mask) {
    const __m128i lanes = _mm_aesenc_si128(_mm256_castsi256_si128(text), _mm256_extracti128_si256(text, 1));
    return slot_of_lanes(lanes, no_lanes(), size, mask);
}

TARGET static inline size_t slot_of_long(__m512i text, size_t size, size_t mask) {
    const __m128i first = _mm_aesenc_si128(_mm512_castsi512_si128(text), _mm512_extracti32x4_epi32(text, 1));
    const __m128i last = _mm_aesenc_si128(_mm512_extracti32x4_epi32(text, 2), _mm512_extracti32x4_epi32(text, 3));
    return slot_of_lanes(first, last, size, mask);
}

/* The slot where the text is, if it is anywhere; and whether its bytes are
 * there. No text is longer than width. */
TARGET static inline size_t look_up(const struct cln_recent_texts *recent, cln_span text, size_t width,
                                    bool *is_equal) {
    const size_t mask = recent->slot_count - 1;
    if (width == SHORT_BYTES) {
        const __m128i bytes = _mm_maskz_loadu_epi8((__mmask16)mask_of(text.size), text.data);
        const size_t slot = slot_of_short(bytes, text.size, mask);
        const void *cell = recent->cells + slot * CLN_RECENT_CELL_BYTES;
        *is_equal = _mm_cmpneq_epi8_mask(bytes, _mm_load_si128(cell)) == 0;
        return slot;
    }
    if (width == MIDDLE_BYTES) {
        const __m256i bytes = _mm256_maskz_loadu_epi8((__mmask32)mask_of(text.size), text.data);
        const size_t slot = slot_of_middle(bytes, text.size, mask);
        const void *cell = recent->cells + slot * CLN_RECENT_CELL_BYTES;
        *is_equal = _mm256_cmpneq_epi8_mask(bytes, _mm256_load_si256(cell)) == 0;
        return slot;
    }
    const __m512i bytes = _mm512_maskz_loadu_epi8(mask_of(text.size), text.data);
    const size_t slot = slot_of_long(bytes, text.size, mask);
    const void *cell = recent->cells + slot * CLN_RECENT_CELL_BYTES;
    *is_equal = _mm512_cmpneq_epi8_mask(bytes, _mm512_load_si512(cell)) == 0;
    return slot;
}

TARGET static inline size_t find_by_width(const struct cln_recent_texts *recent, const cln_span *texts, size_t count,
                                          size_t width, uint32_t *codes) {
    for (size_t i = 0; i < count; i++) {
        if (texts[i].size > width) return i;
        bool is_equal;
        const size_t slot = look_up(recent, texts[i], width, &is_equal);
        const uint64_t mark = recent->marks[slot];
        if (!is_equal | ((mark & 0xFF) != texts[i].size)) return i;
        codes[i] = (uint32_t)(mark >> 8);
    }
    return count;
}

/* All texts of a call are loaded alike: which vector a text needs cannot be
 * guessed, where some are short and some are long. */
TARGET static size_t find(const struct cln_recent_texts *recent, const cln_span *texts, size_t count, uint32_t *codes) {
    if (recent->longest <= SHORT_BYTES) return find_by_width(recent, texts, count, SHORT_BYTES, codes);
    if (recent->longest <= MIDDLE_BYTES) return find_by_width(recent, texts, count, MIDDLE_BYTES, codes);
    return find_by_width(recent, texts, count, CLN_RECENT_CELL_BYTES, codes);
}

TARGET static uint32_t keep(struct cln_recent_texts *recent, cln_span text, uint32_t code) {
    if (text.size > CLN_RECENT_CELL_BYTES) return CLN_RECENT_SLOT;
    bool is_equal;
    const size_t slot = look_up(recent, text, CLN_RECENT_CELL_BYTES, &is_equal);
    _mm512_store_si512((void *)(recent->cells + slot * CLN_RECENT_CELL_BYTES),
                       _mm512_maskz_loadu_epi8(mask_of(text.size), text.data));
    return cln_recent_texts_mark(recent, slot, text.size, code);
}

const cln_recent_kernels *cln_recent_kernels_avx512(void) {
    static const cln_recent_kernels kernels = {.name = "AVX-512", .find = find, .keep = keep};
    __builtin_cpu_init();
    const bool has_all = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("aes") &&
                         __builtin_cpu_supports("bmi2");
    return has_all ? &kernels : NULL;
}

#else

const cln_recent_kernels *cln_recent_kernels_avx512(void) {
    return NULL;
}

#endif
