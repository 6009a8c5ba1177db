/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "leftovers.h"

#include "colonnade/base/file.h"
#include "colonnade/base/folder.h"
#include "colonnade/base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The first line of a table of a report ends so (see cln_answer_table_with_origin);
 * somebody's own calls.csv does not. */
static bool is_report_table(const char *dir, const char *name) {
    static const char end[] = ",origin";
    char header[4096] = "";
    char *path;
    if (cln_path_join(&path, dir, name, NULL) != CLN_OK) return false;
    FILE *file = fopen(path, "re");
    free(path);
    if (file == NULL) return false;
    const bool has_line = fgets(header, sizeof header, file) != NULL;
    (void)fclose(file);
    header[strcspn(header, "\r\n")] = '\0';
    const size_t size = strlen(header);
    if (strstr(header, ",origin: ") != NULL) return has_line; /* a table without rows, of generated data */
    return has_line && size >= sizeof end - 1 && strcmp(header + size - (sizeof end - 1), end) == 0;
}

static bool ends_in(const char *name, const char *end) {
    const size_t size = strlen(name), end_size = strlen(end);
    return size >= end_size && strcmp(name + size - end_size, end) == 0;
}

/* NAME.csv or NAME_*.csv */
static bool may_be_table(const char *file, const char *question) {
    const size_t size = strlen(question);
    return strncmp(file, question, size) == 0 && (file[size] == '_' || file[size] == '.') && ends_in(file, ".csv");
}

static bool is_figure(const char *file, const char *question) {
    const size_t size = strlen(question);
    if (strncmp(file, question, size) != 0) return false;
    return strcmp(file + size, ".svg") == 0 || strcmp(file + size, ".png") == 0 || strcmp(file + size, ".gp") == 0;
}

static bool has_table(const cln_answer *answer, const char *file) {
    for (size_t i = 0; i < answer->table_count; i++) {
        const size_t size = strlen(answer->tables[i].name);
        if (strncmp(file, answer->tables[i].name, size) == 0 && strcmp(file + size, ".csv") == 0) return true;
    }
    return false;
}

static cln_status remove_file(const char *dir, const char *name, cln_error *err) {
    char *path;
    CLN_TRY(cln_path_join(&path, dir, name, err));
    const bool failed = unlink(path) != 0;
    const cln_status status = failed ? cln_fail_errno(err, "cannot remove %s, which is out of date", path) : CLN_OK;
    free(path);
    return status;
}

cln_status cln_leftovers_remove(const char *dir, const cln_answer *answer, cln_error *err) {
    cln_folder_list files;
    cln_figure_remove(dir, answer->name);
    cln_status status = cln_folder_read(&files, dir, ".csv", err);
    for (size_t i = 0; status == CLN_OK && i < files.count; i++) {
        const char *name = files.names[i];
        if (!may_be_table(name, answer->name) || has_table(answer, name) || !is_report_table(dir, name)) continue;
        status = remove_file(dir, name, err);
    }
    cln_folder_clean_up(&files);
    return status;
}

static bool is_asked(const cln_report *report, size_t question) {
    for (size_t i = 0; i < report->entry_count; i++) {
        if (report->entries[i].question == question) return true;
    }
    return false;
}

static bool is_left(const char *dir, const cln_report *report, const char *file) {
    for (size_t q = 0; q < CLN_QUESTION_COUNT; q++) {
        const char *name = cln_questions[q].name;
        if (is_asked(report, q)) continue;
        if (is_figure(file, name) || (may_be_table(file, name) && is_report_table(dir, file))) return true;
    }
    return false;
}

cln_status cln_leftovers_list(const char *dir, const cln_report *report, cln_buffer *text, cln_error *err) {
    cln_folder_list files;
    cln_status status = cln_folder_read(&files, dir, "", err);
    for (size_t i = 0; status == CLN_OK && i < files.count; i++) {
        if (!is_left(dir, report, files.names[i])) continue;
        status = cln_buffer_append_format(text, err, "%s%s", text->size > 0 ? ", " : "", files.names[i]);
    }
    cln_folder_clean_up(&files);
    return status;
}
