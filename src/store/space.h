/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Room on the device, looked for before it is needed. All functions are local.
 */
#ifndef COLONNADE_STORE_SPACE_H
#define COLONNADE_STORE_SPACE_H

#include "colonnade/base/status.h"

#include <stdint.h>

/* Whether a new file of so many bytes at path has room, as far as the file
 * system and the process's limits tell. */
CLN_CHECKED cln_status cln_check_room(const char *path, uint64_t size_bytes, cln_error *err);

/* Takes the space of an existing file's first size_bytes, which it may not have yet. */
CLN_CHECKED cln_status cln_allocate_file(const char *path, uint64_t size_bytes, cln_error *err);

#endif
