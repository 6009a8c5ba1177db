/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Bytes as bit masks, 64 at a time: where the quotes, delimiters and line ends
 * are, and which bytes lie between quotes; and what they make of the bytes.
 * This is all that differs between processors; what is done with it is written
 * once.
 *
 * 64 bytes are a group. The masks of one kind of several groups lie side by
 * side, so that one instruction works on several groups. Bit k of a mask stands
 * for byte k of its group. All functions are local.
 */
#ifndef COLONNADE_CSV_MASKS_H
#define COLONNADE_CSV_MASKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CLN_MASK_BYTES = 64,
    CLN_MASK_GROUPS = 16, /* that are looked at together */
};

typedef struct cln_masks {
    uint64_t quote[CLN_MASK_GROUPS];
    uint64_t delimiter[CLN_MASK_GROUPS];
    uint64_t lf[CLN_MASK_GROUPS];
    uint64_t cr[CLN_MASK_GROUPS];
    uint64_t high[CLN_MASK_GROUPS];   /* beyond ASCII */
    uint64_t parity[CLN_MASK_GROUPS]; /* whether the number of quotes of the group up to and with this byte is odd */
    uint64_t any_quote;               /* the quotes of all groups */
} cln_masks;

/* What the automaton does on groups where quotes stand only where RFC 4180 has
 * them: opening ones at the beginning of a field, closing ones at its end,
 * doubled ones between (quoting.h). */
typedef struct cln_structure {
    uint64_t delimiters[CLN_MASK_GROUPS]; /* that end fields */
    uint64_t line_ends[CLN_MASK_GROUPS];  /* that end items: CR and LF outside quotes, but for the LF of CRLF */
    uint64_t items[CLN_MASK_GROUPS];      /* first bytes of items */
    uint64_t records[CLN_MASK_GROUPS];    /* first bytes of records */
    uint64_t openings[CLN_MASK_GROUPS];   /* first quotes of quoted fields */
    uint64_t doubled[CLN_MASK_GROUPS];    /* second quotes of doubled ones */
    uint64_t quoted[CLN_MASK_GROUPS];     /* bytes behind which quotes are open */
} cln_structure;

/* Masks of count × 64 bytes, count ≤ CLN_MASK_GROUPS; those of the groups
 * behind are zero. quote may equal no byte of the text when the dialect has
 * none: pass has_quote 0, and its masks are empty. */
typedef void cln_classify_function(const char *bytes, size_t count, unsigned char quote, int has_quote,
                                   unsigned char delimiter, cln_masks *masks);

/* The structure of count groups that begin in state, a cln_csv_state; returns
 * how many of them are clean, that is, before the first one whose quotes stand
 * elsewhere. What stands behind those is undefined. */
typedef size_t cln_structure_function(const cln_masks *masks, size_t count, uint8_t state, bool newlines_in_quotes,
                                      cln_structure *structure);

/* The positions of the set bits of count × 64, bit 0 of the first 64 standing
 * for position base; returns how many there are. Writes up to
 * CLN_FLATTEN_SLACK positions behind the last one. */
typedef size_t cln_flatten_function(const uint64_t *bits, size_t count, uint32_t base, uint32_t *positions);

enum { CLN_FLATTEN_SLACK = 64 };

/* What one kind of processor can run. */
typedef struct cln_mask_kernels {
    const char *name;
    cln_classify_function *classify;
    cln_structure_function *structure;
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
