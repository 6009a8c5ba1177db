/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Removes what dead runs left in a dataset's folders.
 */
#ifndef COLONNADE_STORE_TIDY_H
#define COLONNADE_STORE_TIDY_H

#include "colonnade/store/removal.h"

/* Readers that opened a former master may need its files for so long. */
#define CLN_GRACE_SECONDS 3600

/* Local, for the holder of the lock: so every temporary belongs to a dead
 * run. Partition files that the master does not name go when they have not
 * changed for grace_seconds (0: however young). Without a master nothing is known to be unneeded.
 * What cannot be removed stays; freed tells. */
void cln_tidy_dataset(const char *store_dir, const char *dataset, int64_t grace_seconds, cln_freed *freed);

#endif
