/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "colonnade/base/hash.h"
#include "column_file.h"
#include "damage.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void cln_stored_block_init(cln_stored_block *block) {
    *block = (cln_stored_block){.rows = 0};
    cln_buffer_init(&block->values_room, SIZE_MAX);
    cln_buffer_init(&block->second_room, SIZE_MAX);
    cln_buffer_init(&block->codes_room, SIZE_MAX);
    cln_buffer_init(&block->offsets_room, SIZE_MAX);
}

void cln_stored_block_clean_up(cln_stored_block *block) {
    cln_buffer_clean_up(&block->values_room);
    cln_buffer_clean_up(&block->second_room);
    cln_buffer_clean_up(&block->codes_room);
    cln_buffer_clean_up(&block->offsets_room);
}

/* Through HDF5, in their own type, so that the bytes are those of the file. */
static cln_status read_rows(hid_t dataset, uint64_t first, uint64_t count, void *bytes, cln_error *err) {
    const hid_t type = H5Dget_type(dataset);
    if (type < 0) return cln_h5_fail(err, "cannot read the type of values");
    const cln_status status = cln_h5_read_rows(dataset, type, first, count, bytes, err);
    (void)H5Tclose(type);
    return status;
}

/* Items of a dataset that begins at mapped (NULL: there is no map). Bytes that
 * do not stand where their type may are copied: small datasets are not aligned. */
static cln_status take_items(hid_t dataset, const char *mapped, uint64_t first, uint64_t count, unsigned width_bytes,
                             cln_buffer *room, cln_span *bytes, cln_error *err) {
    const size_t size = (size_t)count * width_bytes;
    const char *from = mapped == NULL ? NULL : mapped + first * width_bytes;
    if (from != NULL && (uintptr_t)from % width_bytes == 0) {
        *bytes = cln_span_of(from, size);
        return CLN_OK;
    }
    cln_buffer_clear(room);
    CLN_TRY(cln_buffer_reserve(room, size + 1, err)); /* never NULL */
    if (from != NULL) {
        memcpy(room->data, from, size);
    } else {
        CLN_TRY(read_rows(dataset, first, count, room->data, err));
    }
    room->size = size;
    *bytes = cln_buffer_span(room);
    return CLN_OK;
}

cln_status cln_column_file_values(const cln_column_file *column, uint64_t first, uint64_t count, cln_buffer *room,
                                  cln_span *bytes, cln_error *err) {
    return take_items(column->datasets[0], column->mapped[0], first, count, column->layout.width_bytes, room, bytes,
                      err);
}

cln_status cln_column_file_second(const cln_column_file *column, uint64_t first, uint64_t count, cln_buffer *room,
                                  cln_span *bytes, cln_error *err) {
    return take_items(column->datasets[1], column->mapped[1], first, count, 1, room, bytes, err);
}

cln_status cln_column_file_codes(const cln_column_file *column, uint64_t first, uint64_t count, cln_buffer *room,
                                 cln_span *bytes, cln_error *err) {
    return take_items(column->datasets[2], column->mapped[2], first, count, column->layout.code_width_bytes, room,
                      bytes, err);
}

/* The first part of a block that is not what was stored. */
static void check_crc(cln_stored_block *block, cln_span bytes, uint32_t expected, const char *what) {
    if (block->damaged == NULL && cln_crc32c(0, bytes.data, bytes.size) != expected) block->damaged = what;
}

/* Sums of the sizes, from the zone's first byte on. */
static void sum_sizes(const void *sizes, unsigned width_bytes, size_t rows, uint64_t *offsets) {
    const uint8_t *narrow = sizes;
    const uint16_t *half = sizes;
    const uint32_t *word = sizes;
    switch (width_bytes) {
    case 1:
        for (size_t i = 0; i < rows; i++) offsets[i + 1] = offsets[i] + narrow[i];
        return;
    case 2:
        for (size_t i = 0; i < rows; i++) offsets[i + 1] = offsets[i] + half[i];
        return;
    default:
        for (size_t i = 0; i < rows; i++) offsets[i + 1] = offsets[i] + word[i];
    }
}

cln_status cln_column_file_sizes(const cln_column_file *column, uint64_t zone, cln_stored_block *block,
                                 cln_error *err) {
    const cln_zone *about = &column->zones[zone];
    CLN_TRY(cln_column_file_values(column, about->first_row, block->rows, &block->values_room, &block->values, err));
    cln_buffer_clear(&block->offsets_room);
    CLN_TRY(cln_buffer_reserve(&block->offsets_room, (block->rows + 1) * sizeof(uint64_t), err));
    uint64_t *offsets = (uint64_t *)(void *)block->offsets_room.data;
    offsets[0] = about->first_byte;
    sum_sizes(block->values.data, column->layout.width_bytes, block->rows, offsets);
    block->offsets = offsets;
    const bool is_last = about->first_row + block->rows == column->rows;
    if (offsets[block->rows] == (is_last ? column->data_bytes : about[1].first_byte)) return CLN_OK;
    return cln_fail(err, CLN_ERR_IO, "the texts do not end where the next ones begin");
}

