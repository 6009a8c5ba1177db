/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What scan --schema warns of in the files that it unites.
 */
#include "colonnade/base/log.h"
#include "colonnade/base/memory.h"
#include "scan_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LISTED_COLUMNS = 8, LISTED_FILES = 8 };

static void warn_of_dialect(const scan_union *joint, const scan_union_file *file) {
    const scan_union_file *most = &joint->files[joint->dialect_file];
    if (file->column_count == 0 || cln_dialect_are_alike(&file->detection.dialect, &most->detection.dialect)) return;
    char own[CLN_DETECTION_TEXT_BYTES];
    char declared[CLN_DETECTION_TEXT_BYTES];
    cln_cli_describe_detection(&file->detection, own);
    cln_cli_describe_detection(&most->detection, declared);
    cln_warning("%s has another dialect (%s) than the one proposed (%s); ingest it with --detect", file->item->path,
                own, declared);
}

static void warn_of_repeated(const scan_union_file *file) {
    if (file->repeated_count == 0) return;
    char more[40] = "";
    if (file->repeated_count > 1) {
        (void)snprintf(more, sizeof more, ", as have %zu more", file->repeated_count - 1);
    }
    cln_warning("%s: column %zu (\"%.80s\"): an earlier column has the same name%s; ingest refuses the file until its "
                "names differ",
                file->item->path, file->repeated + 1, file->repeated_title, more);
}

/* has: of each column of the union, whether the file has it. */
static cln_status warn_of_lacking(const scan_union *joint, const scan_union_file *file, bool *has, cln_buffer *list,
                                  cln_error *err) {
    size_t count = 0;
    cln_buffer_clear(list);
    memset(has, 0, joint->keys.count * sizeof *has);
    for (size_t i = 0; i < file->column_count; i++) has[file->columns[i]] = true;
    for (size_t i = 0; i < joint->order_count; i++) {
        const uint32_t column = joint->order[i];
        if (has[column] || ++count > LISTED_COLUMNS) continue;
        CLN_TRY(
            cln_buffer_append_format(list, err, "%s\"%.80s\"", count == 1 ? "" : ", ", joint->columns[column].title));
    }
    if (count == 0) return CLN_OK;
    if (count > LISTED_COLUMNS) {
        CLN_TRY(cln_buffer_append_format(list, err, " and %zu more", count - LISTED_COLUMNS));
    }
    CLN_TRY(cln_buffer_terminate(list, err));
    cln_warning("%s lacks %zu column%s that other files have: %s", file->item->path, count, count == 1 ? "" : "s",
                list->data);
    return CLN_OK;
}

/* The first column with a name that cannot be declared and stands before one
 * that can; NULL when there is none. number: where, among those with names. */
static const scan_column *find_gap(const scan_union *joint, size_t *number) {
    for (size_t i = 0; i < joint->declared_count; i++) {
        if (joint->order[i] == joint->declared[i]) continue;
        *number = i + 1;
        return &joint->columns[joint->order[i]];
    }
    return NULL;
}

static void warn_of_gap(const scan_union *joint, const scan_union_file *file) {
    size_t number = 0;
    const scan_column *gap = find_gap(joint, &number);
    if (gap == NULL || file->has_header || file->column_count < number) return;
    const char *path = file->item->path;
    cln_warning(
        "%s has no header, and column %zu (\"%.80s\") of %s cannot be declared, so ingest takes column %zu of "
        "%s and those behind it for the columns that follow; give that column a name of its own, or %s a header",
        path, gap->position + 1, gap->title, joint->files[gap->first_file].item->path, number, path, path);
}

/* Files stand in the order of their names. */
static void warn_of_name(const scan_union *joint, size_t f) {
    const cln_file_item *former = joint->files[f - 1].item;
    const cln_file_item *item = joint->files[f].item;
    if (strcmp(former->name, item->name) != 0) return;
    cln_warning("%s and %s would both be the partition \"%s\"; ingest refuses them together and takes them one by one "
                "with --as NAME",
                former->path, item->path, item->name);
}

cln_status cln_scan_warn_left_out(const cln_file_list *list, const scan_facts *facts, cln_error *err) {
    size_t count = 0;
    cln_buffer paths;
    cln_buffer_init(&paths, SIZE_MAX);
    cln_status status = CLN_OK;
    for (size_t i = 0; i < list->count && status == CLN_OK; i++) {
        if (facts[i].is_known || ++count > LISTED_FILES) continue;
        status = cln_buffer_append_format(&paths, err, "%s%s", count == 1 ? "" : ", ", list->items[i].path);
    }
    if (status == CLN_OK) status = cln_buffer_terminate(&paths, err);
    if (status == CLN_OK && count > 0) {
        cln_warning("the schema leaves out %zu of %zu files, for they could not be read: %s%s", count, list->count,
                    paths.data, count > LISTED_FILES ? ", ..." : "");
    }
    cln_buffer_clean_up(&paths);
    return status;
}

cln_status cln_scan_union_warn(const scan_union *joint, cln_error *err) {
    bool *has;
    CLN_TRY(cln_new_array(&has, joint->keys.count, sizeof *has, err));
    cln_buffer list;
    cln_buffer_init(&list, SIZE_MAX);
    cln_status status = CLN_OK;
    for (size_t f = 0; f < joint->file_count && status == CLN_OK; f++) {
        if (f > 0) warn_of_name(joint, f);
        warn_of_dialect(joint, &joint->files[f]);
        warn_of_repeated(&joint->files[f]);
        warn_of_gap(joint, &joint->files[f]);
        status = warn_of_lacking(joint, &joint->files[f], has, &list, err);
    }
    cln_buffer_clean_up(&list);
    free(has);
    return status;
}
