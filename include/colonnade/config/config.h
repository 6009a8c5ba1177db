/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The configuration: datasets, their columns and sources, folders, buckets,
 * and what the questions need to know. It is JSON (config.json); a copy of
 * the shipped one is built in. Everything is validated here: an unknown key,
 * a wrong type or a value out of range is CLN_ERR_USAGE with the key's path
 * ("datasets.traffic_accidents.columns[3].type") and what is allowed.
 *
 * All functions are local; ranks share the bytes first (rank 0 reads the
 * file, see cln_broadcast_buffer), then each parses them.
 */
#ifndef COLONNADE_CONFIG_CONFIG_H
#define COLONNADE_CONFIG_CONFIG_H

#include "colonnade/base/span.h"
#include "colonnade/base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a column is for; the questions speak of roles, never of names. */
typedef enum cln_role {
    CLN_ROLE_NONE,
    CLN_ROLE_TIME,
    CLN_ROLE_AREA,
    CLN_ROLE_DISTRICT, /* several columns may have it: each is one way to divide the city */
    CLN_ROLE_LONGITUDE,
    CLN_ROLE_LATITUDE,
    CLN_ROLE_CONDITION,
    CLN_ROLE_SEVERITY,
    CLN_ROLE_KEY,
} cln_role;

const char *cln_role_name(cln_role role); /* "none", "time", ... */

/* One way to write a time: strptime-like (%Y %m %d %H %I %M %S %p, padded or
 * not) or "epoch_ms". */
typedef struct cln_config_format {
    char *pattern;
    bool is_utc; /* else local civil time of the dataset's time_zone */
} cln_config_format;

typedef enum cln_fold { CLN_FOLD_NONE, CLN_FOLD_UPPER, CLN_FOLD_LOWER } cln_fold;

/* How values of a key column are compared. */
typedef enum cln_compare {
    CLN_COMPARE_BYTES,
    CLN_COMPARE_NUMBER, /* "7", "7.0" and "007" are the same; what is no decimal number is compared by its bytes */
} cln_compare;

const char *cln_compare_name(cln_compare compare); /* "bytes", "number" */

typedef struct cln_config_synonym {
    char *from; /* after trimming and folding */
    char *to;
} cln_config_synonym;

typedef struct cln_config_column {
    char *name;      /* normalised: lower case, runs of other characters than letters and digits are one '_' */
    char *title;     /* for axes and table headers; never NULL (the name where none is declared) */
    char *type_name; /* "integer" ... "text", or "auto": category or text by the number of distinct values */
    char **aliases;  /* normalised */
    size_t alias_count;
    cln_role role;
    cln_config_format *formats; /* timestamp only; tried in order */
    size_t format_count;
    bool trim;                    /* blanks at both ends go away; true by default */
    cln_fold fold;                /* case of categories and text */
    bool first_five;              /* "normalise": "zip5": ZIP+4 counts as its first five digits */
    cln_config_synonym *synonyms; /* whole values that are renamed, after trim and fold */
    size_t synonym_count;
    char **nulls; /* values that mean null, after trim and fold */
    size_t null_count;
    cln_compare compare; /* key columns only; of integers and doubles always CLN_COMPARE_NUMBER */
} cln_config_column;

typedef struct cln_config_source {
    char *name;  /* the partition's id; with a year pattern NAME holds {year} */
    char **urls; /* tried in order; may hold {year} */
    size_t url_count;
    int first_year; /* 0 and 0: no {year} in it */
    int last_year;  /* 0 with first_year set: until the current year */
} cln_config_source;

typedef enum cln_on_bad { CLN_ON_BAD_NULL, CLN_ON_BAD_REJECT, CLN_ON_BAD_FAIL } cln_on_bad;

/* What becomes of rows whose key stands in a dataset before or after them. */
typedef enum cln_on_duplicate {
    CLN_DUPLICATES_UNSET, /* nobody has said it */
    CLN_DUPLICATES_ALLOW,
    CLN_DUPLICATES_KEEP_FIRST,
    CLN_DUPLICATES_KEEP_LAST,
    CLN_DUPLICATES_FAIL,
} cln_on_duplicate;

/* "allow", "keep-first", "keep-last", "fail"; "" for unset. */
const char *cln_on_duplicate_name(cln_on_duplicate on_duplicate);
/* false when it is none of the four. */
bool cln_on_duplicate_from_name(const char *name, cln_on_duplicate *on_duplicate);

#define CLN_SKIP_LINES_MAX 1000000

typedef struct cln_config_dataset {
    char *name;
    char *title;
    char *unit;      /* what a row is, in the plural: "accidents", "calls" */
    char *publisher; /* who publishes the files; NULL where it is not said */
    char *licence;   /* under which they are; likewise */
    char *time_zone; /* IANA name, "America/Denver" */
    char delimiter;
    char quote; /* NUL: none */
    bool has_header;
    bool newlines_in_quotes;
    int skip_lines;          /* before the header */
    char *fallback_encoding; /* "windows-1252", or "none": records that are not UTF-8 are rejected */
    bool repair_malformed;   /* on_malformed: "repair" instead of "reject" */
    cln_on_bad on_bad_cell;
    double max_reject_rate;
    cln_on_duplicate on_duplicate;
    cln_config_column *columns;
    size_t column_count;
    cln_config_source *sources;
    size_t source_count;
} cln_config_dataset;

