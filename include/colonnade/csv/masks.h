/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Bytes as bit masks, 64 at a time: where the quotes, delimiters and line ends
 * are, and which bytes lie between quotes. This is all that differs between
 * processors; what is made of the masks is written once (quoting.h).
 *
 * Bit k of a mask stands for byte k of its 64. All functions are local.
 */
#ifndef COLONNADE_CSV_MASKS_H
#define COLONNADE_CSV_MASKS_H

#include <stddef.h>
#include <stdint.h>

enum { CLN_MASK_BYTES = 64 };

typedef struct cln_masks {
    uint64_t quote;
    uint64_t delimiter;
    uint64_t lf;
    uint64_t cr;
    uint64_t high;   /* beyond ASCII */
    uint64_t parity; /* whether the number of quotes up to and with this byte is odd */
} cln_masks;

/* Masks of count × 64 bytes. quote may equal no byte of the text when the
 * dialect has none: pass has_quote 0, and its masks are empty. */
typedef void cln_classify_function(const char *bytes, size_t count, unsigned char quote, int has_quote,
                                   unsigned char delimiter, cln_masks *masks);

/* The positions of the set bits of count × 64, bit 0 of the first 64 standing
 * for position base; returns how many there are. Writes up to
 * CLN_FLATTEN_SLACK positions behind the last one. */
typedef size_t cln_flatten_function(const uint64_t *bits, size_t count, uint32_t base, uint32_t *positions);

enum { CLN_FLATTEN_SLACK = 64 };

/* What one kind of processor can run. */
typedef struct cln_mask_kernels {
    const char *name;
    cln_classify_function *classify;
    cln_flatten_function *flatten;
} cln_mask_kernels;

/* The twin that runs everywhere. */
extern const cln_mask_kernels cln_mask_kernels_portable;

/* NULL where the processor or the compiler has no AVX2 with carry-less
 * multiplication, or no AVX-512 with VBMI2. */
const cln_mask_kernels *cln_mask_kernels_avx2(void);
const cln_mask_kernels *cln_mask_kernels_avx512(void);

/* The fastest ones that this processor can run; chosen once. */
const cln_mask_kernels *cln_mask_kernels_best(void);

#endif
