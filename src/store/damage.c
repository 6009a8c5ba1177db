/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "damage.h"

#include "colonnade/base/log.h"
#include "colonnade/store/dataset.h"

#include <inttypes.h>
#include <string.h>

/* More of them tell nothing new. */
enum { TOLD_AT_MOST = 20 };

static bool is_allowed;
static uint64_t found_count;
static cln_error found[TOLD_AT_MOST]; /* the first, each once */

void cln_allow_damage(bool allowed) {
    is_allowed = allowed;
    found_count = 0;
}

bool cln_damage_is_allowed(void) {
    return is_allowed;
}

/* A block may be read several times. */
static bool is_known(const cln_error *damage) {
    for (uint64_t i = 0; i < found_count && i < TOLD_AT_MOST; i++) {
        if (strcmp(found[i].message, damage->message) == 0) return true;
    }
    return false;
}

cln_status cln_judge_damage(cln_status status, const cln_error *damage, cln_error *err) {
    if (status == CLN_OK) return CLN_OK;
    if (!is_allowed) {
        if (err != NULL) *err = *damage;
        return status;
    }
    if (is_known(damage)) return CLN_OK;
    if (found_count < TOLD_AT_MOST) found[found_count] = *damage;
    found_count++;
    return CLN_OK;
}

cln_status cln_tell_damage(const cln_comm *comm, cln_error *err) {
    uint64_t total = found_count;
    cln_sum_u64(comm, &total, 1);
    if (total == 0) return CLN_OK;
    cln_buffer all;
    cln_buffer_init(&all, SIZE_MAX);
    const uint64_t own = found_count < TOLD_AT_MOST ? found_count : TOLD_AT_MOST;
    const cln_span bytes = cln_span_of((const char *)found, (size_t)own * sizeof *found);
    const cln_status status = cln_gather_bytes(comm, bytes, 0, &all, NULL, err);
    for (size_t i = 0; status == CLN_OK && i < all.size / sizeof *found && i < TOLD_AT_MOST; i++) {
        const cln_error *damage = (const cln_error *)(const void *)all.data + i;
        cln_warning("read although damaged: %s", damage->message);
    }
    cln_buffer_clean_up(&all);
    cln_warning("what was read is not what was stored; 'colonnade verify' lists all that is damaged");
    return status;
}
