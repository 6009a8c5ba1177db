/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the parts of colonnade scan share.
 */
#ifndef COLONNADE_CLI_SCAN_PARTS_H
#define COLONNADE_CLI_SCAN_PARTS_H

#include "colonnade/cli/cli.h"
#include "colonnade/cli/detection.h"
#include "colonnade/csv/prologue.h"
#include "colonnade/csv/survey.h"

/* Sums over all ranks. A record is "stored" in the account when it is well-formed. */
typedef struct scan_counts {
    cln_account account;
    uint64_t records_ascii;
    uint64_t records_utf8; /* beyond ASCII */
    uint64_t records_other;
} scan_counts;

/* Extremes over all ranks; INT64_MAX for a least one of nothing, -1 for a
 * greatest one. */
typedef struct scan_least {
    int64_t fields;
    int64_t bad_record; /* the first that is not well-formed: its number and its place */
    int64_t bad_offset;
} scan_least;

typedef struct scan_greatest {
    int64_t fields;
    int64_t record_bytes;
    int64_t is_sample; /* 1: the sidecar says so, or a mark was seen */
} scan_greatest;

typedef struct scan_job {
    cln_cli *cli;
    cln_byte_source *source;
    cln_detection detection;
    cln_dialect dialect;
    cln_automaton automaton;
    cln_prologue prologue;
    cln_record_block *block;
    cln_buffer arena, utf8;
    bool wants_schema;
    cln_survey survey; /* when wants_schema */
    scan_counts counts;
    scan_least least;
    scan_greatest greatest;
} scan_job;

/* Local (rank 0). The account, behind what was detected. */
CLN_CHECKED cln_status cln_scan_print_findings(const scan_job *job, cln_error *err);

/* Local (rank 0). The proposed configuration as JSON, or the columns as a table
 * when --format asks for one. */
CLN_CHECKED cln_status cln_scan_print_schema(const scan_job *job, cln_error *err);

#endif
