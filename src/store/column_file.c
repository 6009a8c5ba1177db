/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "column_file.h"

#include "colonnade/base/hash.h"
#include "colonnade/base/memory.h"
#include "damage.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* The class, size and sign of a dataset's values. */
typedef struct stored_type {
    H5T_class_t class;
    size_t size_bytes;
    bool is_signed;
    bool is_little_endian;
} stored_type;

static bool describe_type(hid_t dataset, stored_type *stored) {
    const hid_t type = H5Dget_type(dataset);
    if (type < 0) return false;
    stored->class = H5Tget_class(type);
    stored->size_bytes = H5Tget_size(type);
    stored->is_signed = stored->class == H5T_ENUM || H5Tget_sign(type) == H5T_SGN_2;
    stored->is_little_endian = H5Tget_order(type) == H5T_ORDER_LE || stored->size_bytes == 1;
    (void)H5Tclose(type);
    return true;
}

static bool is_width(size_t size_bytes) {
    return size_bytes == 1 || size_bytes == 2 || size_bytes == 4 || size_bytes == 8;
}

static bool fits_type(const stored_type *stored, cln_type type) {
    if (!stored->is_little_endian) return false;
    switch (type) {
    case CLN_TYPE_DOUBLE:
        return stored->class == H5T_FLOAT && stored->size_bytes == 8;
    case CLN_TYPE_BOOLEAN:
        return stored->class == H5T_ENUM && stored->size_bytes == 1;
    case CLN_TYPE_TEXT:
        return stored->class == H5T_INTEGER && !stored->is_signed && stored->size_bytes <= 4;
    case CLN_TYPE_TIMESTAMP:
        return stored->class == H5T_INTEGER && stored->is_signed &&
               (stored->size_bytes == 4 || stored->size_bytes == 8);
    case CLN_TYPE_CATEGORY:
        return stored->class == H5T_INTEGER && stored->is_signed && stored->size_bytes <= 4;
    default:
        return stored->class == H5T_INTEGER && stored->is_signed && is_width(stored->size_bytes);
    }
}

/* A dataset's values must lie within the file, or nowhere at all. *mapped is
 * where they stand in the partition's map. */
static cln_status find_values(const cln_column_file *column, hid_t dataset, uint64_t need_bytes, bool *has_space,
                              const char **mapped, cln_error *err) {
    const uint64_t file_bytes = column->partition->size_bytes;
    const haddr_t offset = H5Dget_offset(dataset);
    *has_space = offset != HADDR_UNDEF;
    *mapped = NULL;
    (void)H5Eclear2(H5E_DEFAULT);
    if (!*has_space) return CLN_OK;
    if (offset > file_bytes || need_bytes > file_bytes - offset) {
        return cln_fail(err, CLN_ERR_IO, "its values end behind the end of the file");
    }
    if (column->is_mapped) *mapped = column->partition->map->bytes + offset;
    return CLN_OK;
}

static cln_status open_dataset(cln_column_file *column, hid_t group, size_t which, const char *name, uint64_t *length,
                               cln_error *err) {
    column->datasets[which] = H5Dopen2(group, name, H5P_DEFAULT);
    if (column->datasets[which] < 0) return cln_h5_fail(err, "cannot open its %s", name);
    return cln_h5_length(column->datasets[which], length, err);
}

static cln_status open_second(cln_column_file *column, hid_t group, cln_error *err) {
    const char *names[CLN_MOST_DATASETS];
    if (cln_layout_names(column->layout, names) < 2) return CLN_OK;
    const char *name = names[1];
    uint64_t length = 0;
    CLN_TRY(open_dataset(column, group, 1, name, &length, err));
    stored_type stored;
    if (!describe_type(column->datasets[1], &stored) || stored.size_bytes != 1) {
        return cln_fail(err, CLN_ERR_IO, "its %s is not made of bytes", name);
    }
    bool has_space;
    CLN_TRY(find_values(column, column->datasets[1], length, &has_space, &column->mapped[1], err));
    if (column->layout.form == CLN_FORM_TEXT) {
        column->data_bytes = length;
    } else if (length != column->rows) {
        return cln_fail(err, CLN_ERR_IO, "its mask has %" PRIu64 " values for %" PRIu64 " rows", length, column->rows);
    }
    if (has_space || length == 0 || column->layout.is_all_null) return CLN_OK;
    return cln_fail(err, CLN_ERR_IO, "its %s has no place in the file", name);
}

/* The numbers of texts, where they have some. */
static cln_status open_codes(cln_column_file *column, hid_t group, cln_error *err) {
    if (column->layout.form != CLN_FORM_TEXT || column->layout.is_all_null) return CLN_OK;
    const htri_t exists = H5Lexists(group, "codes", H5P_DEFAULT);
    if (exists < 0) return cln_h5_fail(err, "cannot look for its codes");
    if (exists == 0) return CLN_OK;
    uint64_t length = 0;
    CLN_TRY(open_dataset(column, group, 2, "codes", &length, err));
    stored_type stored;
    if (!describe_type(column->datasets[2], &stored) || !fits_type(&stored, CLN_TYPE_CATEGORY) ||
        length != column->rows) {
        return cln_fail(err, CLN_ERR_IO, "its codes are not stored as those of %" PRIu64 " texts are", column->rows);
    }
    column->layout.code_width_bytes = (unsigned)stored.size_bytes;
    bool has_space;
    CLN_TRY(find_values(column, column->datasets[2], length * stored.size_bytes, &has_space, &column->mapped[2], err));
    return has_space ? CLN_OK : cln_fail(err, CLN_ERR_IO, "its codes have no place in the file");
}

