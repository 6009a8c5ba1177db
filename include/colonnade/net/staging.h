/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The staging folder: what was fetched, by day.
 *
 *   STAGING/DATASET/YYYY-MM-DD/SOURCE.csv
 *   STAGING/DATASET/YYYY-MM-DD/SOURCE.csv.meta.json   where it came from
 *   STAGING/DATASET/YYYY-MM-DD/SOURCE.2.csv           another version of the same day
 *   STAGING/DATASET/.SOURCE.csv.1.part                on its way from the first address
 *   STAGING/DATASET/.SOURCE.csv.1.part.state          which of its bytes are there
 *
 * SOURCE.N.csv (N from 2) is a version of SOURCE where SOURCE.csv stands
 * beside it, and a source of its own otherwise. A file that had not changed
 * since an earlier day is a link to the same bytes; on a file system without
 * links there is only its sidecar, whose "same_as" names the earlier file.
 * Names that begin with a dot are temporary. All functions are local.
 */
#ifndef COLONNADE_NET_STAGING_H
#define COLONNADE_NET_STAGING_H

#include "colonnade/base/status.h"

#include <stddef.h>
#include <stdint.h>

typedef struct cln_staged_file {
    char *source; /* the partition's id */
    char *path;
    char *date; /* of its folder */
} cln_staged_file;

typedef struct cln_staged_files {
    size_t count;           /* 0 when nothing is staged, which is no error */
    cln_staged_file *files; /* in bytewise order of source */
} cln_staged_files;

/* The newest staged CSV file of each source of a dataset: the latest date,
 * then the highest version; only those of one date (YYYY-MM-DD) when date is
 * not NULL. A folder that cannot be read is CLN_ERR_IO; a date that is none is
 * CLN_ERR_USAGE. The caller cleans *staged up. */
CLN_CHECKED cln_status cln_staging_newest(cln_staged_files *staged, const char *staging_dir, const char *dataset,
                                          const char *date, cln_error *err);
void cln_staged_files_clean_up(cln_staged_files *staged);

/* The same of one source, with files of that extension; all of it is NULL when
 * there is none. The caller cleans the file up. */
CLN_CHECKED cln_status cln_staging_find(cln_staged_file *file, const char *staging_dir, const char *dataset,
                                        const char *source, const char *extension, cln_error *err);
void cln_staged_file_clean_up(cln_staged_file *file);

typedef struct cln_staging_cleared {
    uint64_t file_count;
    uint64_t size_bytes; /* on the disk */
} cln_staging_cleared;

/* Removes partial files of a dataset that were not written to for that long
 * (0: all), and that no process works on. */
CLN_CHECKED cln_status cln_staging_clear(const char *staging_dir, const char *dataset, int64_t age_seconds,
                                         cln_staging_cleared *cleared, cln_error *err);

/* Whether text is a date written YYYY-MM-DD that exists. */
CLN_CHECKED cln_status cln_staging_check_date(const char *text, cln_error *err);

#endif
