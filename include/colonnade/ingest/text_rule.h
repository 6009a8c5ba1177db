/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the configuration says about the texts of a column: blanks, ZIP+4,
 * case and synonyms. Applied in two steps, so that the second runs once for
 * each distinct text of a category. All functions are local.
 */
#ifndef COLONNADE_INGEST_TEXT_RULE_H
#define COLONNADE_INGEST_TEXT_RULE_H

#include "colonnade/base/buffer.h"
#include "colonnade/config/config.h"

#include <stdbool.h>

/* Step one, for every cell, in place: a part of it. Without blanks at its ends
 * (when declared so; a blank-only cell is always empty, which is null), and
 * for ZIP codes the first five digits; nothing of a value that means null. column may be NULL: trims. */
void cln_text_rule_cut(const cln_config_column *column, cln_span *cells, size_t count);

/* Whether step two can change anything. */
bool cln_text_rule_changes(const cln_config_column *column);

/* Step two: case, then synonyms. Borrows text, the column or arena (which is
 * cleared first). *renamed tells whether a synonym replaced it. Nothing becomes
 * empty: the configuration refuses such synonyms. */
CLN_CHECKED cln_status cln_text_rule_apply(const cln_config_column *column, cln_span text, cln_buffer *arena,
                                           cln_span *result, bool *renamed, cln_error *err);

#endif
