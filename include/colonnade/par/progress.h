/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Progress of long work on an interactive terminal: how much is done, how
 * fast, and how long it still takes. In logs, and on ranks that do not speak,
 * it prints nothing. All functions are local; the rank that speaks tells the
 * amount that all ranks together have done. Amounts and rates are never
 * stored or answered.
 */
#ifndef COLONNADE_PAR_PROGRESS_H
#define COLONNADE_PAR_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum cln_progress_unit {
    CLN_PROGRESS_BYTES, /* shown as kB, MB, GB of 1000s */
    CLN_PROGRESS_ITEMS, /* records, rows, files: shown as plain numbers */
} cln_progress_unit;

typedef struct cln_progress {
    const char *label; /* borrowed: what is being done, as "ingest a.csv" */
    uint64_t total;    /* in units; 0 where nobody knows */
    cln_progress_unit unit;
    uint64_t before;        /* units that were done before it started; they do not count for the rate */
    bool is_brief;          /* "a.csv: 42 %, 310 MB/s, 5 s", where the line has to hold more than this */
    double started_seconds; /* cln_clock_seconds() */
    double shown_seconds;   /* the same, of the last line */
} cln_progress;

/* Starts the clock; label must live until cln_progress_finish. */
void cln_progress_init(cln_progress *progress, const char *label, uint64_t total, cln_progress_unit unit);

/* Tells that `done` units of the total are done; shows that four times a
 * second at the most, so it may be called often. */
void cln_progress_advance(cln_progress *progress, uint64_t done);

/* Removes the line. Also after an error. */
void cln_progress_finish(cln_progress *progress);

/* The line itself, as "ingest a.csv: 42 %, 1.2 GB, 310 MB/s, 5 s left". */
void cln_progress_format(const cln_progress *progress, uint64_t done, double elapsed_seconds, char *text,
                         size_t text_bytes);

#endif