typedef struct cln_config_questions {
    char *accidents; /* dataset names; NULL where not declared */
    char *calls;
    char **good_conditions; /* values of the condition column that are not adverse */
    size_t good_condition_count;
    char **unknown_conditions; /* values that tell nothing; counted with the missing ones */
    size_t unknown_condition_count;
} cln_config_questions;

typedef enum cln_bucket {
    CLN_BUCKET_STAGING,
    CLN_BUCKET_PROCESSED,
    CLN_BUCKET_ANALYSED,
    CLN_BUCKET_WORK,
    CLN_BUCKET_LOGS,
    CLN_BUCKET_COUNT
} cln_bucket;

/* How a bucket is addressed: in the path, or as a part of the host's name. */
typedef enum cln_path_style {
    CLN_PATH_STYLE_AUTO, /* in the path where an endpoint is given or the name has dots */
    CLN_PATH_STYLE_ALWAYS,
    CLN_PATH_STYLE_NEVER,
} cln_path_style;

#define CLN_S3_PART_SIZE_DEFAULT_BYTES ((uint64_t)8 << 20)
#define CLN_S3_PARTS_AT_ONCE_DEFAULT   4
#define CLN_S3_MEMORY_DEFAULT_BYTES    ((uint64_t)64 << 20)
#define CLN_S3_RETRIES_DEFAULT         5
#define CLN_S3_BACKOFF_DEFAULT_SECONDS 0.5

/* Object storage. Secrets are never in the configuration. */
typedef struct cln_config_s3 {
    char *endpoint; /* "https://host:port"; NULL: the environment's, else Amazon's */
    char *region;   /* NULL: the environment's, else "us-east-1" */
    cln_path_style path_style;
    uint64_t part_size_bytes; /* of an upload of any size that 10,000 of them hold */
    int parts_at_once;
    uint64_t memory_bytes; /* of all parts in memory together */
    int retries;           /* of one request */
    double backoff_seconds;
} cln_config_s3;
/* How files are fetched; docs/configuration.md says what each is for. */
typedef struct cln_config_fetch {
    int files;       /* at once */
    int connections; /* for one file */
    uint64_t part_bytes;
    uint64_t size_limit_bytes;
    int retries;
    double backoff_seconds;
    double backoff_limit_seconds;
    double retry_after_limit_seconds;
    double connect_timeout_seconds;
    double stall_timeout_seconds;
    double transfer_timeout_seconds;
    double export_wait_seconds;
    double export_poll_seconds;
} cln_config_fetch;

typedef struct cln_config {
    char *city; /* for titles: "Denver" */
    char *store_dir;
    char *staging_dir;
    char *report_dir;
    bool fsync;
    uint64_t memory_bytes;           /* per rank; 0: not set */
    char *buckets[CLN_BUCKET_COUNT]; /* "s3://..." or NULL */
    cln_config_s3 s3;
    cln_config_dataset *datasets;
    size_t dataset_count;
    cln_config_fetch fetch;
    cln_config_source boundaries; /* name NULL where not declared */
    cln_config_questions questions;
} cln_config;

/* Parses and validates; every member that the text leaves out has its default
 * (docs/configuration.md). `origin` names the text in messages. The caller
 * cleans the configuration up, which is empty after a failure. */
CLN_CHECKED cln_status cln_config_parse(cln_config *config, cln_span text, const char *origin, cln_error *err);
void cln_config_clean_up(cln_config *config);

/* The configuration that is built in (the shipped config.json). */
cln_span cln_config_builtin(void);

/* NULL when there is none of that name. */
const cln_config_dataset *cln_config_find_dataset(const cln_config *config, const char *name);

/* Writes the normalised form of a column's name into the caller's buffer, at
 * most size - 1 bytes and a NUL: "Case Created dttm" is "case_created_dttm".
 * No '_' at either end; letters beyond ASCII stay; a name without letters and
 * digits becomes "". */
void cln_config_normalise_name(cln_span name, char *normalised, size_t size);

/* The column that a header name stands for (by name, then by alias), or NULL. */
const cln_config_column *cln_config_find_column(const cln_config_dataset *dataset, cln_span header_name);

/* The first column with the role, or NULL. */
const cln_config_column *cln_config_find_role(const cln_config_dataset *dataset, cln_role role);

/* "64M", "16 MiB", "10G", "4096" as bytes (K, M, G, T are powers of 1024). */
CLN_CHECKED cln_status cln_config_parse_size(const char *text, uint64_t *size_bytes, cln_error *err);

#endif
