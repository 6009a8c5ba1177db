/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The configured buckets, and what push and pull tell of them. Private to
 * those commands and to remove. Local.
 */
#ifndef COLONNADE_CLI_BUCKET_ROLE_H
#define COLONNADE_CLI_BUCKET_ROLE_H

#include "colonnade/cli/cli.h"
#include "colonnade/net/s3_files.h"

const char *cln_bucket_role_name(cln_bucket role); /* "processed" */

/* The bucket of a role; one that is not configured is CLN_ERR_USAGE. */
CLN_CHECKED cln_status cln_bucket_find(const cln_cli *cli, cln_bucket role, cln_s3_place *place, cln_error *err);

/* The folder of the report: --out, else the configuration's. */
const char *cln_bucket_report_dir(const cln_cli *cli);

/* PREFIX/NAME of a place, owned by the caller. */
CLN_CHECKED cln_status cln_bucket_key(const cln_s3_place *place, const char *name, char **key, cln_error *err);

/* A push or a pull on its way. */
typedef struct cln_bucket_copy {
    const cln_cli *cli;
    cln_s3 *s3;
    cln_table table; /* what, outcome, size_bytes, object */
} cln_bucket_copy;

CLN_CHECKED cln_status cln_bucket_copy_begin(cln_bucket_copy *copy, const cln_cli *cli, cln_error *err);
/* Prints the table when status is CLN_OK, and cleans up. */
CLN_CHECKED cln_status cln_bucket_copy_end(cln_bucket_copy *copy, cln_status status, cln_error *err);

/* One file; what is its name for people. */
CLN_CHECKED cln_status cln_bucket_put(cln_bucket_copy *copy, const cln_s3_place *place, const char *name,
                                      const char *path, cln_error *err);
/* It goes to arrival_path, which may be path itself. */
CLN_CHECKED cln_status cln_bucket_get(cln_bucket_copy *copy, const cln_s3_place *place, const char *name,
                                      const char *path, const char *arrival_path, cln_error *err);

#endif
