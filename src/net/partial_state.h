/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * PATH.state of a file on its way (partial.h). Private to partial.c. Local.
 */
#ifndef COLONNADE_NET_PARTIAL_STATE_H
#define COLONNADE_NET_PARTIAL_STATE_H

#include "partial.h"

/* Parts of an empty file of partial->size_bytes; part_bytes grows where they would be too many. */
CLN_CHECKED cln_status cln_partial_make_parts(cln_partial *partial, cln_error *err);

/* What is written there of the same address, by this boot of the machine, and
 * fits the bytes that are there. False: nothing that can be used. */
bool cln_partial_state_read(cln_partial *partial);

CLN_CHECKED cln_status cln_partial_state_write(const cln_partial *partial, cln_error *err);
CLN_CHECKED cln_status cln_partial_state_update(const cln_partial *partial, size_t part, cln_error *err);

#endif
