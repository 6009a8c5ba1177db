/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A text of at most 64 bytes is one vector, whatever its length, so that
 * nothing branches on it.
 */
#include "recent_texts.h"

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))

#include <immintrin.h>
#include <stdbool.h>

#define TARGET __attribute__((target("avx512f,avx512bw,aes,bmi2")))

/* Bytes behind the text are zero, and are not read. */
TARGET static inline __m512i load_text(const char *data, size_t size) {
    return _mm512_maskz_loadu_epi8(_bzhi_u64(UINT64_MAX, (uint32_t)size), data);
}

/* Rounds of AES mix the bytes of a lane; the product mixes the lanes. */
TARGET static inline size_t slot_of(__m512i text, size_t size, size_t mask) {
    const __m128i first = _mm_aesenc_si128(_mm512_castsi512_si128(text), _mm512_extracti32x4_epi32(text, 1));
    const __m128i rest = _mm_aesenc_si128(_mm512_extracti32x4_epi32(text, 2), _mm512_extracti32x4_epi32(text, 3));
    const __m128i mixed = _mm_aesenc_si128(first, rest);
    const uint64_t folded = (uint64_t)_mm_cvtsi128_si64(mixed) ^ (uint64_t)_mm_extract_epi64(mixed, 1);
    return (size_t)((folded + size) * 0x9E3779B97F4A7C15u >> 48) & mask;
}

TARGET static size_t find(const struct cln_recent_texts *recent, const cln_span *texts, size_t count, uint32_t *codes) {
    const size_t mask = recent->slot_count - 1;
    for (size_t i = 0; i < count; i++) {
        const size_t size = texts[i].size;
        if (size > CLN_RECENT_CELL_BYTES) return i;
        const __m512i text = load_text(texts[i].data, size);
        const size_t slot = slot_of(text, size, mask);
        const __m512i known = _mm512_load_si512((const void *)(recent->cells + slot * CLN_RECENT_CELL_BYTES));
        const uint64_t mark = recent->marks[slot];
        if ((_mm512_cmpneq_epi8_mask(text, known) | ((mark & 0xFF) ^ size)) != 0) return i;
        codes[i] = (uint32_t)(mark >> 8);
    }
    return count;
}

TARGET static uint32_t keep(struct cln_recent_texts *recent, cln_span text, uint32_t code) {
    if (text.size > CLN_RECENT_CELL_BYTES) return CLN_RECENT_SLOT;
    const __m512i bytes = load_text(text.data, text.size);
    const size_t slot = slot_of(bytes, text.size, recent->slot_count - 1);
    _mm512_store_si512((void *)(recent->cells + slot * CLN_RECENT_CELL_BYTES), bytes);
    const uint32_t kept_code = code == CLN_RECENT_SLOT ? (uint32_t)slot : code;
    recent->marks[slot] = (uint64_t)kept_code << 8 | text.size;
    return kept_code;
}

const cln_recent_kernels *cln_recent_kernels_avx512(void) {
    static const cln_recent_kernels kernels = {.name = "AVX-512", .find = find, .keep = keep};
    __builtin_cpu_init();
    const bool has_all = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                         __builtin_cpu_supports("aes") && __builtin_cpu_supports("bmi2");
    return has_all ? &kernels : NULL;
}

#else

const cln_recent_kernels *cln_recent_kernels_avx512(void) {
    return NULL;
}

#endif
