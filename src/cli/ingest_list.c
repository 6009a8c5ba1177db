/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/cli/ingest_list.h"

#include "colonnade/base/compression.h"
#include "colonnade/base/file.h"
#include "colonnade/base/memory.h"
#include "colonnade/base/utf8.h"
#include "colonnade/net/input.h"
#include "colonnade/net/s3.h"
#include "colonnade/net/staging.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>

void cln_ingest_list_clean_up(cln_ingest_list *list) {
    for (size_t i = 0; i < list->count; i++) {
        free(list->items[i].path);
        free(list->items[i].partition);
    }
    free(list->items);
    *list = (cln_ingest_list){0};
}

static cln_status add_item(cln_ingest_list *list, const char *path, cln_span partition, cln_error *err) {
    CLN_TRY(cln_grow_array(&list->items, &list->capacity, list->count + 1, sizeof *list->items, err));
    cln_ingest_item *item = &list->items[list->count];
    *item = (cln_ingest_item){0};
    CLN_TRY(cln_copy_string(&item->path, path, err));
    list->count++; /* before the next can fail, so that the path is freed */
    return cln_copy_span(&item->partition, partition, err);
}

/* ---- Given files ---- */

static bool is_pattern(const char *argument) {
    return !cln_s3_is_address(argument) && strpbrk(argument, "*?[") != NULL && !cln_file_exists(argument);
}