static cln_status check_values(cln_column_file *column, cln_error *err) {
    stored_type stored;
    if (!describe_type(column->datasets[0], &stored) || !fits_type(&stored, column->type)) {
        return cln_fail(err, CLN_ERR_IO, "its values are not stored as a column of type %s is",
                        cln_type_name(column->type));
    }
    column->layout.width_bytes = (unsigned)stored.size_bytes;
    uint64_t length;
    CLN_TRY(cln_h5_length(column->datasets[0], &length, err));
    if (length != column->rows || length > UINT64_MAX / 8) {
        return cln_fail(err, CLN_ERR_IO, "it has %" PRIu64 " values, not %" PRIu64, length, column->rows);
    }
    bool has_space;
    CLN_TRY(find_values(column, column->datasets[0], length * column->layout.width_bytes, &has_space,
                        &column->mapped[0], err));
    column->layout.is_all_null = !has_space;
    const bool can_be_null =
        column->layout.form != CLN_FORM_ARRAY || column->type == CLN_TYPE_DOUBLE || column->type == CLN_TYPE_TIMESTAMP;
    if (has_space || can_be_null || column->rows == 0) return CLN_OK;
    return cln_fail(err, CLN_ERR_IO, "its values have no place in the file");
}

/* A plain array is a dataset; the other forms are groups. */
static cln_status open_values(cln_column_file *column, hid_t object, cln_error *err) {
    const H5I_type_t kind = H5Iget_type(object);
    cln_form form = CLN_FORM_ARRAY;
    if (kind == H5I_GROUP) form = CLN_FORM_NULLABLE;
    if (column->type == CLN_TYPE_CATEGORY) form = CLN_FORM_CATEGORICAL;
    if (column->type == CLN_TYPE_TEXT) form = CLN_FORM_TEXT;
    if ((kind == H5I_DATASET) != (form == CLN_FORM_ARRAY) ||
        (form == CLN_FORM_NULLABLE && column->type != CLN_TYPE_INTEGER && column->type != CLN_TYPE_BOOLEAN)) {
        return cln_fail(err, CLN_ERR_IO, "it is not stored as a column of type %s is", cln_type_name(column->type));
    }
    column->layout.form = form;
    if (form == CLN_FORM_ARRAY) {
        (void)H5Iinc_ref(object);
        column->datasets[0] = object;
        return check_values(column, err);
    }
    const char *names[CLN_MOST_DATASETS];
    uint64_t length;
    (void)cln_layout_names(column->layout, names);
    CLN_TRY(open_dataset(column, object, 0, names[0], &length, err));
    CLN_TRY(check_values(column, err));
    CLN_TRY(open_second(column, object, err));
    return open_codes(column, object, err);
}

static cln_status check_zones(const cln_column_file *column, uint64_t count, cln_error *err) {
    for (uint64_t i = 0; i < count; i++) {
        if (column->zones[i].first_row != i * CLN_ZONE_ROWS) {
            return cln_fail(err, CLN_ERR_IO, "zone %" PRIu64 " begins at row %" PRIu64, i, column->zones[i].first_row);
        }
        if (column->type != CLN_TYPE_TEXT) continue;
        const uint64_t least = i == 0 ? 0 : column->zones[i - 1].first_byte;
        const uint64_t most = i == 0 ? 0 : column->data_bytes;
        if (column->zones[i].first_byte < least || column->zones[i].first_byte > most) {
            return cln_fail(err, CLN_ERR_IO, "zone %" PRIu64 " begins at byte %" PRIu64 " of the texts", i,
                            column->zones[i].first_byte);
        }
    }
    return CLN_OK;
}

static cln_status read_zones(cln_column_file *column, hid_t dataset, cln_error *err) {
    const uint64_t expected = cln_zone_count(column->rows);
    uint64_t count;
    CLN_TRY(cln_h5_length(dataset, &count, err));
    if (count != expected) return cln_fail(err, CLN_ERR_IO, "it has %" PRIu64 " zones, not %" PRIu64, count, expected);
    CLN_TRY(cln_new_array(&column->zones, (size_t)count, sizeof *column->zones, err));
    const hid_t type = cln_zone_type(column->type, column->layout, false);
    if (type < 0) return cln_h5_fail(err, "cannot make the type of zones");
    const cln_status status = cln_h5_read_converted(dataset, type, 0, count, column->zones, err);
    (void)H5Tclose(type);
    CLN_TRY(status);
    return check_zones(column, count, err);
}

