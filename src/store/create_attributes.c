/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "create_attributes.h"

#include "colonnade/base/memory.h"

#include <stdlib.h>

cln_status cln_put_encoding(hid_t object, const char *type, const char *version, cln_error *err) {
    CLN_TRY(cln_h5_put_foreign(object, "encoding-type", type, err));
    return cln_h5_put_foreign(object, "encoding-version", version, err);
}

cln_status cln_put_boolean(hid_t object, const char *name, bool value, cln_error *err) {
    const hid_t type = cln_h5_boolean_type();
    if (type < 0) return cln_h5_fail(err, "cannot make the boolean type");
    const int8_t byte = value;
    const cln_status status = cln_h5_put_number(object, name, type, &byte, err);
    (void)H5Tclose(type);
    return status;
}

/* The CF conventions want _FillValue to be of the values' own type. */
static cln_status put_time_attributes(hid_t object, const cln_stored_column *column, unsigned width_bytes,
                                      cln_error *err) {
    const int64_t none = cln_null_time(width_bytes);
    const int32_t narrow_none = (int32_t)none;
    const void *value = width_bytes == 4 ? (const void *)&narrow_none : &none;
    CLN_TRY(cln_h5_put_number(object, "_FillValue", cln_h5_integer_type(width_bytes, true), value, err));
    CLN_TRY(cln_h5_put_foreign(object, "units", "seconds since 1970-01-01 00:00:00", err));
    CLN_TRY(cln_h5_put_foreign(object, "calendar", "proleptic_gregorian", err));
    if (column->time_zone == NULL) return CLN_OK;
    return cln_h5_put_foreign(object, "time_zone", column->time_zone, err);
}

cln_status cln_put_column_attributes(hid_t object, const cln_stored_column *column, cln_layout layout, cln_error *err) {
    CLN_TRY(cln_h5_put_text(object, "type", cln_span_of_string(cln_type_name(column->type)), err));
    CLN_TRY(cln_h5_put_text(object, "role", cln_span_of_string(column->role == NULL ? "" : column->role), err));
    const char *source = column->source_name == NULL ? "" : column->source_name;
    CLN_TRY(cln_h5_put_text(object, "source_name", cln_span_of_string(source), err));
    if (column->type == CLN_TYPE_TIMESTAMP) return put_time_attributes(object, column, layout.width_bytes, err);
    if (column->type == CLN_TYPE_DOUBLE) {
        const int32_t least = column->exponent_min, largest = column->exponent_max;
        CLN_TRY(cln_h5_put_number(object, "exponent_min", H5T_STD_I32LE, &least, err));
        CLN_TRY(cln_h5_put_number(object, "exponent_max", H5T_STD_I32LE, &largest, err));
    }
    return CLN_OK;
}

/* The columns that AnnData can read, without the index. */
static cln_status put_column_order(hid_t group, const cln_stored_table *table, const char **texts, cln_error *err) {
    size_t count = 0;
    for (size_t i = 1; i < table->column_count; i++) {
        if (table->columns[i].type != CLN_TYPE_TEXT) texts[count++] = table->columns[i].name;
    }
    return cln_h5_put_foreigns(group, "column-order", texts, count, err);
}

static cln_status put_column_lists(hid_t group, const cln_stored_table *table, const char **texts, cln_error *err) {
    for (size_t i = 0; i < table->column_count; i++) texts[i] = table->columns[i].name;
    CLN_TRY(cln_h5_put_texts(group, "column_names", texts, table->column_count, err));
    for (size_t i = 0; i < table->column_count; i++) texts[i] = cln_type_name(table->columns[i].type);
    CLN_TRY(cln_h5_put_texts(group, "column_types", texts, table->column_count, err));
    for (size_t i = 0; i < table->column_count; i++) {
        texts[i] = table->columns[i].role == NULL ? "" : table->columns[i].role;
    }
    CLN_TRY(cln_h5_put_texts(group, "column_roles", texts, table->column_count, err));
    return put_column_order(group, table, texts, err);
}

cln_status cln_put_table_attributes(hid_t group, const cln_stored_table *table, cln_error *err) {
    CLN_TRY(cln_put_encoding(group, "dataframe", "0.2.0", err));
    CLN_TRY(cln_h5_put_foreign(group, "_index", table->columns[0].name, err));
    CLN_TRY(cln_h5_put_number(group, "rows", H5T_STD_U64LE, &table->rows, err));
    const char **texts;
    CLN_TRY(cln_new_array(&texts, table->column_count, sizeof *texts, err));
    const cln_status status = put_column_lists(group, table, texts, err);
    free(texts);
    return status;
}
