/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Regular records: all of the same number of fields, without stray quotes and
 * without blank lines between. Nearly all records are, and where
 * their fields end is a plain list of positions. Whatever is not regular is
 * left to the splitter's general way, so the result is the same. Local.
 */
#ifndef COLONNADE_CSV_REGULAR_BLOCK_H
#define COLONNADE_CSV_REGULAR_BLOCK_H

#include "colonnade/csv/record_block.h"

/* Adds the regular records at the splitter's position to an empty block,
 * perhaps none, and moves the position behind them. */
CLN_CHECKED cln_status cln_regular_block_cut(cln_splitter *splitter, cln_record_block *block, cln_error *err);

#endif
