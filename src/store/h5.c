/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "h5.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Allocations of this size and more begin at a multiple of the page. */
#define ALIGN_FROM_BYTES 16384
#define ALIGN_TO_BYTES   4096

#define METADATA_CACHE_BYTES ((size_t)512 << 10)

void cln_h5_start(void) {
    (void)H5open();
    (void)H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

static herr_t take_innermost(unsigned n, const H5E_error2_t *error, void *message) {
    if (n == 0 && error->desc != NULL) (void)snprintf(message, CLN_ERROR_MAX / 2, "%s", error->desc);
    return 0;
}

/* A failed system call reads "... errno = 28, error message = 'No space left
 * on device', buf = 0x..."; only the quoted part is worth printing. */
static void keep_system_message(char *message) {
    static const char mark[] = "error message = '";
    char *begin = strstr(message, mark);
    if (begin == NULL) return;
    begin += sizeof mark - 1;
    const size_t size = strcspn(begin, "'");
    memmove(message, begin, size);
    message[size] = '\0';
}

cln_status cln_h5_fail(cln_error *err, const char *format, ...) {
    if (err == NULL) return CLN_ERR_IO;
    char reason[CLN_ERROR_MAX / 2] = "";
    (void)H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, take_innermost, reason);
    (void)H5Eclear2(H5E_DEFAULT);
    keep_system_message(reason);
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(err->message, sizeof err->message, format, arguments);
    va_end(arguments);
    const size_t used = strlen(err->message);
    if (reason[0] != '\0') (void)snprintf(err->message + used, sizeof err->message - used, ": %s", reason);
    return CLN_ERR_IO;
}

/* Published files never change and unpublished ones have one owner, so HDF5's
 * locks protect nothing; on several network file systems they only fail. */
static herr_t without_locks(hid_t access) {
#if H5_VERSION_GE(1, 10, 7) && !(H5_VERS_MAJOR == 1 && H5_VERS_MINOR == 12 && H5_VERS_RELEASE == 0)
    return H5Pset_file_locking(access, 0, 1);
#else
    (void)access;
    return 0;
#endif
}

/* HDF5 keeps up to 32 MiB of a file's metadata, counted as they stand in the
 * file, which are several times as much in memory. Columns are made, filled and
 * checked one after the other, so that much less does as well. */
static herr_t with_small_cache(hid_t access) {
    H5AC_cache_config_t cache = {.version = H5AC__CURR_CACHE_CONFIG_VERSION};
    if (H5Pget_mdc_config(access, &cache) < 0) return -1;
    cache.set_initial_size = true;
    cache.initial_size = METADATA_CACHE_BYTES;
    cache.min_size = METADATA_CACHE_BYTES;
    cache.max_size = METADATA_CACHE_BYTES;
    return H5Pset_mdc_config(access, &cache);
}

static hid_t new_access_list(void) {
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    if (access < 0) return access;
    /* Without a sieve buffer a write fails when it is made, and not when its dataset is closed. */
    if (H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110) < 0 || H5Pset_sieve_buf_size(access, 0) < 0 ||
        H5Pset_alignment(access, ALIGN_FROM_BYTES, ALIGN_TO_BYTES) < 0 ||
        H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) < 0 || with_small_cache(access) < 0 ||
        without_locks(access) < 0) {
        (void)H5Pclose(access);
        return H5I_INVALID_HID;
    }
    return access;
}

cln_status cln_h5_open(hid_t *file, const char *path, bool for_writing, cln_error *err) {
    cln_h5_start();
    const hid_t access = new_access_list();
    *file = access < 0 ? access : H5Fopen(path, for_writing ? H5F_ACC_RDWR : H5F_ACC_RDONLY, access);
    const cln_status status = *file < 0 ? cln_h5_fail(err, "cannot open %s", path) : CLN_OK;
    if (access >= 0) (void)H5Pclose(access);
    return status;
}

cln_status cln_h5_create(hid_t *file, const char *path, cln_error *err) {
    cln_h5_start();
    const hid_t access = new_access_list();
    const hid_t creation = H5Pcreate(H5P_FILE_CREATE);
    *file = H5I_INVALID_HID;
    if (access >= 0 && creation >= 0 && H5Pset_obj_track_times(creation, false) >= 0) {
        *file = H5Fcreate(path, H5F_ACC_EXCL, creation, access);
    }
    const cln_status status = *file < 0 ? cln_h5_fail(err, "cannot create %s", path) : CLN_OK;
    if (creation >= 0) (void)H5Pclose(creation);
    if (access >= 0) (void)H5Pclose(access);
    return status;
}

