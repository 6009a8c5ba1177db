/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "finish.h"

#include "colonnade/base/memory.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>

/* The zones as they stand in memory, packed into the file's type by HDF5. */
static cln_status write_zones(hid_t group, const cln_writer_column *column, uint64_t rows, cln_error *err) {
    const cln_layout layout = column->encoding.layout;
    const hid_t stored = cln_zone_type(column->encoding.type, layout, true);
    const hid_t memory = cln_zone_type(column->encoding.type, layout, false);
    hid_t dataset = H5I_INVALID_HID;
    cln_status status = stored < 0 || memory < 0 ? cln_h5_fail(err, "cannot make the type of zones") : CLN_OK;
    if (status == CLN_OK) {
        status = cln_h5_make_dataset(group, column->name, stored, cln_zone_count(rows), NULL, &dataset, err);
    }
    if (status == CLN_OK && H5Dwrite(dataset, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, column->zones) < 0) {
        status = cln_h5_fail(err, "cannot write the zones of column '%s'", column->name);
    }
    if (dataset >= 0) (void)H5Dclose(dataset);
    if (memory >= 0) (void)H5Tclose(memory);
    if (stored >= 0) (void)H5Tclose(stored);
    return status;
}

static cln_status write_table_zones(hid_t zones, const cln_writer_table *table, cln_error *err) {
    hid_t group;
    CLN_TRY(cln_h5_make_group(zones, table->name, &group, err));
    cln_status status = CLN_OK;
    for (size_t i = 0; i < table->column_count && status == CLN_OK; i++) {
        if (table->columns[i].zones != NULL) status = write_zones(group, &table->columns[i], table->rows, err);
    }
    (void)H5Gclose(group);
    return status;
}

static cln_status write_all_zones(hid_t file, const cln_partition_writer *writer, cln_error *err) {
    hid_t zones;
    CLN_TRY(cln_h5_make_group(file, "zones", &zones, err));
    const uint64_t rows = CLN_ZONE_ROWS;
    cln_status status = cln_h5_put_number(zones, "rows_per_zone", H5T_STD_U64LE, &rows, err);
    for (size_t t = 0; t < writer->table_count && status == CLN_OK; t++) {
        status = write_table_zones(zones, &writer->tables[t], err);
    }
    (void)H5Gclose(zones);
    return status;
}

static cln_status add_to_file(const cln_partition_writer *writer, const cln_stored_attribute *attributes,
                              size_t attribute_count, cln_error *err) {
    hid_t file;
    CLN_TRY(cln_h5_open(&file, writer->path, true, err));
    cln_status status = write_all_zones(file, writer, err);
    for (size_t i = 0; i < attribute_count && status == CLN_OK; i++) {
        status = cln_h5_put_text(file, attributes[i].name, attributes[i].text, err);
    }
    return cln_h5_close_written(file, writer->path, status, err);
}

static cln_status check_extent(hid_t file, const char *path, uint64_t size_bytes, cln_error *err) {
    const hid_t dataset = H5Dopen2(file, path, H5P_DEFAULT);
    if (dataset < 0) return cln_h5_fail(err, "cannot open the dataset '%s' again", path);
    const haddr_t offset = H5Dget_offset(dataset);
    const uint64_t stored_bytes = H5Dget_storage_size(dataset);
    (void)H5Dclose(dataset);
    if (stored_bytes == 0 || (offset != HADDR_UNDEF && offset <= size_bytes && stored_bytes <= size_bytes - offset)) {
        return CLN_OK;
    }
    return cln_fail(err, CLN_ERR_IO, "the dataset '%s' ends behind the file's %" PRIu64 " bytes", path, size_bytes);
}

static cln_status check_column(hid_t file, const char *table, const cln_writer_column *column, uint64_t size_bytes,
                               cln_error *err) {
    const cln_layout layout = column->encoding.layout;
    if (layout.is_all_null) return CLN_OK;
    const char *names[CLN_MOST_DATASETS];
    const size_t count = cln_layout_names(layout, names);
    for (size_t i = 0; i < count; i++) {
        char *path;
        CLN_TRY(cln_format_string(&path, err, "%s/%s%s%s", table, column->name, names[i] == NULL ? "" : "/",
                                  names[i] == NULL ? "" : names[i]));
        const cln_status status = check_extent(file, path, size_bytes, err);
        free(path);
        CLN_TRY(status);
    }
    return CLN_OK;
}

static cln_status check_columns(hid_t file, const cln_partition_writer *writer, uint64_t size_bytes, cln_error *err) {
    for (size_t t = 0; t < writer->table_count; t++) {
        const cln_writer_table *table = &writer->tables[t];
        for (size_t i = 0; i < table->column_count; i++) {
            CLN_TRY(check_column(file, table->name, &table->columns[i], size_bytes, err));
        }
    }
    return CLN_OK;
}

static cln_status reopen_and_check(const cln_partition_writer *writer, uint64_t *size_bytes, cln_error *err) {
    struct stat about;
    if (stat(writer->path, &about) != 0) return cln_fail_errno(err, "cannot look at %s", writer->path);
    hid_t file;
    CLN_TRY(cln_h5_open(&file, writer->path, false, err));
    *size_bytes = (uint64_t)about.st_size;
    hsize_t expected = 0;
    cln_status status = CLN_OK;
    if (H5Fget_filesize(file, &expected) < 0 || expected != *size_bytes) {
        status = cln_fail(err, CLN_ERR_IO, "%s has %" PRIu64 " bytes where %" PRIu64 " were written", writer->path,
                          *size_bytes, (uint64_t)expected);
    }
    if (status == CLN_OK) status = check_columns(file, writer, *size_bytes, err);
    (void)H5Fclose(file);
    return status;
}

cln_status cln_complete_partition_file(const cln_partition_writer *writer, const cln_stored_attribute *attributes,
                                       size_t attribute_count, uint64_t *size_bytes, cln_error *err) {
    CLN_TRY(add_to_file(writer, attributes, attribute_count, err));
    return reopen_and_check(writer, size_bytes, err);
}
