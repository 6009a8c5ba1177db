/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The page stands alone: its style and figures are in it, and nothing is
 * loaded from anywhere.
 */
#include "base64.h"
#include "colonnade/base/escape.h"
#include "colonnade/base/file.h"
#include "colonnade/base/memory.h"
#include "colonnade/output/cell.h"
#include "colonnade/report/report.h"

#include <stdlib.h>
#include <string.h>

extern const unsigned char cln_page_style[];
extern const size_t cln_page_style_size;

/* <tag>escaped text</end> */
static cln_status append_element(const char *before, const char *text, const char *after, cln_buffer *page,
                                 cln_error *err) {
    CLN_TRY(cln_buffer_append_string(page, before, err));
    CLN_TRY(cln_escape_html(cln_span_of_string(text), page, err));
    return cln_buffer_append_string(page, after, err);
}

/* Prose: a percent sign stays with its number. */
static cln_status append_prose(const char *before, const char *text, const char *after, cln_buffer *page,
                               cln_error *err) {
    CLN_TRY(cln_buffer_append_string(page, before, err));
    for (const char *sign; (sign = strstr(text, " %")) != NULL; text = sign + 2) {
        CLN_TRY(cln_escape_html(cln_span_of(text, (size_t)(sign - text)), page, err));
        CLN_TRY(cln_buffer_append_string(page, "&nbsp;%", err));
    }
    return append_element("", text, after, page, err);
}

static cln_status append_cell(const cln_cell *cell, bool is_numeric, cln_buffer *page, cln_error *err) {
    CLN_TRY(cln_buffer_append_string(page, is_numeric ? "<td class=\"n\">" : "<td>", err));
    CLN_TRY(cell->kind == CLN_CELL_TEXT ? cln_escape_html(cln_span_of_string(cell->as.text), page, err)
                                        : cln_cell_append(cell, page, err));
    return cln_buffer_append_string(page, "</td>", err);
}

/* A row that the answer does not count, in a table whose column "used" says so. */
static bool is_unused(const cln_table *table, size_t row) {
    for (size_t column = 0; column < table->column_count; column++) {
        const cln_cell *cell = cln_table_cell(table, row, column);
        if (strcmp(table->column_names[column], "used") != 0) continue;
        return cell->kind == CLN_CELL_TEXT && strcmp(cell->as.text, "no") == 0;
    }
    return false;
}

/* is_numeric has one entry for each column. */
static cln_status append_rows(const cln_table *table, const bool *is_numeric, cln_buffer *page, cln_error *err) {
    for (size_t row = 0; row < table->row_count; row++) {
        CLN_TRY(cln_buffer_append_string(page, is_unused(table, row) ? "<tr class=\"unused\">" : "<tr>", err));
        for (size_t column = 0; column < table->column_count; column++) {
            CLN_TRY(append_cell(cln_table_cell(table, row, column), is_numeric[column], page, err));
        }
        CLN_TRY(cln_buffer_append_string(page, "</tr>\n", err));
    }
    return CLN_OK;
}

/* Sets is_numeric, which looks at every row, for append_rows. */
static cln_status append_column_names(const cln_table *table, bool *is_numeric, cln_buffer *page, cln_error *err) {
    CLN_TRY(
        append_element("<div class=\"scroll\"><table><caption>", table->title, "</caption>\n<thead><tr>", page, err));
    for (size_t column = 0; column < table->column_count; column++) {
        is_numeric[column] = cln_table_column_is_numeric(table, column);
        CLN_TRY(append_element(is_numeric[column] ? "<th class=\"n\">" : "<th>", table->column_names[column], "</th>",
                               page, err));
    }
    return cln_buffer_append_string(page, "</tr></thead>\n<tbody>\n", err);
}

static cln_status append_table(const cln_table *table, cln_buffer *page, cln_error *err) {
    bool *is_numeric;
    CLN_TRY(cln_new_array(&is_numeric, table->column_count, sizeof *is_numeric, err));
    cln_status status = append_column_names(table, is_numeric, page, err);
    if (status == CLN_OK) status = append_rows(table, is_numeric, page, err);
    free(is_numeric);
    CLN_TRY(status);
    return cln_buffer_append_string(page, "</tbody></table></div>\n", err);
}

static cln_status append_tables(const cln_answer *answer, cln_buffer *page, cln_error *err) {
    for (size_t i = 0; i < answer->table_count; i++) {
        const cln_answer_table *table = &answer->tables[i];
        CLN_TRY(append_element("<details><summary>", table->table.title, "</summary>\n", page, err));
        CLN_TRY(append_table(&table->table, page, err));
        CLN_TRY(cln_buffer_append_format(page, err, "<p class=\"soft\"><a href=\"%s.csv\">%s.csv</a></p></details>\n",
                                         table->name, table->name));
    }
    return CLN_OK;
}

static cln_status append_image(const char *dir, const char *name, cln_buffer *page, cln_error *err) {
    char *path;
    cln_buffer svg;
    cln_buffer_init(&svg, SIZE_MAX);
    CLN_TRY(cln_format_string(&path, err, "%s/%s.svg", dir, name));
    cln_status status = cln_file_read(path, &svg, err);
    free(path);
    if (status == CLN_OK) status = cln_base64_append(cln_buffer_span(&svg), page, err);
    cln_buffer_clean_up(&svg);
    return status;
}

