/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the parts of colonnade scan share.
 */
#ifndef COLONNADE_CLI_SCAN_PARTS_H
#define COLONNADE_CLI_SCAN_PARTS_H

#include "colonnade/cli/cli.h"
#include "colonnade/cli/detection.h"
#include "colonnade/cli/file_list.h"
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

/* What was found of one file. Plain data: travels between ranks as bytes. */
typedef struct scan_facts {
    bool is_known; /* false: the file could not be read to its end */
    bool has_header;
    uint64_t size_bytes; /* decompressed */
    uint64_t column_count;
    cln_detection detection;
    scan_counts counts;
    scan_least least;
    scan_greatest greatest;
} scan_facts;

/* ---- One file ---- */

typedef struct scan_union scan_union;

typedef struct scan_job {
    const cln_cli *cli; /* whose ranks read the file */
    const char *path;
    cln_fallback fallback;
    bool wants_schema;
    const scan_union *joint; /* when wants_schema: of the files before, which this one will be added to */
    scan_facts facts;
    cln_survey survey;         /* when wants_schema: of the records that this rank has seen, without what joint has */
    cln_buffer names;          /* when wants_schema: of the columns, each with its NUL */
    cln_error sidecar_warning; /* rank 0; "" when there is none */
    cln_byte_source *source;
    cln_automaton automaton;
    cln_prologue prologue;
    cln_record_block *block;
    cln_buffer arena, utf8;
} scan_job;

/* Local. The caller then says what is asked, and cleans up. */
void cln_scan_job_init(scan_job *job);
void cln_scan_job_clean_up(scan_job *job);

/* Collective over the job's ranks. Reads the file; all ranks have its facts
 * and names. */
CLN_CHECKED cln_status cln_scan_file(scan_job *job, cln_error *err);

/* ---- The account ---- */

/* Local (rank 0). The account of one file, behind what was detected. */
CLN_CHECKED cln_status cln_scan_print_findings(const cln_cli *cli, const char *path, const scan_facts *facts,
                                               cln_error *err);

/* Local (rank 0). The same of several, a row for each that is known; facts has
 * one for each file of the list. */
CLN_CHECKED cln_status cln_scan_print_files(const cln_cli *cli, const cln_file_list *list, const scan_facts *facts,
                                            cln_error *err);

/* ---- One schema for all files ---- */

/* A column that files have in common. */
typedef struct scan_column {
    char *title;          /* the header's spelling in the first file that has it */
    char *name;           /* what it is declared as; "" when it cannot be */
    const char *obstacle; /* then, why; else NULL */
    size_t first_file;    /* that file ... */
    size_t position;      /* ... and where the column stands there */
    size_t file_count;
    bool is_repeated;   /* an earlier column of that file has the same name */
    bool is_positional; /* of files without a header */
} scan_column;

typedef struct scan_union_file {
    const cln_file_item *item;
    cln_detection detection;
    bool has_header;
    size_t column_count;
    size_t repeated_count; /* of its columns those with the name of an earlier one: ... */
    size_t repeated;       /* ... the first of them, and ... */
    char *repeated_title;  /* ... how its name is spelt here */
    uint32_t *columns;     /* which column of the union each of its own is */
} scan_union_file;

/* Columns of all files, united as ingest matches them: by normalised name, of
 * files without a header by position among the columns that are declared; of
 * equal names in one file the first with the first, the second with the second.
 * Everything depends on the files and their order alone, and what a column holds
 * on the files alone. */
struct scan_union {
    cln_string_table keys; /* the code of a key is the number of its column */
    scan_column *columns;
    size_t capacity;
    uint32_t *declared; /* of the columns with names those that can be declared, in their order */
    size_t declared_count, declared_capacity;
    size_t positional_count; /* of the columns those without a header */
    cln_survey survey;       /* before the join: of what this rank has seen */
    scan_union_file *files;
    size_t file_count, file_capacity;
    bool is_sample;
    /* behind the join: */
    uint32_t *order; /* of columns: the named_count of files with a header, then what others have beyond */
    size_t order_count, named_count;
    size_t dialect_file; /* the first of those whose dialect most files have */
};

/* Local. */
void cln_scan_union_init(scan_union *joint);
void cln_scan_union_clean_up(scan_union *joint);

/* Local. Lets the survey of a file's columns, of which nothing is known yet,
 * leave out the values that the union has of them. names as in scan_job. */
CLN_CHECKED cln_status cln_scan_union_lend(const scan_union *joint, bool has_header, cln_span names, cln_survey *survey,
                                           cln_error *err);

/* Local, but all ranks must add the same files, in the order of their names; CLN_ERR_DATA when there are more
 * columns together than are stored; names as in scan_job; survey is
 * NULL on a rank that has read none of the file; what is in it moves to the
 * union. The item must outlive the union. */
CLN_CHECKED cln_status cln_scan_union_add(scan_union *joint, const cln_file_item *item, const scan_facts *facts,
                                          cln_span names, cln_survey *survey, cln_error *err);

/* Collective. Brings all files and, to rank 0, all ranks together; at least one
 * file was added. */
CLN_CHECKED cln_status cln_scan_union_join(scan_union *joint, const cln_comm *comm, cln_error *err);

/* Local (rank 0). Warns of files that could not be read: a proposal without some
 * of them looks like one of all. facts has one for each file of the list. */
CLN_CHECKED cln_status cln_scan_warn_left_out(const cln_file_list *list, const scan_facts *facts, cln_error *err);

/* Local (rank 0). Warns of files that lack columns, that have another dialect or
 * equal names, or whose columns are taken for others. */
CLN_CHECKED cln_status cln_scan_union_warn(const scan_union *joint, cln_error *err);

/* Local (rank 0). The proposed configuration as JSON, or the columns as a table
 * when --format asks for one. */
CLN_CHECKED cln_status cln_scan_print_schema(const cln_cli *cli, const scan_union *joint, cln_error *err);

#endif
