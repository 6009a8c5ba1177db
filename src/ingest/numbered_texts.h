/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Texts that come back are stored once and told by numbers: those of the first
 * rows, which is a choice that depends on rows alone (docs/store-format.md).
 * Functions are local unless a comment says otherwise.
 */
#ifndef COLONNADE_INGEST_NUMBERED_TEXTS_H
#define COLONNADE_INGEST_NUMBERED_TEXTS_H

#include "colonnade/ingest/final_column.h"

/* Collective; rows_before and stripe_count as for cln_final_column_init.
 * Whether texts of the column have numbers, and which: fills column->values
 * and column->numbered, or leaves them empty. */
CLN_CHECKED cln_status cln_numbers_choose(cln_final_column *column, const cln_comm *comm, const uint64_t *rows_before,
                                          uint64_t stripe_count, cln_error *err);

/* A vector of texts becomes one of numbers and of the texts that have none, as
 * the store's writer takes it; it borrows conversion. */
CLN_CHECKED cln_status cln_numbers_apply(const cln_final_column *column, cln_conversion *conversion, cln_vector *vector,
                                         cln_error *err);

/* Such a vector to the stage, so that no text is looked up twice, and back.
 * entry is the builder's own. */
bool cln_numbers_are_staged(const cln_final_column *column, const cln_block_entry *entry);
CLN_CHECKED cln_status cln_numbers_stage(cln_final_column *column, const cln_block_entry *entry,
                                         const cln_vector *vector, cln_error *err);
CLN_CHECKED cln_status cln_numbers_read(const cln_final_column *column, const cln_block_entry *entry,
                                        cln_conversion *conversion, cln_vector *vector, cln_error *err);

#endif
