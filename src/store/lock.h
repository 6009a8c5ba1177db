/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The lock of a dataset by itself, without the tidying that comes with it.
 */
#ifndef COLONNADE_STORE_LOCK_H
#define COLONNADE_STORE_LOCK_H

#include "colonnade/base/status.h"

/* Local (rank 0). cln_dataset_lock, but nothing of dead runs is removed. */
CLN_CHECKED cln_status cln_take_dataset_lock(const char *store_dir, const char *dataset, cln_error *err);

#endif
