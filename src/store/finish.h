/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The last phase of a partition's life in which it is written: rank 0 adds
 * zones and attributes, alone, and looks at the result.
 */
#ifndef COLONNADE_STORE_FINISH_H
#define COLONNADE_STORE_FINISH_H

#include "writer_state.h"

/* Local (rank 0). The file is closed on all ranks; each column's zones are
 * set. Writes zones and attributes, closes, and reopens to check that every
 * dataset lies within the file. */
CLN_CHECKED cln_status cln_complete_partition_file(const cln_partition_writer *writer,
                                                   const cln_stored_attribute *attributes, size_t attribute_count,
                                                   uint64_t *size_bytes, cln_error *err);

#endif
