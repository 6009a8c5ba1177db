/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the kernels for all processors share. Local.
 */
#ifndef COLONNADE_CSV_MASKS_PARTS_H
#define COLONNADE_CSV_MASKS_PARTS_H

#include "colonnade/csv/automaton.h"

/* No byte stands behind the count groups. */
static inline void cln_clear_masks_behind(cln_masks *m, size_t count) {
    for (size_t g = count; g < CLN_MASK_GROUPS; g++) {
        m->quote[g] = m->delimiter[g] = m->lf[g] = m->cr[g] = m->high[g] = m->parity[g] = 0;
    }
}

/* How many of the groups stand before the first with a stray quote. */
static inline size_t cln_count_clean(const uint64_t *stray, size_t count) {
    size_t clean = 0;
    while (clean < count && stray[clean] == 0) clean++;
    return clean;
}

#endif
