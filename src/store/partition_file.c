/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "partition_file.h"

#include "colonnade/base/file.h"
#include "colonnade/base/memory.h"
#include "colonnade/store/partition_writer.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

size_t cln_table_index(const char *table) {
    size_t index = 0;
    while (index < CLN_TABLE_COUNT && strcmp(table, cln_table_names[index]) != 0) index++;
    return index;
}

/* The three lists of a table's attributes as columns. Takes names and roles over. */
static cln_status build_columns(cln_file_table *table, const char *types, size_t count, const size_t strides[3],
                                cln_error *err) {
    CLN_TRY(cln_new_array(&table->columns, count, sizeof *table->columns, err));
    CLN_TRY(cln_new_array(&table->were_read, count, sizeof *table->were_read, err));
    for (size_t i = 0; i < count; i++) {
        cln_file_column *column = &table->columns[i];
        column->name = table->names + i * strides[0];
        column->role = table->roles + i * strides[2];
        column->was_read = &table->were_read[i];
        if (!cln_type_from_name(types + i * strides[1], &column->type)) {
            return cln_fail(err, CLN_ERR_IO, "column '%s' has the unknown type '%s'", column->name,
                            types + i * strides[1]);
        }
        if (column->name[0] == '\0' || strchr(column->name, '/') != NULL) {
            return cln_fail(err, CLN_ERR_IO, "a column has the name '%s'", column->name);
        }
    }
    table->column_count = count;
    return CLN_OK;
}

static cln_status load_columns(hid_t group, cln_file_table *table, cln_error *err) {
    size_t strides[3], counts[3];
    char *types = NULL;
    cln_status status = cln_h5_get_texts(group, "column_names", &table->names, &strides[0], &counts[0], err);
    if (status == CLN_OK) status = cln_h5_get_texts(group, "column_types", &types, &strides[1], &counts[1], err);
    if (status == CLN_OK) status = cln_h5_get_texts(group, "column_roles", &table->roles, &strides[2], &counts[2], err);
    if (status == CLN_OK && (counts[0] != counts[1] || counts[0] != counts[2])) {
        status = cln_fail(err, CLN_ERR_IO, "it lists %zu names, %zu types and %zu roles of columns", counts[0],
                          counts[1], counts[2]);
    }
    if (status == CLN_OK) status = build_columns(table, types, counts[0], strides, err);
    free(types);
    return status;
}

static cln_status load_table(hid_t file, const char *name, cln_file_table *table, cln_error *err) {
    const htri_t exists = H5Lexists(file, name, H5P_DEFAULT);
    if (exists < 0) return cln_h5_fail(err, "cannot look for the table '%s'", name);
    if (exists == 0) return CLN_OK; /* a table without columns */
    const hid_t group = H5Gopen2(file, name, H5P_DEFAULT);
    if (group < 0) return cln_h5_fail(err, "cannot open the table '%s'", name);
    cln_status status = cln_h5_get_number(group, "rows", H5T_NATIVE_UINT64, &table->rows, err);
    if (status == CLN_OK) status = load_columns(group, table, err);
    (void)H5Gclose(group);
    return status;
}

static cln_status check_version(hid_t file, cln_error *err) {
    int32_t version = 0;
    CLN_TRY(cln_h5_get_number(file, "colonnade_format", H5T_NATIVE_INT32, &version, err));
    if (version == CLN_STORE_FORMAT_VERSION) return CLN_OK;
    return cln_fail(err, CLN_ERR_IO, "it has format version %d, this program reads %d; %s", version,
                    CLN_STORE_FORMAT_VERSION,
                    version < CLN_STORE_FORMAT_VERSION ? "an older program wrote it" : "use the newer program");
}

static cln_status open_checked(cln_partition_file *file, cln_error *err) {
    struct stat about;
    if (stat(file->path, &about) != 0) return cln_fail_errno(err, "it is missing");
    file->size_bytes = (uint64_t)about.st_size;
    if (file->info->size_bytes != 0 && file->info->size_bytes != file->size_bytes) {
        return cln_fail(err, CLN_ERR_IO, "it has %" PRIu64 " bytes, not %" PRIu64, file->size_bytes,
                        file->info->size_bytes);
    }
    CLN_TRY(cln_h5_open(&file->file, file->path, false, err));
    file->map = cln_file_map_new(file->path, file->size_bytes);
    return check_version(file->file, err);
}

