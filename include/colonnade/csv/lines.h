/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Lines as they stand in a file, whatever is in them: each ends with LF, CRLF
 * or CR. Local; cannot fail.
 */
#ifndef COLONNADE_CSV_LINES_H
#define COLONNADE_CSV_LINES_H

#include "colonnade/base/span.h"

#include <stdint.h>

/* Line ends; a last line without one is not counted. */
uint64_t cln_lines_count(cln_span bytes);

/* Bytes of the first `lines` lines, all where there are fewer. A CR at the very
 * end is taken for a line end, so bytes must go on behind it unless they end
 * there. *left tells how many lines were not found. */
size_t cln_lines_skip(cln_span bytes, uint64_t lines, uint64_t *left);

#endif
