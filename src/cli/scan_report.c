/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/memory.h"
#include "colonnade/base/sample.h"
#include "scan_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FINDING_MAX = 64 };

typedef struct finding {
    char name[80];
    const char *heading; /* in a table of many files on a screen; NULL: not shown there */
    bool is_known;
    char text[40]; /* "": it is a number */
    int64_t value;
} finding;

typedef struct finding_list {
    size_t count;
    finding items[FINDING_MAX];
} finding_list;

/* ---- What is found ---- */

static finding *add(finding_list *list, const char *name, const char *heading) {
    finding *f = &list->items[list->count++];
    *f = (finding){.heading = heading};
    (void)snprintf(f->name, sizeof f->name, "%s", name);
    return f;
}

static void add_text(finding_list *list, const char *name, const char *heading, const char *text) {
    finding *f = add(list, name, heading);
    f->is_known = true;
    (void)snprintf(f->text, sizeof f->text, "%s", text);
}

static void add_value(finding_list *list, const char *name, const char *heading, int64_t value, bool is_known) {
    finding *f = add(list, name, heading);
    f->is_known = is_known;
    f->value = value;
}

static void add_count(finding_list *list, const char *name, uint64_t count) {
    add_value(list, name, NULL, (int64_t)count, true);
}

static void add_shown(finding_list *list, const char *name, const char *heading, uint64_t count) {
    add_value(list, name, heading, (int64_t)count, true);
}

static void add_detection(finding_list *list, const scan_facts *facts) {
    const cln_dialect *dialect = &facts->detection.dialect;
    char name[2];
    if (facts->greatest.is_sample) {
        add_text(list, "sample", "sample", CLN_SAMPLE_LABEL);
    } else {
        (void)add(list, "sample", "sample");
    }
    add_text(list, "delimiter", "delimiter", cln_cli_character_name(dialect->delimiter, name));
    add_text(list, "quote", "quote", dialect->has_quote ? cln_cli_character_name(dialect->quote, name) : "none");
    add_text(list, "header", "header", dialect->has_header ? "yes" : "no");
    add_text(list, "line ends in quotes", NULL, dialect->newlines_in_quotes ? "yes" : "no");
    add_count(list, "lines before the table", dialect->skip_lines);
    add_count(list, "lines behind the table", facts->detection.footer_lines);
}

static void add_bytes(finding_list *list, const cln_account *account) {
    add_shown(list, "bytes", "bytes", cln_account_bytes(account));
    add_count(list, "bytes: byte-order mark", account->bytes_bom);
    add_count(list, "bytes: header", account->bytes_header);
    add_count(list, "bytes: well-formed records", account->bytes_stored);
    add_count(list, "bytes: other records", account->bytes_rejected);
    add_count(list, "bytes: blank lines", account->bytes_blank);
}

static void add_records(finding_list *list, const scan_facts *facts) {
    const cln_account *account = &facts->counts.account;
    add_shown(list, "records", "records", account->records_read);
    add_shown(list, "records: well-formed", "well-formed", account->records_stored);
    for (int reason = CLN_REASON_MALFORMED; reason <= CLN_REASON_OVER_LONG; reason++) {
        char name[80];
        (void)snprintf(name, sizeof name, "records: %s", cln_reason_text((cln_reason)reason));
        add_count(list, name, account->rejected_for[reason]);
    }
    const bool has_bad = account->records_rejected > 0;
    add_value(list, "first record that is not well-formed", "first not well-formed", facts->least.bad_record, has_bad);
    add_value(list, "its offset in the file", NULL, facts->least.bad_offset, has_bad);
    add_count(list, "encoding: records in ASCII", facts->counts.records_ascii);
    add_count(list, "encoding: records in UTF-8 beyond ASCII", facts->counts.records_utf8);
    add_shown(list, "encoding: records that are not UTF-8", "not UTF-8", facts->counts.records_other);
    add_count(list, "longest record in bytes", (uint64_t)facts->greatest.record_bytes);
}