static cln_status load(cln_partition_file *file, cln_error *err) {
    CLN_TRY(open_checked(file, err));
    for (size_t t = 0; t < CLN_TABLE_COUNT; t++) {
        CLN_TRY(load_table(file->file, cln_table_names[t], &file->tables[t], err));
    }
    const uint64_t rows = file->info->rows;
    if (rows == CLN_ROWS_UNKNOWN || file->tables[0].rows == rows) return CLN_OK;
    return cln_fail(err, CLN_ERR_IO, "it has %" PRIu64 " rows, not %" PRIu64, file->tables[0].rows, rows);
}

static cln_status fail_file(const cln_partition_file *file, cln_status status, const cln_error *inner, cln_error *err) {
    if (status == CLN_OK) return CLN_OK;
    return cln_fail(err, status, "partition '%s' (%s) cannot be read: %s; ingest its source again with --replace",
                    file->info->id, file->path, inner->message);
}

cln_status cln_partition_file_open(cln_partition_file *file, const char *dataset_dir, const cln_partition_info *info,
                                   cln_error *err) {
    *file = (cln_partition_file){.info = info, .file = H5I_INVALID_HID, .stays_open = true};
    CLN_TRY(cln_path_join(&file->path, dataset_dir, info->file, err));
    cln_error inner = {.message = ""};
    const cln_status status = load(file, &inner);
    return fail_file(file, status, &inner, err);
}

static void close_file(cln_partition_file *file) {
    cln_file_map_free(file->map);
    if (file->file >= 0) (void)H5Fclose(file->file);
    file->map = NULL;
    file->file = H5I_INVALID_HID;
}

cln_status cln_partition_file_need(cln_partition_file *file, cln_error *err) {
    if (file->file < 0) {
        cln_error inner = {.message = ""};
        const cln_status status = open_checked(file, &inner);
        if (status != CLN_OK) close_file(file);
        CLN_TRY(fail_file(file, status, &inner, err));
    }
    file->user_count++;
    return CLN_OK;
}

void cln_partition_file_drop(cln_partition_file *file) {
    file->user_count--;
    if (file->user_count == 0 && !file->stays_open) close_file(file);
}

void cln_partition_file_let_go(cln_partition_file *file) {
    file->stays_open = false;
    if (file->user_count == 0) close_file(file);
}

void cln_partition_file_close(cln_partition_file *file) {
    for (size_t t = 0; t < CLN_TABLE_COUNT; t++) {
        free(file->tables[t].columns);
        free(file->tables[t].were_read);
        free(file->tables[t].names);
        free(file->tables[t].roles);
    }
    for (size_t i = 0; i < file->attribute_count; i++) {
        free(file->attributes[i].name);
        free(file->attributes[i].text);
    }
    free(file->attributes);
    close_file(file);
    free(file->path);
    *file = (cln_partition_file){.file = H5I_INVALID_HID};
}

void cln_partition_file_prefer_map(cln_partition_file *file) {
    for (size_t t = 0; t < CLN_TABLE_COUNT; t++) {
        for (size_t i = 0; i < file->tables[t].column_count; i++) file->tables[t].were_read[i] = true;
    }
}

cln_status cln_partition_file_check_map(const cln_partition_file *file, cln_error *err) {
    if (file->map == NULL || !file->map->is_lost) return CLN_OK;
    return cln_fail(err, CLN_ERR_IO,
                    "the file %s of partition '%s' became shorter or could not be read while it was in use; look at "
                    "its device, then ingest its source again with --replace",
                    file->path, file->info->id);
}

const cln_file_column *cln_partition_file_column(const cln_partition_file *file, size_t table, const char *name) {
    const cln_file_table *in = &file->tables[table];
    for (size_t i = 0; i < in->column_count; i++) {
        if (strcmp(in->columns[i].name, name) == 0) return &in->columns[i];
    }
    return NULL;
}

const char *cln_partition_file_attribute(cln_partition_file *file, const char *name) {
    for (size_t i = 0; i < file->attribute_count; i++) {
        if (strcmp(file->attributes[i].name, name) == 0) return file->attributes[i].text;
    }
    if (cln_grow_array(&file->attributes, &file->attribute_capacity, file->attribute_count + 1,
                       sizeof *file->attributes, NULL) != CLN_OK) {
        return NULL;
    }
    cln_file_attribute *made = &file->attributes[file->attribute_count];
    if (cln_copy_string(&made->name, name, NULL) != CLN_OK) return NULL;
    file->attribute_count++;
    if (cln_partition_file_need(file, NULL) != CLN_OK) return NULL;
    if (cln_h5_get_text(file->file, name, &made->text, NULL) != CLN_OK) made->text = NULL;
    cln_partition_file_drop(file);
    return made->text;
}
