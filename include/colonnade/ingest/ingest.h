/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * CSV files into the store: each becomes one partition of a dataset, written
 * by all ranks and published whole or not at all.
 */
#ifndef COLONNADE_INGEST_INGEST_H
#define COLONNADE_INGEST_INGEST_H

#include "colonnade/csv/account.h"
#include "colonnade/csv/dialect.h"
#include "colonnade/ingest/decoder.h"
#include "colonnade/ingest/schema.h"

typedef struct cln_ingest_request {
    const char *store_dir;
    const char *scratch_dir;
    const char *dataset_name;
    const cln_config_dataset *dataset; /* NULL: no configuration knows it */
    const cln_config *config;          /* NULL: nobody asks which dataset the header fits best */
    const char *path;                  /* of the file */
    const char *partition;             /* its id */
    cln_dialect dialect;
    cln_decoder_policy policy;
    bool infer_types; /* --schema auto */
    bool replace; /* also when the partition came from another origin, or should hold the same (it may be damaged) */
    bool allow_rejects; /* publish whatever the share of rejected records */
    double max_reject_rate;
    uint64_t memory_bytes;
    uint64_t stripe_size_bytes; /* 0: chosen */
    bool fsync;
    cln_on_duplicate on_duplicate; /* that was asked for; CLN_DUPLICATES_UNSET: see cln_duplicate_rule_choose */
} cln_ingest_request;

typedef enum cln_ingest_result {
    CLN_INGEST_PUBLISHED,
    CLN_INGEST_UNCHANGED, /* the partition holds exactly this already */
    CLN_INGEST_REFUSED,   /* too many rejects: nothing was published */
} cln_ingest_result;

/* What came of publishing a file among the dataset's others. */
typedef struct cln_ingest_duplicates {
    bool has_replaced;         /* there was a partition of this name */
    bool are_refused;          /* by the rule CLN_DUPLICATES_FAIL: that is the error, and no other */
    bool is_checked;           /* there is a rule, and the partition has all columns of its key */
    bool is_unchecked;         /* there is a rule, but no such key */
    uint64_t own;              /* rows of the partition that do not count */
    uint64_t others;           /* of the dataset's other partitions */
    uint64_t unchecked_others; /* partitions */
} cln_ingest_duplicates;

typedef struct cln_ingest_outcome {
    cln_ingest_result result;
    cln_account account; /* not of an unchanged partition */
    uint64_t size_bytes; /* of the file, decompressed; CLN_SIZE_UNKNOWN for an unchanged one that is compressed */
    uint64_t rows;
    bool is_sample;
    double seconds;
    cln_schema_rival rival; /* a dataset that the file fits better */
    cln_ingest_duplicates duplicates;
} cln_ingest_outcome;

/* Collective; request must agree, its strings included. The dataset must be
 * locked by the caller (store/dataset.h). Too many rejects are a result, not
 * an error: the list of rejects is then kept in unpublished/. Duplicates are
 * CLN_ERR_DATA where the rule for them is CLN_DUPLICATES_FAIL. On any error
 * the store is what it was before. */
CLN_CHECKED cln_status cln_ingest_file(const cln_comm *comm, const cln_ingest_request *request,
                                       cln_ingest_outcome *outcome, cln_error *err);

#endif
