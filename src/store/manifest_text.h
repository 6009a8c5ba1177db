/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The manifest as JSON text, as it stands in the master. All functions are
 * local.
 */
#ifndef COLONNADE_STORE_MANIFEST_TEXT_H
#define COLONNADE_STORE_MANIFEST_TEXT_H

#include "colonnade/store/dataset.h"

/* A hundred thousand partitions and more. */
#define CLN_MANIFEST_LIMIT_BYTES ((size_t)64 << 20)

CLN_CHECKED cln_status cln_manifest_to_text(const cln_manifest *manifest, cln_buffer *text, cln_error *err);

/* Everything is checked: kinds of values, names that may be files, order of
 * ids. *manifest is empty after a failure. */
CLN_CHECKED cln_status cln_manifest_from_text(cln_manifest *manifest, cln_span text, cln_error *err);

/* Appends "on_duplicate":...,"key":[...], members of an object. */
CLN_CHECKED cln_status cln_duplicate_rule_to_text(const cln_duplicate_rule *rule, cln_buffer *text, cln_error *err);

#endif
