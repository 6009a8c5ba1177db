/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Removes what dead runs left in a dataset's folders.
 */
#ifndef COLONNADE_STORE_TIDY_H
#define COLONNADE_STORE_TIDY_H

/* Local, for the holder of the lock: so every temporary belongs to a dead
 * run. Partition files that the master does not name go when they have not
 * changed for an hour; readers that opened an older master may still need the
 * younger ones. What cannot be removed stays; nothing is reported. */
void cln_tidy_dataset(const char *store_dir, const char *dataset, const char *dir);

#endif
