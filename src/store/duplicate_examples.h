/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Duplicates as people are told of them.
 */
#ifndef COLONNADE_STORE_DUPLICATE_EXAMPLES_H
#define COLONNADE_STORE_DUPLICATE_EXAMPLES_H

#include "duplicate_search.h"

/* Local (rank 0). CLN_ERR_DATA with the number of duplicates and the first of
 * them: key, partitions and record numbers. The dataset was opened by this
 * rank alone. */
CLN_CHECKED cln_status cln_fail_of_duplicates(const cln_duplicate_search *search, cln_dataset *dataset, cln_error *err);

#endif
