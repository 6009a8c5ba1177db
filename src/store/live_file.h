/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The file that tells which rows of a dataset count: for each partition that
 * has duplicates one bit a row, and for each zone of 64 Ki rows how many do
 * not count and a checksum. It is immutable; the master names it. All
 * functions are local.
 */
#ifndef COLONNADE_STORE_LIVE_FILE_H
#define COLONNADE_STORE_LIVE_FILE_H

#include "colonnade/store/dataset.h"
#include "layout.h"

/* The version of the file's format. */
enum { CLN_LIVE_FORMAT_VERSION = 1 };

/* Bits of a zone; row i is bit i % 8 of byte i / 8, set when it counts. */
#define CLN_ZONE_BITS_BYTES ((size_t)CLN_ZONE_ROWS / 8)

/* ---- Reading ---- */

typedef struct cln_live_file {
    char *path;
    hid_t file; /* negative: there is none, all rows count */
} cln_live_file;

/* The file that the manifest names, if it names one. The caller closes it,
 * also after a failure. */
CLN_CHECKED cln_status cln_live_file_open(cln_live_file *file, const char *dataset_dir, const cln_manifest *manifest,
                                          cln_error *err);
void cln_live_file_close(cln_live_file *file);

/* The bits of one partition, zone by zone. */
typedef struct cln_live_bits {
    const cln_live_file *file;
    const cln_partition_info *info; /* borrowed; NULL: of none */
    hid_t bits;
    uint32_t *dead; /* rows of each zone that do not count */
    uint32_t *crcs;
    unsigned char zone_bits[CLN_ZONE_BITS_BYTES]; /* of the zone that was read */
} cln_live_bits;

void cln_live_bits_init(cln_live_bits *bits);

/* A partition without duplicates has all its rows live and stands in no file. */
CLN_CHECKED cln_status cln_live_bits_enter(cln_live_bits *bits, const cln_live_file *file,
                                           const cln_partition_info *info, cln_error *err);
void cln_live_bits_leave(cln_live_bits *bits);

/* Reads a zone of `rows` rows and verifies it; *dead of its rows do not
 * count. When none or all of them do, zone_bits may be left as they are. */
CLN_CHECKED cln_status cln_live_bits_read(cln_live_bits *bits, uint64_t zone, size_t rows, size_t *dead,
                                          cln_error *err);

/* The same, and in any case what the file tells of the zone is read. */
CLN_CHECKED cln_status cln_live_bits_check(cln_live_bits *bits, uint64_t zone, size_t rows, cln_error *err);

static inline bool cln_live_bits_has(const cln_live_bits *bits, size_t row) {
    return (bits->zone_bits[row / 8] >> row % 8 & 1) != 0;
}

/* ---- Writing ---- */

typedef struct cln_live_writer {
    const char *path; /* borrowed */
    hid_t file, partitions;
    hid_t bits; /* of the partition that was begun */
    const cln_partition_info *info;
    uint64_t zone, dead_total;
    uint32_t *dead, *crcs;
} cln_live_writer;

/* An unopened writer, which may be closed. */
void cln_live_writer_init(cln_live_writer *writer);

/* rule: JSON text that is stored with the file. Refuses a path that exists. */
CLN_CHECKED cln_status cln_live_writer_open(cln_live_writer *writer, const char *path, cln_span rule, cln_error *err);

/* Begins a partition (info is borrowed), in order of id; of the one before all
 * zones were put. */
CLN_CHECKED cln_status cln_live_writer_begin(cln_live_writer *writer, const cln_partition_info *info, cln_error *err);

/* The next zone's bits; those behind its last row are ignored. */
CLN_CHECKED cln_status cln_live_writer_put(cln_live_writer *writer, const unsigned char *zone_bits, cln_error *err);

/* Checks that each partition has as many duplicates as its info says, closes
 * the file and syncs it; *written (but for its name) tells of the file. Also
 * after a failure, which is passed as status. */
CLN_CHECKED cln_status cln_live_writer_close(cln_live_writer *writer, cln_status status, bool sync,
                                             cln_live_rows *written, cln_error *err);

#endif
