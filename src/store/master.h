/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An open master. All functions are local.
 */
#ifndef COLONNADE_STORE_MASTER_H
#define COLONNADE_STORE_MASTER_H

#include "colonnade/store/dataset.h"
#include "h5.h"

/* The manifest of an open master; the caller cleans it up. */
CLN_CHECKED cln_status cln_master_read(cln_manifest *manifest, hid_t file, cln_error *err);

#endif
