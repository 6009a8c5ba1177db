/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reject_list.h"

#include "colonnade/base/escape.h"
#include "colonnade/base/sample.h"
#include "colonnade/column/type.h"

#include <inttypes.h>
#include <string.h>

enum {
    FLUSH_BYTES = 1 << 16,
    RAW_COLUMNS = 60,       /* of the raw text in a table */
    RAW_BYTES_ENOUGH = 240, /* four bytes a letter fill them in any case */
};

#define ELLIPSIS "\xe2\x80\xa6"

static cln_status flush(cln_reject_list *list, cln_error *err) {
    const cln_status status = cln_sink_write(&list->sink, cln_buffer_span(&list->text), err);
    cln_buffer_clear(&list->text);
    return status;
}

cln_status cln_reject_list_open(cln_reject_list *list, const cln_cli *cli, cln_error *err) {
    *list = (cln_reject_list){.format = cli->settings.format};
    cln_buffer_init(&list->text, SIZE_MAX);
    CLN_TRY(cln_sink_open(&list->sink, cli, err));
    if (list->format != CLN_OUTPUT_CSV) return CLN_OK;
    const cln_status status = cln_buffer_append_string(
        &list->text, "dataset,partition,published,sample,file,record,offset,size_bytes,column,reason,raw\n", err);
    if (status != CLN_OK) cln_reject_list_abandon(list);
    return status;
}

void cln_reject_list_begin(cln_reject_list *list, const cln_reject_section *section) {
    list->section = section;
    list->section_is_new = true;
}

/* A number or nothing. */
static cln_status append_number(cln_buffer *text, int64_t value, const char *null_text, cln_error *err) {
    if (value == CLN_NULL_INTEGER) return cln_buffer_append_string(text, null_text, err);
    return cln_buffer_append_format(text, err, "%" PRId64, value);
}

static const char *yes_or_no(bool value) {
    return value ? "yes" : "no";
}

static cln_status append_csv_text(cln_buffer *text, cln_span field, cln_error *err) {
    CLN_TRY(cln_buffer_append_char(text, ',', err));
    return cln_escape_csv(field, false, text, err);
}

static cln_status add_csv(cln_reject_list *list, const cln_reject_entry *entry, cln_span raw, cln_error *err) {
    cln_buffer *text = &list->text;
    const cln_reject_section *section = list->section;
    CLN_TRY(cln_escape_csv(cln_span_of_string(section->dataset), false, text, err));
    CLN_TRY(append_csv_text(text, cln_span_of_string(section->partition), err));
    CLN_TRY(append_csv_text(text, cln_span_of_string(yes_or_no(section->is_published)), err));
    CLN_TRY(append_csv_text(text, cln_span_of_string(section->is_sample ? CLN_SAMPLE_LABEL : ""), err));
    CLN_TRY(append_csv_text(text, cln_span_of_string(section->origin), err));
    const int64_t numbers[] = {entry->record, entry->offset, entry->size_bytes};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        CLN_TRY(cln_buffer_append_char(text, ',', err));
        CLN_TRY(append_number(text, numbers[i], "", err));
    }
    CLN_TRY(append_csv_text(text, entry->column, err));
    CLN_TRY(append_csv_text(text, entry->reason, err));
    CLN_TRY(append_csv_text(text, raw, err));
    return cln_buffer_append_char(text, '\n', err);
}

static cln_status append_json_text(cln_buffer *text, const char *name, cln_span value, cln_error *err) {
    CLN_TRY(cln_buffer_append_format(text, err, ", \"%s\": ", name));
    if (value.size == 0) return cln_buffer_append_string(text, "null", err);
    return cln_escape_json(value, text, err);
}

static cln_status append_json_number(cln_buffer *text, const char *name, int64_t value, cln_error *err) {
    CLN_TRY(cln_buffer_append_format(text, err, ", \"%s\": ", name));
    return append_number(text, value, "null", err);
}

static cln_status add_json(cln_reject_list *list, const cln_reject_entry *entry, cln_span raw, cln_error *err) {
    cln_buffer *text = &list->text;
    const cln_reject_section *section = list->section;
    CLN_TRY(cln_buffer_append_string(text, list->entry_count == 0 ? "[\n{\"dataset\": " : ",\n{\"dataset\": ", err));
    CLN_TRY(cln_escape_json(cln_span_of_string(section->dataset), text, err));
    CLN_TRY(append_json_text(text, "partition", cln_span_of_string(section->partition), err));
    CLN_TRY(cln_buffer_append_format(text, err, ", \"published\": %s", section->is_published ? "true" : "false"));
    CLN_TRY(append_json_text(text, "sample", cln_span_of_string(section->is_sample ? CLN_SAMPLE_LABEL : ""), err));
    CLN_TRY(append_json_text(text, "file", cln_span_of_string(section->origin), err));
    CLN_TRY(append_json_number(text, "record", entry->record, err));
    CLN_TRY(append_json_number(text, "offset", entry->offset, err));
    CLN_TRY(append_json_number(text, "size_bytes", entry->size_bytes, err));
    CLN_TRY(append_json_text(text, "column", entry->column, err));
    CLN_TRY(append_json_text(text, "reason", entry->reason, err));
    CLN_TRY(append_json_text(text, "raw", raw, err));
    return cln_buffer_append_char(text, '}', err);
}

