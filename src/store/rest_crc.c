/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rest_crc.h"

#include "colonnade/base/hash.h"
#include "colonnade/base/memory.h"
#include "colonnade/store/partition_writer.h"
#include "layout.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_BYTES ((size_t)1 << 20)

/* ---- Bytes ---- */

/* A file, and the checksum of what was read of it. */
typedef struct crc_reader {
    const char *path;
    int descriptor;
    char *room; /* READ_BYTES */
    uint32_t crc;
} crc_reader;

static cln_status add_range(crc_reader *reader, uint64_t begin, uint64_t end, cln_error *err) {
    while (begin < end) {
        const size_t want = end - begin < READ_BYTES ? (size_t)(end - begin) : READ_BYTES;
        const ssize_t got = pread(reader->descriptor, reader->room, want, (off_t)begin);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return cln_fail_errno(err, "cannot read %s", reader->path);
        if (got == 0) return cln_fail(err, CLN_ERR_IO, "%s became shorter while it was read", reader->path);
        reader->crc = cln_crc32c(reader->crc, reader->room, (size_t)got);
        begin += (uint64_t)got;
    }
    return CLN_OK;
}

static cln_status open_reader(crc_reader *reader, const char *path, cln_error *err) {
    *reader = (crc_reader){.path = path, .descriptor = open(path, O_RDONLY | O_CLOEXEC)};
    if (reader->descriptor < 0) return cln_fail_errno(err, "cannot open %s", path);
    return cln_new_array(&reader->room, READ_BYTES, 1, err);
}

static void close_reader(crc_reader *reader) {
    if (reader->descriptor >= 0) (void)close(reader->descriptor);
    free(reader->room);
}

cln_status cln_whole_file_crc32c(const char *path, uint64_t size_bytes, uint32_t *crc, cln_error *err) {
    crc_reader reader;
    cln_status status = open_reader(&reader, path, err);
    if (status == CLN_OK) status = add_range(&reader, 0, size_bytes, err);
    *crc = reader.crc;
    close_reader(&reader);
    return status;
}

/* ---- Where values stand ---- */

typedef struct extent {
    uint64_t begin, end;
} extent;

typedef struct extent_list {
    extent *items;
    size_t count, capacity;
} extent_list;

static cln_status add_dataset(extent_list *list, hid_t dataset, cln_error *err) {
    const haddr_t offset = H5Dget_offset(dataset);
    const hsize_t size_bytes = H5Dget_storage_size(dataset);
    (void)H5Eclear2(H5E_DEFAULT); /* "no offset" is an error there */
    if (offset == HADDR_UNDEF || size_bytes == 0) return CLN_OK;
    CLN_TRY(cln_grow_array(&list->items, &list->capacity, list->count + 1, sizeof *list->items, err));
    list->items[list->count++] = (extent){.begin = offset, .end = offset + size_bytes};
    return CLN_OK;
}

static cln_status add_member(extent_list *list, hid_t group, const char *name, cln_error *err) {
    const htri_t exists = H5Lexists(group, name, H5P_DEFAULT);
    if (exists == 0) return CLN_OK;
    const hid_t dataset = exists < 0 ? H5I_INVALID_HID : H5Dopen2(group, name, H5P_DEFAULT);
    if (dataset < 0) return cln_h5_fail(err, "cannot open '%s'", name);
    const cln_status status = add_dataset(list, dataset, err);
    (void)H5Dclose(dataset);
    return status;
}

/* A column is one dataset, or a group of what zones have checksums of, and of a
 * category's dictionary. */
static cln_status add_column(extent_list *list, hid_t table, const char *name, cln_error *err) {
    static const char *const members[] = {"values", "mask", "codes", "sizes", "data"};
    const hid_t object = H5Oopen(table, name, H5P_DEFAULT);
    if (object < 0) return cln_h5_fail(err, "cannot open '%s'", name);
    const bool is_group = H5Iget_type(object) == H5I_GROUP;
    cln_status status = is_group ? CLN_OK : add_dataset(list, object, err);
    for (size_t i = 0; is_group && status == CLN_OK && i < sizeof members / sizeof *members; i++) {
        status = add_member(list, object, members[i], err);
    }
    (void)H5Oclose(object);
    return status;
}

/* By the list of names: HDF5 1.10 crashes when it goes through the links of a
 * damaged group. */
static cln_status add_table(extent_list *list, hid_t table, cln_error *err) {
    char *names;
    size_t stride, count;
    CLN_TRY(cln_h5_get_texts(table, "column_names", &names, &stride, &count, err));
    cln_status status = CLN_OK;
    for (size_t i = 0; status == CLN_OK && i < count; i++) status = add_column(list, table, names + i * stride, err);
    free(names);
    return status;
}

static cln_status find_extents(extent_list *list, hid_t file, cln_error *err) {
    for (size_t t = 0; t < CLN_TABLE_COUNT; t++) {
        const htri_t exists = H5Lexists(file, cln_table_names[t], H5P_DEFAULT);
        if (exists == 0) continue;
        const hid_t table = exists < 0 ? H5I_INVALID_HID : H5Gopen2(file, cln_table_names[t], H5P_DEFAULT);
        if (table < 0) return cln_h5_fail(err, "cannot open the table '%s'", cln_table_names[t]);
        const cln_status status = add_table(list, table, err);
        (void)H5Gclose(table);
        CLN_TRY(status);
    }
    return CLN_OK;
}

static int compare_extents(const void *a, const void *b) {
    const uint64_t left = ((const extent *)a)->begin, right = ((const extent *)b)->begin;
    return (left > right) - (left < right);
}

static cln_status add_rest(crc_reader *reader, extent_list *list, uint64_t size_bytes, cln_error *err) {
    if (list->count > 1) qsort(list->items, list->count, sizeof *list->items, compare_extents);
    uint64_t begin = 0;
    for (size_t i = 0; i < list->count; i++) {
        const extent *values = &list->items[i];
        if (values->begin < begin || values->end < values->begin || values->end > size_bytes) {
            return cln_fail(err, CLN_ERR_IO, "%s has values that overlap or end behind its end", reader->path);
        }
        CLN_TRY(add_range(reader, begin, values->begin, err));
        begin = values->end;
    }
    return add_range(reader, begin, size_bytes, err);
}

cln_status cln_rest_crc32c(hid_t file, const char *path, uint64_t size_bytes, uint32_t *crc, cln_error *err) {
    crc_reader reader;
    extent_list list = {0};
    cln_status status = open_reader(&reader, path, err);
    if (status == CLN_OK) status = find_extents(&list, file, err);
    if (status == CLN_OK) status = add_rest(&reader, &list, size_bytes, err);
    *crc = reader.crc;
    free(list.items);
    close_reader(&reader);
    return status;
}

cln_status cln_partition_rest_crc32c(const char *path, uint32_t *crc, cln_error *err) {
    struct stat about;
    if (stat(path, &about) != 0) return cln_fail_errno(err, "cannot look at %s", path);
    hid_t file;
    CLN_TRY(cln_h5_open(&file, path, false, err));
    const cln_status status = cln_rest_crc32c(file, path, (uint64_t)about.st_size, crc, err);
    (void)H5Fclose(file);
    return status;
}
