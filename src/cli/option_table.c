/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/cli/options.h"

#include <string.h>

/* Common options first, then those of the commands by name. */
static const cln_option_spec option_table[] = {
    {.name = "config",
     .argument = "FILE",
     .variable = "COLONNADE_CONFIG",
     .fallback = "./config.json where it exists, else the built-in one",
     .help = "the configuration: datasets, their columns and sources",
     .is_common = true},
    {.name = "format",
     .argument = "FORMAT",
     .variable = "COLONNADE_FORMAT",
     .fallback = "table",
     .help = "how results are printed: table, csv or json",
     .is_common = true},
    {.name = "help", .letter = 'h', .help = "show help, of one command when one is named", .is_common = true},
    {.name = "memory",
     .argument = "SIZE",
     .variable = "COLONNADE_MEMORY",
     .fallback = "256M",
     .help = "memory that each rank may use, 64M at least",
     .is_common = true},
    {.name = "output",
     .letter = 'o',
     .argument = "FILE",
     .fallback = "standard output",
     .help = "write the result to FILE",
     .is_common = true},
    {.name = "quiet",
     .letter = 'q',
     .variable = "COLONNADE_QUIET",
     .help = "print warnings and errors only",
     .is_common = true},
    {.name = "scratch",
     .argument = "DIR",
     .variable = "COLONNADE_SCRATCH",
     .fallback = "$SLURM_TMPDIR, $TMPDIR or /tmp",
     .help = "folder on the node's own disk for temporary files",
     .is_common = true},
    {.name = "staging",
     .argument = "DIR",
     .variable = "COLONNADE_STAGING",
     .fallback = "the configuration's staging folder",
     .help = "folder of fetched files",
     .is_common = true},
    {.name = "store",
     .argument = "DIR",
     .variable = "COLONNADE_STORE",
     .fallback = "the configuration's store folder",
     .help = "folder of the store",
     .is_common = true},
    {.name = "stripe-size",
     .argument = "SIZE",
     .variable = "COLONNADE_STRIPE_SIZE",
     .fallback = "chosen by file size and memory",
     .help = "bytes that a rank reads at a time; results never depend on it",
     .is_common = true},
    {.name = "version", .help = "print the version of the program and of its libraries", .is_common = true},
    {.name = "completion", .help = "print completion for bash", .is_common = true, .is_hidden = true},
    {.name = "manual", .help = "print the manual page", .is_common = true, .is_hidden = true},

    {.name = "abort", .help = "give up the uploads that fetches to that bucket began and did not end"},
    {.name = "all", .help = "remove every dataset of the store"},
    {.name = "allow-rejects", .help = "publish even when more records are rejected than the rate allows"},
    {.name = "as", .argument = "NAME", .fallback = "the file's stem", .help = "name of the partition"},
    {.name = "boundaries", .help = "fetch the boundaries of the areas too, as the argument 'boundaries' does"},
    {.name = "columns",
     .argument = "NAME",
     .fallback = "all but the record numbers",
     .help = "columns to write, in this order; several are given one by one or with commas",
     .is_repeatable = true},
    {.name = "create", .help = "make the bucket when there is none"},
    {.name = "date",
     .argument = "DATE",
     .fallback = "today for fetch, the newest of each source for ingest",
     .help = "day of the staging folder, as YYYY-MM-DD"},
    {.name = "delimiter",
     .argument = "CHAR",
     .fallback = "found by scan, else the dataset's or a comma",
     .help = "character between fields, or 'tab'"},
    {.name = "detect",
     .help = "find delimiter, quote, header and the lines around the table from the file; options that are given win"},
    {.name = "dirt",
     .argument = "RATE",
     .fallback = "0",
     .help = "share of records that are damaged, between 0 and 1, as real files have them"},
    {.name = "duplicates", .help = "count the rows that equal an earlier row of the dataset in every column"},
    {.name = "encoding",
     .argument = "NAME",
     .fallback = "the dataset's",
     .help = "encoding of records that are not UTF-8: windows-1252, or none to reject them; given, a file is never "
             "taken for UTF-16 or UTF-32, and NUL bytes are content"},
    {.name = "header", .help = "the first record names the columns, whatever is detected"},
    {.name = "leave-foreign",
     .help = "remove what Colonnade made although the bucket holds other objects, and leave those"},
    {.name = "log",
     .argument = "FILE",
     .help = "log of a job, for the bucket of logs; several are given one by one or with commas",
     .is_repeatable = true},
    {.name = "max-reject-rate",
     .argument = "RATE",
     .fallback = "the dataset's, else 0.01",
     .help = "share of records that may be rejected before nothing is published"},
    {.name = "newlines-in-quotes",
     .argument = "yes|no",
     .fallback = "found by scan, else the dataset's or yes",
     .help = "whether a quoted field may go over several lines; 'no' for files with stray opening quotes"},
    {.name = "no-header", .help = "the first record is data, not names of columns"},
    {.name = "on-bad-cell",
     .argument = "null|reject|fail",
     .fallback = "the dataset's, else null",
     .help = "what becomes of a cell that does not fit its column's type"},
    {.name = "on-duplicate",
     .argument = "allow|keep-first|keep-last|fail",
     .fallback = "the dataset's, else what was said last, else allow",
     .help = "which of several rows with the same key count, in the order of partitions and rows: all, the first, the "
             "last, or none may have another's"},
    {.name = "on-malformed",
     .argument = "reject|repair",
     .fallback = "the dataset's, else reject",
     .help = "what becomes of a malformed record or one with the wrong number of fields"},
    {.name = "out", .argument = "DIR", .fallback = "the configuration's report folder", .help = "folder of the report"},
    {.name = "partition",
     .argument = "ID",
     .fallback = "all",
     .help = "partitions to write, in the order of the store; several are given one by one or with commas",
     .is_repeatable = true},
    {.name = "profile", .help = "print where the time went, on standard error"},
    {.name = "provenance",
     .help = "show where every partition came from, how it was read and what was counted; --format json gives it as it "
             "is stored"},
    {.name = "quote",
     .argument = "CHAR",
     .fallback = "found by scan, else the dataset's or \"",
     .help = "character around quoted fields, or 'none'"},
    {.name = "read-damaged",
     .help = "read blocks that do not have their checksum, too, and warn of them; what is read may be wrong"},
    {.name = "replace",
     .help = "take the place of a partition of the same name that came from another origin; or write it anew, damaged "
             "or not, though the file is the same"},
    {.name = "rows", .argument = "N", .help = "records to generate"},
    {.name = "s3", .help = "in the buckets of the configuration instead of the store"},
    {.name = "schema",
     .argument = "auto",
     .help = "find types from all values, of a file that no configuration knows",
     .is_optional = true},
    {.name = "script",
     .argument = "FILE",
     .help = "script of a job, for the bucket of work; several are given one by one or with commas",
     .is_repeatable = true},
    {.name = "seed",
     .argument = "N",
     .fallback = "1",
     .help = "start of the random numbers; the same seed, the same file"},
    {.name = "size", .argument = "SIZE", .help = "bytes to generate, instead of --rows"},
    {.name = "skip-lines",
     .argument = "N",
     .fallback = "found by scan, else the dataset's or 0",
     .help = "lines before the header that are not read, whatever stands in them"},
    {.name = "to",
     .argument = "s3://BUCKET/PREFIX",
     .fallback = "the staging folder",
     .help = "bring the files into a bucket instead; 'staging' is the configuration's bucket of that role"},
    {.name = "vintage",
     .argument = "NAME",
     .fallback = "the dataset's most usual",
     .help = "which of the forms that the city's files have had over the years; a wrong name lists them"},
    {.name = "with-duplicates", .help = "write the rows, too, that do not count because another has the same key"},
    {.name = "year",
     .argument = "YEAR",
     .fallback = "every year of the source",
     .help = "fetch this year only; several are given one by one or with commas",
     .is_repeatable = true},
    {.name = "yes", .help = "do it without asking"},
};

