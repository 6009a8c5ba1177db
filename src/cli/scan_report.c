/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/sample.h"
#include "scan_parts.h"

#include <stdio.h>

typedef struct finding {
    const char *name;
    int64_t value;
    bool is_known;
} finding;

static cln_status add_row(cln_table *table, finding row, cln_error *err) {
    cln_cell *cells;
    CLN_TRY(cln_table_add_row(table, &cells, err));
    CLN_TRY(cln_cell_set_text(&cells[0], cln_span_of_string(row.name), err));
    if (row.is_known) cln_cell_set_integer(&cells[1], row.value);
    return CLN_OK;
}

static cln_status add_count(cln_table *table, const char *name, uint64_t count, cln_error *err) {
    return add_row(table, (finding){name, (int64_t)count, true}, err);
}

static cln_status add_bytes(cln_table *table, const cln_account *account, cln_error *err) {
    CLN_TRY(add_count(table, "bytes", cln_account_bytes(account), err));
    CLN_TRY(add_count(table, "bytes: byte-order mark", account->bytes_bom, err));
    CLN_TRY(add_count(table, "bytes: header", account->bytes_header, err));
    CLN_TRY(add_count(table, "bytes: well-formed records", account->bytes_stored, err));
    CLN_TRY(add_count(table, "bytes: other records", account->bytes_rejected, err));
    return add_count(table, "bytes: blank lines", account->bytes_blank, err);
}

static cln_status add_records(cln_table *table, const scan_job *job, cln_error *err) {
    const cln_account *account = &job->counts.account;
    CLN_TRY(add_count(table, "records", account->records_read, err));
    CLN_TRY(add_count(table, "records: well-formed", account->records_stored, err));
    for (int reason = CLN_REASON_MALFORMED; reason <= CLN_REASON_OVER_LONG; reason++) {
        char name[80];
        (void)snprintf(name, sizeof name, "records: %s", cln_reason_text((cln_reason)reason));
        CLN_TRY(add_count(table, name, account->rejected_for[reason], err));
    }
    const bool has_bad = account->records_rejected > 0;
    CLN_TRY(add_row(table, (finding){"first record that is not well-formed", job->least.bad_record, has_bad}, err));
    CLN_TRY(add_row(table, (finding){"its offset in the file", job->least.bad_offset, has_bad}, err));
    CLN_TRY(add_count(table, "encoding: records in ASCII", job->counts.records_ascii, err));
    CLN_TRY(add_count(table, "encoding: records in UTF-8 beyond ASCII", job->counts.records_utf8, err));
    CLN_TRY(add_count(table, "encoding: records that are not UTF-8", job->counts.records_other, err));
    return add_count(table, "longest record in bytes", (uint64_t)job->greatest.record_bytes, err);
}

static cln_status add_fields(cln_table *table, const scan_job *job, cln_error *err) {
    const cln_account *account = &job->counts.account;
    const bool has_fields = account->fields > 0;
    CLN_TRY(add_count(table, "columns", job->prologue.name_count, err));
    CLN_TRY(add_count(table, "fields", account->fields, err));
    CLN_TRY(add_row(table, (finding){"fields: fewest in a record", job->least.fields, has_fields}, err));
    CLN_TRY(add_row(table, (finding){"fields: most in a record", job->greatest.fields, has_fields}, err));
    CLN_TRY(add_count(table, "fields: quoted", account->fields_quoted, err));
    CLN_TRY(add_count(table, "quotes in unquoted text", account->quotes_literal, err));
    CLN_TRY(add_count(table, "blank lines", account->blank_lines, err));
    CLN_TRY(add_count(table, "line ends: LF", account->line_ends[CLN_LINE_END_LF], err));
    CLN_TRY(add_count(table, "line ends: CRLF", account->line_ends[CLN_LINE_END_CRLF], err));
    CLN_TRY(add_count(table, "line ends: CR", account->line_ends[CLN_LINE_END_CR], err));
    return add_count(table, "line ends: none", account->line_ends[CLN_LINE_END_NONE], err);
}

static cln_status add_text(cln_table *table, const char *name, const char *text, cln_error *err) {
    cln_cell *cells;
    CLN_TRY(cln_table_add_row(table, &cells, err));
    CLN_TRY(cln_cell_set_text(&cells[0], cln_span_of_string(name), err));
    return cln_cell_set_text(&cells[1], cln_span_of_string(text), err);
}

static cln_status add_detection(cln_table *table, const scan_job *job, cln_error *err) {
    const cln_dialect *dialect = &job->dialect;
    char name[2];
    CLN_TRY(job->greatest.is_sample ? add_text(table, "sample", CLN_SAMPLE_LABEL, err)
                                    : add_row(table, (finding){.name = "sample"}, err));
    CLN_TRY(add_text(table, "delimiter", cln_cli_character_name(dialect->delimiter, name), err));
    CLN_TRY(add_text(table, "quote", dialect->has_quote ? cln_cli_character_name(dialect->quote, name) : "none", err));
    CLN_TRY(add_text(table, "header", dialect->has_header ? "yes" : "no", err));
    CLN_TRY(add_text(table, "line ends in quotes", dialect->newlines_in_quotes ? "yes" : "no", err));
    CLN_TRY(add_count(table, "lines before the table", dialect->skip_lines, err));
    return add_count(table, "lines behind the table", job->detection.footer_lines, err);
}

cln_status cln_scan_print_findings(const scan_job *job, cln_error *err) {
    static const char *const columns[] = {"finding", "value"};
    cln_table table;
    CLN_TRY(cln_table_init(&table, job->source->name, columns, 2, err));
    cln_status status = add_detection(&table, job, err);
    if (status == CLN_OK) status = add_bytes(&table, &job->counts.account, err);
    if (status == CLN_OK) status = add_records(&table, job, err);
    if (status == CLN_OK) status = add_fields(&table, job, err);
    if (status == CLN_OK) status = cln_cli_print(job->cli, &table, err);
    cln_table_clean_up(&table);
    return status;
}
