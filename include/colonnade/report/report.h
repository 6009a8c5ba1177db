/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The report: the answers to the selected questions, as files in a folder
 * (CSV tables, gnuplot scripts, SVG and PNG figures, one HTML page without
 * external resources) and as text.
 *
 * Workflow: run (collective), then on rank 0 write and print, clean up.
 */
#ifndef COLONNADE_REPORT_REPORT_H
#define COLONNADE_REPORT_REPORT_H

#include "colonnade/output/print.h"
#include "colonnade/report/figure.h"
#include "colonnade/report/question.h"

typedef struct cln_report_entry {
    size_t question; /* position in cln_questions */
    cln_answer answer;
    bool is_drawn;            /* its figure's files are there */
    char figure_problem[512]; /* why they are not; "" when there is no figure */
} cln_report_entry;

typedef struct cln_report {
    char *city;
    char *credits; /* who published the files that are no samples; "" where nobody is named */
    cln_report_entry entries[CLN_QUESTION_COUNT];
    size_t entry_count;
    cln_table partitions; /* dataset, partition, origin, rows, rejected, kind */
    char *leftovers;      /* once written: files in the folder that are of former reports, in words; else NULL */
    bool is_sample;       /* some partition was generated */
    bool lacks_gnuplot;
} cln_report;

/* Collective; arguments must agree. The report is whole on rank 0; the caller
 * cleans it up on every rank. When not a single question can be answered,
 * CLN_ERR_USAGE with the first reason. */
CLN_CHECKED cln_status cln_report_run(cln_report *report, const cln_comm *comm, const cln_config *config,
                                      const char *store_dir, const bool selected[CLN_QUESTION_COUNT], cln_error *err);
void cln_report_clean_up(cln_report *report);

/* Local (rank 0). Writes every file by a temporary name and rename. A figure
 * that cannot be drawn is no error: its entry says why. */
CLN_CHECKED cln_status cln_report_write(cln_report *report, const char *dir, cln_error *err);

/* Local. The page; figures are taken from DIR/NAME.svg. */
CLN_CHECKED cln_status cln_report_page(const cln_report *report, const char *dir, cln_buffer *page, cln_error *err);

/* Local. As text for people (the first rows of each table but the detailed
 * ones, then all answers in words, then where the files are), as CSV (each table, an empty line between
 * two), or as JSON (one array of answers). dir is only named. */
CLN_CHECKED cln_status cln_report_print(const cln_report *report, const char *dir, cln_output_format format,
                                        cln_buffer *out, cln_error *err);

#endif