/* Where an option is another thing to one command: its text there. */
typedef struct wording {
    const char *command;
    const char *option;
    const char *argument;
    const char *help;
} wording;

static const wording wordings[] = {
    {"info", "schema", NULL, "show the types of the dataset's columns in each partition"},
    {"pull", "out", "DIR", "folder that the report goes to"},
    {"pull", "replace", NULL, "let partitions of this store go that the bucket lacks or has otherwise"},
    {"push", "out", "DIR", "folder of the report that belongs to the store"},
    {"scan", "schema", NULL, "find types from all values, and print a configuration that declares them"},
};

size_t cln_option_spec_count(void) {
    return sizeof option_table / sizeof *option_table;
}

const cln_option_spec *cln_option_spec_at(size_t index) {
    return &option_table[index];
}

const cln_option_spec *cln_option_spec_find(const char *name) {
    for (size_t i = 0; i < cln_option_spec_count(); i++) {
        if (strcmp(option_table[i].name, name) == 0) return &option_table[i];
    }
    return NULL;
}

cln_option_spec cln_option_spec_of(const cln_command *command, const char *name) {
    cln_option_spec spec = *cln_option_spec_find(name);
    for (size_t i = 0; i < sizeof wordings / sizeof *wordings; i++) {
        if (strcmp(wordings[i].command, command->name) != 0 || strcmp(wordings[i].option, name) != 0) continue;
        spec.argument = wordings[i].argument;
        spec.help = wordings[i].help;
    }
    return spec;
}
