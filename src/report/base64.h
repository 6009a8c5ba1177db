/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Bytes as base64 (RFC 4648), for data within a page. Local.
 */
#ifndef COLONNADE_SRC_REPORT_BASE64_H
#define COLONNADE_SRC_REPORT_BASE64_H

#include "colonnade/base/buffer.h"

CLN_CHECKED cln_status cln_base64_append(cln_span bytes, cln_buffer *out, cln_error *err);

#endif
