/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Texts of a column that were staged as they are spelt, for lack of memory
 * while other columns had their tables, too: they are numbered when the column
 * is alone in memory, so that it becomes a category by the same limits.
 */
#ifndef COLONNADE_INGEST_SPELT_TEXTS_H
#define COLONNADE_INGEST_SPELT_TEXTS_H

#include "colonnade/ingest/final_column.h"

/* Collective. Numbers this rank's texts in column->spelt where any rank has
 * them spelt. *is_over tells that on a rank they are too many, or one is none
 * for a category. */
CLN_CHECKED cln_status cln_spelt_number_all(cln_final_column *column, const cln_comm *comm, bool *is_over,
                                            cln_error *err);

/* Local. The numbers of a block's texts, block->rows of them, all of which
 * were numbered before. */
CLN_CHECKED cln_status cln_spelt_number_block(cln_final_column *column, const cln_block *block, uint32_t *codes,
                                              cln_error *err);

#endif
