/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Bringing sources of the configuration into a bucket as they come, several at a
 * time, without a copy on this machine's disk:
 *
 *   PREFIX/DATASET/YYYY-MM-DD/SOURCE.csv
 *   PREFIX/DATASET/YYYY-MM-DD/SOURCE.csv.meta.json   where it came from
 *   PREFIX/DATASET/YYYY-MM-DD/SOURCE.2.csv           another version of the same day
 *   PREFIX/DATASET/YYYY-MM-DD/.SOURCE.csv.upload     of an upload under way
 *
 * What is in memory is bounded (s3.memory of the configuration), of all files
 * together; each has its share of it, two parts at least. An upload that
 * was cut goes on in the next run from the parts that the service has, when the
 * source is still the same version; bytes of two versions never mix. What was
 * there before is never overwritten. All functions are local.
 */
#ifndef COLONNADE_NET_FETCH_TO_S3_H
#define COLONNADE_NET_FETCH_TO_S3_H

#include "colonnade/net/fetch.h"
#include "colonnade/net/s3.h"

typedef struct cln_fetch_s3_target { /* borrowed */
    cln_s3 *s3;
    const char *address;               /* s3://BUCKET/PREFIX */
    const char *date;                  /* YYYY-MM-DD */
    size_t files_most;                 /* at once; fewer where memory is short */
    const cln_download_limits *limits; /* of sources; connections and parts do not matter */
    /* As those of cln_fetch_settings. */
    void (*progress)(void *context, size_t job, uint64_t received_bytes, uint64_t total_bytes);
    void (*ended)(void *context, size_t job);
    void *context;
} cln_fetch_s3_target;

/* As cln_fetch_run, with the address of the object as path. What the network
 * does wrong is told in the results; a bucket that cannot be written is an
 * error, which ends all. When a signal came (cln_cleanup_hold), all uploads are
 * given up with all of their parts, and the status is CLN_ERR_IO. */
CLN_CHECKED cln_status cln_fetch_run_to_s3(const cln_fetch_job *jobs, size_t count, const cln_fetch_s3_target *target,
                                           cln_fetch_result *results, cln_error *err);

/* Gives up all uploads of the dataset below the address that are under way and
 * that a state object names, whoever began them; *count of them were there.
 * Others may be those of another program. */
CLN_CHECKED cln_status cln_fetch_abort_s3(cln_s3 *s3, const char *address, const char *dataset, size_t *count,
                                          cln_error *err);

#endif
