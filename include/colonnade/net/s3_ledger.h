/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What Colonnade made in object storage, so that it can take down exactly that:
 * each of its objects says so in its metadata ("colonnade"), and a bucket that
 * it created holds a ledger, the object CLN_S3_LEDGER_KEY. All functions are
 * local.
 */
#ifndef COLONNADE_NET_S3_LEDGER_H
#define COLONNADE_NET_S3_LEDGER_H

#include "colonnade/net/s3.h"

#define CLN_S3_LEDGER_KEY ".colonnade-ledger.json"

/* Makes sure that there is such a bucket. A missing one is created only when
 * may_create, with a ledger in it; else it is CLN_ERR_IO that names --create. */
CLN_CHECKED cln_status cln_s3_require_bucket(cln_s3 *s3, const char *bucket, bool may_create, cln_error *err);

/* What a bucket holds below a prefix. */
typedef struct cln_s3_holdings {
    bool bucket_exists;
    bool bucket_is_ours; /* by its ledger */
    char **ours;         /* keys */
    size_t our_count;
    size_t our_capacity;
    uint64_t our_bytes;
    char **foreign; /* with those of uploads under way that nothing of ours names */
    size_t foreign_count;
    size_t foreign_capacity;
} cln_s3_holdings;

/* Looks at every object below the prefix, several at a time; the ledger is not
 * among them. The caller cleans up, also after a failure. */
CLN_CHECKED cln_status cln_s3_holdings_read(cln_s3 *s3, const char *bucket, const char *prefix,
                                            cln_s3_holdings *holdings, cln_error *err);
void cln_s3_holdings_clean_up(cln_s3_holdings *holdings);

/* Deletes the objects that are ours, and gives up uploads under way below the
 * prefix that an object of ours names. When nothing is left in a bucket that is ours, it goes too (*bucket_gone). */
CLN_CHECKED cln_status cln_s3_holdings_remove(cln_s3 *s3, const char *bucket, const char *prefix,
                                              const cln_s3_holdings *holdings, bool *bucket_gone, cln_error *err);

#endif
