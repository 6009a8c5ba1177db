/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "master.h"
#include "colonnade/base/cleanup.h"
#include "colonnade/base/file.h"
#include "colonnade/base/hash.h"
#include "colonnade/base/memory.h"
#include "colonnade/store/dataset_paths.h"
#include "h5.h"
#include "manifest_text.h"
#include "sync.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The text, whose size is that of its type. */
static cln_status read_text(hid_t dataset, hid_t type, cln_buffer *text, cln_error *err) {
    const hid_t space = H5Dget_space(dataset);
    const bool is_one = space >= 0 && H5Sget_simple_extent_npoints(space) == 1;
    if (space >= 0) (void)H5Sclose(space);
    const size_t size = H5Tget_size(type);
    if (!is_one || H5Tget_class(type) != H5T_STRING || H5Tis_variable_str(type) != 0 ||
        size > CLN_MANIFEST_LIMIT_BYTES) {
        return cln_fail(err, CLN_ERR_IO, "its manifest is not a text of fixed length");
    }
    uint32_t expected;
    CLN_TRY(cln_h5_get_number(dataset, "crc32c", H5T_NATIVE_UINT32, &expected, err));
    CLN_TRY(cln_buffer_reserve(text, size, err));
    if (H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, text->data) < 0) {
        return cln_h5_fail(err, "cannot read its manifest");
    }
    text->size = size;
    if (cln_crc32c(0, text->data, size) == expected) return CLN_OK;
    return cln_fail(err, CLN_ERR_IO, "its manifest does not have the checksum that was stored");
}

static cln_status read_manifest_text(hid_t file, cln_buffer *text, cln_error *err) {
    const hid_t dataset = H5Dopen2(file, "manifest", H5P_DEFAULT);
    if (dataset < 0) return cln_h5_fail(err, "it has no manifest");
    const hid_t type = H5Dget_type(dataset);
    const cln_status status =
        type < 0 ? cln_h5_fail(err, "cannot read its manifest") : read_text(dataset, type, text, err);
    if (type >= 0) (void)H5Tclose(type);
    (void)H5Dclose(dataset);
    return status;
}

cln_status cln_master_read(cln_manifest *manifest, hid_t file, cln_error *err) {
    cln_buffer text;
    cln_buffer_init(&text, CLN_MANIFEST_LIMIT_BYTES);
    cln_status status = read_manifest_text(file, &text, err);
    if (status == CLN_OK) status = cln_manifest_from_text(manifest, cln_buffer_span(&text), err);
    cln_buffer_clean_up(&text);
    return status;
}

static cln_status read_master(cln_manifest *manifest, const char *path, cln_error *err) {
    hid_t file;
    CLN_TRY(cln_h5_open(&file, path, false, err));
    const cln_status status = cln_master_read(manifest, file, err);
    (void)H5Fclose(file);
    return status;
}

cln_status cln_manifest_read(cln_manifest *manifest, const char *store_dir, const char *dataset, bool *exists,
                             cln_error *err) {
    *manifest = (cln_manifest){0};
    *exists = false;
    char *path;
    CLN_TRY(cln_dataset_path(&path, store_dir, dataset, CLN_MASTER_NAME, err));
    cln_status status;
    cln_error inner = {.message = ""};
    struct stat about;
    if (stat(path, &about) == 0) {
        *exists = true;
        status = read_master(manifest, path, &inner);
        if (status != CLN_OK) {
            status = cln_fail(err, status, "the dataset's master %s cannot be read: %s", path, inner.message);
        }
    } else if (errno == ENOENT || errno == ENOTDIR) {
        status = cln_copy_string(&manifest->dataset, dataset, err);
    } else {
        status = cln_fail_errno(err, "cannot look at %s", path);
    }
    free(path);
    return status;
}

static cln_status write_text(hid_t file, cln_span text, cln_error *err) {
    const hid_t type = cln_h5_text_type(text.size);
    const hid_t space = H5Screate(H5S_SCALAR);
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    hid_t dataset = H5I_INVALID_HID;
    if (type >= 0 && space >= 0 && creation >= 0 && H5Pset_obj_track_times(creation, false) >= 0) {
        dataset = H5Dcreate2(file, "manifest", type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    }
    cln_status status = CLN_OK;
    if (dataset < 0 || H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, text.data) < 0) {
        status = cln_h5_fail(err, "cannot write the manifest");
    }
    const uint32_t crc = cln_crc32c(0, text.data, text.size);
    if (status == CLN_OK) status = cln_h5_put_number(dataset, "crc32c", H5T_STD_U32LE, &crc, err);
    if (dataset >= 0) (void)H5Dclose(dataset);
    if (creation >= 0) (void)H5Pclose(creation);
    if (space >= 0) (void)H5Sclose(space);
    if (type >= 0) (void)H5Tclose(type);
    return status;
}

