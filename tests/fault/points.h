/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Points at which a test lets the program fail: every agreement of the ranks,
 * every allocation, every read and write of a file. The linker puts the
 * functions of points.c before those that the program calls (--wrap), so that
 * the program itself knows nothing of it. Every rank counts its own points.
 */
#ifndef COLONNADE_TESTS_FAULT_POINTS_H
#define COLONNADE_TESTS_FAULT_POINTS_H

#include <stdbool.h>
#include <stdint.h>

typedef enum point_kind {
    POINT_AGREEMENT, /* cln_agree: the rank comes to it with a failure */
    POINT_MEMORY,    /* malloc, calloc and realloc give nothing */
    POINT_READ,      /* pread and H5Dread fail */
    POINT_WRITE,     /* pwrite, write, fwrite, H5Dwrite, fsync and rename fail */
    POINT_KINDS
} point_kind;

extern const char *const point_kind_names[POINT_KINDS];

/* What the program prints of a failed agreement. */
#define POINT_MESSAGE "a failure for a test"

/* Counts from here on; the point of that kind and number fails on this rank.
 * Number 0: none. */
void points_begin(point_kind kind, uint64_t number);
void points_end(void);

uint64_t points_counted(point_kind kind);
bool points_have_failed(void);
void points_show_place(int descriptor); /* where it was: addresses for addr2line */

#endif
