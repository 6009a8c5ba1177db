/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/cli/options.h"

#include <string.h>

#define DIALECT_OPTIONS "delimiter", "quote", "encoding", "header", "no-header", "newlines-in-quotes", "skip-lines"

static const char *const export_options[] = {"columns", "partition", "with-duplicates", "read-damaged", NULL};
static const char *const fetch_options[] = {"date", "year", "boundaries", "to", "create", "abort", NULL};
static const char *const generate_options[] = {"rows", "size", "seed", "vintage", "dirt", NULL};
static const char *const info_options[] = {"duplicates", "provenance", "schema", "read-damaged", NULL};
static const char *const ingest_options[] = {
    "as",           "replace", "schema",  "allow-rejects", "max-reject-rate", "on-bad-cell", "on-duplicate",
    "on-malformed", "date",    "profile", "detect",        DIALECT_OPTIONS,   NULL};
static const char *const pull_options[] = {"out", "replace", NULL};
static const char *const push_options[] = {"create", "log", "out", "script", NULL};
static const char *const records_options[] = {"detect", DIALECT_OPTIONS, NULL};
static const char *const scan_options[] = {"schema", "profile", DIALECT_OPTIONS, NULL};
static const char *const no_options[] = {NULL};
static const char *const rejects_options[] = {"read-damaged", NULL};
static const char *const remove_options[] = {"all", "yes", "s3", "leave-foreign", NULL};
static const char *const report_options[] = {"out", "read-damaged", NULL};

/* Common options that make no difference to a command; --help leaves them out. */
static const char *const no_files[] = {"staging", "stripe-size", NULL}; /* works on the store alone */
static const char *const no_reading[] = {"stripe-size", NULL};
static const char *const no_store[] = {"scratch", "staging", "store", NULL};
static const char *const only_downloads[] = {"memory", "scratch", "store", "stripe-size", NULL};
static const char *const only_generates[] = {"format", "memory", "scratch", "staging", "store", "stripe-size", NULL};

