/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/memory.h"
#include "h5.h"

#include <stdlib.h>
#include <string.h>

/* No text attribute of ours comes near; a damaged file may claim anything. */
#define ATTRIBUTE_LIMIT_BYTES ((size_t)64 << 20)

hid_t cln_h5_text_type(size_t size) {
    const hid_t type = H5Tcopy(H5T_C_S1);
    if (type >= 0 && (H5Tset_size(type, size == 0 ? 1 : size) < 0 || H5Tset_cset(type, H5T_CSET_UTF8) < 0 ||
                      H5Tset_strpad(type, H5T_STR_NULLPAD) < 0)) {
        (void)H5Tclose(type);
        return H5I_INVALID_HID;
    }
    return type;
}

static hid_t foreign_type(void) {
    const hid_t type = H5Tcopy(H5T_C_S1);
    if (type >= 0 && (H5Tset_size(type, H5T_VARIABLE) < 0 || H5Tset_cset(type, H5T_CSET_UTF8) < 0)) {
        (void)H5Tclose(type);
        return H5I_INVALID_HID;
    }
    return type;
}

/* Takes type (when it is not a constant) and space over. */
static cln_status put(hid_t object, const char *name, hid_t type, hid_t space, const void *value, cln_error *err) {
    hid_t attribute = H5I_INVALID_HID;
    bool put_it = false;
    if (type >= 0 && space >= 0) {
        attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
        put_it = attribute >= 0 && H5Awrite(attribute, type, value) >= 0;
    }
    const cln_status status = put_it ? CLN_OK : cln_h5_fail(err, "cannot write the attribute '%s'", name);
    if (attribute >= 0) (void)H5Aclose(attribute);
    if (space >= 0) (void)H5Sclose(space);
    return status;
}

static hid_t line_space(size_t count) {
    const hsize_t dims[1] = {count};
    return H5Screate_simple(1, dims, NULL);
}

cln_status cln_h5_put_text(hid_t object, const char *name, cln_span text, cln_error *err) {
    const hid_t type = cln_h5_text_type(text.size);
    const cln_status status = put(object, name, type, H5Screate(H5S_SCALAR), text.size == 0 ? "" : text.data, err);
    if (type >= 0) (void)H5Tclose(type);
    return status;
}

cln_status cln_h5_put_texts(hid_t object, const char *name, const char *const *texts, size_t count, cln_error *err) {
    size_t widest = 1;
    for (size_t i = 0; i < count; i++) {
        const size_t size = strlen(texts[i]);
        if (size > widest) widest = size;
    }
    char *packed;
    CLN_TRY(cln_new_array(&packed, count, widest, err));
    for (size_t i = 0; i < count; i++) memcpy(packed + i * widest, texts[i], strlen(texts[i]));
    const hid_t type = cln_h5_text_type(widest);
    const cln_status status = put(object, name, type, line_space(count), packed, err);
    if (type >= 0) (void)H5Tclose(type);
    free(packed);
    return status;
}

cln_status cln_h5_put_foreign(hid_t object, const char *name, const char *text, cln_error *err) {
    const hid_t type = foreign_type();
    const cln_status status = put(object, name, type, H5Screate(H5S_SCALAR), &text, err);
    if (type >= 0) (void)H5Tclose(type);
    return status;
}

cln_status cln_h5_put_foreigns(hid_t object, const char *name, const char *const *texts, size_t count, cln_error *err) {
    const hid_t type = foreign_type();
    const cln_status status = put(object, name, type, line_space(count), texts, err);
    if (type >= 0) (void)H5Tclose(type);
    return status;
}

cln_status cln_h5_put_number(hid_t object, const char *name, hid_t type, const void *value, cln_error *err) {
    return put(object, name, type, H5Screate(H5S_SCALAR), value, err);
}

/* The number of texts and the size of each, of an attribute of fixed length. */
static cln_status measure_texts(hid_t attribute, const char *name, size_t *size, size_t *count, cln_error *err) {
    const hid_t type = H5Aget_type(attribute);
    const hid_t space = H5Aget_space(attribute);
    const hssize_t points = space < 0 ? -1 : H5Sget_simple_extent_npoints(space);
    const bool is_fixed = type >= 0 && H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) == 0 && points >= 0;
    *size = is_fixed ? H5Tget_size(type) : 0;
    *count = is_fixed ? (size_t)points : 0;
    if (type >= 0) (void)H5Tclose(type);
    if (space >= 0) (void)H5Sclose(space);
    if (*size == 0 || *size > ATTRIBUTE_LIMIT_BYTES || *count > ATTRIBUTE_LIMIT_BYTES / (*size + 1)) {
        return cln_fail(err, CLN_ERR_IO, "the attribute '%s' is not a text of fixed length", name);
    }
    return CLN_OK;
}

static cln_status read_texts(hid_t attribute, const char *name, char **bytes, size_t *stride, size_t *count,
                             cln_error *err) {
    size_t size;
    CLN_TRY(measure_texts(attribute, name, &size, count, err));
    /* HDF5 pads each text to the type in memory, which has room for a NUL. */
    *stride = size + 1;
    CLN_TRY(cln_new_array(bytes, *count, *stride, err));
    const hid_t type = cln_h5_text_type(*stride);
    const bool read = type >= 0 && H5Tset_strpad(type, H5T_STR_NULLTERM) >= 0 && H5Aread(attribute, type, *bytes) >= 0;
    if (type >= 0) (void)H5Tclose(type);
    if (read) return CLN_OK;
    free(*bytes);
    *bytes = NULL;
    return cln_h5_fail(err, "cannot read the attribute '%s'", name);
}

cln_status cln_h5_get_texts(hid_t object, const char *name, char **bytes, size_t *stride, size_t *count,
                            cln_error *err) {
    *bytes = NULL;
    const hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    if (attribute < 0) return cln_h5_fail(err, "cannot open the attribute '%s'", name);
    const cln_status status = read_texts(attribute, name, bytes, stride, count, err);
    (void)H5Aclose(attribute);
    return status;
}

cln_status cln_h5_get_text(hid_t object, const char *name, char **text, cln_error *err) {
    *text = NULL;
    const htri_t exists = H5Aexists(object, name);
    if (exists < 0) return cln_h5_fail(err, "cannot look for the attribute '%s'", name);
    if (exists == 0) return CLN_OK;
    size_t stride = 0, count = 0;
    CLN_TRY(cln_h5_get_texts(object, name, text, &stride, &count, err));
    if (count == 1) return CLN_OK;
    free(*text);
    *text = NULL;
    return cln_fail(err, CLN_ERR_IO, "the attribute '%s' is not one text", name);
}

cln_status cln_h5_get_number(hid_t object, const char *name, hid_t memory_type, void *value, cln_error *err) {
    const hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    if (attribute < 0) return cln_h5_fail(err, "cannot open the attribute '%s'", name);
    const hid_t space = H5Aget_space(attribute);
    const bool is_one = space >= 0 && H5Sget_simple_extent_npoints(space) == 1;
    const bool read = is_one && H5Aread(attribute, memory_type, value) >= 0;
    const cln_status status = read ? CLN_OK : cln_h5_fail(err, "cannot read the attribute '%s'", name);
    if (space >= 0) (void)H5Sclose(space);
    (void)H5Aclose(attribute);
    return status;
}
