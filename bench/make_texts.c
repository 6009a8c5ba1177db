/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Writes a CSV table of 40 columns of texts, all different, to standard output.
 * The bench measures with it how much memory texts take.
 *
 *   make_texts SIZE_BYTES >texts.csv
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { COLUMNS = 40 };

/* A bijection on 64 bits (the finaliser of SplitMix64), so that no two cells agree. */
static uint64_t mix(uint64_t x) {
    x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
    return x ^ (x >> 31);
}

int main(int argc, char **argv) {
    const uint64_t size_bytes = argc == 2 ? strtoull(argv[1], NULL, 10) : 0;
    if (size_bytes == 0) {
        fputs("usage: make_texts SIZE_BYTES >texts.csv\n", stderr);
        return 2;
    }
    uint64_t written = 0;
    for (int c = 0; c < COLUMNS; c++) written += (uint64_t)printf("text_%d%c", c, c + 1 < COLUMNS ? ',' : '\n');
    for (uint64_t row = 0; written < size_bytes; row++) {
        for (uint64_t c = 0; c < COLUMNS; c++) {
            const char end = c + 1 < COLUMNS ? ',' : '\n';
            written += (uint64_t)printf("t%016" PRIx64 "%c", mix(row * COLUMNS + c), end);
        }
    }
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 3;
}
