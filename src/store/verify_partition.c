/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "verify_partition.h"

#include "colonnade/base/utf8.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

/* JSON's numbers are doubles. */
#define EXACT_LIMIT 9007199254740992.0

typedef struct text_job {
    cln_findings *findings;
    cln_place place;
    const cln_partition_info *info;
    const cJSON *account, *provenance;
} text_job;

/* A count of the account; 0 with a finding when there is none. */
static uint64_t count_of(const text_job *job, const cJSON *object, const char *name) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    if (cJSON_IsNumber(item) && item->valuedouble >= 0.0 && item->valuedouble <= EXACT_LIMIT) {
        return (uint64_t)item->valuedouble;
    }
    cln_findings_add(job->findings, job->place, CLN_ERR_DATA, "its texts have no count '%s'", name);
    return 0;
}

static void compare(const text_job *job, const char *what, uint64_t value, const char *other, uint64_t expected) {
    if (value == expected) return;
    cln_findings_add(job->findings, job->place, CLN_ERR_DATA, "%s are %" PRIu64 ", but %s %" PRIu64, what, value, other,
                     expected);
}

static void compare_text(const text_job *job, const char *name, const char *expected) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(job->provenance, name);
    if (cJSON_IsString(item) && strcmp(item->valuestring, expected) == 0) return;
    cln_findings_add(job->findings, job->place, CLN_ERR_DATA, "its provenance has '%s' as %s, not '%s'", name,
                     cJSON_IsString(item) ? item->valuestring : "no text", expected);
}

static uint64_t sum_of_reasons(const cJSON *account) {
    uint64_t sum = 0;
    const cJSON *item;
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(account, "rejected_for")) {
        if (cJSON_IsNumber(item) && item->valuedouble >= 0.0 && item->valuedouble <= EXACT_LIMIT) {
            sum += (uint64_t)item->valuedouble;
        }
    }
    return sum;
}

/* Records read are stored or rejected, and every byte belongs to one part. */
static void check_account(const text_job *job, uint64_t rows) {
    const cJSON *account = job->account;
    const uint64_t stored = count_of(job, account, "records_stored");
    const uint64_t rejected = count_of(job, account, "records_rejected");
    compare(job, "records read", count_of(job, account, "records_read"), "stored and rejected ones", stored + rejected);
    compare(job, "records rejected", rejected, "those of all reasons", sum_of_reasons(account));
    compare(job, "records rejected", rejected, "those of the manifest", job->info->rejected);
    compare(job, "records stored", stored, "rows of the table", rows);
    static const char *const parts[] = {"bytes_bom", "bytes_header", "bytes_stored", "bytes_rejected", "bytes_blank"};
    uint64_t sum = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) sum += count_of(job, account, parts[i]);
    compare(job, "bytes of the account", count_of(job, account, "bytes"), "those of its parts", sum);
}

/* The account's parts lie where the provenance says. */
static void check_ranges(const text_job *job) {
    const cJSON *range = cJSON_GetObjectItemCaseSensitive(job->provenance, "data_range");
    const cJSON *first = cJSON_GetArrayItem(range, 0), *second = cJSON_GetArrayItem(range, 1);
    if (!cJSON_IsNumber(first) || !cJSON_IsNumber(second)) {
        cln_findings_add(job->findings, job->place, CLN_ERR_DATA, "its provenance has no range of data");
        return;
    }
    const bool is_compressed = cJSON_HasObjectItem(job->provenance, "decompressed_size_bytes") != 0;
    const uint64_t content = count_of(job, job->provenance, is_compressed ? "decompressed_size_bytes" : "size_bytes");
    compare(job, "bytes of the account", count_of(job, job->account, "bytes"), "those of the file", content);
    compare(job, "bytes up to the end of data", (uint64_t)second->valuedouble, "those of the file", content);
    /* Blank lines may stand before the header, too. */
    const uint64_t least = count_of(job, job->account, "bytes_bom") + count_of(job, job->account, "bytes_header");
    const uint64_t most = least + count_of(job, job->account, "bytes_blank");
    if (first->valuedouble >= (double)least && first->valuedouble <= (double)most) return;
    cln_findings_add(job->findings, job->place, CLN_ERR_DATA,
                     "its data begin at byte %.0f, but mark, header and blank lines have %" PRIu64 " to %" PRIu64,
                     first->valuedouble, least, most);
}

static void check_provenance(const text_job *job, const char *dataset) {
    compare_text(job, "dataset", dataset);
    compare_text(job, "partition", job->info->id);
    compare_text(job, "content_hash", job->info->content_hash);
    compare(job, "bytes of the provenance", count_of(job, job->provenance, "size_bytes"), "those of the manifest",
            job->info->source_size_bytes);
    const bool is_sample = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(job->provenance, "sample")) != 0;
    if (is_sample != job->info->is_sample) {
        cln_findings_add(job->findings, job->place, CLN_ERR_DATA,
                         "provenance and manifest differ in whether it is a sample");
    }
    check_ranges(job);
}

/* The columns in their order, behind the number of the record. */
static void check_schema(const text_job *job, const cJSON *schema, const cln_file_table *table) {
    const size_t count = (size_t)cJSON_GetArraySize(schema);
    bool are_same = cJSON_IsArray(schema) && count + 1 == table->column_count;
    for (size_t i = 0; are_same && i < count; i++) {
        const cJSON *name = cJSON_GetObjectItemCaseSensitive(cJSON_GetArrayItem(schema, (int)i), "name");
        are_same = cJSON_IsString(name) && strcmp(name->valuestring, table->columns[i + 1].name) == 0;
    }
    if (are_same) return;
    cln_findings_add(job->findings, job->place, CLN_ERR_DATA, "its schema does not name the columns that it has");
}

/* NULL with a finding when there is none. */
static cJSON *take_text(const text_job *job, cln_partition_file *file, const char *name) {
    const char *text = cln_partition_file_attribute(file, name);
    cJSON *json = text == NULL || !cln_utf8_is_valid(cln_span_of_string(text)) ? NULL : cJSON_Parse(text);
    if (json == NULL) {
        cln_findings_add(job->findings, job->place, CLN_ERR_DATA, "its %s cannot be read", name);
    }
    return json;
}

void cln_check_partition_texts(cln_findings *findings, cln_place place, cln_partition_file *file,
                               const cln_partition_info *info, const char *dataset) {
    text_job job = {.findings = findings, .place = place, .info = info};
    cJSON *account = take_text(&job, file, "account");
    cJSON *provenance = take_text(&job, file, "provenance");
    cJSON *schema = take_text(&job, file, "schema");
    job.account = account;
    job.provenance = provenance;
    if (account != NULL) check_account(&job, file->tables[0].rows);
    if (account != NULL && provenance != NULL) check_provenance(&job, dataset);
    if (schema != NULL) check_schema(&job, schema, &file->tables[0]);
    cJSON_Delete(account);
    cJSON_Delete(provenance);
    cJSON_Delete(schema);
}
