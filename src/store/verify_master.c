/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "verify_master.h"

#include "colonnade/base/file.h"
#include "colonnade/base/memory.h"
#include "colonnade/store/dataset_paths.h"
#include "master.h"

#include <stdlib.h>
#include <string.h>

/* A link's value: the names of a file and an object, and a few bytes. */
#define LINK_LIMIT_BYTES 4096

/* File and object that a link of the group leads to; they borrow from room. */
static bool read_link(hid_t group, const char *name, char room[LINK_LIMIT_BYTES], const char **file,
                      const char **object) {
    H5L_info_t about;
    unsigned flags;
    return H5Lget_info(group, name, &about, H5P_DEFAULT) >= 0 && about.type == H5L_TYPE_EXTERNAL &&
           about.u.val_size <= LINK_LIMIT_BYTES && H5Lget_val(group, name, room, LINK_LIMIT_BYTES, H5P_DEFAULT) >= 0 &&
           H5Lunpack_elink_val(room, about.u.val_size, &flags, file, object) >= 0;
}

static bool leads_somewhere(hid_t group, const char *name) {
    const hid_t object = H5Gopen2(group, name, H5P_DEFAULT);
    if (object >= 0) (void)H5Gclose(object);
    return object >= 0;
}

static void check_link(cln_findings *findings, hid_t group, const cln_manifest *manifest, size_t partition) {
    const cln_partition_info *info = &manifest->partitions[partition];
    const cln_place place = {.partition = (int32_t)partition, .table = -1, .column = -1, .zone = -1, .first_row = -1};
    char room[LINK_LIMIT_BYTES];
    const char *file, *object;
    if (!read_link(group, info->id, room, &file, &object)) {
        cln_findings_add(findings, place, CLN_ERR_DATA, "the master has no link to it");
    } else if (strcmp(file, info->file) != 0 || strcmp(object, "/") != 0) {
        cln_findings_add(findings, place, CLN_ERR_DATA, "the master's link leads to '%s' in %s, not to %s", object,
                         file, info->file);
    } else if (findings->of_partition[partition] == 0 && !leads_somewhere(group, info->id)) {
        cln_findings_add(findings, place, CLN_ERR_DATA, "the master's link to it cannot be followed");
    }
    (void)H5Eclear2(H5E_DEFAULT);
}

static const cln_place nowhere = {.partition = -1, .table = -1, .column = -1, .zone = -1, .first_row = -1};

static void check_links(cln_findings *findings, hid_t file, const cln_manifest *manifest) {
    const hid_t group = H5Gopen2(file, "partitions", H5P_DEFAULT);
    H5G_info_t about;
    if (group < 0 || H5Gget_info(group, &about) < 0) {
        cln_findings_add(findings, nowhere, CLN_ERR_IO, "the links in its master cannot be read");
        if (group >= 0) (void)H5Gclose(group);
        return;
    }
    if (about.nlinks != manifest->partition_count) {
        cln_findings_add(findings, nowhere, CLN_ERR_DATA, "its master has %llu links to %zu partitions",
                         (unsigned long long)about.nlinks, manifest->partition_count);
    }
    for (size_t i = 0; i < manifest->partition_count; i++) check_link(findings, group, manifest, i);
    (void)H5Gclose(group);
}

static bool are_same(const cln_manifest *a, const cln_manifest *b) {
    if (a->partition_count != b->partition_count) return false;
    for (size_t i = 0; i < a->partition_count; i++) {
        if (strcmp(a->partitions[i].id, b->partitions[i].id) != 0) return false;
        if (strcmp(a->partitions[i].file, b->partitions[i].file) != 0) return false;
    }
    return true;
}

void cln_check_master_links(cln_findings *findings, const char *dataset_dir, const cln_manifest *manifest) {
    char *path;
    if (cln_path_join(&path, dataset_dir, CLN_MASTER_NAME, NULL) != CLN_OK) return;
    hid_t file = H5I_INVALID_HID;
    cln_manifest present = {0};
    cln_error err = {.message = ""};
    cln_status status = cln_h5_open(&file, path, false, &err);
    if (status == CLN_OK) status = cln_master_read(&present, file, &err);
    if (status != CLN_OK) {
        cln_findings_add(findings, nowhere, CLN_ERR_IO, "its master cannot be read again: %s", err.message);
    } else if (are_same(&present, manifest)) {
        check_links(findings, file, manifest);
    }
    cln_manifest_clean_up(&present);
    if (file >= 0) (void)H5Fclose(file);
    free(path);
}
