/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The configuration that scan --schema proposes: a dataset with a column for
 * each of the files', typed so that every value of the files fits.
 */
#include "colonnade/base/escape.h"
#include "colonnade/base/log.h"
#include "colonnade/base/memory.h"
#include "colonnade/base/sample.h"
#include "scan_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DATASET_NAME_BYTES = 65 };

/* What becomes of one column of the files. */
typedef struct proposal {
    const scan_column *column;
    const char *note; /* for people; "" when there is nothing to say */
    cln_survey_finding finding;
} proposal;

typedef struct proposal_list {
    proposal *items;
    size_t count;
} proposal_list;

static const char *type_of(const cln_survey_finding *finding) {
    return finding->has_type ? cln_type_name(finding->type) : "auto";
}

static cln_status propose(proposal_list *list, const scan_union *joint, cln_error *err) {
    CLN_TRY(cln_new_array(&list->items, joint->order_count, sizeof *list->items, err));
    list->count = joint->order_count;
    for (size_t i = 0; i < list->count; i++) {
        proposal *p = &list->items[i];
        p->column = &joint->columns[joint->order[i]];
        p->finding = cln_survey_find(&joint->survey, joint->order[i]);
        p->note = "";
        if (p->finding.is_ambiguous) p->note = "all dates fit with the day first, too; the month first was taken";
        if (!p->finding.has_type) p->note = "it has no values";
        if (p->column->obstacle != NULL) p->note = p->column->obstacle;
    }
    return CLN_OK;
}

/* Equal names are told of file by file. */
static void warn(const proposal_list *list, const scan_union *joint) {
    for (size_t i = 0; i < list->count; i++) {
        const proposal *p = &list->items[i];
        if (p->note[0] == '\0' || p->column->is_repeated) continue;
        cln_warning("%s: column %zu (\"%.80s\"): %s", joint->files[p->column->first_file].item->path,
                    p->column->position + 1, p->column->title, p->note);
    }
}

/* ---- As JSON ---- */

static bool is_word_end(char c) {
    return c == '\0' || c == '_';
}

/* Of accidents_2015 and accidents_2016: accidents. */
static void keep_common_words(char *name, const char *other) {
    size_t end = 0;
    for (size_t i = 0;; i++) {
        if (is_word_end(name[i]) && is_word_end(other[i])) end = i;
        if (name[i] != other[i] || name[i] == '\0') break;
    }
    name[end] = '\0';
}

/* The words with which the names of all files begin, else the first one's name;
 * a letter, then letters, digits and '_', as the configuration wants names of
 * datasets. */
static void name_dataset(const scan_union *joint, char name[DATASET_NAME_BYTES]) {
    char stem[DATASET_NAME_BYTES - 5];
    char first[sizeof stem];
    cln_config_normalise_name(cln_span_of_string(joint->files[0].item->name), first, sizeof first);
    memcpy(stem, first, sizeof stem);
    for (size_t f = 1; f < joint->file_count; f++) {
        char other[sizeof stem];
        cln_config_normalise_name(cln_span_of_string(joint->files[f].item->name), other, sizeof other);
        keep_common_words(stem, other);
    }
    if (stem[0] == '\0') memcpy(stem, first, sizeof stem);
    for (char *c = stem; *c != '\0'; c++) {
        if ((unsigned char)*c >= 0x80) *c = '_';
    }
    const bool is_good = stem[0] >= 'a' && stem[0] <= 'z' && strcmp(stem, "boundaries") != 0;
    (void)snprintf(name, DATASET_NAME_BYTES, "%s%s", is_good ? "" : "data_", stem);
}

static cln_status append_text(cln_buffer *json, const char *key, const char *text, cln_error *err) {
    CLN_TRY(cln_buffer_append_format(json, err, "\"%s\": ", key));
    return cln_escape_json(cln_span_of_string(text), json, err);
}

static cln_status append_character(cln_buffer *json, const char *key, unsigned char character, cln_error *err) {
    const char text[] = {(char)character, '\0'};
    CLN_TRY(append_text(json, key, text, err));
    return cln_buffer_append_string(json, ", ", err);
}

