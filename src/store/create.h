/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The serial phase of a partition's life: rank 0 lays the file out, with
 * every dataset at its final size and place, all dictionaries and the
 * attributes of tables and columns.
 */
#ifndef COLONNADE_STORE_CREATE_H
#define COLONNADE_STORE_CREATE_H

#include "colonnade/store/partition_writer.h"

/* Local (rank 0). Refuses an existing path and removes the file when it
 * fails. All space is allocated, so a disk that is too full fails here. */
CLN_CHECKED cln_status cln_create_partition_file(const char *path, const cln_stored_table *tables, size_t table_count,
                                                 cln_error *err);

#endif
