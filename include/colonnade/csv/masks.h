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
    uint64_t parity; /* whether the number of quotes up to and with this byte is odd */
} cln_masks;

/* Masks of count × 64 bytes. quote may equal no byte of the text when the
 * dialect has none: pass has_quote 0, and its masks are empty. */
typedef void cln_classify_function(const char *bytes, size_t count, unsigned char quote, int has_quote,
                                   unsigned char delimiter, cln_masks *masks);

/* The fastest one that this processor can run; chosen once. */
cln_classify_function *cln_classify_best(void);

/* The twin that runs everywhere. */
cln_classify_function cln_classify_portable;

/* NULL where the processor or the compiler has no AVX2 with carry-less
 * multiplication. */
cln_classify_function *cln_classify_avx2(void);

#endif
