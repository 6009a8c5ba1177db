/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the sources and tests of par share and nobody else sees.
 */
#ifndef COLONNADE_PAR_COMM_INTERNAL_H
#define COLONNADE_PAR_COMM_INTERNAL_H

#include <stddef.h>

/* Bytes of one MPI message at the most: MPI counts with an int. It must be
 * the same on all ranks and a multiple of 8. Tests lower it. */
extern size_t cln_comm_piece_bytes;

#endif
