/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * CRC-32C, the part of hash.h with its own algorithms: the processor's
 * instruction, its portable twin (eight bytes at a time by tables), and the
 * arithmetic of polynomials that combines checksums.
 */
#include "colonnade/base/hash.h"

#include <stdbool.h>
#include <string.h>

#define POLYNOMIAL UINT32_C(0x82F63B78) /* reflected: bit 31 is x^0 */

/* The product of two polynomials modulo the checksum's. */
static uint32_t multiply(uint32_t a, uint32_t b) {
    uint32_t product = 0;
    for (uint32_t bit = UINT32_C(1) << 31; bit != 0; bit >>= 1) {
        if ((a & bit) != 0) product ^= b;
        b = (b >> 1) ^ ((b & 1) != 0 ? POLYNOMIAL : 0);
    }
    return product;
}

/* An instruction takes three clock ticks, but three can be under way: as many
 * runs of bytes are summed at once, and the sums joined. */
enum { LANE_BYTES = 1024 };

/* lane_tables[k][b]: byte k of a remainder is b; its part of the remainder with LANE_BYTES zero bytes behind it. */
static uint32_t lane_tables[4][256];

/* tables[k][b]: the remainder of byte b with k zero bytes behind it. */
static uint32_t tables[8][256];

/* Before main, so that no caller needs a lock. */
__attribute__((constructor)) static void make_tables(void) {
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t crc = byte;
        for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) != 0 ? POLYNOMIAL : 0);
        tables[0][byte] = crc;
    }
    for (size_t k = 1; k < 8; k++) {
        for (size_t byte = 0; byte < 256; byte++) {
            const uint32_t before = tables[k - 1][byte];
            tables[k][byte] = (before >> 8) ^ tables[0][before & 0xFF];
        }
    }
    uint32_t power = UINT32_C(1) << 23; /* x^8 */
    for (int bytes = 1; bytes < LANE_BYTES; bytes *= 2) power = multiply(power, power);
    for (unsigned k = 0; k < 4; k++) {
        for (uint32_t byte = 0; byte < 256; byte++) lane_tables[k][byte] = multiply(power, byte << (8 * k));
    }
}

static uint32_t load_little_endian(const unsigned char *c) {
    return (uint32_t)c[0] | (uint32_t)c[1] << 8 | (uint32_t)c[2] << 16 | (uint32_t)c[3] << 24;
}

uint32_t cln_crc32c_portable(uint32_t crc, const void *data, size_t size) {
    const unsigned char *c = data;
    crc = ~crc;
    for (; size >= 8; size -= 8, c += 8) {
        const uint32_t low = crc ^ load_little_endian(c);
        const uint32_t high = load_little_endian(c + 4);
        crc = tables[7][low & 0xFF] ^ tables[6][low >> 8 & 0xFF] ^ tables[5][low >> 16 & 0xFF] ^ tables[4][low >> 24] ^
              tables[3][high & 0xFF] ^ tables[2][high >> 8 & 0xFF] ^ tables[1][high >> 16 & 0xFF] ^
              tables[0][high >> 24];
    }
    for (; size > 0; size--, c++) crc = (crc >> 8) ^ tables[0][(crc ^ *c) & 0xFF];
    return ~crc;
}

#ifdef __x86_64__
#include <nmmintrin.h>

/* A remainder with LANE_BYTES zero bytes behind it. */
static uint64_t skip_lane(uint64_t crc) {
    return lane_tables[0][crc & 0xFF] ^ lane_tables[1][crc >> 8 & 0xFF] ^ lane_tables[2][crc >> 16 & 0xFF] ^
           lane_tables[3][crc >> 24 & 0xFF];
}

__attribute__((target("sse4.2"))) static uint64_t add_three_lanes(uint64_t crc, const unsigned char *c) {
    uint64_t second = 0, third = 0;
    for (size_t i = 0; i < LANE_BYTES; i += 8) {
        uint64_t words[3];
        memcpy(&words[0], c + i, 8);
        memcpy(&words[1], c + LANE_BYTES + i, 8);
        memcpy(&words[2], c + 2 * LANE_BYTES + i, 8);
        crc = _mm_crc32_u64(crc, words[0]);
        second = _mm_crc32_u64(second, words[1]);
        third = _mm_crc32_u64(third, words[2]);
    }
    return skip_lane(skip_lane(crc) ^ second) ^ third;
}

__attribute__((target("sse4.2"))) static uint32_t crc32c_sse42(uint32_t crc, const void *data, size_t size) {
    const unsigned char *c = data;
    uint64_t wide = ~crc;
    for (; size >= 3 * LANE_BYTES; size -= 3 * LANE_BYTES, c += 3 * LANE_BYTES) wide = add_three_lanes(wide, c);
    for (; size >= 8; size -= 8, c += 8) {
        uint64_t word;
        memcpy(&word, c, sizeof word);
        wide = _mm_crc32_u64(wide, word);
    }
    crc = (uint32_t)wide;
    for (; size > 0; size--, c++) crc = _mm_crc32_u8(crc, *c);
    return ~crc;
}
#endif

uint32_t cln_crc32c(uint32_t crc, const void *data, size_t size) {
#ifdef __x86_64__
    if (__builtin_cpu_supports("sse4.2")) return crc32c_sse42(crc, data, size);
#endif
    return cln_crc32c_portable(crc, data, size);
}

/* Bytes behind a multiply its polynomial by x^8 each; squaring makes that
 * one multiplication for each bit of their number. */
uint32_t cln_crc32c_combine(uint32_t crc_a, uint32_t crc_b, uint64_t size_b) {
    uint32_t power = UINT32_C(1) << 23; /* x^8 */
    for (; size_b != 0; size_b >>= 1) {
        if ((size_b & 1) != 0) crc_a = multiply(power, crc_a);
        power = multiply(power, power);
    }
    return crc_a ^ crc_b;
}
