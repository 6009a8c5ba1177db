/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the fuzz targets share. A target gets any bytes, takes what it decides
 * by (dialect, sizes, where to cut) from their end, so that files serve as
 * seeds as they are, and ends the program where something is wrong.
 */
#ifndef COLONNADE_TESTS_FUZZ_FUZZ_H
#define COLONNADE_TESTS_FUZZ_FUZZ_H

#include "colonnade/base/span.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* A target defines the first, and the second when something must be done once
 * before it; libFuzzer calls them, or try_inputs.c does. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

#define FUZZ_CHECK(condition)                                                                                          \
    do {                                                                                                               \
        if (condition) break;                                                                                          \
        fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                                        \
        abort();                                                                                                       \
    } while (0)

static inline cln_span fuzz_input(const uint8_t *data, size_t size) {
    return cln_span_of((const char *)data, size);
}

/* The last byte, which goes away; a line end, as files have it, is 0, and so
 * is what an empty input gives. */
static inline unsigned fuzz_take_byte(cln_span *input) {
    if (input->size == 0) return 0;
    return (unsigned char)input->data[--input->size] ^ (unsigned)'\n';
}

/* A number from 0 to bound - 1, at most 65536. */
static inline size_t fuzz_take_below(cln_span *input, size_t bound) {
    const unsigned low = fuzz_take_byte(input);
    return (low | fuzz_take_byte(input) << 8) % bound;
}

#endif
