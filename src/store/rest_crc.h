/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Checksums of what no zone's checksum covers: all bytes of a partition's file
 * but its values. The master tells them, and verify compares. All functions
 * are local.
 */
#ifndef COLONNADE_STORE_REST_CRC_H
#define COLONNADE_STORE_REST_CRC_H

#include "h5.h"

/* CRC-32C of the bytes of an open partition file, in their order, without those
 * of the datasets that hold values, codes, masks, offsets and texts: of names,
 * types, attributes, heaps, dictionaries, zones, and what stands between. */
CLN_CHECKED cln_status cln_rest_crc32c(hid_t file, const char *path, uint64_t size_bytes, uint32_t *crc,
                                       cln_error *err);

/* CRC-32C of a whole file. */
CLN_CHECKED cln_status cln_whole_file_crc32c(const char *path, uint64_t size_bytes, uint32_t *crc, cln_error *err);

#endif
