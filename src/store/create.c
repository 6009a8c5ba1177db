/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "create.h"

#include "colonnade/base/hash.h"
#include "colonnade/base/memory.h"
#include "colonnade/column/dictionary.h"
#include "colonnade/store/partition_writer.h"
#include "create_attributes.h"
#include "h5.h"
#include "layout.h"
#include "space.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

/* A dataset of which nobody keeps the handle. */
static cln_status make_closed(hid_t parent, const char *name, hid_t type, uint64_t rows, const void *fill,
                              const char *encoding, cln_error *err) {
    hid_t dataset;
    CLN_TRY(cln_h5_make_dataset(parent, name, type, rows, fill, &dataset, err));
    const cln_status status = encoding == NULL ? CLN_OK : cln_put_encoding(dataset, encoding, "0.2.0", err);
    (void)H5Dclose(dataset);
    return status;
}

/* What values without space of their own read as: the type's null. */
static const void *null_fill(cln_type type) {
    static const int32_t time = INT32_MIN;
    static const int64_t zero = 0; /* under a mask */
    static const int8_t code = CLN_NULL_CODE;
    static double nan;
    switch (type) {
    case CLN_TYPE_TIMESTAMP:
        return &time;
    case CLN_TYPE_CATEGORY:
        return &code;
    case CLN_TYPE_DOUBLE:
        nan = NAN;
        return &nan;
    default:
        return &zero;
    }
}

static cln_status make_array(hid_t table, const cln_stored_column *column, cln_layout layout, uint64_t rows,
                             cln_error *err) {
    const hid_t boolean = cln_h5_boolean_type();
    if (boolean < 0) return cln_h5_fail(err, "cannot make the boolean type");
    hid_t type = cln_h5_integer_type(layout.width_bytes, true);
    if (column->type == CLN_TYPE_BOOLEAN) type = boolean;
    if (column->type == CLN_TYPE_DOUBLE) type = H5T_IEEE_F64LE;
    hid_t dataset;
    cln_status status = cln_h5_make_dataset(table, column->name, type, rows,
                                            layout.is_all_null ? null_fill(column->type) : NULL, &dataset, err);
    if (status == CLN_OK) {
        status = cln_put_encoding(dataset, "array", "0.2.0", err);
        if (status == CLN_OK) status = cln_put_column_attributes(dataset, column, layout, err);
        (void)H5Dclose(dataset);
    }
    (void)H5Tclose(boolean);
    return status;
}

static cln_status fill_nullable(hid_t group, const cln_stored_column *column, cln_layout layout, uint64_t rows,
                                cln_error *err) {
    static const int8_t yes = 1, no = 0;
    const bool is_boolean = column->type == CLN_TYPE_BOOLEAN;
    const hid_t boolean = cln_h5_boolean_type();
    if (boolean < 0) return cln_h5_fail(err, "cannot make the boolean type");
    const hid_t values = is_boolean ? boolean : cln_h5_integer_type(layout.width_bytes, true);
    cln_status status = make_closed(group, "values", values, rows, layout.is_all_null ? &no : NULL, "array", err);
    if (status == CLN_OK) {
        status = make_closed(group, "mask", boolean, rows, layout.is_all_null ? &yes : NULL, "array", err);
    }
    (void)H5Tclose(boolean);
    if (status != CLN_OK) return status;
    return cln_put_encoding(group, is_boolean ? "nullable-boolean" : "nullable-integer", "0.1.0", err);
}

static cln_status write_categories(hid_t dataset, hid_t type, const cln_dictionary *dictionary, cln_error *err) {
    char **texts;
    CLN_TRY(cln_new_array(&texts, dictionary->count, sizeof *texts, err));
    cln_status status = CLN_OK;
    for (size_t i = 0; i < dictionary->count && status == CLN_OK; i++) {
        status = cln_copy_span(&texts[i], cln_dictionary_text(dictionary, i), err);
    }
    if (status == CLN_OK && dictionary->count > 0 &&
        H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, texts) < 0) {
        status = cln_h5_fail(err, "cannot write categories");
    }
    for (size_t i = 0; i < dictionary->count; i++) free(texts[i]);
    free(texts);
    return status;
}