static cln_status write_manifest_text(hid_t file, const cln_manifest *manifest, cln_error *err) {
    cln_buffer text;
    cln_buffer_init(&text, CLN_MANIFEST_LIMIT_BYTES);
    cln_status status = cln_manifest_to_text(manifest, &text, err);
    if (status == CLN_OK) status = write_text(file, cln_buffer_span(&text), err);
    cln_buffer_clean_up(&text);
    return status;
}

static cln_status write_links(hid_t file, const cln_manifest *manifest, cln_error *err) {
    hid_t group;
    CLN_TRY(cln_h5_make_group(file, "partitions", &group, err));
    cln_status status = CLN_OK;
    for (size_t i = 0; i < manifest->partition_count && status == CLN_OK; i++) {
        const cln_partition_info *info = &manifest->partitions[i];
        if (H5Lcreate_external(info->file, "/", group, info->id, H5P_DEFAULT, H5P_DEFAULT) < 0) {
            status = cln_h5_fail(err, "cannot link partition '%s'", info->id);
        }
    }
    (void)H5Gclose(group);
    return status;
}

static cln_status write_master(const char *path, const cln_manifest *manifest, cln_error *err) {
    hid_t file;
    CLN_TRY(cln_h5_create(&file, path, err));
    cln_status status = write_manifest_text(file, manifest, err);
    if (status == CLN_OK) status = write_links(file, manifest, err);
    return cln_h5_close_written(file, path, status, err);
}

/* What closing did not report shows when the file is read again. */
static cln_status check_master(const char *path, const cln_manifest *manifest, cln_error *err) {
    cln_manifest again;
    CLN_TRY(read_master(&again, path, err));
    const bool is_same = again.partition_count == manifest->partition_count;
    cln_manifest_clean_up(&again);
    return is_same ? CLN_OK : cln_fail(err, CLN_ERR_IO, "%s was not written as a whole", path);
}

static cln_status check_live_rows(const char *dir, const cln_live_rows *live, cln_error *err) {
    if (live->is_stale) {
        return cln_fail(err, CLN_ERR_INTERNAL, "the duplicates were not looked for before publishing %s", dir);
    }
    if (live->file == NULL) return CLN_OK;
    char *path;
    CLN_TRY(cln_path_join(&path, dir, live->file, err));
    const bool exists = cln_file_exists(path);
    const cln_status status = exists ? CLN_OK : cln_fail(err, CLN_ERR_IO, "the file %s is missing", path);
    free(path);
    return status;
}

static cln_status check_partitions(const char *dir, const cln_manifest *manifest, cln_error *err) {
    CLN_TRY(check_live_rows(dir, &manifest->live, err));
    for (size_t i = 0; i < manifest->partition_count; i++) {
        char *path;
        CLN_TRY(cln_path_join(&path, dir, manifest->partitions[i].file, err));
        const bool exists = cln_file_exists(path);
        const cln_status status = exists ? CLN_OK : cln_fail(err, CLN_ERR_IO, "the partition file %s is missing", path);
        free(path);
        CLN_TRY(status);
    }
    return CLN_OK;
}

static cln_status replace_master(const char *temporary, const char *path, const char *dir, const cln_manifest *manifest,
                                 bool sync, cln_error *err) {
    CLN_TRY(write_master(temporary, manifest, err));
    CLN_TRY(check_master(temporary, manifest, err));
    if (sync) CLN_TRY(cln_sync_file(temporary, err));
    if (rename(temporary, path) != 0) return cln_fail_errno(err, "cannot rename %s to %s", temporary, path);
    return sync ? cln_file_sync_dir(dir, err) : CLN_OK;
}

static cln_status publish_in(const char *dir, const cln_manifest *manifest, bool sync, cln_error *err) {
    CLN_TRY(check_partitions(dir, manifest, err));
    char *path, *temporary = NULL;
    CLN_TRY(cln_path_join(&path, dir, CLN_MASTER_NAME, err));
    cln_status status =
        cln_format_string(&temporary, err, "%s/" CLN_TEMPORARY_MARK "%s-%ld", dir, CLN_MASTER_NAME, (long)getpid());
    if (status == CLN_OK) status = cln_cleanup_register_path(temporary, err);
    if (status == CLN_OK) {
        (void)unlink(temporary); /* of a dead process with the same number */
        status = replace_master(temporary, path, dir, manifest, sync, err);
        if (status != CLN_OK) (void)unlink(temporary);
        cln_cleanup_unregister_path(temporary);
    }
    free(temporary);
    free(path);
    return status;
}

cln_status cln_manifest_publish(const cln_manifest *manifest, const char *store_dir, bool sync, cln_error *err) {
    char *dir;
    CLN_TRY(cln_dataset_dir(&dir, store_dir, manifest->dataset, err));
    const cln_status status = publish_in(dir, manifest, sync, err);
    free(dir);
    return status;
}
