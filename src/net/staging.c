/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/net/staging.h"

#include "colonnade/base/date.h"
#include "colonnade/base/file.h"
#include "colonnade/base/folder.h"
#include "colonnade/base/memory.h"
#include "colonnade/base/span.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define CSV_SUFFIX ".csv"

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_date(const char *text) {
    static const char shape[] = "dddd-dd-dd";
    if (strlen(text) != sizeof shape - 1) return false;
    for (size_t i = 0; i + 1 < sizeof shape; i++) {
        if (shape[i] == 'd' ? !is_digit(text[i]) : text[i] != shape[i]) return false;
    }
    const int year = atoi(text);
    const int month = atoi(text + 5);
    const int day = atoi(text + 8);
    return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= cln_days_in_month(year, month);
}

cln_status cln_staging_check_date(const char *text, cln_error *err) {
    if (is_date(text)) return CLN_OK;
    return cln_fail(err, CLN_ERR_USAGE, "'%s' is no date; write it as YYYY-MM-DD", text);
}

static bool list_has(const cln_folder_list *list, cln_span stem) {
    for (size_t i = 0; i < list->count; i++) {
        const cln_span name = cln_span_of_string(list->names[i]);
        if (name.size == stem.size + strlen(CSV_SUFFIX) && memcmp(name.data, stem.data, stem.size) == 0 &&
            strcmp(name.data + stem.size, CSV_SUFFIX) == 0) {
            return true;
        }
    }
    return false;
}

/* Splits "SOURCE.csv" or "SOURCE.N.csv"; false for other names. */
static bool split_name(const cln_folder_list *siblings, const char *name, cln_span *source, long *version) {
    const size_t size = strlen(name);
    const size_t suffix = strlen(CSV_SUFFIX);
    if (size <= suffix || strcmp(name + size - suffix, CSV_SUFFIX) != 0) return false;
    *source = cln_span_of(name, size - suffix);
    *version = 1;
    size_t digits = 0;
    while (digits < source->size && is_digit(source->data[source->size - 1 - digits])) digits++;
    if (digits == 0 || digits > 6 || digits + 2 > source->size || source->data[source->size - 1 - digits] != '.') {
        return true;
    }
    const cln_span stem = cln_span_of(name, source->size - digits - 1);
    const long number = strtol(source->data + source->size - digits, NULL, 10);
    if (number >= 2 && list_has(siblings, stem)) {
        *source = stem;
        *version = number;
    }
    return true;
}

/* A staged file and its version while the newest is sought. */
typedef struct candidate_list {
    cln_staged_file *files;
    long *versions;
    size_t count;
    size_t file_capacity;
    size_t version_capacity;
} candidate_list;

static void clean_up_file(cln_staged_file *file) {
    free(file->source);
    free(file->path);
    free(file->date);
    *file = (cln_staged_file){0};
}

static cln_status fill_file(cln_staged_file *file, cln_span source, const char *folder, const char *date,
                            const char *name, cln_error *err) {
    cln_status status = cln_copy_span(&file->source, source, err);
    if (status == CLN_OK) status = cln_copy_string(&file->date, date, err);
    if (status == CLN_OK) status = cln_path_join(&file->path, folder, name, err);
    if (status != CLN_OK) clean_up_file(file);
    return status;
}

/* Dates come in ascending order, so a later file replaces a former one unless
 * it is a lower version of the same date. */
static cln_status offer(candidate_list *list, cln_span source, long version, const char *folder, const char *date,
                        const char *name, cln_error *err) {
    size_t at = 0;
    while (at < list->count && !cln_span_equal(cln_span_of_string(list->files[at].source), source)) at++;
    /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): what was freed here was replaced at once */
    if (at < list->count && strcmp(list->files[at].date, date) == 0 && list->versions[at] > version) return CLN_OK;
    CLN_TRY(cln_grow_array(&list->files, &list->file_capacity, at + 1, sizeof *list->files, err));
    CLN_TRY(cln_grow_array(&list->versions, &list->version_capacity, at + 1, sizeof *list->versions, err));
    cln_staged_file file = {0};
    CLN_TRY(fill_file(&file, source, folder, date, name, err));
    if (at < list->count) clean_up_file(&list->files[at]);
    list->files[at] = file;
    list->versions[at] = version;
    if (at == list->count) list->count++;
    return CLN_OK;
}

static cln_status offer_folder(candidate_list *list, const char *dataset_dir, const char *date, cln_error *err) {
    char *folder = NULL;
    CLN_TRY(cln_path_join(&folder, dataset_dir, date, err));
    cln_folder_list names;
    cln_status status = cln_folder_read(&names, folder, CSV_SUFFIX, err);
    for (size_t i = 0; status == CLN_OK && i < names.count; i++) {
        cln_span source;
        long version;
        if (split_name(&names, names.names[i], &source, &version)) {
            status = offer(list, source, version, folder, date, names.names[i], err);
        }
    }
    cln_folder_clean_up(&names);
    free(folder);
    return status;
}

static int compare_sources(const void *a, const void *b) {
    return strcmp(((const cln_staged_file *)a)->source, ((const cln_staged_file *)b)->source);
}

static cln_status collect(candidate_list *list, const char *dataset_dir, const char *date, cln_error *err) {
    cln_folder_list dates;
    cln_status status = cln_folder_read(&dates, dataset_dir, "", err);
    for (size_t i = 0; status == CLN_OK && i < dates.count; i++) {
        const char *name = dates.names[i];
        if (!is_date(name) || (date != NULL && strcmp(name, date) != 0)) continue;
        status = offer_folder(list, dataset_dir, name, err);
    }
    cln_folder_clean_up(&dates);
    return status;
}

cln_status cln_staging_newest(cln_staged_files *staged, const char *staging_dir, const char *dataset, const char *date,
                              cln_error *err) {
    *staged = (cln_staged_files){0};
    if (date != NULL) CLN_TRY(cln_staging_check_date(date, err));
    char *dataset_dir = NULL;
    CLN_TRY(cln_path_join(&dataset_dir, staging_dir, dataset, err));
    candidate_list list = {0};
    const cln_status status = collect(&list, dataset_dir, date, err);
    free(dataset_dir);
    free(list.versions);
    *staged = (cln_staged_files){.count = list.count, .files = list.files};
    if (status != CLN_OK) {
        cln_staged_files_clean_up(staged);
    } else if (staged->count > 1) {
        qsort(staged->files, staged->count, sizeof *staged->files, compare_sources);
    }
    return status;
}

void cln_staged_files_clean_up(cln_staged_files *staged) {
    for (size_t i = 0; i < staged->count; i++) clean_up_file(&staged->files[i]);
    free(staged->files);
    *staged = (cln_staged_files){0};
}