/* For other programs: one text of variable length for each category. */
static cln_status make_categories(hid_t group, const cln_dictionary *dictionary, cln_error *err) {
    const hid_t type = H5Tcopy(H5T_C_S1);
    if (type < 0 || H5Tset_size(type, H5T_VARIABLE) < 0 || H5Tset_cset(type, H5T_CSET_UTF8) < 0) {
        return cln_h5_fail(err, "cannot make the text type");
    }
    hid_t dataset;
    /* HDF5 refuses never to fill texts of variable length; late space does as well. */
    static const char *const nothing = NULL;
    cln_status status = cln_h5_make_dataset(group, "categories", type, dictionary->count, &nothing, &dataset, err);
    if (status == CLN_OK) {
        status = cln_put_encoding(dataset, "string-array", "0.2.0", err);
        if (status == CLN_OK) status = write_categories(dataset, type, dictionary, err);
        (void)H5Dclose(dataset);
    }
    (void)H5Tclose(type);
    return status;
}

/* For this program: the same, packed, with a checksum, read in one piece. */
static cln_status make_dictionary(hid_t group, const cln_dictionary *dictionary, cln_error *err) {
    cln_buffer packed;
    cln_buffer_init(&packed, SIZE_MAX);
    hid_t dataset = H5I_INVALID_HID;
    cln_status status = cln_dictionary_pack(dictionary, &packed, err);
    if (status == CLN_OK) {
        status = cln_h5_make_dataset(group, "dictionary", H5T_STD_U8LE, packed.size, NULL, &dataset, err);
    }
    if (status == CLN_OK) status = cln_h5_write_rows(dataset, 0, packed.size, packed.data, err);
    if (status == CLN_OK) {
        const uint32_t crc = cln_crc32c(0, packed.data, packed.size);
        status = cln_h5_put_number(dataset, "crc32c", H5T_STD_U32LE, &crc, err);
    }
    if (dataset >= 0) (void)H5Dclose(dataset);
    cln_buffer_clean_up(&packed);
    return status;
}

static cln_status make_values(hid_t group, const cln_stored_column *column, const cln_dictionary *dictionary,
                              cln_error *err) {
    if (dictionary->count != column->dictionary_count) {
        return cln_fail(err, CLN_ERR_INTERNAL, "the dictionary of column '%s' has %zu values, not %llu", column->name,
                        dictionary->count, (unsigned long long)column->dictionary_count);
    }
    if (column->type == CLN_TYPE_CATEGORY) CLN_TRY(make_categories(group, dictionary, err));
    return make_dictionary(group, dictionary, err);
}

/* The values, which may have to be loaded. */
static cln_status fill_values(hid_t group, const cln_stored_column *column, cln_error *err) {
    static uint64_t no_offsets[1] = {0};
    static char no_bytes[1] = "";
    const cln_dictionary empty = {.count = 0, .offsets = no_offsets, .bytes = no_bytes};
    if (column->dictionary != NULL) return make_values(group, column, column->dictionary, err);
    if (column->load_dictionary == NULL) return make_values(group, column, &empty, err);
    cln_dictionary loaded;
    cln_status status = column->load_dictionary(column->dictionary_context, &loaded, err);
    if (status == CLN_OK) status = make_values(group, column, &loaded, err);
    cln_dictionary_clean_up(&loaded);
    return status;
}

static cln_status fill_categorical(hid_t group, const cln_stored_column *column, cln_layout layout, uint64_t rows,
                                   cln_error *err) {
    static const int64_t none = CLN_NULL_CODE; /* all bits set in every width */
    CLN_TRY(make_closed(group, "codes", cln_h5_integer_type(layout.width_bytes, true), rows,
                        layout.is_all_null ? &none : NULL, "array", err));
    CLN_TRY(fill_values(group, column, err));
    CLN_TRY(cln_put_boolean(group, "ordered", false, err));
    return cln_put_encoding(group, "categorical", "0.2.0", err);
}

