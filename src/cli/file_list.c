/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/cli/file_list.h"

#include "colonnade/base/compression.h"
#include "colonnade/base/file.h"
#include "colonnade/base/memory.h"
#include "colonnade/base/string_table.h"
#include "colonnade/net/input.h"
#include "colonnade/net/s3.h"

#include <glob.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void cln_file_list_clean_up(cln_file_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        free(list->items[i].path);
        free(list->items[i].name);
    }
    free(list->items);
    *list = (cln_file_list){0};
}

cln_status cln_file_list_add(cln_file_list *list, const char *path, cln_span name, cln_error *err) {
    CLN_TRY(cln_grow_array(&list->items, &list->capacity, list->count + 1, sizeof *list->items, err));
    cln_file_item *item = &list->items[list->count];
    *item = (cln_file_item){0};
    CLN_TRY(cln_copy_string(&item->path, path, err));
    list->count++; /* before the next can fail, so that the path is freed */
    return cln_copy_span(&item->name, name, err);
}

/* ---- Arguments ---- */

static bool is_pattern(const char *argument) {
    return !cln_s3_is_address(argument) && strpbrk(argument, "*?[") != NULL && !cln_file_exists(argument);
}

static int compare_paths(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static cln_status fail_glob(const char *pattern, int result, cln_error *err) {
    switch (result) {
    case GLOB_NOMATCH:
        return cln_fail(err, CLN_ERR_USAGE, "no file matches \"%s\"; see whether the folder and the pattern are right",
                        pattern);
    case GLOB_NOSPACE:
        return cln_fail_memory(err, "listing files");
    default:
        return cln_fail(err, CLN_ERR_IO, "a folder of \"%s\" cannot be read", pattern);
    }
}

cln_status cln_file_list_add_argument(cln_file_list *list, const char *argument, cln_error *err) {
    if (!is_pattern(argument)) return cln_file_list_add(list, argument, cln_path_data_stem(argument), err);
    glob_t found;
    const int result = glob(argument, GLOB_ERR | GLOB_NOSORT, NULL, &found);
    if (result != 0) return fail_glob(argument, result, err);
    qsort(found.gl_pathv, found.gl_pathc, sizeof(char *), compare_paths); /* glob's own order follows the locale */
    cln_status status = CLN_OK;
    for (size_t i = 0; status == CLN_OK && i < found.gl_pathc; i++) {
        status = cln_file_list_add(list, found.gl_pathv[i], cln_path_data_stem(found.gl_pathv[i]), err);
    }
    globfree(&found);
    return status;
}

/* ---- Each once ---- */

/* What tells a file from others, whatever its path. */
static cln_status write_identity(const char *path, cln_buffer *identity, cln_error *err) {
    struct stat found;
    cln_buffer_clear(identity);
    if (cln_s3_is_address(path) || stat(path, &found) != 0) return cln_buffer_append_format(identity, err, "=%s", path);
    return cln_buffer_append_format(identity, err, "%" PRIuMAX " %" PRIuMAX, (uintmax_t)found.st_dev,
                                    (uintmax_t)found.st_ino);
}

static cln_status fail_twice(const char *path, const char *former, cln_error *err) {
    if (strcmp(path, former) == 0) return cln_fail(err, CLN_ERR_USAGE, "%s is given twice; leave one out", path);
    return cln_fail(err, CLN_ERR_USAGE, "%s is given twice, also as %s; leave one out", path, former);
}

static cln_status check_once(const cln_file_list *list, cln_string_table *seen, cln_buffer *identity, cln_error *err) {
    for (size_t i = 0; i < list->count; i++) {
        uint32_t former;
        CLN_TRY(write_identity(list->items[i].path, identity, err));
        CLN_TRY(cln_string_table_intern(seen, cln_buffer_span(identity), &former, err));
        if (former < i) return fail_twice(list->items[i].path, list->items[former].path, err);
    }
    return CLN_OK;
}

cln_status cln_file_list_check_once(const cln_file_list *list, cln_error *err) {
    cln_string_table seen;
    cln_buffer identity;
    cln_string_table_init(&seen, SIZE_MAX);
    cln_buffer_init(&identity, SIZE_MAX);
    const cln_status status = check_once(list, &seen, &identity, err);
    cln_buffer_clean_up(&identity);
    cln_string_table_clean_up(&seen);
    return status;
}

/* ---- Compressed ones ---- */

static bool is_compressed(const cln_cli *cli, const char *path) {
    cln_byte_source *file;
    if (cln_input_open(&file, path, &cli->config.s3, NULL) != CLN_OK) return false;
    cln_compression compression = CLN_COMPRESSION_NONE;
    const cln_status status = cln_compression_detect(file, &compression, NULL);
    file->release(file);
    return status == CLN_OK && compression != CLN_COMPRESSION_NONE;
}

void cln_file_list_look(cln_file_list *list, const cln_cli *cli) {
    for (size_t i = 0; i < list->count; i++) list->items[i].is_compressed = is_compressed(cli, list->items[i].path);
}

size_t cln_file_list_compressed_count(const cln_file_list *list, size_t first, size_t most) {
    size_t count = 0;
    while (count < most && first + count < list->count && list->items[first + count].is_compressed) count++;
    return count;
}

/* ---- All ranks ---- */

/* Of each item one byte, and path and name with their NULs. */
static cln_status pack(const cln_file_list *list, cln_buffer *bytes, cln_error *err) {
    for (size_t i = 0; i < list->count; i++) {
        const cln_file_item *item = &list->items[i];
        CLN_TRY(cln_buffer_append_char(bytes, item->is_compressed ? 'c' : 'p', err));
        CLN_TRY(cln_buffer_append(bytes, item->path, strlen(item->path) + 1, err));
        CLN_TRY(cln_buffer_append(bytes, item->name, strlen(item->name) + 1, err));
    }
    return CLN_OK;
}

static cln_status unpack(cln_file_list *list, cln_span bytes, cln_error *err) {
    const char *next = bytes.data;
    while (next < bytes.data + bytes.size) {
        const bool compressed = *next++ == 'c';
        const char *name = next + strlen(next) + 1;
        CLN_TRY(cln_file_list_add(list, next, cln_span_of_string(name), err));
        list->items[list->count - 1].is_compressed = compressed;
        next = name + strlen(name) + 1;
    }
    return CLN_OK;
}

cln_status cln_file_list_share(cln_file_list *list, const cln_comm *comm, cln_status made, cln_error *err) {
    cln_buffer bytes;
    cln_buffer_init(&bytes, SIZE_MAX);
    cln_status status = made;
    if (comm->rank == 0 && status == CLN_OK) status = pack(list, &bytes, err);
    status = cln_agree(comm, status, err);
    if (status == CLN_OK) status = cln_broadcast_buffer(comm, &bytes, 0, err);
    if (status == CLN_OK && comm->rank != 0) status = unpack(list, cln_buffer_span(&bytes), err);
    cln_buffer_clean_up(&bytes);
    return cln_agree(comm, status, err);
}
