/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A partition's file as memory: values are read where they stand, without a
 * copy. All functions are local.
 *
 * A mapped file that becomes shorter, or a device that fails, ends a process
 * by SIGBUS. Not here: the pages that are gone read as zeros, and the map is
 * lost, which whoever uses its bytes must look at afterwards.
 *
 * A page that is touched for the first time costs more than a copy of it, so a
 * map pays for columns that a process reads again. The variable COLONNADE_MMAP
 * decides otherwise: "never", or "always" also for those that are read once.
 * Results are the same.
 */
#ifndef COLONNADE_STORE_FILE_MAP_H
#define COLONNADE_STORE_FILE_MAP_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct cln_file_map cln_file_map;
struct cln_file_map {
    const char *bytes;
    uint64_t size_bytes;
    volatile sig_atomic_t is_lost;
    cln_file_map *next; /* of all maps, for the handler */
};

/* NULL when the file system does not allow it, or the file does not have this
 * size. */
cln_file_map *cln_file_map_new(const char *path, uint64_t size_bytes);
void cln_file_map_free(cln_file_map *map); /* NULL is allowed */

bool cln_file_map_is_forced(void); /* "always" */

#endif
