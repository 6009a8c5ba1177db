/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The stage keeps a rank's encoded blocks until the last row is known: in
 * memory up to a limit, then in a file of the scratch folder that has no name
 * any more from the moment it is made, so that nothing is left behind however
 * the process ends. All functions are local.
 */
#ifndef COLONNADE_INGEST_STAGE_H
#define COLONNADE_INGEST_STAGE_H

#include "colonnade/base/buffer.h"
#include "colonnade/base/status.h"

#include <stdint.h>

typedef struct cln_stage {
    const char *scratch_dir; /* borrowed */
    uint64_t memory_limit_bytes;
    cln_buffer memory;   /* the blocks before the first spilled one */
    int descriptor;      /* of the scratch file, -1 before it is needed */
    cln_buffer tail;     /* the blocks behind the scratch file's end, until they are worth a write */
    uint64_t size_bytes; /* of all blocks */
} cln_stage;

void cln_stage_init(cln_stage *stage, const char *scratch_dir, uint64_t memory_limit_bytes);
void cln_stage_clean_up(cln_stage *stage);

/* Appends bytes; *position finds them again. What is appended next stands
 * right behind them. */
CLN_CHECKED cln_status cln_stage_append(cln_stage *stage, cln_span bytes, uint64_t *position, cln_error *err);

/* Reads size bytes at position into the caller's room. */
CLN_CHECKED cln_status cln_stage_read(const cln_stage *stage, uint64_t position, void *data, size_t size,
                                      cln_error *err);

/* Gives back the memory and the disk under bytes that nobody reads any more;
 * what is written next takes them up while they are warm. */
void cln_stage_release(const cln_stage *stage, uint64_t position, uint64_t size_bytes);

#endif