static cln_status load_bytes(cln_column_file *column, cln_stored_block *block, uint64_t begin, uint64_t end,
                             cln_error *err) {
    block->text_begin = block->text_end = 0;
    CLN_TRY(cln_column_file_second(column, begin, end - begin, &block->second_room, &block->second, err));
    block->text_begin = begin;
    block->text_end = end;
    return CLN_OK;
}

/* In pieces; the last one stays loaded. */
static cln_status check_text(cln_column_file *column, cln_stored_block *block, uint64_t begin, uint64_t end,
                             uint32_t expected, cln_error *err) {
    uint32_t crc = 0;
    uint64_t from = begin;
    do {
        const uint64_t to = end - from < CLN_TEXT_BYTES ? end : from + CLN_TEXT_BYTES;
        CLN_TRY(load_bytes(column, block, from, to, err));
        crc = cln_crc32c(crc, block->second.data, block->second.size);
        from = to;
    } while (from < end);
    if (crc != expected && block->damaged == NULL) block->damaged = "texts";
    return CLN_OK;
}

static cln_status read_text(cln_column_file *column, uint64_t zone, cln_stored_block *block, cln_error *err) {
    const cln_zone *about = &column->zones[zone];
    const cln_status status = cln_column_file_sizes(column, zone, block, err);
    if (block->values.size > 0) check_crc(block, block->values, about->crc32c, "sizes");
    if (block->damaged != NULL && !cln_damage_is_allowed()) return CLN_OK; /* what they say is not followed */
    CLN_TRY(status);
    if (column->layout.code_width_bytes > 0) {
        CLN_TRY(cln_column_file_codes(column, about->first_row, block->rows, &block->codes_room, &block->codes, err));
        check_crc(block, block->codes, about->codes_crc32c, "codes");
    }
    return check_text(column, block, block->offsets[0], block->offsets[block->rows], about->second_crc32c, err);
}

static cln_status read_values(cln_column_file *column, const cln_zone *zone, cln_stored_block *block, cln_error *err) {
    CLN_TRY(cln_column_file_values(column, zone->first_row, block->rows, &block->values_room, &block->values, err));
    check_crc(block, block->values, zone->crc32c, "values");
    if (column->layout.form != CLN_FORM_NULLABLE) return CLN_OK;
    CLN_TRY(cln_column_file_second(column, zone->first_row, block->rows, &block->second_room, &block->second, err));
    check_crc(block, block->second, zone->second_crc32c, "the mask's values");
    return CLN_OK;
}

static cln_status fail_block(const cln_column_file *column, const cln_zone *zone, size_t rows, cln_status status,
                             const char *what, cln_error *err) {
    return cln_fail(err, status,
                    "rows %" PRIu64 " to %" PRIu64
                    " of column '%s' of partition '%s' (%s) are damaged: %s; ingest its source again with --replace",
                    zone->first_row + 1, zone->first_row + rows, column->name, column->partition->info->id,
                    column->partition->path, what);
}

cln_status cln_column_file_read(cln_column_file *column, uint64_t zone, cln_stored_block *block, cln_error *err) {
    const cln_zone *about = &column->zones[zone];
    const uint64_t left = column->rows - about->first_row;
    block->rows = (size_t)(left < CLN_ZONE_ROWS ? left : CLN_ZONE_ROWS);
    block->damaged = NULL;
    cln_error inner = {.message = ""};
    const cln_status status = column->type == CLN_TYPE_TEXT ? read_text(column, zone, block, &inner)
                                                            : read_values(column, about, block, &inner);
    CLN_TRY(cln_partition_file_check_map(column->partition, err)); /* before anything is said of the bytes */
    if (status != CLN_OK) return fail_block(column, about, block->rows, status, inner.message, err);
    if (block->damaged == NULL) return CLN_OK;
    char what[64];
    (void)snprintf(what, sizeof what, "%s do not have the checksum that was stored", block->damaged);
    cln_error damage;
    return cln_judge_damage(fail_block(column, about, block->rows, CLN_ERR_IO, what, &damage), &damage, err);
}

cln_status cln_column_file_load_text(cln_column_file *column, cln_stored_block *block, size_t first, size_t count,
                                     cln_error *err) {
    const uint64_t begin = block->offsets[first], end = block->offsets[first + count];
    if (begin >= block->text_begin && end <= block->text_end) return CLN_OK;
    return load_bytes(column, block, begin, end, err);
}