static int compare_paths(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static cln_status fail_glob(const char *pattern, int result, cln_error *err) {
    switch (result) {
    case GLOB_NOMATCH:
        return cln_fail(err, CLN_ERR_USAGE, "no file matches \"%s\"", pattern);
    case GLOB_NOSPACE:
        return cln_fail_memory(err, "listing files");
    default:
        return cln_fail(err, CLN_ERR_IO, "a folder of \"%s\" cannot be read", pattern);
    }
}

/* Adds the file that an argument names, or those that it matches. */
static cln_status add_argument(cln_ingest_list *list, const char *argument, cln_error *err) {
    if (!is_pattern(argument)) return add_item(list, argument, cln_path_data_stem(argument), err);
    glob_t found;
    const int result = glob(argument, GLOB_ERR | GLOB_NOSORT, NULL, &found);
    if (result != 0) return fail_glob(argument, result, err);
    qsort(found.gl_pathv, found.gl_pathc, sizeof(char *), compare_paths); /* glob's own order follows the locale */
    cln_status status = CLN_OK;
    for (size_t i = 0; status == CLN_OK && i < found.gl_pathc; i++) {
        status = add_item(list, found.gl_pathv[i], cln_path_data_stem(found.gl_pathv[i]), err);
    }
    globfree(&found);
    return status;
}

static cln_status list_given(const cln_cli *cli, cln_ingest_list *list, cln_error *err) {
    for (size_t i = 1; i < cli->argument_count; i++) CLN_TRY(add_argument(list, cli->arguments[i], err));
    const char *as = cln_option(cli->options, "as");
    if (as == NULL) return CLN_OK;
    if (list->count > 1) {
        return cln_fail(err, CLN_ERR_USAGE, "--as names one partition, but %zu files are given", list->count);
    }
    free(list->items[0].partition);
    list->items[0].partition = NULL;
    return cln_copy_string(&list->items[0].partition, as, err);
}

/* ---- Staged files ---- */

static cln_status list_staged(const cln_cli *cli, cln_ingest_list *list, cln_error *err) {
    const char *dataset = cli->arguments[0];
    const char *date = cln_option(cli->options, "date");
    cln_staged_files staged;
    CLN_TRY(cln_staging_newest(&staged, cli->settings.staging_dir, dataset, date, err));
    cln_status status = CLN_OK;
    for (size_t i = 0; status == CLN_OK && i < staged.count; i++) {
        status = add_item(list, staged.files[i].path, cln_span_of_string(staged.files[i].source), err);
    }
    cln_staged_files_clean_up(&staged);
    if (status == CLN_OK && list->count == 0) {
        status = cln_fail(
            err, CLN_ERR_USAGE,
            "nothing is staged for %s in %s%s%s; run 'colonnade fetch %s' first, or name files: 'colonnade "
            "ingest %s FILE...'",
            dataset, cli->settings.staging_dir, date == NULL ? "" : " on ", date == NULL ? "" : date, dataset, dataset);
    }
    return status;
}

/* ---- All ranks ---- */

static cln_status check_partition_names(const cln_ingest_list *list, cln_error *err) {
    for (size_t i = 0; i < list->count; i++) {
        const cln_ingest_item *item = &list->items[i];
        if (!cln_path_is_safe_name(item->partition) || !cln_utf8_is_valid(cln_span_of_string(item->partition))) {
            return cln_fail(err, CLN_ERR_USAGE, "%s: \"%s\" cannot be the name of a partition; give one with --as NAME",
                            item->path, item->partition);
        }
        for (size_t j = 0; j < i; j++) {
            if (strcmp(item->partition, list->items[j].partition) != 0) continue;
            return cln_fail(err, CLN_ERR_USAGE,
                            "%s and %s would both be the partition \"%s\"; ingest them one by one with --as NAME",
                            list->items[j].path, item->path, item->partition);
        }
    }
    return CLN_OK;
}

/* A file that cannot be read is told of when its turn comes. */
static bool is_compressed(const cln_cli *cli, const char *path) {
    cln_byte_source *file;
    if (cln_input_open(&file, path, &cli->config.s3, NULL) != CLN_OK) return false;
    cln_compression compression = CLN_COMPRESSION_NONE;
    const cln_status status = cln_compression_detect(file, &compression, NULL);
    file->release(file);
    return status == CLN_OK && compression != CLN_COMPRESSION_NONE;
}

/* Options that say nothing about what is listed would be overlooked. */
static cln_status check_options(const cln_cli *cli, cln_error *err) {
    const bool has_files = cli->argument_count > 1;
    if (!has_files && cln_option_given(cli->options, "as")) {
        return cln_fail(
            err, CLN_ERR_USAGE,
            "--as names the partition of a FILE, but none is given; staged files have their sources' names");
    }
    if (has_files && cln_option_given(cli->options, "date")) {
        return cln_fail(err, CLN_ERR_USAGE,
                        "--date chooses among staged files, but a FILE is given; leave one of them out");
    }
    return CLN_OK;
}

/* Rank 0. */
static cln_status make_on_root(cln_ingest_list *list, const cln_cli *cli, cln_error *err) {
    CLN_TRY(check_options(cli, err));
    CLN_TRY(cli->argument_count > 1 ? list_given(cli, list, err) : list_staged(cli, list, err));
    CLN_TRY(check_partition_names(list, err));
    for (size_t i = 0; i < list->count; i++) list->items[i].is_compressed = is_compressed(cli, list->items[i].path);
    return CLN_OK;
}

/* Of each item one byte, and path and partition with their NULs. */
static cln_status pack(const cln_ingest_list *list, cln_buffer *bytes, cln_error *err) {
    for (size_t i = 0; i < list->count; i++) {
        const cln_ingest_item *item = &list->items[i];
        CLN_TRY(cln_buffer_append_char(bytes, item->is_compressed ? 'c' : 'p', err));
        CLN_TRY(cln_buffer_append(bytes, item->path, strlen(item->path) + 1, err));
        CLN_TRY(cln_buffer_append(bytes, item->partition, strlen(item->partition) + 1, err));
    }
    return CLN_OK;
}

static cln_status unpack(cln_ingest_list *list, cln_span bytes, cln_error *err) {
    const char *next = bytes.data;
    while (next < bytes.data + bytes.size) {
        const bool compressed = *next++ == 'c';
        const char *partition = next + strlen(next) + 1;
        CLN_TRY(add_item(list, next, cln_span_of_string(partition), err));
        list->items[list->count - 1].is_compressed = compressed;
        next = partition + strlen(partition) + 1;
    }
    return CLN_OK;
}

cln_status cln_ingest_list_make(cln_ingest_list *list, const cln_cli *cli, cln_error *err) {
    cln_buffer bytes;
    cln_buffer_init(&bytes, SIZE_MAX);
    cln_status status = CLN_OK;
    if (cli->comm.rank == 0) {
        status = make_on_root(list, cli, err);
        if (status == CLN_OK) status = pack(list, &bytes, err);
    }
    status = cln_agree(&cli->comm, status, err);
    if (status == CLN_OK) status = cln_broadcast_buffer(&cli->comm, &bytes, 0, err);
    if (status == CLN_OK && cli->comm.rank != 0) status = unpack(list, cln_buffer_span(&bytes), err);
    cln_buffer_clean_up(&bytes);
    return cln_agree(&cli->comm, status, err);
}
