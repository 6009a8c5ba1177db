/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/net/staging.h"

#include "colonnade/base/date.h"
#include "colonnade/base/file.h"
#include "colonnade/base/folder.h"
#include "colonnade/base/memory.h"
#include "colonnade/base/span.h"
#include "sidecar.h"

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

static bool has_suffix(cln_span name, const char *suffix) {
    const size_t size = strlen(suffix);
    return name.size > size && memcmp(name.data + name.size - size, suffix, size) == 0;
}

/* "SOURCE.csv" of that or of its sidecar, which may stand for it; false for other names. */
static bool take_file_name(const char *name, const char *extension, cln_span *file_name) {
    *file_name = cln_span_of_string(name);
    if (has_suffix(*file_name, CLN_SIDECAR_SUFFIX)) file_name->size -= strlen(CLN_SIDECAR_SUFFIX);
    return has_suffix(*file_name, extension);
}

static bool list_has(const cln_folder_list *list, const char *extension, cln_span stem) {
    for (size_t i = 0; i < list->count; i++) {
        cln_span name;
        if (!take_file_name(list->names[i], extension, &name)) continue;
        name.size -= strlen(extension);
        if (cln_span_equal(name, stem)) return true;
    }
    return false;
}

/* Splits "SOURCE.csv" or "SOURCE.N.csv". */
static void split_name(const cln_folder_list *siblings, const char *extension, cln_span name, cln_span *source,
                       long *version) {
    *source = cln_span_of(name.data, name.size - strlen(extension));
    *version = 1;
    size_t digits = 0;
    while (digits < source->size && is_digit(source->data[source->size - 1 - digits])) digits++;
    if (digits == 0 || digits > 6 || digits + 2 > source->size || source->data[source->size - 1 - digits] != '.') {
        return;
    }
    const cln_span stem = cln_span_of(name.data, source->size - digits - 1);
    const long number = strtol(source->data + source->size - digits, NULL, 10);
    if (number >= 2 && list_has(siblings, extension, stem)) {
        *source = stem;
        *version = number;
    }
}

/* A staged file and its version while the newest is sought. */
typedef struct candidate_list {
    cln_staged_file *files;
    long *versions;
    size_t count;
    size_t file_capacity;
    size_t version_capacity;
    const char *dataset_dir;
    const char *extension;
} candidate_list;

void cln_staged_file_clean_up(cln_staged_file *file) {
    free(file->source);
    free(file->path);
    free(file->date);
    *file = (cln_staged_file){0};
}

static cln_status fill_file(cln_staged_file *file, cln_span source, const char *path, const char *date,
                            cln_error *err) {
    cln_status status = cln_copy_span(&file->source, source, err);
    if (status == CLN_OK) status = cln_copy_string(&file->date, date, err);
    if (status == CLN_OK) status = cln_copy_string(&file->path, path, err);
    if (status != CLN_OK) cln_staged_file_clean_up(file);
    return status;
}

/* Dates come in ascending order, so a later file replaces a former one unless
 * it is a lower version of the same date. */
static cln_status offer(candidate_list *list, cln_span source, long version, const char *path, const char *date,
                        cln_error *err) {
    size_t at = 0;
    while (at < list->count && !cln_span_equal(cln_span_of_string(list->files[at].source), source)) at++;
    /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): what was freed here was replaced at once */
    if (at < list->count && strcmp(list->files[at].date, date) == 0 && list->versions[at] > version) return CLN_OK;
    CLN_TRY(cln_grow_array(&list->files, &list->file_capacity, at + 1, sizeof *list->files, err));
    CLN_TRY(cln_grow_array(&list->versions, &list->version_capacity, at + 1, sizeof *list->versions, err));
    cln_staged_file file = {0};
    CLN_TRY(fill_file(&file, source, path, date, err));
    if (at < list->count) cln_staged_file_clean_up(&list->files[at]);
    list->files[at] = file;
    list->versions[at] = version;
    if (at == list->count) list->count++;
    return CLN_OK;
}

/* "DATE/NAME" of the same dataset, and nothing that leads elsewhere. */
static bool is_staged_name(const char *text) {
    char date[sizeof "YYYY-MM-DD"];
    const char *slash = strchr(text, '/');
    if (slash == NULL || (size_t)(slash - text) != sizeof date - 1) return false;
    memcpy(date, text, sizeof date - 1);
    date[sizeof date - 1] = '\0';
    return is_date(date) && cln_path_is_safe_name(slash + 1);
}