static void add_fields(finding_list *list, const scan_facts *facts) {
    const cln_account *account = &facts->counts.account;
    const bool has_fields = account->fields > 0;
    add_shown(list, "columns", "columns", facts->column_count);
    add_count(list, "fields", account->fields);
    add_value(list, "fields: fewest in a record", NULL, facts->least.fields, has_fields);
    add_value(list, "fields: most in a record", NULL, facts->greatest.fields, has_fields);
    add_count(list, "fields: quoted", account->fields_quoted);
    add_count(list, "quotes in unquoted text", account->quotes_literal);
    add_shown(list, "blank lines", "blank lines", account->blank_lines);
    add_count(list, "line ends: LF", account->line_ends[CLN_LINE_END_LF]);
    add_count(list, "line ends: CRLF", account->line_ends[CLN_LINE_END_CRLF]);
    add_count(list, "line ends: CR", account->line_ends[CLN_LINE_END_CR]);
    add_count(list, "line ends: none", account->line_ends[CLN_LINE_END_NONE]);
}

static void list_findings(finding_list *list, const scan_facts *facts) {
    list->count = 0;
    add_detection(list, facts);
    add_bytes(list, &facts->counts.account);
    add_records(list, facts);
    add_fields(list, facts);
}

/* ---- Tables ---- */

static cln_status fill_cell(cln_cell *cell, const finding *f, cln_error *err) {
    if (!f->is_known) return CLN_OK;
    if (f->text[0] != '\0') return cln_cell_set_text(cell, cln_span_of_string(f->text), err);
    cln_cell_set_integer(cell, f->value);
    return CLN_OK;
}

static cln_status fill_findings(cln_table *table, const finding_list *list, cln_error *err) {
    for (size_t i = 0; i < list->count; i++) {
        cln_cell *cells;
        CLN_TRY(cln_table_add_row(table, &cells, err));
        CLN_TRY(cln_cell_set_text(&cells[0], cln_span_of_string(list->items[i].name), err));
        CLN_TRY(fill_cell(&cells[1], &list->items[i], err));
    }
    return CLN_OK;
}

cln_status cln_scan_print_findings(const cln_cli *cli, const char *path, const scan_facts *facts, cln_error *err) {
    static const char *const columns[] = {"finding", "value"};
    finding_list list;
    list_findings(&list, facts);
    cln_table table;
    CLN_TRY(cln_table_init(&table, path, columns, 2, err));
    cln_status status = fill_findings(&table, &list, err);
    if (status == CLN_OK) status = cln_cli_print(cli, &table, err);
    cln_table_clean_up(&table);
    return status;
}

/* On a screen there is no room for all that CSV and JSON have. */
static bool is_shown(const cln_cli *cli, const finding *f) {
    return cli->settings.format != CLN_OUTPUT_TABLE || f->heading != NULL;
}

static cln_status init_table(cln_table *table, const cln_cli *cli, cln_error *err) {
    static const scan_facts nothing;
    finding_list list;
    list_findings(&list, &nothing);
    const char *columns[FINDING_MAX + 1] = {"file"};
    size_t count = 1;
    for (size_t i = 0; i < list.count; i++) {
        const finding *f = &list.items[i];
        if (!is_shown(cli, f)) continue;
        columns[count++] = cli->settings.format == CLN_OUTPUT_TABLE ? f->heading : f->name;
    }
    return cln_table_init(table, NULL, columns, count, err);
}

static cln_status add_file(cln_table *table, const cln_cli *cli, const char *path, const scan_facts *facts,
                           cln_error *err) {
    finding_list list;
    list_findings(&list, facts);
    cln_cell *cells;
    CLN_TRY(cln_table_add_row(table, &cells, err));
    CLN_TRY(cln_cell_set_text(cells++, cln_span_of_string(path), err));
    for (size_t i = 0; i < list.count; i++) {
        if (is_shown(cli, &list.items[i])) CLN_TRY(fill_cell(cells++, &list.items[i], err));
    }
    return CLN_OK;
}

cln_status cln_scan_print_files(const cln_cli *cli, const cln_file_list *list, const scan_facts *facts,
                                cln_error *err) {
    cln_table table;
    CLN_TRY(init_table(&table, cli, err));
    cln_status status = CLN_OK;
    for (size_t i = 0; i < list->count && status == CLN_OK; i++) {
        if (facts[i].is_known) status = add_file(&table, cli, list->items[i].path, &facts[i], err);
    }
    if (status == CLN_OK) status = cln_cli_print(cli, &table, err);
    cln_table_clean_up(&table);
    return status;
}