static cln_status append_figure(const cln_report_entry *entry, const char *dir, cln_buffer *page, cln_error *err) {
    const cln_answer *answer = &entry->answer;
    if (answer->figure.size == 0) return CLN_OK;
    if (!entry->is_drawn) {
        return append_element("<p class=\"soft\">The figure is not drawn: ", entry->figure_problem,
                              ". Install gnuplot and run the report again.</p>\n", page, err);
    }
    CLN_TRY(
        append_element("<figure><img alt=\"", answer->figure_alt, "\" src=\"data:image/svg+xml;base64,", page, err));
    CLN_TRY(append_image(dir, answer->name, page, err));
    return cln_buffer_append_format(page, err,
                                    "\">\n<figcaption>%s<a href=\"%s.svg\">SVG</a>, <a href=\"%s.png\">PNG</a>, <a "
                                    "href=\"%s.gp\">gnuplot script with its data</a></figcaption></figure>\n",
                                    answer->is_sample ? CLN_SAMPLE_LABEL " · " : "", answer->name, answer->name,
                                    answer->name);
}

static cln_status append_entry(const cln_report_entry *entry, const char *dir, cln_buffer *page, cln_error *err) {
    const cln_answer *answer = &entry->answer;
    CLN_TRY(cln_buffer_append_format(page, err, "<section id=\"%s\">\n<h2><span>%zu</span>", answer->name,
                                     entry->question + 1));
    CLN_TRY(append_element("", answer->title, "</h2>\n", page, err));
    if (answer->is_sample) CLN_TRY(append_element("<p class=\"sample\">", CLN_SAMPLE_LABEL, "</p>\n", page, err));
    CLN_TRY(append_prose("<p class=\"answer\">", answer->sentence, "</p>\n", page, err));
    CLN_TRY(append_figure(entry, dir, page, err));
    if (answer->note_count > 0) CLN_TRY(cln_buffer_append_string(page, "<ul class=\"notes\">\n", err));
    for (size_t i = 0; i < answer->note_count; i++) {
        CLN_TRY(append_prose("<li>", answer->notes[i], "</li>\n", page, err));
    }
    if (answer->note_count > 0) CLN_TRY(cln_buffer_append_string(page, "</ul>\n", err));
    CLN_TRY(append_tables(answer, page, err));
    return cln_buffer_append_string(page, "</section>\n", err);
}

static cln_status append_head(const cln_report *report, cln_buffer *page, cln_error *err) {
    CLN_TRY(cln_buffer_append_string(page,
                                     "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta "
                                     "name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
                                     err));
    CLN_TRY(append_element("<title>", report->city, ": accidents and 311 calls", page, err));
    CLN_TRY(
        cln_buffer_append_string(page, report->is_sample ? " – " CLN_SAMPLE_LABEL "</title>\n" : "</title>\n", err));
    CLN_TRY(cln_buffer_append(page, cln_page_style, cln_page_style_size, err));
    CLN_TRY(
        append_element("</head>\n<body>\n<header>\n<h1>", report->city, ": accidents and 311 calls</h1>\n", page, err));
    CLN_TRY(cln_buffer_append_string(
        page, "<p class=\"lead\">What the city's open data answer, computed by Colonnade.</p>\n", err));
    if (report->is_sample) {
        CLN_TRY(append_element("<p class=\"sample\">", CLN_SAMPLE_LABEL,
                               ". Numbers on this page come from generated data.</p>\n", page, err));
    }
    CLN_TRY(cln_buffer_append_string(page, "<nav>", err));
    for (size_t i = 0; i < report->entry_count; i++) {
        const cln_answer *answer = &report->entries[i].answer;
        CLN_TRY(cln_buffer_append_format(page, err, "<a href=\"#%s\">%s</a>", answer->name, answer->title));
    }
    return cln_buffer_append_string(page, "<a href=\"#sources\">Sources</a></nav>\n</header>\n<main>\n", err);
}

static cln_status append_credits(const cln_report *report, cln_buffer *page, cln_error *err) {
    if (report->credits == NULL || report->credits[0] == '\0') return CLN_OK;
    return append_element("<p class=\"soft\">Published by: ", report->credits, "</p>\n", page, err);
}

static cln_status append_leftovers(const cln_report *report, cln_buffer *page, cln_error *err) {
    if (report->leftovers == NULL || report->leftovers[0] == '\0') return CLN_OK;
    return append_element("<p class=\"soft\">Not of this report: ", report->leftovers,
                          ". A former one left these files beside this page, and they may be out of date.</p>\n", page,
                          err);
}

cln_status cln_report_page(const cln_report *report, const char *dir, cln_buffer *page, cln_error *err) {
    CLN_TRY(append_head(report, page, err));
    for (size_t i = 0; i < report->entry_count; i++) CLN_TRY(append_entry(&report->entries[i], dir, page, err));
    CLN_TRY(cln_buffer_append_string(page, "<section id=\"sources\">\n<h2>Sources</h2>\n", err));
    CLN_TRY(append_table(&report->partitions, page, err));
    CLN_TRY(append_credits(report, page, err));
    CLN_TRY(append_leftovers(report, page, err));
    return cln_buffer_append_string(page,
                                    "</section>\n</main>\n<footer>Colonnade " COLONNADE_VERSION
                                    ". The tables, the figures and the scripts that draw them lie beside this "
                                    "page.</footer>\n</body>\n</html>\n",
                                    err);
}
