/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/date.h"
#include "colonnade/base/memory.h"
#include "parts.h"

#include <stdlib.h>
#include <string.h>

static const char *const zone_names[] = {"local", "utc"};
static const cln_choices zones = {zone_names, CLN_COUNT(zone_names)};

static const cln_field format_rows[] = {
    {"pattern", cln_read_text, offsetof(cln_config_format, pattern), NULL, true},
    {"zone", cln_read_choice_bool, offsetof(cln_config_format, is_utc), &zones, false},
};
static const cln_fields format_fields = CLN_FIELDS(format_rows);

const cln_list cln_column_format_list = {offsetof(cln_config_column, format_count), sizeof(cln_config_format),
                                         cln_read_format, "a list of date formats"};

/* Epoch milliseconds count from an instant, so no zone but UTC has a meaning. */
static cln_status settle_epoch(cln_reader *reader, const cJSON *value, cln_config_format *format) {
    if (strcmp(format->pattern, "epoch_ms") != 0) return CLN_OK;
    if (cJSON_GetObjectItemCaseSensitive(value, "zone") != NULL && !format->is_utc) {
        return cln_reader_fail(reader, "\"epoch_ms\" is always UTC: leave \"zone\" out");
    }
    format->is_utc = true;
    return CLN_OK;
}

cln_status cln_read_format(cln_reader *reader, const cJSON *value, void *item) {
    cln_config_format *const format = item;
    cln_date_format compiled;
    cln_error reason;
    if (cJSON_IsObject(value)) {
        CLN_TRY(cln_read_object(reader, value, &format_fields, format));
    } else if (cJSON_IsString(value)) {
        CLN_TRY(cln_take_text(reader, value, &format->pattern));
    } else {
        return cln_reader_fail(reader, "must be a date format such as \"%%Y-%%m-%%d %%H:%%M:%%S\" or "
                                       "{\"pattern\": ..., \"zone\": \"local\" or \"utc\"}");
    }
    CLN_TRY(settle_epoch(reader, value, format));
    if (cln_date_format_compile(&compiled, format->pattern, format->is_utc, &reason) != CLN_OK) {
        return cln_reader_fail(reader, "%s", reason.message);
    }
    return CLN_OK;
}

static cln_status copy_formats(cln_config_column *column, const cln_config_format *formats, size_t count,
                               cln_error *err) {
    CLN_TRY(cln_new_array(&column->formats, count, sizeof *column->formats, err));
    for (size_t i = 0; i < count; i++) {
        CLN_TRY(cln_copy_string(&column->formats[i].pattern, formats[i].pattern, err));
        column->formats[i].is_utc = formats[i].is_utc;
        column->format_count = i + 1;
    }
    return CLN_OK;
}

cln_status cln_fill_formats(cln_reader *reader, cln_config_dataset *dataset, const cln_format_list *formats) {
    static char iso_seconds[] = "%Y-%m-%d %H:%M:%S", iso_t[] = "%Y-%m-%dT%H:%M:%S", iso_minutes[] = "%Y-%m-%d %H:%M",
                iso_day[] = "%Y-%m-%d";
    static const cln_config_format iso[] = {
        {iso_seconds, false}, {iso_t, false}, {iso_minutes, false}, {iso_day, false}};
    const bool declared = formats->count > 0;
    for (size_t i = 0; i < dataset->column_count; i++) {
        cln_config_column *const column = &dataset->columns[i];
        if (strcmp(column->type_name, "timestamp") != 0 || column->format_count > 0) continue;
        free(column->formats); /* an empty list */
        column->formats = NULL;
        CLN_TRY(copy_formats(column, declared ? formats->items : iso, declared ? formats->count : CLN_COUNT(iso),
                             reader->err));
    }
    return CLN_OK;
}

void cln_format_list_clean_up(cln_format_list *formats) {
    for (size_t i = 0; i < formats->count; i++) free(formats->items[i].pattern);
    free(formats->items);
    *formats = (cln_format_list){0};
}
