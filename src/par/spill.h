/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Bytes that are kept until they are asked for: in memory up to a limit, then
 * in a scratch file that has no name, so that nothing is left behind however
 * the process ends. All functions are local.
 */
#ifndef COLONNADE_PAR_SPILL_H
#define COLONNADE_PAR_SPILL_H

#include "colonnade/base/buffer.h"

typedef struct cln_spill {
    const char *scratch_dir; /* borrowed */
    cln_buffer memory;       /* the first bytes; its limit is the spill's */
    int descriptor;          /* of the scratch file, -1 before it is needed */
    uint64_t size_bytes;
} cln_spill;

void cln_spill_init(cln_spill *spill, const char *scratch_dir, uint64_t memory_limit_bytes);
void cln_spill_clean_up(cln_spill *spill);

/* *position finds the bytes again. */
CLN_CHECKED cln_status cln_spill_append(cln_spill *spill, cln_span bytes, uint64_t *position, cln_error *err);
CLN_CHECKED cln_status cln_spill_read(const cln_spill *spill, uint64_t position, void *data, size_t size,
                                      cln_error *err);

#endif