static cln_status append_dialect(cln_buffer *json, const cln_dialect *dialect, cln_error *err) {
    CLN_TRY(cln_buffer_append_string(json, "      \"dialect\": { ", err));
    CLN_TRY(append_character(json, "delimiter", dialect->delimiter, err));
    if (dialect->has_quote) {
        CLN_TRY(append_character(json, "quote", dialect->quote, err));
    } else {
        CLN_TRY(cln_buffer_append_string(json, "\"quote\": \"none\", ", err));
    }
    CLN_TRY(cln_buffer_append_format(json, err, "\"header\": %s, ", dialect->has_header ? "true" : "false"));
    if (!dialect->newlines_in_quotes) {
        CLN_TRY(cln_buffer_append_string(json, "\"newlines_in_quotes\": false, ", err));
    }
    if (dialect->skip_lines > 0) {
        CLN_TRY(cln_buffer_append_format(json, err, "\"skip_lines\": %" PRIu64 ", ", dialect->skip_lines));
    }
    return cln_buffer_append_format(json, err, "\"fallback_encoding\": \"%s\" },\n",
                                    dialect->fallback == CLN_FALLBACK_NONE ? "none" : "windows-1252");
}

static cln_status append_formats(cln_buffer *json, const cln_survey_finding *finding, cln_error *err) {
    CLN_TRY(cln_buffer_append_string(json, ", \"formats\": [", err));
    for (size_t i = 0; i < finding->format_count; i++) {
        const cln_date_format *format = cln_inference_format(finding->formats[i]);
        CLN_TRY(cln_buffer_append_string(json, i == 0 ? "" : ", ", err));
        CLN_TRY(cln_buffer_append_format(
            json, err, format->is_utc ? "{ \"pattern\": \"%s\", \"zone\": \"utc\" }" : "\"%s\"", format->pattern));
    }
    return cln_buffer_append_char(json, ']', err);
}

static cln_status append_column(cln_buffer *json, const proposal *p, cln_error *err) {
    CLN_TRY(cln_buffer_append_string(json, "        { ", err));
    CLN_TRY(append_text(json, "name", p->column->name, err));
    const cln_span title = cln_span_trim(cln_span_of_string(p->column->title));
    if (title.size > 0) {
        CLN_TRY(cln_buffer_append_string(json, ", \"title\": ", err));
        CLN_TRY(cln_escape_json(title, json, err));
    }
    CLN_TRY(cln_buffer_append_format(json, err, ", \"type\": \"%s\"", type_of(&p->finding)));
    if (p->finding.format_count > 0) CLN_TRY(append_formats(json, &p->finding, err));
    return cln_buffer_append_string(json, " }", err);
}

static cln_status append_columns(cln_buffer *json, const proposal_list *list, cln_error *err) {
    bool is_first = true;
    CLN_TRY(cln_buffer_append_string(json, "      \"columns\": [", err));
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].column->name[0] == '\0') continue;
        CLN_TRY(cln_buffer_append_string(json, is_first ? "\n" : ",\n", err));
        CLN_TRY(append_column(json, &list->items[i], err));
        is_first = false;
    }
    return cln_buffer_append_string(json, "\n      ]\n", err);
}

static cln_status write_json(const cln_cli *cli, const scan_union *joint, const proposal_list *list, cln_buffer *json,
                             cln_error *err) {
    char name[DATASET_NAME_BYTES];
    name_dataset(joint, name);
    CLN_TRY(cln_buffer_append_format(json, err, "{\n  \"datasets\": {\n    \"%s\": {\n", name));
    if (joint->is_sample) {
        CLN_TRY(cln_buffer_append_string(json, "      \"publisher\": \"" CLN_SAMPLE_LABEL "\",\n", err));
    }
    CLN_TRY(append_dialect(json, &joint->files[joint->dialect_file].detection.dialect, err));
    CLN_TRY(append_columns(json, list, err));
    CLN_TRY(cln_buffer_append_string(json, "    }\n  }\n}\n", err));
    return cln_cli_write(cli, cln_buffer_span(json), err);
}

/* ---- As a table ---- */

