/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Bringing a source of the configuration into a bucket as it comes, without a
 * copy on this machine's disk:
 *
 *   PREFIX/DATASET/YYYY-MM-DD/SOURCE.csv
 *   PREFIX/DATASET/YYYY-MM-DD/SOURCE.csv.meta.json   where it came from
 *   PREFIX/DATASET/YYYY-MM-DD/SOURCE.2.csv           another version of the same day
 *   PREFIX/DATASET/YYYY-MM-DD/.SOURCE.csv.upload     of an upload under way
 *
 * What is in memory is bounded (s3.memory of the configuration). An upload that
 * was cut goes on in the next run from the parts that the service has, when the
 * source is still the same version; bytes of two versions never mix. What was
 * there before is never overwritten. All functions are local.
 */
#ifndef COLONNADE_NET_FETCH_TO_S3_H
#define COLONNADE_NET_FETCH_TO_S3_H

#include "colonnade/net/fetch.h"
#include "colonnade/net/s3.h"

typedef struct cln_fetch_s3_target {
    cln_s3 *s3;
    const char *address; /* s3://BUCKET/PREFIX */
    const char *dataset;
    const char *date;                  /* YYYY-MM-DD */
    const char *extension;             /* ".csv", ".geojson" */
    const cln_download_limits *limits; /* of sources; connections and parts do not matter */
    void (*progress)(void *context, uint64_t received_bytes, uint64_t total_bytes); /* may be NULL */
    void *progress_context;
} cln_fetch_s3_target;

/* As cln_fetch_run, with the address of the object as path. What the network
 * does wrong is told in the result; a bucket that cannot be written is an
 * error. When a signal came (cln_cleanup_hold), the upload is given up with all
 * of its parts, and the status is CLN_ERR_IO. */
CLN_CHECKED cln_status cln_fetch_run_to_s3(const cln_fetch_item *item, const cln_fetch_s3_target *target,
                                           cln_fetch_result *result, cln_error *err);

/* Gives up all uploads of the dataset that are under way and that a state object
 * names, whoever began them; *count of them were there. Others may be those of
 * another program. */
CLN_CHECKED cln_status cln_fetch_abort_s3(const cln_fetch_s3_target *target, size_t *count, cln_error *err);

#endif