static const cln_command command_table[] = {
    {.name = "clean",
     .arguments = "[DATASET...]",
     .argument_max = SIZE_MAX,
     .summary = "free the space of old versions and of what killed runs left",
     .description =
         "Deletes the partition files that the named datasets, or all of the store, no longer use, and temporary files "
         "of runs that are dead, and says how much that freed. Old versions go by themselves an hour after they were "
         "replaced, when the dataset is next ingested; until then they are kept for those who still read them. What "
         "fetches that were cut short left in the staging folder goes too, so that they begin anew.",
     .example = "colonnade clean traffic_accidents",
     .options = no_options,
     .ignored = no_reading,
     .run = cln_command_clean},
    {.name = "export",
     .arguments = "DATASET",
     .argument_min = 1,
     .argument_max = 1,
     .is_parallel = true,
     .summary = "write rows of the store as CSV or JSON",
     .description =
         "Writes the rows of a dataset in the order of the store, the same bytes for any number of ranks: as CSV (RFC "
         "4180, with the stored names in a header), or as JSON (one object a line) with --format json. Numbers read "
         "back as the same bits, times are ISO 8601, texts stand as they are stored. A null is an empty field, or "
         "null; a column that a partition does not have is an empty field there, and no member of the object. Rows "
         "that do not count, because another has the same key, are left out unless --with-duplicates asks for them. "
         "What is written of one partition makes the same columns when it is ingested again.",
     .example =
         "mpirun -n 4 colonnade export traffic_accidents --columns first_occurrence_date,geo_lon,geo_lat -o places.csv",
     .options = export_options,
     .ignored = no_files,
     .run = cln_command_export},
    {.name = "fetch",
     .arguments = "[DATASET|boundaries...]",
     .argument_max = SIZE_MAX,
     .summary = "bring the published files of the datasets to the staging folder",
     .description =
         "Downloads every source of the named datasets, or of all, to STAGING/DATASET/YYYY-MM-DD/SOURCE.csv, with its "
         "origin, validators and SHA-256 beside it; 'boundaries' are the configured areas. Several files come at once, "
         "large ones by several connections. What was cut, or killed, goes on where it was when it is fetched again. A "
         "file that has not changed since the last fetch is not transferred, and one that has, on the same day, gets a "
         "numbered name. The addresses of a source are tried in order. A year that is not published is reported and "
         "is no error when another arrives. With --to the files go into a bucket as they come, without a copy on this "
         "machine's disk and with bounded memory. docs/fetching.md and docs/s3.md say more.",
     .example = "colonnade fetch service_requests_311 --year 2024,2025",
     .options = fetch_options,
     .ignored = only_downloads,
     .run = cln_command_fetch},
    {.name = "generate",
     .arguments = "DATASET|boundaries",
     .argument_min = 1,
     .argument_max = 1,
     .is_parallel = true,
     .summary = "make realistic sample data of any size",
     .description =
         "Writes a CSV file that looks like the city's, or boundaries that fit it, to the file named by -o. The bytes "
         "depend on the seed and the size only, never on the number of ranks. Everything drawn from such a file says "
         "SAMPLE DATA \xe2\x80\x93 NOT REAL.",
     .example = "mpirun -n 4 colonnade generate traffic_accidents --rows 1000000 -o accidents.csv",
     .options = generate_options,
     .ignored = only_generates,
     .needs_output = true,
     .run = cln_command_generate},
    {.name = "info",
     .arguments = "[DATASET]",
     .argument_max = 1,
     .summary = "show what the store holds and where it came from",
     .description =
         "Lists the datasets of the store, or the partitions and columns of one: rows, duplicates that do not "
         "count, rejected records, sizes, origins, types and roles. With --duplicates all ranks count the "
         "rows that equal an earlier row in every column. With --schema it shows every column's type in each "
         "partition, 'not recorded' where a partition lacks it, and the type in which all together answer. With "
         "--provenance it shows where each partition came from and how it was read, a line for each member; as JSON it "
         "is all that is needed to make the same bytes again (docs/rebuild.py).",
     .example = "colonnade info traffic_accidents --provenance",
     .options = info_options,
     .ignored = no_files,
     .run = cln_command_info},
    {.name = "ingest",
     .arguments = "DATASET [FILE...]",
     .argument_min = 1,
     .argument_max = SIZE_MAX,
     .is_parallel = true,
     .summary = "read CSV files into the store",
     .description =
         "Reads the files, or the newest staged ones of the dataset, with all ranks, stores each as one partition and "
         "prints its account: every byte belongs to the header, a stored record, a rejected record or a blank line. A "
         "partition is published whole or not at all; when more records are rejected than the rate allows, nothing is "
         "published and 'colonnade rejects' lists them. A file with the name (its folder is no part of it) of the one "
         "that a "
         "partition came from takes that one's place, and the account says 'replaced'. A FILE may be a pattern in "
         "quotes, as 'data/*.csv'. Compressed "
         "files (gzip, Zstandard; known by their first bytes) are read by one rank each, as many at once as there are "
         "ranks; that costs about 2 ns a byte for gzip and 1 ns for Zstandard (0.5 and 1 GB/s of text a rank), so one "
         "large file is read faster when it is not compressed.",
     .example = "mpirun -n 4 colonnade ingest traffic_accidents accidents_2015.csv accidents_2016.csv",
     .options = ingest_options,
     .run = cln_command_ingest},
    {.name = "pull",
     .arguments = "[DATASET...]",
     .argument_max = SIZE_MAX,
     .summary = "bring the store and the report back from their buckets",
     .description =
         "Brings the named datasets, or all that the bucket of the role 'processed' has, into the store, and the "
         "report from that of the role 'analysed'. Files that are here already, by their SHA-256, are not transferred. "
         "A dataset is published by the rename of its master when all of its partitions are here and checked. "
         "Partitions that only this store has are not dropped unless --replace is given. docs/s3.md says more.",
     .example = "colonnade pull traffic_accidents",
     .options = pull_options,
     .ignored = no_files,
     .run = cln_command_pull},
    {.name = "push",
     .arguments = "[DATASET...]",
     .argument_max = SIZE_MAX,
     .summary = "bring the store and the report to their buckets",
     .description =
         "Uploads the named datasets, or all of the store, to the bucket of the role 'processed', and the report, "
         "where there is one, to that of the role 'analysed'; partitions first, the master last, so that readers of "
         "the bucket see the former state or the new one. What is there already, by its SHA-256, is not transferred. "
         "Files of a job go to the buckets of the roles 'logs' and 'work', under the day. docs/s3.md says more.",
     .example = "colonnade push --log slurm-17.out --script job.sbatch",
     .options = push_options,
     .ignored = no_files,
     .run = cln_command_push},
    {.name = "records",
     .arguments = "FILE",
     .argument_min = 1,
     .argument_max = 1,
     .is_parallel = true,
     .summary = "print every record of a CSV file as it was cut",
     .description =
         "Prints all records of one file, the header and malformed ones too, field by field: as JSON (one array of "
         "strings a line) or as CSV with every field quoted where it needs to be. With --detect only those "
         "of the table, without titles before and notes behind it. A compressed file is read by one rank.",
     .example = "colonnade records calls.csv --format json | head",
     .options = records_options,
     .ignored = no_store,
     .run = cln_command_records},
    {.name = "rejects",
     .arguments = "DATASET [PARTITION]",
     .argument_min = 1,
     .argument_max = 2,
     .summary = "list rejected records and bad cells",
     .description =
         "Lists for every rejected record and every cell that did not fit its column's type the record number, the "
         "byte offset and size in the file, the column, the reason and the raw text. Those of an ingest that did not "
         "pass, which therefore is not published, are listed and marked as such.",
     .example = "colonnade rejects service_requests_311 --format csv -o rejects.csv",
     .options = rejects_options,
     .ignored = no_files,
     .run = cln_command_rejects},
    {.name = "remove",
     .arguments = "DATASET [PARTITION...]",
     .argument_max = SIZE_MAX,
     .summary = "take partitions or whole datasets out of the store",
     .description =
         "Lists what goes and asks; --yes is for scripts, and without it and without a terminal nothing is removed. A "
         "partition is taken out of the dataset at once, and its file stays for an hour (or until 'colonnade clean') "
         "for those who read it. Without PARTITION the whole dataset goes, with --all every dataset; of their folders "
         "only what Colonnade made is deleted, and other files are named and left. With --all --s3 it is what "
         "Colonnade "
         "made in the configured buckets that goes, and nothing of the store here; a bucket that holds other objects "
         "is refused unless --leave-foreign is given.",
     .example = "colonnade remove service_requests_311 2024 --yes",
     .options = remove_options,
     .ignored = no_files,
     .run = cln_command_remove},
    {.name = "report",
     .arguments = "[QUESTION...]",
     .argument_max = SIZE_MAX,
     .is_parallel = true,
     .summary = "answer the four questions with tables, figures and one page",
     .description =
         "Computes the answers from the store with all ranks, prints them in words and writes tables, "
         "figures and one HTML page. The questions are seasons (1), conditions (2), calls (3) and areas (4), by name "
         "or number; all by default.",
     .example = "mpirun -n 4 colonnade report --out report",
     .options = report_options,
     .ignored = no_files,
     .run = cln_command_report},
    {.name = "scan",
     .arguments = "FILE...",
     .argument_min = 1,
     .argument_max = SIZE_MAX,
     .is_parallel = true,
     .summary = "print the account of CSV files without storing them",
     .description =
         "Finds delimiter, quote, header and the lines around the table from each file, where no option says them, "
         "reads it with all ranks and prints bytes, records, fields, malformed records, blank lines, line ends and "
         "encoding. Of several files it prints a row for each: with --format csv or json all of that, as a table what "
         "fits a screen. A FILE may be a pattern in quotes, as 'data/*.csv'. With --schema it prints one configuration "
         "that declares every column with a type that all of its values in all files fit, uniting columns by name as "
         "ingest does, and warns of files that lack columns; --format table prints the columns with their counts "
         "instead. A file that cannot be read is told of and left out, also of the schema that -o writes; the exit "
         "status is that of the worst. A pattern without a match ends the command for all files. "
         "Compressed files (.gz, .zst) are read by one rank each, as many at once as there are ranks.",
     .example = "mpirun -n 4 colonnade scan --schema 'accidents_*.csv' -o accidents.json",
     .options = scan_options,
     .ignored = no_store,
     .run = cln_command_scan},
    {.name = "verify",
     .arguments = "[DATASET...]",
     .argument_max = SIZE_MAX,
     .is_parallel = true,
     .summary = "check that the store holds what was stored",
     .description =
         "Reads everything that the named datasets, or all of the store, hold with all ranks and checks it: the "
         "checksum of each zone, its bounds and nulls, codes, dictionaries, texts, record numbers, accounts, names and "
         "attributes, which rows count, and manifest and links against the files. It prints a line for each partition, "
         "and on standard error "
         "what is wrong and where. The exit status is 1 when something is wrong, and 3 when something cannot be read.",
     .example = "mpirun -n 4 colonnade verify traffic_accidents",
     .options = no_options,
     .ignored = no_files,
     .run = cln_command_verify},
};

size_t cln_command_count(void) {
    return sizeof command_table / sizeof *command_table;
}

const cln_command *cln_command_at(size_t index) {
    return &command_table[index];
}

const cln_command *cln_command_find(const char *name) {
    for (size_t i = 0; i < cln_command_count(); i++) {
        if (strcmp(command_table[i].name, name) == 0) return &command_table[i];
    }
    return NULL;
}

bool cln_command_takes(const cln_command *command, const cln_option_spec *option) {
    if (option->is_common) return true;
    for (const char *const *name = command->options; *name != NULL; name++) {
        if (strcmp(*name, option->name) == 0) return true;
    }
    return false;
}

bool cln_command_ignores(const cln_command *command, const cln_option_spec *option) {
    if (command == NULL || command->ignored == NULL) return false;
    for (const char *const *name = command->ignored; *name != NULL; name++) {
        if (strcmp(*name, option->name) == 0) return true;
    }
    return false;
}
