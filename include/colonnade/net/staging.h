/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The staging folder: what was fetched, by day.
 *
 *   STAGING/DATASET/YYYY-MM-DD/SOURCE.csv
 *   STAGING/DATASET/YYYY-MM-DD/SOURCE.csv.meta.json   where it came from
 *   STAGING/DATASET/YYYY-MM-DD/SOURCE.2.csv           another version of the same day
 *
 * SOURCE.N.csv (N from 2) is a version of SOURCE where SOURCE.csv stands
 * beside it, and a source of its own otherwise. Names that begin with a dot
 * are temporary. All functions are local.
 */
#ifndef COLONNADE_NET_STAGING_H
#define COLONNADE_NET_STAGING_H

#include "colonnade/base/status.h"

#include <stddef.h>

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

/* Whether text is a date written YYYY-MM-DD that exists. */
CLN_CHECKED cln_status cln_staging_check_date(const char *text, cln_error *err);

#endif
