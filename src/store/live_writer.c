/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/hash.h"
#include "colonnade/base/memory.h"
#include "live_file.h"
#include "rest_crc.h"
#include "sync.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static cln_status describe(hid_t file, cln_span rule, cln_error *err) {
    const int32_t version = CLN_LIVE_FORMAT_VERSION;
    CLN_TRY(cln_h5_put_number(file, "colonnade_format", H5T_STD_I32LE, &version, err));
    const uint64_t zone_rows = CLN_ZONE_ROWS;
    CLN_TRY(cln_h5_put_number(file, "rows_per_zone", H5T_STD_U64LE, &zone_rows, err));
    return cln_h5_put_text(file, "rule", rule, err);
}

void cln_live_writer_init(cln_live_writer *writer) {
    *writer = (cln_live_writer){.file = H5I_INVALID_HID, .partitions = H5I_INVALID_HID, .bits = H5I_INVALID_HID};
}

cln_status cln_live_writer_open(cln_live_writer *writer, const char *path, cln_span rule, cln_error *err) {
    cln_live_writer_init(writer);
    writer->path = path;
    CLN_TRY(cln_h5_create(&writer->file, path, err));
    CLN_TRY(describe(writer->file, rule, err));
    return cln_h5_make_group(writer->file, "partitions", &writer->partitions, err);
}

static cln_status put_numbers(hid_t group, const char *name, const uint32_t *numbers, uint64_t count, cln_error *err) {
    hid_t dataset;
    CLN_TRY(cln_h5_make_dataset(group, name, H5T_STD_U32LE, count, NULL, &dataset, err));
    const cln_status status = cln_h5_write_rows(dataset, 0, count, numbers, err);
    (void)H5Dclose(dataset);
    return status;
}

static cln_status put_lists(const cln_live_writer *writer, cln_error *err) {
    const cln_partition_info *info = writer->info;
    const uint64_t zones = cln_zone_count(info->rows);
    if (writer->zone != zones || writer->dead_total != info->duplicates) {
        return cln_fail(err, CLN_ERR_INTERNAL,
                        "partition '%s' has %" PRIu64 " rows = %" PRIu64 " live + %" PRIu64 " duplicates, but %" PRIu64
                        " bits tell of %" PRIu64 " duplicates",
                        info->id, info->rows, cln_partition_live_rows(info), info->duplicates, writer->zone,
                        writer->dead_total);
    }
    const hid_t group = H5Gopen2(writer->partitions, info->id, H5P_DEFAULT);
    if (group < 0) return cln_h5_fail(err, "cannot open the group of partition '%s'", info->id);
    cln_status status = put_numbers(group, "duplicates", writer->dead, zones, err);
    if (status == CLN_OK) status = put_numbers(group, "crc32c", writer->crcs, zones, err);
    (void)H5Gclose(group);
    return status;
}

/* The partition that was begun, if one was. */
static cln_status end_partition(cln_live_writer *writer, cln_status status, cln_error *err) {
    if (writer->info == NULL) return status;
    if (status == CLN_OK) status = put_lists(writer, err);
    if (writer->bits >= 0) (void)H5Dclose(writer->bits);
    writer->bits = H5I_INVALID_HID;
    free(writer->dead);
    free(writer->crcs);
    writer->dead = writer->crcs = NULL;
    writer->info = NULL;
    return status;
}

static cln_status make_group(cln_live_writer *writer, cln_error *err) {
    const cln_partition_info *info = writer->info;
    hid_t group;
    CLN_TRY(cln_h5_make_group(writer->partitions, info->id, &group, err));
    const uint64_t bytes = info->rows / 8 + (info->rows % 8 != 0);
    cln_status status = cln_h5_make_dataset(group, "live", H5T_STD_U8LE, bytes, NULL, &writer->bits, err);
    if (status == CLN_OK) status = cln_h5_put_number(group, "rows", H5T_STD_U64LE, &info->rows, err);
    if (status == CLN_OK) status = cln_h5_put_number(group, "duplicates", H5T_STD_U64LE, &info->duplicates, err);
    (void)H5Gclose(group);
    return status;
}

cln_status cln_live_writer_begin(cln_live_writer *writer, const cln_partition_info *info, cln_error *err) {
    CLN_TRY(end_partition(writer, CLN_OK, err));
    const size_t zones = (size_t)cln_zone_count(info->rows);
    writer->info = info;
    writer->zone = writer->dead_total = 0;
    CLN_TRY(cln_new_array(&writer->dead, zones, sizeof *writer->dead, err));
    CLN_TRY(cln_new_array(&writer->crcs, zones, sizeof *writer->crcs, err));
    return make_group(writer, err);
}

cln_status cln_live_writer_put(cln_live_writer *writer, const unsigned char *zone_bits, cln_error *err) {
    const uint64_t left = writer->info->rows - writer->zone * CLN_ZONE_ROWS;
    const size_t rows = (size_t)(left < CLN_ZONE_ROWS ? left : CLN_ZONE_ROWS);
    const size_t size = rows / 8 + (rows % 8 != 0);
    unsigned char bits[CLN_ZONE_BITS_BYTES];
    memcpy(bits, zone_bits, size);
    if (rows % 8 != 0) bits[size - 1] &= (unsigned char)((1U << rows % 8) - 1);
    size_t live = 0;
    for (size_t i = 0; i < size; i++) live += (size_t)__builtin_popcount(bits[i]);
    writer->dead[writer->zone] = (uint32_t)(rows - live);
    writer->crcs[writer->zone] = cln_crc32c(0, bits, size);
    writer->dead_total += rows - live;
    return cln_h5_write_rows(writer->bits, writer->zone++ * CLN_ZONE_BITS_BYTES, size, bits, err);
}

static cln_status measure(const char *path, cln_live_rows *written, cln_error *err) {
    struct stat about;
    if (stat(path, &about) != 0) return cln_fail_errno(err, "cannot look at %s", path);
    *written = (cln_live_rows){.size_bytes = (uint64_t)about.st_size, .has_crc = true};
    return cln_whole_file_crc32c(path, written->size_bytes, &written->crc32c, err);
}

cln_status cln_live_writer_close(cln_live_writer *writer, cln_status status, bool sync, cln_live_rows *written,
                                 cln_error *err) {
    status = end_partition(writer, status, err);
    if (writer->partitions >= 0) (void)H5Gclose(writer->partitions);
    writer->partitions = H5I_INVALID_HID;
    if (writer->file < 0) return status;
    status = cln_h5_close_written(writer->file, writer->path, status, err);
    writer->file = H5I_INVALID_HID;
    if (status == CLN_OK && sync) status = cln_sync_file(writer->path, err);
    return status == CLN_OK ? measure(writer->path, written, err) : status;
}
