/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live_file.h"

#include "colonnade/base/file.h"
#include "colonnade/base/hash.h"
#include "colonnade/base/memory.h"
#include "damage.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- The file ---- */

static cln_status open_checked(cln_live_file *file, const cln_manifest *manifest, cln_error *err) {
    struct stat about;
    if (stat(file->path, &about) != 0) return cln_fail_errno(err, "it is missing");
    if ((uint64_t)about.st_size != manifest->live.size_bytes) {
        return cln_fail(err, CLN_ERR_IO, "it has %lld bytes, not %" PRIu64, (long long)about.st_size,
                        manifest->live.size_bytes);
    }
    CLN_TRY(cln_h5_open(&file->file, file->path, false, err));
    int32_t version = 0;
    CLN_TRY(cln_h5_get_number(file->file, "colonnade_format", H5T_NATIVE_INT32, &version, err));
    if (version == CLN_LIVE_FORMAT_VERSION) return CLN_OK;
    return cln_fail(err, CLN_ERR_IO, "it has format version %d, this program reads %d; use the newer program", version,
                    CLN_LIVE_FORMAT_VERSION);
}

/* What is wrong with the file, and what to do. */
static cln_status fail_damaged(const cln_live_file *file, cln_status status, const cln_error *why, cln_error *err) {
    return cln_fail(err, status,
                    "the list of rows that count, %s, cannot be read: %s; it is made anew when one of the dataset's "
                    "sources is ingested again with --replace",
                    file->path, why->message);
}

cln_status cln_live_file_open(cln_live_file *file, const char *dataset_dir, const cln_manifest *manifest,
                              cln_error *err) {
    *file = (cln_live_file){.file = H5I_INVALID_HID};
    if (manifest->live.file == NULL) return CLN_OK;
    CLN_TRY(cln_path_join(&file->path, dataset_dir, manifest->live.file, err));
    cln_error why = {.message = ""};
    const cln_status status = open_checked(file, manifest, &why);
    return status == CLN_OK ? CLN_OK : fail_damaged(file, status, &why, err);
}

void cln_live_file_close(cln_live_file *file) {
    if (file->path != NULL && file->file >= 0) (void)H5Fclose(file->file);
    free(file->path);
    *file = (cln_live_file){.file = H5I_INVALID_HID};
}

/* ---- One partition of it ---- */

void cln_live_bits_init(cln_live_bits *bits) {
    bits->file = NULL;
    bits->info = NULL;
    bits->bits = H5I_INVALID_HID;
    bits->dead = NULL;
    bits->crcs = NULL;
}

void cln_live_bits_leave(cln_live_bits *bits) {
    if (bits->info != NULL && bits->bits >= 0) (void)H5Dclose(bits->bits);
    free(bits->dead);
    free(bits->crcs);
    cln_live_bits_init(bits);
}

/* A list of one number for each zone. */
static cln_status read_numbers(hid_t group, const char *name, uint64_t count, uint32_t **numbers, cln_error *err) {
    const hid_t dataset = H5Dopen2(group, name, H5P_DEFAULT);
    if (dataset < 0) {
        (void)!cln_h5_fail(err, "it has no '%s'", name);
        return CLN_ERR_IO; /* clang's analyzer does not know that it is that */
    }
    uint64_t length = 0;
    cln_status status = cln_h5_length(dataset, &length, err);
    if (status == CLN_OK && length != count) {
        status = cln_fail(err, CLN_ERR_IO, "'%s' tells of %" PRIu64 " zones, not %" PRIu64, name, length, count);
    }
    if (status == CLN_OK) status = cln_new_array(numbers, (size_t)count, sizeof **numbers, err);
    if (status == CLN_OK) status = cln_h5_read_rows(dataset, H5T_NATIVE_UINT32, 0, count, *numbers, err);
    (void)H5Dclose(dataset);
    return status;
}

static uint64_t bytes_of(uint64_t rows) {
    return rows / 8 + (rows % 8 != 0);
}