static cln_status list_formats(const cln_survey_finding *finding, cln_buffer *text, cln_error *err) {
    cln_buffer_clear(text);
    for (size_t i = 0; i < finding->format_count; i++) {
        const cln_date_format *format = cln_inference_format(finding->formats[i]);
        CLN_TRY(cln_buffer_append_format(text, err, "%s%s%s", i == 0 ? "" : ", ", format->pattern,
                                         format->is_utc ? " (utc)" : ""));
    }
    return CLN_OK;
}

/* Which columns a table of the proposal has. */
typedef struct proposal_table {
    bool has_files; /* in how many files a column is: said of several */
    bool is_sample;
} proposal_table;

static cln_status fill_row(cln_cell *cells, const proposal *p, const proposal_table *has, cln_buffer *text,
                           cln_error *err) {
    const cln_survey_finding *finding = &p->finding;
    CLN_TRY(cln_cell_set_text(cells++, cln_span_of_string(p->column->title), err));
    if (p->column->name[0] != '\0') CLN_TRY(cln_cell_set_text(cells, cln_span_of_string(p->column->name), err));
    cells++;
    CLN_TRY(cln_cell_set_text(cells++, cln_span_of_string(type_of(finding)), err));
    CLN_TRY(list_formats(finding, text, err));
    if (text->size > 0) CLN_TRY(cln_cell_set_text(cells, cln_buffer_span(text), err));
    cells++;
    if (has->has_files) cln_cell_set_integer(cells++, (int64_t)p->column->file_count);
    cln_cell_set_integer(cells++, (int64_t)finding->value_count);
    cln_cell_set_integer(cells++, (int64_t)finding->null_count);
    if (!finding->has_many) cln_cell_set_integer(cells, (int64_t)finding->distinct_count);
    cells++;
    if (p->note[0] != '\0') CLN_TRY(cln_cell_set_text(cells, cln_span_of_string(p->note), err));
    cells++;
    return has->is_sample ? cln_cell_set_text(cells, cln_span_of_string(CLN_SAMPLE_LABEL), err) : CLN_OK;
}

static cln_status init_table(cln_table *table, const scan_union *joint, cln_error *err) {
    static const char *const of_one[] = {"header", "name",     "type", "formats", "values",
                                         "nulls",  "distinct", "note", "sample"};
    static const char *const of_several[] = {"header", "name",  "type",     "formats", "in_files",
                                             "values", "nulls", "distinct", "note",    "sample"};
    if (joint->file_count == 1) {
        return cln_table_init(table, joint->files[0].item->path, of_one, sizeof of_one / sizeof *of_one, err);
    }
    char title[40];
    (void)snprintf(title, sizeof title, "%zu files", joint->file_count);
    return cln_table_init(table, title, of_several, sizeof of_several / sizeof *of_several, err);
}

static cln_status print_table(const cln_cli *cli, const scan_union *joint, const proposal_list *list, cln_buffer *text,
                              cln_error *err) {
    const proposal_table has = {.has_files = joint->file_count > 1, .is_sample = joint->is_sample};
    cln_table table;
    CLN_TRY(init_table(&table, joint, err));
    cln_status status = CLN_OK;
    for (size_t i = 0; i < list->count && status == CLN_OK; i++) {
        cln_cell *cells;
        status = cln_table_add_row(&table, &cells, err);
        if (status == CLN_OK) status = fill_row(cells, &list->items[i], &has, text, err);
    }
    if (status == CLN_OK) status = cln_cli_print(cli, &table, err);
    cln_table_clean_up(&table);
    return status;
}

cln_status cln_scan_print_schema(const cln_cli *cli, const scan_union *joint, cln_error *err) {
    const bool as_table = cli->settings.format_given && cli->settings.format != CLN_OUTPUT_JSON;
    proposal_list list = {0};
    cln_buffer text;
    cln_buffer_init(&text, SIZE_MAX);
    cln_status status = propose(&list, joint, err);
    if (status == CLN_OK && !as_table) warn(&list, joint);
    if (status == CLN_OK) {
        status = as_table ? print_table(cli, joint, &list, &text, err) : write_json(cli, joint, &list, &text, err);
    }
    cln_buffer_clean_up(&text);
    free(list.items);
    return status;
}
