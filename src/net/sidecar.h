/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * FILE.meta.json beside a fetched file: where it came from. Local.
 */
#ifndef COLONNADE_NET_SIDECAR_H
#define COLONNADE_NET_SIDECAR_H

#include "colonnade/net/download.h"
#include "colonnade/net/fetch.h"

/* Writes path.meta.json by a temporary name and a rename: url is the address of
 * the item that the file came from, and the others stand beside it, for a file
 * from one of those is from the same source. When the address is a file of
 * this machine whose own sidecar marks it as a sample, the mark is carried on. */
CLN_CHECKED cln_status cln_sidecar_write(const char *path, const char *url, const cln_fetch_item *item,
                                         const cln_download_result *download, cln_error *err);

#endif