static cln_status check_bits(const cln_live_bits *bits, cln_error *err) {
    const cln_partition_info *info = bits->info;
    uint64_t length = 0, dead = 0;
    CLN_TRY(cln_h5_length(bits->bits, &length, err));
    for (uint64_t z = 0; z < cln_zone_count(info->rows); z++) dead += bits->dead[z];
    if (length == bytes_of(info->rows) && dead == info->duplicates) return CLN_OK;
    return cln_fail(err, CLN_ERR_IO,
                    "it has %" PRIu64 " bytes of bits and %" PRIu64 " duplicates for the %" PRIu64 " rows and %" PRIu64
                    " duplicates of partition '%s'",
                    length, dead, info->rows, info->duplicates, info->id);
}

static cln_status enter_group(cln_live_bits *bits, hid_t group, cln_error *err) {
    const uint64_t zones = cln_zone_count(bits->info->rows);
    CLN_TRY(read_numbers(group, "duplicates", zones, &bits->dead, err));
    CLN_TRY(read_numbers(group, "crc32c", zones, &bits->crcs, err));
    bits->bits = H5Dopen2(group, "live", H5P_DEFAULT);
    if (bits->bits < 0) return cln_h5_fail(err, "it has no bits of partition '%s'", bits->info->id);
    return check_bits(bits, err);
}

static cln_status enter(cln_live_bits *bits, cln_error *err) {
    char *name;
    CLN_TRY(cln_format_string(&name, err, "partitions/%s", bits->info->id));
    const hid_t group = H5Gopen2(bits->file->file, name, H5P_DEFAULT);
    free(name);
    if (group < 0) return cln_h5_fail(err, "it tells nothing of partition '%s'", bits->info->id);
    const cln_status status = enter_group(bits, group, err);
    (void)H5Gclose(group);
    return status;
}

cln_status cln_live_bits_enter(cln_live_bits *bits, const cln_live_file *file, const cln_partition_info *info,
                               cln_error *err) {
    cln_live_bits_leave(bits);
    if (info->duplicates == 0) return CLN_OK;
    if (file->path == NULL) {
        return cln_fail(err, CLN_ERR_IO, "the master tells of duplicates in partition '%s', but not which rows count",
                        info->id);
    }
    bits->file = file;
    bits->info = info;
    cln_error why = {.message = ""};
    const cln_status status = enter(bits, &why);
    return status == CLN_OK ? CLN_OK : fail_damaged(file, status, &why, err);
}

static size_t count_dead(const cln_live_bits *bits, size_t rows) {
    size_t live = 0;
    for (size_t i = 0; i < rows; i++) live += cln_live_bits_has(bits, i);
    return rows - live;
}

static cln_status read_zone(cln_live_bits *bits, uint64_t zone, size_t rows, cln_error *err) {
    const size_t size = (size_t)bytes_of(rows);
    CLN_TRY(cln_h5_read_rows(bits->bits, H5T_NATIVE_UINT8, zone * CLN_ZONE_BITS_BYTES, size, bits->zone_bits, err));
    if (cln_crc32c(0, bits->zone_bits, size) == bits->crcs[zone] && count_dead(bits, rows) == bits->dead[zone]) {
        return CLN_OK;
    }
    return cln_fail(err, CLN_ERR_IO, "the bits of zone %" PRIu64 " of partition '%s' do not have their checksum", zone,
                    bits->info->id);
}

cln_status cln_live_bits_read(cln_live_bits *bits, uint64_t zone, size_t rows, size_t *dead, cln_error *err) {
    *dead = bits->info == NULL ? 0 : bits->dead[zone];
    return *dead == 0 ? CLN_OK : cln_live_bits_check(bits, zone, rows, err);
}

cln_status cln_live_bits_check(cln_live_bits *bits, uint64_t zone, size_t rows, cln_error *err) {
    if (bits->info == NULL) return CLN_OK;
    cln_error why = {.message = ""};
    const cln_status status = read_zone(bits, zone, rows, &why);
    if (status == CLN_OK) return CLN_OK;
    cln_error damage;
    return cln_judge_damage(fail_damaged(bits->file, status, &why, &damage), &damage, err);
}
