/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Files share the memory of parts: each holds a share from its beginning, which
 * is enough but for files of so many bytes that their parts are greater. Those
 * wait until that much is left, and hold nothing meanwhile, so that no two wait
 * for each other; no other file begins before them. */
#include "fetch_s3_parts.h"

static bool take(cln_s3_fetch *fetch, uint64_t bytes) {
    cln_part_memory *memory = fetch->memory;
    memory->left_bytes += fetch->held_bytes;
    const bool is_enough = memory->left_bytes >= bytes;
    fetch->held_bytes = is_enough ? bytes : 0;
    memory->left_bytes -= fetch->held_bytes;
    if (fetch->is_waiting) memory->waiting_count--;
    fetch->is_waiting = !is_enough;
    if (fetch->is_waiting) memory->waiting_count++;
    return is_enough;
}

bool cln_fetch_take_memory(cln_s3_fetch *fetch, uint64_t part_bytes) {
    const uint64_t share_bytes = fetch->memory->share_bytes;
    return take(fetch, part_bytes <= share_bytes / 2 ? share_bytes : 2 * part_bytes);
}

bool cln_fetch_take_share(cln_s3_fetch *fetch) {
    const cln_part_memory *memory = fetch->memory;
    if (memory->waiting_count > 0 || memory->left_bytes < memory->share_bytes) return false;
    return take(fetch, memory->share_bytes);
}

void cln_fetch_return_memory(cln_s3_fetch *fetch) {
    (void)take(fetch, 0);
}