/* Setting the driver duplicates the communicator, which is collective. */
static cln_status new_shared_access_list(hid_t *access, const cln_comm *comm, cln_error *err) {
    cln_h5_start();
    *access = new_access_list();
    CLN_TRY_AGREED(comm, *access < 0 ? cln_h5_fail(err, "cannot prepare to open files through MPI") : CLN_OK, err);
    if (H5Pset_fapl_mpio(*access, comm->mpi, MPI_INFO_NULL) >= 0) return CLN_OK;
    return cln_h5_fail(err, "rank %d cannot use HDF5's MPI driver", comm->rank);
}

cln_status cln_h5_open_shared(hid_t *file, const cln_comm *comm, const char *path, cln_error *err) {
    if (comm->size == 1) return cln_h5_open(file, path, true, err);
    cln_error spare;
    if (err == NULL) err = &spare; /* the ranks agree on its message */
    hid_t access;
    *file = H5I_INVALID_HID;
    cln_status status = cln_agree(comm, new_shared_access_list(&access, comm, err), err);
    if (status == CLN_OK) {
        *file = H5Fopen(path, H5F_ACC_RDWR, access);
        if (*file < 0) status = cln_h5_fail(err, "rank %d cannot open %s through MPI", comm->rank, path);
    }
    if (access >= 0) (void)H5Pclose(access);
    return status;
}

cln_status cln_h5_make_group(hid_t parent, const char *name, hid_t *group, cln_error *err) {
    const hid_t creation = H5Pcreate(H5P_GROUP_CREATE);
    *group = H5I_INVALID_HID;
    if (creation >= 0 && H5Pset_obj_track_times(creation, false) >= 0) {
        *group = H5Gcreate2(parent, name, H5P_DEFAULT, creation, H5P_DEFAULT);
    }
    const cln_status status = *group < 0 ? cln_h5_fail(err, "cannot create the group '%s'", name) : CLN_OK;
    if (creation >= 0) (void)H5Pclose(creation);
    return status;
}

static bool set_space_policy(hid_t creation, hid_t type, const void *fill) {
    if (fill == NULL) {
        return H5Pset_alloc_time(creation, H5D_ALLOC_TIME_EARLY) >= 0 &&
               H5Pset_fill_time(creation, H5D_FILL_TIME_NEVER) >= 0;
    }
    return H5Pset_alloc_time(creation, H5D_ALLOC_TIME_LATE) >= 0 && H5Pset_fill_value(creation, type, fill) >= 0;
}