static cln_status fill_text(hid_t group, const cln_stored_column *column, cln_layout layout, uint64_t rows,
                            cln_error *err) {
    static const uint64_t zero = 0;
    CLN_TRY(make_closed(group, "sizes", cln_h5_integer_type(layout.width_bytes, false), rows,
                        layout.is_all_null ? &zero : NULL, NULL, err));
    CLN_TRY(make_closed(group, "data", H5T_STD_U8LE, column->text_size_bytes,
                        column->text_size_bytes == 0 ? &zero : NULL, NULL, err));
    if (layout.code_width_bytes > 0) {
        CLN_TRY(
            make_closed(group, "codes", cln_h5_integer_type(layout.code_width_bytes, true), rows, NULL, "array", err));
        CLN_TRY(fill_values(group, column, err));
    }
    return cln_put_encoding(group, "colonnade-text", "0.2.0", err);
}

static cln_status make_column(hid_t table, const cln_stored_column *column, uint64_t rows, cln_error *err) {
    const cln_layout layout = cln_layout_of(column, rows);
    if (layout.form == CLN_FORM_ARRAY) return make_array(table, column, layout, rows, err);
    hid_t group;
    CLN_TRY(cln_h5_make_group(table, column->name, &group, err));
    cln_status status;
    switch (layout.form) {
    case CLN_FORM_NULLABLE:
        status = fill_nullable(group, column, layout, rows, err);
        break;
    case CLN_FORM_CATEGORICAL:
        status = fill_categorical(group, column, layout, rows, err);
        break;
    default:
        status = fill_text(group, column, layout, rows, err);
        break;
    }
    if (status == CLN_OK) status = cln_put_column_attributes(group, column, layout, err);
    (void)H5Gclose(group);
    return status;
}

static cln_status make_table(hid_t file, const cln_stored_table *table, cln_error *err) {
    hid_t group;
    CLN_TRY(cln_h5_make_group(file, table->name, &group, err));
    cln_status status = cln_put_table_attributes(group, table, err);
    for (size_t i = 0; i < table->column_count && status == CLN_OK; i++) {
        status = make_column(group, &table->columns[i], table->rows, err);
    }
    (void)H5Gclose(group);
    return status;
}

/* At least what the values take. */
static uint64_t estimate_bytes(const cln_stored_table *tables, size_t table_count) {
    uint64_t bytes = 0;
    for (size_t t = 0; t < table_count; t++) {
        for (size_t i = 0; i < tables[t].column_count; i++) {
            const cln_layout layout = cln_layout_of(&tables[t].columns[i], tables[t].rows);
            if (layout.is_all_null) continue;
            const uint64_t row_bytes =
                layout.width_bytes + layout.code_width_bytes + (layout.form == CLN_FORM_NULLABLE ? 1 : 0);
            bytes += tables[t].rows * row_bytes + tables[t].columns[i].text_size_bytes;
        }
    }
    return bytes;
}

cln_status cln_create_partition_file(const char *path, const cln_stored_table *tables, size_t table_count,
                                     cln_error *err) {
    CLN_TRY(cln_check_room(path, estimate_bytes(tables, table_count), err));
    hid_t file;
    CLN_TRY(cln_h5_create(&file, path, err));
    const int32_t version = CLN_STORE_FORMAT_VERSION;
    cln_status status = cln_h5_put_number(file, "colonnade_format", H5T_STD_I32LE, &version, err);
    for (size_t i = 0; i < table_count && status == CLN_OK; i++) status = make_table(file, &tables[i], err);
    status = cln_h5_close_written(file, path, status, err);
    if (status != CLN_OK) (void)unlink(path);
    return status;
}
