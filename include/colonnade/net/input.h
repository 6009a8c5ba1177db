/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a command reads: a file of this machine, or an object by its address
 * s3://BUCKET/KEY, whose ranges come straight into the reader's memory, several
 * at a time. An object is held to the version that it had when it was opened:
 * when another takes its place, reading fails. All functions are local.
 */
#ifndef COLONNADE_NET_INPUT_H
#define COLONNADE_NET_INPUT_H

#include "colonnade/base/byte_source.h"
#include "colonnade/config/config.h"

/* s3 is borrowed until the source is released; NULL: the defaults. A missing
 * object is CLN_ERR_IO. The caller releases *source. */
CLN_CHECKED cln_status cln_input_open(cln_byte_source **source, const char *path, const cln_config_s3 *s3,
                                      cln_error *err);

/* Where an object that was opened came from, as JSON, which the caller frees:
 * what KEY.meta.json beside it says (fetch writes one), and "object" with its
 * address, ETag and Last-Modified. Without such a sidecar the address is its
 * "url". NULL for files of this machine. */
CLN_CHECKED cln_status cln_input_origin(cln_byte_source *source, const char *path, char **json, cln_error *err);

#endif