/* Where the bytes of a staged file are: in it, or where its sidecar says. NULL: nowhere any more. */
static cln_status resolve(char **path, const candidate_list *list, const char *folder, cln_span name, cln_error *err) {
    *path = NULL;
    char *file_path = NULL;
    CLN_TRY(cln_format_string(&file_path, err, "%s/%.*s", folder, (int)name.size, name.data));
    if (cln_file_exists(file_path)) {
        *path = file_path;
        return CLN_OK;
    }
    cln_origin origin;
    cln_status status = cln_origin_read(&origin, file_path, err);
    if (status == CLN_OK && origin.same_as != NULL && is_staged_name(origin.same_as)) {
        status = cln_path_join(path, list->dataset_dir, origin.same_as, err);
        if (status == CLN_OK && !cln_file_exists(*path)) {
            free(*path);
            *path = NULL;
        }
    }
    cln_origin_clean_up(&origin);
    free(file_path);
    return status;
}

static cln_status offer_name(candidate_list *list, const cln_folder_list *names, size_t at, const char *folder,
                             const char *date, cln_error *err) {
    cln_span name;
    cln_span source;
    long version;
    if (!take_file_name(names->names[at], list->extension, &name)) return CLN_OK;
    split_name(names, list->extension, name, &source, &version);
    char *path = NULL;
    cln_status status = resolve(&path, list, folder, name, err);
    if (status == CLN_OK && path != NULL) status = offer(list, source, version, path, date, err);
    free(path);
    return status;
}

static cln_status offer_folder(candidate_list *list, const char *date, cln_error *err) {
    char *folder = NULL;
    CLN_TRY(cln_path_join(&folder, list->dataset_dir, date, err));
    cln_folder_list names;
    cln_status status = cln_folder_read(&names, folder, "", err);
    for (size_t i = 0; status == CLN_OK && i < names.count; i++) {
        status = offer_name(list, &names, i, folder, date, err);
    }
    cln_folder_clean_up(&names);
    free(folder);
    return status;
}

static int compare_sources(const void *a, const void *b) {
    return strcmp(((const cln_staged_file *)a)->source, ((const cln_staged_file *)b)->source);
}

static cln_status collect(candidate_list *list, const char *date, cln_error *err) {
    cln_folder_list dates;
    cln_status status = cln_folder_read(&dates, list->dataset_dir, "", err);
    for (size_t i = 0; status == CLN_OK && i < dates.count; i++) {
        const char *name = dates.names[i];
        if (!is_date(name) || (date != NULL && strcmp(name, date) != 0)) continue;
        status = offer_folder(list, name, err);
    }
    cln_folder_clean_up(&dates);
    return status;
}

static cln_status find_newest(cln_staged_files *staged, const char *staging_dir, const char *dataset,
                              const char *extension, const char *date, cln_error *err) {
    *staged = (cln_staged_files){0};
    char *dataset_dir = NULL;
    CLN_TRY(cln_path_join(&dataset_dir, staging_dir, dataset, err));
    candidate_list list = {.dataset_dir = dataset_dir, .extension = extension};
    const cln_status status = collect(&list, date, err);
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

cln_status cln_staging_newest(cln_staged_files *staged, const char *staging_dir, const char *dataset, const char *date,
                              cln_error *err) {
    *staged = (cln_staged_files){0};
    if (date != NULL) CLN_TRY(cln_staging_check_date(date, err));
    return find_newest(staged, staging_dir, dataset, CSV_SUFFIX, date, err);
}

cln_status cln_staging_find(cln_staged_file *file, const char *staging_dir, const char *dataset, const char *source,
                            const char *extension, cln_error *err) {
    *file = (cln_staged_file){0};
    cln_staged_files staged;
    CLN_TRY(find_newest(&staged, staging_dir, dataset, extension, NULL, err));
    for (size_t i = 0; i < staged.count; i++) {
        if (strcmp(staged.files[i].source, source) != 0) continue;
        *file = staged.files[i];
        staged.files[i] = (cln_staged_file){0};
    }
    cln_staged_files_clean_up(&staged);
    return CLN_OK;
}

void cln_staged_files_clean_up(cln_staged_files *staged) {
    for (size_t i = 0; i < staged->count; i++) cln_staged_file_clean_up(&staged->files[i]);
    free(staged->files);
    *staged = (cln_staged_files){0};
}
