/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "layout.h"

#include <string.h>

const char *const cln_table_names[CLN_TABLE_COUNT] = {"columns", "rejects"};

unsigned cln_signed_width(int64_t min, int64_t max) {
    if (min >= INT8_MIN && max <= INT8_MAX) return 1;
    if (min >= INT16_MIN && max <= INT16_MAX) return 2;
    if (min >= INT32_MIN && max <= INT32_MAX) return 4;
    return 8;
}

unsigned cln_size_width(uint64_t max) {
    if (max <= UINT8_MAX) return 1;
    return max <= UINT16_MAX ? 2 : 4;
}

unsigned cln_time_width(int64_t min, int64_t max) {
    return min > INT32_MIN && max <= INT32_MAX ? 4 : 8;
}

int64_t cln_null_time(unsigned width_bytes) {
    return width_bytes == 4 ? INT32_MIN : CLN_NULL_INTEGER;
}

static unsigned code_width(const cln_stored_column *column) {
    return cln_signed_width(0, column->dictionary_count == 0 ? 0 : (int64_t)column->dictionary_count - 1);
}

static unsigned width_of(const cln_stored_column *column, bool has_values) {
    switch (column->type) {
    case CLN_TYPE_INTEGER:
        return has_values ? cln_signed_width(column->min, column->max) : 1;
    case CLN_TYPE_TIMESTAMP:
        return has_values ? cln_time_width(column->min, column->max) : 4;
    case CLN_TYPE_BOOLEAN:
        return 1;
    case CLN_TYPE_CATEGORY:
        return code_width(column);
    case CLN_TYPE_TEXT:
        return cln_size_width(column->text_size_max);
    default:
        return 8;
    }
}

cln_layout cln_layout_of(const cln_stored_column *column, uint64_t rows) {
    cln_layout layout = {.form = CLN_FORM_ARRAY};
    if (column->type == CLN_TYPE_CATEGORY) layout.form = CLN_FORM_CATEGORICAL;
    if (column->type == CLN_TYPE_TEXT) layout.form = CLN_FORM_TEXT;
    if ((column->type == CLN_TYPE_INTEGER || column->type == CLN_TYPE_BOOLEAN) && column->null_count > 0) {
        layout.form = CLN_FORM_NULLABLE;
    }
    layout.is_all_null = column->null_count == rows;
    layout.width_bytes = width_of(column, !layout.is_all_null);
    if (column->type == CLN_TYPE_TEXT && column->dictionary_count > 0) layout.code_width_bytes = code_width(column);
    return layout;
}

size_t cln_layout_names(cln_layout layout, const char *names[CLN_MOST_DATASETS]) {
    static const char *const of_forms[][CLN_MOST_DATASETS] = {
        {NULL, NULL, NULL}, {"values", "mask", NULL}, {"codes", NULL, NULL}, {"sizes", "data", "codes"}};
    memcpy(names, of_forms[layout.form], sizeof of_forms[layout.form]);
    if (layout.form == CLN_FORM_TEXT) return layout.code_width_bytes > 0 ? 3 : 2;
    return layout.form == CLN_FORM_NULLABLE ? 2 : 1;
}

/* Members follow each other without gaps in the file. */
typedef struct zone_type {
    hid_t type;
    bool for_file;
    bool failed;
    size_t packed_bytes;
} zone_type;

static void add_member(zone_type *zone, const char *name, size_t memory_offset, hid_t type) {
    const size_t offset = zone->for_file ? zone->packed_bytes : memory_offset;
    if (H5Tinsert(zone->type, name, offset, type) < 0) zone->failed = true;
    zone->packed_bytes += H5Tget_size(type);
}

hid_t cln_zone_type(cln_type type, cln_layout layout, bool for_file) {
    zone_type zone = {.type = H5Tcreate(H5T_COMPOUND, sizeof(cln_zone)), .for_file = for_file};
    if (zone.type < 0) return zone.type;
    add_member(&zone, "first_row", offsetof(cln_zone, first_row), H5T_STD_U64LE);
    if (type != CLN_TYPE_TEXT) {
        const hid_t bound = type == CLN_TYPE_DOUBLE ? H5T_IEEE_F64LE : H5T_STD_I64LE;
        add_member(&zone, "min", offsetof(cln_zone, min), bound);
        add_member(&zone, "max", offsetof(cln_zone, max), bound);
    }
    add_member(&zone, "nulls", offsetof(cln_zone, nulls), H5T_STD_U64LE);
    add_member(&zone, "crc32c", offsetof(cln_zone, crc32c), H5T_STD_U32LE);
    if (layout.form == CLN_FORM_NULLABLE) {
        add_member(&zone, "crc32c_mask", offsetof(cln_zone, second_crc32c), H5T_STD_U32LE);
    }
    if (layout.form == CLN_FORM_TEXT) {
        add_member(&zone, "first_byte", offsetof(cln_zone, first_byte), H5T_STD_U64LE);
        add_member(&zone, "crc32c_data", offsetof(cln_zone, second_crc32c), H5T_STD_U32LE);
    }
    if (layout.code_width_bytes > 0) {
        add_member(&zone, "crc32c_codes", offsetof(cln_zone, codes_crc32c), H5T_STD_U32LE);
    }
    if (!zone.failed && for_file && H5Tset_size(zone.type, zone.packed_bytes) < 0) zone.failed = true;
    if (zone.failed) {
        (void)H5Tclose(zone.type);
        return H5I_INVALID_HID;
    }
    return zone.type;
}