static cln_status open_zones(cln_column_file *column, size_t table, cln_error *err) {
    if (column->layout.is_all_null || column->rows == 0) return CLN_OK;
    char *path;
    CLN_TRY(cln_format_string(&path, err, "zones/%s/%s", cln_table_names[table], column->name));
    const hid_t dataset = H5Dopen2(column->partition->file, path, H5P_DEFAULT);
    free(path);
    if (dataset < 0) return cln_h5_fail(err, "cannot open its zones");
    const cln_status status = read_zones(column, dataset, err);
    (void)H5Dclose(dataset);
    return status;
}

static cln_status fail_column(const cln_partition_file *partition, const char *name, cln_status status,
                              const cln_error *inner, cln_error *err) {
    if (status == CLN_OK) return CLN_OK;
    return cln_fail(err, status,
                    "column '%s' of partition '%s' (%s) cannot be read: %s; ingest its source again with --replace",
                    name, partition->info->id, partition->path, inner->message);
}

static hid_t open_object(const cln_partition_file *partition, size_t table, const char *name) {
    char *path;
    if (cln_format_string(&path, NULL, "%s/%s", cln_table_names[table], name) != CLN_OK) return H5I_INVALID_HID;
    const hid_t object = H5Oopen(partition->file, path, H5P_DEFAULT);
    free(path);
    return object;
}

cln_status cln_column_file_open(cln_column_file *column, cln_partition_file *partition, size_t table,
                                const cln_file_column *about, cln_error *err) {
    *column = (cln_column_file){.datasets = {H5I_INVALID_HID, H5I_INVALID_HID, H5I_INVALID_HID}};
    CLN_TRY(cln_partition_file_need(partition, err));
    *column = (cln_column_file){.partition = partition,
                                .name = about->name,
                                .type = about->type,
                                .rows = partition->tables[table].rows,
                                .is_mapped = partition->map != NULL && (*about->was_read || cln_file_map_is_forced()),
                                .datasets = {H5I_INVALID_HID, H5I_INVALID_HID, H5I_INVALID_HID}};
    *about->was_read = true;
    cln_error inner = {.message = ""};
    const hid_t object = open_object(partition, table, about->name);
    cln_status status = object < 0 ? cln_h5_fail(&inner, "cannot open it") : CLN_OK;
    if (status == CLN_OK) status = open_values(column, object, &inner);
    if (status == CLN_OK) status = open_zones(column, table, &inner);
    if (object >= 0) (void)H5Oclose(object);
    return fail_column(partition, about->name, status, &inner, err);
}

void cln_column_file_close(cln_column_file *column) {
    for (int i = 0; i < CLN_MOST_DATASETS; i++) {
        if (column->datasets[i] >= 0) (void)H5Dclose(column->datasets[i]);
    }
    free(column->zones);
    if (column->partition != NULL) cln_partition_file_drop(column->partition);
    *column = (cln_column_file){.datasets = {H5I_INVALID_HID, H5I_INVALID_HID, H5I_INVALID_HID}};
}

static cln_status read_packed(const cln_partition_file *partition, hid_t dataset, cln_buffer *packed, cln_error *err) {
    uint64_t size;
    uint32_t expected;
    CLN_TRY(cln_h5_length(dataset, &size, err));
    if (size > partition->size_bytes) return cln_fail(err, CLN_ERR_IO, "its dictionary is larger than the file");
    CLN_TRY(cln_h5_get_number(dataset, "crc32c", H5T_NATIVE_UINT32, &expected, err));
    CLN_TRY(cln_buffer_reserve(packed, (size_t)size, err));
    CLN_TRY(cln_h5_read_rows(dataset, H5T_NATIVE_UINT8, 0, size, packed->data, err));
    packed->size = (size_t)size;
    if (cln_crc32c(0, packed->data, packed->size) == expected) return CLN_OK;
    cln_error damage;
    return cln_judge_damage(cln_fail(&damage, CLN_ERR_IO, "its dictionary does not have the checksum that was stored"),
                            &damage, err);
}

static cln_status read_dictionary(const cln_partition_file *partition, size_t table, const char *name,
                                  cln_dictionary *dictionary, cln_error *err) {
    char *path;
    CLN_TRY(cln_format_string(&path, err, "%s/%s/dictionary", cln_table_names[table], name));
    const hid_t dataset = H5Dopen2(partition->file, path, H5P_DEFAULT);
    free(path);
    if (dataset < 0) return cln_h5_fail(err, "cannot open its dictionary");
    cln_buffer packed;
    cln_buffer_init(&packed, SIZE_MAX);
    cln_status status = read_packed(partition, dataset, &packed, err);
    if (status == CLN_OK) status = cln_dictionary_unpack(dictionary, cln_buffer_span(&packed), err);
    cln_buffer_clean_up(&packed);
    (void)H5Dclose(dataset);
    return status;
}

cln_status cln_column_file_dictionary(cln_partition_file *partition, size_t table, const char *name,
                                      cln_dictionary *dictionary, cln_error *err) {
    CLN_TRY(cln_partition_file_need(partition, err));
    cln_error inner = {.message = ""};
    const cln_status status = read_dictionary(partition, table, name, dictionary, &inner);
    cln_partition_file_drop(partition);
    return fail_column(partition, name, status, &inner, err);
}
