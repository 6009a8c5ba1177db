/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whether damaged blocks are read (dataset.h: cln_allow_damage). All functions
 * are local.
 */
#ifndef COLONNADE_STORE_DAMAGE_H
#define COLONNADE_STORE_DAMAGE_H

#include "colonnade/base/status.h"

#include <stdbool.h>

bool cln_damage_is_allowed(void);

/* The failure; or CLN_OK, and its message is told later, where damage is
 * allowed: what it tells of can be used without harm to the process. */
CLN_CHECKED cln_status cln_judge_damage(cln_status status, const cln_error *damage, cln_error *err);

#endif
