/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where everything of a dataset stands. Names are spelt here and nowhere
 * else:
 *
 *   STORE/NAME/master.h5
 *   STORE/NAME/partitions/ID.DIGITS.h5
 *   STORE/NAME/partitions/.tmp-ID.h5  while the partition is written
 *   STORE/NAME/live/mask.DIGITS.h5    which rows of the partitions count
 *   STORE/NAME/unpublished/ID.h5      rejects of the last ingest of ID that did not pass
 *   STORE/NAME/lock                   held by whoever changes the dataset
 *   STORE/NAME/history.jsonl
 *
 * All functions are local and look at no file. Paths are owned by the caller.
 */
#ifndef COLONNADE_STORE_DATASET_PATHS_H
#define COLONNADE_STORE_DATASET_PATHS_H

#include "colonnade/base/span.h"
#include "colonnade/base/status.h"

#include <stdbool.h>

#define CLN_MASTER_NAME      "master.h5"
#define CLN_PARTITIONS_DIR   "partitions"
#define CLN_LIVE_DIR         "live"
#define CLN_UNPUBLISHED_DIR  "unpublished"
#define CLN_LOCK_NAME        "lock"
#define CLN_HISTORY_NAME     "history.jsonl"
#define CLN_PARTITION_SUFFIX ".h5"
#define CLN_TEMPORARY_MARK   ".tmp-"

/* STORE/NAME. A name that cannot be a folder's is CLN_ERR_USAGE. */
CLN_CHECKED cln_status cln_dataset_dir(char **dir, const char *store_dir, const char *dataset, cln_error *err);

/* STORE/NAME/INNER, where inner is one of the names above or the file of a
 * partition as the manifest tells it. */
CLN_CHECKED cln_status cln_dataset_path(char **path, const char *store_dir, const char *dataset, const char *inner,
                                        cln_error *err);

/* STORE/NAME/partitions/.tmp-ID.h5 and STORE/NAME/unpublished/ID.h5. */
CLN_CHECKED cln_status cln_partition_temporary_path(char **path, const char *store_dir, const char *dataset,
                                                    const char *id, cln_error *err);
CLN_CHECKED cln_status cln_unpublished_path(char **path, const char *store_dir, const char *dataset, const char *id,
                                            cln_error *err);

/* partitions/ID.DIGITS: what a partition's file is called in the manifest,
 * up to CLN_PARTITION_SUFFIX or further digits. */
CLN_CHECKED cln_status cln_partition_file_stem(char **stem, const char *id, cln_span digits, cln_error *err);

/* Whether a manifest's text may be the file of a partition: a name in
 * partitions/, not hidden. */
bool cln_is_partition_file(const char *file);

/* The same of live/. */
bool cln_is_live_file(const char *file);

/* Whether a name in partitions/ is that of a partition's file: ID.DIGITS.h5. */
bool cln_is_partition_name(const char *name);

/* Whether a name is that of a file which is replaced or renamed when it is
 * complete: .tmp-... or ....tmp-NUMBER. */
bool cln_is_temporary_name(const char *name);

#endif
