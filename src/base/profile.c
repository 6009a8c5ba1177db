/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/profile.h"

#include <string.h>

bool cln_profile_is_on = false;
double cln_profile_seconds[CLN_PHASE_COUNT];

static const char *const phase_names[CLN_PHASE_COUNT] = {
    [CLN_PHASE_READ] = "read",
    [CLN_PHASE_HASH] = "hash",
    [CLN_PHASE_SCAN] = "scan",
    [CLN_PHASE_COMPOSE] = "compose",
    [CLN_PHASE_ENCODING] = "encoding",
    [CLN_PHASE_SPLIT] = "split",
    [CLN_PHASE_JUDGE] = "judge",
    [CLN_PHASE_INTEGER] = "decode integer",
    [CLN_PHASE_DOUBLE] = "decode double",
    [CLN_PHASE_BOOLEAN] = "decode boolean",
    [CLN_PHASE_TIMESTAMP] = "decode timestamp",
    [CLN_PHASE_CATEGORY] = "decode category",
    [CLN_PHASE_TEXT] = "decode text",
    [CLN_PHASE_STAGE] = "stage",
    [CLN_PHASE_FINALISE] = "finalise",
    [CLN_PHASE_CONVERT] = "convert",
    [CLN_PHASE_WRITE] = "write",
    [CLN_PHASE_FINISH] = "finish",
};

const char *cln_phase_name(cln_phase phase) {
    return phase_names[phase];
}

void cln_profile_start(void) {
    memset(cln_profile_seconds, 0, sizeof cln_profile_seconds);
    cln_profile_is_on = true;
}
