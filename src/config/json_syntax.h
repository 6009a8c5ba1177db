/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whether a text is JSON, and if not, where and why, for people. Private to
 * the config layer. Local; cannot fail.
 */
#ifndef COLONNADE_CONFIG_JSON_SYNTAX_H
#define COLONNADE_CONFIG_JSON_SYNTAX_H

#include "colonnade/base/span.h"

/* NULL when text is one JSON value (RFC 8259), nested at most 100 deep, with
 * nothing but blanks around it and without NUL characters. Otherwise what is
 * wrong, and *offset the byte where. */
const char *cln_json_find_mistake(cln_span text, size_t *offset);

#endif
