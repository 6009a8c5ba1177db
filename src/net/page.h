/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Servers answer with a page or an error object, and status 200, where the
 * file is not. Local.
 */
#ifndef COLONNADE_NET_PAGE_H
#define COLONNADE_NET_PAGE_H

#include "colonnade/base/span.h"
#include "colonnade/base/status.h"

#include <stdbool.h>

/* Fails when the first bytes of an answer (all that it has, or some hundreds)
 * or its Content-Type (NULL: none) are those of a page, or, where a CSV file
 * is expected, of a message in JSON. */
CLN_CHECKED cln_status cln_refuse_page(const char *url, const char *content_type, cln_span head, bool is_csv,
                                       cln_error *err);

#endif