cln_status cln_h5_make_dataset(hid_t parent, const char *name, hid_t type, uint64_t rows, const void *fill,
                               hid_t *dataset, cln_error *err) {
    const hsize_t dims[1] = {rows};
    const hid_t space = H5Screate_simple(1, dims, NULL);
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    *dataset = H5I_INVALID_HID;
    if (space >= 0 && creation >= 0 && H5Pset_layout(creation, H5D_CONTIGUOUS) >= 0 &&
        H5Pset_obj_track_times(creation, false) >= 0 && set_space_policy(creation, type, fill)) {
        *dataset = H5Dcreate2(parent, name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    }
    const cln_status status = *dataset < 0 ? cln_h5_fail(err, "cannot create the dataset '%s'", name) : CLN_OK;
    if (creation >= 0) (void)H5Pclose(creation);
    if (space >= 0) (void)H5Sclose(space);
    return status;
}

hid_t cln_h5_boolean_type(void) {
    const hid_t type = H5Tenum_create(H5T_STD_I8LE);
    const int8_t no = 0, yes = 1;
    if (type >= 0 && (H5Tenum_insert(type, "FALSE", &no) < 0 || H5Tenum_insert(type, "TRUE", &yes) < 0)) {
        (void)H5Tclose(type);
        return H5I_INVALID_HID;
    }
    return type;
}

hid_t cln_h5_integer_type(unsigned width_bytes, bool is_signed) {
    switch (width_bytes) {
    case 1:
        return is_signed ? H5T_STD_I8LE : H5T_STD_U8LE;
    case 2:
        return is_signed ? H5T_STD_I16LE : H5T_STD_U16LE;
    case 4:
        return is_signed ? H5T_STD_I32LE : H5T_STD_U32LE;
    default:
        return is_signed ? H5T_STD_I64LE : H5T_STD_U64LE;
    }
}

/* A dataset's space with one block selected, and the like space in memory. */
static bool select_rows(hid_t dataset, uint64_t first, uint64_t count, hid_t *file_space, hid_t *memory_space) {
    const hsize_t start[1] = {first}, size[1] = {count};
    *memory_space = H5Screate_simple(1, size, NULL);
    *file_space = H5Dget_space(dataset);
    return *file_space >= 0 && *memory_space >= 0 &&
           H5Sselect_hyperslab(*file_space, H5S_SELECT_SET, start, NULL, size, NULL) >= 0;
}

static void close_spaces(hid_t file_space, hid_t memory_space) {
    if (file_space >= 0) (void)H5Sclose(file_space);
    if (memory_space >= 0) (void)H5Sclose(memory_space);
}

cln_status cln_h5_write_rows(hid_t dataset, uint64_t first, uint64_t count, const void *values, cln_error *err) {
    if (count == 0) return CLN_OK;
    hid_t file_space, memory_space;
    const bool selected = select_rows(dataset, first, count, &file_space, &memory_space);
    const hid_t type = H5Dget_type(dataset);
    const bool written =
        selected && type >= 0 && H5Dwrite(dataset, type, memory_space, file_space, H5P_DEFAULT, values) >= 0;
    const cln_status status = written ? CLN_OK
                                      : cln_h5_fail(err, "cannot write values %llu to %llu", (unsigned long long)first,
                                                    (unsigned long long)(first + count - 1));
    if (type >= 0) (void)H5Tclose(type);
    close_spaces(file_space, memory_space);
    return status;
}

static cln_status read_rows(hid_t dataset, hid_t memory_type, hid_t transfer, uint64_t first, uint64_t count,
                            void *values, cln_error *err) {
    if (count == 0) return CLN_OK;
    hid_t file_space, memory_space;
    const bool selected = select_rows(dataset, first, count, &file_space, &memory_space);
    const bool read = selected && H5Dread(dataset, memory_type, memory_space, file_space, transfer, values) >= 0;
    const cln_status status = read ? CLN_OK
                                   : cln_h5_fail(err, "cannot read values %llu to %llu", (unsigned long long)first,
                                                 (unsigned long long)(first + count - 1));
    close_spaces(file_space, memory_space);
    return status;
}

cln_status cln_h5_read_rows(hid_t dataset, hid_t memory_type, uint64_t first, uint64_t count, void *values,
                            cln_error *err) {
    return read_rows(dataset, memory_type, H5P_DEFAULT, first, count, values, err);
}

cln_status cln_h5_read_converted(hid_t dataset, hid_t memory_type, uint64_t first, uint64_t count, void *values,
                                 cln_error *err) {
    static const size_t least_bytes = 4096, default_bytes = (size_t)1 << 20;
    const size_t size = H5Tget_size(memory_type);
    const hid_t transfer = H5Pcreate(H5P_DATASET_XFER);
    if (transfer >= 0 && size > 0 && count < default_bytes / size) {
        const size_t need = (size_t)count * size;
        (void)H5Pset_buffer(transfer, need < least_bytes ? least_bytes : need, NULL, NULL);
    }
    const cln_status status =
        read_rows(dataset, memory_type, transfer < 0 ? H5P_DEFAULT : transfer, first, count, values, err);
    if (transfer >= 0) (void)H5Pclose(transfer);
    return status;
}

cln_status cln_h5_length(hid_t dataset, uint64_t *rows, cln_error *err) {
    const hid_t space = H5Dget_space(dataset);
    if (space < 0) return cln_h5_fail(err, "cannot read a dataset's shape");
    hsize_t dims[1] = {0};
    const bool is_line = H5Sget_simple_extent_ndims(space) == 1 && H5Sget_simple_extent_dims(space, dims, NULL) == 1;
    (void)H5Sclose(space);
    if (!is_line) return cln_fail(err, CLN_ERR_IO, "a dataset does not have one dimension");
    *rows = dims[0];
    return CLN_OK;
}
