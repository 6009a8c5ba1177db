/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Bringing files to the device. All functions are local.
 */
#ifndef COLONNADE_STORE_SYNC_H
#define COLONNADE_STORE_SYNC_H

#include "colonnade/base/status.h"

/* What this process wrote is on the device, or the error says why not: errors
 * of writes that the system delayed appear here and nowhere else. */
CLN_CHECKED cln_status cln_sync_file(const char *path, cln_error *err);

#endif
