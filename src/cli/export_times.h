/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Times that were exported and would come in again as others. Private to the
 * cli layer.
 */
#ifndef COLONNADE_CLI_EXPORT_TIMES_H
#define COLONNADE_CLI_EXPORT_TIMES_H

#include "colonnade/store/dataset.h"

/* Local. Warns of those of the columns whose formats, as the partition tells
 * them, read as UTC what export writes in civil time. */
void cln_warn_of_utc_times(const cln_dataset *dataset, size_t partition, const char *const *columns,
                           size_t column_count);

#endif