static cln_status add_heading(cln_reject_list *list, cln_error *err) {
    const cln_reject_section *section = list->section;
    cln_buffer *text = &list->text;
    CLN_TRY(cln_buffer_append_format(text, err, "%s%s, partition %s", list->entry_count == 0 ? "" : "\n",
                                     section->dataset, section->partition));
    if (section->origin[0] != '\0') CLN_TRY(cln_buffer_append_format(text, err, ", %s", section->origin));
    if (!section->is_published) {
        CLN_TRY(cln_buffer_append_string(text, " (not published: its last ingest did not pass)", err));
    }
    CLN_TRY(cln_buffer_append_string(text, section->is_sample ? "\n" CLN_SAMPLE_LABEL "\n" : "\n", err));
    return cln_buffer_append_format(text, err, "%10s %12s %8s  %-29s %-39s %s\n", "record", "offset", "bytes", "column",
                                    "reason", "raw");
}

/* The first RAW_COLUMNS letters. */
static cln_status append_shortened(cln_buffer *text, cln_span visible, cln_error *err) {
    size_t columns = 0;
    for (size_t i = 0; i < visible.size; i++) {
        if (((unsigned char)visible.data[i] & 0xc0) == 0x80 || columns++ < RAW_COLUMNS) continue;
        CLN_TRY(cln_buffer_append(text, visible.data, i, err));
        return cln_buffer_append_string(text, ELLIPSIS, err);
    }
    return cln_buffer_append_span(text, visible, err);
}

static cln_status append_column(cln_buffer *text, int64_t value, int width, cln_error *err) {
    if (value == CLN_NULL_INTEGER) return cln_buffer_append_format(text, err, "%*s ", width, "");
    return cln_buffer_append_format(text, err, "%*" PRId64 " ", width, value);
}

static cln_status add_line(cln_reject_list *list, const cln_reject_entry *entry, cln_span raw, cln_error *err) {
    cln_buffer *text = &list->text;
    if (list->section_is_new) CLN_TRY(add_heading(list, err));
    list->section_is_new = false;
    CLN_TRY(append_column(text, entry->record, 10, err));
    CLN_TRY(append_column(text, entry->offset, 12, err));
    CLN_TRY(append_column(text, entry->size_bytes, 8, err));
    CLN_TRY(cln_buffer_append_format(text, err, " %-29.*s %-39.*s ", (int)entry->column.size,
                                     entry->column.size == 0 ? "" : entry->column.data, (int)entry->reason.size,
                                     entry->reason.size == 0 ? "" : entry->reason.data));
    CLN_TRY(append_shortened(text, raw, err));
    return cln_buffer_append_char(text, '\n', err);
}

static cln_status add_visible(cln_reject_list *list, const cln_reject_entry *entry, cln_span raw, cln_error *err) {
    switch (list->format) {
    case CLN_OUTPUT_CSV:
        return add_csv(list, entry, raw, err);
    case CLN_OUTPUT_JSON:
        return add_json(list, entry, raw, err);
    case CLN_OUTPUT_TABLE:
        break;
    }
    return add_line(list, entry, raw, err);
}

cln_status cln_reject_list_add(cln_reject_list *list, const cln_reject_entry *entry, cln_error *err) {
    cln_span raw = entry->raw;
    if (list->format == CLN_OUTPUT_TABLE && raw.size > RAW_BYTES_ENOUGH) raw.size = RAW_BYTES_ENOUGH;
    cln_buffer visible;
    cln_buffer_init(&visible, SIZE_MAX);
    cln_status status = cln_escape_visible(raw, &visible, err);
    if (status == CLN_OK) status = add_visible(list, entry, cln_buffer_span(&visible), err);
    cln_buffer_clean_up(&visible);
    if (status != CLN_OK) return status;
    list->entry_count++;
    return list->text.size >= FLUSH_BYTES ? flush(list, err) : CLN_OK;
}

cln_status cln_reject_list_finish(cln_reject_list *list, cln_error *err) {
    cln_status status = CLN_OK;
    if (list->format == CLN_OUTPUT_JSON) {
        status = cln_buffer_append_string(&list->text, list->entry_count == 0 ? "[]\n" : "\n]\n", err);
    } else if (list->format == CLN_OUTPUT_TABLE && list->entry_count == 0) {
        status = cln_buffer_append_string(&list->text, "nothing was rejected\n", err);
    }
    if (status == CLN_OK) status = flush(list, err);
    if (status != CLN_OK) {
        cln_reject_list_abandon(list);
        return status;
    }
    cln_buffer_clean_up(&list->text);
    return cln_sink_finish(&list->sink, err);
}

void cln_reject_list_abandon(cln_reject_list *list) {
    cln_sink_abandon(&list->sink);
    cln_buffer_clean_up(&list->text);
}
