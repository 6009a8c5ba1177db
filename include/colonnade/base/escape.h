/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Texts as fields of CSV, strings of JSON and text of HTML. All functions are local.
 */
#ifndef COLONNADE_BASE_ESCAPE_H
#define COLONNADE_BASE_ESCAPE_H

#include "colonnade/base/buffer.h"
#include "colonnade/base/span.h"

/* Quoted when it holds a delimiter (comma), quote, line end, or a blank at an
 * end, or when always is true; quotes doubled. */
CLN_CHECKED cln_status cln_escape_csv(cln_span text, bool always, cln_buffer *out, cln_error *err);

/* With its quotation marks. Bytes that are not UTF-8 become U+FFFD. */
CLN_CHECKED cln_status cln_escape_json(cln_span text, cln_buffer *out, cln_error *err);

/* < > & " and ' as character references. */
CLN_CHECKED cln_status cln_escape_html(cln_span text, cln_buffer *out, cln_error *err);

/* For people and terminals: control characters, and bytes that are not UTF-8,
 * as \xNN; line ends as \n and \r; a backslash as two. */
CLN_CHECKED cln_status cln_escape_visible(cln_span text, cln_buffer *out, cln_error *err);

#endif
