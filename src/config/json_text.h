/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * JSON text to a tree, with what a person needs to find a mistake in it.
 * Private to the config layer. Local.
 */
#ifndef COLONNADE_CONFIG_JSON_TEXT_H
#define COLONNADE_CONFIG_JSON_TEXT_H

#include "colonnade/base/span.h"
#include "colonnade/base/status.h"

#include <cjson/cJSON.h>

/* One JSON value and nothing behind it but blanks; UTF-8, without NUL. A
 * syntax error is CLN_ERR_USAGE and names line and column. Keys that stand
 * twice in one object are kept (fields.h refuses them, with their path). The
 * caller frees *root with cJSON_Delete. */
CLN_CHECKED cln_status cln_json_parse(cJSON **root, cln_span text, const char *origin, cln_error *err);

#endif
