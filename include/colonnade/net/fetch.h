/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Bringing sources of the configuration to the staging folder (its layout is
 * told in staging.h), several at a time. Plan first: sources with {year} become
 * one item for each year; then run all items of all datasets together.
 *
 * A version that is staged already, on whatever day, is not transferred again
 * when its server says that it has not changed. All functions are local.
 */
#ifndef COLONNADE_NET_FETCH_H
#define COLONNADE_NET_FETCH_H

#include "colonnade/config/config.h"
#include "colonnade/net/download.h"

typedef struct cln_fetch_item {
    char *name;
    char **urls;
    size_t url_count;
    int year; /* that the item is of; 0: not divided by years */
} cln_fetch_item;

typedef struct cln_fetch_plan {
    size_t count;
    cln_fetch_item *items;
    size_t capacity;
} cln_fetch_plan;

/* The items of the sources, in their order. When years are given (year_count
 * > 0), items of other years are left out; a source belongs to a year by its
 * {year} or by a year in its name, and a source without any year always takes
 * part. No item at all is CLN_ERR_USAGE. The caller cleans the plan up. */
CLN_CHECKED cln_status cln_fetch_plan_make(cln_fetch_plan *plan, const cln_config_source *sources, size_t source_count,
                                           const int *years, size_t year_count, int current_year, cln_error *err);
void cln_fetch_plan_clean_up(cln_fetch_plan *plan);

typedef enum cln_fetch_outcome {
    CLN_FETCH_NEW,           /* nothing of that day was there */
    CLN_FETCH_UNCHANGED,     /* the same bytes were there, of that day or an earlier one */
    CLN_FETCH_CHANGED,       /* other bytes of that day were there: now there is one more version */
    CLN_FETCH_NOT_PUBLISHED, /* no address has it */
    CLN_FETCH_FAILED,
} cln_fetch_outcome;

const char *cln_fetch_outcome_name(cln_fetch_outcome outcome);

typedef struct cln_fetch_job { /* borrowed */
    const cln_fetch_item *item;
    const char *dataset;
    const char *extension; /* ".csv", ".geojson" */
} cln_fetch_job;

typedef struct cln_fetch_result {
    cln_fetch_outcome outcome;
    char *path;                 /* of the file; where it should be put by hand when it did not come */
    const char *url;            /* that it came from, else the first one; borrowed from the item */
    uint64_t size_bytes;        /* of the file */
    uint64_t transferred_bytes; /* by this run, failed tries included */
    cln_error reason;           /* why it did not come: what each address said */
} cln_fetch_result;

typedef struct cln_fetch_settings { /* borrowed */
    const char *staging_dir;
    const char *date;  /* YYYY-MM-DD */
    size_t files_most; /* at once */
    cln_download_limits limits;
    struct cln_s3 *s3; /* for sources with s3:// addresses; NULL: there are none */
    /* Both may be NULL. progress tells how far the file of a job is; ended, that its result stands. */
    void (*progress)(void *context, size_t job, uint64_t received_bytes, uint64_t total_bytes);
    void (*ended)(void *context, size_t job);
    void *context;
} cln_fetch_settings;

/* Fetches all jobs; of each the addresses are tried in order. What the network
 * does wrong is told in the results (CLN_OK is returned); only a staging folder
 * that cannot be written, or a name that cannot be a file's, is an error. The
 * caller cleans the `count` results up in any case. */
CLN_CHECKED cln_status cln_fetch_run(const cln_fetch_job *jobs, size_t count, const cln_fetch_settings *settings,
                                     cln_fetch_result *results, cln_error *err);
void cln_fetch_result_clean_up(cln_fetch_result *result);

#endif
