/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "export_times.h"

#include "colonnade/base/date.h"
#include "colonnade/base/log.h"

#include <cjson/cJSON.h>
#include <string.h>

static const char *text_of(const cJSON *object, const char *key) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsString(item) ? item->valuestring : "";
}

/* Whether the first format that takes what export writes is one in UTC. */
static bool reads_as_utc(const cJSON *formats) {
    const cln_span exported = cln_span_of_string("2001-02-03T04:05:06");
    const cJSON *item;
    cJSON_ArrayForEach(item, formats) {
        cln_date_format format;
        int64_t seconds;
        const bool is_utc = strcmp(text_of(item, "zone"), "utc") == 0;
        if (cln_date_format_compile(&format, text_of(item, "pattern"), is_utc, NULL) != CLN_OK) continue;
        if (cln_date_parse(&format, exported, &seconds)) return is_utc;
    }
    return false;
}

static bool is_among(const char *name, const char *const *columns, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (strcmp(name, columns[i]) == 0) return true;
    }
    return false;
}

void cln_warn_of_utc_times(const cln_dataset *dataset, size_t partition, const char *const *columns,
                           size_t column_count) {
    const char *schema = cln_dataset_attribute(dataset, partition, "schema");
    cJSON *list = schema == NULL ? NULL : cJSON_Parse(schema);
    const cJSON *column;
    cJSON_ArrayForEach(column, list) {
        const char *name = text_of(column, "name");
        if (!is_among(name, columns, column_count)) continue;
        if (!reads_as_utc(cJSON_GetObjectItemCaseSensitive(column, "formats"))) continue;
        cln_warning("times of column '%s' of partition '%s' are written in civil time, as '2001-02-03T04:05:06', which "
                    "the column's formats read as UTC; to ingest them again, declare no such format",
                    name, cln_dataset_manifest(dataset)->partitions[partition].id);
    }
    cJSON_Delete(list);
}
